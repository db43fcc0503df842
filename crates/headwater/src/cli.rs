//! The shape of the command line. Help texts are the doc comments here; `i18n::help` has them in Chinese.

use crate::i18n::Lang;
use crate::values::{IdText, PriceTier, ProcessText, RejectText, Wish};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use vocab::{Decimal, Money, SpecId, Timestamp, Unit};

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
    /// List deals, or show one
    Deals {
        /// Deal, or the first digits of its id
        deal: Option<IdText>,
    },
    /// List orders: what this node has to do
    Orders,
    /// List the work to do, or report it
    Work {
        #[command(subcommand)]
        action: Option<WorkCmd>,
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
    /// Plan an order of one's own
    Plan {
        /// Specification
        spec: SpecId,
        /// How much
        quantity: Decimal,
    },
    /// Sign a quote, or the plan of an own order
    Accept {
        /// Deal or order, or the first digits of its id
        deal: IdText,
    },
    /// Turn a quote or plan down
    Decline {
        /// Deal or order, or the first digits of its id
        deal: IdText,
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
        reject: Vec<RejectText>,
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
    /// Check every signature, link and hash of the records in the data folder
    Verify,
    /// Write data out: EPCIS document, records or model
    Export {
        /// What
        what: ExportKind,
        /// File to write; standard output when not given
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Play a scenario: many nodes on this machine, each a process of its own
    Demo(DemoArgs),
    /// Write a completion script for a shell
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// What the node calls itself
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// File whose first line is the passphrase that seals the key
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// Address of the web app and API [default: 127.0.0.1:7300, or the next free port]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) http: Option<SocketAddr>,
    /// UDP address for peers [default: 0.0.0.0:7400, or the next free port]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) p2p: Option<SocketAddr>,
    /// Talk to nodes on this machine only
    #[arg(long)]
    pub(crate) loopback: bool,
    /// Find and be found by nodes on the local network
    #[arg(long, value_name = "on|off", default_value = "off", hide_possible_values = true)]
    pub(crate) mdns: OnOff,
    /// Ticket of a peer to begin with; may be repeated
    #[arg(long, value_name = "TICKET")]
    pub(crate) peer: Vec<net::Peer>,
    /// Network to take part in: nodes hear of each other's offers when they use the same name
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub(crate) network: String,
    /// Relay of one's own, for peers behind NATs
    #[arg(long, value_name = "URL")]
    pub(crate) relay: Option<net::RelayUrl>,
    /// File whose first line is the passphrase of the key
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// How much to tell on standard error: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub(crate) log: tracing::Level,
    /// Stop when standard input ends, for programs that run nodes
    #[arg(long, hide = true)]
    pub(crate) stop_with_stdin: bool,
    /// Seconds by which the clock is shifted, for trials of clock skew
    #[arg(long, value_name = "SECONDS", default_value_t = 0, hide = true, allow_hyphen_values = true)]
    pub(crate) clock_offset: i64,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder with scenario.toml
    #[arg(long, value_name = "FOLDER", default_value = "scenarios/chairs")]
    pub(crate) scenario: PathBuf,
    /// Where the nodes keep their data, wiped at the next start [default: demo/NAME]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) work: Option<PathBuf>,
    /// End when the story is over, with exit code 1 if a check failed
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PeerCmd {
    /// Make a peer known and dial it
    Add {
        /// What `headwater ticket` shows there
        ticket: net::Peer,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkCmd {
    /// A process has begun
    Start {
        /// Process, as the list shows it: PLAN/NUMBER
        process: ProcessText,
    },
    /// A process is done
    Finish {
        /// Process, as the list shows it: PLAN/NUMBER
        process: ProcessText,
        /// Good output, where it differs from the plan
        #[arg(long)]
        quantity: Option<Decimal>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum StockCmd {
    /// Book stock that was found, opened with or harvested: a new lot
    Raise {
        /// Specification
        spec: SpecId,
        /// How much
        quantity: Decimal,
        /// Serial numbers, separated by commas
        #[arg(long, value_delimiter = ',')]
        serials: Vec<String>,
        /// What else to declare in its passport: KEY=VALUE; may be repeated
        #[arg(long, value_name = "KEY=VALUE")]
        property: Vec<Wish>,
    },
    /// Book stock that was lost, spoilt or miscounted
    Lower {
        /// Lot, or the first digits of its id
        lot: IdText,
        /// How much
        quantity: Decimal,
        /// Serial numbers, separated by commas
        #[arg(long, value_delimiter = ',')]
        serials: Vec<String>,
        /// Why
        #[arg(long)]
        note: String,
    },
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

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCmd {
    /// Columns: spec, quantity; optional: serials (separated by ;), property:NAME
    Stock {
        /// CSV file, UTF-8, with a line of column names
        file: PathBuf,
    },
    /// Columns: output, and input and quantity or step and work_center; optional: output_quantity, setup_s, run_s,
    /// fixed_s, labour_s, units. One line for each input and each step, in order; units are the work centre's
    Recipes {
        /// CSV file, UTF-8, with a line of column names
        file: PathBuf,
    },
    /// Columns: spec, currency, prices (such as 1=120;20=96); optional: name, unit, minimum, step, maximum,
    /// lead_time_days, expires_days, pool_cap, pool_lead_time_days, pool_payment
    Offers {
        /// CSV file, UTF-8, with a line of column names
        file: PathBuf,
    },
    /// All a firm makes and offers: specifications, recipes, work centres, stock, offers and needs
    Firm {
        /// TOML or JSON file
        file: PathBuf,
    },
    /// Make a scenario of a published supply chain: every stage a firm with a node of its own
    Chain {
        /// CSV file of a chain, as Willems (2008) published them
        file: PathBuf,
        /// Folder for the scenario, new or empty
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// Currency of its costs, which the data does not name
        #[arg(long, default_value = "USD")]
        currency: vocab::Currency,
    },
}

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
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ExportKind {
    /// GS1 EPCIS 2.0 events
    Epcis,
    /// Every record with its signature, one JSON object per line; the node must be stopped
    Records,
    /// Recipes and work centres
    Model,
}
