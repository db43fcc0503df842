//! What runs a node, or several: a folder, addresses, peers, a story.

use clap::{Args, Subcommand, ValueEnum};
use sim::scenario::Trials;
use std::net::SocketAddr;
use std::path::PathBuf;
use vocab::Decimal;

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
    /// Keep all that can be heard and answer many searches, as an indexer does; else as limits.toml in the data folder says
    #[arg(long)]
    pub(crate) keep_all: bool,
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

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct SimulateArgs {
    #[command(subcommand)]
    pub(crate) what: Option<SimulateCmd>,
    /// A scenario's file, or village, pools or province
    #[arg(required = true)]
    pub(crate) scenario: Option<String>,
    /// How many nodes [default: as the scenario says]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(crate) nodes: Option<u32>,
    /// How many virtual days [default: as the scenario says]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(crate) days: Option<u32>,
    /// How many virtual hours, instead of days
    #[arg(long, value_name = "NUMBER", conflicts_with = "days",
        value_parser = clap::value_parser!(u32).range(1..=87_600))]
    pub(crate) hours: Option<u32>,
    /// What all chance follows from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// What goes wrong: all, none, or names with commas between, of which a wrong one lists those there are
    #[arg(long, value_name = "LIST", default_value = "none")]
    pub(crate) faults: Trials,
}

#[derive(Debug, Args)]
pub(crate) struct SoakArgs {
    /// The first seed [default: from the clock]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// How many seeds [default: until stopped]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seeds: Option<u64>,
    /// End after so many seconds
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seconds: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCmd {
    /// Scenarios under faults and lies, each seed another mix, until stopped or something that must hold breaks
    Soak(SoakArgs),
    /// Weeks of a wholesaler-retailer's order lines through pools and auctions, beside perfect pooling and the optimum
    Retail(ReplayArgs),
    /// The firms of a published supply chain as independent nodes, beside a planner who sees all
    Chain {
        /// Spreadsheet in the format of Willems 2008
        file: PathBuf,
        /// Most orders
        #[arg(long, value_name = "NUMBER", default_value_t = 200)]
        orders: usize,
        /// How busy a stage is at most, per cent; without it there are no limits and each buyer orders once
        #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(1..=100))]
        capacity: Option<u32>,
        /// Milliseconds for which firms let orders asked earlier go first; 0 = first come, first served
        #[arg(long, value_name = "MILLISECONDS", default_value_t = 1_000)]
        turn_ms: u64,
        /// What all chance follows from
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Order lines in the columns of "Online Retail" (Chen, Sain, Guo 2012), CSV or CSV packed with gzip
    pub(crate) file: Option<PathBuf>,
    /// How many weeks
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) weeks: usize,
    /// The first of them, counted from 1
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) from: usize,
    /// How many suppliers
    #[arg(long, value_name = "NUMBER", default_value_t = 60, value_parser = suppliers)]
    pub(crate) suppliers: usize,
    /// What all suppliers can make, as a multiple of what is wanted
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    pub(crate) capacity: Decimal,
    /// What all chance follows from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Have each supplier pay a set-up for each product, and plan the week jointly
    #[arg(long)]
    pub(crate) setup: bool,
}

/// From 1 to 1,000 suppliers.
fn suppliers(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=1_000).contains(n)).ok_or_else(|| "1..=1000".to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum PeerCmd {
    /// Make a peer known and dial it
    Add {
        /// What `headwater ticket` shows there
        ticket: net::Peer,
    },
}
