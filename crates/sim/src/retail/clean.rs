//! Which rows are orders of goods, and why the others are not.

use super::read::Row;
use serde::Serialize;

/// Why a row is left out. The first that applies counts, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// cells are missing, or a number, date or code does not read
    Unreadable,
    /// the invoice number begins with `C`
    Cancellation,
    /// the invoice number begins with another letter: a correction of the books
    Correction,
    /// the stock code does not begin with five digits: postage, fees, discounts, vouchers, samples
    NoGoods,
    /// the description is a note on stock that was lost or found: it has fewer than two capital letters
    WriteOff,
    /// the quantity is zero or less
    NoQuantity,
    /// the unit price is zero or less
    NoPrice,
    /// the same in every cell as a row before it
    Duplicate,
}

impl Rejection {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Unreadable,
        Self::Cancellation,
        Self::Correction,
        Self::NoGoods,
        Self::WriteOff,
        Self::NoQuantity,
        Self::NoPrice,
        Self::Duplicate,
    ];
}

/// Why this row is no order of goods, leaving doubles aside; `None` if it is one.
pub(super) fn rejection(row: &Row<'_>) -> Option<Rejection> {
    let rules = [
        (row.invoice.starts_with(['C', 'c']), Rejection::Cancellation),
        (!row.invoice.starts_with(|c: char| c.is_ascii_digit()), Rejection::Correction),
        (!is_goods(row.stock_code), Rejection::NoGoods),
        (row.description.chars().filter(|c| c.is_uppercase()).count() < 2, Rejection::WriteOff),
        (row.quantity <= 0, Rejection::NoQuantity),
        (!row.unit_price.is_positive(), Rejection::NoPrice),
    ];
    rules.into_iter().find(|(applies, _)| *applies).map(|(_, why)| why)
}

/// Goods have a code of five digits, and letters after it for variants.
fn is_goods(code: &str) -> bool {
    let (digits, variant) = code.split_at_checked(5).unwrap_or((code, ""));
    digits.len() == 5
        && digits.bytes().all(|b| b.is_ascii_digit())
        && variant.bytes().all(|b| b.is_ascii_alphanumeric())
}
