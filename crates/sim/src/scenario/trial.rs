//! What a run is tried by: the names of faults and lies, as a person lists them.

use crate::{Faults, Lie, Order};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trial {
    /// frames take up to a second and a half
    Delay,
    /// one frame in fifty is lost
    Loss,
    /// one frame in fifty comes twice
    Duplication,
    /// frames overtake each other
    Reordering,
    /// the network falls into parts for a while
    Partition,
    /// peers are switched off and come back
    Churn,
    /// nodes die in the middle of a step
    Crash,
    /// and half of what they were writing is left
    Torn,
    /// clocks are off by up to eight seconds
    Skew,
    /// clocks jump by up to five seconds, forward and back
    Jump,
    /// some peers lie in this way
    Lie(Lie),
}

/// A set of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trials(pub BTreeSet<Trial>);

const NAMED: [(&str, Trial); 10] = [
    ("delay", Trial::Delay),
    ("loss", Trial::Loss),
    ("duplication", Trial::Duplication),
    ("reordering", Trial::Reordering),
    ("partition", Trial::Partition),
    ("churn", Trial::Churn),
    ("crash", Trial::Crash),
    ("torn", Trial::Torn),
    ("skew", Trial::Skew),
    ("jump", Trial::Jump),
];

impl Trial {
    /// Every one there is.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMED.iter().map(|(_, trial)| *trial).chain(Lie::ALL.into_iter().map(Self::Lie))
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lie(lie) => f.write_str(lie.name()),
            other => f.write_str(NAMED.iter().find(|(_, t)| t == other).map_or("", |(name, _)| name)),
        }
    }
}

impl Trials {
    /// Every fault and lie.
    pub fn all() -> Self {
        Self(Trial::all().collect())
    }

    /// What befalls machines and lines.
    pub fn faults(&self) -> Faults {
        let has = |trial: Trial| self.0.contains(&trial);
        let or_0 = |trial: Trial, value: i64| if has(trial) { value } else { 0 };
        let chance = |trial: Trial, thousandths: u32| if has(trial) { thousandths } else { 0 };
        Faults {
            delay_ms_min: 2,
            delay_ms_max: if has(Trial::Delay) { 1_500 } else { 20 },
            order: if has(Trial::Reordering) { Order::Mixed } else { Order::Kept },
            loss: chance(Trial::Loss, 20),
            duplication: chance(Trial::Duplication, 20),
            crash: chance(Trial::Crash, 2).max(chance(Trial::Torn, 2)),
            away_ms_max: 20_000,
            torn: chance(Trial::Torn, 500),
            stays_s: or_0(Trial::Churn, 43_200),
            off_s_max: 3_600,
            whole_s: or_0(Trial::Partition, 14_400),
            parted_s_max: 1_800,
            parts_max: 4,
            skew_ms_max: or_0(Trial::Skew, 8_000),
            steady_s: or_0(Trial::Jump, 43_200),
            jump_ms_max: 5_000,
        }
    }

    /// How some peers lie.
    pub fn lies(&self) -> Vec<Lie> {
        self.0
            .iter()
            .filter_map(|trial| if let Trial::Lie(lie) = trial { Some(*lie) } else { None })
            .collect()
    }
}

impl FromStr for Trials {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = BTreeSet::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "all" => all.extend(Trial::all()),
                "none" => {}
                name => {
                    let known = Trial::all().find(|trial| trial.to_string() == name);
                    all.insert(known.ok_or_else(|| {
                        let names: Vec<_> = Trial::all().map(|trial| trial.to_string()).collect();
                        format!("'{name}' is no fault: all, none, or some of {}", names.join(", "))
                    })?);
                }
            }
        }
        Ok(Self(all))
    }
}

impl fmt::Display for Trials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => f.write_str("none"),
            _ => f.write_str(&self.0.iter().map(Trial::to_string).collect::<Vec<_>>().join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_faults_reads_back_and_a_wrong_name_is_told() {
        let some: Trials = "loss, crash,forge".parse().unwrap();
        assert_eq!(some.to_string(), "loss,crash,forge");
        assert_eq!("all".parse(), Ok(Trials::all()));
        assert_eq!("none".parse(), Ok(Trials::default()));
        assert!("lose".parse::<Trials>().is_err_and(|e| e.starts_with("'lose' is no fault")));
    }
}
