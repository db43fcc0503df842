//! How much: units (UN/CEFACT Recommendation 20), quantities, currencies (ISO 4217), money.

use crate::text_form::serde_as_text;
use crate::{Decimal, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! units {
    ($($variant:ident $word:literal $code:literal $doc:literal),* $(,)?) => {
        /// A unit of measure: a short word for people, a UN/CEFACT Rec 20 code for machines.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Unit { $(#[doc = $doc] $variant),* }

        impl Unit {
            /// Every unit, in table order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The short word, as people and records write it.
            pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),* } }
            /// The UN/CEFACT Recommendation 20 common code.
            pub fn rec20(self) -> &'static str { match self { $(Self::$variant => $code),* } }
        }
    };
}

units! {
    Each "each" "C62" "one piece",
    Set "set" "SET" "a set",
    Box "box" "XBX" "a box",
    Gram "g" "GRM" "gram",
    Kilogram "kg" "KGM" "kilogram",
    Tonne "t" "TNE" "metric ton",
    Millimetre "mm" "MMT" "millimetre",
    Metre "m" "MTR" "metre",
    SquareMetre "m2" "MTK" "square metre",
    CubicMetre "m3" "MTQ" "cubic metre",
    Millilitre "ml" "MLT" "millilitre",
    Litre "l" "LTR" "litre",
    Second "s" "SEC" "second",
    Minute "min" "MIN" "minute",
    Hour "h" "HUR" "hour",
    Day "day" "DAY" "day",
    KilowattHour "kwh" "KWH" "kilowatt hour",
}

impl FromStr for Unit {
    type Err = Error;

    /// Reads the word or the Rec 20 code.
    fn from_str(s: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|u| u.word() == s || u.rec20() == s);
        found.copied().ok_or_else(|| Error::Unit {
            value: s.chars().take(40).collect(),
            known: Self::ALL.iter().map(|u| u.word()).collect::<Vec<_>>().join(", "),
        })
    }
}

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Decimal places its smallest coin needs; 2 where the standard names none.
    pub fn places(self) -> u32 {
        self.0.exponent().unwrap_or(2).into()
    }
    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}
impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}
impl FromStr for Currency {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let value = || s.chars().take(10).collect();
        iso_currency::Currency::from_code(s).map(Self).ok_or_else(|| Error::Currency { value: value() })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
serde_as_text!(Unit, Currency);

/// So much of something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// how much
    pub value: Decimal,
    /// of what unit
    pub unit: Unit,
}

impl Quantity {
    /// `value` of `unit`.
    pub fn new(value: Decimal, unit: Unit) -> Self {
        Self { value, unit }
    }
}
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

/// An amount of a currency. Ordered by currency first: amounts of two currencies cannot be compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// ISO 4217 code
    pub currency: Currency,
    /// how much
    pub amount: Decimal,
}

impl Money {
    /// `amount` of `currency`.
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }
    /// This unit price times `quantity`, rounded half to even to the currency's smallest coin.
    pub fn times(self, quantity: Decimal) -> Self {
        Self { amount: (self.amount * quantity).round(self.currency.places()), currency: self.currency }
    }
}
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_read_from_word_and_code() {
        assert_eq!("kg".parse::<Unit>().unwrap(), Unit::Kilogram);
        assert_eq!("KGM".parse::<Unit>().unwrap(), Unit::Kilogram);
        let error = "stone".parse::<Unit>().unwrap_err().to_string();
        assert!(error.contains("'stone'") && error.contains("kg"), "{error}");
    }

    #[test]
    fn a_total_rounds_to_the_smallest_coin() {
        let price = |s: &str, c: &str| Money::new(s.parse().unwrap(), c.parse().unwrap());
        assert_eq!(price("0.125", "EUR").times(Decimal::ONE).amount.to_string(), "0.12");
        assert_eq!(price("10.5", "JPY").times(Decimal::from(3)).amount.to_string(), "32");
    }
}
