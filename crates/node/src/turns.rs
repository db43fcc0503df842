//! Who is planned first, where several orders are asked for within moments of each other.
//!
//! Two orders that meet at several firms and are served in another order at each are both late: each waits for the other
//! somewhere. So firms that give turns ([`Policy::turn_ms`](crate::Policy)) serve orders by the moment at which they
//! were asked, which all tiers know, and wait a little for those that travel slower. Nobody waits for one asked later,
//! so nobody waits in a circle, and nobody waits longer than twice that time after it was asked.

use crate::node::{Node, Todo};
use crate::orders::{Ask, Stage};
use crate::view::OrderSource;
use std::collections::BTreeMap;
use std::time::Duration;
use vocab::{RecordId, Timestamp};

/// Orders that could be planned and wait for their turn, and until when; by when they were asked.
#[derive(Default)]
pub(crate) struct Turns(BTreeMap<(Turn, RecordId), Timestamp>);

/// When an order was asked, and the demand it serves.
type Turn = (Timestamp, RecordId);

fn turn(ask: &Ask) -> Turn {
    (ask.terms.start, ask.terms.origin)
}

impl Turns {
    /// When the first of them is to be looked at again.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.0.values().min().copied()
    }
}

impl Node {
    /// True when the order `id`, which could be planned now, is not to be yet; it is looked at again in time.
    pub(crate) fn waits_for_turn(
        &mut self,
        id: RecordId,
        source: OrderSource,
        ask: &Ask,
        now: Timestamp,
    ) -> bool {
        let (mine, wait_ms) = (turn(ask), self.config.policy.turn_ms);
        // a pool's order was asked by nobody in particular; one dated ahead of this clock cannot be put in order
        if wait_ms == 0 || source.is_sold() || ask.terms.start > now {
            return false;
        }
        let asking = self.orders.waiting().filter(|o| matches!(o.stage, Stage::Asking { .. }));
        let ahead =
            asking.map(|o| turn(&o.ask)).chain(self.turns.0.keys().map(|(turn, _)| *turn)).any(|t| t < mine);
        let wait = Duration::from_millis(if ahead { wait_ms.saturating_mul(2) } else { wait_ms });
        let until = ask.terms.start.checked_add(wait).unwrap_or(now);
        if now < until {
            self.turns.0.insert((mine, id), until);
            return true;
        }
        self.turns.0.remove(&(mine, id));
        // whoever waited for this one
        self.agenda.extend(self.turns.0.keys().flat_map(|(_, id)| [Todo::Deal(*id), Todo::Order(*id)]));
        false
    }

    /// Looks again at orders whose wait is over, in the order of their turns.
    pub(crate) fn turns_due(&mut self, now: Timestamp) {
        let due: Vec<_> = self.turns.0.extract_if(.., |_, until| *until <= now).collect();
        for ((_, id), _) in due {
            self.advance_deal(id, now);
            self.advance_order(id, now);
        }
    }
}
