//! What was measured: a [`Section`] of [`Row`]s, each a [`Figure`] beside its baseline, as a table or as JSON.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

/// A number with its unit.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Figure {
    value: f64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Milliseconds,
    PerSecond,
    Mebibytes,
    Count,
    Percent,
}

/// What the design asks of a ratio.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

/// One measure.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    what: String,
    figure: Figure,
    baseline: Option<Baseline>,
    target: Option<Target>,
    met: Option<bool>,
}

/// What it is held against, measured in the same run.
#[derive(Clone, Debug, Serialize)]
struct Baseline {
    what: String,
    figure: Figure,
    /// the measure divided by the baseline
    ratio: f64,
}

/// Measures that belong together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Section {
    name: &'static str,
    title: String,
    rows: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sheet: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Figure {
    pub(crate) fn ms(value: f64) -> Self {
        Self { value, unit: Unit::Milliseconds }
    }
    pub(crate) fn per_s(value: f64) -> Self {
        Self { value, unit: Unit::PerSecond }
    }
    pub(crate) fn mib(bytes: u64) -> Self {
        Self { value: bytes as f64 / f64::from(1 << 20), unit: Unit::Mebibytes }
    }
    pub(crate) fn count(value: f64) -> Self {
        Self { value, unit: Unit::Count }
    }

    pub(crate) fn percent(value: f64) -> Self {
        Self { value, unit: Unit::Percent }
    }

    pub(crate) fn value(self) -> f64 {
        self.value
    }

    pub(crate) fn text(self) -> String {
        let Self { value, unit } = self;
        let digits = match value {
            v if v >= 100.0 => 0,
            v if v >= 10.0 => 1,
            v if v >= 0.1 => 2,
            _ => 4,
        };
        match unit {
            Unit::Milliseconds => format!("{value:.digits$} ms"),
            Unit::PerSecond => format!("{value:.0}/s"),
            Unit::Mebibytes => format!("{value:.digits$} MiB"),
            Unit::Count => format!("{value:.digits$}"),
            Unit::Percent => format!("{value:.2} %"),
        }
    }
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, figure: Figure) -> Self {
        Self { what: what.into(), figure, baseline: None, target: None, met: None }
    }

    pub(crate) fn beside(mut self, what: impl Into<String>, figure: Figure) -> Self {
        let ratio = self.figure.value / figure.value;
        self.baseline = Some(Baseline { what: what.into(), figure, ratio });
        self
    }

    pub(crate) fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self.met = self.baseline.as_ref().map(|baseline| match target {
            Target::AtMost(limit) => baseline.ratio <= limit,
            Target::AtLeast(limit) => baseline.ratio >= limit,
        });
        self
    }

    fn cells(&self) -> [String; 6] {
        let (beside, figure, ratio) = match &self.baseline {
            Some(b) => (b.what.clone(), b.figure.text(), format!("{:.2}", b.ratio)),
            None => Default::default(),
        };
        let target = match (self.target, self.met) {
            (Some(Target::AtMost(limit)), met) => format!("<= {limit}{}", verdict(met)),
            (Some(Target::AtLeast(limit)), met) => format!(">= {limit}{}", verdict(met)),
            (None, _) => String::new(),
        };
        [self.what.clone(), self.figure.text(), beside, figure, ratio, target]
    }
}

fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => " met",
        Some(false) => " MISSED",
        None => "",
    }
}

impl Section {
    pub(crate) fn new(name: &'static str, title: impl Into<String>) -> Self {
        Self { name, title: title.into(), rows: vec![], sheet: vec![], notes: vec![] }
    }
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }
    /// A line of the table of single things that follows the measures; the first is its head.
    pub(crate) fn line(&mut self, cells: impl IntoIterator<Item = String>) {
        self.sheet.push(cells.into_iter().collect());
    }
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut table = plain_table();
        table.set_header(["measure", "figure", "beside", "its figure", "ratio", "target"]);
        self.rows.iter().for_each(|row| {
            table.add_row(row.cells());
        });
        for column in [1, 3, 4] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut table = table.to_string();
        if let Some((head, lines)) = self.sheet.split_first() {
            let mut sheet = plain_table();
            sheet.set_header(head).add_rows(lines);
            sheet.column_iter_mut().skip(1).for_each(|c| c.set_cell_alignment(CellAlignment::Right));
            table = format!("{table}\n\n{sheet}");
        }
        let notes: String = self.notes.iter().map(|note| format!("- {note}\n")).collect();
        format!("## {}: {}\n\n{table}\n\n{notes}", self.name, self.title)
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// Times in milliseconds, to be summed up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn add(&mut self, time: std::time::Duration) {
        self.0.push(time.as_secs_f64() * 1e3);
    }
    pub(crate) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }
    /// The smallest time that `part` (0 to 1) of them do not exceed.
    fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (part * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }
    pub(crate) fn median(&self) -> Figure {
        Figure::ms(self.quantile(0.5))
    }
    pub(crate) fn p99(&self) -> Figure {
        Figure::ms(self.quantile(0.99))
    }
    /// Only those from `from` to `to`, as parts of the whole in the order they were taken.
    pub(crate) fn part(&self, from: f64, to: f64) -> Self {
        let at = |part: f64| ((part * self.0.len() as f64) as usize).min(self.0.len());
        Self(self.0[at(from)..at(to)].to_vec())
    }
}
