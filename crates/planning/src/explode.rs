//! What a demand needs: explosion by low-level code, with netting.
//!
//! [`explode`] walks from the demanded thing down its recipes. Each thing is counted once, after all that needs
//! it; first from free stock, then by its recipe in lots of whole batches, scrap included, else bought; so is the
//! service of a step that another firm does. It knows no time and no capacity, so substitutes, by-products and lot
//! sizes of purchases are not its matter: a site plan heeds them.

use crate::{Error, Model, Per, Recipe, Result, graph, lot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocab::{Decimal, SpecId};
use vocab::{Phrase, phrase};

/// So much of a thing that somebody wants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// what
    pub spec: SpecId,
    /// how much, above zero
    pub quantity: Decimal,
}

/// What to do for a demand. Nothing in it is zero.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explosion {
    /// what to make, parents first: whatever needs a thing comes before it, so the demanded thing is the first
    /// if it is made at all. Each thing appears once, or as often as its largest lot demands, in a row.
    pub make: Vec<MakeOrder>,
    /// what to take from free stock
    pub take: BTreeMap<SpecId, Decimal>,
    /// what to buy: things without a recipe, beyond what is in stock, and services
    pub buy: BTreeMap<SpecId, Decimal>,
}

/// So much of a thing to make, in whole batches of its recipe; what is over goes to stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeOrder {
    /// what
    pub spec: SpecId,
    /// how much, a whole multiple of the recipe's `output_quantity`
    pub quantity: Decimal,
}

/// What to take from stock, make and buy so that `demand` can be met.
///
/// `free_stock` is what nobody else has been promised; below zero counts as none.
///
/// # Errors
/// [`Error::Loop`] when a recipe needs itself, [`Error::Quantity`] for a quantity that is not above zero or out of
/// range, [`Error::TooMuch`], [`Error::TooDeep`] and [`Error::TooWide`] beyond the limits.
pub fn explode(model: &Model, demand: &Demand, free_stock: &BTreeMap<SpecId, Decimal>) -> Result<Explosion> {
    let wanted = positive_micros(
        || {
            let spec = &demand.spec;
            phrase(format!("demand {spec}"), format!("需求 {spec}"))
        },
        demand.quantity,
    )?;
    let mut gross: BTreeMap<&SpecId, i128> = BTreeMap::from([(&demand.spec, wanted)]);
    let mut result = Explosion::default();
    for spec in graph::parents_first(model, [&demand.spec])? {
        let Some(&needed) = gross.get(spec) else { continue };
        let stock = free_stock.get(spec).copied().filter(|free| free.is_positive());
        let stock = stock.map_or(Ok(0), |free| {
            positive_micros(|| phrase(format!("free stock {spec}"), format!("可用库存 {spec}")), free)
        })?;
        let taken = needed.min(stock);
        if taken > 0 {
            result.take.insert(spec.clone(), Decimal::from_micros(taken));
        }
        let net = needed - taken;
        if net == 0 {
            continue;
        }
        let Some(recipe) = model.recipes.get(spec) else {
            result.buy.insert(spec.clone(), Decimal::from_micros(net));
            continue;
        };
        let too_much = |input: &SpecId| Error::TooMuch {
            spec: spec.clone(),
            quantity: Decimal::from_micros(net),
            input: input.clone(),
        };
        for (quantity, begun) in orders(recipe, net)? {
            let quantity = in_range(quantity.into()).ok_or_else(|| too_much(spec))?;
            for input in &recipe.inputs {
                let times = match input.per {
                    Per::Batch => i128::from(begun),
                    Per::Order => 1,
                };
                let total = gross.entry(&input.spec).or_default();
                *total += positive_micros(|| input_at(&input.spec), input.quantity)? * times;
                in_range(*total).ok_or_else(|| too_much(&input.spec))?;
            }
            for outside in recipe.steps.iter().filter_map(|s| s.outside.as_ref()) {
                let bought = result.buy.entry(outside.service.clone()).or_default();
                let total = bought.micros() + quantity.micros();
                *bought = in_range(total).ok_or_else(|| too_much(&outside.service))?;
            }
            result.make.push(MakeOrder { spec: spec.clone(), quantity });
        }
    }
    Ok(result)
}

/// The orders that make so much: how much comes out of each, and the batches begun for it.
fn orders(recipe: &Recipe, net: i128) -> Result<Vec<(lot::Micros, i64)>> {
    let (batch, size) = lot::sizes(recipe)?;
    let at = || crate::explode::output_at(&recipe.output);
    let too_much = || Error::TooMuch {
        spec: recipe.output.clone(),
        quantity: Decimal::from_micros(net),
        input: recipe.output.clone(),
    };
    let share = lot::Yield::of(recipe).first().copied();
    let mut left = i64::try_from(net).map_err(|_| too_much())?;
    let mut orders = Vec::new();
    while left > 0 {
        if orders.len() == ORDERS_MAX {
            let what = phrase("orders for one demand", "张制作单（同一需求）");
            return Err(Error::TooMany { at: at(), what, count: ORDERS_MAX + 1, limit: ORDERS_MAX });
        }
        let quantity = size.order_for(left).ok_or_else(too_much)?;
        let batches = quantity / batch;
        let begun = share.map_or(Some(batches), |s| s.begun(batches)).ok_or_else(too_much)?;
        orders.push((quantity, begun));
        left -= quantity;
    }
    Ok(orders)
}

/// Most orders of one thing for one demand, where a lot has a maximum.
const ORDERS_MAX: usize = 1_000;

/// Quantities stay below 10^12, so products of two in millionths stay far inside an `i128`.
const MICROS_LIMIT: i128 = 1_000_000_000_000 * 1_000_000;

/// So many millionths as a quantity; `None` at or above the limit.
pub(crate) fn in_range(micros: i128) -> Option<Decimal> {
    (micros < MICROS_LIMIT).then(|| Decimal::from_micros(micros))
}

/// Where an input of a recipe is wrong.
pub(crate) fn input_at(spec: &SpecId) -> Phrase {
    phrase(format!("input of a recipe {spec}"), format!("配方的投入物 {spec}"))
}
/// Where the output of a recipe is wrong.
pub(crate) fn output_at(spec: &SpecId) -> Phrase {
    phrase(format!("output of a recipe {spec}"), format!("配方的产出 {spec}"))
}

/// A quantity above zero and in range, in millionths; `at` says where it stands.
pub(crate) fn positive_micros(at: impl FnOnce() -> Phrase, value: Decimal) -> Result<i128> {
    let fail = |remedy| Err(Error::Quantity { at: at(), value, remedy });
    if !value.is_positive() {
        return fail(phrase("let it be above zero", "须大于零"));
    }
    if value >= Decimal::from(1_000_000_000_000_i64) {
        return fail(phrase("stay below 1000000000000", "须小于 1000000000000"));
    }
    if value.round(Decimal::PLACES_MAX) != value {
        return fail(phrase("at most 6 decimal places", "最多 6 位小数"));
    }
    Ok(value.micros())
}
