//! Peers that lie, forge, repeat themselves or fall silent: nothing changes but the proof against them.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use ledger::{Audience, Record, Signed, Statement};
use market::statement::{Acceptance, Condition, Confirmation, DateAnswer, Delay, DelayAnswer, Quote};
use node::frame::{Frame, Letter};
use node::view::DealState;
use sim::Faults;
use support::*;
use vocab::{RecordId, after};

fn snapshot(c: &Chairs, who: usize) -> String {
    let node = c.world.node(who).unwrap();
    let now = c.world.now();
    serde_json::to_string(&(node.deals(now), node.orders(now), node.stock(), node.pools(now))).unwrap()
}

#[test]
fn what_is_forged_truncated_oversized_or_not_addressed_here_changes_nothing() {
    let mut c = chairs(21);
    let (liar, victim) = (c.sawmill, c.workshop);
    let quote = Quote {
        enquiry: c.offer,
        quantity: decimal("1"),
        unit_price: vocab::Money::new(decimal("1"), "EUR".parse().unwrap()),
        promise: c.world.now(),
        hold_until: after(c.world.now(), 100),
        also: vec![],
    };
    let good = sign(&c, liar, &quote, victim, 90);
    let mut forged = Signed::clone(good.signed());
    forged.bytes[40] ^= 1;
    let mut stripped = Signed::clone(good.signed());
    stripped.signature.truncate(10);
    let bloated = Signed { bytes: vec![b'{'; Signed::BYTES_MAX + 1], signature: vec![0; 64] };
    let foreign = sign(&c, c.forest, &quote, victim, 90);
    let elsewhere = sign(&c, liar, &quote, c.forest, 90);
    let letter = |record: Signed| {
        Frame::Mail { after: 0, heard: 0, letters: vec![Letter { record, enclosed: vec![] }] }.encode()
    };
    let whole = letter(Signed::clone(good.signed()));
    let (before, size) = (snapshot(&c, victim), c.world.disk(victim).len());
    for bad in [
        letter(forged),
        letter(stripped),
        letter(bloated),
        letter(Signed::clone(foreign.signed())),
        letter(Signed::clone(elsewhere.signed())),
        whole[..whole.len() / 2].to_vec(),
        vec![],
        vec![0xff; 1_000],
        vec![0; Frame::BYTES_MAX + 1],
    ] {
        let told = c.world.node(victim).unwrap().status(c.world.now()).problems.len();
        c.world.inject(liar, victim, bad);
        assert_eq!(c.world.node(victim).unwrap().status(c.world.now()).problems.len(), told + 1);
    }
    assert_eq!((snapshot(&c, victim), c.world.disk(victim).len()), (before, size));
}

#[test]
fn a_record_in_anothers_name_does_not_stand_in_the_place_of_what_that_other_says() {
    let mut c = chairs(27);
    let (liar, victim, buyer) = (c.sawmill, c.workshop, c.buyer);
    let need = serde_json::json!({"do": "need", "spec": "chair", "quantity": "1"});
    let first = c.world.recorded(buyer, json(need.clone())).unwrap();
    let seq = c.world.node(buyer).unwrap().record(&first).unwrap().seq;
    let signer = ledger::Signer::for_author(c.world.agent(buyer), &sim::agent_seed(liar));
    let kind = market::statement::Withdrawal::KIND;
    let body = serde_json::json!({"listing": first});
    let draft = ledger::Draft { kind, audience: Audience::Public, refs: vec![first], body };
    let forged = signer.sign(draft, seq + 1, Some(first), c.world.now()).unwrap();
    c.world.inject(liar, victim, Frame::Public(vec![Signed::clone(forged.signed())]).encode());
    let second = c.world.recorded(buyer, json(need)).unwrap();
    c.world.run(5);
    let known = c.world.node(victim).unwrap();
    assert!(known.record(&first).is_some() && known.record(&second).is_some());
    assert!(known.record(&forged.id).is_none());
}

#[test]
fn mail_that_is_repeated_or_has_a_gap_is_taken_once_and_in_order() {
    let mut c = chairs(22);
    let id = buy(&mut c, 1);
    let (buyer, workshop) = (c.buyer, c.workshop);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.run(5);
    let (before, size) = (snapshot(&c, workshop), c.world.disk(workshop).len());
    let own = c.world.disk(buyer).iter().filter(|e| e.record.author == c.world.agent(buyer));
    let sent: Vec<Record> =
        own.filter(|e| e.record.audience.addressees().next().is_some()).map(|e| e.record.clone()).collect();
    c.world.inject(buyer, workshop, mail(0, &sent.iter().collect::<Vec<_>>()));
    let last = sent.last().unwrap();
    let reason = market::statement::Reason::Declined;
    let refusal = market::statement::Refusal { answers: id, reason, detail: "no".into() };
    let ahead = sign(&c, buyer, &refusal, workshop, last.seq + 9);
    c.world.inject(buyer, workshop, mail(last.seq + 5, &[&ahead]));
    assert_eq!((snapshot(&c, workshop), c.world.disk(workshop).len()), (before, size));
}

#[test]
fn two_records_in_one_place_convict_their_author_everywhere() {
    let mut c = chairs(23);
    let (liar, victim) = (c.sawmill, c.workshop);
    let say = |c: &Chairs, reason: &str| {
        let wish = market::statement::Cancellation { deal: c.offer, reason: reason.to_owned() };
        sign(c, liar, &wish, victim, 500)
    };
    let (one, other) = (say(&c, "one"), say(&c, "other"));
    let after_seq = heard(&c, victim, liar);
    c.world.inject(liar, victim, mail(after_seq, &[&one]));
    // the second comes enclosed with a later letter that cites it
    let cites = market::statement::CancellationConsent { cancellation: other.id };
    let consent = sign(&c, liar, &cites, victim, 501);
    let letter =
        Letter { record: Signed::clone(consent.signed()), enclosed: vec![Signed::clone(other.signed())] };
    c.world.inject(liar, victim, Frame::Mail { after: 500, heard: 0, letters: vec![letter] }.encode());
    c.world.run(90);
    for who in 0..c.world.len() {
        let told = c.world.disk(who).iter().any(|e| e.record.kind == "fraud");
        assert!(told, "{who} has not heard of the proof");
    }
    // who was caught is not asked again, and there is no other sawmill
    let id = c
        .world
        .recorded(c.buyer, json(serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "1"})));
    let (id, buyer) = (id.unwrap(), c.buyer);
    assert!(c.world.run_until(120, |w| state(w, buyer, &id) == Some(DealState::Refused)));
}

#[test]
fn a_supplier_that_falls_silent_binds_nobody_and_blocks_nothing() {
    let mut c = chairs(24);
    let id = c
        .world
        .recorded(c.buyer, json(serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "2"})));
    let (id, buyer, forest) = (id.unwrap(), c.buyer, c.forest);
    assert!(c.world.run_until(300, |w| state(w, buyer, &id) == Some(DealState::Quoted)));
    c.world.kill(forest);
    c.world.recorded(buyer, json(serde_json::json!({"do": "accept", "deal": id}))).unwrap();
    c.world.run(3_000);
    c.world.start(forest);
    c.world.run(100);
    for who in 0..c.world.len() {
        let node = c.world.node(who).unwrap();
        let over = |s: DealState| matches!(s, DealState::Lapsed | DealState::Refused);
        assert!(node.deals(c.world.now()).iter().all(|d| over(d.state)), "{who}");
        assert_eq!(node.capacity().iter().count(), 0, "{who} still holds capacity");
    }
}

#[test]
fn a_quote_dearer_than_its_offer_is_not_taken() {
    let mut c = chairs(29);
    let (liar, victim) = (c.sawmill, c.workshop);
    c.world.kill(liar);
    let enquire = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "1"});
    c.world.recorded(c.buyer, json(enquire)).unwrap();
    c.world.run(5);
    let deals = c.world.node(victim).unwrap().deals(c.world.now());
    let asked = deals.into_iter().find(|d| d.with.agent == c.world.agent(liar)).unwrap();
    let dear = Quote {
        enquiry: asked.id,
        quantity: asked.quantity,
        unit_price: vocab::Money::new(decimal("12.01"), "EUR".parse().unwrap()),
        promise: after(c.world.now(), 1_000),
        hold_until: after(c.world.now(), 1_000),
        also: vec![],
    };
    let record = sign(&c, liar, &dear, victim, 800);
    let after_seq = heard(&c, victim, liar);
    c.world.inject(liar, victim, mail(after_seq, &[&record]));
    assert_eq!(deal(&c.world, victim, &asked.id).unwrap().state, DealState::Enquired);
    assert!(last_problem(&c, victim).contains("12.01"), "{}", last_problem(&c, victim));
}

#[test]
fn a_confirmation_nobody_asked_for_and_an_acceptance_of_nothing_are_refused() {
    let mut c = chairs(25);
    let (liar, victim) = (c.sawmill, c.workshop);
    let before = snapshot(&c, victim);
    let after_seq = heard(&c, victim, liar);
    let confirmation = sign(&c, liar, &Confirmation { acceptance: c.offer }, victim, 700);
    let acceptance = Acceptance { quote: c.offer, condition: Condition::None };
    let acceptance = sign(&c, liar, &acceptance, victim, 701);
    c.world.inject(liar, victim, mail(after_seq, &[&confirmation, &acceptance]));
    assert_eq!(snapshot(&c, victim), before);
    assert!(last_problem(&c, victim).contains("no effect"), "{}", last_problem(&c, victim));
    c.world.run(10);
    let told = c.world.disk(liar).iter().filter(|e| e.record.kind == "refusal").count();
    assert_eq!(told, 2, "whoever is answered in vain hears of it");
}

#[test]
fn an_enquiry_from_a_clock_an_hour_ahead_is_refused_with_the_remedy() {
    let mut c = chairs(26);
    let fast = c.world.add("fast");
    c.world.set_skew(fast, 3_600_000);
    c.world.introduce(fast, c.workshop);
    c.world.run(70);
    let id =
        c.world.recorded(fast, json(serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "1"})));
    let id = id.unwrap();
    assert!(c.world.run_until(60, |w| state(w, fast, &id) == Some(DealState::Refused)));
    let (_, why) = deal(&c.world, fast, &id).unwrap().refused.unwrap();
    assert!(why.in_language("en").contains("s ahead of mine: set it by a time server"), "{why:?}");
    assert!(why.in_language("zh").contains("请用时间服务器校准"), "{why:?}");
    let warned = |w: usize| {
        let status = c.world.node(w).unwrap().status(c.world.now());
        status.problems.iter().any(|p| p.what.in_language("en").contains("clock"))
    };
    assert!(warned(fast) && warned(c.workshop));
}

#[test]
fn noise_on_a_bad_line_is_only_noise() {
    for seed in 30..33 {
        let mut c = chairs(seed);
        c.world.set_faults(Faults { crash: 0, ..Faults::HARSH });
        let mut rng = fastrand::Rng::with_seed(seed);
        for _ in 0..200 {
            let frame: Vec<u8> = (0..rng.usize(0..400)).map(|_| rng.u8(..)).collect();
            let (from, to) = (rng.usize(0..4), rng.usize(0..4));
            c.world.inject(from, to, frame);
            c.world.step();
        }
        c.world.set_faults(Faults::NONE);
        c.world.run(120);
        let id = buy(&mut c, 1);
        let buyer = c.buyer;
        assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    }
}

#[test]
fn only_the_receiver_of_the_last_signature_can_call_it_late() {
    let mut c = chairs(31);
    let id = buy(&mut c, 4);
    c.world.run(10);
    assert_eq!(state(&c.world, c.buyer, &id), Some(DealState::Bound));
    let signed = c.world.disk(c.workshop).iter().rev().find(|e| e.record.kind == Confirmation::KIND);
    let answers = signed.map(|e| e.record.id).unwrap();
    let reason = market::statement::Reason::Late;
    let refusal = market::statement::Refusal { answers, reason, detail: "no".into() };
    let after_seq = heard(&c, c.buyer, c.workshop);
    let own = sign(&c, c.workshop, &refusal, c.buyer, 700);
    c.world.inject(c.workshop, c.buyer, mail(after_seq, &[&own]));
    assert_eq!(state(&c.world, c.buyer, &id), Some(DealState::Bound));

    let after_seq = heard(&c, c.workshop, c.buyer);
    let others = sign(&c, c.buyer, &refusal, c.workshop, 700);
    c.world.inject(c.buyer, c.workshop, mail(after_seq, &[&others]));
    assert_eq!(state(&c.world, c.workshop, &id), Some(DealState::Refused));
}

/// A later date that `who` claims for a deal whose date `changes` set.
fn later(c: &Chairs, deal: RecordId, changes: RecordId) -> Delay {
    let now = c.world.now();
    let (promise, answer_by) = (after(now, 30 * 86_400), after(now, 3_600));
    Delay { deal, changes, request: None, promise, answer_by, reason: "no".into() }
}
/// What the victim says of a record that `from` forges, which must change nothing.
fn shrugs_at<S: Statement>(c: &mut Chairs, from: usize, victim: usize, lie: &S, seq: u64) -> String {
    let (before, after_seq) = (snapshot(c, victim), heard(c, victim, from));
    let record = sign(c, from, lie, victim, seq);
    c.world.inject(from, victim, mail(after_seq, &[&record]));
    assert_eq!(snapshot(c, victim), before, "{}", last_problem(c, victim));
    last_problem(c, victim)
}

#[test]
fn a_date_from_a_stranger_for_an_unbound_deal_earlier_or_forged_changes_nothing() {
    let mut c = chairs(32);
    let (buyer, workshop) = (c.buyer, c.workshop);
    let enquire = serde_json::json!({"do": "enquire", "offer": c.offer, "quantity": "1"});
    let open = c.world.recorded(buyer, json(enquire)).unwrap();
    assert!(c.world.run_until(300, |w| state(w, buyer, &open) == Some(DealState::Quoted)));
    let id = buy(&mut c, 2);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.run(30);
    let set_by = deal(&c.world, buyer, &id).unwrap().history.last().unwrap().record;
    let fine = later(&c, id, set_by);

    let stranger = shrugs_at(&mut c, 0, buyer, &fine, 900);
    assert!(stranger.contains("not a party"), "{stranger}");
    let unbound = shrugs_at(&mut c, workshop, buyer, &Delay { deal: open, ..fine.clone() }, 900);
    assert!(unbound.contains("only a bound deal has a date"), "{unbound}");
    let was = deal(&c.world, buyer, &id).unwrap().promise.unwrap();
    let earlier = Delay { promise: after(was, -86_400), ..fine.clone() };
    let earlier = shrugs_at(&mut c, workshop, buyer, &earlier, 901);
    assert!(earlier.contains("an earlier one needs no leave"), "{earlier}");
    let past = Delay { answer_by: after(c.world.now(), -60), ..fine.clone() };
    let past = shrugs_at(&mut c, workshop, buyer, &past, 902);
    assert!(past.contains("answer in time"), "{past}");
    let elsewhere = shrugs_at(&mut c, workshop, buyer, &Delay { changes: open, ..fine.clone() }, 903);
    assert!(elsewhere.contains("which set the date that stands"), "{elsewhere}");

    // a true offer; then its author answers it, and a stranger does
    let offer = sign(&c, workshop, &fine, buyer, 904);
    let after_seq = heard(&c, buyer, workshop);
    c.world.inject(workshop, buyer, mail(after_seq, &[&offer]));
    assert!(deal(&c.world, buyer, &id).unwrap().delay.is_some());
    let answer = DelayAnswer { delay: offer.id, answer: DateAnswer::Accept, detail: None };
    let own = shrugs_at(&mut c, workshop, buyer, &answer, 905);
    assert!(own.contains("let the other side answer"), "{own}");
    let forged = shrugs_at(&mut c, 1, buyer, &answer, 900);
    assert!(forged.contains("not a party"), "{forged}");
    assert_eq!(deal(&c.world, buyer, &id).unwrap().promise, Some(was));
}

#[test]
fn an_answer_that_comes_too_late_is_taken_back_on_both_sides() {
    let mut c = chairs(33);
    let id = buy(&mut c, 2);
    let (buyer, workshop) = (c.buyer, c.workshop);
    assert!(c.world.run_until(60, |w| state(w, buyer, &id) == Some(DealState::Bound)));
    c.world.run(5);
    let was = deal(&c.world, buyer, &id).unwrap().promise;
    let until = after(c.world.now(), 40 * 86_400);
    let down = serde_json::json!({"do": "down", "work_center": "bench", "until": until});
    c.world.recorded(workshop, json(down)).unwrap();
    c.world.run(5);
    assert!(deal(&c.world, buyer, &id).unwrap().delay.is_some());
    for answer in ["accept", "cancel"] {
        c.world.kill(workshop);
        let reply = serde_json::json!({"do": "answer_delay", "deal": id, "answer": answer});
        c.world.recorded(buyer, json(reply)).unwrap();
        let there = deal(&c.world, buyer, &id).unwrap();
        assert!(there.promise != was || there.state == DealState::Cancelled, "{answer}");
        // the supplier comes back when the time to answer is over
        c.world.run(86_400);
        c.world.start(workshop);
        c.world.run(60);
        for who in [buyer, workshop] {
            let d = deal(&c.world, who, &id).unwrap();
            assert_eq!((d.state, d.promise, d.late), (DealState::Bound, was, true), "{answer} at {who}");
        }
        // until it slips further, and another date is offered
        let until = after(c.world.now(), 60 * 86_400);
        let down = serde_json::json!({"do": "down", "work_center": "bench", "until": until});
        c.world.recorded(workshop, json(down)).unwrap();
        c.world.run(5);
    }
}
