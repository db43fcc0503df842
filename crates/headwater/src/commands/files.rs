//! Files that people write: TOML or JSON, told apart by their ending, of bounded size.

use super::Context;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::sheets::Workshop;
use flate2::read::GzDecoder;
use node::command::Command;
use planning::{Item, Person, Recipe, Tool, WorkCenter};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use vocab::SpecId;

/// Largest file that is read, in bytes.
const BYTES_MAX: u64 = 8 << 20;
/// Largest that a packed file may become.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// The file's bytes.
pub(super) fn bytes(c: &Context, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let name = path.display();
    let read = File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|e| Failure::new(Exit::Usage, "file", c.say(Msg::CannotRead, &[&name, &e])))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Failure::new(Exit::Usage, "file", c.say(Msg::TooLarge, &[&name, &BYTES_MAX])));
    }
    Ok(bytes)
}

/// The file's content, as the type that is asked for.
pub(super) fn read<T: DeserializeOwned>(c: &Context, path: &Path) -> Result<T> {
    let (name, ending) = (path.display(), path.extension().and_then(|e| e.to_str()));
    let bytes = bytes(c, path)?;
    let wrong = |kind: &str, why: String| {
        Failure::new(Exit::Usage, "file", c.say(Msg::NotReadable, &[&name, &kind, &why]))
    };
    match ending {
        Some("json") => serde_json::from_slice(&bytes).map_err(|e| wrong("JSON", e.to_string())),
        Some("toml") => toml::from_slice(&bytes).map_err(|e| wrong("TOML", e.to_string())),
        _ => Err(Failure::new(Exit::Usage, "file", c.say(Msg::FileKind, &[&name]))),
    }
}

/// A model and a situation, as `headwater import plan --out` writes them; `.gz` if it is packed.
pub(super) fn workshop(c: &Context, path: &Path) -> Result<Workshop> {
    let wrong =
        |e| Failure::new(Exit::Usage, "file", c.say(Msg::NotReadable, &[&path.display(), &"JSON", &e]));
    serde_json::from_slice(&unpacked(c, path)?).map_err(wrong)
}

/// The file's bytes, unpacked when it is gzip.
pub(super) fn unpacked(c: &Context, path: &Path) -> Result<Vec<u8>> {
    let packed = bytes(c, path)?;
    if !packed.starts_with(&[0x1f, 0x8b]) {
        return Ok(packed);
    }
    let name = path.display();
    let mut all = Vec::new();
    let read = GzDecoder::new(packed.as_slice()).take(UNPACKED_BYTES_MAX + 1).read_to_end(&mut all);
    read.map_err(|e| Failure::new(Exit::Usage, "file", c.say(Msg::CannotRead, &[&name, &e])))?;
    if all.len() as u64 > UNPACKED_BYTES_MAX {
        return Err(Failure::new(Exit::Usage, "file", c.say(Msg::TooLarge, &[&name, &UNPACKED_BYTES_MAX])));
    }
    Ok(all)
}

/// Recipes in a file: a list, or by output as the API shows them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Recipes {
    List(Vec<Recipe>),
    ByOutput(BTreeMap<SpecId, Recipe>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    #[serde(default)]
    recipes: Option<Recipes>,
    #[serde(default)]
    work_centers: BTreeMap<String, WorkCenter>,
    #[serde(default)]
    people: BTreeMap<String, Person>,
    #[serde(default)]
    tools: BTreeMap<String, Tool>,
    #[serde(default)]
    items: BTreeMap<SpecId, Item>,
}

/// A model file as a command. What `headwater export model` writes can be read back.
pub(super) fn model(c: &Context, path: &Path) -> Result<Command> {
    let ModelFile { recipes, work_centers, people, tools, items } = read(c, path)?;
    let recipes = match recipes {
        Some(Recipes::List(list)) => list,
        Some(Recipes::ByOutput(map)) => map.into_values().collect(),
        None => Vec::new(),
    };
    Ok(Command::Model { recipes, work_centers, people, tools, items })
}
