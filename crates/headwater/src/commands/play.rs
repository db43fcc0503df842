//! `headwater demo`, and the imports that scenarios are made of.

use super::Context;
use crate::cli::DemoArgs;
use crate::demo::{self, Afterwards, Demo, Outcome, SummaryFor};
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use node::command::Command;
use serde_json::json;
use std::path::Path;

pub(super) fn demo(c: &Context, args: DemoArgs) -> Result<()> {
    let outcome = demo::run(&Demo {
        scenario: args.scenario,
        work: args.work,
        afterwards: if args.once { Afterwards::Leave } else { Afterwards::Stay },
        summary: if c.json { SummaryFor::Programs } else { SummaryFor::People },
        lang: c.lang,
    });
    match outcome.map_err(|why| Failure::new(Exit::Usage, "scenario", why))? {
        Outcome::Held => Ok(()),
        Outcome::Failed => Err(Failure::new(Exit::Failed, "checks", c.say(Msg::DemoFailed, &[]))),
    }
}

pub(super) fn chain(c: &Context, file: &Path, out: &Path, currency: vocab::Currency) -> Result<()> {
    let imported = demo::chain::import(file, out, currency);
    let imported = imported.map_err(|why| Failure::new(Exit::Usage, "chain", why))?;
    let (firms, buyers) = (imported.firms, imported.buyers);
    c.tell(&json!({"firms": firms, "buyers": buyers, "scenario": out}), || {
        c.say(Msg::ChainImported, &[&firms, &buyers, &out.display()])
    })
}

/// Gives the commands of a firm's file, all read before the first is given.
pub(super) fn firm(c: &Context, file: &Path) -> Result<()> {
    let wrong = |why: String| Failure::new(Exit::Usage, "file", why);
    let commands = demo::files::commands(file).map_err(wrong)?;
    let read = |command| {
        serde_json::from_value::<Command>(command).map_err(|e| wrong(format!("{}: {e}", file.display())))
    };
    let commands = commands.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let client = c.client()?;
    let mut recorded = Vec::with_capacity(commands.len());
    for command in &commands {
        let answer = client.command(command).map_err(|e| Failure {
            message: c.say(
                Msg::FirmStopped,
                &[&file.display(), &(recorded.len() + 1), &commands.len(), &e.message],
            ),
            ..e
        })?;
        recorded.push(answer["recorded"].clone());
    }
    c.tell(&json!({ "recorded": recorded }), || c.say(Msg::Imported, &[&commands.len()]))
}
