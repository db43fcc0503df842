//! Words of the command line that are more than a number: ids by their first digits, prices, dates.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::str::FromStr;
use vocab::{Decimal, Money, Tier, Timestamp};

/// A record's id, or at least its first six digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct IdText(pub(crate) String);

impl IdText {
    pub(crate) const DIGITS_MIN: usize = 6;
}

impl FromStr for IdText {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let text = s.to_ascii_lowercase();
        let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        match is_hex && (Self::DIGITS_MIN..=64).contains(&text.len()) {
            true => Ok(Self(text)),
            false => Err("write the id, or at least its first 6 hexadecimal digits".to_owned()),
        }
    }
}

/// `PLAN/NUMBER`: one process of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProcessText {
    pub(crate) plan: IdText,
    pub(crate) index: u32,
}

impl FromStr for ProcessText {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let wrong = || "write PLAN/NUMBER as `headwater work` lists it, such as 3f2a9c01/0".to_owned();
        let (plan, index) = s.split_once('/').ok_or_else(wrong)?;
        Ok(Self { plan: plan.parse()?, index: index.parse().map_err(|_| wrong())? })
    }
}

/// `LOT:QUANTITY` or `LOT:QUANTITY:SERIAL,SERIAL`: so much of a lot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LotText {
    pub(crate) lot: IdText,
    pub(crate) quantity: Decimal,
    pub(crate) serials: Vec<String>,
}

impl FromStr for LotText {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let mut parts = s.splitn(3, ':');
        let (Some(lot), Some(quantity)) = (parts.next(), parts.next()) else {
            return Err("write LOT:QUANTITY, such as 3f2a9c01:1".to_owned());
        };
        let serials = parts.next().map(|list| list.split(',').map(|s| s.trim().to_owned()).collect());
        Ok(Self {
            lot: lot.parse()?,
            quantity: quantity.parse().map_err(|e: vocab::Error| e.to_string())?,
            serials: serials.unwrap_or_default(),
        })
    }
}

/// `12`, or `10-14`: from so much to so much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RangeText {
    pub(crate) at_least: Decimal,
    pub(crate) at_most: Decimal,
}

impl FromStr for RangeText {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<Decimal>().map_err(|e| e.to_string());
        let (at_least, at_most) = s.split_once('-').unwrap_or((s, s));
        Ok(Self { at_least: number(at_least)?, at_most: number(at_most)? })
    }
}

/// `OFFER:THRESHOLD`: one product of a buying round.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProductText {
    pub(crate) offer: IdText,
    pub(crate) threshold: Decimal,
}

impl FromStr for ProductText {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let (offer, threshold) = s.split_once(':').ok_or("write OFFER:THRESHOLD, such as 3f2a9c01:20")?;
        let threshold = threshold.parse().map_err(|e: vocab::Error| e.to_string())?;
        Ok(Self { offer: offer.parse()?, threshold })
    }
}

/// `NAME=AGENT`: a drop-off and its leader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DropText {
    pub(crate) name: String,
    pub(crate) leader: String,
}

impl FromStr for DropText {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s.rsplit_once('=') {
            Some((name, leader)) if !name.trim().is_empty() && !leader.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), leader: leader.trim().to_owned() })
            }
            _ => Err("write NAME=AGENT, such as School=anna".to_owned()),
        }
    }
}

/// `KEY=VALUE`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wish {
    key: String,
    value: String,
}

impl FromStr for Wish {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(Self { key: key.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("write KEY=VALUE, such as seat_height=48cm".to_owned()),
        }
    }
}

pub(crate) fn map(pairs: Vec<Wish>) -> BTreeMap<String, String> {
    pairs.into_iter().map(|pair| (pair.key, pair.value)).collect()
}

/// `FROM=PRICE`: one tier of a price schedule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PriceTier(pub(crate) Tier);

impl FromStr for PriceTier {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let (from, price) = s.split_once('=').ok_or("write FROM=PRICE, such as 20=96")?;
        let number = |text: &str| text.trim().parse::<Decimal>().map_err(|e| e.to_string());
        Ok(Self(Tier { from: number(from)?, unit_price: number(price)? }))
    }
}

/// `47.99,7.85`: degrees north and east.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Coordinates {
    pub(crate) north: Decimal,
    pub(crate) east: Decimal,
}

impl FromStr for Coordinates {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let (north, east) = s.split_once(',').ok_or("write LATITUDE,LONGITUDE, such as 47.99,7.85")?;
        let degrees = |text: &str| text.trim().parse::<Decimal>().map_err(|e| e.to_string());
        Ok(Self { north: degrees(north)?, east: degrees(east)? })
    }
}

/// `110EUR` or `110 EUR`.
pub(crate) fn money(s: &str) -> Result<Money, String> {
    let at =
        s.find(|c: char| c.is_ascii_alphabetic()).ok_or("write an amount and a currency, such as 110EUR")?;
    let (amount, currency) = s.split_at(at);
    let amount = amount.trim().parse().map_err(|e: vocab::Error| e.to_string())?;
    let currency = currency.trim().parse().map_err(|e: vocab::Error| e.to_string())?;
    Ok(Money::new(amount, currency))
}

/// A time in RFC 3339, or a date, which means its last second here.
pub(crate) fn time(s: &str) -> Result<Timestamp, String> {
    if let Ok(time) = s.parse::<Timestamp>() {
        return Ok(time);
    }
    let wrong = |_| "write a date such as 2030-12-20, or a time such as 2030-12-20T12:00:00Z".to_owned();
    let date: Date = s.parse().map_err(wrong)?;
    date.at(23, 59, 59, 0).to_zoned(TimeZone::system()).map(|z| z.timestamp()).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hexadecimal_and_long_enough_to_mean_one_thing() {
        assert_eq!("3F2A9C".parse::<IdText>().unwrap().0, "3f2a9c");
        assert!("3f2a9".parse::<IdText>().is_err());
        assert!("chair-48".parse::<IdText>().is_err());
        assert!("a".repeat(65).parse::<IdText>().is_err());
    }

    #[test]
    fn compound_words_read_and_say_how_they_are_written() {
        let process: ProcessText = "3f2a9c01/2".parse().unwrap();
        assert_eq!((process.plan.0.as_str(), process.index), ("3f2a9c01", 2));
        let reject: LotText = "3f2a9c01:2:a,b".parse().unwrap();
        assert_eq!((reject.quantity, reject.serials.len()), (2.into(), 2));
        assert_eq!("20=96".parse::<PriceTier>().unwrap().0.unit_price, 96.into());
        assert_eq!(money("110.50 EUR").unwrap().to_string(), "110.5 EUR");
        let range: RangeText = "10-14.5".parse().unwrap();
        assert_eq!((range.at_least, range.at_most), (10.into(), "14.5".parse().unwrap()));
        assert_eq!("12".parse::<RangeText>().unwrap().at_least, 12.into());
        assert_eq!("3f2a9c01:20".parse::<ProductText>().unwrap().threshold, 20.into());
        assert_eq!("Old = school=anna".parse::<DropText>().unwrap().leader, "anna");
        for e in [
            "3f2a9c01".parse::<ProductText>().unwrap_err(),
            "School".parse::<DropText>().unwrap_err(),
            "3f2a9c01".parse::<ProcessText>().unwrap_err(),
            "3f2a9c01".parse::<LotText>().unwrap_err(),
            "20".parse::<PriceTier>().unwrap_err(),
            money("110").unwrap_err(),
            time("tomorrow").unwrap_err(),
            "x".parse::<Wish>().unwrap_err(),
        ] {
            assert!(e.contains("write"), "{e}");
        }
    }

    #[test]
    fn a_date_means_the_end_of_that_day() {
        let day = time("2030-12-20").unwrap().to_zoned(TimeZone::system());
        assert_eq!(day.strftime("%F %T").to_string(), "2030-12-20 23:59:59");
        assert_eq!(time("2030-12-20T12:00:00Z").unwrap().to_string(), "2030-12-20T12:00:00Z");
    }
}
