//! Making a passport from what went in, and reading one.
//!
//! [`passport_inputs`] turns drawn goods into a passport's inputs, [`serials`] numbers its pieces, and
//! [`verify_passport`] reads a record as a passport. Whether what a passport says is true is for
//! [`BackTrace`](crate::BackTrace).

use crate::check::{SERIAL_BYTES_MAX, SERIALS_MAX, at_most};
use crate::statement::{LotId, Passport, PassportInput};
use crate::stock::Holding;
use crate::{Error, Result};
use ledger::Record;
use std::collections::BTreeMap;
use vocab::{Decimal, Quantity, RecordId};
use vocab::{Phrase, phrase};

/// The well-formed passport this record is.
///
/// # Errors
/// Another kind of record, or a passport that is not well-formed.
pub fn verify_passport(record: &Record) -> Result<Passport> {
    let passport: Passport = record.read()?;
    passport.check()?;
    Ok(passport)
}

/// What went into a lot, from the holdings it was drawn from ([`Stock::drawn`](crate::Stock::drawn)) and their
/// passports. Unit and issuer come from the passports.
///
/// # Errors
/// A lot whose passport is not found, is not well-formed, or is of another specification.
pub fn passport_inputs<'a>(
    drawn: &[Holding],
    find: impl Fn(&LotId) -> Option<&'a Record>,
) -> Result<Vec<PassportInput>> {
    let mut sums: BTreeMap<(LotId, Option<RecordId>), (&Holding, Decimal)> = BTreeMap::new();
    for part in drawn {
        sums.entry((part.lot, part.received)).or_insert((part, Decimal::ZERO)).1 += part.quantity;
    }
    let input = |((lot, received), (part, quantity)): ((LotId, Option<RecordId>), (&Holding, Decimal))| {
        let record = find(&lot).ok_or(Error::UnknownLot { lot })?;
        let passport = verify_passport(record)?;
        if record.id != lot || passport.spec != part.spec {
            return Err(Error::LotDiffers {
                lot,
                field: phrase("passport", "护照"),
                value: Phrase::plain(format!("{} {}", record.id, passport.spec)),
                known: Phrase::plain(&part.spec),
            });
        }
        let quantity = Quantity::new(quantity, passport.quantity.unit);
        Ok(PassportInput { lot, issuer: record.author, spec: passport.spec, quantity, received })
    };
    sums.into_iter().map(input).collect()
}

/// Serial numbers `prefix-1` to `prefix-count`, padded with zeros so that they sort as they count.
///
/// # Errors
/// More than a passport may carry, or a prefix that leaves no room.
pub fn serials(prefix: &str, count: usize) -> Result<Vec<String>> {
    at_most(phrase("serial numbers", "序列号"), count, SERIALS_MAX)?;
    let width = count.to_string().len();
    if prefix.is_empty() || prefix.len() + 1 + width > SERIAL_BYTES_MAX {
        let value = Phrase::plain(prefix.chars().take(60).collect::<String>());
        return Err(Error::Field {
            field: phrase("serial prefix", "序列号前缀"),
            value,
            remedy: phrase("use 1 to 90 bytes", "请用 1 至 90 字节"),
        });
    }
    Ok((1..=count).map(|n| format!("{prefix}-{n:0width$}")).collect())
}
