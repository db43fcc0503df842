//! The fold of the shop floor: what a process said to be begun, paused, counted or done changes.
//!
//! Working time is reckoned here, from the times of those records: pauses do not count, nor hours in which the work
//! centre is closed.

use crate::deals::Fault;
use crate::effect::Topic;
use crate::estimates::Sample;
use crate::node::{Node, Todo};
use crate::runs::{Pause, Run};
use crate::statement::{Finished, Paused, Reported, Resumed, Started};
use ledger::{Record, Statement};
use planning::PlannedProcess;
use trace::ProcessRef;
use vocab::{Decimal, Timestamp, seconds_between};

impl Node {
    /// Applies a record of the shop floor; false when it is none.
    pub(crate) fn apply_floor(&mut self, record: &Record, at: Timestamp) -> std::result::Result<bool, Fault> {
        let process = match record.kind.as_str() {
            Started::KIND => {
                let process = record.read::<Started>()?.process;
                self.run(process, |run| run.begin(at));
                process
            }
            Resumed::KIND => {
                let process = record.read::<Resumed>()?.process;
                self.run(process, |run| run.begin(at));
                process
            }
            Paused::KIND => {
                let Paused { process, reason, note } = record.read()?;
                let worked_s = self.worked(process, at);
                self.run(process, |run| run.pause(Pause { reason, note, at }, worked_s));
                process
            }
            Reported::KIND => {
                let said: Reported = record.read()?;
                self.run(said.process, |run| run.count(said.good, said.scrap));
                said.process
            }
            Finished::KIND => {
                let said = record.read()?;
                self.apply_finished(&said, at);
                said.process
            }
            _ => return Ok(false),
        };
        self.heard_of(process);
        self.agenda.insert(Todo::Tell(Topic::Workshop));
        Ok(true)
    }

    fn run(&mut self, process: ProcessRef, change: impl FnOnce(&mut Run)) {
        if let Some(run) = self.orders.run_mut(process) {
            change(run);
        }
    }

    fn apply_finished(&mut self, said: &Finished, at: Timestamp) {
        let process = said.process;
        let worked_s = self.worked(process, at);
        let Some((order, held)) =
            self.orders.by_plan(&process.plan).and_then(|o| Some((o.id, o.held()?.clone())))
        else {
            return;
        };
        let good = said.good.unwrap_or_else(|| held.comes_out(process.index));
        self.run(process, |run| run.finish(good, said.scrap, at, worked_s));
        // of nothing, nothing is made: what would have come after is over too
        let after = held.same_output(process.index).into_iter().filter(|i| *i > process.index);
        for index in after.filter(|_| good.is_zero()) {
            self.run(ProcessRef { index, ..process }, |run| run.finish(good, good, at, 0));
        }
        self.occupy(&order);
        if let Some((planned, _)) = held.process(process.index) {
            let before_s = held.run(process.index).map_or(0, |r| r.worked_s);
            self.learn(planned, good, said.scrap, before_s.saturating_add(worked_s));
        }
    }

    /// What one more run of a step tells of it.
    fn learn(&mut self, planned: &PlannedProcess, good: Decimal, scrap: Decimal, worked_s: i64) {
        let sample = Sample::of(&self.model, planned, good, scrap, worked_s);
        if let Some(sample) = sample {
            self.estimates.add(&planned.spec, planned.step, &planned.work_center, sample);
        }
    }

    /// Working seconds since a process was begun or resumed.
    fn worked(&self, process: ProcessRef, now: Timestamp) -> i64 {
        let held = self.orders.by_plan(&process.plan).and_then(|o| o.held());
        let found = held.and_then(|h| Some((h.process(process.index)?.0, h.run(process.index)?)));
        found.map_or(0, |(planned, run)| self.worked_since(&planned.work_center, run, now))
    }

    /// Working seconds since a run was begun or resumed: in open hours, or all of them if there were none.
    pub(crate) fn worked_since(&self, work_center: &str, run: &Run, now: Timestamp) -> i64 {
        let Some(since) = run.running_since() else { return 0 };
        let elapsed_s = seconds_between(since, now).max(0);
        let center = self.model.work_centers.get(work_center);
        let open_s = center.and_then(|center| planning::open_seconds(work_center, center, since, now).ok());
        // who works while the calendar says closed works overtime
        open_s.filter(|s| *s > 0).unwrap_or(elapsed_s)
    }
}
