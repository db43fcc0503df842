//! What each subcommand does.

mod act;
mod board;
mod export;
mod files;
mod holidays;
mod import;
mod init;
mod interests;
mod joint;
mod list;
mod live;
mod play;
mod pool;
mod replay;
mod retail;
mod schedule;
mod search;
mod sheets;
mod simulate;
mod solve;
mod standing;
mod up;
mod verify;

use crate::cli::{Cli, Cmd, Common, FeedbackCmd, ImportCmd, PeerCmd, PlanArgs, PlanCmd, PoolCmd, StockCmd};
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::{Lang, Msg, say};
use crate::show;
use serde_json::Value;
use std::path::PathBuf;
use vocab::Said;

/// What every subcommand needs.
pub(crate) struct Context {
    pub(crate) dir: PathBuf,
    pub(crate) lang: Lang,
    json: bool,
}

impl Context {
    fn new(common: &Common, lang: Lang) -> Result<Self> {
        let dir = common.dir.clone().or_else(|| std::env::home_dir().map(|home| home.join(".headwater")));
        let dir = dir.ok_or_else(|| Failure::new(Exit::Usage, "usage", say(lang, Msg::NoHome, &[])))?;
        Ok(Self { dir, lang, json: common.json })
    }

    fn say(&self, message: Msg, with: &[&dyn std::fmt::Display]) -> String {
        say(self.lang, message, with)
    }
    /// What a library said, in the reader's language.
    fn read(&self, said: &impl Said) -> String {
        match self.lang {
            Lang::En => said.to_string(),
            Lang::Zh => said.zh(),
        }
    }

    fn client(&self) -> Result<Client> {
        Client::open(&self.dir, self.lang)
    }

    /// Tells the outcome: as it came with `--json`, else in words.
    fn tell(&self, value: &Value, words: impl FnOnce() -> String) -> Result<()> {
        let text = if self.json { value.to_string() } else { words() };
        self.print(&text)
    }

    /// One line or block to standard output.
    fn print(&self, text: &str) -> Result<()> {
        use std::io::{ErrorKind, Write};
        match writeln!(std::io::stdout(), "{text}") {
            // whoever reads us has read enough
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|e| {
                Failure::new(Exit::Failed, "file", self.say(Msg::CannotWrite, &[&"standard output", &e]))
            }),
        }
    }
}

/// Does what the command line says.
pub(crate) fn run(cli: Cli, lang: Lang) -> Result<()> {
    let context = Context::new(&cli.common, lang)?;
    let c = &context;
    match cli.command {
        Cmd::Init(args) => init::run(c, args),
        Cmd::Up(args) => up::run(c, *args),
        Cmd::Verify { proof: None } => verify::run(c),
        Cmd::Verify { proof: Some(file) } => pool::check(c, &file),
        Cmd::Pool { action: PoolCmd::Audit { pool } } => pool::audit(c, &pool),
        Cmd::Pool { action: PoolCmd::Proof { pool, out } } => pool::proof(c, &pool, out.as_deref()),
        Cmd::Export(args) => export::run(c, &args),
        Cmd::Completions { shell } => export::completions(shell),

        Cmd::Link => list::link(c),
        Cmd::Ticket => list::ticket(c),
        Cmd::Status => list::status(c),
        Cmd::Peer { action: None } => list::list(c, &show::PEERS),
        Cmd::Peer { action: Some(PeerCmd::Add { ticket }) } => list::add_peer(c, &ticket),
        Cmd::Offers => list::list(c, &show::OFFERS),
        Cmd::Needs => list::list(c, &show::NEEDS),
        Cmd::Pools => list::list(c, &show::POOLS),
        Cmd::Interests { action } => interests::run(c, action),
        Cmd::Rounds => list::list(c, &show::ROUNDS),
        Cmd::DropOffs => list::list(c, &show::DROP_OFFS),
        Cmd::Standing { agent } => standing::standing(c, agent.as_deref()),
        Cmd::Know { agent } => standing::know(c, &agent),
        Cmd::Vouch(args) => standing::vouch(c, &args),
        Cmd::Stamp(args) => standing::stamp(c, &args),
        Cmd::Auctions => list::list(c, &show::AUCTIONS),
        Cmd::Joint { action } => joint::run(c, action),
        Cmd::Proposals => list::list(c, &show::STANDING),
        Cmd::Search(args) => search::run(c, args),
        Cmd::Deals { deal: None } => list::list(c, &show::DEALS),
        Cmd::Deals { deal: Some(deal) } => list::deal(c, &deal),
        Cmd::Orders => list::list(c, &show::ORDERS),
        Cmd::Gantt(args) => board::gantt(c, &args),
        Cmd::Tree { order } => board::tree(c, &order),
        Cmd::Why { order } => board::why(c, &order),
        Cmd::Move(args) => board::put(c, args),
        Cmd::Capable(args) => board::capable(c, &args),
        Cmd::Work { action: None } => list::work(c),
        Cmd::Outage { action: None } => list::list(c, &show::OUTAGES),
        Cmd::Floor { work_center } => list::floor(c, work_center.as_deref()),
        Cmd::Estimates { action: None } => list::list(c, &show::ESTIMATES),
        Cmd::Stock { action: None } => list::list(c, &show::STOCK),
        Cmd::Handovers => list::list(c, &show::HANDOVERS),
        Cmd::Specs => list::list(c, &show::SPECS),
        Cmd::Feedback { action: None } => list::list(c, &show::FEEDBACK),

        Cmd::Import { what: ImportCmd::Stock { file } } => import::stock(c, &file),
        Cmd::Import { what: ImportCmd::Recipes { file } } => import::recipes(c, &file),
        Cmd::Import { what: ImportCmd::Offers { file } } => import::offers(c, &file),
        Cmd::Import { what: ImportCmd::Plan { files, out } } => sheets::import(c, &files, out.as_deref()),
        Cmd::Import { what: ImportCmd::Calendar { file, work_center, zone } } => {
            holidays::import(c, &file, &work_center, zone.as_deref())
        }
        Cmd::Import { what: ImportCmd::Retail(args) } => retail::import(c, &args),
        Cmd::Import { what: ImportCmd::Firm { file } } => play::firm(c, &file),
        Cmd::Import { what: ImportCmd::Chain { file, out, currency } } => {
            play::chain(c, &file, &out, currency)
        }
        Cmd::Demo(args) => play::demo(c, args),
        Cmd::Simulate(args) => simulate::run(c, args),

        Cmd::Work { action: Some(action) } => act::work(c, action),
        Cmd::Estimates { action: Some(action) } => act::take_estimate(c, action),
        Cmd::Stock { action: Some(action @ StockCmd::Raise { .. }) } => act::raise(c, action),
        Cmd::Stock { action: Some(action @ StockCmd::Lower { .. }) } => act::lower(c, action),
        Cmd::Feedback { action: Some(action @ FeedbackCmd::Add { .. }) } => act::feedback(c, action),
        Cmd::Plan(PlanArgs { what: Some(PlanCmd::Schedule(args)), .. }) => schedule::run(c, &args),
        Cmd::Plan(PlanArgs { what: Some(PlanCmd::Solve(args)), .. }) => solve::run(c, &args),
        Cmd::Plan(PlanArgs { what: Some(PlanCmd::Why(args)), .. }) => solve::why(c, &args),
        Cmd::Trace { lot } => act::trace(c, &lot),
        Cmd::Recall { lot } => act::recall(c, &lot),
        other => act::command(c, other),
    }
}
