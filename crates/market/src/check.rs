//! Whether a statement is well-formed: what its types cannot say about one statement by itself.
//!
//! `check` is to be asked of whatever a peer sent, before anything else. Statements without one only name other
//! records: their types say it all. Whether a statement fits the one it answers is for [`deal`](crate::deal) and
//! [`pool`](crate::pool); whether it is true, for nobody here.

mod joint;

use crate::auction::Draw;
use crate::error::shown;
use crate::pool::{CHUNK_PLEDGES_MAX, CHUNKS_MAX, LISTED_MAX, SumNode, SumRoot, chunk_of};
use crate::statement::*;
use crate::{Error, Result, visit};
use std::collections::BTreeMap;
use vocab::{DAY_S, Decimal, Money, Place, RecordId, Specification, Timestamp};
use vocab::{Phrase, Said, phrase};

pub use joint::{DROP_OFFS_MAX, EXTENSION_S_MAX, LINES_MAX, TOLERANCE_PERCENT_MAX, VOUCHERS_MAX};

/// Most bytes of a detail, reason, note or comment.
pub const NOTE_BYTES_MAX: usize = 2_000;
/// Most bytes of a name, serial number or property.
pub const NAME_BYTES_MAX: usize = 400;
/// Most tiers an enquiry may still travel: supply chains are shorter, circles are not.
pub const DEPTH_MAX: u32 = 16;
/// Most agents an enquiry may have passed.
pub const VISITED_MAX: usize = 64;
/// Most smaller quantities of one quote.
pub const SOONER_MAX: usize = 4;
/// Most wishes of one feedback.
pub const WISHES_MAX: usize = 64;
/// Longest lead time, ten years.
pub const LEAD_TIME_S_MAX: i64 = 3_650 * DAY_S;
/// No two places are further apart than half the Earth's circumference.
const RADIUS_KM_MAX: u32 = 20_040;

pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> Error) -> Result<()> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

pub(crate) fn positive(field: &'static str, value: Decimal) -> Result<()> {
    ensure(value.is_positive(), || Error::field(field, shown(value), phrase("give more than 0", "须大于 0")))
}
pub(crate) fn not_negative(field: &'static str, value: Decimal) -> Result<()> {
    ensure(!value.is_negative(), || Error::field(field, shown(value), phrase("give 0 or more", "不得小于 0")))
}
fn whole_steps(field: &'static str, value: Decimal, step: Decimal) -> Result<()> {
    ensure(value.is_multiple_of(step), || {
        Error::field(
            field,
            shown(value),
            phrase(format!("give a multiple of {step}"), format!("须为 {step} 的倍数")),
        )
    })
}
fn lead_time(seconds: i64) -> Result<()> {
    ensure((0..=LEAD_TIME_S_MAX).contains(&seconds), || {
        Error::field(
            "lead_time_s",
            shown(seconds),
            phrase(format!("give 0 to {LEAD_TIME_S_MAX} seconds"), format!("须为 0 至 {LEAD_TIME_S_MAX} 秒")),
        )
    })
}
fn bytes_within(field: &'static str, text: &str, max: usize) -> Result<()> {
    ensure(text.len() <= max, || {
        let length = text.len();
        let value = phrase(format!("{length} bytes long"), format!("{length} 字节长"));
        Error::field(field, value, phrase(format!("stay within {max} bytes"), format!("至多 {max} 字节")))
    })
}
fn named(field: &'static str, text: &str) -> Result<()> {
    ensure(!text.trim().is_empty(), || {
        Error::field(field, phrase("empty", "空"), phrase("say something", "请写点内容"))
    })?;
    bytes_within(field, text, NAME_BYTES_MAX)
}
fn list_of(count: usize) -> Phrase {
    phrase(format!("a list of {count}"), format!("共 {count} 项"))
}
pub(crate) fn count_within(field: &'static str, count: usize, max: usize) -> Result<()> {
    ensure(count <= max, || {
        Error::field(field, list_of(count), phrase(format!("list at most {max}"), format!("至多列 {max} 项")))
    })
}
fn properties(field: &'static str, map: &BTreeMap<String, String>, max: usize) -> Result<()> {
    count_within(field, map.len(), max)?;
    map.iter().try_for_each(|(key, value)| {
        named(field, key)?;
        bytes_within(field, value, NAME_BYTES_MAX)
    })
}
pub(crate) fn not_before(
    field: &'static str,
    later: Timestamp,
    name: &'static str,
    earlier: Timestamp,
) -> Result<()> {
    ensure(later >= earlier, || {
        Error::field(
            field,
            shown(later),
            phrase(
                format!("let it be no earlier than {name}, {earlier}"),
                format!("不得早于 {name}，即 {earlier}"),
            ),
        )
    })
}
pub(crate) fn place(place: &Option<Place>) -> Result<()> {
    let Some(place) = place else { return Ok(()) };
    named("place", &place.name)?;
    let within = |d: Option<Decimal>, limit: i64| {
        d.is_none_or(|d| d >= Decimal::from(-limit) && d <= Decimal::from(limit))
    };
    let degrees = |d: Option<Decimal>| d.map_or(phrase("none", "无"), shown);
    let (north, east) = (place.latitude, place.longitude);
    ensure(within(north, 90), || {
        Error::field("latitude", degrees(north), phrase("give -90 to 90 degrees", "须为 -90 至 90 度"))
    })?;
    ensure(within(east, 180), || {
        Error::field("longitude", degrees(east), phrase("give -180 to 180 degrees", "须为 -180 至 180 度"))
    })?;
    ensure(north.is_some() == east.is_some(), || {
        let (north, east) = (degrees(north), degrees(east));
        let value = phrase(
            format!("latitude {north} and longitude {east}"),
            format!("纬度 {}、经度 {}", north.zh(), east.zh()),
        );
        Error::field("place", value, phrase("give both or neither", "须两者都给，或都不给"))
    })?;
    let radius = place.radius_km.unwrap_or(0);
    ensure(radius <= RADIUS_KM_MAX, || {
        Error::field(
            "radius_km",
            shown(radius),
            phrase(format!("give at most {RADIUS_KM_MAX}"), format!("至多 {RADIUS_KM_MAX}")),
        )
    })
}

impl Described {
    /// Checks the specification, and that none of its properties is overlong.
    pub fn check(&self) -> Result<()> {
        self.0.check()?;
        properties("properties", &self.0.properties, Specification::LIST_MAX)
    }
}

impl Offer {
    /// Checks prices, steps and limits, and the terms of pooling.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        self.prices.check()?;
        positive("step", self.step)?;
        positive("minimum", self.minimum)?;
        whole_steps("minimum", self.minimum, self.step)?;
        ensure(self.prices.unit_price(self.minimum).is_some(), || {
            let first = self.prices.tiers.first().map_or(Decimal::ZERO, |t| t.from);
            Error::field(
                "minimum",
                shown(self.minimum),
                phrase(
                    format!("no price begins there: begin the first at it, or order from {first}"),
                    format!("该数量没有价格：第一档须从它开始，或从 {first} 起订"),
                ),
            )
        })?;
        if let Some(maximum) = self.maximum {
            ensure(maximum >= self.minimum, || {
                Error::field("maximum", shown(maximum), {
                    let minimum = self.minimum;
                    phrase(
                        format!("allow at least the minimum, {minimum}"),
                        format!("不得少于最小订量 {minimum}"),
                    )
                })
            })?;
        }
        self.capacity.as_ref().map_or(Ok(()), Draw::check)?;
        lead_time(self.lead_time_s)?;
        place(&self.place)?;
        self.pooling.as_ref().map_or(Ok(()), |pooling| pooling.check(self.step))
    }
}

impl Offer {
    /// The unit price at which the offer, at `now`, admits one order of `quantity`.
    pub fn admits(&self, quantity: Decimal, now: Timestamp) -> Result<Money> {
        let quantity_is = |remedy| Error::because(Reason::Quantity, "quantity", shown(quantity), remedy);
        ensure(now <= self.expires, || {
            Error::because(
                Reason::NoListing,
                "expires",
                shown(self.expires),
                phrase("ask for an offer that is still valid", "请选择仍然有效的供应"),
            )
        })?;
        ensure(quantity.is_positive() && quantity >= self.minimum, || {
            quantity_is({
                let minimum = self.minimum;
                phrase(format!("order at least {minimum}"), format!("至少订 {minimum}"))
            })
        })?;
        ensure(quantity.is_multiple_of(self.step), || {
            quantity_is({
                let step = self.step;
                phrase(format!("order a multiple of {step}"), format!("订量须为 {step} 的倍数"))
            })
        })?;
        if let Some(maximum) = self.maximum.filter(|m| quantity > *m) {
            return Err(quantity_is(phrase(format!("order at most {maximum}"), format!("至多订 {maximum}"))));
        }
        self.prices.unit_price(quantity).ok_or_else(|| {
            let lowest = self.prices.tiers.first().map_or(Decimal::ZERO, |t| t.from);
            quantity_is(phrase(
                format!("order at least {lowest}, where the first price begins"),
                format!("至少订 {lowest}，第一档价格从此开始"),
            ))
        })
    }
}

impl Need {
    /// Checks quantity, ceiling and place.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        positive("quantity", self.quantity)?;
        if let Some(ceiling) = self.ceiling {
            not_negative("ceiling", ceiling.amount)?;
        }
        place(&self.place)
    }
}

impl Enquiry {
    /// Checks that its deadlines are in order, and the bounds that keep it from travelling for ever.
    pub fn check(&self) -> Result<()> {
        positive("quantity", self.quantity)?;
        not_before("answer_by", self.answer_by, "start", self.start)?;
        not_before("hold_until", self.hold_until, "answer_by", self.answer_by)?;
        if let Some(due) = self.due {
            not_before("due", due, "start", self.start)?;
        }
        ensure(self.depth <= DEPTH_MAX, || {
            Error::because(
                Reason::Loop,
                "depth",
                shown(self.depth),
                phrase(format!("let it travel at most {DEPTH_MAX}"), format!("至多走 {DEPTH_MAX} 层")),
            )
        })?;
        ensure(self.visited.len() <= VISITED_MAX, || {
            let value = list_of(self.visited.len());
            Error::because(
                Reason::Loop,
                "visited",
                value,
                phrase(format!("list at most {VISITED_MAX}"), format!("至多列 {VISITED_MAX} 项")),
            )
        })?;
        ensure(self.origin.is_some() || self.visited.is_empty(), || {
            Error::field(
                "origin",
                phrase("none", "无"),
                phrase(
                    "name the first enquiry, which the tags in visited are made from",
                    "请指明首个询价，visited 中的标记由它得出",
                ),
            )
        })?;
        match self.visited.iter().find(|tag| !visit::is_tag(tag)) {
            Some(tag) => Err(Error::field(
                "visited",
                shown(tag),
                phrase("list tags of 16 hexadecimal digits", "请列出 16 位十六进制的标记"),
            )),
            None => Ok(()),
        }
    }
}

impl Quote {
    /// Checks quantities and prices, and that what could be had earlier is little, less and earlier.
    pub fn check(&self) -> Result<()> {
        positive("quantity", self.quantity)?;
        not_negative("unit_price", self.unit_price.amount)?;
        count_within("also", self.also.len(), SOONER_MAX)?;
        for (index, part) in self.also.iter().enumerate() {
            positive("also", part.quantity)?;
            not_negative("unit_price", part.unit_price.amount)?;
            ensure(part.unit_price.currency == self.unit_price.currency, || {
                let currency = self.unit_price.currency;
                let remedy = phrase(format!("stay with {currency}"), format!("请使用同一币种 {currency}"));
                Error::field("unit_price", shown(part.unit_price), remedy)
            })?;
            let next = self.also.get(index + 1);
            let (quantity, promise) =
                next.map_or((self.quantity, self.promise), |next| (next.quantity, next.promise));
            ensure(part.quantity < quantity && part.promise < promise, || {
                let value = phrase(
                    format!("{} by {}", part.quantity, part.promise),
                    format!("{} 前 {}", part.promise, part.quantity),
                );
                let remedy = phrase(
                    format!("less than {quantity}, and earlier than {promise}, which comes next"),
                    format!("数量须小于、日期须早于下一项（{promise} 前 {quantity}）"),
                );
                Error::field("also", value, remedy)
            })?;
        }
        Ok(())
    }
}

impl Refusal {
    /// Checks the length of its detail.
    pub fn check(&self) -> Result<()> {
        Ok(self.detail.check("detail")?)
    }
}

impl Cancellation {
    /// Checks the length of its reason.
    pub fn check(&self) -> Result<()> {
        bytes_within("reason", &self.reason, NOTE_BYTES_MAX)
    }
}

impl Delay {
    /// Checks that an answer can come before the date, and the reason's length.
    pub fn check(&self) -> Result<()> {
        self.reason.check("reason")?;
        not_before("promise", self.promise, "answer_by", self.answer_by)
    }
}

impl DelayAnswer {
    /// Checks the length of its detail.
    pub fn check(&self) -> Result<()> {
        self.detail.as_ref().map_or(Ok(()), |detail| Ok(detail.check("detail")?))
    }
}

impl PoolTerms {
    /// Checks prices, steps and limits, and that the pool can be made at all.
    pub fn check(&self) -> Result<()> {
        self.name.check("name")?;
        self.prices.check()?;
        positive("step", self.step)?;
        positive("minimum", self.minimum)?;
        whole_steps("minimum", self.minimum, self.step)?;
        positive("threshold", self.threshold)?;
        whole_steps("cap", self.cap, self.step)?;
        self.check_options()?;
        let first = self.prices.tiers.first().map_or(Decimal::ZERO, |t| t.from);
        let least = self.minimum.max(self.threshold).max(first);
        ensure(self.case.map_or(self.cap, |case| self.cap.floor_to(case)) >= least, || {
            let remedy = phrase(
                format!("allow {least}, else the pool can never be made"),
                format!("至少为 {least}，否则拼单永远无法成团"),
            );
            Error::field("cap", shown(self.cap), remedy)
        })?;
        lead_time(self.lead_time_s)?;
        Ok(self.payment.check("payment")?)
    }
}

impl Pledge {
    /// Checks that a pool on `terms` can take it: whole steps, from the terms' minimum to their cap.
    pub fn check(&self, terms: &PoolTerms) -> Result<()> {
        positive("at_least", self.at_least)?;
        ensure(self.at_most >= self.at_least, || {
            Error::field("at_most", shown(self.at_most), {
                let least = self.at_least;
                phrase(
                    format!("want no less than at_least, {least}"),
                    format!("不得少于 at_least，即 {least}"),
                )
            })
        })?;
        not_negative("ceiling", self.ceiling)?;
        whole_steps("at_least", self.at_least, terms.step)?;
        whole_steps("at_most", self.at_most, terms.step)?;
        ensure(self.at_least >= terms.minimum, || {
            Error::field("at_least", shown(self.at_least), {
                let minimum = terms.minimum;
                phrase(format!("pledge at least {minimum}"), format!("至少认购 {minimum}"))
            })
        })?;
        ensure(self.at_most <= terms.cap, || {
            Error::field("at_most", shown(self.at_most), {
                let cap = terms.cap;
                phrase(format!("the pool has {cap} in all"), format!("拼单总共只有 {cap}"))
            })
        })?;
        self.check_options(terms)
    }
}

impl PoolClose {
    /// Checks that its lists are in order and bounded, and the form of its roots.
    pub fn check(&self) -> Result<()> {
        count_within("pledges", self.pledges.len() + self.replaced.len(), LISTED_MAX)?;
        count_within("chunks", self.chunks.len(), CHUNKS_MAX)?;
        ensure(self.chunks.is_empty() || self.shares.is_some() && self.pledges.is_empty(), || {
            let remedy = phrase("list pledges in chunks or here, not both", "认购要么分块列出，要么列在此处");
            Error::field("chunks", list_of(self.chunks.len()), remedy)
        })?;
        rising("pledges", &self.pledges)?;
        rising("replaced", &self.replaced)?;
        match &self.shares {
            Some(shares) => self.root.parse::<SumNode>().and_then(|_| shares.parse::<SumNode>()).map(drop),
            None => self.root.parse::<SumRoot>().map(drop),
        }
    }
}

impl PoolPledges {
    /// Checks that its lists are in order and bounded, and that each pledge belongs in this part.
    pub fn check(&self) -> Result<()> {
        count_within("pledges", self.pledges.len() + self.replaced.len(), CHUNK_PLEDGES_MAX)?;
        rising("pledges", &self.pledges)?;
        rising("replaced", &self.replaced)?;
        let mut all = self.pledges.iter().chain(&self.replaced);
        match all.find(|id| chunk_of(id, self.of) != self.index) {
            Some(id) => Err(Error::field(
                "pledges",
                shown(id),
                phrase(
                    format!("it belongs to part {} of {}", chunk_of(id, self.of), self.of),
                    format!("它属于 {} 部分中的第 {} 部分", self.of, chunk_of(id, self.of)),
                ),
            )),
            None => Ok(()),
        }
    }
}

impl PledgeReceipts {
    /// Checks that its list is in order and bounded.
    pub fn check(&self) -> Result<()> {
        count_within("pledges", self.pledges.len(), CHUNK_PLEDGES_MAX)?;
        rising("pledges", &self.pledges)
    }
}

fn rising(field: &'static str, list: &[RecordId]) -> Result<()> {
    ensure(list.windows(2).all(|pair| pair[0] < pair[1]), || {
        Error::field(field, phrase("out of order", "顺序不对"), phrase("list ids rising", "编号须递增排列"))
    })
}

impl PoolProgress {
    /// Checks that nothing is negative.
    pub fn check(&self) -> Result<()> {
        not_negative("pledged", self.pledged)?;
        self.price_now.map_or(Ok(()), |price| not_negative("price_now", price.amount))
    }
}

impl Settlement {
    /// Checks amount and note.
    pub fn check(&self) -> Result<()> {
        positive("amount", self.amount.amount)?;
        bytes_within("note", &self.note, NOTE_BYTES_MAX)
    }
}

impl Feedback {
    /// Checks rating, lengths and wishes.
    pub fn check(&self) -> Result<()> {
        ensure((1..=5).contains(&self.rating), || {
            Error::field(
                "rating",
                shown(self.rating),
                phrase("give 1 (poor) to 5 (good)", "请给 1（差）至 5（好）"),
            )
        })?;
        bytes_within("text", &self.text, NOTE_BYTES_MAX)?;
        if let Some(serial) = &self.serial {
            named("serial", serial)?;
        }
        properties("wishes", &self.wishes, WISHES_MAX)
    }
}

impl FraudReport {
    /// Checks the number of records in evidence.
    pub fn check(&self) -> Result<()> {
        let count = self.evidence.len();
        // the longest is a close with its terms and all its pledges
        ensure((2..=LISTED_MAX + 2).contains(&count), || {
            let most = LISTED_MAX + 2;
            let remedy = phrase(format!("give 2 to {most} records"), format!("请给出 2 至 {most} 条记录"));
            Error::field("evidence", list_of(count), remedy)
        })
    }
}
