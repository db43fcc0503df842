//! Which lots are taken: those that expire first, of those the oldest, and expired ones never unless a person names
//! them.
//!
//! A lot expires when its passport says so in the property [`EXPIRES`], else its item's shelf life after it was
//! made. What does not expire comes last.

use crate::command::LotPick;
use crate::error::{Error, Result};
use crate::moves::total;
use crate::node::Node;
use crate::words::words;
use std::collections::BTreeMap;
use trace::statement::Goods;
use trace::{GOODS_MAX, Holding};
use vocab::{DAY_S, Decimal, Phrase, RecordId, SpecId, Timestamp, after, phrase};

/// The passport property that says until when a lot keeps: a date, to its end in UTC, or an instant (RFC 3339).
/// GS1 knows it as application identifier 17.
pub(crate) const EXPIRES: &str = "expires";

impl Node {
    /// When this lot expires, if it does.
    pub(crate) fn expires(&self, holding: &Holding) -> Option<Timestamp> {
        self.declared_expiry.get(&holding.lot).copied().or_else(|| {
            let life_s = self.model.items.get(&holding.spec).map(|i| i.shelf_life_s).filter(|s| *s > 0)?;
            let came = || self.book.get(&holding.received?);
            Some(after(self.book.get(&holding.lot).or_else(came)?.at, life_s))
        })
    }

    fn fit(&self, holding: &Holding, now: Timestamp) -> bool {
        self.expires(holding).is_none_or(|end| end > now)
    }

    /// How much that has not expired this order may take.
    pub(crate) fn fit_for(&self, order: RecordId, spec: &SpecId, now: Timestamp) -> Decimal {
        let fit = self.stock.of_spec(spec).filter(|h| self.fit(h, now)).map(|h| h.quantity).sum();
        self.stock.allowed(order, spec).min(fit)
    }

    /// What nobody has claimed and has not expired, to plan with.
    pub(crate) fn free_and_fit(&self, now: Timestamp) -> BTreeMap<SpecId, Decimal> {
        let mut free = self.stock.free();
        for holding in self.stock.lots().filter(|h| !self.fit(h, now)) {
            if let Some(left) = free.get_mut(&holding.spec) {
                *left -= holding.quantity;
            }
        }
        free.retain(|_, quantity| quantity.is_positive());
        free
    }

    /// Chooses lots for an order: first expired, first out.
    pub(crate) fn choose_lots(
        &self,
        order: RecordId,
        spec: &SpecId,
        quantity: Decimal,
        now: Timestamp,
    ) -> Result<Vec<Goods>> {
        let rank = |h: &Holding| {
            let expires = self.expires(h);
            // None sorts before every time, so what keeps for ever is put last by hand
            self.fit(h, now).then_some((expires.is_none(), expires))
        };
        let expired: Decimal =
            self.stock.of_spec(spec).filter(|h| !self.fit(h, now)).map(|h| h.quantity).sum();
        self.stock.pick_by(order, spec, quantity, rank).map_err(|e| {
            if !expired.is_positive() || self.stock.allowed(order, spec) < quantity {
                return e.into();
            }
            let fit = self.fit_for(order, spec, now);
            Error::Field {
                field: words("stock that has not expired", "未过期的库存"),
                value: phrase(
                    format!("{fit} of '{spec}', {quantity} needed, {expired} expired"),
                    format!("“{spec}”{fit}，需要 {quantity}，已过期 {expired}"),
                ),
                remedy: words(
                    "get more, or name the expired lots to take them all the same",
                    "请补货，或指明要照用的过期批次",
                ),
            }
        })
    }

    /// The lots a person named, as goods by specification.
    pub(crate) fn named_lots(&self, lots: &[LotPick]) -> Result<BTreeMap<SpecId, Vec<Goods>>> {
        let mut named: BTreeMap<SpecId, Vec<Goods>> = BTreeMap::new();
        if lots.len() > GOODS_MAX {
            let remedy = words("name fewer", "请少指明一些");
            return Err(Error::Limit { what: words("lots", "批次"), limit: GOODS_MAX, remedy });
        }
        for (i, pick) in lots.iter().enumerate() {
            if lots[..i].iter().any(|other| other.lot == pick.lot) {
                return Err(Error::Field {
                    field: words("lot", "批次"),
                    value: Phrase::plain(pick.lot),
                    remedy: words("name each lot once, with the sum", "每个批次只写一次，写明总量"),
                });
            }
            let goods = self.stock.pick_lot(pick.lot, pick.quantity, &pick.serials)?;
            named.entry(goods.spec.clone()).or_default().push(goods);
        }
        Ok(named)
    }

    /// Checks that an order may take these, all of one specification: no more than it has claimed and what is free.
    pub(crate) fn may_take(&self, order: RecordId, spec: &SpecId, goods: &[Goods]) -> Result<()> {
        let (wanted, free) = (total(goods), self.stock.allowed(order, spec));
        if wanted > free {
            return Err(trace::Error::NotFree { spec: spec.clone(), wanted, free }.into());
        }
        Ok(())
    }
}

/// Until when a lot keeps, by what its maker declares.
pub(crate) fn declared_expiry(properties: &BTreeMap<String, String>) -> Option<Result<Timestamp>> {
    let text = properties.get(EXPIRES)?.trim();
    let date = || Some(after(format!("{text}T00:00:00Z").parse().ok()?, DAY_S));
    let said = text.parse().ok().or_else(date);
    Some(said.ok_or_else(|| Error::Field {
        field: words("expires", "有效期"),
        value: Phrase::plain(text.chars().take(40).collect::<String>()),
        remedy: words("write a date such as 2030-12-20", "请写日期，例如 2030-12-20"),
    }))
}
