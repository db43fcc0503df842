//! Commands about work: new lots and their passports, processes begun and done.

use crate::error::{Error, Result};
use crate::lots::declared_expiry;
use crate::node::Node;
use crate::orders::{Held, Stage};
use crate::view::ProcessState;
use crate::words::words;
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
        declared_expiry(&properties).transpose()?;
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
}
