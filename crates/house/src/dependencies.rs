//! What we build on: the packages the lock files name, and those that are compiled on this machine.

use crate::Repository;
use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};
use std::process::Command;

/// Licences whose terms an Apache-2.0 or MIT program can meet by keeping their notices.
const SHIPPED: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// Allowed besides for tools that build or test the web app and of which nothing is shipped.
const TOOLS: [&str; 1] = ["MPL-2.0"];

/// What becomes of a package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// it may end up in the program
    Shipped,
    /// it only builds or tests
    Tool,
}

/// Why a licence expression (SPDX 2.3, annex D; or crates.io's old `A/B`) is not acceptable; `None` if it is.
pub fn licence_fault(expression: &str, used: Use) -> Option<String> {
    let mode = ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT };
    let parsed = match Expression::parse_mode(expression, mode) {
        Ok(parsed) => parsed,
        Err(e) => return Some(format!("`{expression}` is no SPDX expression: {}", e.reason)),
    };
    let allowed = |wanted: &LicenseReq| {
        let wanted = wanted.to_string();
        SHIPPED.contains(&wanted.as_str()) || (used == Use::Tool && TOOLS.contains(&wanted.as_str()))
    };
    (!parsed.evaluate(allowed)).then(|| format!("`{expression}` is not among the licences we allow"))
}

/// Every package that is compiled on this machine, dependencies and our own, as `cargo metadata` describes it.
/// Asks no network: what is compiled has been fetched.
pub fn compiled_packages(repository: &Repository) -> Result<Vec<Value>, String> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let metadata = output(
        Command::new(env!("CARGO"))
            .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host])
            .current_dir(repository.root()),
    )?;
    let mut metadata: Value = serde_json::from_str(&metadata).map_err(|e| e.to_string())?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => Err("cargo metadata lists no packages".to_owned()),
    }
}

/// The packages of a `Cargo.lock`, for every platform.
pub fn locked_crates(text: &str) -> Result<Vec<toml::Table>, String> {
    let mut lock: toml::Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
    match lock.remove("package") {
        Some(toml::Value::Array(packages)) => {
            packages.into_iter().map(|p| p.try_into().map_err(|e: toml::de::Error| e.to_string())).collect()
        }
        _ => Err("the lock file lists no packages".to_owned()),
    }
}

fn output(command: &mut Command) -> Result<String, String> {
    let done = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr)));
    }
    String::from_utf8(done.stdout).map_err(|e| format!("{command:?}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_allowed_choice_is_enough_and_every_part_of_a_sum_is_needed() {
        for fine in ["MIT", "Unlicense OR MIT", "Unlicense/MIT", "(MIT OR GPL-3.0-only) AND ISC"] {
            assert_eq!(licence_fault(fine, Use::Shipped), None, "{fine}");
        }
        for bad in ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "MPL-2.0", "who knows", ""] {
            assert!(licence_fault(bad, Use::Shipped).is_some(), "{bad}");
        }
        assert_eq!(licence_fault("MPL-2.0", Use::Tool), None);
    }
}
