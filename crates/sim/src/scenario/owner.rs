//! What owners do: want, judge, work, ship, receive, pay. Each does one thing at a time, a while after it was due.
//!
//! An [`Errand`] follows from what the owner's node has just kept, as an entry of an inbox would, or from an earlier
//! errand. What fails is tried again a bounded number of times.

use super::people::{Person, offers};
use super::{Scenario, Want};
use crate::{Lie, World};
use ledger::Record;
use node::command::{Command, Done};
use node::effect::Channel;
use node::view::{DealState, OrderSource, PoolState, ProcessState, Role};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use trace::statement::{Handover, Takeover};
use vocab::{RecordId, SpecId, after};

/// Something to do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Errand {
    /// the want of this number in the list of its kind
    Want(usize),
    Judge(RecordId),
    Join(RecordId),
    Work(RecordId),
    Ship(RecordId),
    Receive(RecordId),
    PassOn(RecordId),
    Settle(RecordId),
}

/// When, in which order, who, what, for the how-many-th time.
type Due = Reverse<(i64, u64, usize, Errand, u32)>;

/// All owners.
pub(super) struct Owners<'a> {
    scenario: &'a Scenario,
    people: Vec<Person>,
    rng: fastrand::Rng,
    agenda: BinaryHeap<Due>,
    noted: u64,
}

/// Most times one thing is tried.
const TRIES_MAX: u32 = 300;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl<'a> Owners<'a> {
    pub(super) fn new(scenario: &'a Scenario, people: Vec<Person>, rng: fastrand::Rng, now_ms: i64) -> Self {
        let mut owners = Self { scenario, people, rng, agenda: BinaryHeap::new(), noted: 0 };
        for who in 0..owners.people.len() {
            for want in 0..owners.wants(who).len() {
                owners.want_later(who, want, now_ms);
            }
        }
        owners
    }

    pub(super) fn people(&self) -> &[Person] {
        &self.people
    }

    /// When the next errand is due.
    pub(super) fn next_ms(&self) -> Option<i64> {
        self.agenda.peek().map(|Reverse((at_ms, ..))| *at_ms)
    }

    /// Does the next errand.
    pub(super) fn act(&mut self, world: &mut World) {
        let Some(Reverse((_, _, who, errand, tries))) = self.agenda.pop() else { return };
        let now_ms = world.now().as_millisecond();
        let again =
            if world.node(who).is_none() { Some(10 * MINUTE_MS) } else { self.run(world, who, &errand) };
        if let Some(in_ms) = again.filter(|_| tries < TRIES_MAX) {
            self.note(now_ms + in_ms, who, errand, tries + 1);
        }
    }

    /// What an owner makes of a record its node has just kept.
    pub(super) fn hear(&mut self, world: &World, who: usize, record: &Record, channel: Channel) {
        let now_ms = world.now().as_millisecond();
        let (own, id) = (channel == Channel::Own, record.id);
        let buys = !self.wants(who).is_empty();
        match record.kind.as_str() {
            "quote" if !own && buys => {
                if let Some(deal) = world.node(who).and_then(|node| node.deal_of(&id)) {
                    self.soon(now_ms, who, Errand::Judge(deal), MINUTE_MS, 6 * MINUTE_MS);
                }
            }
            "pool" if !own && buys && self.rng.bool() => {
                self.soon(now_ms, who, Errand::Join(id), MINUTE_MS, 5 * HOUR_MS);
            }
            "confirmation" if own => {
                self.begin(world, who, world.node(who).and_then(|node| node.deal_of(&id)))
            }
            "binding" if !own => self.begin(world, who, world.node(who).and_then(|node| node.deal_of(&id))),
            "firm" if own => self.begin(world, who, record.refs.first().copied()),
            "handover" if !own && record.read::<Handover>().is_ok_and(|h| h.to == world.agent(who)) => {
                self.soon(now_ms, who, Errand::Receive(id), 5 * MINUTE_MS, HOUR_MS);
            }
            "takeover" if !own => {
                let Some(node) = world.node(who) else { return };
                let deal = record.read::<Takeover>().ok().and_then(|t| {
                    node.record(&t.handover)?.read::<Handover>().ok().filter(|h| h.consignee == record.author)
                });
                if let Some(deal) = deal.map(|h| h.deal)
                    && node.bond(&deal).is_some_and(|bond| bond.role == Role::Supplier)
                {
                    self.soon(now_ms, who, Errand::Settle(deal), HOUR_MS, 6 * HOUR_MS);
                }
            }
            _ => {}
        }
    }

    /// Sees to an order that has become firm, or the sale it serves.
    fn begin(&mut self, world: &World, who: usize, order: Option<RecordId>) {
        let idle = self.people[who].lies.contains(&Lie::OverPromise);
        let Some(order) = order.filter(|_| !idle) else { return };
        let sold = world.node(who).and_then(|node| node.bond(&order));
        if sold.is_none_or(|bond| bond.role == Role::Supplier) {
            self.soon(world.now().as_millisecond(), who, Errand::Work(order), 0, MINUTE_MS);
        }
    }

    fn wants(&self, who: usize) -> &'a [Want] {
        &self.scenario.kinds[self.people[who].kind].wants
    }

    fn note(&mut self, at_ms: i64, who: usize, errand: Errand, tries: u32) {
        self.noted += 1;
        self.agenda.push(Reverse((at_ms, self.noted, who, errand, tries)));
    }

    fn soon(&mut self, now_ms: i64, who: usize, errand: Errand, least_ms: i64, most_ms: i64) {
        let in_ms = self.rng.i64(least_ms..=most_ms);
        self.note(now_ms + in_ms, who, errand, 0);
    }

    fn want_later(&mut self, who: usize, want: usize, now_ms: i64) {
        let mean_ms = self.wants(who)[want].every_h * HOUR_MS;
        self.soon(now_ms, who, Errand::Want(want), 0, 2 * mean_ms);
    }

    /// Does an errand; `Some` to try again after so many milliseconds.
    fn run(&mut self, world: &mut World, who: usize, errand: &Errand) -> Option<i64> {
        let now_ms = world.now().as_millisecond();
        match errand {
            Errand::Want(n) => {
                self.want_later(who, *n, now_ms);
                let want = &self.wants(who)[*n];
                self.want(world, who, want);
                None
            }
            Errand::Judge(deal) => {
                let view =
                    world.node(who)?.deal(deal, world.now()).filter(|d| d.state == DealState::Quoted)?;
                let want = self.wants(who).iter().find(|want| want.spec == view.spec)?;
                let fits = view.unit_price.is_some_and(|price| price.amount <= want.ceiling);
                let in_time =
                    view.promise.is_some_and(|promise| promise <= after(view.start, want.due_h * 3_600));
                let word = if fits && in_time { "accept" } else { "decline" };
                done(world, who, json!({"do": word, "deal": deal}));
                None
            }
            Errand::Join(pool) => {
                self.join(world, who, pool);
                None
            }
            Errand::Work(order) => self.work(world, who, order),
            Errand::Ship(deal) => {
                let mut ship = json!({"do": "ship", "deal": deal});
                if let Some(carrier) = self.people[who].carrier.filter(|_| self.rng.bool()) {
                    ship["via"] = json!(world.agent(carrier));
                }
                let bound = world.node(who)?.bond(deal).is_some();
                (bound && done(world, who, ship).is_none()).then_some(HOUR_MS)
            }
            Errand::Receive(handover) => {
                let received = done(world, who, json!({"do": "receive", "handover": handover})).is_some();
                let given = world.node(who)?.record(handover)?.read::<Handover>().ok()?;
                if received && given.consignee != world.agent(who) {
                    self.soon(now_ms, who, Errand::PassOn(*handover), 20 * MINUTE_MS, 3 * HOUR_MS);
                }
                None
            }
            Errand::PassOn(handover) => {
                let consignee = world.node(who)?.record(handover)?.read::<Handover>().ok()?.consignee;
                if let Some(to) = world.find(&consignee) {
                    world.introduce(who, to);
                }
                done(world, who, json!({"do": "pass_on", "handover": handover}));
                None
            }
            Errand::Settle(deal) => {
                done(world, who, json!({"do": "settle", "deal": deal}));
                None
            }
        }
    }

    fn want(&mut self, world: &mut World, who: usize, want: &Want) {
        let quantity = self.rng.i64(1..=want.most);
        let known = offers(world, who, &want.spec);
        if known.is_empty() {
            return;
        }
        let (offer, _) = known[self.rng.usize(0..known.len())];
        let due = after(world.now(), want.due_h * 3_600);
        if want.pools {
            let open = open_pools(world, who, &want.spec);
            if let Some(pool) = open.first() {
                return self.join(world, who, pool);
            }
            if self.rng.u32(0..3) == 0 {
                let closes = after(world.now(), self.rng.i64(4..=12) * 3_600);
                let open = json!({"do": "open_pool", "offer": offer, "threshold": "8", "closes": closes});
                done(world, who, open);
                return;
            }
        }
        if self.rng.u32(0..4) == 0 {
            let need = json!({"do": "need", "spec": want.spec, "quantity": quantity.to_string(), "due": due,
                "ceiling": {"amount": want.ceiling, "currency": "EUR"}, "expires_days": 1});
            done(world, who, need);
        }
        done(
            world,
            who,
            json!({"do": "enquire", "offer": offer, "quantity": quantity.to_string(), "due": due}),
        );
    }

    fn join(&mut self, world: &mut World, who: usize, pool: &RecordId) {
        let Some(node) = world.node(who) else { return };
        let Some(view) = node.pools(world.now()).into_iter().find(|p| p.id == *pool) else { return };
        let Some(want) = self.wants(who).iter().find(|w| w.spec == view.terms.spec && w.pools) else {
            return;
        };
        if view.state != PoolState::Open || view.mine.is_some() {
            return;
        }
        // whoever pledges has found the keeper's address somehow
        if let Some(keeper) = world.find(&view.keeper.agent).filter(|keeper| *keeper != who) {
            world.introduce(who, keeper);
        }
        let most = self.rng.i64(1..=want.most);
        let least = self.rng.i64(1..=most);
        done(
            world,
            who,
            json!({"do": "pledge", "pool": pool, "at_least": least.to_string(), "at_most": most.to_string(),
                "ceiling": want.ceiling}),
        );
    }

    /// Starts and finishes what can be; ships what the order was for when it is made.
    fn work(&mut self, world: &mut World, who: usize, order: &RecordId) -> Option<i64> {
        let now = world.now();
        let view = world.node(who)?.order(order, now)?;
        if view.state == node::view::OrderState::Dropped {
            return None;
        }
        let mut next = 20 * MINUTE_MS;
        let mut open = false;
        for process in &view.processes {
            let word = match process.state {
                ProcessState::Planned if process.start <= now => "start",
                ProcessState::Started if process.end <= now => "finish",
                ProcessState::Done => continue,
                _ => {
                    open = true;
                    let at = if process.state == ProcessState::Started { process.end } else { process.start };
                    next = next.min((at.as_millisecond() - now.as_millisecond()).max(MINUTE_MS));
                    continue;
                }
            };
            open = true;
            if process.ready {
                let told = json!({"do": word, "plan": process.plan, "index": process.index});
                if done(world, who, told).is_some() {
                    next = MINUTE_MS;
                }
            }
        }
        if open {
            return Some(next);
        }
        let deals = match view.source {
            OrderSource::Deal | OrderSource::Bid => vec![*order],
            OrderSource::Pool => {
                let all = world.node(who)?.deals(now);
                all.into_iter()
                    .filter(|d| d.pool == Some(*order) && d.role == Role::Supplier)
                    .map(|d| d.id)
                    .collect()
            }
            OrderSource::Own => vec![],
        };
        for deal in deals {
            self.soon(now.as_millisecond(), who, Errand::Ship(deal), 10 * MINUTE_MS, 2 * HOUR_MS);
        }
        None
    }
}

/// The open pools for a thing that somebody knows of.
fn open_pools(world: &World, who: usize, spec: &SpecId) -> Vec<RecordId> {
    let Some(node) = world.node(who) else { return vec![] };
    let open = node.pools(world.now()).into_iter();
    open.filter(|p| p.state == PoolState::Open && p.terms.spec == *spec && p.mine.is_none())
        .map(|p| p.id)
        .collect()
}

/// Gives a command; the record it led to, if it was taken.
fn done(world: &mut World, who: usize, command: Value) -> Option<RecordId> {
    match world.attempt(who, command_of(command)?)? {
        Ok(Done::Recorded(id)) => Some(id),
        _ => None,
    }
}

/// A command from its JSON form.
pub(super) fn command_of(value: Value) -> Option<Command> {
    serde_json::from_value(value).ok()
}
