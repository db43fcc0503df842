//! The one decimal type: exact, bounded, and written as a string on the wire.

use crate::phrase;
use crate::text_form::serde_as_text;
use crate::{Error, Result};
use rust_decimal::{Decimal as Inner, RoundingStrategy};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

/// A decimal number: at most 6 places, magnitude below 10^12.
///
/// Values read from outside are held to these bounds, so sums over any list this program can hold and products of
/// two values stay far inside the 96-bit mantissa below and arithmetic cannot overflow. Serialised as a plain
/// string without trailing zeros (`"12.5"`), so that equal numbers have equal bytes under RFC 8785.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(Inner);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(Inner::ZERO);
    /// One.
    pub const ONE: Self = Self(Inner::ONE);
    /// Most decimal places a value may carry.
    pub const PLACES_MAX: u32 = 6;
    const LIMIT: i64 = 1_000_000_000_000;

    /// `mantissa / 10^places`; `places` is at most [`Self::PLACES_MAX`].
    pub fn new(mantissa: i64, places: u32) -> Self {
        Self(Inner::new(mantissa, places.min(Self::PLACES_MAX)).normalize())
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }
    /// True above zero.
    pub fn is_positive(self) -> bool {
        self.0.is_sign_positive() && !self.0.is_zero()
    }
    /// True at zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Rounded half to even to `places` decimals, as settlement in a currency needs.
    pub fn round(self, places: u32) -> Self {
        Self(self.0.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven).normalize())
    }
    /// The largest multiple of `step` not above this value; `step` must be positive, else the value itself.
    pub fn floor_to(self, step: Self) -> Self {
        self.multiple(step).map_or(self, |n| Self((n.floor() * step.0).normalize()))
    }
    /// The smallest multiple of `step` not below this value; `step` must be positive, else the value itself.
    pub fn ceil_to(self, step: Self) -> Self {
        self.multiple(step).map_or(self, |n| Self((n.ceil() * step.0).normalize()))
    }
    /// True when this value is a whole multiple of `step`.
    pub fn is_multiple_of(self, step: Self) -> bool {
        self.multiple(step).is_some_and(|n| n.fract().is_zero())
    }
    fn multiple(self, step: Self) -> Option<Inner> {
        step.is_positive().then(|| self.0.checked_div(step.0)).flatten()
    }
    /// Quotient rounded up to [`Self::PLACES_MAX`] places; `None` when `by` is zero.
    pub fn div_up(self, by: Self) -> Option<Self> {
        let quotient = self.0.checked_div(by.0)?;
        Some(Self(
            quotient
                .round_dp_with_strategy(Self::PLACES_MAX, RoundingStrategy::ToPositiveInfinity)
                .normalize(),
        ))
    }

    /// As a whole number of the smallest unit (10^-6), exact for every value in range.
    pub fn micros(self) -> i128 {
        let scaled = self.0 * Inner::from(1_000_000);
        scaled.trunc().mantissa() / 10_i128.pow(scaled.trunc().scale())
    }
    /// The inverse of [`Self::micros`].
    pub fn from_micros(micros: i128) -> Self {
        Self(Inner::from_i128_with_scale(micros, Self::PLACES_MAX).normalize())
    }
    /// The next whole number at or above, as an integer (for counts and seconds); saturates.
    pub fn ceil_i64(self) -> i64 {
        i64::try_from(self.0.ceil().mantissa() / 10_i128.pow(self.0.ceil().scale())).unwrap_or(i64::MAX)
    }
    /// Nearest float: for distances on a sphere, and for formats that know no other number. Never for reckoning with
    /// quantities or money.
    pub fn to_f64_lossy(self) -> f64 {
        self.0.to_string().parse().unwrap_or(0.0)
    }
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let fail = |remedy| Error::Decimal { value: s.chars().take(40).collect(), remedy };
        if s.len() > 32 || s.starts_with('+') || s.contains('_') {
            return Err(fail(phrase(
                "write digits with an optional sign and point, such as 12.5",
                "请写数字，可带负号和小数点，例如 12.5",
            )));
        }
        let inner = Inner::from_str_exact(s)
            .map_err(|_| {
                fail(phrase(
                    "write digits with an optional sign and point, such as 12.5",
                    "请写数字，可带负号和小数点，例如 12.5",
                ))
            })?
            .normalize();
        if inner.scale() > Self::PLACES_MAX {
            return Err(fail(phrase("at most 6 decimal places", "最多 6 位小数")));
        }
        if inner.abs() >= Inner::from(Self::LIMIT) {
            return Err(fail(phrase("stay below 1000000000000", "须小于 1000000000000")));
        }
        Ok(Self(inner))
    }
}

impl From<i64> for Decimal {
    fn from(n: i64) -> Self {
        Self(Inner::from(n))
    }
}
impl From<u32> for Decimal {
    fn from(n: u32) -> Self {
        Self(Inner::from(n))
    }
}
impl From<i32> for Decimal {
    fn from(n: i32) -> Self {
        Self(Inner::from(n))
    }
}

impl Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl Mul for Decimal {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0).normalize())
    }
}
impl Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl AddAssign for Decimal {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl SubAssign for Decimal {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a negative zero would be a second spelling of zero
        let shown = if self.0.is_zero() { Inner::ZERO } else { self.0.normalize() };
        write!(f, "{shown}")
    }
}
impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(Decimal);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nonsense_is_refused_with_the_value_and_the_remedy() {
        for bad in ["", "1e9", "abc", "1,5", "NaN", "+1", "0.0000001", "1000000000000", "1_000"] {
            let error = bad.parse::<Decimal>().unwrap_err().to_string();
            assert!(error.contains(&format!("'{bad}'")), "{error}");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!("1.50".parse::<Decimal>().unwrap().to_string(), "1.5");
        assert_eq!("-0".parse::<Decimal>().unwrap().to_string(), "0");
        assert_eq!("100".parse::<Decimal>().unwrap().to_string(), "100");
    }

    #[test]
    fn steps_round_to_whole_multiples() {
        let (seven, three) = (Decimal::from(7), Decimal::from(3));
        assert_eq!(seven.floor_to(three), Decimal::from(6));
        assert_eq!(seven.ceil_to(three), Decimal::from(9));
        assert!(!seven.is_multiple_of(three));
        assert_eq!(seven.floor_to(Decimal::ZERO), seven);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(m in -999_999_999_999_i64..999_999_999_999, places in 0_u32..=6) {
            let d = Decimal::new(m, places);
            prop_assert_eq!(d.to_string().parse::<Decimal>().unwrap(), d);
            prop_assert_eq!(Decimal::from_micros(d.micros()), d);
        }
    }
}
