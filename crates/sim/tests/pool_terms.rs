//! What pools' terms ask beyond a price, between real nodes: one stock for many pools, rounds with drop-offs, a second
//! closing time, vouched volume, payment for what was taken over.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use ledger::{Audience, Signed, Statement};
use market::statement::{PoolTerms, Vouch};
use node::frame::Frame;
use node::view::{ClaimKind, DealState, DealView, DropState, HandoverState, PoolState, PoolView, Role};
use serde_json::json as j;
use sim::{Faults, World};
use support::*;
use vocab::{Decimal, RecordId, Timestamp, after};

/// An orchard that sells apples from stock, and buyers, all of whom know each other's neighbours.
struct Market {
    world: World,
    orchard: usize,
    buyers: Vec<usize>,
}

fn market(seed: u64, buyers: usize, stock: &str) -> Market {
    let mut world = World::new(seed, Faults::NONE);
    let orchard = world.add("orchard");
    let buyers: Vec<_> = (0..buyers).map(|i| world.add(&format!("buyer-{i}"))).collect();
    for buyer in &buyers {
        world.introduce(*buyer, orchard);
        world.introduce(*buyer, buyers[0]);
    }
    world.run(2);
    describe(&mut world, orchard, "apple", "kg", false);
    world.recorded(orchard, json(j!({"do": "raise", "spec": "apple", "quantity": stock}))).unwrap();
    world.run(60);
    Market { world, orchard, buyers }
}

impl Market {
    /// 4 each, 3 from 20, 2 from 40; `pooling` says what differs from plain pools of at most 60.
    fn offer(&mut self, pooling: serde_json::Value) -> RecordId {
        let mut all = j!({"cap": "60", "lead_time_days": 2, "payment": "on delivery"});
        all.as_object_mut().unwrap().extend(pooling.as_object().unwrap().clone());
        let tiers = j!([{"from": "1", "unit_price": "4"}, {"from": "20", "unit_price": "3"},
            {"from": "40", "unit_price": "2"}]);
        let offer = j!({"do": "offer", "spec": "apple", "prices": {"currency": "EUR", "tiers": tiers},
            "pooling": all});
        let id = self.world.recorded(self.orchard, json(offer)).unwrap();
        self.world.run(5);
        id
    }
    fn after(&self, seconds: i64) -> Timestamp {
        after(self.world.now(), seconds)
    }
    fn open(&mut self, who: usize, offer: RecordId, more: serde_json::Value) -> Option<RecordId> {
        let before: Vec<_> = self.pools(who).iter().map(|p| p.id).collect();
        let mut request = j!({"do": "open_pool", "offer": offer, "threshold": "10"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.world.recorded(who, json(request)).unwrap();
        let agent = self.world.agent(who);
        let new = |m: &Self| {
            let pools = m.pools(who).into_iter();
            pools
                .map(|p| (p.id, p.keeper.agent))
                .find(|(id, keeper)| *keeper == agent && !before.contains(id))
        };
        self.world.run(8);
        new(self).map(|(id, _)| id)
    }
    fn pools(&self, who: usize) -> Vec<PoolView> {
        self.world.node(who).map(|n| n.pools(self.world.now())).unwrap_or_default()
    }
    fn pool(&self, who: usize, id: RecordId) -> PoolView {
        self.pools(who).into_iter().find(|p| p.id == id).unwrap()
    }
    fn try_pledge(
        &mut self,
        who: usize,
        pool: RecordId,
        more: serde_json::Value,
    ) -> Result<RecordId, String> {
        let mut pledge = j!({"do": "pledge", "pool": pool, "ceiling": "5"});
        pledge.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.world.recorded(who, json(pledge))
    }
    fn pledge(&mut self, who: usize, pool: RecordId, least: i64, most: i64, more: serde_json::Value) {
        let mut range = j!({"at_least": least.to_string(), "at_most": most.to_string()});
        range.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.try_pledge(who, pool, range).unwrap();
    }
    fn done(&mut self, who: usize, command: serde_json::Value) -> RecordId {
        self.world.recorded(who, json(command)).unwrap()
    }
    fn deal_of(&self, who: usize, pool: RecordId) -> DealView {
        let deals = self.world.node(who).unwrap().deals(self.world.now());
        deals.into_iter().find(|d| d.pool == Some(pool) && d.role == Role::Buyer).unwrap()
    }
    /// Everybody takes over what was handed to it; who is named refuses it. Carriers pass on.
    fn receive_all(&mut self, refuses: &[usize]) {
        for _ in 0..6 {
            self.world.run(5);
            let mut todo = vec![];
            for who in 0..self.world.len() {
                let me = self.world.agent(who);
                for h in self.world.node(who).unwrap().handovers() {
                    if h.to.agent == me && h.state == HandoverState::Waiting {
                        let rejected = if refuses.contains(&who) { j!(h.goods) } else { j!([]) };
                        todo.push((
                            who,
                            j!({"do": "receive", "handover": h.id, "rejected": rejected, "reason": ""}),
                        ));
                    }
                    if h.to.agent == me && h.consignee.agent != me && h.state == HandoverState::Taken {
                        todo.push((who, j!({"do": "pass_on", "handover": h.id})));
                    }
                }
            }
            for (who, command) in todo {
                // what was passed on already is refused
                let _ = self.world.recorded(who, json(command));
            }
        }
    }
}

fn n(whole: i64) -> Decimal {
    Decimal::from(whole)
}

#[test]
fn one_stock_serves_many_pools_at_once_and_is_never_oversold_whatever_gets_lost() {
    for seed in seeds(300, 4) {
        let mut m = market(seed, 6, "70");
        let offer = m.offer(j!({"cap": "40", "stock": "100", "case": "5"}));
        let lossy = Faults { loss: 150, duplication: 100, delay_ms_max: 900, ..Faults::NONE };
        m.world.set_faults(lossy);
        let closes = m.after(400);
        // four keepers ask in the same second
        for keeper in 0..4 {
            let open = j!({"do": "open_pool", "offer": offer, "threshold": "10", "closes": closes});
            let who = m.buyers[keeper];
            m.done(who, open);
        }
        m.world.run(150);
        let granted = m.pools(m.orchard);
        let caps: Decimal = granted.iter().map(|p| p.terms.cap).sum();
        assert!(granted.len() >= 2 && caps <= n(70), "{caps}");
        // nothing is left: what lies on the shelf is set aside for open pools
        let stock = m.world.node(m.orchard).unwrap().stock();
        assert_eq!(stock[0].free, n(70) - caps);
        for pool in &granted {
            for who in m.buyers.clone() {
                // a gossiped pool may not have come through yet
                let _ = m.try_pledge(who, pool.id, j!({"at_least": "1", "at_most": "6"}));
            }
        }
        m.world.run(500);
        m.world.set_faults(Faults::NONE);
        m.world.run(200);
        let ended = m.pools(m.orchard);
        let made: Decimal = ended.iter().filter_map(|p| p.result.as_ref()).map(|r| r.total).sum();
        assert!(made.is_positive() && made <= n(70), "{made}");
        assert!(ended.iter().filter_map(|p| p.result.as_ref()).all(|r| r.total.is_multiple_of(n(5))));
        // what was not made is free again, for the next pool
        m.world.run(4_000);
        let stock = m.world.node(m.orchard).unwrap().stock();
        assert_eq!(stock[0].free, n(70) - made, "seed {seed}");
        let closes = m.after(60);
        let next = m.open(m.buyers[5], offer, j!({"closes": closes}));
        let left = (n(100) - made).min(n(70) - made).min(n(40)).floor_to(n(5));
        match next {
            Some(next) => assert_eq!(m.pool(m.orchard, next).terms.cap, left),
            None => assert!(left < n(10), "{left} was left, and no pool granted"),
        }
    }
}

#[test]
fn a_round_buys_several_things_and_each_leader_sees_who_fetches_what_at_its_point() {
    let mut m = market(310, 5, "100");
    let apples = m.offer(j!({"case": "10", "tolerance_percent": 5}));
    let bakery = m.world.add("bakery");
    m.world.introduce(bakery, m.buyers[0]);
    m.world.run(2);
    describe(&mut m.world, bakery, "bread", "each", false);
    m.done(bakery, j!({"do": "raise", "spec": "bread", "quantity": "50"}));
    let bread = offer(&mut m.world, bakery, "bread", &[("1", "3"), ("10", "2")]);
    m.world.run(130);
    let (keeper, leader) = (m.buyers[0], m.buyers[1]);
    let drops = j!([{"name": "School", "leader": m.world.agent(keeper)}, {"name": "Mill", "leader": m.world.agent(leader)}]);
    let closes = m.after(120);
    let round = m.done(
        keeper,
        j!({"do": "open_round", "name": "Saturday", "closes": closes, "drop_offs": drops,
        "products": [{"offer": apples, "threshold": "10"}, {"offer": bread, "threshold": "5"}]}),
    );
    m.world.run(70);
    let seen = m.world.node(m.buyers[4]).unwrap().rounds();
    assert_eq!((seen[0].id, seen[0].pools.len(), seen[0].lines.len()), (round, 2, 0));
    let (of_apples, of_bread) = {
        let pools = m.pools(m.buyers[4]);
        let by = |spec: &str| pools.iter().find(|p| p.terms.spec.to_string() == spec).unwrap().id;
        (by("apple"), by("bread"))
    };
    m.try_pledge(m.buyers[2], of_apples, j!({"at_least": "1", "at_most": "2"})).unwrap_err();
    // 10 to 14 kg and 4 to 9 kg: two cases of 10
    m.pledge(m.buyers[2], of_apples, 10, 14, j!({"drop_off": 1}));
    m.pledge(m.buyers[3], of_apples, 4, 9, j!({"drop_off": 1}));
    m.pledge(m.buyers[2], of_bread, 4, 4, j!({"drop_off": 1}));
    m.pledge(m.buyers[4], of_bread, 6, 6, j!({"drop_off": 0}));
    m.world.run(200);
    assert_eq!(m.pool(m.buyers[2], of_apples).result.unwrap().total, n(20));
    let mine = m.world.node(m.buyers[2]).unwrap().rounds()[0].lines.clone();
    let sums: Vec<_> = mine.iter().map(|l| l.total.unwrap().amount).collect();
    assert_eq!(sums, [n(13) * n(3), n(4) * n(2)], "{mine:?}");
    let lists = m.world.node(leader).unwrap().drop_lists(m.world.now());
    assert_eq!(lists.len(), 2);
    let fetched = lists.iter().find(|l| l.pool == of_apples).unwrap();
    assert_eq!((fetched.index, fetched.total, fetched.lines.len(), fetched.mine), (1, n(20), 2, true));
    assert!(m.world.node(m.buyers[3]).unwrap().drop_lists(m.world.now()).is_empty());
    m.done(m.orchard, j!({"do": "ship_drop_off", "pool": of_apples, "drop_off": 1}));
    m.world
        .recorded(m.orchard, json(j!({"do": "ship_drop_off", "pool": of_apples, "drop_off": 1})))
        .unwrap_err();
    m.world
        .recorded(m.orchard, json(j!({"do": "ship_drop_off", "pool": of_apples, "drop_off": 0})))
        .unwrap_err();
    m.receive_all(&[]);
    assert_eq!(m.deal_of(m.buyers[3], of_apples).accepted, n(7));
    let lists = m.world.node(leader).unwrap().drop_lists(m.world.now());
    let fetched = lists.iter().find(|l| l.pool == of_apples).unwrap();
    assert!(fetched.lines.iter().all(|l| l.state == DropState::Given), "{fetched:?}");
}

#[test]
fn who_consented_waits_for_the_second_closing_time_and_the_others_are_free_at_the_first() {
    let mut m = market(320, 5, "100");
    let offer = m.offer(j!({"extension_days": 1}));
    let (closes, extended) = (m.after(60), m.after(7_000));
    let open = |threshold: &str| j!({"closes": closes, "extended": extended, "threshold": threshold});
    let id = m.open(m.buyers[0], offer, open("20")).unwrap();
    m.pledge(m.buyers[1], id, 1, 8, j!({"extend": true}));
    m.pledge(m.buyers[2], id, 1, 8, j!({}));
    m.world.run(120);
    assert_eq!(m.pool(m.buyers[1], id).state, PoolState::Extended);
    assert!(m.try_pledge(m.buyers[3], id, j!({"at_least": "1", "at_most": "9"})).is_err());
    m.pledge(m.buyers[3], id, 1, 9, j!({"extend": true}));
    m.pledge(m.buyers[4], id, 1, 5, j!({"extend": true}));
    m.world.run(30);
    // an edit is the same command again
    m.pledge(m.buyers[4], id, 1, 6, j!({"extend": true}));
    m.world.run(4_000);
    assert_eq!(m.pool(m.buyers[2], id).state, PoolState::Lapsed);
    m.world.run(3_000);
    for (who, quantity) in [(1, 8), (3, 9), (4, 6)] {
        let pool = m.pool(m.buyers[who], id);
        assert_eq!((pool.state, pool.result.unwrap().my_quantity), (PoolState::Made, n(quantity)));
        assert_eq!(pool.mine.unwrap().edits, u64::from(who == 4));
    }
    assert!(m.world.node(m.buyers[2]).unwrap().deals(m.world.now()).is_empty());
    let sales = m.world.node(m.orchard).unwrap().deals(m.world.now());
    assert_eq!(sales.iter().filter(|d| d.state == DealState::Bound).count(), 3);
    // one that the first closing time makes does not wait
    let closes = m.after(60);
    let soon = m.open(m.buyers[0], offer, j!({"closes": closes, "extended": m.after(7_000)})).unwrap();
    m.pledge(m.buyers[1], soon, 1, 12, j!({"extend": true}));
    m.world.run(120);
    assert_eq!(m.pool(m.buyers[1], soon).state, PoolState::Made);
}

#[test]
fn only_vouched_pledges_bring_a_price_and_the_others_share_it() {
    let mut m = market(330, 4, "100");
    let friend = m.buyers[1];
    let vouchers = j!([m.world.agent(m.orchard)]);
    let offer = m.offer(j!({"counted": "vouched", "vouchers": vouchers}));
    let vouch =
        Vouch { agent: m.world.agent(friend), because: None, deposit: None, expires: m.after(1_000_000) };
    let draft = vouch.draft(Audience::Public).unwrap();
    let signed = m.world.signer(m.orchard).sign(draft, 900, Some(offer), m.world.now()).unwrap();
    let frame = Frame::Public(vec![Signed::clone(signed.signed())]).encode();
    m.world.inject(m.orchard, friend, frame);
    m.world.run(2);
    let closes = m.after(60);
    let id = m.open(m.buyers[0], offer, j!({"closes": closes})).unwrap();
    // 30 kg of strangers bring no better price than the 12 that are vouched for
    m.pledge(friend, id, 1, 12, j!({}));
    m.pledge(m.buyers[2], id, 1, 30, j!({}));
    m.world.run(20);
    let open = m.pool(m.buyers[2], id);
    assert_eq!((open.pledged, open.counted), (n(42), Some(n(12))));
    assert_eq!(open.price_now.unwrap().amount, n(4));
    let next = open.compare.next.unwrap();
    assert_eq!((next.unit_price.amount, next.at, next.missing), (n(3), n(20), n(8)));
    assert!(!open.mine.unwrap().counted && m.pool(friend, id).mine.unwrap().counted);
    m.pledge(friend, id, 1, 20, j!({}));
    m.world.run(120);
    for who in [friend, m.buyers[2]] {
        let result = m.pool(who, id).result.unwrap();
        assert_eq!((result.unit_price.amount, result.total), (n(3), n(50)));
    }
}

#[test]
fn where_members_do_not_take_over_what_they_pledged_the_price_follows_within_each_ceiling() {
    let mut m = market(340, 4, "100");
    let offer = m.offer(j!({"settles": "accepted", "tolerance_percent": 5}));
    let closes = m.after(60);
    let id = m.open(m.buyers[0], offer, j!({"closes": closes})).unwrap();
    m.pledge(m.buyers[0], id, 10, 10, j!({"ceiling": "2.5"}));
    m.pledge(m.buyers[1], id, 10, 10, j!({}));
    m.pledge(m.buyers[2], id, 20, 20, j!({}));
    m.world.run(20);
    let view = m.pool(m.buyers[1], id).compare;
    assert_eq!((view.solo.unwrap().amount, view.pooled.unwrap().amount), (n(4), n(2)));
    assert_eq!((view.quantity, view.saving.unwrap().amount), (n(10), n(20)));
    m.world.run(120);
    assert_eq!(m.pool(m.buyers[1], id).result.unwrap().unit_price.amount, n(2));
    let sales = m.world.node(m.orchard).unwrap().deals(m.world.now());
    for deal in &sales {
        // what is weighed is a little off, and more than is tolerated does not leave the house
        let quantity = if deal.with.agent == m.world.agent(m.buyers[1]) { "10.4" } else { "10" };
        let ship = |quantity: &str| json(j!({"do": "ship", "deal": deal.id, "quantity": quantity}));
        if deal.quantity == n(10) {
            assert!(m.world.recorded(m.orchard, ship("10.6")).is_err());
            m.world.recorded(m.orchard, ship(quantity)).unwrap();
        } else {
            m.world.recorded(m.orchard, ship("20")).unwrap();
        }
    }
    let defaulter = m.buyers[2];
    m.receive_all(&[defaulter]);
    let weighed = m.deal_of(m.buyers[1], id);
    assert_eq!((weighed.accepted, weighed.claim, weighed.state), (d("10.4"), None, DealState::Delivered));
    assert_eq!(weighed.owed.unwrap().amount, d("20.8"));
    m.done(m.orchard, j!({"do": "account_pool", "pool": id}));
    m.world.run(10);
    // 20 of 40 kg were taken over: 3 instead of 2, and no more than 2.5 for who signed for that
    let owed = |who| m.deal_of(m.buyers[who], id).owed.unwrap().amount;
    assert_eq!((owed(0), owed(1), owed(2)), (d("25"), d("31.2"), n(0)));
    let sales = m.world.node(m.orchard).unwrap().deals(m.world.now());
    let mut theirs: Vec<_> = sales.iter().map(|d| d.owed.unwrap().amount).collect();
    theirs.sort();
    assert_eq!(theirs, [n(0), d("25"), d("31.2")]);
    m.world.recorded(m.orchard, json(j!({"do": "account_pool", "pool": id}))).unwrap_err();
}

#[test]
fn a_delivery_outside_the_tolerance_is_a_claim_and_what_is_beyond_it_is_not_owed() {
    let mut m = market(350, 3, "100");
    let offer = m.offer(j!({"tolerance_percent": 10}));
    let closes = m.after(60);
    let id = m.open(m.buyers[0], offer, j!({"closes": closes})).unwrap();
    m.pledge(m.buyers[1], id, 10, 10, j!({}));
    m.pledge(m.buyers[2], id, 10, 10, j!({}));
    m.world.run(120);
    for (who, kilograms) in [(1, "9.2"), (2, "8.5")] {
        let deal = m.deal_of(m.buyers[who], id).id;
        m.done(m.orchard, j!({"do": "ship", "deal": deal, "quantity": kilograms}));
    }
    m.receive_all(&[]);
    let (within, short) = (m.deal_of(m.buyers[1], id), m.deal_of(m.buyers[2], id));
    assert_eq!((within.state, within.claim), (DealState::Delivered, None));
    assert_eq!(within.owed.unwrap().amount, d("27.6"));
    let claim = short.claim.unwrap();
    assert_eq!((short.state, claim.kind, claim.quantity), (DealState::Shipped, ClaimKind::Short, d("1.5")));
    assert_eq!(short.owed.unwrap().amount, d("25.5"));
}

fn d(text: &str) -> Decimal {
    decimal(text)
}

#[test]
fn terms_of_before_there_were_options_are_granted_as_they_were() {
    let mut m = market(360, 2, "100");
    let offer = m.offer(j!({}));
    let closes = m.after(60);
    let id = m.open(m.buyers[0], offer, j!({"closes": closes})).unwrap();
    let record = m.world.node(m.orchard).unwrap().record(&id).unwrap().read::<PoolTerms>().unwrap();
    let text = serde_json::to_string(&record).unwrap();
    for option in ["case", "counted", "vouchers", "settles", "tolerance", "extended", "drop_offs", "round"] {
        assert!(!text.contains(option), "{text}");
    }
}
