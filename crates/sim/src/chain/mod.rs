//! A published supply chain: its stages, what supplies what, and what must come out of it.
//!
//! [`Chain::read`] turns the spreadsheet into stages, [`Reckoned::of`] finds longest paths, prices and how many orders
//! reach each stage from the arcs alone, so that what nodes promise is compared with something they had no part in.
//! It knows no nodes, files or scenarios.
//!
//! Format: S. P. Willems, "Data Set: Real-World Multi-Echelon Supply Chains Used for Inventory Optimization",
//! M&SOM 10(1), 2008, doi 10.1287/msom.1070.0176.

mod read;
mod reckon;

pub use reckon::Reckoned;
use vocab::{Decimal, SpecId};

/// A supply chain.
#[derive(Clone, Debug)]
pub struct Chain {
    /// its stages, in the order of the file
    pub stages: Vec<Stage>,
}

/// One stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// as the file has it
    pub name: String,
    /// as an agent and a specification are named; never a word that scenarios keep for themselves
    pub id: SpecId,
    /// the kind of stage
    pub class: Class,
    /// its own time, seconds
    pub time_s: i64,
    /// its own cost, for one unit
    pub cost: Decimal,
    /// whether buyers stand here
    pub demand: Demand,
    /// the stages that supply it, by position: one unit of each goes into one unit
    pub inputs: Vec<usize>,
}

/// The dataset's five kinds of stage, and any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the file's own words")]
pub enum Class {
    Part,
    Manuf,
    Trans,
    Dist,
    Retail,
    Other,
}

/// Whether buyers stand at a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// so many units a day are bought here
    Buyers(Decimal),
    /// it supplies other stages only
    Nobody,
}

impl Stage {
    /// True where buyers stand.
    pub fn has_buyers(&self) -> bool {
        matches!(self.demand, Demand::Buyers(_))
    }
}

impl Chain {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// In words: the row and the column, what is wrong and what would be right.
    pub fn read(text: &str) -> Result<Self, String> {
        read::chain(text)
    }
    /// The stages where buyers stand, by position, each with its units a day.
    pub fn buyers(&self) -> impl Iterator<Item = (usize, Decimal)> {
        self.stages.iter().enumerate().filter_map(|(at, s)| match s.demand {
            Demand::Buyers(daily) => Some((at, daily)),
            Demand::Nobody => None,
        })
    }
    /// How many supply relations there are.
    pub fn arcs(&self) -> usize {
        self.stages.iter().map(|s| s.inputs.len()).sum()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    /// Two parts go into a product; buyers stand at a shop. The way over `Part_B` takes 7 + 2.5 + 0.5 days.
    pub(crate) const SMALL: &str = "\u{feff}/chain,,,,,\n\
        /arcs/arc/@from,/arcs/arc/@to,/stages/stage/@stageName,/stages/stage/@stageTime,\
        /stages/stage/@stageCost,/stages/stage/@avgDemand\n\
        Part_A,Make,,,,\nPart_B,Make,,,,\nMake,Shop,,,,\n\
        ,,Part_A,3,10,\n,,Part_B,7,2.25,\n,,Make,2.5,5,\n,,Shop,0.5,1,4\n";
}
