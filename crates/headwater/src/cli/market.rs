//! What is said in the market: offers, needs, pools, answers.

use crate::values::{IdText, PriceTier, Wish};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use vocab::{Decimal, Money, SpecId, Timestamp, Unit};

#[derive(Debug, Args)]
pub(crate) struct OfferArgs {
    /// Specification offered, or a TOML or JSON file with the whole offer
    pub(crate) spec_or_file: String,
    /// Price of one unit from a quantity up: FROM=PRICE; may be repeated
    #[arg(long, value_name = "FROM=PRICE")]
    pub(crate) price: Vec<PriceTier>,
    /// Currency of the prices, such as EUR
    #[arg(long)]
    pub(crate) currency: Option<vocab::Currency>,
    /// Category by which others find it; the specification's when not given
    #[arg(long)]
    pub(crate) category: Option<SpecId>,
    /// Name for people; the specification's when not given
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Unit; the specification's when not given
    #[arg(long)]
    pub(crate) unit: Option<Unit>,
    /// Smallest order
    #[arg(long)]
    pub(crate) minimum: Option<Decimal>,
    /// Orders are multiples of this
    #[arg(long)]
    pub(crate) step: Option<Decimal>,
    /// Largest order
    #[arg(long)]
    pub(crate) maximum: Option<Decimal>,
    /// Usual lead time in days
    #[arg(long, value_name = "DAYS")]
    pub(crate) lead_time: Option<u32>,
    /// Days until it expires
    #[arg(long, value_name = "DAYS")]
    pub(crate) expires: Option<u32>,
    /// Where from
    #[arg(long)]
    pub(crate) place: Option<String>,
    /// Most that will be made for one pool; allows pools
    #[arg(long, requires = "pool_lead_time")]
    pub(crate) pool_cap: Option<Decimal>,
    /// Days from a pool's close to its goods
    #[arg(long, value_name = "DAYS")]
    pub(crate) pool_lead_time: Option<u32>,
    /// How and when members of a pool pay
    #[arg(long, default_value = "on delivery")]
    pub(crate) pool_payment: String,
}

#[derive(Debug, Args)]
pub(crate) struct NeedArgs {
    /// Specification
    pub(crate) spec: SpecId,
    /// How much
    pub(crate) quantity: Decimal,
    /// Category by which others find it; the specification's when not given
    #[arg(long)]
    pub(crate) category: Option<SpecId>,
    /// Name for people
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Most to be paid for one unit, such as 110EUR
    #[arg(long, value_parser = crate::values::money)]
    pub(crate) ceiling: Option<Money>,
    /// Wanted by: a date, or a time such as 2030-12-20T12:00:00Z
    #[arg(long, value_parser = crate::values::time)]
    pub(crate) due: Option<Timestamp>,
    /// Wanted where
    #[arg(long)]
    pub(crate) place: Option<String>,
    /// Days until it expires
    #[arg(long, value_name = "DAYS")]
    pub(crate) expires: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PoolCmd {
    /// Ask an offerer for a pool, kept by this node
    Open {
        /// Offer, or the first digits of its id
        offer: IdText,
        /// Smallest total that makes it
        threshold: Decimal,
        /// When it closes: a date, or a time such as 2030-12-20T12:00:00Z
        #[arg(value_parser = crate::values::time)]
        closes: Timestamp,
    },
    /// Pledge to a pool, or change one's pledge
    Pledge {
        /// Pool, or the first digits of its id
        pool: IdText,
        /// More than this is not wanted
        at_most: Decimal,
        /// Most to be paid for one unit
        ceiling: Decimal,
        /// Less than this is of no use; the same as the most when not given
        #[arg(long)]
        at_least: Option<Decimal>,
    },
    /// Check every pledge under a pool's close, fetched from whoever has them
    Audit {
        /// Pool, or the first digits of its id
        pool: IdText,
    },
    /// Write this node's proof of its part of a pool, which anyone can check with `headwater verify --proof`
    Proof {
        /// Pool, or the first digits of its id
        pool: IdText,
        /// File to write; standard output when not given
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DateCmd {
    /// Ask the buyer or supplier of a deal for another date
    Ask {
        /// Deal, or the first digits of its id
        deal: IdText,
        /// The goods would be there by then: a date, or a time such as 2030-12-20T12:00:00Z
        #[arg(value_parser = crate::values::time)]
        date: Timestamp,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Answer another date that the supplier offers
    Answer {
        /// Deal, or the first digits of its id
        deal: IdText,
        /// Yes; no, the old date stands; undo the deal; or ask this node's own buyers first
        answer: DateWord,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum DateWord {
    Accept,
    Refuse,
    Cancel,
    PassOn,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FeedbackCmd {
    /// Tell the maker of an item what was learnt
    Add {
        /// Deal by which it came, or the first digits of its id
        deal: IdText,
        /// 1 (poor) to 5 (good)
        #[arg(value_parser = clap::value_parser!(u8).range(1..=5))]
        rating: u8,
        /// In words
        #[arg(long, default_value = "")]
        text: String,
        /// Serial number of the piece
        #[arg(long)]
        serial: Option<String>,
        /// Property wished for: KEY=VALUE; may be repeated
        #[arg(long, value_name = "KEY=VALUE")]
        wish: Vec<Wish>,
    },
}
