//! The plan drawn in characters: for each work centre a line of load, and a bar for each process.

use crate::i18n::{Lang, Msg, say, word};
use crate::show::{self, items};
use jiff::tz::TimeZone;
use serde_json::Value;
use vocab::{Timestamp, seconds_between};

/// Characters for the name of a process.
const LABEL: usize = 26;
/// Most processes drawn at one work centre.
const ROWS_MAX: usize = 40;
/// Load by eighths of what there is.
const LOAD: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A plan as the API gives it.
pub(crate) fn draw(plan: &Value, width: usize, lang: Lang) -> String {
    let (Some(from), Some(to)) = (instant(&plan["from"]), instant(&plan["to"])) else { return String::new() };
    let scale = Scale { from, to, columns: width.saturating_sub(LABEL + 1).max(1) };
    let centers = items(plan, "work_centers");
    if centers.is_empty() {
        return say(lang, Msg::Nothing, &[]);
    }
    let mut lines = vec![row("", &scale.days())];
    for center in centers {
        let name = center["id"].as_str().unwrap_or_default();
        lines.push(row(name, &scale.load(center)));
        let here: Vec<_> =
            items(plan, "processes").iter().filter(|p| p["work_center"] == center["id"]).collect();
        for p in here.iter().take(ROWS_MAX) {
            let plan: String = p["plan"].as_str().unwrap_or_default().chars().take(8).collect();
            let label = format!("  {plan}/{} {}", p["index"], show::words(&p["name"], lang));
            lines.push(row(&label, &scale.bar(p)));
        }
        if here.len() > ROWS_MAX {
            lines.push(say(lang, Msg::ScheduleRows, &[&(here.len() - ROWS_MAX)]));
        }
    }
    let legend =
        [('█', "done"), ('▓', "started"), ('▒', "firm"), ('░', "hold"), ('!', "late"), ('·', "closed")];
    lines.push(legend.map(|(mark, name)| format!("{mark} {}", word(lang, name))).join("   "));
    let lacking = items(plan, "shortages");
    if !lacking.is_empty() {
        lines.push(show::SHORTAGES.table(lacking, lang));
    }
    lines.join("\n")
}

fn row(label: &str, picture: &str) -> String {
    let shown: String = label.chars().take(LABEL).collect();
    // characters of Chinese take two columns
    let wide = shown.chars().filter(|c| *c >= '\u{2e80}').count();
    let room = LABEL.saturating_sub(shown.chars().count() + wide);
    format!("{shown}{} {picture}", " ".repeat(room)).trim_end().to_owned()
}

fn instant(v: &Value) -> Option<Timestamp> {
    v.as_str()?.parse().ok()
}

struct Scale {
    from: Timestamp,
    to: Timestamp,
    columns: usize,
}

impl Scale {
    /// The instant at which a column begins.
    fn at(&self, column: usize) -> Timestamp {
        let range = seconds_between(self.from, self.to);
        vocab::after(self.from, range * column as i64 / self.columns as i64)
    }
    /// A mark for each column, from what is true of its middle.
    fn line(&self, mark: impl Fn(Timestamp) -> char) -> String {
        let middle = |i: usize| vocab::after(self.at(i), seconds_between(self.at(i), self.at(i + 1)) / 2);
        (0..self.columns).map(|i| mark(middle(i))).collect()
    }

    /// The day of the month where a day begins.
    fn days(&self) -> String {
        let day = |column: usize| self.at(column).to_zoned(TimeZone::system()).date();
        let mut line: Vec<char> = vec![' '; self.columns];
        let mut free_from = 0;
        for column in 0..self.columns {
            let text = day(column).strftime("%d").to_string();
            let new = column == 0 || day(column) != day(column - 1);
            if new && column >= free_from && column + text.len() <= self.columns {
                line[column..column + text.len()].copy_from_slice(&text.chars().collect::<Vec<_>>());
                free_from = column + text.len() + 1;
            }
        }
        line.into_iter().collect()
    }

    /// How much of a work centre is in use.
    fn load(&self, center: &Value) -> String {
        let inside = |list: &str, t: Timestamp| {
            let within = |s: &&Value| {
                instant(&s["start"]).is_some_and(|start| start <= t)
                    && instant(&s["end"]).is_some_and(|end| t < end)
            };
            items(center, list).iter().find(within).cloned()
        };
        let units = center["units"].as_u64().unwrap_or(1).max(1);
        self.line(|t| match (inside("down", t), inside("closed", t), inside("load", t)) {
            (Some(_), ..) => 'x',
            (_, Some(_), _) => '·',
            (_, _, Some(load)) => {
                let eighths = (load["units"].as_u64().unwrap_or(0) * 8).div_ceil(units).min(8);
                LOAD[usize::try_from(eighths).unwrap_or(8)]
            }
            _ => ' ',
        })
    }

    fn bar(&self, p: &Value) -> String {
        let (Some(start), Some(end)) = (instant(&p["start"]), instant(&p["work_end"])) else {
            return String::new();
        };
        let mark = match (p["state"].as_str(), p["stage"].as_str()) {
            (Some("done"), _) => '█',
            (Some("started" | "paused"), _) => '▓',
            (_, Some("firm")) => '▒',
            _ => '░',
        };
        let late = p["late_s"].as_i64().is_some_and(|s| s > 0);
        // what is shorter than a column is still there
        let (first, last) = (self.column(start), self.column(end).max(self.column(start) + 1));
        let mark = |i: usize| match i {
            i if late && i + 1 == last => '!',
            i if (first..last).contains(&i) => mark,
            _ => ' ',
        };
        (0..self.columns).map(mark).collect()
    }
    fn column(&self, t: Timestamp) -> usize {
        let range = seconds_between(self.from, self.to).max(1);
        let column = seconds_between(self.from, t).clamp(0, range) * self.columns as i64 / range;
        usize::try_from(column).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bars_stand_where_the_work_is_and_load_above_them() {
        let process = |index: u32, start: &str, end: &str, state: &str, late_s: i64| {
            json!({"plan": "ab".repeat(32), "index": index, "name": {"en": "Chair", "zh": "椅子"}, "work_center": "bench",
                "start": start, "work_end": end, "state": state, "stage": "firm", "late_s": late_s})
        };
        let plan = json!({
            "from": "2030-01-01T00:00:00Z", "to": "2030-01-05T00:00:00Z",
            "work_centers": [{"id": "bench", "units": 2,
                "closed": [{"start": "2030-01-04T00:00:00Z", "end": "2030-01-05T00:00:00Z"}], "down": [],
                "load": [{"start": "2030-01-01T00:00:00Z", "end": "2030-01-02T00:00:00Z", "units": 1},
                    {"start": "2030-01-02T00:00:00Z", "end": "2030-01-03T00:00:00Z", "units": 2}]}],
            "processes": [process(0, "2030-01-01T00:00:00Z", "2030-01-03T00:00:00Z", "started", 0),
                process(1, "2030-01-02T00:00:00Z", "2030-01-03T00:00:00Z", "planned", 60)],
            "shortages": []
        });
        let drawn = draw(&plan, LABEL + 1 + 8, Lang::En);
        let pictures: Vec<String> =
            drawn.lines().map(|line| line.chars().skip(LABEL + 1).collect()).collect();
        assert_eq!(pictures[1], "▄▄██  ··", "{drawn}");
        assert_eq!(pictures[2], "▓▓▓▓", "{drawn}");
        assert_eq!(pictures[3], "  ▒!", "{drawn}");
        assert!(drawn.lines().nth(2).unwrap().starts_with("  abababab/0 Chair"), "{drawn}");
        assert!(draw(&plan, 60, Lang::Zh).contains("椅子"), "names follow the language");
    }
}
