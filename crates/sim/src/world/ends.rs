//! What must hold when faults have ceased and all deadlines have passed: everything has ended, on both sides alike,
//! goods add up over the whole network, and every node's memory is what its disk says.

use super::{World, check};
use node::view::{DealState, DealView};
use std::collections::BTreeMap;
use vocab::{Decimal, SpecId};

impl World {
    /// Liveness and agreement of every honest node; conservation over all, where `everyone_is_honest`.
    pub fn check_ends(&mut self, everyone_is_honest: bool) {
        let mut wrong = vec![];
        for who in (0..self.len()).filter(|who| self.is_honest(*who)) {
            let Some(node) = self.node(who) else { continue };
            for deal in node.deals(self.now()) {
                if is_open(deal.state) {
                    let what = format!("liveness: deal {} is {:?} after its deadlines", deal.id, deal.state);
                    wrong.push((vec![who], what));
                }
                let with = self.by_agent.get(&deal.with.agent).copied().filter(|with| self.is_honest(*with));
                if let Some(with) = with
                    && let Some(what) = self
                        .node(with)
                        .and_then(|other| differs(&deal, other.deal(&deal.id, self.now()).as_ref()))
                {
                    wrong.push((vec![who, with], what));
                }
            }
        }
        wrong.into_iter().for_each(|(agents, what)| self.broken(agents, &what));
        if everyone_is_honest {
            self.check_totals();
        }
    }

    /// Conservation: what all have together, and what is on the way, is what came into being less what was used up.
    fn check_totals(&mut self) {
        let mut have: BTreeMap<SpecId, Decimal> = BTreeMap::new();
        for node in self.peers.iter().filter_map(|p| p.node.as_ref()) {
            for holding in node.goods().lots().chain(node.goods().custody()) {
                *have.entry(holding.spec.clone()).or_default() += holding.quantity;
            }
            for goods in node.goods().in_transit().flat_map(|t| &t.handover.goods) {
                *have.entry(goods.spec.clone()).or_default() += goods.quantity;
            }
        }
        let made = self.witnesses.made.clone();
        let wrong: Vec<_> = made
            .iter()
            .filter(|(spec, made)| have.get(*spec).copied().unwrap_or_default() != **made)
            .collect();
        for (spec, made) in wrong {
            let has = have.get(spec).copied().unwrap_or_default();
            self.broken(
                vec![],
                &format!("conservation: all have {has} {spec}, of which {made} came into being"),
            );
        }
    }

    /// Restart: of so many nodes, each knows what its disk says.
    pub fn check_rebuilt(&mut self, most: usize) {
        let every = self.len().div_ceil(most.max(1)).max(1);
        for who in (0..self.len()).step_by(every) {
            let again = check::books(&self.rebuilt(who));
            if self.node(who).is_some_and(|node| check::books(node) != again) {
                self.broken(vec![who], "restart: its memory is not what its disk says");
            }
        }
    }
}

fn is_open(state: DealState) -> bool {
    use DealState::*;
    matches!(state, Enquired | Quoted | Accepted | Confirmed)
}

fn has_ended(state: DealState) -> bool {
    use DealState::*;
    matches!(state, Refused | Lapsed | Cancelled)
}

/// How the two sides of a deal differ, if they do.
fn differs(mine: &DealView, theirs: Option<&DealView>) -> Option<String> {
    let Some(theirs) = theirs else {
        // an enquiry that never arrived, or a pledge, which is a deal only where it was counted
        let alone = has_ended(mine.state);
        return (!alone)
            .then(|| format!("agreement: deal {} is {:?} here, unknown there", mine.id, mine.state));
    };
    let terms = |d: &DealView| (d.unit_price, d.promise, d.quantity);
    let same = has_ended(mine.state) == has_ended(theirs.state)
        && (has_ended(mine.state) || terms(mine) == terms(theirs));
    (!same).then(|| {
        let side = |d: &DealView| format!("{:?} {:?}", d.state, terms(d));
        format!("agreement: deal {} is {} here, {} there", mine.id, side(mine), side(theirs))
    })
}
