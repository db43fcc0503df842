//! What a demand needs: explosion by low-level code, with netting.
//!
//! [`explode`] walks from the demanded thing down its recipes. Each thing is counted once, after all that needs
//! it; first from free stock, then by its recipe in whole batches, else bought. It knows no time and no capacity.

use crate::{Error, Model, Recipe, Result, graph};
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
    /// if it is made at all. Each thing appears once.
    pub make: Vec<MakeOrder>,
    /// what to take from free stock
    pub take: BTreeMap<SpecId, Decimal>,
    /// what to buy: things without a recipe, beyond what is in stock
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
        let (order, batches) = whole_batches(recipe, spec, net)?;
        for input in &recipe.inputs {
            let per_batch = positive_micros(|| input_at(&input.spec), input.quantity)?;
            let total = gross.entry(&input.spec).or_default();
            *total += per_batch * batches;
            if in_range(*total).is_none() {
                let (spec, quantity) = (spec.clone(), order.quantity);
                return Err(Error::TooMuch { spec, quantity, input: input.spec.clone() });
            }
        }
        result.make.push(order);
    }
    Ok(result)
}

fn whole_batches(recipe: &Recipe, spec: &SpecId, net: i128) -> Result<(MakeOrder, i128)> {
    let batch = positive_micros(|| output_at(spec), recipe.output_quantity)?;
    let batches = (net + batch - 1) / batch;
    let quantity = in_range(batches * batch).ok_or_else(|| Error::TooMuch {
        spec: spec.clone(),
        quantity: Decimal::from_micros(net),
        input: spec.clone(),
    })?;
    Ok((MakeOrder { spec: spec.clone(), quantity }, batches))
}

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
