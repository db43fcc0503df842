//! Holds under load: many buyers at one workshop for more than it has, all at once or one after the other.
//!
//! Each [`Crowd`] buyer wants so many chairs by a date, takes a promise in time and declines a later one, which lets go
//! what was held for it. Whoever was declined or refused backs off and asks again, a bounded number of times. The
//! workshop buys its boards from a sawmill that is no wider than it has to be. [`Sold`] says what came of it.

use crate::firms::EVER_S;
use crate::{Faults, OnBreach, World};
use node::command::Command;
use node::view::{DealState, OrderState};
use node::{Hears, Policy};
use serde_json::{Value, json};
use vocab::{DAY_S, RecordId, Timestamp, after};

/// Who wants what by when: it follows from a seed.
#[derive(Clone, Debug)]
pub struct Crowd {
    wishes: Vec<Wish>,
    seed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Wish {
    quantity: i64,
    due_s: i64,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sold {
    /// chairs wanted
    pub wanted: i64,
    /// chairs sold, each promised in time
    pub sold: i64,
    /// buyers who got theirs
    pub buyers: usize,
    /// enquiries of buyers
    pub attempts: u64,
    /// frames between all nodes
    pub messages: u64,
    /// deals, and orders that hold something, left open after the last hold's end: there should be none
    pub stuck: usize,
    /// invariants broken: there should be none
    pub breaches: usize,
    /// until the last buyer had its answer, virtual milliseconds
    pub took_ms: i64,
}

/// Seconds of work on one chair: four a day.
const CHAIR_S: i64 = 6 * 3_600;
/// Days until the latest due date.
const DAYS: i64 = 20;
const QUANTITY_MAX: i64 = 6;
/// Most enquiries of one buyer.
const ATTEMPTS_MAX: u32 = 6;
/// Milliseconds before the second enquiry; twice as long before each further one, and up to as much again by chance.
const BACK_OFF_MS: i64 = 5_000;
/// Longest run, virtual seconds.
const RUN_S: i64 = 7_200;
const SAWMILL: usize = 0;
const WORKSHOP: usize = 1;
const FIRST_BUYER: usize = 2;

struct Buyer {
    node: usize,
    wish: Wish,
    due: Timestamp,
    attempts: u32,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Waits(Timestamp),
    Asked(RecordId),
    Bought,
    GaveUp,
}

impl Crowd {
    /// So many buyers, each of one to six chairs within two to twenty days.
    pub fn new(buyers: usize, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let wish = |_| Wish { quantity: rng.i64(1..=QUANTITY_MAX), due_s: rng.i64(2 * DAY_S..=DAYS * DAY_S) };
        Self { wishes: (0..buyers).map(wish).collect(), seed }
    }

    /// All ask at the same moment.
    ///
    /// # Errors
    /// In words: what a node refused, or that the run did not end.
    pub fn all_at_once(&self) -> Result<Sold, String> {
        let mut shop = Shop::new(self)?;
        let everybody: Vec<usize> = (0..self.wishes.len()).collect();
        shop.serve(&everybody, ATTEMPTS_MAX)?;
        Ok(shop.close())
    }

    /// Each asks when the one before has its answer, once.
    ///
    /// # Errors
    /// As [`Self::all_at_once`].
    pub fn one_by_one(&self) -> Result<Sold, String> {
        let mut shop = Shop::new(self)?;
        for n in 0..self.wishes.len() {
            shop.serve(&[n], 1)?;
        }
        Ok(shop.close())
    }
}

struct Shop {
    world: World,
    offer: RecordId,
    buyers: Vec<Buyer>,
    rng: fastrand::Rng,
    began: Timestamp,
    messages: u64,
}

impl Shop {
    fn new(crowd: &Crowd) -> Result<Self, String> {
        let mut world = World::new(crowd.seed, Faults::FAR);
        world.set_on_breach(OnBreach::Note);
        let policy =
            Policy { hears: Hears::Partners, reconcile_s: EVER_S, grace_s: EVER_S, ..Policy::default() };
        for name in ["sawmill", "workshop"] {
            world.add_with(name, policy.clone());
        }
        world.introduce(SAWMILL, WORKSHOP);
        for n in 0..crowd.wishes.len() {
            let buyer = world.add_with(&format!("buyer-{n}"), policy.clone());
            world.introduce(WORKSHOP, buyer);
        }
        world.run(2);
        tier(&mut world, SAWMILL, "board", &json!([]), CHAIR_S)?;
        world.run(2);
        let inputs = json!([{"spec": "board", "quantity": "1"}]);
        let offer = tier(&mut world, WORKSHOP, "chair", &inputs, CHAIR_S)?;
        world.run(2);
        let began = world.now();
        let buyer = |(n, wish): (usize, &Wish)| Buyer {
            node: FIRST_BUYER + n,
            wish: *wish,
            due: after(began, wish.due_s),
            attempts: 0,
            step: Step::Waits(began),
        };
        let buyers = crowd.wishes.iter().enumerate().map(buyer).collect();
        let messages = world.messages;
        Ok(Self { world, offer, buyers, rng: fastrand::Rng::with_seed(crowd.seed), began, messages })
    }

    /// Has these buyers ask until each has bought or given up.
    fn serve(&mut self, who: &[usize], attempts_max: u32) -> Result<(), String> {
        let mut moved = None;
        let began = self.world.now();
        loop {
            for n in who {
                let due = match self.buyers[*n].step {
                    Step::Waits(t) => t <= self.world.now(),
                    Step::Asked(_) => moved == Some(self.buyers[*n].node),
                    Step::Bought | Step::GaveUp => false,
                };
                if due {
                    self.advance(*n, attempts_max)?;
                }
            }
            let open = who.iter().map(|n| self.buyers[*n].step);
            if open.clone().all(|step| matches!(step, Step::Bought | Step::GaveUp)) {
                return Ok(());
            }
            let back_off =
                open.filter_map(|step| if let Step::Waits(t) = step { Some(t) } else { None }).min();
            match (self.world.next_event(), back_off) {
                (event, Some(t)) if event.is_none_or(|event| event > t) => {
                    self.world.run_to(t);
                    moved = None;
                }
                _ => {
                    self.world.step();
                    moved = self.world.concerned();
                }
            }
            if vocab::seconds_between(began, self.world.now()) > RUN_S {
                return Err(format!("buyers still wait after {RUN_S} s"));
            }
        }
    }

    /// What a buyer does next.
    fn advance(&mut self, n: usize, attempts_max: u32) -> Result<(), String> {
        let Buyer { node, wish, due, attempts, step } = self.buyers[n];
        let Step::Asked(id) = step else {
            let quantity = wish.quantity.into();
            let id = self
                .world
                .recorded(node, Command::Enquire { offer: self.offer, quantity, due: Some(due) })?;
            self.buyers[n].attempts += 1;
            self.buyers[n].step = Step::Asked(id);
            return Ok(());
        };
        let Some(deal) = self.world.node(node).and_then(|b| b.deal(&id, self.world.now())) else {
            return Ok(());
        };
        let in_time = deal.promise.is_some_and(|promise| promise <= due);
        let ended = match deal.state {
            DealState::Quoted if in_time => {
                self.world.recorded(node, Command::Accept { deal: id })?;
                false
            }
            DealState::Quoted => {
                self.world.recorded(node, Command::Decline { deal: id })?;
                true
            }
            DealState::Bound => {
                self.buyers[n].step = Step::Bought;
                false
            }
            DealState::Refused | DealState::Lapsed => true,
            _ => false,
        };
        if ended {
            let wait = BACK_OFF_MS << attempts.saturating_sub(1);
            let wait = wait + self.rng.i64(0..=wait);
            let again = after(self.world.now(), wait / 1_000);
            self.buyers[n].step = if attempts < attempts_max { Step::Waits(again) } else { Step::GaveUp };
        }
        Ok(())
    }

    /// Lets the last hold end, and counts.
    fn close(mut self) -> Sold {
        let took_ms = self.world.now().as_millisecond() - self.began.as_millisecond();
        let policy = Policy::default();
        self.world.run(policy.answer_s + policy.hold_s + 60);
        let bought = |b: &&Buyer| matches!(b.step, Step::Bought);
        let now = self.world.now();
        let stuck = |who: usize| {
            let Some(node) = self.world.node(who) else { return 1 };
            let deals = node.deals(now).into_iter().filter(|d| {
                let over = [DealState::Bound, DealState::Refused, DealState::Lapsed];
                !over.contains(&d.state)
            });
            let orders = node
                .orders(now)
                .into_iter()
                .filter(|o| ![OrderState::Firm, OrderState::Dropped].contains(&o.state));
            deals.count() + orders.count()
        };
        Sold {
            wanted: self.buyers.iter().map(|b| b.wish.quantity).sum(),
            sold: self.buyers.iter().filter(bought).map(|b| b.wish.quantity).sum(),
            buyers: self.buyers.iter().filter(bought).count(),
            attempts: self.buyers.iter().map(|b| u64::from(b.attempts)).sum(),
            messages: self.world.messages - self.messages,
            stuck: (0..self.world.len()).map(stuck).sum(),
            breaches: self.world.breaches().len(),
            took_ms,
        }
    }
}

/// A firm that makes one thing at one work place; returns its offer.
fn tier(world: &mut World, who: usize, spec: &str, inputs: &Value, run_s: i64) -> Result<RecordId, String> {
    let step = json!({"name": "work", "work_center": "bench", "run_s": run_s});
    let said = [
        json!({"do": "describe", "specification": {"id": spec, "name": spec, "unit": "each"}}),
        json!({"do": "model", "recipes": [{"output": spec, "inputs": inputs, "steps": [step]}],
            "work_centers": {"bench": {"units": 1}}}),
        json!({"do": "offer", "spec": spec, "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": "1"}]}}),
    ];
    let mut last = None;
    for command in said {
        last = Some(world.recorded(who, serde_json::from_value(command).map_err(|e| e.to_string())?)?);
    }
    last.ok_or_else(|| "nothing was said".to_owned())
}
