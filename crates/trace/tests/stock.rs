//! One agent's stock: what it books, what it refuses, and that it refuses whole.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use trace::statement::{Handover, Purpose, Takeover};
use trace::{Action, EconomicEvent, Error, Origin, Stock};
use vocab::Decimal;

const OAK: &str = "oak";

fn with_oak() -> Stock {
    let mut stock = Stock::default();
    let first = event(Action::Raise, id(1), OAK, kg("10"));
    let second = event(Action::Raise, id(2), OAK, kg("5.5"));
    stock.apply_happened(&happened([first, second])).unwrap();
    stock
}

/// Tries a change that must fail and leave no mark.
fn refused(stock: &Stock, change: impl FnOnce(&mut Stock) -> Result<(), Error>) -> Error {
    let mut tried = stock.clone();
    let error = change(&mut tried).unwrap_err();
    assert!(tried == *stock, "a refused change left a mark: {error}");
    error
}

#[test]
fn more_than_is_there_is_refused_and_nothing_of_the_record_is_booked() {
    let stock = with_oak();
    let good = event(Action::Consume, id(1), OAK, kg("10"));
    let made = event(Action::Produce, id(9), "chair", each(2));
    let worse = event(Action::Lower, id(2), OAK, kg("5.500001"));
    let error = refused(&stock, |s| s.apply_happened(&happened([good, made, worse])));
    let (wanted, there) = (d("5.500001"), d("5.5"));
    assert_eq!(error, Error::NotEnough { lot: id(2), wanted, there });
}

#[test]
fn unknown_lots_known_new_lots_and_other_specifications_or_units_are_refused() {
    let stock = with_oak();
    let bad = [
        event(Action::Consume, id(7), OAK, kg("1")),
        event(Action::Produce, id(1), OAK, kg("1")),
        event(Action::Consume, id(1), "pine", kg("1")),
        event(Action::Raise, id(1), "pine", kg("1")),
        event(Action::Consume, id(1), OAK, each(1)),
        event(Action::Consume, id(1), OAK, kg("0")),
        event(Action::Consume, id(1), OAK, kg("-1")),
        EconomicEvent { lot: None, ..event(Action::Consume, id(1), OAK, kg("1")) },
        event(Action::Work, id(1), "joinery", kg("1")),
    ];
    for e in bad {
        refused(&stock, |s| s.apply_happened(&happened([e])));
    }
}

#[test]
fn numbered_pieces_are_named_one_by_one_and_are_in_one_place_only() {
    let mut stock = Stock::default();
    let numbered = |action, serials: &[&str]| {
        let e = event(action, id(1), "chair", each(serials.len() as i64));
        happened([EconomicEvent { serials: serials.iter().map(|s| (*s).to_owned()).collect(), ..e }])
    };
    stock.apply_happened(&numbered(Action::Produce, &["a", "b", "c"])).unwrap();
    refused(&stock, |s| s.apply_happened(&happened([event(Action::Lower, id(1), "chair", each(1))])));
    refused(&stock, |s| s.apply_happened(&numbered(Action::Lower, &["x"])));
    refused(&stock, |s| s.apply_happened(&numbered(Action::Raise, &["b"])));
    let h = delivery(vec![pieces(id(1), "chair", &["b"])], agent(2), agent(2));
    stock.hand_over(id(50), &h).unwrap();
    refused(&stock, |s| s.apply_happened(&numbered(Action::Lower, &["b"])));
    refused(&stock, |s| s.apply_happened(&numbered(Action::Raise, &["b"])));
    stock.taken_over(&accept_all(id(50), &h)).unwrap();
    // found again after it was thought sold: that is possible
    stock.apply_happened(&numbered(Action::Raise, &["b"])).unwrap();
    stock.check().unwrap();
    let picked = stock.pick(id(90), &spec("chair"), d("2")).unwrap();
    assert_eq!(picked, [pieces(id(1), "chair", &["a", "b"])]);
    assert!(stock.pick(id(90), &spec("chair"), d("1.5")).is_err());
}

#[test]
fn what_is_refused_comes_back_to_where_it_was_and_keeps_its_turn() {
    let mut stock = with_oak();
    let h = delivery(vec![goods(id(1), OAK, "10"), goods(id(2), OAK, "1")], agent(2), agent(2));
    stock.hand_over(id(50), &h).unwrap();
    assert_eq!(stock.on_hand(&spec(OAK)), d("4.5"));
    assert_eq!(stock.in_transit().count(), 1);
    let answer = Takeover {
        handover: id(50),
        accepted: vec![goods(id(1), OAK, "3.25"), goods(id(2), OAK, "1")],
        rejected: vec![goods(id(1), OAK, "6.75")],
        reason: "wet".into(),
    };
    stock.taken_over(&answer).unwrap();
    assert_eq!(stock.on_hand(&spec(OAK)), d("11.25"));
    assert_eq!(stock.pick(id(90), &spec(OAK), d("1")).unwrap(), [goods(id(1), OAK, "1")]);
    stock.check().unwrap();
    assert_eq!(refused(&stock, |s| s.taken_over(&answer)), Error::NoSuchHandover(id(50)));
    let handed = stock.forward(&id(1)).handed;
    assert_eq!((handed[0].to, handed[0].quantity), (agent(2), d("3.25")));
}

#[test]
fn an_answer_must_account_for_every_last_decimal_and_piece() {
    let h = delivery(vec![goods(id(1), OAK, "10"), pieces(id(3), "chair", &["a", "b"])], agent(2), agent(2));
    let t = |accepted, rejected| Takeover { handover: id(50), accepted, rejected, reason: String::new() };
    let chairs = || pieces(id(3), "chair", &["a", "b"]);
    let bad = [
        t(vec![goods(id(1), OAK, "9.999999"), chairs()], vec![]),
        t(vec![goods(id(1), OAK, "10"), chairs()], vec![goods(id(1), OAK, "0.000001")]),
        t(vec![goods(id(1), "pine", "10"), chairs()], vec![]),
        t(vec![goods(id(1), OAK, "10")], vec![]),
        t(vec![goods(id(1), OAK, "10"), pieces(id(3), "chair", &["a", "c"])], vec![]),
        t(vec![goods(id(1), OAK, "10"), chairs()], vec![pieces(id(3), "chair", &["a"])]),
        t(vec![goods(id(1), OAK, "10"), goods(id(3), "chair", "2")], vec![]),
        t(vec![goods(id(1), OAK, "10"), chairs(), goods(id(4), OAK, "1")], vec![]),
    ];
    for answer in bad {
        assert!(answer.check(&h).is_err(), "{answer:?}");
    }
    t(
        vec![goods(id(1), OAK, "4"), pieces(id(3), "chair", &["b"])],
        vec![goods(id(1), OAK, "6"), pieces(id(3), "chair", &["a"])],
    )
    .check(&h)
    .unwrap();
}

#[test]
fn a_carrier_holds_in_custody_and_passes_on_what_one_takeover_brought() {
    let (me, supplier, buyer) = (agent(2), agent(1), agent(3));
    let mut carrier = Stock::default();
    let h = delivery(vec![goods(id(1), OAK, "10")], me, buyer);
    carrier.take_over(id(60), supplier, &h, &accept_all(id(50), &h), &me).unwrap();
    assert_eq!(carrier.on_hand(&spec(OAK)), Decimal::ZERO);
    assert_eq!(carrier.custody().next().unwrap().quantity, d("10"));
    let again = refused(&carrier, |s| s.take_over(id(60), supplier, &h, &accept_all(id(50), &h), &me));
    assert_eq!(again, Error::Booked(id(60)));
    let onward = Handover { after: Some(id(60)), to: buyer, ..h.clone() };
    carrier.hand_over(id(51), &onward).unwrap();
    let refusal = Takeover {
        handover: id(51),
        accepted: vec![],
        rejected: onward.goods.clone(),
        reason: "late".into(),
    };
    carrier.taken_over(&refusal).unwrap();
    assert_eq!(carrier.custody().next().unwrap().quantity, d("10"));
    let back = Handover { to: supplier, consignee: supplier, purpose: Purpose::Return, ..onward };
    carrier.hand_over(id(52), &back).unwrap();
    carrier.taken_over(&accept_all(id(52), &back)).unwrap();
    assert_eq!(carrier.custody().count(), 0);
    carrier.check().unwrap();
    let theirs = refused(&carrier, |s| s.take_over(id(61), supplier, &back, &accept_all(id(53), &back), &me));
    assert!(matches!(theirs, Error::Field { .. }));
}

#[test]
fn goods_returned_to_their_maker_are_its_own_make_again() {
    let (me, buyer) = (agent(1), agent(3));
    let mut maker = Stock::default();
    maker.apply_happened(&happened([event(Action::Produce, id(1), "chair", each(4))])).unwrap();
    let h = delivery(vec![goods(id(1), "chair", "4")], buyer, buyer);
    maker.hand_over(id(50), &h).unwrap();
    maker.taken_over(&accept_all(id(50), &h)).unwrap();
    assert_eq!(maker.lots().count(), 0);
    let back = Handover { purpose: Purpose::Return, ..delivery(vec![goods(id(1), "chair", "3")], me, me) };
    maker.take_over(id(61), buyer, &back, &accept_all(id(51), &back), &me).unwrap();
    let held = maker.lots().next().unwrap();
    assert_eq!((held.quantity, held.received), (d("3"), None));
    let history = maker.lot_history(&id(1)).unwrap();
    assert_eq!((history.came, history.went), (d("7"), d("4")));
    assert_eq!(history.origins[1], Origin::Received { from: buyer, takeover: id(61), quantity: d("3") });
    maker.check().unwrap();
}

#[test]
fn what_went_into_what_is_known_across_the_records_of_one_process() {
    let mut stock = with_oak();
    let plan = id(100);
    let book =
        |stock: &mut Stock, events: Vec<EconomicEvent>| stock.apply_happened(&happened(events)).unwrap();
    book(&mut stock, vec![in_process(plan, 0, event(Action::Consume, id(1), OAK, kg("10")))]);
    book(
        &mut stock,
        vec![
            in_process(plan, 0, event(Action::Produce, id(5), "seat", each(2))),
            in_process(plan, 1, event(Action::Produce, id(6), "leg", each(8))),
        ],
    );
    book(
        &mut stock,
        vec![
            event(Action::Consume, id(5), "seat", each(2)),
            event(Action::Consume, id(6), "leg", each(8)),
            event(Action::Produce, id(7), "chair", each(2)),
        ],
    );
    assert_eq!(stock.forward(&id(1)).outputs, [id(5)]);
    assert_eq!(stock.forward(&id(5)).outputs, [id(7)]);
    let history = stock.lot_history(&id(7)).unwrap();
    assert_eq!(history.inputs.iter().copied().collect::<Vec<_>>(), [id(5), id(6)]);
    assert!(stock.lot_history(&id(1)).is_some(), "a lot fully gone keeps its history");
    assert_eq!(stock.forward(&id(77)), Default::default());
}

#[test]
fn an_order_picks_first_in_first_out_from_its_claim_and_what_is_free() {
    let mut stock = with_oak();
    let (mine, other, oak) = (id(90), id(91), spec(OAK));
    stock.reserve(other, &oak, d("12")).unwrap();
    stock.reserve(mine, &oak, d("3")).unwrap();
    refused(&stock, |s| s.reserve(mine, &oak, d("0.6")));
    refused(&stock, |s| s.reserve(mine, &oak, d("-1")));
    assert_eq!(stock.free()[&oak], d("0.5"));
    assert!(stock.pick(mine, &oak, d("3.6")).is_err());
    assert_eq!(stock.pick(mine, &oak, d("3.5")).unwrap(), [goods(id(1), OAK, "3.5")]);
    let twelve = stock.pick(other, &oak, d("12")).unwrap();
    assert_eq!(twelve, [goods(id(1), OAK, "10"), goods(id(2), OAK, "2")]);
    stock.release(other);
    assert_eq!(stock.reserved(&oak), d("3"));
    stock.spend(mine, &oak, d("5"));
    assert!(stock.reserved(&oak).is_zero());
}

#[test]
fn goods_that_were_expected_belong_to_the_order_that_expected_them() {
    let (mut stock, me, oak, key) = (with_oak(), agent(1), spec(OAK), id(90));
    stock.expect(key, &oak, d("4"));
    assert_eq!(stock.expected(&oak), d("4"));
    let h = delivery(vec![goods(id(3), OAK, "6")], me, me);
    stock.take_over(id(60), agent(2), &h, &accept_all(id(50), &h), &me).unwrap();
    stock.arrive(key, &oak, d("6"));
    assert_eq!((stock.reserved(&oak), stock.expected(&oak)), (d("4"), d("0")));
    assert_eq!(stock.free()[&oak], d("17.5"));
    stock.expect(key, &oak, d("2"));
    stock.call_off(key, &oak, d("3"));
    assert!(stock.expected(&oak).is_zero());
    stock.check().unwrap();
}

#[test]
fn a_loss_falls_on_the_youngest_claim_and_is_healed_by_what_is_found() {
    let (mut stock, oak) = (with_oak(), spec(OAK));
    stock.reserve(id(90), &oak, d("10")).unwrap();
    stock.reserve(id(91), &oak, d("5.5")).unwrap();
    stock.apply_happened(&happened([event(Action::Lower, id(1), OAK, kg("4"))])).unwrap();
    assert_eq!(stock.reserved(&oak), d("11.5"));
    assert_eq!(stock.reserved_for(id(90), &oak), d("10"));
    let [short] = &stock.shortfalls()[..] else { panic!("one claim is short") };
    assert_eq!((short.key, short.quantity), (id(91), d("4")));
    stock.check().unwrap();
    stock.apply_happened(&happened([event(Action::Raise, id(1), OAK, kg("4"))])).unwrap();
    assert!(stock.shortfalls().is_empty());
}

#[test]
fn a_lot_that_came_twice_is_drawn_arrival_by_arrival() {
    let (mut stock, me) = (Stock::default(), agent(1));
    for (n, quantity) in [(50, "3"), (51, "4")] {
        let h = delivery(vec![goods(id(1), OAK, quantity)], me, me);
        stock.take_over(id(n + 10), agent(2), &h, &accept_all(id(n), &h), &me).unwrap();
    }
    let picked = stock.pick(id(90), &spec(OAK), d("5")).unwrap();
    assert_eq!(picked, [goods(id(1), OAK, "5")]);
    let parts: Vec<_> = stock.drawn(&picked).unwrap().into_iter().map(|p| (p.received, p.quantity)).collect();
    assert_eq!(parts, [(Some(id(60)), d("3")), (Some(id(61)), d("2"))]);
    assert!(stock.drawn(&[goods(id(1), OAK, "5"), goods(id(1), OAK, "3")]).is_err());
}

#[test]
fn older_goods_that_come_back_keep_their_turn_before_newer_ones_of_the_same_lot() {
    let mut stock = with_oak();
    let h = delivery(vec![goods(id(1), OAK, "10")], agent(2), agent(2));
    stock.hand_over(id(50), &h).unwrap();
    stock.apply_happened(&happened([event(Action::Raise, id(1), OAK, kg("1"))])).unwrap();
    assert_eq!(stock.pick(id(90), &spec(OAK), d("1")).unwrap(), [goods(id(2), OAK, "1")]);
    let refusal =
        Takeover { handover: id(50), accepted: vec![], rejected: h.goods.clone(), reason: String::new() };
    stock.taken_over(&refusal).unwrap();
    assert_eq!(stock.pick(id(90), &spec(OAK), d("11")).unwrap(), [goods(id(1), OAK, "11")]);
    stock.check().unwrap();
}
