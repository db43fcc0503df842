//! Goods changing hands: every handover this node gave, was given, or has an interest in, and its answer.
//!
//! Knows who holds what towards whom; what is on the shelf is the stock's matter, what is owed the deal's.

use std::collections::BTreeMap;
use trace::statement::{Goods, Handover, Takeover};
use vocab::{AgentId, Decimal, RecordId, Timestamp};

#[derive(Default)]
pub(crate) struct Moves {
    all: BTreeMap<RecordId, Move>,
    /// takeover record -> the handover it answers
    answers: BTreeMap<RecordId, RecordId>,
}

/// One handover.
pub(crate) struct Move {
    pub(crate) id: RecordId,
    pub(crate) giver: AgentId,
    pub(crate) at: Timestamp,
    pub(crate) handover: Handover,
    pub(crate) answer: Option<(RecordId, Takeover)>,
    /// what was taken over by this has been handed on
    pub(crate) passed_on: bool,
    /// what was refused of this has been sent back
    pub(crate) sent_back: bool,
}

impl Moves {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Move> {
        self.all.get(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Move> {
        self.all.values()
    }
    /// The handover that this takeover answers.
    pub(crate) fn answered_by(&self, takeover: &RecordId) -> Option<&Move> {
        self.answers.get(takeover).and_then(|id| self.all.get(id))
    }
    pub(crate) fn hand_over(&mut self, id: RecordId, giver: AgentId, at: Timestamp, handover: Handover) {
        // what it passes on came by an earlier one
        if let Some(before) = handover.after.and_then(|t| self.answers.get(&t)).copied() {
            if let Some(earlier) = self.all.get_mut(&before) {
                earlier.passed_on = true;
            }
            let refused =
                self.all.values_mut().filter(|m| m.handover.after == handover.after && m.giver == giver);
            for m in refused {
                m.sent_back = m.answer.as_ref().is_some_and(|(_, t)| !t.rejected.is_empty());
            }
        }
        let fresh = Move { id, giver, at, handover, answer: None, passed_on: false, sent_back: false };
        self.all.insert(id, fresh);
    }
    pub(crate) fn take_over(&mut self, id: RecordId, takeover: Takeover) {
        self.answers.insert(id, takeover.handover);
        if let Some(of) = self.all.get_mut(&takeover.handover) {
            of.answer = Some((id, takeover));
        }
    }
    /// The one who first gave the goods away under the same deal: the giver, or whoever gave them to that carrier.
    pub(crate) fn first_giver(&self, of: &Move) -> AgentId {
        let mut current = of;
        for _ in 0..16 {
            match current.handover.after.and_then(|t| self.answered_by(&t)) {
                Some(earlier) if earlier.handover.deal == of.handover.deal => current = earlier,
                _ => break,
            }
        }
        current.giver
    }
}

/// Sum of quantities.
pub(crate) fn total(goods: &[Goods]) -> Decimal {
    goods.iter().map(|g| g.quantity).sum()
}
