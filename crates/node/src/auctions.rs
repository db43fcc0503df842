//! Auctions of capacity: those known here, and the bids of this node and to it, as a fold over what was said.
//!
//! A supplier keeps a [`market::auction::Book`] of its own; a buyer remembers what it has heard of others' prices. A
//! bid is in one [`BidState`]; what binds by it is a deal and not kept here. What to say next is decided in `advance`.

use crate::deals::{Fault, GRACE_S};
use crate::view::Role;
use crate::words::said;
use ledger::Record;
use market::auction::{Asks, Award, Bid, BidStanding, Book, Capacity};
use market::statement::{Offer, Reason};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{AgentId, Decimal, Money, RecordId, SpecId, Text, Timestamp, Unit, after};

/// How long the supplier waits for bids signed in time that are still on their way, seconds.
pub(crate) const CLOSE_WAIT_S: i64 = 2;
/// How long a supplier gathers bids before it says who is out, seconds: one answer to a buyer for all it bid meanwhile.
const GATHER_S: i64 = 1;
/// How long a bid that is in may wait for its first answer, seconds: nobody waits for that word to act, so it goes with
/// the next one to the same buyer, and is never said of a bid that is outbid meanwhile. Well within what a buyer waits.
const SAY_IN_S: i64 = 10;

#[derive(Default)]
pub(crate) struct Auctions {
    all: BTreeMap<RecordId, Auction>,
    bids: BTreeMap<RecordId, PlacedBid>,
    /// standing -> its bid
    standings: BTreeMap<RecordId, RecordId>,
    deadlines: BTreeSet<(Timestamp, Due)>,
}

/// What a deadline concerns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Auction(RecordId),
    Bid(RecordId),
}

/// What time or a record has changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Touched {
    /// bids of this own auction may need an answer
    Auction(RecordId),
    /// what this own bid was to cover may need another
    Bid(RecordId),
}

/// One auction.
pub(crate) struct Auction {
    pub(crate) id: RecordId,
    pub(crate) by: AgentId,
    pub(crate) capacity: Capacity,
    /// of this node's own auction
    pub(crate) book: Book<RecordId>,
    /// what it takes to be in, as far as a buyer has heard
    pub(crate) asks: Asks,
    /// it let a bid lapse without a word, and has not spoken since
    pub(crate) silent: bool,
    /// bids taken, not yet answered or not yet told that they are out
    untold: BTreeSet<RecordId>,
    /// those that are out are gathered until then
    pub(crate) answers_at: Timestamp,
    /// those that are in are told by then
    pub(crate) says_in_by: Timestamp,
    /// the highest price told to anyone, in steps
    told: u32,
}

/// One bid.
pub(crate) struct PlacedBid {
    pub(crate) id: RecordId,
    pub(crate) auction: RecordId,
    pub(crate) role: Role,
    pub(crate) with: AgentId,
    pub(crate) bid: Bid,
    pub(crate) spec: SpecId,
    pub(crate) name: Text,
    pub(crate) unit: Unit,
    /// price of one unit without its capacity
    listed: Decimal,
    /// capacity for one unit
    load: Decimal,
    /// what it bears, in steps
    limit: u32,
    /// when its auction ends
    pub(crate) closes: Timestamp,
    /// time from then to goods, seconds
    lead_time_s: i64,
    pub(crate) state: BidState,
    /// price of a unit of capacity, as last told about it
    pub(crate) price: Option<Decimal>,
    ends: Timestamp,
}

/// Where a bid stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BidState {
    /// without an answer
    Sent,
    /// it would be awarded if the auction ended now
    In,
    /// it never will be
    Out,
    /// the supplier would not have it at all
    Refused,
    /// it has made a deal
    Awarded,
    /// by the clock
    Lapsed,
}

/// What an award says, once it is judged.
pub(crate) struct Bought {
    pub(crate) bid: RecordId,
    pub(crate) unit_price: Money,
    pub(crate) promise: Timestamp,
}

impl PlacedBid {
    /// What it takes, in millionths of the capacity's unit.
    pub(crate) fn load_of(&self, capacity: &Capacity) -> u64 {
        capacity.load(self.bid.quantity, self.load)
    }
    pub(crate) fn is_refused(&self) -> bool {
        self.state == BidState::Refused
    }
    /// It may still bind its author.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, BidState::Sent | BidState::In)
    }
}

impl Auction {
    /// No bid is taken any more: what is in is awarded.
    pub(crate) fn settles_at(&self) -> Timestamp {
        after(self.capacity.closes, CLOSE_WAIT_S)
    }
}

fn invalid<T>(detail: Text) -> Result<T, Fault> {
    Err(Fault { reason: Reason::Invalid, detail })
}
fn late<T>(detail: Text) -> Result<T, Fault> {
    Err(Fault { reason: Reason::Late, detail })
}

impl Auctions {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Auction> {
        self.all.get(id)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Auction> {
        self.all.values()
    }
    /// Undoes what a record that is dropped has done.
    pub(crate) fn forget(&mut self, record: &Record) {
        self.all.remove(&record.id);
    }
    pub(crate) fn bid(&self, id: &RecordId) -> Option<&PlacedBid> {
        self.bids.get(id)
    }
    pub(crate) fn bids(&self) -> impl Iterator<Item = &PlacedBid> {
        self.bids.values()
    }
    /// Bids of an own auction whose authors do not know yet where they stand.
    pub(crate) fn untold(&self, id: &RecordId) -> impl Iterator<Item = &PlacedBid> {
        self.all.get(id).into_iter().flat_map(|a| &a.untold).filter_map(|bid| self.bids.get(bid))
    }
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(t, _)| *t)
    }

    /// Takes an auction in that somebody announces.
    pub(crate) fn open(&mut self, record: &Record, me: &AgentId) -> Result<(), Fault> {
        let capacity: Capacity = record.read()?;
        capacity.check()?;
        let auction = Auction {
            id: record.id,
            by: record.author,
            book: Book::new(capacity.amount()),
            capacity,
            asks: Asks::default(),
            silent: false,
            untold: BTreeSet::new(),
            answers_at: record.at,
            says_in_by: record.at,
            told: 0,
        };
        let wakes = if record.author == *me { auction.settles_at() } else { auction.capacity.awarded_by() };
        self.deadlines.insert((wakes, Due::Auction(record.id)));
        self.all.entry(record.id).or_insert(auction);
        Ok(())
    }

    /// Takes a bid: this node's own, or one for its own auction. `offer` is what is bid on, by `supplier`.
    pub(crate) fn place(
        &mut self,
        me: &AgentId,
        record: &Record,
        offer: Option<(AgentId, &Offer)>,
        at: Timestamp,
    ) -> Result<(), Fault> {
        let bid: Bid = record.read()?;
        bid.check()?;
        let own = record.author == *me;
        let drawn = offer.and_then(|(by, offer)| Some((by, offer, offer.capacity.as_ref()?)));
        let known =
            drawn.and_then(|(by, offer, draw)| Some((by, offer, draw, self.all.get_mut(&draw.auction)?)));
        let Some((supplier, offer, draw, auction)) =
            known.filter(|(by, .., auction)| *by == auction.by && own != (*by == *me))
        else {
            let detail =
                said!("it bids on no offer of an auction known here", "它所出价的报价不属于本节点已知的竞价");
            return Err(Fault { reason: Reason::NoListing, detail });
        };
        let capacity = &auction.capacity;
        bid.fits(capacity)?;
        let taken = if own { at } else { after(at, -CLOSE_WAIT_S) };
        if !capacity.is_open(record.at) || taken > capacity.closes || at > after(bid.answer_by, GRACE_S) {
            return late(said!("bids were taken until {}", "出价截止于 {}", capacity.closes));
        }
        let listed = offer.admits(bid.quantity, at)?;
        if listed.currency != bid.at_most.currency {
            return invalid(said!("the offer is in {}", "报价的币种是 {}", listed.currency));
        }
        let Some(limit) = capacity.limit(listed.amount, draw.load, bid.at_most.amount) else {
            return invalid(said!("{} is below the price it begins at", "{} 低于起价", bid.at_most));
        };
        let amount = capacity.load(bid.quantity, draw.load);
        if amount > auction.book.capacity() {
            let detail = said!("there are {} {} in all", "总共只有 {} {}", capacity.quantity, capacity.unit);
            return Err(Fault { reason: Reason::Quantity, detail });
        }
        let (id, auction_id, closes) = (record.id, auction.id, capacity.closes);
        let mut state = BidState::Sent;
        let mut ends = after(bid.answer_by, GRACE_S);
        let mut outbid = vec![];
        if !own {
            let taken = auction.book.bid(id, limit, amount);
            state = if taken.is_in { BidState::In } else { BidState::Out };
            outbid = taken.outbid;
            ends = capacity.awarded_by();
            if auction.untold.is_empty() {
                auction.says_in_by = after(at, SAY_IN_S).min(auction.settles_at());
                self.deadlines.insert((auction.says_in_by, Due::Auction(auction_id)));
            }
            if (state == BidState::Out || !outbid.is_empty()) && auction.answers_at <= at {
                auction.answers_at = after(at, GATHER_S).min(auction.settles_at());
                self.deadlines.insert((auction.answers_at, Due::Auction(auction_id)));
            }
            auction.untold.extend(outbid.iter().copied().chain([id]));
        }
        for out in outbid {
            self.set(&out, BidState::Out);
        }
        if state != BidState::Out {
            self.deadlines.insert((ends, Due::Bid(id)));
        }
        let placed = PlacedBid {
            id,
            auction: auction_id,
            role: if own { Role::Buyer } else { Role::Supplier },
            with: if own { supplier } else { record.author },
            spec: offer.spec.clone(),
            name: offer.name.clone(),
            unit: offer.unit,
            listed: listed.amount,
            load: draw.load,
            limit,
            closes,
            lead_time_s: offer.lead_time_s,
            bid,
            state,
            price: None,
            ends,
        };
        self.bids.insert(id, placed);
        Ok(())
    }

    fn set(&mut self, id: &RecordId, state: BidState) {
        let Some(bid) = self.bids.get_mut(id) else { return };
        bid.state = state;
        if !bid.is_live() {
            self.deadlines.remove(&(bid.ends, Due::Bid(*id)));
        }
    }

    fn spoken_by_supplier(&self, me: &AgentId, record: &Record, bid: &RecordId) -> Result<&PlacedBid, Fault> {
        let known = self.bids.get(bid);
        let by = known.map(|b| if b.role == Role::Supplier { *me } else { b.with });
        match known.filter(|_| by == Some(record.author)) {
            Some(bid) => Ok(bid),
            None => invalid(said!(
                "it is about no bid to its author that is known here",
                "本节点不知道这一对其作者的出价"
            )),
        }
    }

    /// Takes the supplier's word on where a bid stands; returns the bid.
    pub(crate) fn stand(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Result<RecordId, Fault> {
        let standing: BidStanding = record.read()?;
        standing.check()?;
        let bid = self.spoken_by_supplier(me, record, &standing.bid)?;
        let (id, auction, state) = (bid.id, bid.auction, bid.state);
        let ends = bid.ends;
        let Some(load) = self.all.get(&auction).map(|a| bid.load_of(&a.capacity)) else { return Ok(id) };
        let Some(auction) = self.all.get_mut(&auction) else { return Ok(id) };
        let steps = auction.capacity.steps(standing.price);
        if let Some(bid) = self.bids.get_mut(&id) {
            bid.price = Some(standing.price);
        }
        if record.author == *me {
            auction.untold.remove(&id);
            auction.told = auction.told.max(if standing.is_in { steps } else { 0 });
            self.standings.insert(record.id, id);
            return Ok(id);
        }
        if standing.is_in {
            auction.asks.hear_price(steps);
        } else {
            auction.asks.hear_ask(load, steps);
        }
        auction.silent = false;
        match (state, standing.is_in) {
            (BidState::Sent | BidState::In, false) => self.set(&id, BidState::Out),
            (BidState::Sent, true) => {
                // from here on it waits for the award, not for an answer
                self.deadlines.remove(&(ends, Due::Bid(id)));
                let last = after(auction.capacity.awarded_by(), GRACE_S);
                self.deadlines.insert((last, Due::Bid(id)));
                if let Some(bid) = self.bids.get_mut(&id) {
                    (bid.state, bid.ends) = (BidState::In, last);
                }
            }
            (BidState::Lapsed, true) => {
                return late(said!("the bid had lapsed at {at}", "该出价在 {at} 已失效"));
            }
            (BidState::Out | BidState::Refused, true) => {
                return invalid(said!("the bid was said to be out before", "先前已说该出价落选"));
            }
            (BidState::In | BidState::Awarded, true)
            | (BidState::Out | BidState::Refused | BidState::Lapsed | BidState::Awarded, false) => {}
        }
        Ok(id)
    }

    /// Takes an award: what it sells, at what price. The bid counts as awarded from here on.
    pub(crate) fn award(&mut self, me: &AgentId, record: &Record, at: Timestamp) -> Result<Bought, Fault> {
        let award: Award = record.read()?;
        award.check()?;
        let bid = self.spoken_by_supplier(me, record, &award.bid)?;
        let Some(auction) = self.all.get(&bid.auction) else {
            return invalid(said!("its auction is not known here", "本节点不知道它的竞价"));
        };
        let last = auction.capacity.awarded_by();
        match bid.state {
            BidState::Sent | BidState::In if record.at <= last && at <= after(last, GRACE_S) => {}
            BidState::Sent | BidState::In | BidState::Lapsed => {
                return late(said!("the bid lapsed at {}", "该出价已于 {} 失效", bid.ends));
            }
            BidState::Out | BidState::Refused => return invalid(said!("the bid was out", "该出价已落选")),
            BidState::Awarded => return invalid(said!("the bid was awarded before", "该出价先前已成交")),
        }
        let unit_price = auction.capacity.unit_price(bid.listed, bid.load, award.price);
        if unit_price.amount > bid.bid.at_most.amount {
            return invalid(said!(
                "{unit_price} is more than the {} bid",
                "{unit_price} 高于所出的 {}",
                bid.bid.at_most
            ));
        }
        let promise = after(auction.capacity.closes, bid.lead_time_s);
        let (id, auction) = (bid.id, bid.auction);
        self.set(&id, BidState::Awarded);
        if let Some(auction) = self.all.get_mut(&auction) {
            auction.untold.remove(&id);
        }
        Ok(Bought { bid: id, unit_price, promise })
    }

    /// Takes a refusal: of a bid by the supplier, or of a standing by a buyer whose bid had lapsed. Returns the bid;
    /// `None` if it concerns none.
    pub(crate) fn refused(&mut self, record: &Record, answers: &RecordId) -> Option<RecordId> {
        let id = *self.standings.get(answers).unwrap_or(answers);
        let bid = self.bids.get(&id)?;
        let (limit, auction, role) = (bid.limit, bid.auction, bid.role);
        if record.author != bid.with || !bid.is_live() {
            return Some(id);
        }
        if bid.role == Role::Supplier
            && let Some(auction) = self.all.get_mut(&auction)
        {
            auction.book.release(id, limit);
            auction.untold.remove(&id);
        }
        self.set(&id, if role == Role::Buyer { BidState::Refused } else { BidState::Lapsed });
        Some(id)
    }

    /// Ends what the clock ends; returns what it has touched.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<Touched> {
        let mut touched = vec![];
        while let Some((t, due)) = self.deadlines.first().copied().filter(|(t, _)| *t < now) {
            self.deadlines.remove(&(t, due));
            match due {
                Due::Auction(id) => touched.push(Touched::Auction(id)),
                Due::Bid(id) => {
                    let Some(bid) = self.bids.get_mut(&id).filter(|b| b.is_live()) else { continue };
                    let auction = self.all.get_mut(&bid.auction);
                    match (bid.role, auction) {
                        (Role::Supplier, Some(auction)) => auction.book.release(id, bid.limit),
                        (Role::Buyer, Some(auction)) => auction.silent |= bid.state == BidState::Sent,
                        (_, None) => {}
                    }
                    bid.state = BidState::Lapsed;
                    touched.push(Touched::Bid(id));
                }
            }
        }
        touched
    }

    /// What must always hold: no more is sold than there is, no price fell, nobody bears more than it bid.
    pub(crate) fn check(&self, me: &AgentId) -> Result<(), String> {
        for auction in self.all.values().filter(|a| a.by == *me) {
            let sold = self.bids.values().filter(|b| b.auction == auction.id);
            let sold = sold.filter(|b| matches!(b.state, BidState::In | BidState::Awarded));
            let load: u128 = sold.clone().map(|b| u128::from(b.load_of(&auction.capacity))).sum();
            if load > u128::from(auction.book.capacity()) {
                return Err(format!("{} sells {load} of {}", auction.id, auction.book.capacity()));
            }
            if auction.told > auction.book.price() {
                return Err(format!("the price of {} fell below {}", auction.id, auction.told));
            }
            if let Some(poor) = sold.clone().find(|b| b.limit < auction.book.price()) {
                return Err(format!("bid {} is in beyond its limit", poor.id));
            }
        }
        let mut covered = BTreeSet::new();
        let own = self.bids.values().filter(|b| b.role == Role::Buyer);
        let binding = own.filter(|b| b.is_live() || b.state == BidState::Awarded);
        match binding.filter_map(|b| b.bid.because).find(|need| !covered.insert(*need)) {
            Some(twice) => Err(format!("two bids stand for {twice}")),
            None => Ok(()),
        }
    }
}
