//! What we build on: licences, and where it comes from. Advisories need their database: see docs/security.md.

use crate::none;
use house::{Repository, Use, compiled_packages, licence_fault, locked_crates};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A second TLS beside rustls, a second async runtime, and a SQLite that cannot be linked beside ours.
const BANNED: [&str; 6] = ["openssl", "openssl-sys", "native-tls", "async-std", "smol", "sqlx-sqlite"];

#[test]
fn every_compiled_crate_has_a_licence_we_allow() {
    let packages = compiled_packages(&Repository::here()).unwrap();
    assert!(packages.len() > 100, "only {} packages found", packages.len());
    let fault = |package: &serde_json::Value| {
        let licence = package["license"].as_str().unwrap_or("");
        licence_fault(licence, Use::Shipped).map(|fault| format!("{} {fault}", package["name"]))
    };
    none(packages.iter().filter_map(fault).collect());
}

#[test]
fn every_crate_comes_from_the_registry_with_a_checksum_or_is_ours() {
    let repository = Repository::here();
    let mut faults = Vec::new();
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        for package in locked_crates(&repository.read(lock).unwrap()).unwrap() {
            let text = |key: &str| package.get(key).and_then(|v| v.as_str());
            let name = text("name").unwrap_or_default();
            match text("source") {
                None if name == "headwater" || name.starts_with("headwater-") => {}
                Some(REGISTRY) if text("checksum").is_some() => {}
                source => faults.push(format!("{lock}: {name} comes from {source:?}")),
            }
            if BANNED.contains(&name) {
                faults.push(format!("{lock}: {name} is banned: ours does this already"));
            }
        }
    }
    none(faults);
}

#[test]
fn every_npm_package_has_a_hash_a_licence_we_allow_and_no_host() {
    let lock = Repository::here().read("web/package-lock.json").unwrap();
    let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 10, "only {} packages found", packages.len());
    let mut faults = Vec::new();
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        let used = if package["dev"] == true { Use::Tool } else { Use::Shipped };
        let licence = package["license"].as_str().unwrap_or("");
        faults.extend(licence_fault(licence, used).map(|fault| format!("{path}: {fault}")));
        if package["integrity"].as_str().is_none_or(|hash| !hash.starts_with("sha512-")) {
            faults.push(format!("{path}: no SHA-512 hash"));
        }
        if let Some(host) = package["resolved"].as_str() {
            faults.push(format!("{path}: names where it was fetched, {host}; see web/.npmrc"));
        }
    }
    none(faults);
}
