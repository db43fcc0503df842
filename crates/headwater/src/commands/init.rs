//! `headwater init`: a data folder with a new key.

use super::Context;
use crate::cli::InitArgs;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use serde_json::json;
use std::path::Path;

/// What a node is called whose owner gave no name.
fn default_name() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "headwater".to_owned())
}

/// The first line of the file.
pub(super) fn passphrase(c: &Context, file: Option<&Path>) -> Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::new(Exit::Usage, "file", c.say(Msg::CannotRead, &[&name, &e])))?;
    Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
}

pub(super) fn run(c: &Context, args: InitArgs) -> Result<()> {
    let passphrase = passphrase(c, args.passphrase_file.as_deref())?;
    let name = args.name.unwrap_or_else(default_name);
    let agent = runtime::init(&c.dir, &name, passphrase.as_deref())?;
    let (dir, key) = (c.dir.display(), c.dir.join("key"));
    c.tell(&json!({"agent": agent, "name": name, "dir": c.dir}), || {
        let lines = [
            c.say(Msg::InitDone, &[&name, &dir]),
            agent.to_string(),
            c.say(Msg::InitBackup, &[&key.display()]),
            c.say(Msg::InitNext, &[]),
        ];
        lines.join("\n")
    })
}
