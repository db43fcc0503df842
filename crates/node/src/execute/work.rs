//! Commands about work: new lots and their passports, processes begun and done.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::orders::{Held, Stage};
use crate::statement::{Finished, Started};
use crate::view::ProcessState;
use crate::words::{Words, words};
use ledger::Audience;
use std::collections::BTreeMap;
use trace::statement::{Happened, Passport};
use trace::{Action, EconomicEvent, ProcessRef};
use vocab::{Decimal, Phrase, Quantity, RecordId, SpecId, Timestamp, Unit};

impl Node {
    pub(crate) fn raise(
        &mut self,
        spec: &SpecId,
        quantity: Decimal,
        serials: Vec<String>,
        properties: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let (lot, unit, serials) =
            self.issue_passport(spec, quantity, serials, vec![], vec![], properties, now)?;
        let event = EconomicEvent {
            action: Action::Raise,
            spec: spec.clone(),
            quantity: Quantity::new(quantity, unit),
            lot: Some(lot),
            serials,
            process: None,
            note: String::new(),
        };
        self.say(&Happened { events: vec![event] }, Audience::Private, now)?;
        Ok(lot)
    }

    /// Signs the passport of a new lot; numbers its pieces if its specification wants that.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn issue_passport(
        &mut self,
        spec: &SpecId,
        quantity: Decimal,
        mut serials: Vec<String>,
        processes: Vec<String>,
        inputs: Vec<trace::statement::PassportInput>,
        properties: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<(RecordId, Unit, Vec<String>)> {
        let unit = self.board.unit(spec).ok_or_else(|| Error::NoSpecification(spec.clone()))?;
        let numbered = self.board.specification(spec).is_some_and(|s| s.serialised);
        if numbered && serials.is_empty() {
            let whole = quantity.is_multiple_of(Decimal::ONE);
            let count =
                usize::try_from(quantity.ceil_i64()).ok().filter(|n| whole && *n <= trace::SERIALS_MAX);
            let count = count.ok_or_else(|| Error::Field {
                field: words("quantity", "数量"),
                value: Phrase::plain(quantity),
                remedy: words(
                    "pieces with serial numbers are counted whole, at most 10000 to a lot",
                    "带编号的件按整件计，每批最多 10000 件",
                ),
            })?;
            serials = trace::serials(&format!("{spec}-{}", self.book.own_size() + 1), count)?;
        }
        let passport = Passport {
            spec: spec.clone(),
            name: self.board.spec_name(spec),
            quantity: Quantity::new(quantity, unit),
            serials: serials.clone(),
            processes,
            inputs,
            properties,
        };
        passport.check()?;
        let lot = self.say(&passport, Audience::Bearer(Default::default()), now)?;
        Ok((lot, unit, serials))
    }

    pub(crate) fn lot(&self, lot: &RecordId) -> Result<(SpecId, Unit)> {
        let remedy = words("see your stock", "请查看库存");
        let history = self.stock.lot_history(lot).ok_or(Error::Unknown {
            kind: words("lot", "批次"),
            id: *lot,
            remedy,
        })?;
        Ok((
            history.spec.clone(),
            history.unit.or_else(|| self.board.unit(&history.spec)).unwrap_or(Unit::Each),
        ))
    }

    pub(crate) fn process(&self, process: ProcessRef) -> Result<(RecordId, &Held, ProcessState)> {
        let id = process.plan;
        let remedy = words("see your processes", "请查看工序");
        let order =
            self.orders.by_plan(&id).ok_or(Error::Unknown { kind: words("plan", "计划"), id, remedy })?;
        let Stage::Firm(held) = &order.stage else {
            let remedy = words("work starts when the order is firm", "订单确定后才能开工");
            return Err(Error::State {
                what: words("order", "订单"),
                id: order.id,
                state: self.order_state(&order.id),
                remedy,
            });
        };
        let (_, state) = held.process(process.index).ok_or(Error::Field {
            field: words("index", "序号"),
            value: Phrase::plain(process.index),
            remedy: words("give the number of a process of this plan", "请给出该计划中的工序编号"),
        })?;
        Ok((order.id, held, state))
    }

    pub(crate) fn start(&mut self, process: ProcessRef, now: Timestamp) -> Result<RecordId> {
        let (order, held, state) = self.process(process)?;
        let wrong = |state: Words, remedy| Error::State {
            what: words("process of plan", "计划的工序"),
            id: process.plan,
            state: state.into(),
            remedy,
        };
        if state != ProcessState::Planned {
            return Err(wrong(
                words("started already", "已开始"),
                words("finish it when it is done", "完成后请登记完成"),
            ));
        }
        if !held.unblocked(process.index) {
            return Err(wrong(
                words("behind one that is not done", "前一道工序尚未完成"),
                words("finish the step before it first", "请先完成前一道工序"),
            ));
        }
        let Some((planned, _)) = held.process(process.index) else {
            return Err(wrong(words("gone", "不存在"), words("see your processes", "请查看工序")));
        };
        let inputs = planned.inputs.clone();
        let mut events = vec![];
        for input in &inputs {
            for goods in self.stock.pick(order, &input.spec, input.quantity)? {
                let unit = self.lot(&goods.lot)?.1;
                events.push(EconomicEvent {
                    action: Action::Consume,
                    spec: goods.spec,
                    quantity: Quantity::new(goods.quantity, unit),
                    lot: Some(goods.lot),
                    serials: goods.serials,
                    process: Some(process),
                    note: String::new(),
                });
            }
        }
        if !events.is_empty() {
            self.say(&Happened { events }, Audience::Private, now)?;
        }
        self.say(&Started { process }, Audience::Private, now)
    }

    pub(crate) fn finish_process(
        &mut self,
        process: ProcessRef,
        made: Option<Decimal>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let (_, held, state) = self.process(process)?;
        if state != ProcessState::Started {
            let state = if state == ProcessState::Done {
                words("done already", "已完成")
            } else {
                words("not started", "尚未开始")
            };
            let remedy = words("start it first, finish it once", "先开始，再完成一次");
            return Err(Error::State {
                what: words("process of plan", "计划的工序"),
                id: process.plan,
                state: state.into(),
                remedy,
            });
        }
        let held = held.clone();
        let Some((planned, _)) = held.process(process.index) else {
            return Err(Error::Unknown {
                kind: words("process", "工序"),
                id: process.plan,
                remedy: words("see your processes", "请查看工序"),
            });
        };
        let quantity = made.unwrap_or(planned.quantity);
        if quantity.is_negative() || (quantity.is_zero() && planned.last) {
            let remedy = words(
                "give what came out; to give nothing, cancel the order",
                "请填写实际产出；若没有产出，请取消订单",
            );
            return Err(Error::Field {
                field: words("quantity", "数量"),
                value: Phrase::plain(quantity),
                remedy,
            });
        }
        let step = self
            .model
            .recipes
            .get(&planned.spec)
            .and_then(|r| Some((r, r.steps.get(usize::try_from(planned.step).ok()?)?)));
        let labour_s = step
            .and_then(|(r, s)| Some(Decimal::from(s.labour_s) * planned.quantity.div_up(r.output_quantity)?));
        let used_s = vocab::seconds_between(planned.start, planned.work_end);
        let effort = |action, of: &str, seconds: Decimal| {
            let spec: SpecId = slug(of).parse().ok()?;
            let quantity = Quantity::new(seconds, Unit::Second);
            let (lot, serials, note) = (None, vec![], of.to_owned());
            seconds.is_positive().then_some(EconomicEvent {
                action,
                spec,
                quantity,
                lot,
                serials,
                process: Some(process),
                note,
            })
        };
        let mut events: Vec<_> = [
            effort(Action::Use, &planned.work_center, Decimal::from(used_s)),
            effort(Action::Work, &planned.name, labour_s.unwrap_or(Decimal::ZERO)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if planned.last {
            let group = held.same_output(process.index);
            // what came out belongs with what went in, and that went into the first step
            let first = ProcessRef { index: group.first().copied().unwrap_or(process.index), ..process };
            let consumed = self.consumed(process.plan, &group);
            let inputs = trace::passport_inputs(&consumed, |lot| self.book.get(lot))?;
            let processes =
                group.iter().filter_map(|i| held.process(*i)).map(|(p, _)| p.name.clone()).collect();
            let (lot, unit, serials) = self.issue_passport(
                &planned.spec,
                quantity,
                vec![],
                processes,
                inputs,
                BTreeMap::new(),
                now,
            )?;
            events.push(EconomicEvent {
                action: Action::Produce,
                spec: planned.spec.clone(),
                quantity: Quantity::new(quantity, unit),
                lot: Some(lot),
                serials,
                process: Some(first),
                note: String::new(),
            });
        }
        if !events.is_empty() {
            self.say(&Happened { events }, Audience::Private, now)?;
        }
        self.say(&Finished { process }, Audience::Private, now)
    }
}

/// A name people gave, as a specification name: equipment and skills have no specification of their own yet.
fn slug(name: &str) -> String {
    let kept = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>();
    let trimmed = kept.trim_matches('-');
    if trimmed.is_empty() { "work".to_owned() } else { trimmed.chars().take(64).collect() }
}
