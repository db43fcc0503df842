//! What is planned: an order of this node, or a problem in a file.

use clap::{Args, Subcommand};
use std::path::PathBuf;
use vocab::{Decimal, SpecId};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct PlanArgs {
    #[command(subcommand)]
    pub(crate) what: Option<PlanCmd>,
    #[command(flatten)]
    pub(crate) order: Option<PlanOrder>,
}

#[derive(Debug, Args)]
pub(crate) struct PlanOrder {
    /// Specification
    pub(crate) spec: SpecId,
    /// How much
    pub(crate) quantity: Decimal,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCmd {
    /// Search a short schedule for a job shop, flexible job shop or project
    Schedule(ScheduleArgs),
    /// Plan a whole site: what to make, buy and deliver when, for all demands in a file
    Solve(SolveArgs),
    /// Plan a whole site, and say why one demand is late and what would help
    Why(WhyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// JSON file as for `headwater plan solve`
    pub(crate) file: PathBuf,
    /// Demand, by its id in the file
    pub(crate) demand: String,
}

#[derive(Debug, Args)]
pub(crate) struct SolveArgs {
    /// JSON file, may be packed (.gz): a model and a situation as `headwater import plan --out` writes them, or a
    /// one-site problem in neutral form
    pub(crate) file: PathBuf,
    /// JSON file for the plan, in the form of the problem
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Search so long for a less late plan, while anything is late
    #[arg(long, default_value_t = 0, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub(crate) improve: u64,
    /// Another number makes another search; the same number, the same moves
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct ScheduleArgs {
    /// File as such problems are published: job shop, flexible job shop (Brandimarte) or project (Patterson)
    pub(crate) file: PathBuf,
    /// Seconds to search at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub(crate) seconds: u64,
    /// Another number makes another search; the same number, the same moves
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// JSON file for the schedule, times in the problem's own unit
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
