//! A recall: who has some of the bad log, in whatever form, and who may ask.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use std::collections::BTreeMap;
use trace::statement::{Handover, LotId, PassportInput, Purpose};
use trace::{Action, Error, ForwardState, ForwardStep, ForwardTrace, Stock, may_ask_forward};
use vocab::{AgentId, RecordId};

/// Agents by number, each with its own stock, and the only thing they tell: what became of a lot with them.
#[derive(Default)]
struct World {
    stocks: BTreeMap<u8, Stock>,
    records: u8,
}
impl World {
    fn fresh(&mut self) -> RecordId {
        self.records += 1;
        id(100 + self.records)
    }
    fn of(&mut self, who: u8) -> &mut Stock {
        self.stocks.entry(who).or_default()
    }
    /// Hands over and takes over, both sides booking it; returns the taker's takeover.
    fn go(&mut self, from: u8, to: u8, h: Handover) -> RecordId {
        let (given, taken) = (self.fresh(), self.fresh());
        let t = accept_all(given, &h);
        self.of(from).hand_over(given, &h).unwrap();
        self.of(to).take_over(taken, agent(from), &h, &t, &agent(to)).unwrap();
        self.of(from).taken_over(&t).unwrap();
        taken
    }
    fn answer(&self, who: AgentId, lot: LotId) -> Option<ForwardStep> {
        let found = self.stocks.iter().find(|(n, _)| agent(**n) == who);
        found.map(|(_, stock)| stock.forward(&lot))
    }
}

const FOREST: u8 = 1;
const SAWMILL: u8 = 2;
const CARRIER: u8 = 3;
const WORKSHOP: u8 = 4;
const BUYER: u8 = 5;

/// 20 log, 12 to the sawmill (2 kept), 8 board, 5 by carrier to the workshop (1 kept), 2 chairs, one sold.
fn world() -> World {
    let (log, board, chair) = (id(1), id(2), id(3));
    let mut w = World::default();
    let make = |lot, what, q| event(Action::Produce, lot, what, q);
    let take = |lot, what, q| event(Action::Consume, lot, what, q);
    w.of(FOREST).apply_happened(&happened([make(log, "log", kg("20"))])).unwrap();
    w.go(FOREST, SAWMILL, delivery(vec![goods(log, "log", "12")], agent(SAWMILL), agent(SAWMILL)));
    let sawn = happened([take(log, "log", kg("10")), make(board, "board", kg("8"))]);
    w.of(SAWMILL).apply_happened(&sawn).unwrap();
    let h = delivery(vec![goods(board, "board", "5")], agent(CARRIER), agent(WORKSHOP));
    let after = Some(w.go(SAWMILL, CARRIER, h.clone()));
    w.go(CARRIER, WORKSHOP, Handover { to: agent(WORKSHOP), after, ..h });
    let built = happened([take(board, "board", kg("4")), make(chair, "chair", each(2))]);
    w.of(WORKSHOP).apply_happened(&built).unwrap();
    w.go(WORKSHOP, BUYER, delivery(vec![goods(chair, "chair", "1")], agent(BUYER), agent(BUYER)));
    w
}

fn run(w: &World, lot: LotId, maker: u8) -> ForwardTrace {
    let mut trace = ForwardTrace::new(lot, agent(maker));
    while let Some(want) = trace.wants().first().cloned() {
        assert_eq!((want.chain.first(), want.chain.last()), (Some(&lot), Some(&want.lot)));
        match w.answer(want.agent, want.lot) {
            Some(step) => trace.feed(want.agent, want.lot, step).unwrap(),
            None => trace.gave_up(want.agent, want.lot),
        }
    }
    trace
}

#[test]
fn a_recall_finds_everyone_who_has_some_of_it_in_whatever_form() {
    let trace = run(&world(), id(1), FOREST);
    let mut held: Vec<_> =
        trace.holders().into_iter().map(|h| (h.agent, h.lot, h.on_hand.unwrap())).collect();
    let mut expected = vec![
        (agent(FOREST), id(1), d("8")),
        (agent(SAWMILL), id(1), d("2")),
        (agent(SAWMILL), id(2), d("3")),
        (agent(WORKSHOP), id(2), d("1")),
        (agent(WORKSHOP), id(3), d("1")),
        (agent(BUYER), id(3), d("1")),
    ];
    held.sort();
    expected.sort();
    assert_eq!(held, expected);
    let tree = trace.tree();
    let board = &tree.handed[0].at.outputs[0];
    let chair = &board.handed[0].at.handed[0].at.outputs[0];
    assert_eq!((chair.lot, chair.handed[0].at.agent), (id(3), agent(BUYER)));
    assert!(trace.is_done() && !trace.is_cut_short());
}

#[test]
fn one_who_does_not_answer_is_shown_and_may_answer_late() {
    let mut w = world();
    let silent = w.stocks.remove(&CARRIER).unwrap();
    let mut trace = run(&w, id(1), FOREST);
    let holders = trace.holders();
    let unknown: Vec<_> = holders.iter().filter(|h| h.on_hand.is_none()).collect();
    assert_eq!((unknown.len(), unknown[0].agent), (1, agent(CARRIER)));
    assert_eq!(trace.tree().handed[0].at.outputs[0].handed[0].at.state, ForwardState::NoAnswer);
    trace.feed(agent(CARRIER), id(2), silent.forward(&id(2))).unwrap();
    assert_eq!(trace.wants()[0].agent, agent(WORKSHOP));
    let again = trace.feed(agent(CARRIER), id(2), silent.forward(&id(2)));
    assert_eq!(again, Err(Error::NotWanted(id(2))));
    assert_eq!(trace.feed(agent(9), id(2), ForwardStep::default()), Err(Error::NotWanted(id(2))));
}

#[test]
fn recalled_goods_come_back_and_are_on_hand_at_their_maker() {
    let mut w = world();
    let back = delivery(vec![goods(id(1), "log", "2")], agent(FOREST), agent(FOREST));
    w.go(SAWMILL, FOREST, Handover { purpose: Purpose::Return, ..back });
    let trace = run(&w, id(1), FOREST);
    let log: Vec<_> = trace.holders().into_iter().filter(|h| h.lot == id(1)).collect();
    assert_eq!((log.len(), log[0].agent, log[0].on_hand), (1, agent(FOREST), Some(d("10"))));
    // the way back to the maker is not walked in circles
    let sawmill = &trace.tree().handed[0].at;
    assert_eq!(sawmill.handed[0].at.state, ForwardState::ShownElsewhere);
    w.stocks.values().for_each(|stock| stock.check().unwrap());
}

#[test]
fn only_who_made_something_in_it_may_ask() {
    let (mut forest, mut sawmill, mut workshop) = (Firm::new(1), Firm::new(2), Firm::new(4));
    let log = forest.says(&passport("log", kg("20"), vec![]));
    let board = sawmill.says(&passport("board", kg("8"), vec![input(&log, kg("10"), None)]));
    let chair = workshop.says(&passport("chair", each(2), vec![input(&board, kg("4"), None)]));
    let chain = [log.clone(), board.clone(), chair.clone()];
    assert!(may_ask_forward(&forest.id(), &chain, chair.id));
    assert!(may_ask_forward(&sawmill.id(), &chain[1..], chair.id));
    assert!(may_ask_forward(&workshop.id(), &chain[2..], chair.id));
    assert!(may_ask_forward(&forest.id(), &chain[..1], log.id));

    assert!(!may_ask_forward(&agent(9), &chain, chair.id), "another's chain");
    assert!(!may_ask_forward(&forest.id(), &chain, board.id), "the chain ends elsewhere");
    assert!(!may_ask_forward(&forest.id(), &[log.clone(), chair.clone()], chair.id), "a link is missing");
    assert!(!may_ask_forward(&forest.id(), &[], chair.id));
    let own = forest.says(&passport("chair", each(2), vec![]));
    assert!(!may_ask_forward(&forest.id(), &[own, chair.clone()], chair.id), "not an input");
    let blamed = PassportInput { issuer: agent(9), ..input(&log, kg("1"), None) };
    let stool = workshop.says(&passport("stool", each(1), vec![blamed]));
    assert!(!may_ask_forward(&forest.id(), &[log.clone(), stool.clone()], stool.id), "said to be another's");
    let note = forest.says(&happened([event(Action::Raise, id(1), "log", kg("1"))]));
    assert!(!may_ask_forward(&forest.id(), std::slice::from_ref(&note), note.id), "not a passport");
}

#[test]
fn an_endless_or_senseless_answer_is_refused_or_cut_short() {
    let mut trace = ForwardTrace::new(id(1), agent(1));
    let negative = ForwardStep { on_hand: d("-1"), ..ForwardStep::default() };
    assert!(trace.feed(agent(1), id(1), negative).is_err());
    let lot = |n: u32| {
        let mut id = [0; 32];
        id[28..].copy_from_slice(&n.to_be_bytes());
        RecordId(id)
    };
    let too_many = ForwardStep { outputs: (0..10_001).map(lot).collect(), ..ForwardStep::default() };
    assert!(matches!(trace.feed(agent(1), id(1), too_many), Err(Error::TooMany { .. })));
    // one lot after another, without end
    let mut n = 0;
    while let Some(want) = trace.wants().pop() {
        n += 1;
        assert!(n < 100, "the trace must end by itself");
        let step = ForwardStep { outputs: vec![lot(n)], ..ForwardStep::default() };
        trace.feed(want.agent, want.lot, step).unwrap();
    }
    assert!(trace.is_cut_short());
    let text = serde_json::to_string(&trace.tree()).unwrap();
    assert!(text.contains("too_far"));
}
