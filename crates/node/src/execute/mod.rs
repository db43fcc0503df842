//! What the owner wants done: each command becomes statements, or an error that says what would be right.

mod auction;
mod call;
mod deal;
mod delay;
mod floor;
mod goods;
mod pool;
mod standing;
mod work;

use crate::command::{Answer, Command, Done, OfferDraft, PoolingDraft, Reply};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::public::LISTING_DAYS_MAX;
use crate::relocation::Place;
use crate::statement::ModelSet;
use crate::words::words;
use floor::Ending;
use ledger::Audience;
use market::statement::{Cancellation, Described, Feedback, Need, Offer, Pledge, PoolRequest, Withdrawal};
use trace::statement::{Goods, Happened};
use trace::{Action, EconomicEvent, ProcessRef};
use vocab::{DAY_S, Decimal, Phrase, Quantity, RecordId, Timestamp, after, phrase};

/// Days until a listing expires when its owner does not say.
const EXPIRES_DAYS: u32 = 30;

impl Node {
    /// Does a command; `None` when the answer comes later.
    pub(crate) fn execute(&mut self, number: u64, command: Command, now: Timestamp) -> Option<Reply> {
        let id = match command {
            Command::Trace { lot } => {
                let holder = self
                    .moves
                    .iter()
                    .find(|m| m.handover.goods.iter().any(|g| g.lot == lot))
                    .map(|m| m.giver);
                self.begin_trace(number, lot, holder.unwrap_or(self.me()), now);
                return None;
            }
            Command::Recall { lot } => {
                self.begin_recall(number, lot, now);
                return None;
            }
            Command::Search { query, ask } => match self.begin_search(number, query, ask, now) {
                Ok(()) => return None,
                Err(e) => return Some(Err(e)),
            },
            other => self.recorded(other, now),
        };
        Some(id.map(Done::Recorded))
    }

    pub(crate) fn recorded(&mut self, command: Command, now: Timestamp) -> Result<RecordId> {
        match command {
            Command::Describe { specification } => {
                specification.check()?;
                self.say(&Described(specification), Audience::Public, now)
            }
            Command::Model { recipes, work_centers, people, tools, items } => {
                let mut model = self.model.clone();
                model.work_centers.extend(work_centers);
                model.people.extend(people);
                model.tools.extend(tools);
                model.items.extend(items);
                model.recipes.extend(recipes.into_iter().map(|r| (r.output.clone(), r)));
                model.check()?;
                self.say(&ModelSet(model), Audience::Private, now)
            }
            Command::Raise { spec, quantity, serials, properties } => {
                self.raise(&spec, quantity, serials, properties, now)
            }
            Command::Lower { lot, quantity, serials, note } => {
                let (spec, unit) = self.lot(&lot)?;
                let event = EconomicEvent {
                    action: Action::Lower,
                    spec,
                    quantity: Quantity::new(quantity, unit),
                    lot: Some(lot),
                    serials,
                    process: None,
                    note,
                };
                self.say(&Happened { events: vec![event] }, Audience::Private, now)
            }
            Command::Offer(draft) => self.offer(draft, now),
            Command::Need { spec, category, name, quantity, ceiling, due, place, expires_days } => {
                let unit = self.board.unit(&spec).ok_or_else(|| Error::NoSpecification(spec.clone()))?;
                let name = name.unwrap_or_else(|| self.board.spec_name(&spec));
                let category = category.or_else(|| self.board.category(&spec));
                let need = Need {
                    spec,
                    category,
                    name,
                    unit,
                    quantity,
                    ceiling,
                    due,
                    place,
                    expires: expires(expires_days, now)?,
                };
                need.check()?;
                self.say(&need, Audience::Public, now)
            }
            Command::SetInterests { wants } => self.set_interests(wants, now),
            Command::Withdraw { listing } => match self.board.owner(&listing) {
                Some(owner) if owner == self.me() => {
                    let (topic, expires) = self.board.whereabouts(&listing);
                    self.say(&Withdrawal { listing, topic, expires }, Audience::Public, now)
                }
                Some(owner) => Err(Error::NotYours {
                    what: words("listing", "发布"),
                    id: listing,
                    owner,
                    remedy: words("withdraw your own", "只能撤回自己的"),
                }),
                None => Err(Error::Unknown {
                    kind: words("listing", "发布"),
                    id: listing,
                    remedy: words("see your offers and needs", "请查看你的供应和需求"),
                }),
            },
            Command::Know { agent } => self.know(agent, now),
            Command::Vouch { agent, because, deposit, until } => {
                self.vouch(agent, because, deposit, until, now)
            }
            Command::Stamp(stamp) => self.stamp(stamp, now),
            Command::Enquire { offer, quantity, due } => self.enquire(offer, quantity, due, now),
            Command::Plan { spec, quantity } => self.plan(spec, quantity, now),
            Command::MoveProcess { plan, index, start, work_center } => {
                self.move_process(&Place { plan, index, start, work_center }, now)
            }
            Command::Capacity(capacity) => {
                capacity.check()?;
                self.say(&capacity, Audience::Public, now)
            }
            Command::Bid { offer, quantity, at_most } => self.bid(offer, quantity, at_most, now),
            Command::PlanCall(call) => self.plan_call(&call, now),
            Command::PlanSupply(supply) => self.plan_supply(&supply, now),
            Command::PlanDemand(demand) => self.plan_demand(&demand, now),
            Command::ReplayPlan { call } => self.replay_plan(call),
            Command::StandingOrder(order) => self.standing_order(order, now),
            Command::CancelStanding { order } => self.cancel_standing(order, now),
            Command::Accept { deal } => match self.answer_proposal(deal, Answer::Agree, now) {
                Some(answered) => answered,
                None => self.accept(deal, now),
            },
            Command::Decline { deal } => match self.answer_proposal(deal, Answer::Refuse, now) {
                Some(answered) => answered,
                None => self.decline(deal, now),
            },
            Command::AuditPool { pool } => self.audit_pool(pool, now),
            Command::OpenPool { offer, threshold, closes, extended, drop_offs } => {
                let request = PoolRequest::plain(offer, threshold, closes, self.me());
                self.open_pool(PoolRequest { extended, drop_offs, ..request }, now)
            }
            Command::OpenRound { name, closes, drop_offs, products } => {
                self.open_round(name, closes, drop_offs, products, now)
            }
            Command::Pledge { pool, at_least, at_most, ceiling, extend, drop_off } => self
                .pledge(Pledge { extend, drop_off, ..Pledge::plain(pool, at_least, at_most, ceiling) }, now),
            Command::ShipDropOff { pool, drop_off } => self.ship_drop_off(pool, drop_off, now),
            Command::AccountPool { pool } => self.account_pool(pool, now),
            Command::Cancel { deal, reason } => {
                let to = self.bound(&deal)?.with;
                let wish = Cancellation { deal, reason };
                wish.check()?;
                self.say(&wish, Audience::parties([to]), now)
            }
            Command::AnswerCancel { deal, answer } => self.answer_cancel(deal, answer, now),
            Command::AskDate { deal, promise, reason } => self.ask_date(deal, promise, reason, now),
            Command::AnswerDelay { deal, answer } => self.answer_delay(deal, answer, now),
            Command::Down { work_center, from, until, reason } => {
                self.down(work_center, from, until, reason, now)
            }
            Command::Up { work_center } => self.up(work_center, now),
            Command::Start { plan, index, lots } => self.start(ProcessRef { plan, index }, &lots, now),
            Command::Pause { plan, index, reason, note } => {
                self.pause(ProcessRef { plan, index }, reason, note, now)
            }
            Command::Report { plan, index, good, scrap, reason } => {
                self.report(ProcessRef { plan, index }, good, scrap, reason, now)
            }
            Command::Finish { plan, index, quantity, scrap, reason, lots } => {
                let said = Ending { good: quantity, scrap: scrap.unwrap_or_default(), reason, lots };
                self.finish_process(ProcessRef { plan, index }, &said, now)
            }
            Command::TakeEstimate { spec, step, work_center } => {
                self.take_estimate(&spec, step, work_center, now)
            }
            Command::Ship { deal, via, quantity } => self.ship(deal, via, quantity, now),
            Command::Receive { handover, rejected, reason } => self.receive(handover, rejected, reason, now),
            Command::PassOn { handover } => self.pass_on(handover, now),
            Command::Settle { deal, amount, note } => self.settle(deal, amount, note, now),
            Command::Feedback { deal, serial, rating, text, wishes } => {
                let of = self.bound(&deal)?;
                let (to, spec) = (of.with, of.spec.clone());
                let has = |g: &&Goods| serial.as_ref().is_none_or(|s| g.serials.contains(s));
                let passport = of.moved.goods.iter().find(has).map(|g| g.lot).ok_or(Error::State {
                    what: words("deal", "交易"),
                    id: deal,
                    state: phrase("without such an item", "没有这样的物品"),
                    remedy: words("name a serial number you received", "请写出你收到的编号"),
                })?;
                let feedback = Feedback { deal, passport, serial, spec, rating, text, wishes };
                feedback.check()?;
                self.say(&feedback, Audience::parties([to]), now)
            }
            // these are answered later, and leave no record
            Command::Search { .. } | Command::Trace { .. } | Command::Recall { .. } => Err(Error::Field {
                field: words("command", "命令"),
                value: phrase("a question", "提问"),
                remedy: words("give one that is recorded", "请给出会留下记录的命令"),
            }),
        }
    }

    pub(crate) fn offer(&mut self, draft: OfferDraft, now: Timestamp) -> Result<RecordId> {
        let unit = draft.unit.or_else(|| self.board.unit(&draft.spec));
        let step = draft.step.unwrap_or(Decimal::ONE);
        let category = draft.category.or_else(|| self.board.category(&draft.spec));
        let offer = Offer {
            category,
            name: draft.name.unwrap_or_else(|| self.board.spec_name(&draft.spec)),
            unit: unit.ok_or_else(|| Error::NoSpecification(draft.spec.clone()))?,
            minimum: draft.minimum.unwrap_or(step),
            step,
            prices: draft.prices,
            maximum: draft.maximum,
            lead_time_s: i64::from(draft.lead_time_days.unwrap_or(0)) * DAY_S,
            place: draft.place,
            expires: expires(draft.expires_days, now)?,
            pooling: draft.pooling.map(PoolingDraft::pooling),
            specification: self.board.specification_record(&draft.spec),
            capacity: draft.capacity,
            spec: draft.spec,
        };
        offer.check()?;
        self.say(&offer, Audience::Public, now)
    }
}

fn expires(days: Option<u32>, now: Timestamp) -> Result<Timestamp> {
    match days.unwrap_or(EXPIRES_DAYS) {
        days @ 1..=LISTING_DAYS_MAX => Ok(after(now, i64::from(days) * DAY_S)),
        days => {
            let remedy = words("give 1 to 366 days", "请给出 1 到 366 天");
            Err(Error::Field {
                field: words("expires_days", "有效天数"), value: Phrase::plain(days), remedy
            })
        }
    }
}
