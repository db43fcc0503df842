//! The rules of the house, checked (floor 7): what may import what, how files look, where dependencies come from.
//!
//! [`FLOORS`] is the table of crates; `tests/house` holds the repository against it and against the other rules of
//! ARCHITECTURE.md. [`Repository`] finds the files, [`Source`] reads one as Rust without its comments and tests.
//!
//! Nothing depends on this crate, and it does not know what any other crate is for.

mod dependencies;
mod repository;
mod source;

pub use dependencies::{Use, compiled_packages, licence_fault, locked_crates};
pub use repository::Repository;
pub use source::Source;

/// The crates and their floors: a crate imports only lower ones.
pub const FLOORS: [(&str, u8); 14] = [
    ("vocab", 0),
    ("ledger", 1),
    ("market", 2),
    ("planning", 2),
    ("trace", 2),
    ("node", 3),
    ("store", 4),
    ("net", 4),
    ("connectors", 4),
    ("runtime", 5),
    ("sim", 5),
    ("api", 6),
    ("headwater", 7),
    ("house", 7),
];

/// The highest floor without input, output, clock, randomness or threads.
pub const PURE_FLOOR_MAX: u8 = 3;

/// The floor of a crate; `None` for one that is not ours.
pub fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}
