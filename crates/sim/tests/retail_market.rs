//! Order lines through pools and auctions of real nodes, beside what could be had at best.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use sim::Faults;
use sim::retail::{
    AuctionSetting, Break, Breaks, Instance, JointSetting, Optimum, Orders, PoolSetting, Supply,
    auction_week, joint_week, pool_week,
};
use vocab::Decimal;

const HEAD: &str = "invoice,stock_code,description,quantity,invoiced_at,unit_price_gbp,customer,country\n";

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}
/// One week: so many buyers who order each of so many things.
fn orders(buyers: usize, codes: usize) -> Orders {
    let line = |n: usize| {
        let (buyer, code) = (n / codes, n % codes);
        let quantity = 1 + (buyer * 7 + code * 3) % 11;
        format!("{n},2100{code},RED HEART,{quantity},2010-12-01T08:26:00,2.95,{buyer},\n")
    };
    let text: String = (0..buyers * codes).map(line).collect();
    Orders::read(format!("{HEAD}{text}").as_bytes(), |_| {}).unwrap()
}
fn supply(capacity_percent: u32) -> Supply {
    Supply { suppliers: 5, capacity_percent, seed: 7 }
}

#[test]
fn the_optimum_is_proved_by_its_own_prices() {
    let orders = orders(12, 4);
    let mut before = 0;
    for capacity_percent in [1, 30, 70, 100, 150, 1_000] {
        let instance = Instance::of_week(&orders, orders.weeks()[0], supply(capacity_percent));
        let optimum = Optimum::of(&instance);
        assert_eq!(optimum.welfare, optimum.bound, "at {capacity_percent} %");
        assert!(optimum.prices.iter().all(|price| *price >= 0));
        assert!(optimum.welfare >= before, "more capacity is worth no less");
        let among = Optimum::among(&instance, |buyer, supplier| !(buyer + supplier).is_multiple_of(3));
        assert!(among.welfare == among.bound && among.welfare <= optimum.welfare);
        before = optimum.welfare;
    }
    // with more room than anybody needs, everything is where it gains most
    let instance = Instance::of_week(&orders, orders.weeks()[0], supply(1_000));
    let best = |lot| (0..5).map(|s| instance.welfare(lot, s)).max().unwrap().max(0);
    assert_eq!(before, instance.lots.iter().map(best).sum::<i64>());
}

#[test]
fn no_assignment_of_whole_lots_is_worth_more_than_the_optimum() {
    let orders = orders(3, 2);
    let instance = Instance::of_week(&orders, orders.weeks()[0], Supply { suppliers: 2, ..supply(80) });
    let (mut best, lots) = (0, instance.lots.len());
    for choice in 0..3_usize.pow(lots as u32) {
        let (mut left, mut welfare, mut rest) = (instance.capacities.clone(), 0, choice);
        for lot in &instance.lots {
            if let Some(room) = left.get_mut(rest % 3) {
                *room -= lot.load;
                welfare += instance.welfare(lot, rest % 3);
            }
            rest /= 3;
        }
        if left.iter().all(|room| *room >= 0) {
            best = best.max(welfare);
        }
    }
    let optimum = Optimum::of(&instance).welfare;
    assert!(best > 0 && best <= optimum && best * 100 >= optimum * 70, "{best} of {optimum}");
}

#[test]
fn pools_of_real_nodes_lift_what_reaches_the_break_together() {
    let orders = orders(4, 2);
    let at = Break { from: 12, single: decimal("2.95"), volume: decimal("2.5") };
    let out_of_reach = Break { from: 500, ..at };
    let breaks = Breaks([(0, at), (1, out_of_reach)].into());
    for faults in [Faults::FAR, Faults::HARSH] {
        let setting = PoolSetting { suppliers: 2, seed: 3, faults };
        let pooled = pool_week(&orders, &breaks, orders.weeks()[0], setting, |_, _| {}).unwrap();
        assert!(pooled.violations.is_empty(), "{:?}", pooled.violations);
        assert_eq!((pooled.pools, pooled.made, pooled.pledged), (2, 1, 8));
        assert_eq!((pooled.lines_at_tier, pooled.saving), (pooled.perfect_lines, pooled.perfect_saving));
        assert!(pooled.saving.is_positive());
    }
}

#[test]
fn nodes_that_bid_for_themselves_come_near_the_optimum() {
    let orders = orders(8, 3);
    let instance = Instance::of_week(&orders, orders.weeks()[0], supply(100));
    let setting = AuctionSetting { near: 3, random: 1, open_s: 120, ..AuctionSetting::usual(1) };
    let auctioned = auction_week(&orders, &instance, setting, |_, _| {}).unwrap();
    assert!(auctioned.violations.is_empty(), "{:?}", auctioned.violations);
    assert!(auctioned.welfare_percent > 80.0 && auctioned.welfare <= auctioned.optimum, "{auctioned:?}");
    assert!(auctioned.bought > 0 && auctioned.bids >= auctioned.bought as u64);
}

#[test]
fn a_joint_plan_of_real_nodes_makes_what_pays() {
    let orders = orders(8, 3);
    let instance = Instance::of_week(&orders, orders.weeks()[0], supply(100));
    for faults in [Faults::FAR, Faults::HARSH] {
        let setting = JointSetting { takes_s: 300, faults, ..JointSetting::usual(1) };
        let joint = joint_week(&orders, &instance, setting, |_, _| {}).unwrap();
        assert!(joint.violations.is_empty(), "{:?}", joint.violations);
        assert!(joint.bought > 0 && joint.welfare.is_positive() && joint.agreed_ms > 0, "{joint:?}");
    }
}
