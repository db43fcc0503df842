//! `headwater import calendar`: the events of an iCalendar file close a work centre.

use super::{Context, files};
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::ics;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use node::command::Command;
use planning::{Calendar, Shift, Weekday, WorkCenter};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn import(c: &Context, path: &Path, name: &str, zone: Option<&str>) -> Result<()> {
    let file = path.display();
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, "ics", format!("{file}: {why}")).remedy(c.say(Msg::CsvNothingDone, &[]))
    };
    let text =
        String::from_utf8(files::bytes(c, path)?).map_err(|_| wrong(&c.say(Msg::CsvEncoding, &[&file])))?;
    let holidays = ics::read(&text, c.lang).map_err(|e| wrong(&e))?;

    let client = c.client()?;
    let model = client.get("model")?;
    let center = serde_json::from_value(model["work_centers"][name].clone());
    let mut center: WorkCenter = center.map_err(|_| {
        let known =
            model["work_centers"].as_object().map(|centers| centers.keys().cloned().collect::<Vec<_>>());
        let known = known.unwrap_or_default().join(", ");
        Failure::new(Exit::Usage, "unknown", c.say(Msg::NoSuchCenter, &[&name, &known]))
    })?;
    let mut calendar = match center.calendar.take() {
        Some(calendar) => calendar,
        // round the clock until now
        None => {
            let zone = zone.map(str::to_owned).or(holidays.zone.clone());
            around_the_clock(zone.ok_or_else(|| wrong(&c.say(Msg::IcsNoZone, &[])))?)
        }
    };
    let clock = TimeZone::get(&calendar.zone).map_err(|_| wrong(&c.say(Msg::IcsZone, &[])))?;
    let before = calendar.closed.len();
    for closed in holidays.closed(&clock, c.lang).map_err(|e| wrong(&e))? {
        // taking a file again adds nothing
        if !calendar.closed.contains(&closed) {
            calendar.closed.push(closed);
        }
    }
    let added = calendar.closed.len() - before;
    center.calendar = Some(calendar);
    let answer = client.command(&Command::Model {
        recipes: vec![],
        work_centers: BTreeMap::from([(name.to_owned(), center)]),
        people: BTreeMap::new(),
        tools: BTreeMap::new(),
        items: BTreeMap::new(),
    })?;
    c.tell(&answer, || c.say(Msg::IcsImported, &[&added, &name]))
}

fn around_the_clock(zone: String) -> Calendar {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let days = vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun];
    let shifts = vec![Shift { days, from: Time::midnight(), to: Time::midnight() }];
    Calendar { zone, shifts, holidays: vec![], closed: vec![], overtime: vec![] }
}
