//! Order lines in the market's words: a need for each, and an offer for each code whose price falls with quantity.

use super::{Break, Code, Line, Orders, place};
use node::command::Command;
use serde_json::{Value, json};

/// What all prices of the file are in.
pub(crate) const CURRENCY: &str = "GBP";
/// Days for which a week's need and offer stand.
const STANDS_DAYS: u32 = 7;

/// A command from its JSON form, in which what is left out takes its default.
///
/// # Errors
/// In words, what it lacks.
pub(crate) fn command(value: Value) -> Result<Command, String> {
    serde_json::from_value(value).map_err(|e| e.to_string())
}

impl Orders {
    /// What the buyer of `line` says: so much of it, for no more than was paid, at the buyer's synthetic place.
    ///
    /// # Errors
    /// That a name or number is none that the market takes.
    pub fn need(&self, line: &Line) -> Result<Command, String> {
        let Code { spec, name } = &self.codes[line.code];
        command(json!({
            "do": "need", "spec": spec, "name": name, "quantity": line.quantity.to_string(),
            "ceiling": {"amount": line.unit_price, "currency": CURRENCY},
            "place": place(&self.customers[line.customer]), "expires_days": STANDS_DAYS,
        }))
    }

    /// What a supplier of `code` says: its two prices, and that buyers may pool for no more than `cap`.
    ///
    /// # Errors
    /// As [`Self::need`].
    pub fn offer(&self, code: usize, at: &Break, cap: i64) -> Result<Command, String> {
        let Code { spec, name } = &self.codes[code];
        let tier = |from: i64, price| json!({"from": from.to_string(), "unit_price": price});
        command(json!({
            "do": "offer", "spec": spec, "name": name, "unit": "each", "expires_days": STANDS_DAYS,
            "prices": {"currency": CURRENCY, "tiers": [tier(1, at.single), tier(at.from, at.volume)]},
            "pooling": {"cap": cap.to_string(), "lead_time_days": 1, "payment": vocab::both("on delivery", "货到付款")},
        }))
    }
}
