//! Well-formedness of what is said about goods, beyond what the types say.
//!
//! Each statement's `check` looks at the statement alone; [`Takeover::check`] also holds it against the handover it
//! answers. Whether the goods exist is for [`Stock`](crate::Stock) to say, who may say so is for nobody here.

use crate::event::{EconomicEvent, StockEffect};
use crate::statement::{Goods, Handover, Happened, LotId, Passport, Takeover};
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, SpecId, Specification, Unit};
use vocab::{Phrase, phrase};

/// Most events in one [`Happened`].
pub const EVENTS_MAX: usize = 1_000;
/// Most lines of goods in one handover, of inputs or processes in one passport.
pub const GOODS_MAX: usize = 1_000;
/// Most serial numbers in one statement.
pub const SERIALS_MAX: usize = 10_000;
/// Longest serial number, in bytes.
pub const SERIAL_BYTES_MAX: usize = 100;
/// Longest text for people, in bytes.
pub const TEXT_BYTES_MAX: usize = 2_000;

fn field(field: Phrase, value: Phrase, remedy: Phrase) -> Error {
    Error::Field { field, value, remedy }
}

/// A value as it was given, its first characters.
fn shown(value: impl ToString) -> Phrase {
    Phrase::plain(value.to_string().chars().take(60).collect::<String>())
}

pub(crate) fn at_most(what: Phrase, count: usize, max: usize) -> Result<()> {
    if count > max { Err(Error::TooMany { what, count, max }) } else { Ok(()) }
}

fn not_empty(name: Phrase, count: usize) -> Result<()> {
    if count == 0 {
        Err(field(name, phrase("empty", "空"), phrase("say at least one thing", "至少写一项")))
    } else {
        Ok(())
    }
}

pub(crate) fn positive(name: Phrase, quantity: Decimal) -> Result<()> {
    if quantity.is_positive() {
        Ok(())
    } else {
        Err(field(name, shown(quantity), phrase("a quantity is above zero", "数量须大于零")))
    }
}

fn text(name: Phrase, value: &str) -> Result<()> {
    if value.len() > TEXT_BYTES_MAX {
        return Err(field(name, shown(value), phrase("at most 2000 bytes", "至多 2000 字节")));
    }
    Ok(())
}

/// As many as the quantity says, each said once; none at all where pieces are not numbered.
fn serials(quantity: Decimal, unit: Option<Unit>, serials: &[String]) -> Result<()> {
    if serials.is_empty() {
        return Ok(());
    }
    at_most(phrase("serial numbers", "序列号"), serials.len(), SERIALS_MAX)?;
    if unit.is_some_and(|u| u != Unit::Each) {
        return Err(field(
            phrase("unit", "单位"),
            shown(unit.map_or("", Unit::word)),
            phrase("numbered pieces are counted in each", "编号件须以 each（件）计"),
        ));
    }
    if Decimal::from(serials.len() as i64) != quantity {
        return Err(field(
            phrase("quantity", "数量"),
            shown(quantity),
            phrase("as many as there are serial numbers", "须与序列号个数相同"),
        ));
    }
    let mut seen = BTreeSet::new();
    for serial in serials {
        if serial.is_empty() || serial.len() > SERIAL_BYTES_MAX || serial.chars().any(char::is_control) {
            return Err(field(
                phrase("serial number", "序列号"),
                shown(serial),
                phrase("1 to 100 bytes that can be printed", "须为 1 至 100 字节的可打印字符"),
            ));
        }
        if !seen.insert(serial) {
            return Err(field(
                phrase("serial number", "序列号"),
                shown(serial),
                phrase("say each piece once", "每件只写一次"),
            ));
        }
    }
    Ok(())
}

/// What a list of goods comes to, lot by lot.
#[derive(PartialEq, Eq)]
pub(crate) struct LotTotal<'a> {
    pub(crate) spec: &'a SpecId,
    pub(crate) quantity: Decimal,
    pub(crate) serials: BTreeSet<&'a str>,
}

/// Checks each line and adds up; a lot may stand in several lines, a piece in one.
pub(crate) fn totals<'a>(
    goods: impl IntoIterator<Item = &'a Goods>,
) -> Result<BTreeMap<LotId, LotTotal<'a>>> {
    let mut sums: BTreeMap<LotId, LotTotal<'a>> = BTreeMap::new();
    let (mut lines, mut pieces) = (0, 0);
    for line in goods {
        lines += 1;
        pieces += line.serials.len();
        at_most(phrase("lines of goods", "货物行"), lines, GOODS_MAX)?;
        at_most(phrase("serial numbers", "序列号"), pieces, SERIALS_MAX)?;
        positive(phrase("goods quantity", "货物数量"), line.quantity)?;
        serials(line.quantity, None, &line.serials)?;
        let sum = sums.entry(line.lot).or_insert_with(|| LotTotal {
            spec: &line.spec,
            quantity: Decimal::ZERO,
            serials: BTreeSet::new(),
        });
        if *sum.spec != line.spec {
            return Err(field(
                phrase("goods specification", "货物规格"),
                shown(&line.spec),
                phrase("one lot is of one specification", "一个批次只属一种规格"),
            ));
        }
        if line.serials.is_empty() != sum.serials.is_empty() && !sum.quantity.is_zero() {
            return Err(field(
                phrase("goods serial numbers", "货物序列号"),
                phrase("mixed", "有编号的与无编号的混在一起"),
                phrase("number all pieces of a lot or none", "同一批次要么全部编号，要么都不编号"),
            ));
        }
        sum.quantity += line.quantity;
        for serial in &line.serials {
            if !sum.serials.insert(serial) {
                return Err(field(
                    phrase("serial number", "序列号"),
                    shown(serial),
                    phrase("say each piece once", "每件只写一次"),
                ));
            }
        }
    }
    Ok(sums)
}

impl EconomicEvent {
    fn check(&self) -> Result<()> {
        positive(phrase("event quantity", "事件数量"), self.quantity.value)?;
        text(phrase("event note", "事件备注"), &self.note)?;
        serials(self.quantity.value, Some(self.quantity.unit), &self.serials)?;
        match (self.action.stock_effect(), self.lot) {
            (StockEffect::None, None) if self.serials.is_empty() => Ok(()),
            (StockEffect::None, _) => Err(field(
                phrase("event lot", "事件批次"),
                phrase("given", "已给出"),
                phrase("use and work name no lot and no pieces", "使用和作业不指明批次和件"),
            )),
            (_, Some(_)) => Ok(()),
            (_, None) => Err(field(
                phrase("event lot", "事件批次"),
                phrase("missing", "缺失"),
                phrase("name the lot that changes", "请指明变动的批次"),
            )),
        }
    }
}

impl Happened {
    /// Checks limits, that quantities are positive, and that lots and pieces are named where they must be.
    pub fn check(&self) -> Result<()> {
        not_empty(phrase("events", "事件"), self.events.len())?;
        at_most(phrase("events", "事件"), self.events.len(), EVENTS_MAX)?;
        let pieces = self.events.iter().map(|e| e.serials.len()).sum();
        at_most(phrase("serial numbers", "序列号"), pieces, SERIALS_MAX)?;
        self.events.iter().try_for_each(EconomicEvent::check)
    }
}

impl Passport {
    /// Checks limits, quantities, serial numbers, and that each input lot of each takeover stands once.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        positive(phrase("passport quantity", "护照数量"), self.quantity.value)?;
        serials(self.quantity.value, Some(self.quantity.unit), &self.serials)?;
        at_most(phrase("processes", "工序"), self.processes.len(), GOODS_MAX)?;
        at_most(phrase("inputs", "投入物"), self.inputs.len(), GOODS_MAX)?;
        at_most(phrase("properties", "属性"), self.properties.len(), Specification::LIST_MAX)?;
        self.processes.iter().try_for_each(|p| text(phrase("process", "工序"), p))?;
        self.properties.iter().try_for_each(|(k, v)| {
            text(phrase("property", "属性"), k).and_then(|()| text(phrase("property", "属性"), v))
        })?;
        let mut seen = BTreeSet::new();
        for input in &self.inputs {
            positive(phrase("input quantity", "投入数量"), input.quantity.value)?;
            if !seen.insert((input.lot, input.received)) {
                return Err(field(
                    phrase("input", "投入物"),
                    shown(input.lot),
                    phrase("say each lot of each takeover once", "每次接收的每个批次只写一次"),
                ));
            }
        }
        Ok(())
    }
}

impl Handover {
    /// Checks limits, that there are goods, and that quantities and serial numbers agree.
    pub fn check(&self) -> Result<()> {
        not_empty(phrase("handover goods", "交出的货物"), self.goods.len())?;
        totals(&self.goods).map(drop)
    }

    /// How much of `lot` is handed over.
    pub fn quantity_of(&self, lot: LotId) -> Decimal {
        quantity_of(&self.goods, lot)
    }
}

impl Takeover {
    /// Checks that accepted and refused goods are together, to the last decimal and piece, what was handed over.
    /// That `handover` is the record named is for the caller to have seen to.
    pub fn check(&self, handover: &Handover) -> Result<()> {
        text(phrase("reason", "原因"), &self.reason)?;
        let given = totals(&handover.goods)?;
        let answered = totals(self.accepted.iter().chain(&self.rejected))?;
        let lots: BTreeSet<_> = given.keys().chain(answered.keys()).collect();
        for &lot in lots {
            let (g, a) = (given.get(&lot), answered.get(&lot));
            if g == a {
                continue;
            }
            let odd = match (g, a) {
                (Some(g), Some(a)) => g.serials.symmetric_difference(&a.serials).next(),
                _ => None,
            };
            let show = |sum: Option<&LotTotal<'_>>| match (sum, odd) {
                (None, _) => phrase("nothing", "没有"),
                (Some(sum), Some(serial)) if sum.serials.contains(serial) => {
                    phrase(format!("piece '{serial}'"), format!("编号件“{serial}”"))
                }
                (Some(sum), _) => Phrase::plain(format!("{} {}", sum.quantity, sum.spec)),
            };
            return Err(Error::Unanswered { lot, given: show(g), answered: show(a) });
        }
        Ok(())
    }

    /// How much of `lot` was accepted.
    pub fn accepted_of(&self, lot: LotId) -> Decimal {
        quantity_of(&self.accepted, lot)
    }
}

fn quantity_of(goods: &[Goods], lot: LotId) -> Decimal {
    goods.iter().filter(|g| g.lot == lot).map(|g| g.quantity).sum()
}
