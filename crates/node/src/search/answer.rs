//! Answering what peers look for, from what is kept here.

use crate::frame::{Found, Frame};
use crate::node::Node;
use ledger::Record;
use market::search::{Judgement, Listing, Query, Wanted};
use std::collections::BTreeSet;
use vocab::{AgentId, RecordId, Timestamp};

/// Bytes of records in one answer, at most.
const ANSWER_BYTES: usize = 512 << 10;
/// The stretch of time for which limits on questions are said, seconds.
const MINUTE_S: i64 = 60;

impl Node {
    /// Listings for a peer, or nothing when it asks too often or senselessly.
    pub(crate) fn answer_search(&mut self, from: AgentId, query: &Query, now: Timestamp) -> Option<Found> {
        if query.check().is_err() || !self.may_search(from, now) {
            return None;
        }
        let limit = query.limit as usize;
        let all = self.matching(query, now);
        let (mut records, mut sent, mut bytes) = (vec![], BTreeSet::new(), 0);
        let mut given = 0;
        for id in all.iter().take(limit) {
            let Some(record) = self.book.get(id) else { continue };
            let parts: Vec<&Record> = self.rests_on(record).into_iter().chain([record]).collect();
            let new = || parts.iter().filter(|r| !sent.contains(&r.id));
            bytes += new().map(|r| r.signed().bytes.len()).sum::<usize>();
            if bytes > ANSWER_BYTES && given > 0 {
                break;
            }
            records.extend(new().map(|r| (**r.signed()).clone()));
            sent.extend(parts.iter().map(|r| r.id));
            given += 1;
        }
        Some(Found::Listings { records, more: given < all.len() })
    }

    /// The withdrawals that a peer asks about.
    pub(crate) fn answer_withdrawals(
        &mut self,
        from: AgentId,
        listings: &[RecordId],
        now: Timestamp,
    ) -> Option<Found> {
        if !self.may_search(from, now) {
            return None;
        }
        let ids = listings.iter().take(Frame::RECORDS_MAX).flat_map(|id| self.board.withdrawals(id));
        let found = ids.filter_map(|(_, id)| self.book.get(id)).take(Frame::RECORDS_MAX);
        Some(Found::Withdrawals(found.map(|r| (**r.signed()).clone()).collect()))
    }

    fn may_search(&mut self, from: AgentId, now: Timestamp) -> bool {
        let (one, all) = (self.config.policy.searches_per_peer, self.config.policy.searches_in_all);
        self.post.lane(from).searches.allows(1, one, MINUTE_S, now)
            && self.searches.answered.allows(1, all, MINUTE_S, now)
    }

    /// What is kept here of what is looked for: nearest first, then newest.
    pub(crate) fn matching(&self, query: &Query, now: Timestamp) -> Vec<RecordId> {
        let offers = || self.board.offers.iter().map(|(id, l)| (*id, l.at, Listing::Offer(&l.what)));
        let needs = || self.board.needs.iter().map(|(id, l)| (*id, l.at, Listing::Need(&l.what)));
        let pools = || {
            self.pools.iter().filter_map(|p| {
                let offer = self.board.offers.get(&p.terms.offer).map(|l| &*l.what);
                Some((p.id, self.book.get(&p.id)?.at, Listing::Pool(&p.terms, offer)))
            })
        };
        let kept: Box<dyn Iterator<Item = (RecordId, Timestamp, Listing<'_>)>> = match query.kind {
            Wanted::Offers => Box::new(offers()),
            Wanted::Needs => Box::new(needs()),
            Wanted::Pools => Box::new(pools()),
        };
        let fits = kept.filter(|(_, _, listing)| query.judge(*listing, now) != Judgement::Unfit);
        let mut found: Vec<_> =
            fits.map(|(id, at, l)| (query.distance_km(l), std::cmp::Reverse(at), id)).collect();
        found.sort();
        found.into_iter().map(|(.., id)| id).collect()
    }

    /// What must come with a listing so that a stranger to its author can check it and write to the author: keys,
    /// address, the specification and offer it cites.
    fn rests_on<'a>(&'a self, record: &'a Record) -> Vec<&'a Record> {
        let author = &record.author;
        let keys = self.board.key_records.get(author).into_iter().flatten();
        let address = self.board.reachable.get(author).map(|r| &r.record);
        let cited = record
            .refs
            .iter()
            .filter(|id| self.board.specifications.contains_key(id) || self.board.offers.contains_key(id));
        keys.chain(address).chain(cited).filter_map(|id| self.book.get(id)).collect()
    }
}
