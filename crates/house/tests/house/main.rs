//! The repository held against the rules of the house.

mod dependencies;
mod floors;
mod form;
mod words;

/// Fails with every fault, one a line.
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
