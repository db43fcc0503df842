//! Words for people, in both languages at once: they are kept and sent as [`Text`], so that whoever reads them later,
//! here or at a peer, reads its own language.

use std::fmt;
use vocab::{Phrase, Said, Text, both, phrase};

/// A few fixed words in both languages: the name of a thing, a state, a remedy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words {
    en: &'static str,
    zh: &'static str,
}

/// The same words in English and in Simplified Chinese.
pub(crate) const fn words(en: &'static str, zh: &'static str) -> Words {
    Words { en, zh }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.en)
    }
}
impl Said for Words {
    fn zh(&self) -> String {
        self.zh.to_owned()
    }
}
impl From<Words> for Phrase {
    fn from(words: Words) -> Self {
        phrase(words.en, words.zh)
    }
}

/// `said!("English", "中文", arguments…)`: one sentence in both languages, from the same arguments.
macro_rules! said {
    ($en:literal, $zh:literal $(, $argument:expr)* $(,)?) => {
        vocab::both(format!($en $(, $argument)*), format!($zh $(, $argument)*))
    };
}
pub(crate) use said;

/// What somebody did, and the fault that was found in it.
pub(crate) fn about(en: &str, zh: &str, fault: &dyn Said) -> Text {
    both(format!("{en}: {fault}"), format!("{zh}：{}", fault.zh()))
}

/// What happened, and a text that says why.
pub(crate) fn because(en: &str, zh: &str, why: &Text) -> Text {
    both(format!("{en}: {}", why.in_language("en")), format!("{zh}：{}", why.in_language("zh")))
}

/// The same for a library's error, which knows English only.
pub(crate) fn about_foreign(en: &str, zh: &str, fault: &dyn std::fmt::Display) -> Text {
    both(format!("{en}: {fault}"), format!("{zh}：{fault}"))
}

/// One after the other.
pub(crate) fn list(texts: &[Text]) -> Text {
    let joined = |language, between: &str| {
        texts.iter().map(|t| t.in_language(language)).collect::<Vec<_>>().join(between)
    };
    both(joined("en", "; "), joined("zh", "；"))
}
