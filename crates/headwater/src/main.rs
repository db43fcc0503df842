//! The command line of Headwater (floor 7).
//!
//! `headwater init` makes a data folder, `headwater up` runs the node in it; every other command talks to that
//! running node over its HTTP interface. [`cli`] is the shape of the command line, [`commands`] what it does,
//! [`i18n`] every text in English and Chinese, [`failure`] what goes wrong and with which exit code.

mod cli;
mod client;
mod commands;
mod demo;
mod failure;
mod gantt;
mod i18n;
mod ics;
mod ids;
mod pegging;
mod sheets;
mod show;
mod tree;
mod values;

use clap::{CommandFactory, FromArgMatches};
use cli::Cli;
use failure::Failure;
use i18n::{Lang, Msg, say};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    let lang = Lang::of(&arguments, |name| std::env::var(name).ok());
    let command = i18n::help::localized(Cli::command(), lang);
    let parsed = command.try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        // help and version come this way too, with code 0
        Err(e) => e.exit(),
    };
    let json = cli.common.json;
    match commands::run(cli, lang) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure, lang, json);
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn tell(failure: &Failure, lang: Lang, json: bool) {
    if json {
        eprintln!("{}", failure.json());
        return;
    }
    let error = say(lang, Msg::Error, &[]);
    match (lang, &failure.zh) {
        (Lang::Zh, Some(zh)) => eprintln!("{error}：{zh}"),
        (Lang::Zh, None) => eprintln!("{error}：{failure}"),
        (Lang::En, _) => eprintln!("{error}: {failure}"),
    }
}
