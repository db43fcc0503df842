//! The shape of the command line. Help texts are the doc comments here; `i18n::help` has them in Chinese.

mod board;
mod interests;
mod joint;
mod market;
mod node;
mod plan;
mod search;
mod standing;
mod workshop;

use crate::i18n::Lang;
use crate::values::{IdText, LotText};
pub(crate) use board::{CapableArgs, GanttArgs, MoveArgs};
use clap::{Args, Parser, Subcommand};
pub(crate) use interests::{InterestArgs, InterestsCmd};
pub(crate) use joint::{JointCallArgs, JointCmd, JointDemandArgs};
pub(crate) use market::{
    CapacityArgs, DateCmd, DateWord, FeedbackCmd, NeedArgs, OfferArgs, PoolCmd, WantArgs, YesNo,
};
pub(crate) use node::{
    DemoArgs, InitArgs, OnOff, PeerCmd, ReplayArgs, SimulateArgs, SimulateCmd, SoakArgs, UpArgs,
};
pub(crate) use plan::{PlanArgs, PlanCmd, PlanOrder, ScheduleArgs, SolveArgs, WhyArgs};
pub(crate) use search::{SearchArgs, Sought};
pub(crate) use standing::{StampArgs, VouchArgs};
use std::path::PathBuf;
use vocab::{Decimal, Money, Timestamp};
pub(crate) use workshop::{
    EstimateCmd, ExportArgs, ExportKind, ImportCmd, OutageCmd, RetailArgs, StockCmd, WorkCmd,
};

/// Exit codes, shown under `--help`.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused or failed; 2 the command line or a file makes no \
    sense; 3 no running node could be reached; 4 the data folder is in use, missing or cannot be written.";

/// Needs flow upstream, goods flow downstream, and nobody owns the river.
#[derive(Debug, Parser)]
#[command(name = "headwater", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Cmd,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Data folder of the node [default: ~/.headwater]
    #[arg(long, global = true, env = "HEADWATER_DIR", hide_env_values = true, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of messages [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Lang>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Cmd {
    /// Make a data folder with a new key
    Init(InitArgs),
    /// Run the node until Ctrl-C
    Up(Box<UpArgs>),
    /// Make a one-time link that opens the web app
    Link,
    /// Show the ticket by which others reach this node
    Ticket,
    /// List peers, or make one known
    Peer {
        #[command(subcommand)]
        action: Option<PeerCmd>,
    },
    /// The node at a glance
    Status,
    /// List offers
    Offers,
    /// List needs, with the offers that fit them
    Needs,
    /// List pools
    Pools,
    /// What this node hears of: categories of goods, and where
    Interests {
        #[command(subcommand)]
        action: Option<InterestsCmd>,
    },
    /// List buying rounds, with what this node gets of each
    Rounds,
    /// List who fetches what at the drop-offs this node leads or supplies
    DropOffs,
    /// Show how far others are trusted, and what speaks for them
    Standing {
        /// Agent: a did:key, or the name of a peer
        agent: Option<String>,
    },
    /// Remember that an agent is known: what it publishes has room, and whom it vouches for counts
    Know {
        /// Agent: a did:key, or the name of a peer
        agent: String,
    },
    /// Vouch publicly for an agent
    Vouch(VouchArgs),
    /// Spend work on this node's key, so that strangers keep what it publishes
    Stamp(StampArgs),
    /// List auctions of capacity
    Auctions,
    /// List standing orders, with what is proposed for them
    Proposals,
    /// Search what peers and indexers keep, and compare their answers
    Search(SearchArgs),
    /// List deals, or show one
    Deals {
        /// Deal, or the first digits of its id
        deal: Option<IdText>,
    },
    /// List orders: what this node has to do
    Orders,
    /// Draw the plan: work centres over time, and what is lacking
    Gantt(GanttArgs),
    /// Draw what an order hangs on: what is made, taken and bought for it, and who was asked
    Tree {
        /// Order, or the first digits of its id
        order: IdText,
    },
    /// Why an order is ready when it is, and what would help
    Why {
        /// Order, or the first digits of its id
        order: IdText,
    },
    /// Put a process elsewhere in the plan, or show what would follow
    Move(MoveArgs),
    /// How much of something could be had by when
    Capable(CapableArgs),
    /// List the work to do, or report it
    Work {
        #[command(subcommand)]
        action: Option<WorkCmd>,
    },
    /// List work centres out of use, or report one
    Outage {
        #[command(subcommand)]
        action: Option<OutageCmd>,
    },
    /// List the work of a work centre, or of all, in the order in which to do it
    Floor {
        /// Work centre, by the name the recipes use
        work_center: Option<String>,
    },
    /// List what the shop floor has shown of the recipes' times, or take it over
    Estimates {
        #[command(subcommand)]
        action: Option<EstimateCmd>,
    },
    /// List stock, or correct it
    Stock {
        #[command(subcommand)]
        action: Option<StockCmd>,
    },
    /// List goods changing hands
    Handovers,
    /// List specifications
    Specs,
    /// List what users said, or say something
    Feedback {
        #[command(subcommand)]
        action: Option<FeedbackCmd>,
    },
    /// Publish a specification from a TOML or JSON file
    Describe {
        /// File with id, name, unit and so on
        file: PathBuf,
    },
    /// Take recipes and work centres from a TOML or JSON file
    Model {
        /// File with recipes and work_centers
        file: PathBuf,
    },
    /// Take stock, recipes or offers from a file, or make a scenario of a supply chain
    Import {
        #[command(subcommand)]
        what: ImportCmd,
    },
    /// Publish an offer
    Offer(Box<OfferArgs>),
    /// Publish a need
    Need(NeedArgs),
    /// Take an offer or need back
    Withdraw {
        /// Offer or need, or the first digits of its id
        listing: IdText,
    },
    /// Ask an offerer for price and date
    Enquire {
        /// Offer, or the first digits of its id
        offer: IdText,
        /// How much
        quantity: Decimal,
        /// Wanted by: a date, or a time such as 2030-12-20T12:00:00Z
        #[arg(long, value_parser = crate::values::time)]
        due: Option<Timestamp>,
    },
    /// Plan an order of one's own, or solve a planning problem in a file
    Plan(PlanArgs),
    /// Sign a quote or the plan of an own order, or agree to a proposal
    Accept {
        /// Deal, order or proposal, or the first digits of its id
        deal: IdText,
    },
    /// Turn a quote, plan or proposal down
    Decline {
        /// Deal, order or proposal, or the first digits of its id
        deal: IdText,
    },
    /// Let the node look for something by itself, within limits
    #[command(visible_alias = "standing-order")]
    Want(Box<WantArgs>),
    /// Stop looking for something
    Unwant {
        /// Standing order, or the first digits of its id
        order: IdText,
    },
    /// Sell capacity by auction
    Capacity(CapacityArgs),
    /// Bid for goods whose capacity is sold by auction
    Bid {
        /// Offer, or the first digits of its id
        offer: IdText,
        /// How much
        quantity: Decimal,
        /// Most to be paid for one unit, such as 110EUR
        #[arg(value_parser = crate::values::money)]
        at_most: Money,
    },
    /// Plan together who makes what for whom, where making has a set-up cost; without an action, list the calls
    Joint {
        #[command(subcommand)]
        action: Option<JointCmd>,
    },
    /// Buy together: open a pool, or pledge to one
    Pool {
        #[command(subcommand)]
        action: PoolCmd,
    },
    /// Ask the other side to undo a deal
    Cancel {
        /// Deal, or the first digits of its id
        deal: IdText,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Answer the other side's wish to cancel
    AnswerCancel {
        /// Deal, or the first digits of its id
        deal: IdText,
        /// Yes or no
        answer: YesNo,
    },
    /// Move the date of a deal by agreement
    Date {
        #[command(subcommand)]
        action: DateCmd,
    },
    /// Hand goods over under a deal
    Ship {
        /// Deal, or the first digits of its id
        deal: IdText,
        /// Carrier: a did:key, or the name of a peer
        #[arg(long, value_name = "AGENT")]
        via: Option<String>,
        /// How much; all that is due when not given
        #[arg(long)]
        quantity: Option<Decimal>,
    },
    /// Take over what was handed to this node
    Receive {
        /// Handover, or the first digits of its id
        handover: IdText,
        /// What is refused: LOT:QUANTITY, or LOT:QUANTITY:SERIAL,SERIAL
        #[arg(long, value_name = "LOT:QUANTITY")]
        reject: Vec<LotText>,
        /// Why it is refused
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// As a carrier: hand on what was taken over
    PassOn {
        /// Handover, or the first digits of its id
        handover: IdText,
    },
    /// Say that a claim was paid
    Settle {
        /// Deal, or the first digits of its id
        deal: IdText,
        /// How much; all that is owed when not given
        #[arg(long)]
        amount: Option<Decimal>,
        /// How
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Trace a lot back to its sources
    Trace {
        /// Lot, or the first digits of its id
        lot: IdText,
    },
    /// Trace a lot forward to everything it went into
    Recall {
        /// Lot, or the first digits of its id
        lot: IdText,
    },
    /// Check every signature, link and hash of the records in the data folder, or a proof from a file
    Verify {
        /// File that `headwater pool proof` wrote: check that instead
        #[arg(long)]
        proof: Option<PathBuf>,
    },
    /// Write data out: EPCIS document, records, model or plan
    Export(ExportArgs),
    /// Play a scenario: many nodes on this machine, each a process of its own
    Demo(DemoArgs),
    /// Run a network in virtual time and print what it promised
    Simulate(SimulateArgs),
    /// Write a completion script for a shell
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
}
