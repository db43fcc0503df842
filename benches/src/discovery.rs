//! How far, how fast and at what cost a listing spreads, and what it takes to compare two large sets of them.

use crate::report::{Figure, Row, Section};
use crate::{Context, Error, Result};
use ledger::{Audience, Memo, Signed, Signer, Statement};
use market::statement::Offer;
use market::{Topic, TopicId};
use node::command::{Command, Done};
use node::effect::{Effect, Input};
use node::frame::Frame;
use node::{Config, Node, Policy, Quotas};
use serde_json::json;
use sim::{Faults, Spread, World};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;
use vocab::{RecordId, Timestamp, after};

const START_S: i64 = 1_767_600_000;
/// Categories that the nodes of the town care for, one each.
const CATEGORIES: usize = 10;
const BOOTSTRAP: usize = 4;
/// One node in so many is down when the listing is published.
const DOWN_EVERY: usize = 20;
/// A listing is looked for in steps of so many milliseconds, for so long at most.
const LOOK_MS: i64 = 10;
const LOOKS_MAX: usize = 30_000;

pub(crate) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new("discovery", "a listing spreads, and sets of listings are compared");
    spread(context, &mut section)?;
    compare(context, &mut section)?;
    section.note(
        "Gossip is iroh-gossip's own protocol in virtual time, lines of 10 to 40 ms, one node in twenty down unnoticed.",
    );
    section.note(
        "Bytes are gossip's until 99 % had heard, keeping the swarm together and other topics' included.",
    );
    Ok(section)
}

// --- spreading ------------------------------------------------------------------------------------------------------

fn spread(context: &Context, section: &mut Section) -> Result<()> {
    let nodes = context.size(10_000, 500);
    context.say(&format!("discovery: {nodes} nodes meet"));
    let started = Instant::now();
    let mut world = World::new(1, Faults::FAR);
    world.set_spread(Spread::Gossip);
    world.set_events_max(u64::MAX);
    let bootstrap: Vec<_> = (0..BOOTSTRAP).map(|n| world.add(&format!("bootstrap {n}"))).collect();
    for (a, b) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
        world.introduce(bootstrap[a], bootstrap[b]);
    }
    let category = |who: usize| format!("category-{}", who % CATEGORIES);
    for n in 0..nodes {
        let who = world.add(&format!("node {n}"));
        let wants = json!({"do": "set_interests", "wants": [{"category": category(who)}]});
        told(&mut world, who, wants)?;
        world.introduce(who, bootstrap[n % BOOTSTRAP]);
        if n % 50 == 49 {
            world.run(1);
        }
    }
    world.run(120);
    let interested: Vec<_> = (BOOTSTRAP..world.len()).filter(|who| who % CATEGORIES == 0).collect();
    let author = interested[0];
    let topic = Topic::trade(&category(author).parse()?).id();
    // its first listing brings its author's keys and address along; the one that is measured travels alone
    publish(&mut world, author)?;
    world.run(30);
    (BOOTSTRAP..world.len())
        .filter(|who| who % DOWN_EVERY == 1 || (who / CATEGORIES) % DOWN_EVERY == 3)
        .filter(|who| *who != author)
        .collect::<Vec<_>>()
        .into_iter()
        .for_each(|who| world.kill(who));
    let up: Vec<_> = interested.iter().copied().filter(|who| world.node(*who).is_some()).collect();
    let flood = flooded(&world, &up, &topic);
    world.take_gossiped();
    context.say(&format!("discovery: a listing among {} who care for it", up.len()));
    let began = world.now();
    let listing = publish(&mut world, author)?;
    let size = world.disk(author).last().map_or(0, |entry| entry.record.signed().bytes.len() as u64 + 64);
    let mut deaf = up.clone();
    let mut looks = 0;
    while deaf.len() * 100 > up.len() && looks < LOOKS_MAX {
        let next = Timestamp::from_millisecond(world.now().as_millisecond() + LOOK_MS)?;
        world.run_to(next);
        deaf.retain(|who| {
            !world.node(*who).is_some_and(|n| n.offers(world.now()).iter().any(|o| o.id == listing))
        });
        looks += 1;
    }
    if looks == LOOKS_MAX {
        return Err(Error::from(format!("{} of {} have not heard of the listing", deaf.len(), up.len())));
    }
    let took_ms = world.now().as_millisecond() - began.as_millisecond();
    let cost = world.take_gossiped();
    let heard: u64 = cost.hops.values().sum();
    let mut passed = 0;
    let hops = cost.hops.iter().find(|(_, count)| {
        passed += **count;
        passed * 100 >= heard * 99
    });
    let of = up.len() as f64;
    section.row(Row::new(
        format!("virtual time until 99 % of {} interested nodes up, among {nodes}, had heard", up.len()),
        Figure::ms(took_ms as f64),
    ));
    section.row(Row::new(
        "hops that 99 % of them lay from the author, at most",
        Figure::count(hops.map_or(0.0, |(hops, _)| *hops as f64)),
    ));
    section.row(
        Row::new("bytes of records sent, per interested node", Figure::count(cost.data_bytes as f64 / of))
            .beside("each receives it once", Figure::count(size as f64)),
    );
    section.row(
        Row::new("bytes of records sent, per interested node", Figure::count(cost.data_bytes as f64 / of))
            .beside("a flood over the same neighbours", Figure::count(flood * size as f64 / of)),
    );
    section.row(Row::new(
        "bytes of all gossip in that time, per node up in any topic",
        Figure::count(cost.bytes as f64 / (world.len() as f64)),
    ));
    section.row(Row::new("real time of it all", Figure::ms(started.elapsed().as_secs_f64() * 1e3)));
    Ok(())
}

/// How many copies a flood sends: every node to all its neighbours but the one it heard from.
fn flooded(world: &World, up: &[usize], topic: &TopicId) -> f64 {
    up.iter().map(|who| world.neighbours(*who, topic).saturating_sub(1) as f64).sum::<f64>() + 1.0
}

fn told(world: &mut World, who: usize, command: serde_json::Value) -> Result<RecordId> {
    let command: Command = serde_json::from_value(command)?;
    match world.command(who, command) {
        Ok(Done::Recorded(id)) => Ok(id),
        other => Err(Error::from(format!("{other:?}"))),
    }
}

fn publish(world: &mut World, who: usize) -> Result<RecordId> {
    let category = format!("category-{}", who % CATEGORIES);
    let prices = json!({"currency": "EUR", "tiers": [{"from": "1", "unit_price": "120"}, {"from": "20", "unit_price": "96"}]});
    let offer = json!({"do": "offer", "spec": "chair", "name": "Chair", "unit": "each", "category": category, "prices": prices});
    told(world, who, offer)
}

// --- comparing ------------------------------------------------------------------------------------------------------

fn compare(context: &Context, section: &mut Section) -> Result<()> {
    let (listings, differ) = (context.size(100_000, 5_000), 100);
    context.say(&format!("discovery: two sets of {listings} listings"));
    let all = signed(listings + differ / 2)?;
    let bytes: u64 = all.iter().map(|s| s.bytes.len() as u64 + 64).sum();
    let memo = Arc::<Memo>::default();
    let now = after(Timestamp::from_second(START_S)?, 60);
    let mut nodes: Vec<Node> = (1..=2_u8)
        .map(|seed| {
            // an archive keeps whatever it is shown, strangers' too
            let quotas = Quotas { strangers: u64::MAX / 4, in_all: u64::MAX / 4, ..Policy::default().quotas };
            let policy = Policy { public_per_author: usize::MAX, quotas, ..Policy::default() };
            let config = Config { name: format!("node {seed}"), next_key: None, policy };
            Node::new(Signer::from_seed(&[seed; 32]), [seed; 32], config).sharing(memo.clone())
        })
        .collect();
    // the first lacks the last fifty, the second the first fifty
    let lacks = differ / 2;
    for (node, from) in nodes.iter_mut().zip([0, lacks]) {
        node.begin(now);
        for signed in &all[from..from + listings] {
            node.handle(Input::Heard(signed.clone()), now);
        }
    }
    let agents = [nodes[0].me(), nodes[1].me()];
    let started = Instant::now();
    let mut waiting: VecDeque<(usize, Input)> =
        [(0, Input::PeerUp(agents[1])), (1, Input::PeerUp(agents[0]))].into();
    let (mut compared, mut carried, mut messages) = (0_u64, 0_u64, 0_u64);
    let later = [now, after(now, 15)];
    for now in later {
        waiting.push_back((0, Input::Tick));
        waiting.push_back((1, Input::Tick));
        while let Some((who, input)) = waiting.pop_front() {
            for effect in nodes[who].handle(input, now) {
                let Effect::Send { frame, .. } = effect else { continue };
                let encoded = frame.encode();
                match frame {
                    Frame::Reconcile { .. } => {
                        compared += encoded.len() as u64;
                        messages += 1;
                    }
                    Frame::Want(_) => compared += encoded.len() as u64,
                    Frame::Public(_) => carried += encoded.len() as u64,
                    _ => {}
                }
                waiting.push_back((1 - who, Input::Frame { from: agents[who], bytes: encoded }));
            }
        }
    }
    let took = started.elapsed();
    let known: Vec<_> = nodes.iter().map(|n| n.status(now).listings).collect();
    if known != [all.len() as u64; 2] {
        return Err(Error::from(format!("after the comparison {known:?} of {} are known", all.len())));
    }
    section.row(
        Row::new(
            format!("bytes to compare two sets of {listings} listings that differ in {differ}"),
            Figure::mib(compared),
        )
        .beside("sending the set", Figure::mib(bytes)),
    );
    section.row(Row::new("bytes of the records that were lacking", Figure::mib(carried)));
    section.row(Row::new("round trips", Figure::count((messages / 2) as f64)));
    section.row(Row::new(
        "time of both nodes, the new records checked and kept",
        Figure::ms(took.as_secs_f64() * 1e3),
    ));
    Ok(())
}

/// Listings of a hundred authors.
fn signed(count: usize) -> Result<Vec<Signed>> {
    let signers: Vec<_> = (0..100_u8).map(|n| Signer::from_seed(&[100 + n; 32])).collect();
    let start = Timestamp::from_second(START_S)?;
    let mut last = vec![None; signers.len()];
    let mut all = Vec::with_capacity(count);
    for n in 0..count {
        let author = n % signers.len();
        let offer: Offer = serde_json::from_value(json!({
            "spec": format!("part-{n}"), "category": "parts", "name": format!("Part {n}"), "unit": "each",
            "prices": {"currency": "EUR", "tiers": [{"from": "1", "unit_price": "12.50"}]},
            "minimum": "1", "step": "1", "lead_time_s": 864_000, "expires": after(start, 30 * 86_400),
        }))?;
        let seq = (n / signers.len()) as u64 + 1;
        let at = after(start, (n % 3_600) as i64 - 3_600);
        let record = signers[author].sign(offer.draft(Audience::Public)?, seq, last[author], at)?;
        last[author] = Some(record.id);
        all.push((**record.signed()).clone());
    }
    Ok(all)
}
