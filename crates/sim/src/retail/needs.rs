//! Order lines in the market's words: a need for each, and an offer for each code whose price falls with quantity.

use super::{Break, Code, Line, Orders, place};
use node::command::{Command, OfferDraft, PoolingDraft};
use vocab::{Currency, Decimal, Error, Money, Text};

/// Days for which a week's need and offer stand.
const STANDS_DAYS: u32 = 7;

/// Pounds sterling.
///
/// # Errors
/// Never: ISO 4217 has them.
pub(crate) fn pounds() -> Result<Currency, Error> {
    "GBP".parse()
}

impl Orders {
    /// What the buyer of `line` says: so much of it, for no more than was paid, at the buyer's synthetic place.
    ///
    /// # Errors
    /// As [`pounds`].
    pub fn need(&self, line: &Line) -> Result<Command, Error> {
        let Code { spec, name } = &self.codes[line.code];
        Ok(Command::Need {
            spec: spec.clone(),
            name: Some(Text::Plain(name.clone())),
            quantity: line.quantity.into(),
            ceiling: Some(Money::new(line.unit_price, pounds()?)),
            due: None,
            place: Some(place(&self.customers[line.customer])),
            expires_days: Some(STANDS_DAYS),
        })
    }

    /// What a supplier of `code` says: its two prices, and that buyers may pool for no more than `cap`.
    ///
    /// # Errors
    /// As [`pounds`].
    pub fn offer(&self, code: usize, at: &Break, cap: i64) -> Result<Command, Error> {
        let Code { spec, name } = &self.codes[code];
        Ok(Command::Offer(OfferDraft {
            spec: spec.clone(),
            name: Some(Text::Plain(name.clone())),
            unit: Some(vocab::Unit::Each),
            prices: at.prices(pounds()?),
            minimum: None,
            step: None,
            maximum: None,
            lead_time_days: None,
            place: None,
            expires_days: Some(STANDS_DAYS),
            pooling: Some(PoolingDraft {
                cap: Decimal::from(cap),
                lead_time_days: 1,
                payment: vocab::both("on delivery", "货到付款"),
            }),
        }))
    }
}
