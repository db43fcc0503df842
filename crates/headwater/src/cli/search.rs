//! What is looked for, and whom to ask.

use crate::values::Coordinates;
use clap::{Args, ValueEnum};
use vocab::{Decimal, SpecId};

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words that the names hold, in any language
    pub(crate) text: Vec<String>,
    /// What kind of listing
    #[arg(
        long,
        value_enum,
        default_value = "offers",
        value_name = "offers|needs|pools",
        hide_possible_values = true
    )]
    pub(crate) kind: Sought,
    /// Coarse class, such as furniture
    #[arg(long)]
    pub(crate) category: Option<SpecId>,
    /// Exactly this specification
    #[arg(long)]
    pub(crate) spec: Option<SpecId>,
    /// Within so many kilometres of the place given with --near
    #[arg(long, value_name = "KILOMETRES", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=20_040))]
    pub(crate) within: u32,
    /// Near this place: degrees north and east, such as 47.99,7.85
    #[arg(long, value_name = "LATITUDE,LONGITUDE", allow_hyphen_values = true)]
    pub(crate) near: Option<Coordinates>,
    /// So much is to be had; a need wants no more
    #[arg(long)]
    pub(crate) quantity: Option<Decimal>,
    /// Most listings of one answer
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) limit: u32,
    /// Agent to ask: a did:key, or the name of a peer; may be repeated [default: 5 connected peers]
    #[arg(long, value_name = "AGENT")]
    pub(crate) ask: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Sought {
    Offers,
    Needs,
    Pools,
}
