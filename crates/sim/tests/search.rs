//! Searches over peers and indexers: what is found, who left out what, and that nobody is needed.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod authors;
mod support;

use authors::Author;
use ledger::{Signed, Signer};
use node::command::Done;
use node::effect::{Effect, Input};
use node::frame::{Found, Frame, Question};
use node::view::{DealState, SearchOutcome, SearchView};
use node::{Config, Hears, Node, Policy};
use sim::{Faults, World};
use support::*;
use vocab::{AgentId, RecordId, Timestamp, after};

/// Firms that keep their partners' listings alone, and indexers that keep everybody's.
struct Town {
    world: World,
    indexers: Vec<usize>,
    sellers: Vec<usize>,
    buyer: usize,
    offers: Vec<RecordId>,
}

fn town(seed: u64) -> Town {
    let mut world = World::new(seed, Faults::NONE);
    let indexers: Vec<_> = ["north", "south"].iter().map(|name| world.add(name)).collect();
    let own = || Policy { hears: Hears::Partners, ..Policy::default() };
    let sellers: Vec<_> =
        ["tanner", "weaver", "potter"].iter().map(|name| world.add_with(name, own())).collect();
    let buyer = world.add_with("buyer", own());
    for indexer in &indexers {
        sellers.iter().chain([&buyer]).for_each(|who| world.introduce(*indexer, *who));
    }
    world.introduce(buyer, sellers[0]);
    world.run(5);
    let mut offers = vec![];
    for (who, spec) in sellers.iter().zip(["leather", "linen", "jug"]) {
        describe(&mut world, *who, spec, "each", false);
        offers.push(offer(&mut world, *who, spec, &[("1", "20")]));
    }
    world.run(5);
    Town { world, indexers, sellers, buyer, offers }
}

fn search(world: &mut World, who: usize, query: serde_json::Value, ask: &[AgentId]) -> SearchView {
    let command = serde_json::json!({"do": "search", "query": query, "ask": ask});
    match world.command(who, json(command)) {
        Ok(Done::Search(view)) => *view,
        other => panic!("{other:?}"),
    }
}
fn ids(view: &SearchView) -> Vec<RecordId> {
    let mut ids: Vec<_> = view.found.iter().map(|f| f.id).collect();
    ids.sort();
    ids
}

#[test]
fn an_indexer_finds_what_a_firm_does_not_keep_and_the_firm_can_act_on_it() {
    let mut t = town(61);
    let (buyer, linen) = (t.buyer, t.offers[1]);
    assert!(t.world.node(buyer).unwrap().offers(t.world.now()).iter().all(|o| o.id != linen));
    let view = search(&mut t.world, buyer, serde_json::json!({"kind": "offers", "text": "LINEN"}), &[]);
    assert_eq!(ids(&view), [linen]);
    assert!(!view.found[0].kept && view.found[0].by.name == "weaver");
    // nothing is kept until the owner acts on it
    assert!(t.world.disk(buyer).iter().all(|e| e.record.id != linen));
    let enquire = serde_json::json!({"do": "enquire", "offer": linen, "quantity": "3"});
    t.world
        .recorded(t.sellers[1], json(serde_json::json!({"do": "raise", "spec": "linen", "quantity": "10"})))
        .unwrap();
    let deal = t.world.recorded(buyer, json(enquire)).unwrap();
    assert!(t.world.run_until(300, |w| state(w, buyer, &deal) == Some(DealState::Quoted)));
    t.world.recorded(buyer, json(serde_json::json!({"do": "accept", "deal": deal}))).unwrap();
    assert!(t.world.run_until(300, |w| state(w, buyer, &deal) == Some(DealState::Bound)));
    // and a restart knows the deal by what was taken in
    let rebuilt = t.world.rebuilt(buyer);
    assert_eq!(rebuilt.deal(&deal, t.world.now()).unwrap().name.in_language("en"), "linen");
}

#[test]
fn killing_every_indexer_stops_nobody() {
    let mut t = town(62);
    let buyer = t.buyer;
    let query = serde_json::json!({"kind": "offers"});
    assert_eq!(search(&mut t.world, buyer, query.clone(), &[]).found.len(), 3);
    for indexer in t.indexers.clone() {
        t.world.kill(indexer);
    }
    // who named one is told that it is silent, and has what the others know
    let ask = [t.world.agent(t.indexers[0]), t.world.agent(t.sellers[0])];
    let view = search(&mut t.world, buyer, query.clone(), &ask);
    assert_eq!(ids(&view), [t.offers[0]]);
    let outcome = |who| view.answerers.iter().find(|a| a.who.agent == t.world.agent(who)).unwrap().outcome;
    assert_eq!(outcome(t.indexers[0]), SearchOutcome::Silent);
    assert_eq!(outcome(t.sellers[0]), SearchOutcome::Answered);
    // whoever knows a peer goes on: finds through it, deals with it
    assert_eq!(ids(&search(&mut t.world, buyer, query, &[])), [t.offers[0]]);
    let enquire = serde_json::json!({"do": "enquire", "offer": t.offers[0], "quantity": "1"});
    let raise = serde_json::json!({"do": "raise", "spec": "leather", "quantity": "5"});
    t.world.recorded(t.sellers[0], json(raise)).unwrap();
    let deal = t.world.recorded(buyer, json(enquire)).unwrap();
    assert!(t.world.run_until(300, |w| state(w, buyer, &deal) == Some(DealState::Quoted)));
}

#[test]
fn searches_beyond_the_limit_are_not_answered() {
    let mut t = town(63);
    let (buyer, indexer) = (t.buyer, t.indexers[0]);
    let ask = [t.world.agent(indexer)];
    let mut outcome = || {
        let view = search(&mut t.world, buyer, serde_json::json!({"kind": "needs"}), &ask);
        view.answerers[1].outcome
    };
    let outcomes: Vec<_> = (0..40).map(|_| outcome()).collect();
    let answered = outcomes.iter().filter(|o| **o == SearchOutcome::Answered).count();
    assert_eq!(answered, Policy::default().searches_per_peer as usize, "{outcomes:?}");
}

/// One node with peers that the test plays by hand.
struct Alone {
    node: Node,
    now: Timestamp,
}

impl Alone {
    fn new() -> Self {
        let config = Config { name: "asker".into(), next_key: None, policy: Policy::default() };
        let mut node = Node::new(Signer::from_seed(&[1; 32]), [1; 32], config);
        let now = Timestamp::from_second(1_767_600_000).unwrap();
        node.begin(now);
        Self { node, now }
    }
    /// The questions that an input leads to, and the reply if there is one.
    fn give(&mut self, input: Input) -> (Vec<(AgentId, u64, Question)>, Option<SearchView>) {
        let (mut asked, mut reply) = (vec![], None);
        for effect in self.node.handle(input, self.now) {
            match effect {
                Effect::Send { to, frame: Frame::Ask { number, question } } => {
                    asked.push((to, number, question))
                }
                Effect::Reply(_, Ok(Done::Search(view))) => reply = Some(*view),
                _ => {}
            }
        }
        (asked, reply)
    }
    fn answer(
        &mut self,
        from: AgentId,
        number: u64,
        answer: Found,
    ) -> (Vec<(AgentId, u64, Question)>, Option<SearchView>) {
        let bytes = Frame::Answer { number, answer: Some(answer) }.encode();
        self.give(Input::Frame { from, bytes })
    }
}

#[test]
fn answers_are_checked_and_compared_and_what_is_kept_back_is_told_unless_it_was_withdrawn() {
    let mut alone = Alone::new();
    let (honest, censor) = (AgentId([7; 32]), AgentId([8; 32]));
    let mut potter = Author::new(9, Timestamp::UNIX_EPOCH);
    let long_ago = after(alone.now, -86_400);
    let inception = Signed::clone(potter.said[0].signed());
    let jug = potter.offer(long_ago, 30);
    let withdrawn = potter.offer(after(long_ago, 1), 30);
    let news = potter.offer(after(alone.now, -5), 30);
    let over = potter.offer(after(long_ago, 2), 0);
    let withdrawal = potter.withdraw(withdrawn.id(), alone.now);
    let mut forged = news.clone();
    forged.signature[5] ^= 1;

    let query = serde_json::json!({"kind": "offers", "text": "陶罐"});
    let command = json(serde_json::json!({"do": "search", "query": query, "ask": [honest, censor]}));
    let (asked, none) = alone.give(Input::Command(1, Box::new(command)));
    assert!(asked.len() == 2 && none.is_none());
    let number =
        |asked: &[(AgentId, u64, Question)], who| asked.iter().find(|(to, ..)| *to == who).unwrap().1;
    let all = vec![inception.clone(), jug.clone(), withdrawn.clone(), news.clone(), over];
    // an answer from somebody else changes nothing
    let nothing = || Found::Listings { records: vec![], more: false };
    assert!(alone.answer(honest, number(&asked, censor), nothing()).0.is_empty());
    alone.answer(honest, number(&asked, honest), Found::Listings { records: all, more: false });
    let shown = vec![inception, forged];
    let (then, none) =
        alone.answer(censor, number(&asked, censor), Found::Listings { records: shown, more: false });
    // before it is told, who left something out may show that it was withdrawn
    assert!(none.is_none());
    let [(to, number, Question::Withdrawals(ids))] = &then[..] else { panic!("{then:?}") };
    assert!(*to == censor && ids.contains(&jug.id()) && ids.contains(&withdrawn.id()) && ids.len() == 2);
    let (_, view) = alone.answer(censor, *number, Found::Withdrawals(vec![withdrawal]));
    let view = view.unwrap();
    let found: Vec<_> = view.found.iter().map(|f| f.id).collect();
    assert_eq!(found, [news.id(), jug.id()]);
    assert_eq!(view.found[0].by.name, "author 9");
    let of = |who: AgentId| view.answerers.iter().find(|a| a.who.agent == who).unwrap();
    assert_eq!((of(honest).gave, of(honest).expired, of(honest).forged), (2, 2, 0));
    assert_eq!((of(censor).gave, of(censor).forged), (0, 1));
    assert_eq!(of(censor).left_out, [jug.id()], "what is no older than an hour is no reproach");
    assert!(of(honest).left_out.is_empty());
}

#[test]
fn nobody_withdraws_what_another_has_published() {
    let mut alone = Alone::new();
    let (mut potter, mut rival) =
        (Author::new(9, Timestamp::UNIX_EPOCH), Author::new(10, Timestamp::UNIX_EPOCH));
    let jug = potter.offer(alone.now, 30);
    let false_word = rival.withdraw(jug.id(), alone.now);
    for signed in
        [Signed::clone(rival.said[0].signed()), false_word, Signed::clone(potter.said[0].signed()), jug]
    {
        alone.node.handle(Input::Heard(signed), alone.now);
    }
    assert_eq!(alone.node.offers(alone.now).len(), 1);
}
