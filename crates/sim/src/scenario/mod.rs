//! Networks as data: who there is, what they make and want, and how their owners go about it.
//!
//! A [`Scenario`] is read from TOML; [`play`] makes a [`World`](crate::World) of it and has the owners act, by ordinary
//! commands, for so many virtual days under so many [`Trial`] faults; [`Played`] says what came of it.

mod owner;
mod people;
mod play;
mod trial;

pub(crate) use play::play_watching;
pub use play::{Played, Setting, Violation, play};
use serde::Deserialize;
pub use trial::{Trial, Trials};
use vocab::{Decimal, SpecId, Text, Unit};

/// A network as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// for people
    pub name: Text,
    /// how many nodes, unless said otherwise
    pub nodes: usize,
    /// how many days they live, unless said otherwise
    pub days: u32,
    /// where their places are drawn from
    pub area: Area,
    /// seconds between two comparisons of public records
    #[serde(default = "an_hour")]
    pub reconcile_s: i64,
    /// who there is; the last kind takes what the shares of the others leave
    #[serde(rename = "kind")]
    pub kinds: Vec<Kind>,
}

/// Degrees north and east, from and to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// from south to north
    pub north: [f64; 2],
    /// from west to east
    pub east: [f64; 2],
}

/// Participants of one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// what they are called
    pub name: String,
    /// their share of all, thousandths; at least one of a kind there is
    pub per_mille: usize,
    /// what they make
    #[serde(default)]
    pub makes: Option<Makes>,
    /// they carry goods for others
    #[serde(default)]
    pub carries: bool,
    /// what they want, again and again
    #[serde(default)]
    pub wants: Vec<Want>,
    /// what their line adds to a frame, milliseconds
    #[serde(default)]
    pub line_ms: i64,
}

/// What a firm makes and offers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Makes {
    /// what
    pub spec: SpecId,
    /// what it is counted in
    pub unit: Unit,
    /// from which quantity at which price, euro
    pub prices: Vec<(Decimal, Decimal)>,
    /// orders are multiples of this
    #[serde(default = "one")]
    pub step: Decimal,
    /// most it makes for one pool, where it admits pools
    #[serde(default)]
    pub pool_cap: Option<Decimal>,
    /// seconds of work on one
    pub run_s: i64,
    /// seconds an order takes besides
    #[serde(default)]
    pub fixed_s: i64,
    /// orders worked on at once
    pub units: u32,
    /// what goes into one, and how much of it
    #[serde(default)]
    pub inputs: Vec<(SpecId, Decimal)>,
}

/// What a household wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Want {
    /// what
    pub spec: SpecId,
    /// from one to so many
    pub most: i64,
    /// mean hours between two such wants
    pub every_h: i64,
    /// hours within which it must be there
    pub due_h: i64,
    /// most paid for one, euro
    pub ceiling: Decimal,
    /// rather in a pool, where one can be had
    #[serde(default)]
    pub pools: bool,
}

impl Scenario {
    /// Those that come with the program, by name.
    pub const BUILT_IN: [(&str, &str); 3] = [
        ("village", include_str!("../../../../scenarios/simulated/village.toml")),
        ("pools", include_str!("../../../../scenarios/simulated/pools.toml")),
        ("province", include_str!("../../../../scenarios/simulated/province.toml")),
    ];

    /// The built-in scenario of that name.
    pub fn built_in(name: &str) -> Option<Self> {
        let (_, text) = Self::BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Self::read(text).ok()
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// In words, where it makes no sense.
    pub fn read(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let made: Vec<&SpecId> =
            scenario.kinds.iter().filter_map(|k| Some(&k.makes.as_ref()?.spec)).collect();
        let used = scenario.kinds.iter().flat_map(|kind| {
            let inputs = kind.makes.iter().flat_map(|m| m.inputs.iter().map(|(spec, _)| spec));
            inputs.chain(kind.wants.iter().map(|want| &want.spec))
        });
        if let Some(spec) = used.into_iter().find(|spec| !made.contains(spec)) {
            return Err(format!("nobody makes '{spec}', which somebody needs: add a kind that makes it"));
        }
        let shares: usize = scenario.kinds.iter().map(|kind| kind.per_mille).sum();
        match (1..=1_000).contains(&shares) {
            true => Ok(scenario),
            false => Err(format!("the kinds' shares add up to {shares} thousandths: 1 to 1000 is right")),
        }
    }
}

fn an_hour() -> i64 {
    3_600
}

fn one() -> Decimal {
    Decimal::ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_program_can_be_read() {
        for (name, text) in Scenario::BUILT_IN {
            assert!(Scenario::read(text).is_ok(), "{name}: {:?}", Scenario::read(text).err());
        }
    }

    #[test]
    fn what_nobody_makes_is_missed_by_name() {
        let text = Scenario::BUILT_IN[1].1.replace("spec = \"board\"", "spec = \"plank\"");
        let missed = Scenario::read(&text).map(|s| s.nodes);
        assert_eq!(
            missed,
            Err("nobody makes 'board', which somebody needs: add a kind that makes it".to_owned())
        );
    }
}
