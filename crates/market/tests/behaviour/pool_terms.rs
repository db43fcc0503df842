//! What pools' terms can ask beyond a price: whole cases, vouched pledges, a second closing time, payment for what was
//! really taken over. And that terms without any of it are what they were.

use crate::support::*;
use market::pool::*;
use market::statement::*;
use market::{Closed, PoolFault, audit, settle};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{AgentId, Decimal, RecordId};

fn pool(tiers: &[(i64, i64)], threshold: i64, cap: i64) -> PoolTerms {
    PoolTerms { prices: prices(tiers), threshold: n(threshold), cap: n(cap), ..terms(agent(9)) }
}
fn quantities(settled: &Settled) -> Vec<Decimal> {
    settled.shares.iter().map(|s| s.quantity).collect()
}
fn made(settled: &Settled) -> Option<(Decimal, Decimal)> {
    match settled.outcome {
        Outcome::Made { unit_price, total } => Some((unit_price.amount, total)),
        Outcome::Lapsed {} => None,
    }
}

#[test]
fn terms_signed_before_there_were_options_keep_their_bytes_and_their_result() {
    let old = r#"{"allocation":"largest_remainder","cap":"60","closes":"2027-01-15T08:16:40Z","keeper":"did:key:z6Mkf4XhsxSXfEAWNK6GcFu7TyVs21AfUTRjiguqMhNQeDgk","lead_time_s":172800,"minimum":"1","name":"Chair","offer":"0101010101010101010101010101010101010101010101010101010101010101","payment":"on delivery","prices":{"currency":"EUR","tiers":[{"from":"1","unit_price":"120"},{"from":"20","unit_price":"96"},{"from":"50","unit_price":"84"}]},"request":"0202020202020202020202020202020202020202020202020202020202020202","spec":"chair","step":"1","threshold":"20","unit":"each"}"#;
    let read: PoolTerms = serde_json::from_str(old).unwrap();
    read.check().unwrap();
    assert_eq!(read, terms(agent(9)));
    let again = serde_json::to_value(&read).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(old).unwrap());
    assert_eq!(serde_json::to_string(&again).unwrap(), old);
    let votes: Vec<_> = (1..=25).map(|i| vote(i, 1, 1, 100)).collect();
    assert_eq!(made(&settle(&read, &votes)), Some((n(96), n(25))));
    let plain = serde_json::to_value(pledge(id(1), 1, 2, 100)).unwrap();
    assert_eq!(plain.as_object().unwrap().len(), 4, "{plain}");
}

#[test]
fn ranges_fill_the_last_case_and_the_surplus_is_shared_in_proportion() {
    // boxes of 10 kg; 10 to 14, 8 to 10 and 6 to 9 kg: 24 to 33 together, so three boxes
    let fruit = PoolTerms { case: Some(n(10)), ..pool(&[(10, 5)], 10, 100) };
    let settled = settle(&fruit, &[vote(1, 10, 14, 5), vote(2, 8, 10, 5), vote(3, 6, 9, 5)]);
    assert_eq!(made(&settled), Some((n(5), n(30))));
    // 6 beyond the least, wanted 4 : 2 : 3 -> 2.67, 1.33, 2
    assert_eq!(quantities(&settled), [n(13), n(9), n(8)]);
}

#[test]
fn where_no_range_gives_way_one_pledge_is_left_out_so_that_cases_are_whole() {
    let eggs = PoolTerms { case: Some(n(12)), ..pool(&[(12, 3)], 12, 120) };
    let settled = settle(&eggs, &[vote(1, 12, 12, 3), vote(2, 6, 6, 3), vote(3, 6, 6, 3), vote(4, 5, 5, 3)]);
    assert_eq!(made(&settled), Some((n(3), n(24))));
    assert_eq!(settled.share_of(&agent(4)), None);
    // a tier that is not a whole number of cases is reached by the next that is
    let far = PoolTerms { prices: prices(&[(12, 3), (20, 2)]), ..eggs };
    let twenty = settle(&far, &[vote(1, 20, 20, 3), vote(2, 1, 3, 3)]);
    assert_eq!(made(&twenty), None);
    let goal = progress(&far, &[vote(1, 12, 20, 3)]).next.unwrap();
    assert_eq!((goal.at, goal.missing), (n(24), n(4)));
    let enough = settle(&far, &[vote(1, 12, 20, 3), vote(2, 1, 4, 3)]);
    assert_eq!(made(&enough), Some((n(2), n(24))));
}

#[test]
fn strangers_join_at_the_price_the_vouched_reach_but_do_not_bring_it() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 1, 60);
    let stranger = |v: PledgeVote| PledgeVote { weight: Weight::Joins, ..v };
    let settled = settle(&chairs, &[vote(1, 1, 20, 120), stranger(vote(2, 1, 35, 120))]);
    assert_eq!(made(&settled), Some((n(96), n(55))));
    // the cap goes to the vouched first
    let full = settle(&chairs, &[vote(1, 1, 50, 120), stranger(vote(2, 1, 35, 120))]);
    assert_eq!((made(&full), quantities(&full)), (Some((n(84), n(60))), vec![n(50), n(10)]));
    let alone = settle(&chairs, &[stranger(vote(2, 1, 35, 120))]);
    assert_eq!(made(&alone), None);
    let state = progress(&chairs, &[vote(1, 1, 12, 120), stranger(vote(2, 1, 35, 120))]);
    assert_eq!((state.pledged, state.counted, state.next.unwrap().missing), (n(47), n(12), n(8)));
}

/// A pool that only the vouched carry, and a member with whatever vouch `alter` makes of a good one.
fn with_vouch(alter: impl Fn(&mut Vouch), signed_by: u8) -> market::Result<()> {
    let (mut voucher, member) = (Author::new(signed_by), Author::new(2).id());
    let terms =
        PoolTerms { counted: Counted::Vouched, vouchers: vec![Author::new(1).id()], ..terms(agent(9)) };
    terms.check().unwrap();
    let mut vouch = Vouch { agent: member, because: None, deposit: Some(eur("50")), expires: at(1_000) };
    alter(&mut vouch);
    let carried = EvidenceText::new(&signed(&voucher.says(&vouch, 0))).unwrap();
    let pledge = Pledge { vouch: Some(carried), ..pledge(id(1), 1, 2, 120) };
    pledge.check(&terms).unwrap();
    let counted = PledgeVote::new(&terms, at(1_000), id(3), member, &pledge).weight;
    let counted = counted == Weight::Counts;
    let result = vouched(&terms, &member, &pledge);
    assert_eq!(counted, result.is_ok());
    result
}

#[test]
fn a_vouch_counts_if_it_is_for_the_member_by_one_the_terms_name_and_holds_until_the_close() {
    with_vouch(|_| (), 1).unwrap();
    with_vouch(|_| (), 3).unwrap_err();
    with_vouch(|v| v.agent = agent(7), 1).unwrap_err();
    with_vouch(|v| v.expires = at(999), 1).unwrap_err();
    let none = pledge(id(1), 1, 2, 120);
    let strict = PoolTerms { counted: Counted::Vouched, vouchers: vec![agent(1)], ..terms(agent(9)) };
    let weight = |terms: &PoolTerms| PledgeVote::new(terms, at(1_000), id(3), agent(2), &none).weight;
    assert_eq!((weight(&strict), weight(&terms(agent(9)))), (Weight::Joins, Weight::Counts));
}

/// Three members, two of whom would wait; the first closing time makes no pool.
fn extended() -> (PoolTerms, Vec<Pledged>) {
    let terms = PoolTerms { extended: Some(at(2_000)), ..terms(agent(9)) };
    let pledged = |i: u8, second: i64, most: i64, extend: bool| Pledged {
        id: id(i),
        member: agent(i),
        at: at(second),
        pledge: Pledge { extend, ..pledge(id(1), 1, most, 120) },
    };
    (terms, vec![pledged(11, 10, 9, true), pledged(12, 20, 9, false), pledged(13, 1_500, 12, true)])
}

#[test]
fn only_those_who_consented_beforehand_are_settled_at_the_second_closing_time() {
    let (terms, pledges) = extended();
    let first = tally(&id(1), &terms, &pledges[..2], at(1_000)).unwrap();
    assert_eq!(first.settled.outcome, Outcome::Lapsed {});
    let last = tally(&id(1), &terms, &pledges, at(2_000)).unwrap();
    let proofs = last.proofs.clone();
    let second = last.close(vec![]);
    assert_eq!(second.outcome, Outcome::Made { unit_price: eur("96"), total: n(21) });
    // who did not consent is listed, so that nobody can be left out unseen, but is free
    assert_eq!(second.pledges.len(), 3);
    let closed = |close: PoolClose, second| Closed { by: agent(9), at: at(second), close, chunks: vec![] };
    let settled = audit(&id(1), &terms, &closed(second.clone(), 2_000), &pledges).unwrap();
    assert_eq!(settled.share_of(&agent(12)), None);
    assert_eq!(quantities(&settled), [n(9), n(12)]);
    for (pledge, quantity) in pledges.iter().zip([Some(9), None, Some(12)]) {
        let whole = closed(second.clone(), 2_000);
        let proof = proofs.of(&pledge.id).unwrap();
        let shown = verify_share(&id(1), &terms, &whole, pledge, &proof).unwrap();
        assert_eq!((shown.share.map(|s| s.quantity), shown.extent), (quantity.map(n), Extent::Whole));
    }
    // dated before the second closing time, the same close is false
    audit(&id(1), &terms, &closed(second, 1_999), &pledges).unwrap_err();
    // nor does a pledge dated after the first closing time count in a close of it
    let mixed = tally(&id(1), &terms, &pledges, at(1_000)).unwrap_err();
    assert!(matches!(mixed, PoolFault::Late { .. }), "{mixed}");
    let mut late = pledges[1].clone();
    late.at = at(1_001);
    assert!(matches!(receive(&id(1), &terms, &late, None), Err(PoolFault::Late { .. })));
    receive(&id(1), &terms, &pledges[2], None).unwrap();
}

#[test]
fn an_extension_needs_the_offerers_leave_and_a_shared_stock_is_granted_once() {
    let with = |pooling: Pooling| Offer { pooling: Some(pooling), ..chair() };
    let ask = |extended: i64| PoolRequest { extended: Some(at(extended)), ..request(agent(9)) };
    let refused = |request: &PoolRequest, offer: &Offer, left| {
        grant(id(2), request, offer, left, at(0)).unwrap_err().reason()
    };
    assert_eq!(refused(&ask(2_000), &chair(), None), Reason::Declined);
    let patient = with(Pooling { extension_s: Some(1_000), ..pooling() });
    assert_eq!(refused(&ask(2_001), &patient, None), Reason::Declined);
    assert_eq!(grant(id(2), &ask(2_000), &patient, None, at(0)).unwrap().extended, Some(at(2_000)));
    assert!(PoolRequest { extended: Some(at(1_000)), ..request(agent(9)) }.check().is_err());
    let cased = with(Pooling { case: Some(n(8)), ..pooling() });
    let granted = |left: i64| grant(id(2), &request(agent(9)), &cased, Some(n(left)), at(0)).unwrap().cap;
    assert_eq!((granted(100), granted(59), granted(24)), (n(56), n(56), n(24)));
    assert_eq!(refused(&request(agent(9)), &cased, Some(n(23))), Reason::Quantity);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let offer = |pooling: Pooling| Offer { pooling: Some(pooling), ..chair() }.check();
    let two = [agent(1), agent(2)].to_vec();
    offer(Pooling { counted: Counted::Vouched, vouchers: two.clone(), ..pooling() }).unwrap();
    offer(Pooling { counted: Counted::Vouched, ..pooling() }).unwrap_err();
    offer(Pooling { vouchers: two, ..pooling() }).unwrap_err();
    offer(Pooling { case: Some(n(0)), ..pooling() }).unwrap_err();
    offer(Pooling { case: Some(d("1.5")), ..pooling() }).unwrap_err();
    offer(Pooling { case: Some(n(61)), ..pooling() }).unwrap_err();
    offer(Pooling { stock: Some(n(0)), ..pooling() }).unwrap_err();
    offer(Pooling { tolerance_percent: Some(51), ..pooling() }).unwrap_err();
    offer(Pooling { extension_s: Some(0), ..pooling() }).unwrap_err();
    let place = DropOff { name: "School".into(), place: None, leader: agent(4) };
    let fetched = PoolTerms { drop_offs: vec![place], ..terms(agent(9)) };
    fetched.check().unwrap();
    let at_drop = |drop_off| Pledge { drop_off, ..pledge(id(1), 1, 2, 120) };
    at_drop(Some(0)).check(&fetched).unwrap();
    at_drop(Some(1)).check(&fetched).unwrap_err();
    at_drop(None).check(&fetched).unwrap_err();
    at_drop(Some(0)).check(&terms(agent(9))).unwrap_err();
    Pledge { extend: true, ..at_drop(Some(0)) }.check(&fetched).unwrap_err();
}

#[test]
fn what_members_do_not_take_over_raises_the_price_up_to_each_ceiling() {
    let chairs = pool(&[(1, 120), (20, 96), (50, 84)], 20, 60);
    let votes = [vote(1, 10, 10, 84), vote(2, 15, 15, 90), vote(3, 10, 10, 130), vote(4, 20, 20, 100)];
    let settled = settle(&chairs, &votes);
    assert_eq!(made(&settled), Some((n(84), n(55))));
    let owed = |took: &[(u8, i64)]| -> Vec<Decimal> {
        let took: BTreeMap<_, _> = took.iter().map(|(i, q)| (id(*i), n(*q))).collect();
        settle_accepted(&chairs, &votes, &settled, &took).iter().map(|o| o.unit_price.amount).collect()
    };
    assert_eq!(owed(&[(1, 10), (2, 15), (3, 10), (4, 20)]), [n(84); 4]);
    assert_eq!(owed(&[(1, 10), (2, 15), (3, 10)]), [n(84), n(90), n(96), n(96)]);
    assert_eq!(owed(&[(1, 10)]), [n(84), n(90), n(120), n(100)]);
    // more than one's share brings nobody a price
    assert_eq!(owed(&[(1, 45), (2, 15)]), [n(84), n(90), n(96), n(96)]);
}

fn cased() -> impl Strategy<Value = PoolTerms> {
    (1_i64..7, 1_i64..30, 1_i64..60, 0_i64..80, 1_i64..15).prop_map(
        |(case, first, threshold, room, cheaper)| {
            let tiers = [(first, 100), (first + 10, 100 - cheaper), (first + 25, 100 - 2 * cheaper)];
            let terms = pool(&tiers, threshold, first.max(threshold) + room);
            PoolTerms { case: Some(n(case)), ..terms }
        },
    )
}

fn votes(least: i64) -> impl Strategy<Value = Vec<PledgeVote>> {
    let one = (any::<u64>(), 1..=least, 0_i64..8, 60_i64..110, prop::bool::weighted(0.7));
    prop::collection::vec(one, 0..24).prop_map(|wishes| {
        let vote = |(seed, least, more, ceiling, counted): (u64, i64, i64, i64, bool)| {
            let mut bytes = [7; 32];
            bytes[..8].copy_from_slice(&seed.to_be_bytes());
            let (id, member) = (RecordId(bytes), AgentId(bytes));
            let weight = if counted { Weight::Counts } else { Weight::Joins };
            PledgeVote { id, member, weight, ..vote(1, least, least + more, ceiling) }
        };
        let unlike: BTreeMap<_, _> = wishes.into_iter().map(|w| (w.0, vote(w))).collect();
        unlike.into_values().collect()
    })
}

fn price_of(settled: &Settled) -> Option<Decimal> {
    made(settled).map(|(price, _)| price)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_made_is_whole_cases_within_cap_ranges_and_ceilings(terms in cased(), votes in votes(9)) {
        let settled = settle(&terms, &votes);
        let Some((price, total)) = made(&settled) else { return Ok(()) };
        let case = terms.case.unwrap();
        prop_assert!(total.is_multiple_of(case) && total.is_positive() && total <= terms.cap);
        prop_assert_eq!(total, quantities(&settled).into_iter().sum());
        let vote = |s: &Share| votes.iter().find(|v| v.id == s.pledge).unwrap();
        for share in &settled.shares {
            let vote = vote(share);
            prop_assert!(vote.at_least <= share.quantity && share.quantity <= vote.at_most);
            prop_assert!(price <= vote.ceiling);
        }
        // the vouched alone have reached the price, in whole cases
        let counted: Decimal = settled.shares.iter().filter(|s| vote(s).weight == Weight::Counts).map(|s| s.quantity).sum();
        prop_assert!(counted >= terms.threshold && counted.is_multiple_of(case));
        prop_assert!(terms.prices.unit_price(counted).unwrap().amount <= price);
    }

    #[test]
    fn with_cases_and_strangers_too_the_order_of_pledges_does_not_matter(
        terms in cased(),
        (straight, shuffled) in votes(9).prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
    ) {
        prop_assert_eq!(settle(&terms, &straight), settle(&terms, &shuffled));
    }

    #[test]
    fn the_surplus_of_a_case_goes_out_within_a_step_of_its_proportion(terms in cased(), votes in votes(3)) {
        let votes: Vec<_> = votes.into_iter().map(|v| PledgeVote { weight: Weight::Counts, ..v }).collect();
        let settled = settle(&terms, &votes);
        let Some((price, total)) = made(&settled) else { return Ok(()) };
        let kept = || votes.iter().filter(|v| v.ceiling >= price && v.at_most <= terms.cap);
        prop_assume!(settled.shares.len() == kept().count());
        let least: Decimal = kept().map(|v| v.at_least).sum();
        let more: Decimal = kept().map(|v| v.at_most - v.at_least).sum();
        for vote in kept() {
            let got = settled.share_of(&vote.member).unwrap().quantity - vote.at_least;
            let ideal_times_more = (vote.at_most - vote.at_least).micros() * (total - least).micros();
            let off = (got.micros() * more.micros() - ideal_times_more).abs();
            prop_assert!(off < terms.step.micros() * more.micros().max(1));
        }
        // as much as whole cases within cap and wishes allow
        let most = (least + more).min(terms.cap).floor_to(terms.case.unwrap());
        prop_assert_eq!(total, most);
    }

    #[test]
    fn a_further_pledge_only_lowers_the_price_with_cases_too_where_each_takes_as_little_as_a_step(
        terms in cased(), few in votes(1), further in votes(1),
    ) {
        let mut more = few.clone();
        more.extend(further.into_iter().filter(|v| few.iter().all(|f| f.id != v.id)));
        if let Some(before) = price_of(&settle(&terms, &few)) {
            prop_assert!(price_of(&settle(&terms, &more)).is_some_and(|after| after <= before));
        }
    }

    #[test]
    fn nothing_a_stranger_pledges_changes_what_the_vouched_get_or_pay(terms in cased(), votes in votes(9)) {
        let vouched: Vec<_> = votes.iter().filter(|v| v.weight == Weight::Counts).cloned().collect();
        let (alone, together) = (settle(&terms, &vouched), settle(&terms, &votes));
        prop_assert_eq!(price_of(&alone), price_of(&together));
        for share in alone.shares {
            prop_assert!(together.shares.contains(&share));
        }
    }

    #[test]
    fn a_member_never_owes_above_its_ceiling_nor_below_the_price_of_the_close(
        terms in cased(), votes in votes(9), took in prop::collection::vec(0_i64..20, 24),
    ) {
        let settled = settle(&terms, &votes);
        let took: BTreeMap<_, _> =
            settled.shares.iter().zip(&took).map(|(s, t)| (s.pledge, s.quantity.min(n(*t)))).collect();
        let owed = settle_accepted(&terms, &votes, &settled, &took);
        prop_assert_eq!(owed.len(), settled.shares.len());
        for o in &owed {
            let ceiling = votes.iter().find(|v| v.id == o.pledge).unwrap().ceiling;
            prop_assert!(o.unit_price.amount <= ceiling && o.unit_price.amount >= price_of(&settled).unwrap());
            prop_assert_eq!(o.amount(), o.unit_price.times(took[&o.pledge]));
        }
        // all honoured: the price of the close
        let all: BTreeMap<_, _> = settled.shares.iter().map(|s| (s.pledge, s.quantity)).collect();
        for o in settle_accepted(&terms, &votes, &settled, &all) {
            prop_assert_eq!(Some(o.unit_price.amount), price_of(&settled));
        }
    }
}
