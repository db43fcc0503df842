//! Who makes what for whom, when making a product at all has a cost: many needs, suppliers with limited capacity, and
//! a set-up to pay for each product a supplier takes on.
//!
//! An [`Instance`] holds it in plain numbers, in an order of the caller's. All suppliers begin at one price of capacity
//! ([`opening`]). In each of [`ROUNDS`] rounds every product is planned by itself at the suppliers' prices ([`propose`]),
//! and every supplier changes its own price by the load it would get ([`congestion`]): too much and it rises, too little
//! and it falls. What the last prices come to is made to fit and improved step by step ([`finish`]). The same instance and
//! prices give the same [`Plan`] anywhere, so a plan that somebody shows can be replayed. [`plan`] does all of it in one
//! place, and [`bound`] says how far a plan is from the best at most.
//!
//! Between nodes, a planner says a [`PlanCall`], suppliers and buyers answer with a [`PlanSupply`] and [`PlanDemand`]s,
//! which make the instance ([`Inputs`]), and each round is a [`PlanRound`] answered by a [`Congestion`]. The plan is a
//! [`PlanResult`] of [`PlanPart`]s; what binds is the [`PlanAward`] of the supplier it names, at its listed price and a
//! share of the set-up ([`shares`]).
//!
//! The prices are the multipliers of a Lagrangian relaxation of capacitated facility location, moved by a subgradient
//! step (M. L. Fisher, *The Lagrangian Relaxation Method for Solving Integer Programming Problems*, Management Science
//! 27, 1981); within a product suppliers are opened, closed and swapped as by M. Charikar and S. Guha, *Improved
//! Combinatorial Algorithms for Facility Location Problems*, SIAM J. Comput. 34, 2005. No optimum is promised. Not
//! known here: records, money, who is who.

mod bound;
mod improve;
mod inputs;
mod product;
mod share;
mod words;

pub use inputs::Inputs;
pub use share::{Member, shares};
pub use words::*;

pub use bound::bound;

use std::collections::BTreeMap;

/// Rounds of prices.
pub const ROUNDS: u32 = 15;
/// A price is of so many units of load.
pub const PRICE_LOAD: i64 = 1_000_000;
/// Times the range of the opening price is halved.
const OPENING_STEPS: u32 = 12;
/// After so many rounds a step is next to nothing.
const STEPS_MAX: u32 = 200;

/// What is to be planned. Gains and set-ups are in one unit of money, loads in one unit of capacity.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Instance {
    /// by supplier: what it can take on in all
    pub capacities: Vec<u64>,
    /// what is wanted
    pub needs: Vec<Need>,
    /// by product and supplier: what it costs to make any of it there; nothing where it is not said
    pub setups: BTreeMap<(u32, u32), i64>,
}

/// One need, to be served whole by one supplier or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// of which product
    pub product: u32,
    /// who could serve it
    pub ways: Vec<Way>,
}

/// One way to serve a need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    /// by whom
    pub supplier: u32,
    /// what it is worth less what it costs, set-up and price of capacity aside
    pub gain: i64,
    /// what it takes of the supplier's capacity
    pub load: u64,
}

/// Who serves what: by need, which of its ways, if any.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// by need, an index into its ways
    pub chosen: Vec<Option<usize>>,
}

impl Plan {
    fn ways<'a>(&'a self, instance: &'a Instance) -> impl Iterator<Item = (u32, Way)> + 'a {
        let chosen = instance.needs.iter().zip(&self.chosen);
        chosen.filter_map(|(need, chosen)| Some((need.product, *need.ways.get((*chosen)?)?)))
    }
    /// By supplier, what it would have to take on.
    pub fn loads(&self, instance: &Instance) -> Vec<u64> {
        let mut loads = vec![0_u64; instance.capacities.len()];
        for (_, way) in self.ways(instance) {
            if let Some(load) = loads.get_mut(way.supplier as usize) {
                *load = load.saturating_add(way.load);
            }
        }
        loads
    }
    /// What it is worth: the gains less the set-ups.
    pub fn worth(&self, instance: &Instance) -> i64 {
        let made: std::collections::BTreeSet<_> =
            self.ways(instance).map(|(product, way)| (product, way.supplier)).collect();
        let setups: i64 = made.iter().map(|at| instance.setups.get(at).copied().unwrap_or(0)).sum();
        self.ways(instance).map(|(_, way)| way.gain).sum::<i64>() - setups
    }
}

/// What `load` costs at a price.
fn cost(price: i64, load: u64) -> i64 {
    i64::try_from(i128::from(price) * i128::from(load) / i128::from(PRICE_LOAD)).unwrap_or(i64::MAX)
}

/// What everybody would like at these prices, by supplier: each product by itself, capacities set aside.
pub fn propose(instance: &Instance, prices: &[i64]) -> Plan {
    let mut plan = Plan { chosen: vec![None; instance.needs.len()] };
    for (product, needs) in by_product(instance) {
        product::choose(instance, prices, product, &needs, &mut plan.chosen);
    }
    plan
}

fn by_product(instance: &Instance) -> BTreeMap<u32, Vec<usize>> {
    let mut products: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, need) in instance.needs.iter().enumerate() {
        products.entry(need.product).or_default().push(index);
    }
    products
}

/// A price to start steps from: what a unit of load is worth on average to those who want it.
pub fn scale(instance: &Instance) -> i64 {
    let best = |need: &Need| need.ways.iter().filter(|w| w.gain > 0).max_by_key(|w| w.gain).copied();
    let (gain, load) = instance.needs.iter().filter_map(best).fold((0_i128, 0_i128), |(gain, load), way| {
        (gain + i128::from(way.gain), load + i128::from(way.load))
    });
    i64::try_from(gain * i128::from(PRICE_LOAD) / load.max(1)).unwrap_or(i64::MAX).max(1)
}

/// The price from which all suppliers begin: the one, the same for all, at which what everybody would like comes to what
/// all suppliers have together, halved down to a 4,096th of four times the [`scale`].
pub fn opening(instance: &Instance) -> i64 {
    let all = |loads: &[u64]| loads.iter().map(|load| u128::from(*load)).sum::<u128>();
    let capacity = all(&instance.capacities);
    let (mut low, mut high) = (0, scale(instance).saturating_mul(4));
    for _ in 0..OPENING_STEPS {
        let middle = low + (high - low) / 2;
        let wanted = propose(instance, &vec![middle; instance.capacities.len()]).loads(instance);
        if all(&wanted) > capacity {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The price a supplier asks next, from the one it asked in `round` and the load it would have got at it. `scale` is
/// the instance's [`scale`]; each step is at most four fifths of the one before: suppliers that all move at once would else chase
/// the same needs to and fro.
pub fn congestion(price: i64, load: u64, capacity: u64, round: u32, scale: i64) -> i64 {
    // from −1/2 (half of it unwanted, or more) to +1/2 (half as much again, or more), in thousandths
    let excess = (i128::from(load) - i128::from(capacity)) * 1_000 / i128::from(capacity.max(1));
    let step = (0..round.min(STEPS_MAX)).fold(i128::from(scale) * 3 / 20, |step, _| step * 4 / 5);
    let next = i128::from(price) + step * excess.clamp(-500, 500) / 1_000;
    i64::try_from(next.max(0)).unwrap_or(i64::MAX)
}

/// The plan that comes of `prices`: no capacity is exceeded, what is gained from each supplier for each product covers
/// its set-up, and single steps (a need elsewhere, a supplier more or less for a product, one instead of another) no
/// longer improve it, as far as they were tried.
pub fn finish(instance: &Instance, prices: &[i64]) -> Plan {
    improve::fit_and_improve(instance, prices, propose(instance, prices))
}

/// All rounds in one place; the plan and the prices it comes from.
pub fn plan(instance: &Instance) -> (Plan, Vec<i64>) {
    let scale = scale(instance);
    let mut prices = vec![opening(instance); instance.capacities.len()];
    for round in 0..ROUNDS {
        let loads = propose(instance, &prices).loads(instance);
        for ((price, load), capacity) in prices.iter_mut().zip(&loads).zip(&instance.capacities) {
            *price = congestion(*price, *load, *capacity, round, scale);
        }
    }
    (finish(instance, &prices), prices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn instance(capacities: Vec<u64>, needs: Vec<(u32, Vec<(i64, u64)>)>, setups: &[i64]) -> Instance {
        let ways = |ways: Vec<(i64, u64)>| {
            (0..).zip(ways).map(|(supplier, (gain, load))| Way { supplier, gain, load }).collect()
        };
        let sites = (0..2).flat_map(|product| (0..3).map(move |supplier| (product, supplier)));
        Instance {
            capacities,
            needs: needs.into_iter().map(|(product, all)| Need { product, ways: ways(all) }).collect(),
            setups: sites.zip(setups.iter().copied()).collect(),
        }
    }

    /// The best of all plans, by trying them all.
    fn best(instance: &Instance, plan: &mut Plan, need: usize) -> i64 {
        if need == instance.needs.len() {
            let fits = plan.loads(instance).iter().zip(&instance.capacities).all(|(l, c)| l <= c);
            return if fits { plan.worth(instance) } else { 0 };
        }
        let ways = (0..instance.needs[need].ways.len()).map(Some).chain([None]);
        ways.map(|way| {
            plan.chosen[need] = way;
            best(instance, plan, need + 1)
        })
        .max()
        .unwrap_or(0)
    }

    #[test]
    fn a_product_is_made_where_all_its_needs_together_gain_most() {
        let two =
            instance(vec![100, 100], vec![(0, vec![(10, 1), (9, 1)]), (0, vec![(7, 1), (9, 1)])], &[8, 8]);
        let (plan, _) = plan(&two);
        assert_eq!((plan.worth(&two), plan.chosen), (10, vec![Some(1), Some(1)]));
    }

    #[test]
    fn a_price_rises_with_too_much_load_falls_with_too_little_and_moves_less_each_round() {
        let up = congestion(1_000, 200, 100, 0, 1_000);
        assert!(up > 1_000 && congestion(1_000, 50, 100, 0, 1_000) < 1_000);
        assert!(congestion(1_000, 200, 100, 14, 1_000) < up);
        assert_eq!((congestion(1_000, 100, 100, 3, 1_000), congestion(0, 0, 100, 0, 1_000)), (1_000, 0));
    }

    proptest! {
        #[test]
        fn a_plan_fits_is_the_same_twice_and_costs_nobody_anything(
            capacities in prop::collection::vec(5_u64..40, 3),
            needs in prop::collection::vec((0_u32..2, prop::collection::vec((-5_i64..60, 1_u64..20), 3)), 1..6),
            setups in prop::collection::vec(0_i64..40, 6),
        ) {
            let instance = instance(capacities, needs, &setups);
            let (plan, prices) = plan(&instance);
            prop_assert!(plan.loads(&instance).iter().zip(&instance.capacities).all(|(l, c)| l <= c));
            prop_assert_eq!(&plan, &finish(&instance, &prices));
            let most = best(&instance, &mut Plan { chosen: vec![None; instance.needs.len()] }, 0);
            prop_assert!((0..=most).contains(&plan.worth(&instance)), "{} of {}", plan.worth(&instance), most);
            prop_assert!(most <= bound(&instance, &prices), "{} of {}", most, bound(&instance, &prices));
            for (product, supplier) in instance.setups.keys() {
                let there = plan.ways(&instance).filter(|(p, way)| p == product && way.supplier == *supplier);
                let gains: Vec<i64> = there.map(|(_, way)| way.gain).collect();
                prop_assert!(gains.is_empty() || gains.iter().sum::<i64>() >= instance.setups[&(*product, *supplier)]);
            }
        }
    }
}
