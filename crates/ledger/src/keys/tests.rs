use super::*;
use crate::{Audience, Draft, Signer};
use proptest::prelude::*;
use vocab::RecordId;

fn key(n: u8) -> AgentId {
    Signer::from_seed(&[n; 32]).key()
}
fn author() -> AgentId {
    key(0)
}
/// Key number `n`, speaking for the author.
fn by(n: u8) -> Signer {
    Signer::for_author(author(), &[n; 32])
}
fn day(n: i64) -> Timestamp {
    Timestamp::from_second(n * 86_400).unwrap()
}
fn signed(signer: &Signer, draft: Draft, seq: u64) -> Record {
    let prev = (seq > 1).then_some(RecordId([1; 32]));
    signer.sign(draft, seq, prev, day(seq as i64)).unwrap()
}
fn say(signer: &Signer, statement: &impl Statement, seq: u64) -> Record {
    signed(signer, statement.draft(Audience::Public).unwrap(), seq)
}
fn of_kind(signer: &Signer, kind: &'static str, seq: u64) -> Record {
    signed(signer, Draft { kind, audience: Audience::Public, refs: vec![], body: serde_json::json!({}) }, seq)
}
fn inception(next: u8) -> Inception {
    Inception { key: author(), name: "Workshop".to_owned(), next: KeyHash::of(&key(next)) }
}
fn rotation(to: u8, next: u8) -> Rotation {
    Rotation { key: key(to), next: KeyHash::of(&key(next)) }
}
fn grant(to: u8) -> Grant {
    Grant { key: key(to), label: "the saw".to_owned(), until: None, kinds: None }
}
/// Keys after an inception that commits to key 1.
fn begun() -> KeyState {
    let mut keys = KeyState::new(author());
    keys.apply(&say(&by(0), &inception(1), 1)).unwrap();
    keys
}
fn why(result: Result<()>) -> String {
    match result {
        Err(Error::Key { why, .. }) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_record_is_the_inception_by_the_first_key() {
    let mut keys = KeyState::new(author());
    assert!(why(keys.apply(&of_kind(&by(0), "offer", 1))).contains("inception"));
    let foreign = Inception { key: key(5), ..inception(1) };
    assert!(why(keys.apply(&say(&by(0), &foreign, 1))).contains("first key"));
    assert!(keys.apply(&say(&by(5), &inception(1), 1)).is_err());
    let nameless = Inception { name: " ".to_owned(), ..inception(1) };
    assert!(keys.apply(&say(&by(0), &nameless, 1)).is_err());
    keys.apply(&say(&by(0), &inception(1), 1)).unwrap();
    assert!(why(keys.apply(&say(&by(0), &inception(1), 2))).contains("inception"));
    assert!(keys.allows(&of_kind(&by(0), "offer", 2)).is_ok());
    assert!(keys.allows(&of_kind(&Signer::from_seed(&[5; 32]), "offer", 2)).is_err());
}

#[test]
fn a_rotation_hands_the_log_to_the_key_committed_to() {
    let mut keys = begun();
    keys.apply(&say(&by(1), &rotation(1, 2), 10)).unwrap();
    assert_eq!(keys.current(), key(1));
    assert!(keys.allows(&of_kind(&by(0), "offer", 9)).is_ok());
    assert!(keys.allows(&of_kind(&by(0), "offer", 10)).is_err());
    assert!(keys.allows(&of_kind(&by(1), "offer", 9)).is_err());
    assert!(keys.allows(&of_kind(&by(1), "offer", 11)).is_ok());
    keys.apply(&say(&by(2), &rotation(2, 3), 12)).unwrap();
    assert!(keys.allows(&of_kind(&by(1), "offer", 12)).is_err());
    assert!(keys.held(&key(1), 11) && !keys.held(&key(1), 12));
}

#[test]
fn a_key_given_up_does_not_come_back_and_a_late_change_is_refused() {
    let mut keys = begun();
    keys.apply(&say(&by(1), &rotation(1, 0), 10)).unwrap();
    assert!(why(keys.apply(&say(&by(0), &rotation(0, 2), 11))).contains("come back"));
    assert!(why(keys.apply(&say(&by(0), &grant(7), 5))).contains("later change"));
}

#[test]
fn a_delegate_signs_after_its_grant_and_until_it_is_revoked() {
    let mut keys = begun();
    assert!(keys.allows(&of_kind(&by(7), "event", 3)).is_err());
    keys.apply(&say(&by(0), &grant(7), 3)).unwrap();
    assert_eq!(keys.grants().count(), 1);
    assert!(keys.allows(&of_kind(&by(7), "event", 3)).is_err());
    assert!(keys.allows(&of_kind(&by(7), "event", 4)).is_ok());
    keys.apply(&say(&by(0), &Revocation { key: key(7) }, 6)).unwrap();
    assert_eq!(keys.grants().count(), 0);
    assert!(keys.allows(&of_kind(&by(7), "event", 5)).is_ok());
    assert!(why(keys.allows(&of_kind(&by(7), "event", 7))).contains("part of the log"));
    assert!(why(keys.apply(&say(&by(0), &Revocation { key: key(7) }, 8))).contains("no grant"));
    keys.apply(&say(&by(0), &grant(7), 9)).unwrap();
    assert!(keys.allows(&of_kind(&by(7), "event", 5)).is_ok());
    assert!(keys.allows(&of_kind(&by(7), "event", 7)).is_err());
    assert!(keys.allows(&of_kind(&by(7), "event", 10)).is_ok());
}

#[test]
fn a_grant_is_bounded_by_date_and_kind() {
    let mut keys = begun();
    let narrow = Grant { until: Some(day(6)), kinds: Some(vec!["event".to_owned()]), ..grant(7) };
    keys.apply(&say(&by(0), &narrow, 3)).unwrap();
    assert!(keys.allows(&of_kind(&by(7), "event", 5)).is_ok());
    assert!(why(keys.allows(&of_kind(&by(7), "event", 6))).contains("date"));
    assert!(why(keys.allows(&of_kind(&by(7), "offer", 5))).contains("kind"));
    let draft =
        Draft { kind: "event", audience: Audience::Public, refs: vec![], body: serde_json::json!({}) };
    let backdated = by(7).sign(draft, 8, Some(RecordId([1; 32])), day(2)).unwrap();
    assert!(why(keys.allows(&backdated)).contains("date"));
}

#[test]
fn a_delegate_changes_no_keys_even_if_the_grant_names_the_kind() {
    let mut keys = begun();
    let greedy = Grant { kinds: Some(vec!["grant".to_owned(), "rotation".to_owned()]), ..grant(7) };
    keys.apply(&say(&by(0), &greedy, 2)).unwrap();
    assert!(why(keys.apply(&say(&by(7), &grant(8), 3))).contains("delegated"));
    assert!(why(keys.apply(&say(&by(7), &Revocation { key: key(7) }, 3))).contains("delegated"));
    assert!(why(keys.apply(&say(&by(7), &rotation(7, 8), 3))).contains("committed"));
}

#[test]
fn own_keys_present_and_to_come_are_not_granted() {
    let mut keys = begun();
    assert!(keys.apply(&say(&by(0), &grant(0), 2)).is_err());
    assert!(keys.apply(&say(&by(0), &grant(1), 2)).is_err());
}

/// What somebody who stole the current key can try.
fn theft() -> impl Strategy<Value = (u8, Record)> {
    let seq = 2_u64..50;
    let (thief, next) = (20_u8..30, 20_u8..30);
    (seq, thief, next, 0_u8..4).prop_map(|(seq, thief, next, how)| {
        let record = match how {
            0 => say(&by(0), &rotation(thief, next), seq),
            1 => say(&by(thief), &rotation(thief, next), seq),
            2 => say(&by(0), &rotation(0, next), seq),
            // it names the right key, and cannot sign with it
            _ => say(&by(0), &rotation(1, next), seq),
        };
        (thief, record)
    })
}

proptest! {
    #[test]
    fn a_thief_of_the_current_key_cannot_rotate(thefts in prop::collection::vec(theft(), 1..8)) {
        let mut keys = begun();
        for (thief, stolen) in &thefts {
            let before = keys.clone();
            // even a grant to its own key first does not help
            let _ = keys.apply(&say(&by(0), &grant(*thief), stolen.seq));
            prop_assert!(keys.apply(stolen).is_err());
            prop_assert_eq!(keys.current(), author());
            keys = before;
        }
        prop_assert!(keys.apply(&say(&by(1), &rotation(1, 2), 60)).is_ok());
        for (_, stolen) in &thefts {
            prop_assert!(keys.apply(stolen).is_err());
        }
        prop_assert!(keys.allows(&of_kind(&by(0), "offer", 61)).is_err());
    }

    #[test]
    fn any_body_is_an_answer_not_a_panic(kind in 0_usize..4, body in "\\PC{0,60}", seq in 1_u64..4) {
        let kind = [Inception::KIND, Rotation::KIND, Grant::KIND, Revocation::KIND][kind];
        let body = serde_json::from_str(&body).unwrap_or(serde_json::json!({ "key": body }));
        let mut keys = begun();
        let before = keys.clone();
        let draft = Draft { kind, audience: Audience::Public, refs: vec![], body };
        prop_assert!(keys.apply(&signed(&by(0), draft, seq)).is_err());
        prop_assert_eq!(keys, before);
    }
}
