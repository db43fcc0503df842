//! Well-formedness of what is said about goods, beyond what the types say.
//!
//! Each statement's `check` looks at the statement alone; [`Takeover::check`] also holds it against the handover it
//! answers. Whether the goods exist is for [`Stock`](crate::Stock) to say, who may say so is for nobody here.

use crate::event::{EconomicEvent, StockEffect};
use crate::statement::{Goods, Handover, Happened, LotId, Passport, Takeover};
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{Decimal, SpecId, Specification, Unit};

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

fn field(field: &'static str, value: impl ToString, remedy: &'static str) -> Error {
    Error::Field { field, value: value.to_string().chars().take(60).collect(), remedy }
}

pub(crate) fn at_most(what: &'static str, count: usize, max: usize) -> Result<()> {
    if count > max { Err(Error::TooMany { what, count, max }) } else { Ok(()) }
}

fn not_empty(name: &'static str, count: usize) -> Result<()> {
    if count == 0 { Err(field(name, "empty", "say at least one thing")) } else { Ok(()) }
}

pub(crate) fn positive(name: &'static str, quantity: Decimal) -> Result<()> {
    if quantity.is_positive() { Ok(()) } else { Err(field(name, quantity, "a quantity is above zero")) }
}

fn text(name: &'static str, value: &str) -> Result<()> {
    if value.len() > TEXT_BYTES_MAX {
        return Err(field(name, value, "at most 2000 bytes"));
    }
    Ok(())
}

/// As many as the quantity says, each said once; none at all where pieces are not numbered.
fn serials(quantity: Decimal, unit: Option<Unit>, serials: &[String]) -> Result<()> {
    if serials.is_empty() {
        return Ok(());
    }
    at_most("serial numbers", serials.len(), SERIALS_MAX)?;
    if unit.is_some_and(|u| u != Unit::Each) {
        return Err(field("unit", unit.map_or("", Unit::word), "numbered pieces are counted in each"));
    }
    if Decimal::from(serials.len() as i64) != quantity {
        return Err(field("quantity", quantity, "as many as there are serial numbers"));
    }
    let mut seen = BTreeSet::new();
    for serial in serials {
        if serial.is_empty() || serial.len() > SERIAL_BYTES_MAX || serial.chars().any(char::is_control) {
            return Err(field("serial number", serial, "1 to 100 bytes that can be printed"));
        }
        if !seen.insert(serial) {
            return Err(field("serial number", serial, "say each piece once"));
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
        at_most("lines of goods", lines, GOODS_MAX)?;
        at_most("serial numbers", pieces, SERIALS_MAX)?;
        positive("goods quantity", line.quantity)?;
        serials(line.quantity, None, &line.serials)?;
        let sum = sums.entry(line.lot).or_insert_with(|| LotTotal {
            spec: &line.spec,
            quantity: Decimal::ZERO,
            serials: BTreeSet::new(),
        });
        if *sum.spec != line.spec {
            return Err(field("goods specification", &line.spec, "one lot is of one specification"));
        }
        if line.serials.is_empty() != sum.serials.is_empty() && !sum.quantity.is_zero() {
            return Err(field("goods serial numbers", "mixed", "number all pieces of a lot or none"));
        }
        sum.quantity += line.quantity;
        for serial in &line.serials {
            if !sum.serials.insert(serial) {
                return Err(field("serial number", serial, "say each piece once"));
            }
        }
    }
    Ok(sums)
}

impl EconomicEvent {
    fn check(&self) -> Result<()> {
        positive("event quantity", self.quantity.value)?;
        text("event note", &self.note)?;
        serials(self.quantity.value, Some(self.quantity.unit), &self.serials)?;
        match (self.action.stock_effect(), self.lot) {
            (StockEffect::None, None) if self.serials.is_empty() => Ok(()),
            (StockEffect::None, _) => {
                Err(field("event lot", "given", "use and work name no lot and no pieces"))
            }
            (_, Some(_)) => Ok(()),
            (_, None) => Err(field("event lot", "missing", "name the lot that changes")),
        }
    }
}

impl Happened {
    /// Checks limits, that quantities are positive, and that lots and pieces are named where they must be.
    pub fn check(&self) -> Result<()> {
        not_empty("events", self.events.len())?;
        at_most("events", self.events.len(), EVENTS_MAX)?;
        let pieces = self.events.iter().map(|e| e.serials.len()).sum();
        at_most("serial numbers", pieces, SERIALS_MAX)?;
        self.events.iter().try_for_each(EconomicEvent::check)
    }
}

impl Passport {
    /// Checks limits, quantities, serial numbers, and that each input lot of each takeover stands once.
    pub fn check(&self) -> Result<()> {
        self.name.check("passport name")?;
        positive("passport quantity", self.quantity.value)?;
        serials(self.quantity.value, Some(self.quantity.unit), &self.serials)?;
        at_most("processes", self.processes.len(), GOODS_MAX)?;
        at_most("inputs", self.inputs.len(), GOODS_MAX)?;
        at_most("properties", self.properties.len(), Specification::LIST_MAX)?;
        self.processes.iter().try_for_each(|p| text("process", p))?;
        self.properties
            .iter()
            .try_for_each(|(k, v)| text("property", k).and_then(|()| text("property", v)))?;
        let mut seen = BTreeSet::new();
        for input in &self.inputs {
            positive("input quantity", input.quantity.value)?;
            if !seen.insert((input.lot, input.received)) {
                return Err(field("input", input.lot, "say each lot of each takeover once"));
            }
        }
        Ok(())
    }
}

impl Handover {
    /// Checks limits, that there are goods, and that quantities and serial numbers agree.
    pub fn check(&self) -> Result<()> {
        not_empty("handover goods", self.goods.len())?;
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
        text("reason", &self.reason)?;
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
                (None, _) => "nothing".to_owned(),
                (Some(sum), Some(serial)) if sum.serials.contains(serial) => format!("piece '{serial}'"),
                (Some(sum), _) => format!("{} {}", sum.quantity, sum.spec),
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
