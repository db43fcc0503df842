//! What happens when: events in the order of their time, and of their making where that is equal.

use super::swarm::Step;
use ledger::Signed;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

pub(super) enum Event {
    /// `lie`: the sender's node did not send this
    Frame {
        from: usize,
        to: usize,
        bytes: Vec<u8>,
        lie: bool,
    },
    Gossip {
        to: usize,
        signed: Arc<Signed>,
    },
    Wake {
        who: usize,
        life: u64,
    },
    Restart {
        who: usize,
    },
    Link {
        a: usize,
        b: usize,
    },
    Swarm(Box<Step>),
    /// an accident of the days that began with the `of`th setting of faults
    Accident {
        of: u64,
        what: Accident,
    },
}

/// What befalls peers and lines by themselves, frame or no frame.
#[derive(Clone, Copy)]
pub(super) enum Accident {
    SwitchOff { who: usize },
    Jump { who: usize },
    Part,
    Heal,
}

impl Event {
    /// The node it happens to, if it is one.
    pub(super) fn at(&self) -> Option<usize> {
        match self {
            Self::Frame { to, .. } | Self::Gossip { to, .. } => Some(*to),
            Self::Wake { who, .. } | Self::Restart { who } => Some(*who),
            Self::Link { a, .. } => Some(*a),
            Self::Swarm(step) => Some(step.at()),
            Self::Accident { what: Accident::SwitchOff { who } | Accident::Jump { who }, .. } => Some(*who),
            Self::Accident { .. } => None,
        }
    }
}

/// Events to come. Their number is bounded by what is under way; places are used again.
#[derive(Default)]
pub(super) struct Queue {
    /// when, number, place
    order: BinaryHeap<Reverse<(i64, u64, u32)>>,
    places: Vec<Option<Event>>,
    free: Vec<u32>,
    numbered: u64,
}

impl Queue {
    pub(super) fn push(&mut self, at_ms: i64, event: Event) {
        self.numbered += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() as u32 - 1
        });
        self.places[place as usize] = Some(event);
        self.order.push(Reverse((at_ms, self.numbered, place)));
    }

    pub(super) fn pop(&mut self) -> Option<(i64, Event)> {
        let Reverse((at_ms, _, place)) = self.order.pop()?;
        self.free.push(place);
        let event =
            self.places[place as usize].take().expect("a place is free only once its event was popped");
        Some((at_ms, event))
    }

    pub(super) fn next_ms(&self) -> Option<i64> {
        self.order.peek().map(|Reverse((at_ms, ..))| *at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_and_then_in_the_order_of_their_making() {
        let mut queue = Queue::default();
        for (at_ms, who) in [(5, 0), (3, 1), (5, 2), (3, 3)] {
            queue.push(at_ms, Event::Restart { who });
        }
        let mut order = vec![];
        while let Some((at_ms, event)) = queue.pop() {
            order.push((at_ms, event.at().unwrap()));
            if order.len() == 1 {
                queue.push(4, Event::Restart { who: 4 });
            }
        }
        assert_eq!(order, [(3, 1), (3, 3), (4, 4), (5, 0), (5, 2)]);
        assert_eq!(queue.places.len(), 4, "places are used again");
    }
}
