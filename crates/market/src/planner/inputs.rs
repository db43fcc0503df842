//! From what suppliers and buyers have signed to an [`Instance`], in an order fixed by their records' ids: the same
//! inputs give the same instance anywhere. Money is in millionths of the currency, load in millionths of the unit.

use super::words::{PlanDemand, PlanSupply, Product};
use super::{Instance, Need, Plan, Way};
use crate::matching::distance_km;
use std::collections::BTreeMap;
use vocab::{Decimal, Place, RecordId, SpecId};

/// Everything a plan is made of.
#[derive(Clone, Debug, Default)]
pub struct Inputs<'a> {
    /// by record
    pub supplies: BTreeMap<RecordId, &'a PlanSupply>,
    /// by record
    pub demands: BTreeMap<RecordId, &'a PlanDemand>,
}

impl PlanDemand {
    /// Most it pays for one unit that comes from `from`; `None` if that is too far.
    pub fn limit(&self, from: Option<&Place>) -> Option<Decimal> {
        let km =
            self.place.as_ref().zip(from).and_then(|(here, there)| distance_km(here, there)).unwrap_or(0);
        let near = self.max_distance_km.is_none_or(|most| km <= most);
        near.then(|| self.at_most.amount - self.per_km * Decimal::from(km))
    }
}

impl Product {
    /// What so much of it takes of the capacity, in millionths of the unit, rounded up.
    pub fn load_of(&self, quantity: Decimal) -> u64 {
        let load = quantity.micros().checked_mul(self.load.micros());
        let load = load.and_then(|load| load.checked_add(999_999)).map(|load| load / 1_000_000);
        load.and_then(|load| u64::try_from(load).ok()).unwrap_or(u64::MAX)
    }
}

impl PlanSupply {
    /// Its capacity, in millionths of the unit.
    pub fn capacity(&self) -> u64 {
        u64::try_from(self.quantity.micros()).unwrap_or(0)
    }
}

impl Inputs<'_> {
    /// The problem they pose. Needs stand in the order of the demands, suppliers in that of the supplies.
    pub fn instance(&self) -> Instance {
        let mut offered: BTreeMap<&SpecId, Vec<(u32, &PlanSupply, &Product)>> = BTreeMap::new();
        for (supplier, supply) in (0..).zip(self.supplies.values()) {
            for product in &supply.products {
                offered.entry(&product.spec).or_default().push((supplier, supply, product));
            }
        }
        let numbers: BTreeMap<&SpecId, u32> = offered.keys().copied().zip(0..).collect();
        let mut setups = BTreeMap::new();
        for (spec, sites) in &offered {
            for (supplier, _, product) in sites {
                let setup = i64::try_from(product.setup.micros()).unwrap_or(i64::MAX);
                if setup > 0 {
                    setups.insert((numbers[spec], *supplier), setup);
                }
            }
        }
        let needs = self.demands.values().map(|demand| Need {
            // what nobody makes has no way to be served
            product: numbers.get(&demand.spec).copied().unwrap_or(u32::MAX),
            ways: offered
                .get(&demand.spec)
                .into_iter()
                .flatten()
                .filter_map(|(supplier, supply, product)| way(demand, *supplier, supply, product))
                .collect(),
        });
        Instance {
            capacities: self.supplies.values().map(|s| s.capacity()).collect(),
            needs: needs.collect(),
            setups,
        }
    }

    /// Who serves what by `plan`, in records.
    pub fn served(&self, instance: &Instance, plan: &Plan) -> BTreeMap<RecordId, Option<RecordId>> {
        let supplies: Vec<RecordId> = self.supplies.keys().copied().collect();
        let chosen = self.demands.keys().zip(instance.needs.iter().zip(&plan.chosen));
        chosen
            .map(|(demand, (need, way))| {
                let way = way.and_then(|way| need.ways.get(way));
                (*demand, way.and_then(|way| supplies.get(way.supplier as usize)).copied())
            })
            .collect()
    }
}

fn way(demand: &PlanDemand, supplier: u32, supply: &PlanSupply, product: &Product) -> Option<Way> {
    let each = demand.limit(supply.place.as_ref())? - product.unit_price;
    let gain = demand.quantity.micros().checked_mul(each.micros())?.div_euclid(1_000_000);
    let load = product.load_of(demand.quantity);
    let gain = i64::try_from(gain).ok().filter(|gain| *gain > 0)?;
    (load <= supply.capacity()).then_some(Way { supplier, gain, load })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::{finish, plan};
    use serde_json::{from_value, json};

    fn id(n: u8) -> RecordId {
        RecordId([n; 32])
    }
    fn supply(capacity: i64, price: &str, setup: i64) -> PlanSupply {
        from_value(json!({"call": id(1), "quantity": capacity.to_string(), "lead_time_s": 0, "products": [
            {"spec": "part", "name": "part", "unit": "each", "unit_price": price, "load": "0.5",
             "setup": setup.to_string()}]}))
        .expect("it is written as it is read")
    }
    fn demand(spec: &str, quantity: i64, at_most: i64) -> PlanDemand {
        let at_most = json!({"amount": at_most.to_string(), "currency": "EUR"});
        from_value(json!({"call": id(1), "spec": spec, "quantity": quantity.to_string(), "at_most": at_most}))
            .expect("it is written as it is read")
    }

    #[test]
    fn a_set_up_is_paid_once_and_what_nobody_makes_stays_open() {
        let (near, far) = (supply(10, "10", 8), supply(10, "10.5", 8));
        let (a, b, other) = (demand("part", 4, 12), demand("part", 4, 12), demand("other", 1, 99));
        let inputs = Inputs {
            supplies: [(id(7), &near), (id(3), &far)].into(),
            demands: [(id(20), &a), (id(21), &b), (id(22), &other)].into(),
        };
        let instance = inputs.instance();
        assert_eq!(instance.capacities, [10_000_000, 10_000_000]);
        let (made, prices) = plan(&instance);
        assert_eq!(made.worth(&instance), 8_000_000, "both from the cheaper one, one set-up");
        let served = inputs.served(&instance, &made);
        assert_eq!(served, [(id(20), Some(id(7))), (id(21), Some(id(7))), (id(22), None)].into());
        assert_eq!(finish(&inputs.instance(), &prices), made);
    }

    #[test]
    fn who_is_too_far_or_too_dear_is_no_way() {
        let place = |north: &str| json!({"name": "there", "latitude": north, "longitude": "0"});
        let mut from = supply(10, "10", 0);
        from.place = from_value(place("51")).ok();
        let mut wanted = demand("part", 1, 12);
        wanted.place = from_value(place("52")).ok();
        let ways = |demand: &PlanDemand| {
            let inputs = Inputs { supplies: [(id(3), &from)].into(), demands: [(id(20), demand)].into() };
            inputs.instance().needs[0].ways.len()
        };
        assert_eq!(ways(&wanted), 1);
        assert_eq!(ways(&PlanDemand { max_distance_km: Some(100), ..wanted.clone() }), 0, "111 km");
        assert_eq!(
            ways(&PlanDemand { per_km: Decimal::new(2, 2), ..wanted.clone() }),
            0,
            "it would pay 9.78"
        );
    }
}
