//! A pool of a hundred thousand pledges, from signed bytes to its close; beside the bare batch verification of the same
//! signatures. Then what it takes for one member to hold the close against its own pledge, and for anyone to audit it.

use crate::report::{Figure, Row, Section, Target, Times};
use crate::{Context, Result, start};
use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
use ledger::{Audience, Record, Signed, Signer, Statement, verify_all};
use market::pool::{Closed, Pledged, Tally, examine, tally, verify_share};
use market::statement::{Outcome, Pledge, PoolClose, PoolPledges, PoolTerms};
use node::effect::{Channel, Effect, Entry};
use node::{Config, Node, Policy};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use vocab::{AgentId, Decimal, RecordId, Timestamp, after};

/// As many as the ledger takes at a time.
const BATCH: usize = 256;
/// The median counts.
const REPEATS: usize = 3;
/// Members' proofs that are timed.
const PROOFS: usize = 1_000;
const START_S: i64 = 1_767_600_000;

pub(crate) fn run(context: &Context) -> Result<Section> {
    let count = context.size(100_000, 2_500);
    context.say(&format!("pools: {count} pledges are signed"));
    let keeper = Signer::from_seed(&[1; 32]);
    let said = terms(keeper.author(), count)?;
    let (pool, terms) = (said.id, said.read::<PoolTerms>()?);
    let signed: Vec<Signed> = (0..count).map(|n| pledge(pool, &keeper, n)).collect::<Result<_>>()?;
    let (mut bare, mut given, mut whole) = (Times::default(), Times::default(), Times::default());
    let mut parts = [(); 4].map(|()| Times::default());
    let mut last = None;
    for repeat in 1..=REPEATS {
        context.say(&format!("pools: {repeat} of {REPEATS}"));
        bare.add(in_batches(&signed)?);
        given.add(with_keys_at_hand(&signed)?);
        drop(last.take());
        let (kept, took) = close(&keeper, pool, &terms, signed.clone())?;
        whole.add(took.iter().sum());
        parts.iter_mut().zip(took).for_each(|(times, took)| times.add(took));
        last = Some(kept);
    }
    let kept = last.ok_or("nothing was closed")?;
    let rate = |times: &Times| Figure::per_s(count as f64 * 1_000.0 / times.median().value());
    let mut section = Section::new("pools", format!("a pool of {count} pledges"));
    section.row(
        Row::new("pledges verified and closed, from signed bytes to a signed close", rate(&whole))
            .beside(format!("bare Ed25519, batches of {BATCH}"), rate(&bare))
            .target(Target::AtLeast(0.7)),
    );
    section.row(
        Row::new("the same", rate(&whole))
            .beside(format!("bare Ed25519, batches of {BATCH}, keys decoded beforehand"), rate(&given)),
    );
    let names = [
        "of that: parsed and verified",
        "of that: pledges read",
        "of that: rule, and the trees over pledges and shares",
        "of that: the close and its parts signed",
    ];
    for (name, times) in names.into_iter().zip(&parts) {
        section.row(Row::new(name, times.median()));
    }
    members(&mut section, pool, &terms, &kept)?;
    audit(&mut section, pool, &terms, &signed, &kept)?;
    drop(kept);
    context.say("pools: a keeper's memory");
    memory(&mut section, keeper, said, &signed)?;
    section.note(
        "Every pledge is of another agent, so every key is decoded once, by both sides of the comparison. One thread. \
         The cap binds, so what there is is shared out by largest remainder.",
    );
    Ok(section)
}

fn offerer() -> Signer {
    Signer::from_seed(&[2; 32])
}

fn terms(keeper: AgentId, count: usize) -> Result<Record> {
    let terms: PoolTerms = serde_json::from_value(json!({
        "request": RecordId([0; 32]), "offer": RecordId([1; 32]), "spec": "chair", "name": "chair",
        "unit": "each", "minimum": "1", "step": "1", "threshold": "20", "cap": (3 * count).to_string(),
        "prices": {"currency": "EUR", "tiers": [
            {"from": "1", "unit_price": "120"}, {"from": "20", "unit_price": "96"},
            {"from": (2 * count).to_string(), "unit_price": "84"},
        ]},
        "closes": Timestamp::from_second(START_S)?, "allocation": "largest_remainder",
        "keeper": keeper, "lead_time_s": 864_000, "payment": "on receipt",
    }))?;
    let at = Timestamp::from_second(START_S - 7_200)?;
    Ok(offerer().sign(terms.draft(Audience::Public)?, 1, None, at)?)
}

fn seed(n: usize) -> [u8; 32] {
    Sha256::digest(n.to_be_bytes()).into()
}

fn pledge(pool: RecordId, keeper: &Signer, n: usize) -> Result<Signed> {
    let whole = |n: usize| Decimal::from(n as i64);
    let pledge: Pledge = serde_json::from_value(json!({
        "pool": pool, "at_least": whole(1 + n % 2), "at_most": whole(2 + n % 7), "ceiling": whole(84 + n % 60),
    }))?;
    let draft = pledge.draft(Audience::parties([keeper.author(), offerer().author()]))?;
    let at = Timestamp::from_second(START_S - 3_600)?;
    let record = Signer::from_seed(&seed(n)).sign(draft, 9, Some(RecordId(seed(n + 1))), at)?;
    Ok(Signed::clone(record.signed()))
}

/// The key that each pledge names, as its 32 bytes: reading the record is not what is measured.
fn claims(signed: &[Signed]) -> Result<Vec<([u8; 32], &Signed)>> {
    let keys = (0..signed.len()).map(|n| Signer::from_seed(&seed(n)).key().0);
    Ok(keys.zip(signed).collect())
}

fn in_batches(signed: &[Signed]) -> Result<Duration> {
    let claims = claims(signed)?;
    let started = Instant::now();
    for batch in claims.chunks(BATCH) {
        let messages: Vec<_> = batch.iter().map(|(_, s)| s.bytes.as_slice()).collect();
        let signatures = batch
            .iter()
            .map(|(_, s)| Signature::from_slice(&s.signature))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let keys = batch
            .iter()
            .map(|(key, _)| VerifyingKey::from_bytes(key))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        verify_batch(&messages, &signatures, &keys)?;
    }
    Ok(started.elapsed())
}

fn with_keys_at_hand(signed: &[Signed]) -> Result<Duration> {
    let claims = claims(signed)?;
    let keys = claims
        .iter()
        .map(|(key, _)| VerifyingKey::from_bytes(key))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let signatures: Vec<_> =
        signed.iter().map(|s| Signature::from_slice(&s.signature)).collect::<std::result::Result<_, _>>()?;
    let messages: Vec<_> = signed.iter().map(|s| s.bytes.as_slice()).collect();
    let started = Instant::now();
    for ((messages, signatures), keys) in
        messages.chunks(BATCH).zip(signatures.chunks(BATCH)).zip(keys.chunks(BATCH))
    {
        verify_batch(messages, signatures, keys)?;
    }
    Ok(started.elapsed())
}

/// What a keeper has in the end.
struct Kept {
    pledges: Vec<Pledged>,
    tally: Tally,
    parts: Vec<Record>,
    close: Record,
}

/// The keeper's work, and how long each part of it took.
fn close(
    keeper: &Signer,
    pool: RecordId,
    terms: &PoolTerms,
    signed: Vec<Signed>,
) -> Result<(Kept, [Duration; 4])> {
    let at = after(terms.closes, 2);
    let started = Instant::now();
    let records = verify_all(signed).into_iter().collect::<ledger::Result<Vec<_>>>()?;
    let verified = started.elapsed();
    let pledges = records.iter().map(Pledged::read).collect::<market::Result<Vec<_>>>()?;
    let read = started.elapsed();
    let tally = tally(&pool, terms, &pledges, at)?;
    let ruled = started.elapsed();
    let mut last = (8, RecordId([8; 32]));
    let mut say = |draft| -> Result<Record> {
        let record = keeper.sign(draft, last.0 + 1, Some(last.1), at)?;
        last = (record.seq, record.id);
        Ok(record)
    };
    let draft = |part: &PoolPledges| part.draft(Audience::parties([keeper.author()]));
    let parts = tally.chunks().iter().map(|part| say(draft(part)?)).collect::<Result<Vec<_>>>()?;
    let body: PoolClose = tally.close(parts.iter().map(|p| p.id).collect());
    if !matches!(body.outcome, Outcome::Made { .. }) {
        return Err("the pool is made to be made".into());
    }
    let close = say(body.draft(Audience::parties([keeper.author()]))?)?;
    let said = started.elapsed();
    drop(records);
    let took = [verified, read - verified, ruled - read, said - ruled];
    Ok((Kept { pledges, tally, parts, close }, took))
}

fn members(section: &mut Section, pool: RecordId, terms: &PoolTerms, kept: &Kept) -> Result<()> {
    let step = (kept.pledges.len() / PROOFS).max(1);
    let asking: Vec<&Pledged> = kept.pledges.iter().step_by(step).collect();
    let started = Instant::now();
    let proofs: Vec<_> = asking.iter().filter_map(|p| kept.tally.proofs.of(&p.id)).collect();
    let made = started.elapsed();
    let texts = proofs.iter().map(serde_json::to_string).collect::<std::result::Result<Vec<_>, _>>()?;
    let closed = Closed::read(&kept.close, |_| None)?;
    let started = Instant::now();
    let mut served = 0;
    for (pledge, proof) in asking.iter().zip(&proofs) {
        let shown = verify_share(&pool, terms, &closed, pledge, proof)?;
        served += usize::from(shown.share.is_some());
    }
    let checked = started.elapsed();
    if served == 0 || proofs.len() != asking.len() {
        return Err("nobody got anything".into());
    }
    let each = |took: Duration| Figure::ms(took.as_secs_f64() * 1_000.0 / asking.len() as f64);
    section.row(Row::new("one member's proof made", each(made)));
    section.row(Row::new("one member's proof checked", each(checked)));
    let bytes = texts.iter().map(String::len).max().unwrap_or(0);
    section.row(Row::new("the longest of these proofs, bytes as text", Figure::count(bytes as f64)));
    section.row(Row::new(
        "the close a member gets with it, bytes",
        Figure::count(kept.close.signed().bytes.len() as f64),
    ));
    Ok(())
}

fn audit(
    section: &mut Section,
    pool: RecordId,
    terms: &PoolTerms,
    signed: &[Signed],
    kept: &Kept,
) -> Result<()> {
    let find = |id: &RecordId| kept.parts.iter().find(|part| part.id == *id);
    let started = Instant::now();
    let records = verify_all(signed.to_vec()).into_iter().collect::<ledger::Result<Vec<_>>>()?;
    let pledges = records.iter().map(Pledged::read).collect::<market::Result<Vec<_>>>()?;
    let (settled, _) = examine(&pool, terms, &Closed::read(&kept.close, find)?, &pledges)?;
    let took = started.elapsed();
    if settled != kept.tally.settled {
        return Err("the audit came to another result".into());
    }
    section.row(Row::new(
        "a full audit, every signature checked again",
        Figure::ms(took.as_secs_f64() * 1_000.0),
    ));
    Ok(())
}

/// A node that keeps the pool, and countersigns every pledge.
fn memory(section: &mut Section, keeper: Signer, terms: Record, signed: &[Signed]) -> Result<()> {
    let config = Config { name: "keeper".to_owned(), next_key: None, policy: Policy::default() };
    let mut node = Node::new(keeper, [9; 32], config);
    let at = Timestamp::from_second(START_S - 3_600)?;
    let before = start::status("VmRSS")?;
    node.restore(Entry { record: terms, at, channel: Channel::Heard })?;
    for pledge in signed {
        node.restore(Entry { record: pledge.clone().parse_trusted()?, at, channel: Channel::Post })?;
    }
    let kept = start::status("VmRSS")?;
    let started = Instant::now();
    let effects = node.begin(after(at, 60));
    let took = started.elapsed();
    let receipts =
        effects.iter().filter(|e| matches!(e, Effect::Append(e) if e.record.kind == "pledge_receipt"));
    if receipts.count() != signed.len() {
        return Err("not every pledge was countersigned".into());
    }
    drop(effects);
    let countersigned = start::status("VmRSS")?;
    let each = |from: u64, to: u64| Figure::count(to.saturating_sub(from) as f64 / signed.len() as f64);
    let bytes: usize = signed.iter().map(|s| s.bytes.len() + s.signature.len()).sum();
    section.row(
        Row::new("memory for a pledge at its keeper, bytes", each(before, kept))
            .beside("the pledge as signed", Figure::count(bytes as f64 / signed.len() as f64)),
    );
    section.row(Row::new("memory for its receipt, bytes", each(kept, countersigned)));
    section.row(Row::new(
        "pledges countersigned, one receipt each, logged and addressed",
        Figure::per_s(signed.len() as f64 / took.as_secs_f64()),
    ));
    Ok(())
}
