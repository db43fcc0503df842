//! Joint plans at the command line.

use clap::{Args, Subcommand};
use std::path::PathBuf;
use vocab::{Currency, Decimal, Money, SpecId, Timestamp, Unit};

use crate::values::IdText;

#[derive(Debug, Subcommand)]
pub(crate) enum JointCmd {
    /// Call for a joint plan, which this node will make
    Call(JointCallArgs),
    /// Say what this node would make, from a file
    Supply {
        /// JSON file: call, quantity, lead_time_s, products; as the API's `plan_supply`
        file: PathBuf,
    },
    /// Say what this node would take, and at most for how much
    Demand(JointDemandArgs),
    /// Show a call with what this node said under it and what came of it
    Show {
        /// Call, or the first digits of its id
        call: IdText,
    },
    /// Make a plan again from what it was made of, and compare
    Replay {
        /// Call, or the first digits of its id
        call: IdText,
    },
}

#[derive(Debug, Args)]
pub(crate) struct JointCallArgs {
    /// Name for people, such as "winter orders"
    pub(crate) name: String,
    /// Currency of all prices, such as EUR
    #[arg(long)]
    pub(crate) currency: Currency,
    /// What capacity is counted in, such as h
    #[arg(long)]
    pub(crate) unit: Unit,
    /// Until when supplies and demands are taken
    #[arg(long, value_name = "TIME", value_parser = crate::values::time)]
    pub(crate) takes_until: Timestamp,
    /// When the plan is out
    #[arg(long, value_name = "TIME", value_parser = crate::values::time)]
    pub(crate) closes: Timestamp,
    /// Category by which others find it
    #[arg(long)]
    pub(crate) category: Option<SpecId>,
}

#[derive(Debug, Args)]
pub(crate) struct JointDemandArgs {
    /// Call, or the first digits of its id
    pub(crate) call: IdText,
    /// Specification
    pub(crate) spec: SpecId,
    /// How much
    pub(crate) quantity: Decimal,
    /// Most to be paid for one unit, such as 110EUR
    #[arg(value_parser = crate::values::money)]
    pub(crate) at_most: Money,
    /// What a kilometre costs, for one unit
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) per_km: Option<Decimal>,
    /// From no further than that
    #[arg(long, value_name = "KM")]
    pub(crate) max_distance: Option<u32>,
    /// Degrees north of where it is wanted
    #[arg(long, requires = "longitude", allow_hyphen_values = true)]
    pub(crate) latitude: Option<Decimal>,
    /// Degrees east of where it is wanted
    #[arg(long, requires = "latitude", allow_hyphen_values = true)]
    pub(crate) longitude: Option<Decimal>,
}
