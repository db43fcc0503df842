//! What is said in the market: offers, needs, pools, answers.

use crate::values::{DropText, IdText, PriceTier, ProductText, RangeText, Wish};
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
    /// Auction its capacity is sold in
    #[arg(long, requires = "load")]
    pub(crate) auction: Option<vocab::RecordId>,
    /// Capacity of the auction that one unit takes
    #[arg(long, requires = "auction")]
    pub(crate) load: Option<Decimal>,
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
    /// What is made for a pool comes in multiples of this
    #[arg(long, requires = "pool_cap")]
    pub(crate) pool_case: Option<Decimal>,
    /// Most for all pools on the offer together, open and made
    #[arg(long, requires = "pool_cap")]
    pub(crate) pool_stock: Option<Decimal>,
    /// Only pledges vouched for by this agent count towards a price: a peer's name or did:key; may be repeated
    #[arg(long, value_name = "AGENT", requires = "pool_cap")]
    pub(crate) pool_voucher: Vec<String>,
    /// The price follows what members really take over, within each one's ceiling
    #[arg(long, requires = "pool_cap")]
    pub(crate) pool_on_accepted: bool,
    /// What is delivered to members may be so many percent more or less
    #[arg(long, value_name = "PERCENT", requires = "pool_cap")]
    pub(crate) pool_tolerance: Option<u8>,
    /// Longest time from a pool's closing to a second one, for members who consent
    #[arg(long, value_name = "DAYS", requires = "pool_cap")]
    pub(crate) pool_extension: Option<u32>,
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

#[derive(Debug, Args)]
pub(crate) struct WantArgs {
    /// Specification
    pub(crate) spec: SpecId,
    /// How much
    pub(crate) quantity: Decimal,
    /// Most that one unit is worth, such as 110EUR
    #[arg(value_parser = crate::values::money)]
    pub(crate) at_most: Money,
    /// Buy within the limits without asking
    #[arg(long)]
    pub(crate) auto: bool,
    /// Join or ask for pools where that is cheaper and in time
    #[arg(long)]
    pub(crate) pool: bool,
    /// Take part in joint plans of others by itself, showing their planner the limit
    #[arg(long, requires = "auto", conflicts_with = "due")]
    pub(crate) joint: bool,
    /// Wanted by: a date, or a time such as 2030-12-20T12:00:00Z
    #[arg(long, value_parser = crate::values::time)]
    pub(crate) due: Option<Timestamp>,
    /// Degrees north of where it is wanted
    #[arg(long, requires = "longitude", allow_hyphen_values = true)]
    pub(crate) latitude: Option<Decimal>,
    /// Degrees east of where it is wanted
    #[arg(long, requires = "latitude", allow_hyphen_values = true)]
    pub(crate) longitude: Option<Decimal>,
    /// From no further than that
    #[arg(long, value_name = "KM")]
    pub(crate) max_distance: Option<u32>,
    /// What a kilometre costs, for one unit
    #[arg(long, default_value = "0")]
    pub(crate) per_km: Decimal,
    /// What a day of waiting costs, for one unit
    #[arg(long, default_value = "0")]
    pub(crate) per_day: Decimal,
    /// What it costs for one unit if the specification does not state a property: NAME=AMOUNT; may be repeated
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub(crate) property: Vec<Wish>,
    /// What a supplier costs for one unit that has not kept a deal with this node yet
    #[arg(long, default_value = "0")]
    pub(crate) stranger: Decimal,
    /// What a supplier costs for one unit whose deals with this node all failed
    #[arg(long, default_value = "0")]
    pub(crate) failed: Decimal,
    /// Days until it is given up
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) expires: u32,
}

#[derive(Debug, Args)]
pub(crate) struct CapacityArgs {
    /// Name for people, such as "hours of the mill"
    pub(crate) name: String,
    /// How much there is
    pub(crate) quantity: Decimal,
    /// Unit, such as h
    pub(crate) unit: Unit,
    /// When it closes: a date, or a time such as 2030-12-20T12:00:00Z
    #[arg(value_parser = crate::values::time)]
    pub(crate) closes: Timestamp,
    /// What the price of one unit of capacity rises by, such as 0.5EUR
    #[arg(long, value_parser = crate::values::money)]
    pub(crate) rise: Money,
    /// Where the price begins
    #[arg(long, default_value = "0")]
    pub(crate) reserve: Decimal,
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
        /// Second closing time, for those who consent to wait: a date or time
        #[arg(long, value_name = "TIME", value_parser = crate::values::time)]
        extended: Option<Timestamp>,
        /// Where members fetch their goods, and who hands them out: NAME=AGENT; may be repeated
        #[arg(long = "drop", value_name = "NAME=AGENT")]
        drops: Vec<DropText>,
    },
    /// Open a buying round: pools on several offers that close and are handed out together, kept by this node
    Round {
        /// Name for people
        name: String,
        /// When it closes: a date, or a time such as 2030-12-20T12:00:00Z
        #[arg(value_parser = crate::values::time)]
        closes: Timestamp,
        /// Offer and the smallest total that makes its pool: OFFER:THRESHOLD; may be repeated
        #[arg(long, required = true, value_name = "OFFER:THRESHOLD")]
        product: Vec<ProductText>,
        /// Where members fetch their goods, and who hands them out: NAME=AGENT; may be repeated
        #[arg(long = "drop", value_name = "NAME=AGENT")]
        drops: Vec<DropText>,
    },
    /// Pledge to a pool, or change one's pledge
    Pledge {
        /// Pool, or the first digits of its id
        pool: IdText,
        /// How much is wanted: a quantity, or a range such as 10-14
        quantity: RangeText,
        /// Most to be paid for one unit
        ceiling: Decimal,
        /// Less than this is of no use; the same as the most when not given
        #[arg(long)]
        at_least: Option<Decimal>,
        /// Wait for the second closing time, if the first makes no pool
        #[arg(long)]
        extend: bool,
        /// Where the goods are to be fetched: number of the pool's drop-off, from 0
        #[arg(long, value_name = "NUMBER")]
        drop_off: Option<u16>,
    },
    /// As the producer: hand over all that is due at one drop-off of a made pool
    Ship {
        /// Pool, or the first digits of its id
        pool: IdText,
        /// Number of its drop-off, from 0
        drop_off: u16,
    },
    /// As the producer: say what members took over, which sets the price where it follows that
    Account {
        /// Pool, or the first digits of its id
        pool: IdText,
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
