//! How long a pool of a hundred thousand pledges takes to settle: `cargo bench -p headwater-market`.

use market::pool::{PledgeVote, Weight, pledge_tree, progress, settle};
use market::statement::{Allocation, Counted, Outcome, PoolTerms, Settles};
use sha2::{Digest, Sha256};
use std::time::Instant;
use vocab::{AgentId, Decimal, PriceSchedule, RecordId, Tier, Timestamp, Unit};

const PLEDGES: u32 = 100_000;

fn terms(cap: i64) -> PoolTerms {
    let tier = |i: i64| Tier { from: (1 + i * 5_000).into(), unit_price: (200 - 3 * i).into() };
    PoolTerms {
        request: RecordId([0; 32]),
        offer: RecordId([1; 32]),
        spec: "flour".parse().expect("a valid name"),
        name: "Flour".into(),
        unit: Unit::Kilogram,
        minimum: Decimal::ONE,
        step: Decimal::ONE,
        prices: PriceSchedule {
            currency: "EUR".parse().expect("a currency of ISO 4217"),
            tiers: (0..32).map(tier).collect(),
        },
        threshold: 1_000.into(),
        cap: cap.into(),
        closes: Timestamp::UNIX_EPOCH,
        allocation: Allocation::LargestRemainder,
        keeper: AgentId([2; 32]),
        lead_time_s: 0,
        payment: "on delivery".into(),
        case: None,
        counted: Counted::All,
        vouchers: vec![],
        settles: Settles::Pledged,
        tolerance_percent: None,
        extended: None,
        drop_offs: vec![],
        round: None,
        topic: market::Topic::Commons,
    }
}

fn votes() -> Vec<PledgeVote> {
    let vote = |i: u32| {
        let hash: [u8; 32] = Sha256::digest(i.to_be_bytes()).into();
        PledgeVote {
            id: RecordId(hash),
            member: AgentId(hash),
            at_least: i64::from(1 + hash[0] % 4).into(),
            at_most: i64::from(5 + hash[1] % 20).into(),
            ceiling: i64::from(100 + hash[2] / 2).into(),
            weight: Weight::Counts,
        }
    };
    (0..PLEDGES).map(vote).collect()
}

fn timed<T>(what: &str, work: impl Fn() -> T) -> T {
    let best = (0..5).map(|_| {
        let start = Instant::now();
        let result = work();
        (start.elapsed(), result)
    });
    let (elapsed, result) = best.min_by_key(|(elapsed, _)| *elapsed).expect("five runs");
    println!("{what}: {:.1} ms", elapsed.as_secs_f64() * 1_000.0);
    result
}

fn main() {
    let votes = votes();
    println!("{PLEDGES} pledges, 32 tiers, best of 5");
    for (what, cap) in [("ample cap", 100_000_000), ("shared out", 600_000), ("lots drawn", 200_000)] {
        let settled = timed(&format!("settle, {what}"), || settle(&terms(cap), &votes));
        assert!(matches!(settled.outcome, Outcome::Made { .. }), "{what}");
    }
    let tree = timed("sum tree", || pledge_tree(&terms(600_000), &votes));
    timed("sum path", || tree.path(&votes[7].id)).expect("it is among them");
    timed("progress", || progress(&terms(600_000), &votes));
}
