//! What concerns the plan of a running node: to look at it, and to change it.

use crate::values::ProcessText;
use clap::Args;
use vocab::{Decimal, SpecId, Timestamp};

#[derive(Debug, Args)]
pub(crate) struct GanttArgs {
    /// Days to show, from today
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub(crate) days: u32,
    /// Characters in a line
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(60..=400))]
    pub(crate) width: u16,
}

#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    /// Process, as the list shows it: PLAN/NUMBER
    pub(crate) process: ProcessText,
    /// When it begins: a time such as 2030-12-20T12:00:00Z
    pub(crate) start: Timestamp,
    /// Another work centre that its recipe allows
    #[arg(long, value_name = "NAME")]
    pub(crate) work_center: Option<String>,
    /// Only show what would follow
    #[arg(long)]
    pub(crate) preview: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CapableArgs {
    /// Specification
    pub(crate) spec: SpecId,
    /// The most that is of interest
    pub(crate) quantity: Decimal,
}
