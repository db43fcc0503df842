//! What the command line says, in English and Simplified Chinese.
//!
//! [`Msg`] names every message, [`say`] fills one in; the texts are in [`messages`], words for states and kinds in
//! [`words`], and the help texts in [`help`]. A test sees to it that none lacks a language.

pub(crate) mod help;
mod messages;
mod words;

pub(crate) use messages::Msg;
use std::fmt::Display;
pub(crate) use words::word;

/// A language of this program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// 简体中文
    Zh,
}

impl Lang {
    /// BCP 47 primary tag, as texts of records use it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// From the words of the command line, else from the environment (POSIX order), else English.
    pub(crate) fn of(arguments: &[String], environment: impl Fn(&str) -> Option<String>) -> Self {
        let after = |flag: &str| {
            let at = arguments.iter().position(|a| a == flag)?;
            arguments.get(at + 1).cloned()
        };
        let joined = || arguments.iter().find_map(|a| a.strip_prefix("--lang=").map(str::to_owned));
        let named = after("--lang").or_else(joined);
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let locale = named.or_else(|| set("LC_ALL")).or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
        match locale {
            Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Self::Zh,
            _ => Self::En,
        }
    }
}

/// The message with `{0}`, `{1}`, ... filled in.
pub(crate) fn say(lang: Lang, message: Msg, with: &[&dyn Display]) -> String {
    let mut text = String::new();
    let mut rest = message.text(lang);
    while let Some((before, after)) = rest.split_once('{') {
        let (number, after) = after.split_once('}').unwrap_or(("", after));
        text.push_str(before);
        if let Some(value) = number.parse::<usize>().ok().and_then(|n| with.get(n)) {
            text.push_str(&value.to_string());
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
pub(crate) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_there_in_both_languages_with_the_same_blanks() {
        let blanks = |text: &str| {
            let mut found: Vec<_> =
                text.split('{').skip(1).map(|p| p.split('}').next().unwrap().to_owned()).collect();
            found.sort();
            found.dedup();
            found
        };
        for message in Msg::ALL {
            let (en, zh) = (message.text(Lang::En), message.text(Lang::Zh));
            assert!(!en.is_empty() && !is_chinese(en), "{message:?}");
            assert!(is_chinese(zh), "{message:?}");
            assert_eq!(blanks(en), blanks(zh), "{message:?}");
        }
    }

    #[test]
    fn the_language_comes_from_the_command_line_then_the_environment() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let none = |_: &str| None;
        let zh = |name: &str| (name == "LANG").then(|| "zh_CN.UTF-8".to_owned());
        assert_eq!(Lang::of(&words("status"), none), Lang::En);
        assert_eq!(Lang::of(&words("status"), zh), Lang::Zh);
        assert_eq!(Lang::of(&words("--lang en status"), zh), Lang::En);
        assert_eq!(Lang::of(&words("status --lang=zh"), none), Lang::Zh);
        let c_wins = |name: &str| (name == "LC_ALL").then(|| "C".to_owned()).or_else(|| zh(name));
        assert_eq!(Lang::of(&words("status"), c_wins), Lang::En);
    }

    #[test]
    fn blanks_are_filled_in_where_they_stand() {
        let text = say(Lang::En, Msg::Unreachable, &[&"/tmp/x"]);
        assert!(text.contains("/tmp/x") && !text.contains('{'), "{text}");
    }
}
