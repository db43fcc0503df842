//! Work that needs more than a work centre: people with a skill, a tool.
//!
//! All of them are set aside for the same unbroken interval. Work goes on only while the work centre is open and
//! everybody of the crew is at work. A crew of one is whoever makes the best of it; a larger crew is those who
//! could each do best alone, which need not be the best crew.

use super::{Clock, Part, Seconds, Shop, Task};

type Found = (Seconds, Seconds, Vec<u32>);

/// The earliest interval from `ready` on, with its people; ends by `limit`. `by_units`: the work centre needs a
/// free unit.
pub(super) fn earliest(
    shop: &mut Shop,
    task: &Task<'_>,
    center: u32,
    work: Seconds,
    ready: Seconds,
    limit: Seconds,
    by_units: bool,
) -> Option<Found> {
    let fixed = |shop: &mut Shop, people: &[u32]| {
        let parts = Parts::of(task, center, people, by_units);
        let mut from = ready;
        loop {
            let (start, end) = parts.forward(shop, from, work, limit)?;
            match parts.busy.iter().find_map(|p| shop.resource(*p)?.full_until(start, end)) {
                Some(t) => from = t,
                None => return Some((start, end)),
            }
        }
    };
    choose(shop, task, fixed, |(_, end)| end)
}

/// The latest interval up to `until`, with its people; begins at or after `limit`.
pub(super) fn latest(
    shop: &mut Shop,
    task: &Task<'_>,
    center: u32,
    work: Seconds,
    until: Seconds,
    limit: Seconds,
    by_units: bool,
) -> Option<Found> {
    let fixed = |shop: &mut Shop, people: &[u32]| {
        let parts = Parts::of(task, center, people, by_units);
        let mut until = until;
        loop {
            let (start, end) = parts.backward(shop, until, work, limit)?;
            match parts.busy.iter().find_map(|p| shop.resource(*p)?.full_from(start, end)) {
                Some(t) => until = t,
                None => return Some((start, end)),
            }
        }
    };
    choose(shop, task, fixed, |(start, _)| -start)
}

/// The crew and its interval for which `cost` is least.
fn choose(
    shop: &mut Shop,
    task: &Task<'_>,
    fixed: impl Fn(&mut Shop, &[u32]) -> Option<(Seconds, Seconds)>,
    cost: impl Fn((Seconds, Seconds)) -> Seconds,
) -> Option<Found> {
    let Some((skill, count)) = task.crew else {
        let (start, end) = fixed(shop, &[])?;
        return Some((start, end, Vec::new()));
    };
    let able = shop.skills.get(skill as usize)?.clone();
    let mut alone: Vec<_> = able
        .iter()
        .filter_map(|person| {
            let found = fixed(shop, std::slice::from_ref(person))?;
            Some((cost(found), *person, found))
        })
        .collect();
    alone.sort_unstable_by_key(|(cost, person, _)| (*cost, *person));
    if alone.len() < count as usize {
        return None;
    }
    let mut people: Vec<u32> = alone[..count as usize].iter().map(|(_, person, _)| *person).collect();
    people.sort_unstable();
    let (start, end) = match count {
        1 => alone[0].2,
        _ => fixed(shop, &people)?,
    };
    Some((start, end, people))
}

/// What must be free, and what must be open.
struct Parts {
    busy: Vec<Part>,
    open: Vec<Part>,
}

impl Parts {
    fn of(task: &Task<'_>, center: u32, people: &[u32], by_units: bool) -> Self {
        let everybody = people.iter().map(|p| Part::Person(*p));
        let unit = if by_units { Part::Center(center) } else { Part::Down(center) };
        let busy = std::iter::once(unit).chain(task.tool.map(Part::Tool)).chain(everybody.clone()).collect();
        let open = std::iter::once(Part::Center(center)).chain(everybody).collect();
        Self { busy, open }
    }

    /// The parts whose clocks ever close.
    fn closing(&self, shop: &mut Shop) -> Vec<Part> {
        let closes = |p: &Part| shop.resource(*p).is_some_and(|r| matches!(r.clock, Clock::Windows(_)));
        self.open.iter().copied().filter(closes).collect()
    }

    /// The earliest start from `from` on in time that is open to all, and the end of `work` begun then.
    fn forward(
        &self,
        shop: &mut Shop,
        from: Seconds,
        work: Seconds,
        limit: Seconds,
    ) -> Option<(Seconds, Seconds)> {
        let closing = self.closing(shop);
        if let [] | [_] = closing[..] {
            let part = closing.first().unwrap_or(&self.open[0]);
            return shop.resource(*part)?.clock.forward(from, work).filter(|(_, end)| *end <= limit);
        }
        let (mut t, mut left, mut begun) = (from, work, None);
        while t < limit {
            let mut window = (t, limit);
            for part in &closing {
                let (start, end) = shop.resource(*part)?.clock.window_after(t)?;
                window = (window.0.max(start), window.1.min(end));
            }
            let (start, end) = window;
            if start < end {
                let begin = *begun.get_or_insert(start);
                if end - start >= left {
                    return Some((begin, start + left));
                }
                left -= end - start;
            }
            // on to where the first of them closes, or the last of them opens
            t = if start < end { end } else { start };
        }
        None
    }

    /// The latest end up to `until` in time that is open to all, and the start of `work` that ends then.
    fn backward(
        &self,
        shop: &mut Shop,
        until: Seconds,
        work: Seconds,
        limit: Seconds,
    ) -> Option<(Seconds, Seconds)> {
        let closing = self.closing(shop);
        if let [] | [_] = closing[..] {
            let part = closing.first().unwrap_or(&self.open[0]);
            return shop.resource(*part)?.clock.backward(until, work).filter(|(start, _)| *start >= limit);
        }
        let (mut t, mut left, mut ended) = (until, work, None);
        while t > limit {
            let mut window = (limit, t);
            for part in &closing {
                let (start, end) = shop.resource(*part)?.clock.window_before(t)?;
                window = (window.0.max(start), window.1.min(end));
            }
            let (start, end) = window;
            if start < end {
                let finish = *ended.get_or_insert(end);
                if end - start >= left {
                    return Some((end - left, finish));
                }
                left -= end - start;
            }
            t = if start < end { start } else { end };
        }
        None
    }
}
