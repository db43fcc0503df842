//! What must come out of a chain: reckoned from its arcs alone.

use super::Chain;
use vocab::Decimal;

/// For every stage, in the chain's order.
#[derive(Clone, Debug)]
pub struct Reckoned {
    /// the stages' positions, each after those of its inputs
    pub inputs_first: Vec<usize>,
    /// own time plus the longest of the inputs', seconds
    pub longest_s: Vec<i64>,
    /// own cost plus all inputs', for one unit
    pub price: Vec<Decimal>,
    /// how many orders reach it when every demand stage orders once
    pub orders: Vec<u64>,
}

/// Most orders that one round of demand may cause in one firm.
const ORDERS_MAX: u64 = 1_000_000;

impl Reckoned {
    /// Reckons along the arcs.
    ///
    /// # Errors
    /// In words: a cycle by its names, or the stage whose sums are beyond the limits.
    pub fn of(chain: &Chain) -> Result<Self, String> {
        reckon(chain)
    }
}

fn reckon(chain: &Chain) -> Result<Reckoned, String> {
    let order = inputs_first(chain)?;
    let n = chain.stages.len();
    let (longest_s, price, orders) = (vec![0; n], vec![Decimal::ZERO; n], vec![0; n]);
    let mut r = Reckoned { inputs_first: order.clone(), longest_s, price, orders };
    // re-reading holds a sum to the bounds of a decimal
    let bounded = |d: Decimal| d.to_string().parse::<Decimal>();
    for &at in &order {
        let stage = &chain.stages[at];
        let wait = stage.inputs.iter().map(|i| r.longest_s[*i]).max().unwrap_or(0);
        r.longest_s[at] = stage.time_s + wait;
        if r.longest_s[at] > planning::HORIZON_S {
            return Err(format!("the way to stage {} takes more than ten years: shorten it", stage.name));
        }
        let price = stage.cost + stage.inputs.iter().map(|i| r.price[*i]).sum();
        r.price[at] = bounded(price).map_err(|e| format!("the price of stage {}: {e}", stage.name))?;
    }
    for &at in order.iter().rev() {
        let stage = &chain.stages[at];
        r.orders[at] += u64::from(stage.has_buyers());
        if r.orders[at] > ORDERS_MAX {
            return Err(format!("over a million orders would reach stage {}: split the chain", stage.name));
        }
        for input in &stage.inputs {
            r.orders[*input] += r.orders[at];
        }
    }
    Ok(r)
}

/// The stages, each after its inputs (Kahn, "Topological sorting of large networks", CACM 5(11), 1962).
fn inputs_first(chain: &Chain) -> Result<Vec<usize>, String> {
    let mut missing: Vec<usize> = chain.stages.iter().map(|s| s.inputs.len()).collect();
    let mut feeds: Vec<Vec<usize>> = vec![Vec::new(); chain.stages.len()];
    for (at, stage) in chain.stages.iter().enumerate() {
        stage.inputs.iter().for_each(|i| feeds[*i].push(at));
    }
    let mut order: Vec<usize> = (0..missing.len()).filter(|at| missing[*at] == 0).collect();
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for &fed in &feeds[at] {
            missing[fed] -= 1;
            if missing[fed] == 0 {
                order.push(fed);
            }
        }
    }
    if order.len() == missing.len() { Ok(order) } else { Err(name_a_cycle(chain, &missing)) }
}

/// Every stage that still misses an input has one that misses one too, so walking up comes round.
fn name_a_cycle(chain: &Chain, missing: &[usize]) -> String {
    let mut path: Vec<usize> = missing.iter().position(|m| *m > 0).into_iter().collect();
    while let Some(up) = path.last().and_then(|at| chain.stages[*at].inputs.iter().find(|i| missing[**i] > 0))
    {
        if let Some(met) = path.iter().position(|at| at == up) {
            path.drain(..met);
            path.push(*up);
            break;
        }
        path.push(*up);
    }
    let names: Vec<&str> = path.iter().rev().map(|at| chain.stages[*at].name.as_str()).collect();
    format!("the arcs go round in a circle: {}: take one of them out", names.join(" -> "))
}

#[cfg(test)]
mod tests {
    use super::super::{read, tests::SMALL};
    use super::*;

    #[test]
    fn the_longest_way_and_the_whole_cost_count() {
        let r = reckon(&read::chain(SMALL).unwrap()).unwrap();
        assert_eq!(r.longest_s, [259_200, 604_800, 820_800, 864_000]);
        let prices: Vec<_> = r.price.iter().map(Decimal::to_string).collect();
        assert_eq!(prices, ["10", "2.25", "17.25", "18.25"]);
        assert_eq!(r.orders, [1, 1, 1, 1]);
    }

    #[test]
    fn a_stage_gets_an_order_for_each_way_to_a_buyer() {
        let two_shops =
            SMALL.replacen("Make,Shop,,,,\n", "Make,Shop,,,,\nMake,Shop_2,,,,\n", 1) + ",,Shop_2,0,0,1\n";
        let r = reckon(&read::chain(&two_shops).unwrap()).unwrap();
        assert_eq!(r.orders, [2, 2, 2, 1, 1]);
    }

    #[test]
    fn a_circle_is_refused_by_its_names() {
        let round = SMALL.replacen("Part_B,Make,", "Part_B,Make,,,,\nMake,Part_B,", 1);
        let error = reckon(&read::chain(&round).unwrap()).err().unwrap();
        assert!(
            error.contains("Make -> Part_B -> Make") || error.contains("Part_B -> Make -> Part_B"),
            "{error}"
        );
    }
}
