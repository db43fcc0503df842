//! Whom the owner trusts, and what speaks for strangers.

use clap::Args;
use vocab::{Money, Timestamp};

use crate::values::IdText;

#[derive(Debug, Args)]
pub(crate) struct VouchArgs {
    /// Agent: a did:key, or the name of a peer
    pub(crate) agent: String,
    /// What you hold of the agent's as a deposit, such as 50EUR
    #[arg(long, value_name = "AMOUNT", value_parser = crate::values::money)]
    pub(crate) deposit: Option<Money>,
    /// A deal between the two of you that went well, or the first digits of its id
    #[arg(long, value_name = "DEAL")]
    pub(crate) because: Option<IdText>,
    /// Until when it counts, such as 2030-12-20; the newest word counts, so a time that is past takes it back [default: a year from now]
    #[arg(long, value_name = "TIME", value_parser = crate::values::time)]
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct StampArgs {
    /// Zero bits to work for: each is twice the work, and twice the room [default: as many as this node asks of others]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=31))]
    pub(crate) bits: Option<u32>,
    /// Days for which it counts
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=31))]
    pub(crate) days: u32,
}
