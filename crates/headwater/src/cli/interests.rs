//! What a node is to hear of.

use crate::values::Coordinates;
use clap::{Args, Subcommand};
use vocab::SpecId;

#[derive(Debug, Subcommand)]
pub(crate) enum InterestsCmd {
    /// Hear of these categories and no others
    Set(InterestArgs),
    /// Hear of these categories too
    Add(InterestArgs),
    /// Keep everything that is heard, as at first
    Everything,
}

#[derive(Debug, Args)]
pub(crate) struct InterestArgs {
    /// Categories, such as furniture
    #[arg(required = true)]
    pub(crate) categories: Vec<SpecId>,
    /// Local listings around this place too: degrees north and east, such as 47.99,7.85
    #[arg(long, value_name = "LATITUDE,LONGITUDE", allow_hyphen_values = true)]
    pub(crate) near: Option<Coordinates>,
    /// Within so many kilometres of the place given with --near
    #[arg(long, value_name = "KILOMETRES", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) within: u32,
}
