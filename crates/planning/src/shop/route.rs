//! The way of one make order through the shop: its steps in sequence, forward from an instant or backward to one.

use super::{Seconds, Shop, Slot};
use crate::site::net::StepNet;

/// One step of an order, in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stage {
    pub(crate) slot: Slot,
    /// batches that go through it, scrap included
    pub(crate) begun: i64,
    /// when the step is over
    pub(crate) end: Seconds,
}

/// Places all steps as early as they can be, none before `ready`, and sets their time aside. When one does not
/// fit, its number and when it could have begun.
pub(crate) fn forward(
    shop: &mut Shop,
    steps: &[StepNet],
    batches: i64,
    ready: Seconds,
) -> Result<Vec<Stage>, (usize, Seconds)> {
    let mut stages: Vec<Stage> = Vec::with_capacity(steps.len());
    let mut from = ready;
    for (number, step) in steps.iter().enumerate() {
        match next(shop, steps, number, batches, from, stages.last()) {
            Some(stage) => {
                take_one(shop, step, &stage);
                from = stage.end;
                stages.push(stage);
            }
            None => {
                give_back(shop, steps, &stages);
                return Err((number, from));
            }
        }
    }
    Ok(stages)
}

fn next(
    shop: &mut Shop,
    steps: &[StepNet],
    number: usize,
    batches: i64,
    from: Seconds,
    last: Option<&Stage>,
) -> Option<Stage> {
    let step = &steps[number];
    let begun = step.begun(batches)?;
    if let Some(outside) = step.outside {
        let back = from.checked_add(outside.lead_time)?.max(outside.not_before);
        let end = back.checked_add(step.fixed)?;
        // it uses nothing here
        let slot = Slot { start: from, work_end: from, ..Slot::default() };
        return (end <= shop.horizon).then_some(Stage { slot, begun, end });
    }
    let task = step.task(begun);
    let slot = match last.and_then(|last| Overlap::of(shop, &steps[number - 1], last)) {
        None => shop.earliest(&task, from)?,
        Some(overlap) => overlap.earliest(shop, &task)?,
    };
    let end = slot.work_end.checked_add(step.fixed)?.max(if last.is_some() { from } else { 0 });
    (end <= shop.horizon).then_some(Stage { slot, begun, end })
}

/// A step that may begin while the one before still runs.
struct Overlap {
    /// when the first transfer batch is there
    first: Seconds,
    /// when the last one is
    last: Seconds,
    /// batches in it
    batches: i64,
}

impl Overlap {
    fn of(shop: &mut Shop, before: &StepNet, stage: &Stage) -> Option<Self> {
        let batches = before.transfer.filter(|t| *t < stage.begun)?;
        let place = before.places.get(stage.slot.place as usize)?;
        let rest = place.run.checked_mul(stage.begun - batches)?;
        let center = &mut shop.centers[place.center as usize];
        let rest = rest.checked_mul(100)? / center.efficiency_percent;
        if rest == 0 {
            return None;
        }
        // with a crew the work pauses more often, so this is not too early: counted back from the end
        let (first, _) = center.resource.clock.backward(stage.slot.work_end, rest)?;
        let first = if stage.slot.people.is_empty() { first } else { stage.slot.work_end };
        Some(Self { first: first.max(stage.slot.start) + before.fixed, last: stage.end, batches })
    }

    /// The earliest slot in which neither the first nor the last transfer batch is worked on before it is there.
    fn earliest(&self, shop: &mut Shop, task: &super::Task<'_>) -> Option<Slot> {
        let mut best: Option<Slot> = None;
        for index in 0..task.places.len() {
            let place = task.places[index];
            let center = &mut shop.centers[place.center as usize];
            let work = center.work(&place, place.setup, task.batches)?;
            let tail = center.work(&place, 0, self.batches)?;
            let (_, finish) = center.resource.clock.forward(self.last, tail.max(1))?;
            let start =
                center.resource.clock.backward(finish, work.max(1)).map_or(self.first, |(start, _)| start);
            // a set-up that is shorter here than the step says would end too early: then begin when all is there
            let from = match center.sequence {
                Some(_) => self.last,
                None => start.max(self.first),
            };
            if let Some(slot) = shop.earliest_at(task, index, from)
                && best.as_ref().is_none_or(|b| slot.work_end < b.work_end)
            {
                best = Some(slot);
            }
        }
        best
    }
}

/// Places all steps as late as they can be so that the last is over by `until`, and sets their time aside. Steps do
/// not overlap here.
pub(crate) fn backward(
    shop: &mut Shop,
    steps: &[StepNet],
    batches: i64,
    until: Seconds,
) -> Option<Vec<Stage>> {
    let mut stages: Vec<Stage> = Vec::with_capacity(steps.len());
    let mut by = until;
    for step in steps.iter().rev() {
        let Some(stage) = previous(shop, step, batches, by) else {
            for (step, stage) in steps.iter().rev().zip(&stages) {
                give_back_one(shop, step, stage);
            }
            return None;
        };
        take_one(shop, step, &stage);
        by = stage.slot.start;
        stages.push(stage);
    }
    stages.reverse();
    Some(stages)
}

fn previous(shop: &mut Shop, step: &StepNet, batches: i64, by: Seconds) -> Option<Stage> {
    let begun = step.begun(batches)?;
    if let Some(outside) = step.outside {
        let start = by - step.fixed - outside.lead_time;
        let slot = Slot { start, work_end: start, ..Slot::default() };
        return (start >= 0).then_some(Stage { slot, begun, end: by });
    }
    let slot = shop.latest(&step.task(begun), by - step.fixed)?;
    let end = slot.work_end + step.fixed;
    (slot.start >= 0).then_some(Stage { slot, begun, end })
}

/// Gives the time of `stages`, the first of `steps`, back.
pub(crate) fn give_back(shop: &mut Shop, steps: &[StepNet], stages: &[Stage]) {
    steps.iter().zip(stages).for_each(|(step, stage)| give_back_one(shop, step, stage));
}

/// Sets the time of `stages` aside again.
pub(crate) fn take(shop: &mut Shop, steps: &[StepNet], stages: &[Stage]) {
    steps.iter().zip(stages).for_each(|(step, stage)| take_one(shop, step, stage));
}

fn take_one(shop: &mut Shop, step: &StepNet, stage: &Stage) {
    if step.outside.is_none() {
        shop.take(&step.task(stage.begun), &stage.slot);
    }
}

fn give_back_one(shop: &mut Shop, step: &StepNet, stage: &Stage) {
    if step.outside.is_none() {
        shop.give_back(&step.task(stage.begun), &stage.slot);
    }
}
