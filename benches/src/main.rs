//! Each measure beside its baseline, both from one run: `make bench`.
//!
//! Sections: [`deals`] over real sockets and disks, [`appends`], [`verify`] of a whole log, [`start`] and memory,
//! [`small`] guides, [`schedule`] of classic problems, [`planning`] of whole sites, [`firms`] that promise across each
//! other, [`pools`] of a hundred thousand, [`sim_growth`] of the simulator, the [`market`] with real order lines, and the same
//! with set-ups planned [`joint`]ly. What each figure means and what it was on one machine stands in `docs/performance.md`,
//! `docs/planning.md`, `docs/market.md` and `docs/real-demand.md`.

mod appends;
mod bare;
mod deals;
mod discovery;
#[cfg(feature = "highs")]
mod exact;
mod firms;
mod joint;
mod machine;
mod market;
mod planning;
mod pools;
mod report;
mod schedule;
mod sim_growth;
mod small;
mod spoken;
mod start;
mod town;
mod verify;

use clap::{Parser, ValueEnum};
use report::Section;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use tempfile::TempDir;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;
type Measure = fn(&Context) -> Result<Section>;

/// Prints each measure beside its baseline, both from this run.
#[derive(Parser)]
struct Arguments {
    /// one section only
    #[arg(long)]
    only: Option<Which>,
    /// smaller sizes: shows that everything runs, not how fast
    #[arg(long)]
    quick: bool,
    /// one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// where data folders are made; the folder of the program if not given
    #[arg(long)]
    dir: Option<PathBuf>,
    /// how this program calls itself to be measured from its start
    #[arg(long, hide = true)]
    start: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Deals,
    Appends,
    Verify,
    Start,
    Small,
    Schedule,
    Planning,
    Firms,
    Discovery,
    Pools,
    Sim,
    Market,
    Joint,
}

/// What every section needs to know.
struct Context {
    quick: bool,
    dir: PathBuf,
    log: RefCell<Option<Rc<start::Folder>>>,
}

impl Context {
    /// `full`, or `quick` when that was asked for.
    fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }
    /// A fresh folder on the disk that is measured.
    fn folder(&self) -> Result<TempDir> {
        Ok(tempfile::Builder::new().prefix("headwater-bench-").tempdir_in(&self.dir)?)
    }
    /// Progress, apart from the results.
    fn say(&self, what: &str) {
        eprintln!("bench: {what}");
    }
    /// A node's folder with a long log in it, made once.
    fn long_log(&self) -> Result<Rc<start::Folder>> {
        if let Some(made) = &*self.log.borrow() {
            return Ok(made.clone());
        }
        let made = Rc::new(start::Folder::with_log(self, self.size(100_000, 5_000))?);
        *self.log.borrow_mut() = Some(made.clone());
        Ok(made)
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(folder) = arguments.start {
        return start::child(&folder);
    }
    let beside = std::env::current_exe()?.parent().map(ToOwned::to_owned);
    let dir = arguments.dir.or(beside).unwrap_or_else(std::env::temp_dir);
    let context = Context { quick: arguments.quick, dir, log: RefCell::new(None) };
    let machine = machine::look(&context)?;
    if !arguments.json {
        println!("# Headwater, measured\n\n{}\n", machine.line());
    }
    let all: [(Which, Measure); 13] = [
        (Which::Deals, deals::run),
        (Which::Appends, appends::run),
        (Which::Verify, verify::run),
        (Which::Start, start::run),
        (Which::Small, small::run),
        (Which::Schedule, schedule::run),
        (Which::Planning, planning::run),
        (Which::Firms, firms::run),
        (Which::Discovery, discovery::run),
        (Which::Pools, pools::run),
        (Which::Sim, sim_growth::run),
        (Which::Market, market::run),
        (Which::Joint, joint::run),
    ];
    let mut sections = vec![];
    for (_, run) in all.iter().filter(|(which, _)| arguments.only.is_none_or(|only| only == *which)) {
        let section = run(&context)?;
        if !arguments.json {
            println!("{}", section.text());
        }
        sections.push(section);
    }
    if arguments.json {
        let whole = serde_json::json!({"machine": machine, "quick": context.quick, "sections": sections});
        println!("{whole}");
    }
    Ok(())
}
