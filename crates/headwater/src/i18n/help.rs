//! Help texts in Chinese, by their English, and how they get into the command line.

use super::Lang;
use clap::{Arg, ArgAction, Command};

mod table;

/// The Chinese for a help text.
fn translated(english: &str) -> Option<&'static str> {
    table::HELP.iter().find(|(en, _)| *en == english).map(|(_, zh)| *zh)
}

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}\n\n{after-help}";

/// `command` with its help texts in `lang`.
pub(crate) fn localized(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => {
            let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
            let command =
                command.disable_version_flag(true).arg(version.help("显示版本").help_heading(OPTIONS));
            chinese(command)
        }
    }
}

const OPTIONS: &str = "选项";

fn chinese(command: Command) -> Command {
    let about = command.get_about().and_then(|text| translated(&text.to_string()));
    let after = command.get_after_help().and_then(|text| translated(&text.to_string()));
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .mut_args(|arg| {
            let help = arg.get_help().and_then(|text| translated(&text.to_string()));
            let heading = if arg.is_positional() { "参数" } else { OPTIONS };
            let arg = arg.help_heading(heading);
            help.map_or(arg.clone(), |help| arg.help(help))
        })
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(help.help("显示帮助").help_heading(OPTIONS))
        .mut_subcommands(chinese);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn walk(command: &Command, missing: &mut Vec<String>) {
        let about = command.get_about().map(ToString::to_string);
        let after = command.get_after_help().map(ToString::to_string);
        let args = command.get_arguments().filter(|arg| !arg.is_hide_set());
        let helps = args.filter_map(|arg| arg.get_help().map(ToString::to_string));
        missing.extend(about.into_iter().chain(after).chain(helps).filter(|text| translated(text).is_none()));
        command.get_subcommands().for_each(|command| walk(command, missing));
    }

    #[test]
    fn every_help_text_is_there_in_chinese() {
        let mut missing = Vec::new();
        walk(&crate::cli::Cli::command(), &mut missing);
        missing.dedup();
        assert!(missing.is_empty(), "not in the table:\n{}", missing.join("\n"));
        for (en, zh) in table::HELP {
            assert!(super::super::is_chinese(zh), "{en}");
        }
    }

    #[test]
    fn chinese_help_is_chinese() {
        let help = localized(crate::cli::Cli::command(), Lang::Zh).render_help().to_string();
        let english: Vec<_> =
            help.lines().filter(|line| !super::super::is_chinese(line) && line.len() > 40).collect();
        assert!(english.is_empty(), "{english:?}");
        localized(crate::cli::Cli::command(), Lang::Zh).debug_assert();
    }
}
