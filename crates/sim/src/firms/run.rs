//! Orders placed with a [`Network`], each followed until every firm it needs has signed.

use super::{Network, Ordered, Orders};
use node::command::Command;
use node::view::OrderState;
use std::time::{Duration, Instant};
use vocab::{Decimal, RecordId, Timestamp, after, seconds_between};

/// How an order ended well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Agreed {
    /// its place among the orders
    pub place: usize,
    /// the stage that ordered
    pub stage: usize,
    /// promised so many seconds after it was placed
    pub promise_s: i64,
    /// from the order to the last signature its buyer waited for, virtual milliseconds
    pub took_ms: i64,
}

/// How a run went.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// the orders that every firm concerned has signed, as they came to be
    pub agreed: Vec<Agreed>,
    /// orders given up, after all attempts
    pub failed: usize,
    /// attempts beyond the first
    pub retries: u64,
    /// enquiries between firms
    pub enquiries: u64,
    /// frames between them
    pub messages: u64,
    /// the bytes in those
    pub bytes: u64,
    /// how long this machine took
    pub real: Duration,
}

/// Most attempts for one order.
const ATTEMPTS_MAX: u64 = 6;
/// Seconds before the second attempt; twice as long before each further one.
const BACK_OFF_S: i64 = 5;
/// Longest that all orders of one moment may take, virtual seconds.
const ROUND_S: i64 = 3_600;

/// An order under way.
struct Open {
    place: usize,
    order: Ordered,
    placed: Timestamp,
    attempts: u64,
    step: Step,
}

enum Step {
    /// to be placed then
    Waits(Timestamp),
    Placed(RecordId),
    Agreed,
    Failed,
}

impl Network<'_> {
    /// Has every order placed, accepted as soon as it is quoted, and tried again a bounded number of times when a firm
    /// has refused. Calls `told` after each round with how many are through.
    ///
    /// # Errors
    /// In words: what a node refused, or that orders did not end in time.
    pub fn run(&mut self, orders: &Orders, mut told: impl FnMut(usize)) -> Result<Outcome, String> {
        let began = Instant::now();
        // a whole second, as the central planner begins: planners reckon in seconds, and a part of one may decide what fits
        let first = Timestamp::from_second(self.world.now().as_second() + 1).unwrap_or(Timestamp::MAX);
        let before = (self.world.said("enquiry"), self.world.messages, self.world.bytes);
        let mut outcome = Outcome::default();
        for round in orders.rounds() {
            self.world.run_to(round[0].at(first));
            self.renew_offers()?;
            self.round(round, first, &mut outcome)?;
            told(outcome.agreed.len() + outcome.failed);
        }
        self.world.run(1);
        outcome.enquiries = self.world.said("enquiry") - before.0;
        outcome.messages = self.world.messages - before.1;
        outcome.bytes = self.world.bytes - before.2;
        outcome.real = began.elapsed();
        Ok(outcome)
    }

    /// Orders of one round, until each has ended.
    fn round(&mut self, round: &[Ordered], first: Timestamp, outcome: &mut Outcome) -> Result<(), String> {
        let began = self.world.now();
        let earlier = outcome.agreed.len() + outcome.failed;
        let open = |(n, order): (usize, &Ordered)| Open {
            place: earlier + n,
            order: *order,
            placed: order.at(first),
            attempts: 0,
            step: Step::Waits(order.at(first)),
        };
        let mut open: Vec<Open> = round.iter().enumerate().map(open).collect();
        let mut moved = None;
        loop {
            for o in &mut open {
                let due = match o.step {
                    Step::Waits(t) => t <= self.world.now(),
                    Step::Placed(_) => moved == Some(o.order.stage),
                    Step::Agreed | Step::Failed => false,
                };
                if due {
                    self.advance(o, outcome)?;
                }
            }
            if open.iter().all(|o| matches!(o.step, Step::Agreed | Step::Failed)) {
                return Ok(());
            }
            let back_off = open.iter().filter_map(Open::waits_until).min();
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
            if seconds_between(began, self.world.now()) > ROUND_S {
                return Err(format!("orders are still open {ROUND_S} s after they were placed"));
            }
        }
    }

    /// What an order's owner does next.
    fn advance(&mut self, open: &mut Open, outcome: &mut Outcome) -> Result<(), String> {
        let stage = open.order.stage;
        let id = match open.step {
            Step::Placed(id) => id,
            _ => {
                open.attempts += 1;
                let spec = self.chain.stages[stage].id.clone();
                let id = self.world.recorded(stage, Command::Plan { spec, quantity: Decimal::ONE })?;
                open.step = Step::Placed(id);
                id
            }
        };
        let now = self.world.now();
        let Some(view) = self.world.node(stage).and_then(|node| node.order(&id, now)) else { return Ok(()) };
        match (view.state, view.promise) {
            (OrderState::Held, _) => {
                self.world.recorded(stage, Command::Accept { deal: id })?;
                // one that needs nobody is firm at once
                if self.chain.stages[stage].inputs.is_empty() {
                    self.advance(open, outcome)?;
                }
            }
            (OrderState::Firm, Some(promise)) => {
                outcome.retries += open.attempts - 1;
                outcome.agreed.push(Agreed {
                    place: open.place,
                    stage,
                    promise_s: seconds_between(open.placed, promise),
                    took_ms: self.world.now().as_millisecond() - open.placed.as_millisecond(),
                });
                open.step = Step::Agreed;
            }
            (OrderState::Dropped, _) if open.attempts < ATTEMPTS_MAX => {
                open.step = Step::Waits(after(self.world.now(), BACK_OFF_S << (open.attempts - 1)));
            }
            (OrderState::Dropped, _) => {
                outcome.retries += open.attempts - 1;
                outcome.failed += 1;
                open.step = Step::Failed;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Open {
    fn waits_until(&self) -> Option<Timestamp> {
        match self.step {
            Step::Waits(t) => Some(t),
            Step::Placed(_) | Step::Agreed | Step::Failed => None,
        }
    }
}
