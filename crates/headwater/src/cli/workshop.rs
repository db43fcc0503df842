//! What concerns work and goods, and files of them.

use crate::values::{IdText, LotText, ProcessText, Wish};
use clap::{Args, Subcommand, ValueEnum};
use node::StopReason;
use std::path::PathBuf;
use vocab::{Decimal, SpecId, Timestamp};

#[derive(Debug, Subcommand)]
pub(crate) enum WorkCmd {
    /// A process has begun, or goes on after a pause
    Start {
        /// Process, as the list shows it: PLAN/NUMBER
        process: ProcessText,
        /// Lot to take from, LOT:QUANTITY; may be repeated; those that expire first when not given
        #[arg(long, value_name = "LOT:QUANTITY")]
        lot: Vec<LotText>,
    },
    /// Work on a process stands still
    Pause {
        /// Process, as the list shows it: PLAN/NUMBER
        process: ProcessText,
        /// Why: material, machine, tool, people, quality, break or other
        reason: StopReason,
        /// In words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Say how much came out of a process, and how much was spoilt, since the last report
    Report {
        /// Process, as the list shows it: PLAN/NUMBER
        process: ProcessText,
        /// Good output
        #[arg(long, default_value = "0")]
        good: Decimal,
        /// Spoilt
        #[arg(long, default_value = "0")]
        scrap: Decimal,
        /// Why: material, machine, tool, people, quality, break or other
        #[arg(long)]
        reason: Option<StopReason>,
    },
    /// A process is done
    Finish {
        /// Process, as the list shows it: PLAN/NUMBER
        process: ProcessText,
        /// Good output in all, where it differs from the plan
        #[arg(long)]
        quantity: Option<Decimal>,
        /// Spoilt since the last report
        #[arg(long)]
        scrap: Option<Decimal>,
        /// Why: material, machine, tool, people, quality, break or other
        #[arg(long)]
        reason: Option<StopReason>,
        /// Lot of which more went in than was taken at the start, LOT:QUANTITY; may be repeated
        #[arg(long, value_name = "LOT:QUANTITY")]
        lot: Vec<LotText>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EstimateCmd {
    /// Write the run time and scrap that a step has shown into its recipe
    Take {
        /// Specification
        spec: SpecId,
        /// Step, from 0
        step: u32,
        /// Work centre; the step's own when not given
        #[arg(long, value_name = "WORK_CENTER")]
        at: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum OutageCmd {
    /// A work centre has failed or is closed: what stood there is planned anew
    Begin {
        /// Work centre, by the name the recipes use
        work_center: String,
        /// Until when, as far as is known: a date, or a time such as 2030-12-20T12:00:00Z
        #[arg(value_parser = crate::values::time)]
        until: Timestamp,
        /// From when; now when not given
        #[arg(long, value_parser = crate::values::time)]
        from: Option<Timestamp>,
        /// Why; stays on this node
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// A work centre is in use again
    End {
        /// Work centre, by the name the recipes use
        work_center: String,
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
    /// Sheets of all that planning needs: items, recipes, inputs, steps, work_centers, calendars, people, tools, stock,
    /// receipts, demands and so on; `headwater export plan --template` writes them with an example
    Plan {
        /// XLSX workbook, folder of CSV files, or CSV files named as the sheets
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// JSON file for the model and the situation, instead of telling the node
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Close a work centre at the events of an iCalendar file, such as public holidays
    Calendar {
        /// iCalendar file (.ics)
        file: PathBuf,
        /// Work centre, as the model names it
        work_center: String,
        /// Time zone, where neither the work centre nor the file has one
        #[arg(long, value_name = "ZONE")]
        zone: Option<String>,
    },
    /// All a firm makes and offers: specifications, recipes, work centres, stock, offers and needs
    Firm {
        /// TOML or JSON file
        file: PathBuf,
    },
    /// Order lines of a wholesaler-retailer as needs: cleaned, and with the quantities at which its prices fall
    Retail(RetailArgs),
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
pub(crate) struct ExportArgs {
    /// What
    pub(crate) what: ExportKind,
    /// File to write; standard output when not given
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// With plan: a JSON file to take it from, instead of the node
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// With plan: write sheets to begin with, an example in them, to a folder or .xlsx file
    #[arg(long, value_name = "FOLDER")]
    pub(crate) template: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ExportKind {
    /// GS1 EPCIS 2.0 events
    Epcis,
    /// Every record with its signature, one JSON object per line; the node must be stopped
    Records,
    /// Recipes and work centres
    Model,
    /// All that planning needs, as sheets: a folder of CSV files, or an .xlsx or .json file
    Plan,
}

#[derive(Debug, Args)]
pub(crate) struct RetailArgs {
    /// Order lines in the columns of "Online Retail" (Chen, Sain, Guo 2012), CSV or CSV packed with gzip
    pub(crate) file: PathBuf,
    /// File for offers and needs, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// This week of the file only, counted from 1
    #[arg(long, value_name = "NUMBER")]
    pub(crate) week: Option<usize>,
}
