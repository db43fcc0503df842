//! Random lives of a supplier, a carrier and a buyer: whatever they try, nothing is lost, made up or owed twice.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use trace::statement::{Goods, Handover, Purpose, Takeover};
use trace::{Action, EconomicEvent, Error, Stock};
use vocab::{AgentId, Decimal, Quantity, RecordId, SpecId, Unit};

const SPECS: [&str; 3] = ["oak", "glue", "chair"];

/// One thing somebody tries; numbers choose among what there is, quantities are in thousandths.
#[derive(Clone, Debug)]
enum Try {
    Make { who: usize, what: usize, milli: i64, from: usize },
    Change { who: usize, action: Action, lot: usize, milli: i64 },
    Hand { from: usize, to: usize, consignee: usize, lot: usize, milli: i64, back: bool },
    Take { which: usize, refuse_percent: i64 },
    Learn { which: usize },
    Claim { who: usize, key: u8, what: usize, milli: i64, kind: u8 },
    Pick { who: usize, key: u8, what: usize, milli: i64 },
}

fn tries() -> impl Strategy<Value = Try> {
    let (who, what, lot, milli) = (0..3_usize, 0..3_usize, 0..12_usize, -5..5_000_i64);
    let change = prop_oneof![Just(Action::Consume), Just(Action::Lower), Just(Action::Raise)];
    prop_oneof![
        3 => (who.clone(), what.clone(), milli.clone(), lot.clone())
            .prop_map(|(who, what, milli, from)| Try::Make { who, what, milli, from }),
        2 => (who.clone(), change, lot.clone(), milli.clone())
            .prop_map(|(who, action, lot, milli)| Try::Change { who, action, lot, milli }),
        5 => (who.clone(), who.clone(), who.clone(), lot.clone(), milli.clone(), any::<bool>()).prop_map(
            |(from, to, consignee, lot, milli, back)| Try::Hand { from, to, consignee, lot, milli, back }
        ),
        4 => (lot.clone(), 0..=100_i64).prop_map(|(which, refuse_percent)| Try::Take { which, refuse_percent }),
        4 => lot.prop_map(|which| Try::Learn { which }),
        3 => (who.clone(), 0..4_u8, what.clone(), milli.clone(), 0..6_u8)
            .prop_map(|(who, key, what, milli, kind)| Try::Claim { who, key, what, milli, kind }),
        2 => (who, 0..4_u8, what, milli).prop_map(|(who, key, what, milli)| Try::Pick { who, key, what, milli }),
    ]
}

struct Open {
    id: RecordId,
    from: usize,
    handover: Handover,
}

#[derive(Default)]
struct World {
    stocks: [Stock; 3],
    next: u64,
    /// given, not yet answered
    open: Vec<Open>,
    /// answered, but the giver has not heard yet
    unheard: Vec<(usize, Takeover)>,
    /// all that was ever made or found, less what was used or lost
    balance: BTreeMap<SpecId, Decimal>,
}

fn who(n: usize) -> AgentId {
    agent(n as u8 + 1)
}
fn milli(n: i64) -> Decimal {
    Decimal::new(n, 3)
}
/// Chairs are numbered, the rest is weighed.
fn line(lot: RecordId, what: &SpecId, quantity: Decimal, serials: Vec<String>) -> Goods {
    Goods { lot, spec: what.clone(), quantity, serials }
}
fn unit(what: &SpecId) -> Unit {
    if what.to_string() == "chair" { Unit::Each } else { Unit::Kilogram }
}

impl World {
    fn fresh(&mut self) -> RecordId {
        self.next += 1;
        let mut id = [0; 32];
        id[24..].copy_from_slice(&self.next.to_be_bytes());
        RecordId(id)
    }

    /// Part of some lot that is here, on hand or in custody, as nearly `milli` as pieces allow.
    fn some(&self, at: usize, nth: usize, quantity: Decimal) -> Option<(Goods, Option<RecordId>)> {
        let here: Vec<_> = self.stocks[at].lots().chain(self.stocks[at].custody()).collect();
        let holding = here.get(nth % here.len().max(1))?;
        if holding.serials.is_empty() {
            return Some((line(holding.lot, &holding.spec, quantity, vec![]), holding.received));
        }
        let count = quantity.ceil_i64().clamp(0, 40) as usize;
        let serials: Vec<_> = holding.serials.iter().take(count).cloned().collect();
        let quantity = Decimal::from(serials.len() as i64);
        Some((line(holding.lot, &holding.spec, quantity, serials), holding.received))
    }

    fn book(&mut self, who: usize, events: Vec<EconomicEvent>) -> Result<(), Error> {
        let outcome = self.stocks[who].apply_happened(&happened(events.clone()));
        if outcome.is_ok() {
            for e in events {
                let sign = match e.action {
                    Action::Produce | Action::Raise => e.quantity.value,
                    _ => -e.quantity.value,
                };
                *self.balance.entry(e.spec).or_default() += sign;
            }
        }
        outcome
    }

    fn attempt(&mut self, t: &Try) -> Result<(), Error> {
        let event = |action, g: Goods| EconomicEvent {
            action,
            quantity: Quantity::new(g.quantity, unit(&g.spec)),
            spec: g.spec,
            lot: Some(g.lot),
            serials: g.serials,
            process: None,
            note: String::new(),
        };
        match t {
            Try::Make { who, what, milli: m, from } => {
                let (lot, what) = (self.fresh(), spec(SPECS[*what]));
                let numbered = unit(&what) == Unit::Each;
                let count = if numbered { (*m / 500).clamp(0, 10) as usize } else { 0 };
                let serials = trace::serials(&lot.short(), count)?;
                let quantity = if numbered { Decimal::from(count as i64) } else { milli(*m) };
                let mut events = vec![event(Action::Produce, line(lot, &what, quantity, serials))];
                let input = self.some(*who, *from, milli(*m / 2));
                events.extend(input.map(|(g, _)| event(Action::Consume, g)));
                self.book(*who, events)
            }
            Try::Change { who, action, lot, milli: m } => {
                let Some((g, _)) = self.some(*who, *lot, milli(*m)) else { return Ok(()) };
                self.book(*who, vec![event(*action, g)])
            }
            Try::Hand { from, to, consignee, lot, milli: m, back } => {
                let Some((g, received)) = self.some(*from, *lot, milli(*m)) else { return Ok(()) };
                let purpose = if *back { Purpose::Return } else { Purpose::Delivery };
                let after = received.filter(|_| *back);
                let h = delivery(vec![g], who(*to), who(*consignee));
                let (id, handover) = (self.fresh(), Handover { purpose, after, ..h });
                self.stocks[*from].hand_over(id, &handover)?;
                self.open.push(Open { id, from: *from, handover });
                Ok(())
            }
            Try::Take { which, refuse_percent } => {
                if self.open.is_empty() {
                    return Ok(());
                }
                let open = &self.open[which % self.open.len()];
                let g = &open.handover.goods[0];
                let part = g.quantity * Decimal::new(*refuse_percent, 2);
                let step = if g.serials.is_empty() { Decimal::new(1, 6) } else { Decimal::ONE };
                let refused = part.floor_to(step);
                let cut = g.serials.len().min(refused.ceil_i64() as usize);
                let (no, yes) = g.serials.split_at(cut);
                let part = |q: Decimal, s: &[String]| {
                    q.is_positive().then(|| line(g.lot, &g.spec, q, s.to_vec())).into_iter().collect()
                };
                let (accepted, rejected) = (part(g.quantity - refused, yes), part(refused, no));
                let t = Takeover { handover: open.id, accepted, rejected, reason: String::new() };
                let (id, index) = (self.fresh(), which % self.open.len());
                let open = &self.open[index];
                let taker = (0..3).find(|n| who(*n) == open.handover.to).unwrap();
                self.stocks[taker].take_over(id, who(open.from), &open.handover, &t, &who(taker))?;
                let open = self.open.remove(index);
                self.unheard.push((open.from, t));
                Ok(())
            }
            Try::Learn { which } => {
                if self.unheard.is_empty() {
                    return Ok(());
                }
                let (giver, t) = self.unheard.remove(which % self.unheard.len());
                self.stocks[giver].taken_over(&t).expect("a takeover of an open handover is always booked");
                let before = self.stocks[giver].clone();
                self.stocks[giver].taken_over(&t).expect_err("and only once");
                assert!(self.stocks[giver] == before);
                Ok(())
            }
            Try::Claim { who, key, what, milli: m, kind } => {
                let (stock, key, what, q) = (&mut self.stocks[*who], id(*key), spec(SPECS[*what]), milli(*m));
                match kind {
                    0 => return stock.reserve(key, &what, q),
                    1 => stock.release(key),
                    2 => stock.spend(key, &what, q),
                    3 => stock.expect(key, &what, q),
                    4 => stock.arrive(key, &what, q),
                    _ => stock.call_off(key, &what, q),
                }
                Ok(())
            }
            Try::Pick { who, key, what, milli: m } => {
                let (stock, what) = (&self.stocks[*who], spec(SPECS[*what]));
                let picked = stock.pick(id(*key), &what, milli(*m))?;
                assert_eq!(picked.iter().map(|g| g.quantity).sum::<Decimal>(), milli(*m));
                assert!(milli(*m) <= stock.reserved_for(id(*key), &what) + stock.free_of(&what));
                stock.drawn(&picked).expect("what was picked is there");
                Ok(())
            }
        }
    }

    fn total(&self, what: &SpecId) -> Decimal {
        let mut sum = Decimal::ZERO;
        for stock in &self.stocks {
            sum += stock.lots().chain(stock.custody()).filter(|h| h.spec == *what).map(|h| h.quantity).sum();
            let moving = stock.in_transit().flat_map(|t| &t.handover.goods);
            sum += moving.filter(|g| g.spec == *what).map(|g| g.quantity).sum();
        }
        // what the taker has booked and the giver not is in both books
        let twice = self.unheard.iter().flat_map(|(_, t)| &t.accepted).filter(|g| g.spec == *what);
        sum - twice.map(|g| g.quantity).sum()
    }

    fn audit(&self) {
        for stock in &self.stocks {
            stock.check().unwrap();
            assert!(stock.lots().chain(stock.custody()).all(|h| h.quantity.is_positive()));
            for what in SPECS.map(spec) {
                let (on_hand, reserved) = (stock.on_hand(&what), stock.reserved(&what));
                assert!(!on_hand.is_negative() && !reserved.is_negative());
                assert!(reserved <= on_hand + stock.expected(&what));
                let each: Decimal = (0..4).map(|key| stock.reserved_for(id(key), &what)).sum();
                assert_eq!(each, reserved, "the claims together are what is reserved");
                assert_eq!(stock.free_of(&what) + reserved, on_hand);
            }
        }
        for what in SPECS.map(spec) {
            assert_eq!(self.total(&what), self.balance.get(&what).copied().unwrap_or_default(), "{what}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn nothing_is_lost_made_up_or_owed_twice(tries in prop::collection::vec(tries(), 1..120)) {
        let mut world = World::default();
        for t in &tries {
            let before = world.stocks.clone();
            if world.attempt(t).is_err() {
                prop_assert!(world.stocks == before, "a refused change left a mark: {:?}", t);
            }
            world.audit();
        }
        // once everything is answered and heard, nothing is on its way
        while !world.open.is_empty() {
            let all = world.open.len();
            let _ = world.attempt(&Try::Take { which: 0, refuse_percent: 30 });
            if world.open.len() == all {
                // nobody can take over from itself; that handover stays open
                world.open.remove(0);
            }
        }
        while !world.unheard.is_empty() {
            world.attempt(&Try::Learn { which: 0 }).unwrap();
        }
        world.audit();
    }
}
