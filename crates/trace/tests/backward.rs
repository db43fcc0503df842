//! Where a chair came from: forest, sawmill, workshop, with a carrier between, every record signed.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ledger::{Record, Signed};
use std::collections::BTreeMap;
use trace::statement::{Handover, Passport, PassportInput, Takeover};
use trace::{BackTrace, Contradiction, Error, Gap, TraceNode, TraceState, passport_inputs};
use vocab::RecordId;

/// Records by id, as a network that has them all.
type Shelf = BTreeMap<RecordId, Record>;

struct Chain {
    shelf: Shelf,
    forest: Firm,
    sawmill: Firm,
    carrier: Firm,
    workshop: Firm,
    log: Record,
    board: Record,
    /// the workshop's takeover of boards from the carrier
    boards_in: Record,
    chair: Record,
}

fn keep(shelf: &mut Shelf, record: Record) -> Record {
    shelf.insert(record.id, record.clone());
    record
}

/// Both halves of goods going from `giver` to `taker`; the takeover is returned.
fn move_goods(shelf: &mut Shelf, giver: &mut Firm, taker: &mut Firm, h: Handover) -> Record {
    let given = keep(shelf, giver.says(&h));
    keep(shelf, taker.says(&accept_all(given.id, &h)))
}

/// Forest makes 20 kg of log; sawmill takes 12 and makes 8 kg of board; a carrier brings 5 to the workshop, which
/// makes two chairs of `used` kg.
fn chain(used: &str) -> Chain {
    let mut shelf = Shelf::new();
    let (mut forest, mut sawmill, mut carrier, mut workshop) =
        (Firm::new(1), Firm::new(2), Firm::new(3), Firm::new(4));
    let log = keep(&mut shelf, forest.says(&passport("log", kg("20"), vec![])));
    let h = delivery(vec![goods(log.id, "log", "12")], sawmill.id(), sawmill.id());
    let logs_in = move_goods(&mut shelf, &mut forest, &mut sawmill, h);
    let sawn = vec![input(&log, kg("12"), Some(logs_in.id))];
    let board = keep(&mut shelf, sawmill.says(&passport("board", kg("8"), sawn)));
    let h = delivery(vec![goods(board.id, "board", "5")], carrier.id(), workshop.id());
    let picked_up = move_goods(&mut shelf, &mut sawmill, &mut carrier, h.clone());
    let h = Handover { to: workshop.id(), after: Some(picked_up.id), ..h };
    let boards_in = move_goods(&mut shelf, &mut carrier, &mut workshop, h);
    let built = vec![input(&board, kg(used), Some(boards_in.id))];
    let chair = keep(&mut shelf, workshop.says(&passport("chair", each(2), built)));
    Chain { shelf, forest, sawmill, carrier, workshop, log, board, boards_in, chair }
}

/// Asks until nothing more is wanted; what the shelf lacks is given up.
fn run(shelf: &Shelf, lot: RecordId, asked: &mut Vec<RecordId>) -> TraceNode {
    let mut trace = BackTrace::new(lot, [agent(9)]);
    while let Some(want) = trace.wants().first().cloned() {
        assert!(!want.ask.is_empty(), "somebody may have it");
        asked.push(want.id);
        match shelf.get(&want.id) {
            Some(record) => trace.feed(record.clone()).unwrap(),
            None => trace.gave_up(want.id),
        }
    }
    assert!(trace.is_done());
    trace.tree()
}
fn tree(shelf: &Shelf, lot: RecordId) -> TraceNode {
    run(shelf, lot, &mut Vec::new())
}
fn contradicts(reason: Contradiction) -> TraceState {
    TraceState::False { reason }
}
fn lacks(reason: Gap) -> TraceState {
    TraceState::Gap { reason }
}

#[test]
fn an_honest_chain_is_verified_from_the_chair_to_the_forest() {
    let c = chain("5");
    let chair = tree(&c.shelf, c.chair.id);
    assert!(chair.is_verified());
    let board = &chair.inputs[0];
    assert_eq!(
        (board.issuer, board.quantity, board.used),
        (Some(c.sawmill.id()), Some(kg("8")), Some(kg("5")))
    );
    let hands: Vec<_> = board.handling.iter().map(|h| (h.from, h.to, h.verified)).collect();
    let way = [(c.sawmill.id(), c.carrier.id(), true), (c.carrier.id(), c.workshop.id(), true)];
    assert_eq!(hands, way);
    let log = &board.inputs[0];
    assert_eq!((log.lot, log.handling.len(), log.inputs.len()), (c.log.id, 1, 0));
    let json = serde_json::to_value(&chair).unwrap();
    assert_eq!(json["inputs"][0]["state"]["state"], "verified");
}

#[test]
fn the_maker_that_holds_a_copy_is_asked_first_then_the_issuer() {
    let c = chain("5");
    let mut trace = BackTrace::new(c.chair.id, [agent(9)]);
    assert_eq!(trace.wants()[0].ask, [agent(9)]);
    trace.feed(c.chair.clone()).unwrap();
    let wants = trace.wants();
    let board = wants.iter().find(|w| w.id == c.board.id).unwrap();
    assert_eq!(board.ask, [c.workshop.id(), c.sawmill.id()]);
    assert_eq!(trace.tree().inputs[0].state, lacks(Gap::Awaited));
}

#[test]
fn each_missing_record_is_a_gap_where_it_is_missing_and_nowhere_else() {
    let c = chain("5");
    let without = |id: RecordId| {
        let mut shelf = c.shelf.clone();
        shelf.remove(&id).unwrap();
        tree(&shelf, c.chair.id)
    };
    assert_eq!(without(c.chair.id).state, lacks(Gap::PassportMissing));
    let board = &without(c.board.id).inputs[0];
    assert_eq!(board.state, lacks(Gap::PassportMissing));
    assert_eq!((board.issuer, board.used), (Some(c.sawmill.id()), Some(kg("5"))));
    let board = &without(c.boards_in.id).inputs[0];
    assert_eq!(board.state, lacks(Gap::TakeoverMissing));
    assert!(board.inputs[0].is_verified(), "the step below is judged for itself");
    let given = c.boards_in.read::<Takeover>().unwrap().handover;
    assert_eq!(without(given).inputs[0].state, lacks(Gap::HandoverMissing));
    let before = c.shelf[&given].read::<Handover>().unwrap().after.unwrap();
    let board = &without(before).inputs[0];
    assert_eq!(board.state, lacks(Gap::TakeoverMissing));
    assert_eq!(board.handling.len(), 1, "the hand that is known is shown");
}

#[test]
fn a_forged_or_changed_passport_is_not_what_was_cited() {
    let mut c = chain("5");
    let mut bytes = Signed::clone(c.board.signed());
    let at = bytes.bytes.windows(3).position(|w| w == b"\"8\"").unwrap();
    bytes.bytes[at + 1] = b'9';
    assert!(bytes.verify().is_err(), "a changed byte breaks the signature");
    // the same words in another hand are another record
    let forged = Firm::new(66).says(&c.board.read::<Passport>().unwrap());
    let mut trace = BackTrace::new(c.chair.id, [c.workshop.id()]);
    trace.feed(c.chair.clone()).unwrap();
    assert_eq!(trace.feed(forged.clone()), Err(Error::NotWanted(forged.id)));
    // a maker that cites the forgery as the sawmill's is found out
    let claim = PassportInput { issuer: c.sawmill.id(), ..input(&forged, kg("5"), Some(c.boards_in.id)) };
    let chair = c.workshop.says(&passport("chair", each(2), vec![claim]));
    c.shelf.extend([(forged.id, forged), (chair.id, chair.clone())]);
    let board = &tree(&c.shelf, chair.id).inputs[0];
    assert_eq!(board.state, contradicts(Contradiction::WrongIssuer));
    assert!(board.inputs.is_empty() && board.made_at.is_none());
}

/// The chain with one more chair that cites its board as `change` says.
fn with_claim(change: impl FnOnce(&mut Chain, &mut PassportInput)) -> TraceNode {
    let mut c = chain("1");
    let mut claim = input(&c.board, kg("4"), Some(c.boards_in.id));
    change(&mut c, &mut claim);
    let chair = c.workshop.says(&passport("chair", each(2), vec![claim]));
    c.shelf.insert(chair.id, chair.clone());
    tree(&c.shelf, chair.id).inputs[0].clone()
}

#[test]
fn what_contradicts_is_false_and_says_why() {
    assert!(with_claim(|_, _| {}).is_verified());
    type Change = fn(&mut Chain, &mut PassportInput);
    let cases: [(Contradiction, Change); 9] = [
        (Contradiction::WrongIssuer, |c, i| i.issuer = c.forest.id()),
        (Contradiction::WrongSpecification, |_, i| i.spec = spec("plank")),
        (Contradiction::WrongUnit, |_, i| i.quantity = each(4)),
        (Contradiction::MoreThanMade, |_, i| i.quantity = kg("8.000001")),
        (Contradiction::MoreThanAccepted, |_, i| i.quantity = kg("5.000001")),
        (Contradiction::NotATakeover, |c, i| i.received = Some(c.log.id)),
        (Contradiction::NotAPassport, |c, i| i.lot = c.boards_in.id),
        (Contradiction::NotAccepted, |c, i| {
            let h = delivery(vec![goods(c.log.id, "log", "1")], c.workshop.id(), c.workshop.id());
            i.received = Some(move_goods(&mut c.shelf, &mut c.forest, &mut c.workshop, h).id);
        }),
        (Contradiction::WrongTaker, |c, i| {
            let given = c.boards_in.read::<Takeover>().unwrap().handover;
            i.received = c.shelf[&given].read::<Handover>().unwrap().after;
        }),
    ];
    for (reason, change) in cases {
        assert_eq!(with_claim(change).state, contradicts(reason));
    }
}

#[test]
fn halves_that_do_not_fit_each_other_are_false() {
    let invent = |goods_taken: &'static str, to_workshop: bool| {
        with_claim(move |c, i| {
            let to = if to_workshop { c.workshop.id() } else { c.carrier.id() };
            let h = delivery(vec![goods(c.board.id, "board", "4")], to, c.workshop.id());
            let given = keep(&mut c.shelf, c.sawmill.says(&h));
            let accepted = vec![goods(c.board.id, "board", goods_taken)];
            let t = Takeover { handover: given.id, accepted, rejected: vec![], reason: String::new() };
            i.received = Some(keep(&mut c.shelf, c.workshop.says(&t)).id);
        })
    };
    assert!(invent("4", true).is_verified());
    assert_eq!(invent("4.5", true).state, contradicts(Contradiction::HalvesDiffer));
    assert_eq!(invent("4", false).state, contradicts(Contradiction::HalvesDiffer));
}

#[test]
fn a_giver_that_neither_made_it_nor_shows_how_it_came_leaves_a_gap() {
    let unexplained = with_claim(|c, i| {
        let h = delivery(vec![goods(c.board.id, "board", "4")], c.workshop.id(), c.workshop.id());
        i.received = Some(move_goods(&mut c.shelf, &mut c.carrier, &mut c.workshop, h).id);
    });
    assert_eq!(unexplained.state, lacks(Gap::GiverUnexplained));
    assert_eq!(with_claim(|_, i| i.received = None).state, lacks(Gap::NoTakeover));
    let too_much = with_claim(|c, i| {
        // the carrier hands on more than it was handed
        let given = c.boards_in.read::<Takeover>().unwrap().handover;
        let h = c.shelf[&given].read::<Handover>().unwrap();
        let h = Handover { goods: vec![goods(c.board.id, "board", "6")], ..h };
        i.received = Some(move_goods(&mut c.shelf, &mut c.carrier, &mut c.workshop, h).id);
    });
    assert_eq!(too_much.state, contradicts(Contradiction::MoreThanAccepted));
}

#[test]
fn two_lots_that_together_claim_more_than_came_are_both_false() {
    let mut c = chain("3");
    let claim = |quantity| vec![input(&c.board, kg(quantity), Some(c.boards_in.id))];
    let (seat, back) = (claim("3"), claim("3"));
    let seat = keep(&mut c.shelf, c.workshop.says(&passport("seat", each(1), seat)));
    let back = keep(&mut c.shelf, c.workshop.says(&passport("back", each(1), back)));
    assert!(tree(&c.shelf, seat.id).is_verified(), "3 of 5 for itself is fine");
    let both = vec![input(&seat, each(1), None), input(&back, each(1), None)];
    let chair = keep(&mut c.shelf, c.workshop.says(&passport("chair", each(1), both)));
    let found = tree(&c.shelf, chair.id);
    for part in &found.inputs {
        assert_eq!(part.state, TraceState::Verified, "the maker's own parts");
        assert_eq!(part.inputs[0].state, contradicts(Contradiction::MoreThanAccepted));
    }
}

#[test]
fn a_lot_used_in_many_places_is_asked_for_once_and_shown_in_each() {
    let mut firm = Firm::new(1);
    let mut shelf = Shelf::new();
    let mut last = keep(&mut shelf, firm.says(&passport("p0", kg("1000"), vec![])));
    // 14 tiers of two lots that both use the one below: 2^14 ways down, 29 records
    for tier in 1..=14 {
        let halves: Vec<_> = ["a", "b"]
            .iter()
            .map(|side| {
                let what = format!("p{tier}{side}");
                let quantity = kg(&(1000 / (1 << tier)).max(1).to_string());
                keep(&mut shelf, firm.says(&passport(&what, kg("1000"), vec![input(&last, quantity, None)])))
            })
            .collect();
        let both = halves.iter().map(|half| input(half, kg("1"), None)).collect();
        last = keep(&mut shelf, firm.says(&passport(&format!("p{tier}"), kg("1000"), both)));
    }
    let mut asked = Vec::new();
    let found = run(&shelf, last.id, &mut asked);
    assert_eq!(asked.len(), shelf.len());
    fn count(node: &TraceNode) -> usize {
        1 + node.inputs.iter().map(count).sum::<usize>()
    }
    assert!(count(&found) <= 10_000, "{}", count(&found));
    assert!(!found.is_verified(), "what is left out is a gap, not verified");
}

#[test]
fn a_chain_deeper_than_the_limit_ends_in_a_gap() {
    let mut firm = Firm::new(1);
    let mut shelf = Shelf::new();
    let mut last = keep(&mut shelf, firm.says(&passport("p", kg("1"), vec![])));
    for _ in 0..40 {
        last = keep(&mut shelf, firm.says(&passport("p", kg("1"), vec![input(&last, kg("1"), None)])));
    }
    let mut node = &tree(&shelf, last.id);
    let mut depth = 0;
    while let Some(below) = node.inputs.first() {
        (node, depth) = (below, depth + 1);
    }
    assert_eq!((depth, node.state), (33, lacks(Gap::TooLarge)));
}

#[test]
fn what_seemed_too_deep_is_followed_once_a_shorter_way_leads_there() {
    let mut firm = Firm::new(1);
    let mut made = |inputs: &[&Record]| {
        let inputs = inputs.iter().map(|r| input(r, kg("1"), None)).collect();
        firm.says(&passport("p", kg("9"), inputs))
    };
    let bottom = made(&[]);
    let low = made(&[&bottom]);
    let short = made(&[&low]);
    let mut long = vec![made(&[&low])];
    for _ in 0..30 {
        long.push(made(&[long.last().unwrap()]));
    }
    let root = made(&[long.last().unwrap(), &short]);
    let mut trace = BackTrace::new(root.id, [agent(9)]);
    trace.feed(root).unwrap();
    long.into_iter().rev().for_each(|record| trace.feed(record).unwrap());
    trace.feed(low).unwrap();
    assert!(trace.wants().iter().all(|w| w.id != bottom.id), "33 tiers down by the long way");
    trace.feed(short).unwrap();
    assert_eq!(trace.wants()[0].id, bottom.id);
}

#[test]
fn a_passport_is_made_from_what_was_drawn_and_its_passports() {
    let c = chain("5");
    let me = c.workshop.id();
    let mut stock = trace::Stock::default();
    let given = c.boards_in.read::<Takeover>().unwrap().handover;
    let h = c.shelf[&given].read::<Handover>().unwrap();
    stock.take_over(c.boards_in.id, c.carrier.id(), &h, &accept_all(given, &h), &me).unwrap();
    let picked = stock.pick(id(90), &spec("board"), d("4.5")).unwrap();
    let inputs = passport_inputs(&stock.drawn(&picked).unwrap(), |lot| c.shelf.get(lot)).unwrap();
    assert_eq!(inputs, [input(&c.board, kg("4.5"), Some(c.boards_in.id))]);
    assert!(passport_inputs(&stock.drawn(&picked).unwrap(), |_| None).is_err());
    assert!(passport_inputs(&stock.drawn(&picked).unwrap(), |_| Some(&c.chair)).is_err());
}
