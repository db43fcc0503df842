//! Standing orders: what the owner wants and lets the node look for, as a fold over its private records.
//!
//! A [`Want`] is covered by at most one live bid, proposal or deal at a time. Where to look and what to say is decided
//! in `advance::seek`.

use crate::command::StandingOrder;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{RecordId, SpecId, Timestamp, after};

/// How long news are gathered before a standing order is looked at, seconds: bids to one supplier then go in one frame.
const GATHER_S: i64 = 1;

#[derive(Default)]
pub(crate) struct Wants {
    all: BTreeMap<RecordId, Want>,
    /// when to look at each again
    looks: BTreeSet<(Timestamp, RecordId)>,
}

/// One standing order.
pub(crate) struct Want {
    pub(crate) id: RecordId,
    pub(crate) order: StandingOrder,
    /// what this node bid for it, in order
    pub(crate) bids: Vec<RecordId>,
    pub(crate) cancelled: bool,
    look: Option<Timestamp>,
}

impl Want {
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
        self.all.insert(id, Want { id, order, bids: vec![], cancelled: false, look: None });
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
