//! Floods: by one key, by thousands of keys of one operator, by stamps, by letters. What is kept, who still gets through,
//! and that a restart comes to the same.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod authors;
mod support;

use authors::Author;
use ledger::{Signed, Signer};
use market::statement::Vouch;
use node::command::{Command, Done};
use node::effect::{Effect, Entry, Input};
use node::frame::Frame;
use node::stamp::Stamp;
use node::{Config, Node, Policy, Quotas, Standing};
use sim::{Faults, World};
use support::json;
use vocab::{AgentId, RecordId, Timestamp, after};

/// Keys of one operator.
const KEYS: u32 = 2_000;

/// A node of little room and its disk.
struct Small {
    node: Node,
    disk: Vec<Entry>,
    now: Timestamp,
}

fn quotas() -> Quotas {
    Quotas {
        stamp_bits: 8,
        strangers: 600,
        stamped: 200,
        per_voucher: 100,
        in_all: 2_000,
        ..Quotas::default()
    }
}
fn fresh() -> Node {
    let policy = Policy { quotas: quotas(), ..Policy::default() };
    let config = Config { name: "small".into(), next_key: None, policy };
    Node::new(Signer::from_seed(&[1; 32]), [1; 32], config)
}

impl Small {
    fn new() -> Self {
        let now = Timestamp::from_second(1_767_600_000).unwrap();
        let mut node = fresh();
        let begun = node.begin(now);
        let mut small = Self { node, disk: vec![], now };
        small.carry_out(begun);
        small
    }
    fn carry_out(&mut self, effects: Vec<Effect>) -> Option<RecordId> {
        let mut said = None;
        for effect in effects {
            match effect {
                Effect::Append(entry) => self.disk.push(entry),
                Effect::Forget { id, .. } => self.disk.retain(|entry| entry.record.id != id),
                Effect::Reply(_, Ok(Done::Recorded(id))) => said = Some(id),
                Effect::Reply(_, other) => panic!("{other:?}"),
                _ => {}
            }
        }
        said
    }
    fn give(&mut self, input: Input) -> Option<RecordId> {
        let effects = self.node.handle(input, self.now);
        self.carry_out(effects)
    }
    fn command(&mut self, command: serde_json::Value) -> RecordId {
        self.give(Input::Command(1, Box::new(json(command)))).unwrap()
    }
    /// These records come from that peer, or by gossip.
    fn hear(&mut self, from: Option<AgentId>, records: Vec<Signed>) {
        match from {
            Some(from) => {
                for some in records.chunks(500) {
                    let bytes = Frame::Public(some.to_vec()).encode();
                    self.give(Input::Frame { from, bytes });
                }
            }
            None => records.into_iter().for_each(|signed| {
                self.give(Input::Heard(signed));
            }),
        }
    }
    fn offers_of(&self, author: &Author) -> usize {
        let offers = self.node.offers(self.now);
        offers.iter().filter(|o| o.by.agent == author.agent()).count()
    }
    /// What is kept of others.
    fn foreign(&self) -> usize {
        let me = self.node.status(self.now).me.agent;
        self.disk.iter().filter(|entry| entry.record.author != me).count()
    }
    /// A node made afresh from the disk is the same.
    fn assert_restart(&self) {
        let mut again = fresh();
        self.disk.iter().for_each(|entry| again.restore(entry.clone()).unwrap());
        again.begin(self.now);
        let shown = |n: &Node| {
            let status = n.status(self.now);
            let market = (n.offers(self.now), n.needs(self.now), n.specifications(), n.pools(self.now));
            serde_json::to_string(&(status.records, status.listings, market, n.standings(None))).unwrap()
        };
        assert_eq!(shown(&again), shown(&self.node));
    }
}

/// An author with so many offers.
fn seller(seed: u32, offers: usize, now: Timestamp) -> Author {
    let mut author = Author::new(seed, now);
    (0..offers).for_each(|_| {
        author.offer(now, 30);
    });
    author
}
fn stamped(author: &mut Author, bits: u32, now: Timestamp) -> Signed {
    let stamp = Stamp::search(&author.agent(), after(now, 86_400), bits, 0..1 << 20).unwrap();
    author.say(&stamp, now)
}

#[test]
fn thousands_of_keys_fill_the_strangers_room_and_nobody_elses() {
    let mut small = Small::new();
    let now = small.now;
    let (known, friend, operator) = (seller(1, 60, now), seller(2, 40, now), AgentId([0xee; 32]));
    small.command(serde_json::json!({"do": "know", "agent": known.agent()}));
    small.command(serde_json::json!({"do": "vouch", "agent": friend.agent()}));
    small.hear(None, known.all());
    small.hear(Some(known.agent()), friend.all());
    let before = small.foreign();
    assert_eq!(before, 61 + 41);
    // each key says who it is and offers three things; its operator's node brings them, and gossip too
    for key in 0..KEYS {
        let flooder = seller(1_000 + key, 3, now);
        let from = if key % 2 == 0 { Some(operator) } else { None };
        small.hear(from, flooder.all());
    }
    assert!(small.foreign() - before <= 600, "{} kept", small.foreign());
    assert_eq!((small.offers_of(&known), small.offers_of(&friend)), (60, 40));
    // an honest stranger that comes late gets through by a stamp
    let mut stranger = seller(10, 2, now);
    small.hear(None, stranger.all());
    assert_eq!(small.offers_of(&stranger), 0);
    let stamp = stamped(&mut stranger, 8, now);
    small.hear(None, vec![stamp]);
    small.hear(None, stranger.all());
    assert_eq!(small.offers_of(&stranger), 2);
    assert_eq!(small.node.standing(&stranger.agent()), Standing::Stamped);
    // and another, without one, by a peer that is known: what that brings has its own share
    let neighbour = seller(11, 2, now);
    small.hear(Some(known.agent()), neighbour.all());
    assert_eq!(small.offers_of(&neighbour), 2);
    // the flood goes on and takes nothing from them
    for key in KEYS..KEYS + 500 {
        small.hear(Some(operator), seller(1_000 + key, 3, now).all());
    }
    assert_eq!((small.offers_of(&stranger), small.offers_of(&neighbour)), (2, 2));
    small.assert_restart();
}

#[test]
fn one_key_has_what_nobody_else_wants_and_gives_it_back() {
    let mut small = Small::new();
    let now = small.now;
    let flooder = seller(1, 3_000, now);
    small.hear(None, flooder.all());
    assert_eq!(small.foreign(), 600);
    for seed in 10..110 {
        let honest = seller(seed, 2, now);
        small.hear(None, honest.all());
        assert_eq!(small.offers_of(&honest), 2, "{seed}");
    }
    assert_eq!((small.foreign(), small.offers_of(&flooder)), (600, 299));
    small.assert_restart();
}

#[test]
fn stamps_cost_work_and_a_flood_of_them_is_outbid_by_more_work() {
    let mut small = Small::new();
    let now = small.now;
    for seed in 0..150 {
        let mut flooder = seller(1_000 + seed, 3, now);
        let stamp = stamped(&mut flooder, 8, now);
        small.hear(None, vec![stamp]);
        small.hear(None, flooder.all());
    }
    assert!(small.foreign() <= 800, "{}", small.foreign());
    let mut honest = seller(1, 3, now);
    let stamp = stamped(&mut honest, 13, now);
    small.hear(None, vec![stamp]);
    small.hear(None, honest.all());
    assert_eq!(small.offers_of(&honest), 3);
    // a stamp on another's key, a spent one and one for too long count nothing
    let mut thief = seller(2, 0, now);
    let long = Stamp::search(&thief.agent(), after(now, 90 * 86_400), 8, 0..1 << 20).unwrap();
    let old = Stamp::search(&thief.agent(), after(now, -5), 8, 0..1 << 20).unwrap();
    let stolen = honest.said.last().unwrap().read::<Stamp>().unwrap();
    for stamp in [long, old, stolen] {
        let signed = thief.say(&stamp, now);
        small.hear(None, vec![signed]);
        assert_eq!(small.node.standing(&thief.agent()), Standing::Stranger);
    }
    small.assert_restart();
    // and when a stamp has ended its author is a stranger again
    small.now = after(now, 2 * 86_400);
    small.give(Input::Tick);
    assert_eq!(small.node.standing(&honest.agent()), Standing::Stranger);
    small.assert_restart();
}

#[test]
fn vouching_reaches_two_hands_far_counts_so_often_and_can_be_taken_back() {
    let mut small = Small::new();
    let now = small.now;
    let mut chain: Vec<Author> = (1..=5).map(|seed| Author::new(seed, now)).collect();
    small.command(serde_json::json!({"do": "know", "agent": chain[0].agent()}));
    let vouch = |by: &mut Author, agent, deposit, until| {
        by.say(&Vouch { agent, because: None, deposit, expires: until }, now)
    };
    let year = after(now, 365 * 86_400);
    let deposit = Some(vocab::Money::new(50.into(), "EUR".parse().unwrap()));
    for at in 0..4 {
        let agent = chain[at + 1].agent();
        let signed = vouch(&mut chain[at], agent, deposit, year);
        small.hear(None, chain[at].all());
        small.hear(None, vec![signed]);
    }
    let standings: Vec<_> = chain.iter().map(|a| small.node.standing(&a.agent())).collect();
    let by = |at: usize, deposit| Standing::Vouched { by: chain[at].agent(), deposit };
    // at second hand a word is heard, a deposit is not
    let expected = [Standing::Known, by(0, deposit), by(1, None), Standing::Stranger, Standing::Stranger];
    assert_eq!(standings, expected);
    // a thousand vouches of one agent count fifty times, and what they bring together has one share
    for seed in 100..200 {
        let mut flooder = seller(seed, 3, now);
        let agent = flooder.agent();
        let signed = vouch(&mut chain[0], agent, None, year);
        small.hear(None, vec![signed]);
        small.hear(None, flooder.all());
        let signed = flooder.offer(now, 30);
        small.hear(None, vec![signed]);
    }
    let trusted = small.node.standings(None).into_iter();
    let trusted = trusted.filter(|s| s.standing == Standing::Vouched { by: chain[0].agent(), deposit: None });
    let room: Vec<u64> = trusted.map(|s| s.room).collect();
    assert_eq!((room.len(), room.iter().sum::<u64>() <= 100), (49, true), "{room:?}");
    small.assert_restart();
    // the newest word counts
    let agent = chain[1].agent();
    let signed = vouch(&mut chain[0], agent, None, now);
    small.hear(None, vec![signed]);
    assert_eq!(small.node.standing(&agent), Standing::Stranger);
    small.assert_restart();
}

#[test]
fn what_an_order_rests_on_stays_and_what_is_over_leaves_the_disk() {
    let mut small = Small::new();
    let now = small.now;
    let seller_of_jugs = seller(1, 6, now);
    small.hear(None, seller_of_jugs.all());
    let offer = seller_of_jugs.said[1].id;
    small.command(serde_json::json!({"do": "enquire", "offer": offer, "quantity": "1"}));
    for key in 0..KEYS / 2 {
        small.hear(None, seller(1_000 + key, 1, now).all());
    }
    assert!(small.node.record(&offer).is_some() && small.node.record(&seller_of_jugs.said[0].id).is_some());
    let left = small.offers_of(&seller_of_jugs);
    assert!((1..4).contains(&left), "{left}: the others give way like anybody's");
    // a flood of listings that end soon comes and goes
    let mut brief = Author::new(7, now);
    for round in 0..20 {
        small.now = after(small.now, 2 * 86_400);
        let at = small.now;
        let some: Vec<Signed> = (0..30).map(|_| brief.offer(after(at, round), 1)).collect();
        small.hear(None, some);
        small.give(Input::Tick);
    }
    small.now = after(small.now, 60 * 86_400);
    small.give(Input::Tick);
    let kept = small.disk.iter().filter(|e| e.record.author == brief.agent()).count();
    assert!(kept <= 1, "{kept} of {} are kept", brief.said.len());
    assert!(small.node.record(&offer).is_some());
    small.assert_restart();
}

#[test]
fn letters_of_strangers_come_at_a_pace_and_known_ones_are_heard() {
    let mut world = World::new(71, Faults::NONE);
    let few = Quotas { letters_per_stranger: 20, letters_of_strangers: 30, ..Quotas::default() };
    let shop = world.add_with("shop", Policy { quotas: few, ..Policy::default() });
    let buyers: Vec<usize> = (0..4).map(|n| world.add(&format!("buyer {n}"))).collect();
    buyers.iter().for_each(|b| world.introduce(shop, *b));
    world.run(2);
    support::describe(&mut world, shop, "jug", "each", false);
    let offer = support::offer(&mut world, shop, "jug", &[("1", "20")]);
    world.run(5);
    let regular = world.agent(buyers[3]);
    world.recorded(shop, Command::Know { agent: regular }).unwrap();
    for buyer in &buyers {
        for _ in 0..25 {
            let enquire = serde_json::json!({"do": "enquire", "offer": offer, "quantity": "1"});
            world.recorded(*buyer, json(enquire)).unwrap();
        }
    }
    world.run(120);
    let heard = |w: &World, who: usize| {
        let kept = w.disk(shop).iter().filter(|e| e.record.author == w.agent(who));
        kept.filter(|e| e.record.kind == "enquiry").count()
    };
    let strangers: usize = buyers[..3].iter().map(|b| heard(&world, *b)).sum();
    assert!(strangers <= 30 && buyers[..3].iter().all(|b| heard(&world, *b) <= 20), "{strangers}");
    assert_eq!(heard(&world, buyers[3]), 25);
    // what waits is not lost: it comes when there is room again
    world.run(3 * 3_600);
    assert!(buyers.iter().all(|b| heard(&world, *b) == 25));
}

#[test]
fn what_was_refused_is_not_asked_for_again_and_again() {
    let mut world = World::new(72, Faults::NONE);
    let few = Quotas { strangers: 100, ..Quotas::default() };
    let small = world.add_with("small", Policy { quotas: few, ..Policy::default() });
    let large = world.add("large");
    world.introduce(small, large);
    world.run(5);
    // a thousand strangers are known to the large one alone
    let (mut records, now) = (vec![], world.now());
    for seed in 0..500 {
        records.extend(seller(1_000 + seed, 1, now).all());
    }
    let size: u64 = records.iter().map(|r| r.bytes.len() as u64).sum();
    let bytes = Frame::Public(records).encode();
    world.inject(large, large, bytes);
    world.run(600);
    let after_first = world.bytes;
    assert!(after_first > size, "the small one was shown them");
    let kept = world.disk(small).iter().filter(|e| e.record.author != world.agent(small)).count();
    assert!(kept <= 110, "{kept}");
    world.run(3_600);
    let each = (world.bytes - after_first) / 60;
    assert!(each < size / 20, "{each} bytes for each comparison of sets of {size}");
    // and each restart asks once
    world.kill(small);
    world.start(small);
    world.run(60);
    let rebuilt = world.rebuilt(small);
    assert_eq!(rebuilt.status(world.now()).records, world.node(small).unwrap().status(world.now()).records);
}
