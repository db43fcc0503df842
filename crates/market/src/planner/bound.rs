//! What no plan can exceed: the dual of the same problem at any prices.

use super::product::Product;
use super::{Instance, PRICE_LOAD, by_product};

/// Times that the values of a product's needs are gone through.
const PASSES_MAX: usize = 64;

/// An upper bound on the worth of every plan for `instance`, whatever the prices are: all capacity sold at them, and
/// every product by itself no worse than could be proved.
///
/// Weak duality (Fisher 1981, section 2): a plan that fits pays for no more capacity than there is. For a product by itself
/// the dual of facility location is descended (D. Erlenkotter, *A Dual-Based Procedure for Uncapacitated Facility
/// Location*, Operations Research 26, 1978): each need has a value, at first what it gains at best; it may fall as long
/// as, at no supplier, what the needs gain beyond their values is more than the set-up.
pub fn bound(instance: &Instance, prices: &[i64]) -> i64 {
    let sold: i128 =
        prices.iter().zip(&instance.capacities).map(|(price, c)| i128::from(*price) * i128::from(*c)).sum();
    let sold = sold / i128::from(PRICE_LOAD) + 1;
    let products = by_product(instance);
    let dual = |(product, needs): (u32, Vec<usize>)| {
        // the price of a load is rounded down for the buyer, so nothing is missed here
        i128::from(descend(&Product::new(instance, prices, product, &needs)))
    };
    i64::try_from(sold + products.into_iter().map(dual).sum::<i128>()).unwrap_or(i64::MAX)
}

/// The lowest sum of values found.
fn descend(product: &Product) -> i64 {
    let mut values: Vec<i64> =
        product.nets.iter().map(|nets| nets.iter().copied().max().unwrap_or(0)).collect();
    let mut slack = product.setups.clone();
    for _ in 0..PASSES_MAX {
        let mut fell = false;
        for (value, nets) in values.iter_mut().zip(&product.nets) {
            // down to the next lower gain, or as far as the suppliers that would gain by it allow
            let next = nets.iter().copied().filter(|net| net < value).max().unwrap_or(0);
            let gaining = || nets.iter().enumerate().filter(|(_, net)| **net >= *value && **net > 0);
            let room = gaining().map(|(site, _)| slack[site]).min().unwrap_or(i64::MAX);
            let down = (*value - next).min(room).max(0);
            if down > 0 {
                gaining().for_each(|(site, _)| slack[site] -= down);
                *value -= down;
                fell = true;
            }
        }
        if !fell {
            break;
        }
    }
    values.iter().sum()
}
