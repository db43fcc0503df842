//! Standing orders: what the owner wants and lets the node look for, as a fold over its private records.
//!
//! A [`Want`] is covered by at most one live bid, proposal or deal at a time. Where to look and what to say is decided
//! in `advance::seek`.

use crate::command::{Answer, StandingOrder};
use crate::statement::Proposal;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{RecordId, SpecId, Timestamp, after};

/// How long news are gathered before a standing order is looked at, seconds: bids to one supplier then go in one frame.
const GATHER_S: i64 = 1;

#[derive(Default)]
pub(crate) struct Wants {
    all: BTreeMap<RecordId, Want>,
    /// what was said for a standing order, or proposed -> the order
    index: BTreeMap<RecordId, RecordId>,
    /// when to look at each again
    looks: BTreeSet<(Timestamp, RecordId)>,
}

/// One standing order.
pub(crate) struct Want {
    pub(crate) id: RecordId,
    pub(crate) order: StandingOrder,
    /// what this node bid for it, in order
    pub(crate) bids: Vec<RecordId>,
    /// what this node said for it under calls for joint plans, in order
    pub(crate) demands: Vec<RecordId>,
    /// what else this node said for it: enquiries, pledges, requests for pools
    pub(crate) sought: Vec<RecordId>,
    /// what was proposed to the owner, in order
    pub(crate) proposals: Vec<Proposed>,
    pub(crate) cancelled: bool,
    look: Option<Timestamp>,
}

/// A proposal and what became of it.
pub(crate) struct Proposed {
    pub(crate) id: RecordId,
    pub(crate) proposal: Proposal,
    pub(crate) answer: Option<Answer>,
    /// what was agreed to has been done, or tried
    pub(crate) used: bool,
}

impl Want {
    /// The owner does not want this offer for it.
    pub(crate) fn declined(&self, offer: &RecordId) -> bool {
        self.proposals.iter().any(|p| p.proposal.offer == *offer && p.answer == Some(Answer::Refuse))
    }
    fn use_up(&mut self) {
        if let Some(last) = self.proposals.last_mut() {
            last.used = true;
        }
    }
    /// Nothing new is begun for it.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.cancelled || now >= self.order.keep_until
    }
}

impl Wants {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Want> {
        self.all.get(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Want> {
        self.all.values()
    }
    pub(crate) fn open(&mut self, id: RecordId, order: StandingOrder, at: Timestamp) {
        self.all.insert(
            id,
            Want {
                id,
                order,
                bids: vec![],
                demands: vec![],
                sought: vec![],
                proposals: vec![],
                cancelled: false,
                look: None,
            },
        );
        self.news(&id, at);
    }
    pub(crate) fn cancel(&mut self, id: &RecordId) {
        self.look(id, None);
        if let Some(want) = self.all.get_mut(id) {
            want.cancelled = true;
        }
    }
    pub(crate) fn bid(&mut self, id: &RecordId, bid: RecordId) {
        if let Some(want) = self.all.get_mut(id) {
            want.bids.push(bid);
            want.use_up();
        }
    }
    pub(crate) fn demanded(&mut self, id: &RecordId, demand: RecordId) {
        if let Some(want) = self.all.get_mut(id) {
            want.demands.push(demand);
            want.use_up();
        }
    }
    pub(crate) fn sought(&mut self, id: &RecordId, by: Vec<RecordId>) {
        self.index.extend(by.iter().map(|record| (*record, *id)));
        if let Some(want) = self.all.get_mut(id) {
            want.sought.extend(by);
            want.use_up();
        }
    }
    pub(crate) fn propose(&mut self, id: RecordId, proposal: Proposal, at: Timestamp) {
        let order = proposal.order;
        self.index.insert(id, order);
        if let Some(want) = self.all.get_mut(&order) {
            want.proposals.push(Proposed { id, proposal, answer: None, used: false });
        }
        self.news(&order, at);
    }
    /// The proposal, while it waits for the owner's word.
    pub(crate) fn proposed(&self, id: &RecordId) -> Option<&Proposed> {
        let want = self.index.get(id).and_then(|want| self.all.get(want))?;
        want.proposals.iter().find(|p| p.id == *id && p.answer.is_none())
    }
    pub(crate) fn answer(&mut self, id: &RecordId, answer: Answer, at: Timestamp) {
        let Some(order) = self.index.get(id).copied() else { return };
        let want = self.all.get_mut(&order);
        if let Some(proposed) = want.and_then(|w| w.proposals.iter_mut().find(|p| p.id == *id)) {
            proposed.answer = Some(answer);
        }
        self.news(&order, at);
    }
    /// Something has changed that was said for a standing order, if it was.
    pub(crate) fn news_of_record(&mut self, record: &RecordId, at: Timestamp) {
        if let Some(order) = self.index.get(record).copied() {
            self.news(&order, at);
        }
    }
    /// Something has changed for it: it is looked at soon.
    pub(crate) fn news(&mut self, id: &RecordId, at: Timestamp) {
        let soon = after(at, GATHER_S);
        if self.all.get(id).is_some_and(|w| w.look.is_none_or(|t| t > soon)) {
            self.look(id, Some(soon));
        }
    }
    /// Something has changed for all of `spec`, or for all.
    pub(crate) fn news_of(&mut self, spec: Option<&SpecId>, at: Timestamp) {
        let concerned =
            self.all.values().filter(|w| !w.is_over(at) && spec.is_none_or(|s| w.order.spec == *s));
        for id in concerned.map(|w| w.id).collect::<Vec<_>>() {
            self.news(&id, at);
        }
    }
    /// Sets when it is looked at next.
    pub(crate) fn look(&mut self, id: &RecordId, at: Option<Timestamp>) {
        let Some(want) = self.all.get_mut(id) else { return };
        if let Some(before) = std::mem::replace(&mut want.look, at) {
            self.looks.remove(&(before, *id));
        }
        self.looks.extend(at.map(|t| (t, *id)));
    }
    pub(crate) fn next_look(&self) -> Option<Timestamp> {
        self.looks.first().map(|(t, _)| *t)
    }
    /// Those to be looked at by `now`.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<RecordId> {
        self.looks.iter().take_while(|(t, _)| *t <= now).map(|(_, id)| *id).collect()
    }
}
