//! `headwater export`: what the node has, in forms other programs read; and completion scripts.

use super::{Context, sheets};
use crate::cli::{Cli, ExportArgs, ExportKind};
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use clap::CommandFactory;
use ledger::Signed;
use runtime::Archive;
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(super) fn run(c: &Context, args: &ExportArgs) -> Result<()> {
    let out = args.out.as_deref();
    if args.what != ExportKind::Plan && (args.from.is_some() || args.template.is_some()) {
        return Err(Failure::usage(c.say(Msg::OnlyWithPlan, &[])));
    }
    // everything is there before the file is touched
    match args.what {
        ExportKind::Plan => sheets::export(c, args),
        ExportKind::Epcis => document(c, "epcis", out),
        ExportKind::Model => document(c, "model", out),
        ExportKind::Records => {
            let archive = Archive::open(&c.dir)?;
            write(c, out, |to| records(&archive, to))
        }
    }
}

fn document(c: &Context, path: &str, out: Option<&Path>) -> Result<()> {
    let document = c.client()?.get(path)?;
    write(c, out, |to| {
        serde_json::to_writer_pretty(&mut *to, &document).map_err(io::Error::from)?;
        writeln!(to)
    })
}

/// One line for each record: the signed text exactly as it was signed, as a JSON string, and the signature.
fn records(archive: &Archive, to: &mut dyn Write) -> io::Result<()> {
    let visited = runtime::records(&archive.store, Signed::parse_trusted, |_, entry| {
        let signed = entry.record.signed();
        let signature: String = signed.signature.iter().map(|byte| format!("{byte:02x}")).collect();
        let line = json!({
            "id": entry.record.id,
            "taken_at": entry.at,
            "channel": entry.channel.code(),
            "signed": String::from_utf8_lossy(&signed.bytes),
            "signature": signature,
        });
        writeln!(to, "{line}").map_err(|e| e.to_string())
    });
    visited.map_err(io::Error::other)
}

pub(super) fn write(
    c: &Context,
    out: Option<&Path>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let name = out.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    let failed = |e: io::Error| Failure::new(Exit::Failed, "file", c.say(Msg::CannotWrite, &[&name, &e]));
    let to: Box<dyn Write> = match out {
        Some(path) => Box::new(File::create(path).map_err(failed)?),
        None => Box::new(io::stdout().lock()),
    };
    let mut to = BufWriter::new(to);
    match fill(&mut to).and_then(|()| to.flush()) {
        // whoever reads us has read enough
        Err(e) if out.is_none() && e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(failed),
    }?;
    if out.is_some() {
        eprintln!("{}", c.say(Msg::Written, &[&name]));
    }
    Ok(())
}

pub(super) fn completions(shell: clap_complete::Shell) -> Result<()> {
    clap_complete::generate(shell, &mut Cli::command(), "headwater", &mut io::stdout());
    Ok(())
}
