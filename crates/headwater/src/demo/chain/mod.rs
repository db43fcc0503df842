//! A published supply chain as a scenario: every stage a firm, its time a process, its cost a price.
//!
//! [`read`] turns the spreadsheet into a [`Chain`], [`reckon`] finds what must come out (longest paths, prices, how
//! many deals), [`write`] puts the scenario into a folder. The reckoning is done here, from the arcs alone, so
//! that what the nodes promise is compared with something they had no part in.
//!
//! Format: S. P. Willems, "Data Set: Real-World Multi-Echelon Supply Chains Used for Inventory Optimization",
//! M&SOM 10(1), 2008, doi 10.1287/msom.1070.0176.

mod read;
mod reckon;
mod write;

use std::path::Path;
use vocab::{Currency, Decimal, SpecId};

/// A supply chain.
#[derive(Debug)]
struct Chain {
    /// its stages, in the order of the file
    stages: Vec<Stage>,
}

/// One stage.
#[derive(Debug)]
struct Stage {
    /// as the file has it
    name: String,
    /// as an agent and a specification are named
    id: SpecId,
    /// the kind of stage
    class: Class,
    /// its own time, seconds
    time_s: i64,
    /// its own cost, for one unit
    cost: Decimal,
    /// whether buyers stand here
    demand: Demand,
    /// the stages that supply it, by position
    inputs: Vec<usize>,
}

/// The dataset's five kinds of stage, and any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Part,
    Manuf,
    Trans,
    Dist,
    Retail,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Demand {
    Buyers,
    Nobody,
}

/// How many firms, how many of them order.
pub(crate) struct Imported {
    /// stages
    pub(crate) firms: usize,
    /// demand stages
    pub(crate) buyers: usize,
}

/// Reads `file` and writes a scenario into `out`, a folder that is new or empty.
///
/// # Errors
/// In words: the file, the row and the column, what is wrong and what would be right.
pub(crate) fn import(file: &Path, out: &Path, currency: Currency) -> Result<Imported, String> {
    let text = super::scenario::read(file)?;
    let at_file = |e: String| format!("{}: {e}", file.display());
    let chain = read::chain(&text).map_err(at_file)?;
    let reckoned = reckon::reckon(&chain).map_err(at_file)?;
    let title = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    write::scenario(&chain, &reckoned, &title, currency, out)?;
    let buyers = chain.stages.iter().filter(|s| s.demand == Demand::Buyers).count();
    Ok(Imported { firms: chain.stages.len(), buyers })
}

#[cfg(test)]
pub(super) mod tests {
    /// Two parts go into a product; buyers stand at a shop. The way over `Part_B` takes 7 + 2.5 + 0.5 days.
    pub(super) const SMALL: &str = "\u{feff}/chain,,,,,\n\
        /arcs/arc/@from,/arcs/arc/@to,/stages/stage/@stageName,/stages/stage/@stageTime,\
        /stages/stage/@stageCost,/stages/stage/@avgDemand\n\
        Part_A,Make,,,,\nPart_B,Make,,,,\nMake,Shop,,,,\n\
        ,,Part_A,3,10,\n,,Part_B,7,2.25,\n,,Make,2.5,5,\n,,Shop,0.5,1,4\n";
}
