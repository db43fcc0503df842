//! Judging an answer to a search: what of it was signed by whom it names, and fits.

use crate::board::Board;
use ledger::{Inception, KeyState, Record, Signed, Statement};
use market::search::{Judgement, Listed, Query, Wanted};
use market::statement::{Need, Offer, PoolTerms};
use std::collections::BTreeMap;
use vocab::{AgentId, RecordId, Timestamp};

/// Kinds of record that say whose key is whose.
const KEYS: [&str; 4] = ["inception", "rotation", "grant", "revocation"];
/// Most records of an answer that are looked at: a listing rests on few.
const RECORDS_MAX: usize = 1_000;

/// A good listing, and what it rests on.
pub(crate) struct Good {
    pub(crate) record: Record,
    pub(crate) listed: Listed,
    /// in the order in which to take them in; the listing itself is the last
    pub(crate) parts: Vec<Record>,
    /// it fits on any machine, not only on some
    pub(crate) surely: bool,
}

/// What one answer holds.
#[derive(Default)]
pub(crate) struct Judged {
    pub(crate) good: Vec<Good>,
    pub(crate) names: BTreeMap<AgentId, String>,
    pub(crate) unfit: u64,
    pub(crate) forged: u64,
    pub(crate) expired: u64,
}

/// Judges the records of an answer to `query`, from bytes that nobody has checked.
pub(crate) fn judge(signed: Vec<Signed>, query: &Query, board: &Board, now: Timestamp) -> Judged {
    let mut judged = Judged::default();
    let mut records: Vec<Record> = vec![];
    for signed in signed.into_iter().take(RECORDS_MAX) {
        match signed.verify() {
            Ok(record) => records.push(record),
            Err(_) => judged.forged += 1,
        }
    }
    records.sort_by_key(|r| (r.author, r.seq, r.id));
    records.dedup_by_key(|r| r.id);
    let mut keys: BTreeMap<AgentId, KeyState> = BTreeMap::new();
    for record in records.iter().filter(|r| KEYS.contains(&r.kind.as_str())) {
        // a record out of order proves nothing, and what rests on it is refused below
        let _ = keys.entry(record.author).or_insert_with(|| KeyState::new(record.author)).apply(record);
        if let Ok(inception) = record.read::<Inception>() {
            judged.names.insert(record.author, inception.name);
        }
    }
    let speaks = |r: &Record| match board.keys.get(&r.author).or_else(|| keys.get(&r.author)) {
        Some(state) => state.allows(r).is_ok(),
        None => r.key == r.author,
    };
    let by_id: BTreeMap<RecordId, &Record> = records.iter().map(|r| (r.id, r)).collect();
    for record in records.iter().filter(|r| r.kind == kind(query.kind)) {
        if !speaks(record) {
            judged.forged += 1;
            continue;
        }
        let pooled = |terms: &PoolTerms| {
            let shown = by_id.get(&terms.offer).filter(|r| r.author == record.author);
            let shown = shown.and_then(|r| r.read::<Offer>().ok());
            shown.or_else(|| board.offers.get(&terms.offer).map(|l| (*l.what).clone()))
        };
        let Some(listed) = read(record, query.kind, pooled) else {
            judged.unfit += 1;
            continue;
        };
        let withdrawn = board.withdrawals(&record.id).any(|(by, _)| *by == record.author);
        if withdrawn || ends(&listed) <= now {
            judged.expired += 1;
            continue;
        }
        let fit = query.judge(listed.listing(), now);
        if fit == Judgement::Unfit || judged.good.len() >= query.limit as usize {
            judged.unfit += 1;
            continue;
        }
        let base = records.iter().filter(|r| {
            let of_author = r.author == record.author;
            of_author && (KEYS.contains(&r.kind.as_str()) || r.kind == "reachable")
                || record.refs.contains(&r.id)
        });
        let parts = base.chain([record]).cloned().collect();
        judged.good.push(Good { record: record.clone(), listed, parts, surely: fit == Judgement::Fits });
    }
    judged
}

fn kind(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Offers => Offer::KIND,
        Wanted::Needs => Need::KIND,
        Wanted::Pools => PoolTerms::KIND,
    }
}

/// The listing, if it reads as one and makes sense.
fn read(record: &Record, wanted: Wanted, offer: impl Fn(&PoolTerms) -> Option<Offer>) -> Option<Listed> {
    Some(match wanted {
        Wanted::Offers => {
            let what: Offer = record.read().ok()?;
            what.check().ok()?;
            Listed::Offer(Box::new(what))
        }
        Wanted::Needs => {
            let what: Need = record.read().ok()?;
            what.check().ok()?;
            Listed::Need(Box::new(what))
        }
        Wanted::Pools => {
            let terms: PoolTerms = record.read().ok()?;
            terms.check().ok()?;
            let offer = offer(&terms).map(Box::new);
            Listed::Pool { terms: Box::new(terms), offer }
        }
    })
}

fn ends(listed: &Listed) -> Timestamp {
    match listed {
        Listed::Offer(o) => o.expires,
        Listed::Need(n) => n.expires,
        Listed::Pool { terms, .. } => terms.closes,
    }
}
