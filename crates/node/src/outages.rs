//! When a work centre is out of order or closed against its calendar, as a fold over what the owner said.
//!
//! An [`Outage`] takes every unit of its work centre from one instant up to another. What is said anew of a time
//! replaces what was said of it before. Knows no orders: what stood there is moved in `advance`.

use crate::statement::Down;
use planning::{Capacity, Model, Plan, PlannedProcess};
use std::collections::BTreeMap;
use vocab::{Decimal, RecordId, Timestamp};

/// Most outages kept of one work centre.
pub(crate) const OUTAGES_MAX: usize = 1_000;
/// Most units of a work centre that can be taken out of use.
pub(crate) const UNITS_MAX: u32 = 10_000;

#[derive(Default)]
pub(crate) struct Outages(BTreeMap<String, Vec<Outage>>);

/// One time out of use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Outage {
    /// the record that said so, under which its capacity is set aside
    pub(crate) record: RecordId,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// for the owner
    pub(crate) reason: String,
}

impl Outages {
    /// Takes in a new one; returns those it replaces.
    pub(crate) fn down(&mut self, record: RecordId, down: &Down) -> Vec<Outage> {
        let of_center = self.0.entry(down.work_center.clone()).or_default();
        let apart = |o: &Outage| o.until <= down.from || o.from >= down.until;
        let (kept, replaced) = of_center.drain(..).partition(apart);
        *of_center = kept;
        let (from, until, reason) = (down.from, down.until, down.reason.clone());
        of_center.push(Outage { record, from, until, reason });
        replaced
    }
    /// Ends those of a work centre that last beyond `at`; returns them as they were.
    pub(crate) fn up(&mut self, center: &str, at: Timestamp) -> Vec<Outage> {
        let Some(of_center) = self.0.get_mut(center) else { return vec![] };
        let ended = of_center.iter().filter(|o| o.until > at).cloned().collect();
        of_center.retain(|o| o.from < at);
        of_center.iter_mut().for_each(|o| o.until = o.until.min(at));
        ended
    }
    /// Those of a work centre.
    pub(crate) fn of(&self, center: &str) -> &[Outage] {
        self.0.get(center).map_or(&[], Vec::as_slice)
    }
    pub(crate) fn centers(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }
    /// True when work is planned where nothing can be done.
    pub(crate) fn hit(&self, p: &PlannedProcess) -> bool {
        p.start < p.work_end
            && self.of(&p.work_center).iter().any(|o| o.from < p.work_end && o.until > p.start)
    }
    /// When work begun at `begun` that would end at `work_end` ends, resting while its work centre is out of use.
    pub(crate) fn stretched(&self, center: &str, begun: Timestamp, work_end: Timestamp) -> Timestamp {
        let mut of_center: Vec<_> = self.of(center).iter().filter(|o| o.until > begun).collect();
        of_center.sort_by_key(|o| o.from);
        of_center.into_iter().filter(|_| begun < work_end).fold(work_end, |end, o| match o.from < end {
            true => end.saturating_add(o.until.duration_since(o.from.max(begun))).unwrap_or(end),
            false => end,
        })
    }
    /// Sets all units of a work centre aside for its outages.
    pub(crate) fn block(&self, center: &str, model: &Model, capacity: &mut Capacity) {
        let units = model.work_centers.get(center).map_or(0, |c| c.units).min(UNITS_MAX);
        for outage in self.of(center) {
            let one = PlannedProcess {
                spec: "out-of-use".parse().expect("a fixed name is well-formed"),
                quantity: Decimal::ZERO,
                step: 0,
                name: outage.reason.clone(),
                work_center: center.to_owned(),
                start: outage.from,
                work_end: outage.until,
                end: outage.until,
                inputs: vec![],
                last: true,
                people: vec![],
                tool: None,
                unit: None,
            };
            let processes =
                (0..units).map(|unit| PlannedProcess { unit: Some(unit), ..one.clone() }).collect();
            capacity.reserve(outage.record, &Plan { processes, promise: outage.until });
        }
    }
}
