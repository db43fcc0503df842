//! Checking an agent's whole log, such as its own from a backup.
//!
//! [`verify_history`] reads records from the first on, checks every signature, every link and every key, and ends
//! with the [`History`] that a node goes on from. What the records say beyond keys is not looked at.

use crate::batch::{BATCH, Batches};
use crate::{Chain, Error, KeyState, Log, Record, Result, Signed, Step};
use vocab::AgentId;

/// What a checked log amounts to.
#[derive(Clone, Debug)]
pub struct History {
    /// who may sign the next record
    pub keys: KeyState,
    /// the last record
    pub chain: Chain,
    /// the Merkle tree over all of them
    pub log: Log,
}

/// Checks the records of `author` from its first to its last, with the secret its log's salts derive from.
///
/// Signatures are checked in batches and the last one strictly besides: it covers, by the chain of hashes, every
/// byte before it. The first record that cannot be taken ends the check with [`Error::History`].
pub fn verify_history(
    records: impl IntoIterator<Item = Signed>,
    author: AgentId,
    log_secret: [u8; 32],
) -> Result<History> {
    let mut history = History::new(author, log_secret);
    let mut batches = Batches::new();
    let mut records = records.into_iter();
    loop {
        let mut batch: Vec<_> = records.by_ref().take(BATCH).map(Signed::parse_trusted).collect();
        if batch.is_empty() {
            break;
        }
        batches.check(&mut batch);
        for record in batch {
            let place = history.log.size() + 1;
            record.and_then(|record| history.add(&record)).map_err(|e| at(place, e))?;
        }
    }
    history.chain.last().map_or(Ok(()), Record::check_signature).map_err(|e| at(history.log.size(), e))?;
    Ok(history)
}

impl History {
    fn new(author: AgentId, log_secret: [u8; 32]) -> Self {
        Self { keys: KeyState::new(author), chain: Chain::new(author), log: Log::new(log_secret) }
    }

    /// Takes in the next record, whose signature has been verified; nothing changes when it is refused.
    pub fn add(&mut self, record: &Record) -> Result<()> {
        if self.chain.place(record)? != Step::Next {
            return Err(Error::Sequence { expected: self.log.size() + 1, found: record.seq });
        }
        self.keys.apply(record)?;
        self.chain.follow(record)?;
        self.log.append(record.id);
        Ok(())
    }
}

fn at(place: u64, why: Error) -> Error {
    Error::History { place, why: Box::new(why) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Audience, Draft, Grant, Inception, KeyHash, Revocation, Rotation, Signer, Statement};
    use proptest::prelude::*;
    use vocab::Timestamp;

    const SECRET: [u8; 32] = [42; 32];

    struct Writer {
        records: Vec<Record>,
    }

    impl Writer {
        fn add(&mut self, signer: &Signer, draft: Draft) {
            let seq = self.records.len() as u64 + 1;
            let prev = self.records.last().map(|r| r.id);
            self.records.push(signer.sign(draft, seq, prev, Timestamp::UNIX_EPOCH).unwrap());
        }
        fn notes(&mut self, signer: &Signer, count: usize) {
            for n in 0..count {
                let body = serde_json::json!({ "n": n });
                self.add(signer, Draft { kind: "note", audience: Audience::Private, refs: vec![], body });
            }
        }
    }

    fn author() -> Signer {
        Signer::from_seed(&[1; 32])
    }
    /// Inception, notes, a delegate's notes, a rotation, notes by the new key: 10 + 6 * `count` records.
    fn log(count: usize) -> Vec<Signed> {
        let (first, second) = (author(), Signer::for_author(author().author(), &[2; 32]));
        let staff = Signer::for_author(author().author(), &[3; 32]);
        let draft = |statement: Result<Draft>| statement.unwrap();
        let mut log = Writer { records: vec![] };
        let inception =
            Inception { key: first.key(), name: "Mill".to_owned(), next: KeyHash::of(&second.key()) };
        log.add(&first, draft(inception.draft(Audience::Public)));
        log.notes(&first, 2 * count);
        let grant = Grant { key: staff.key(), label: "saw".to_owned(), until: None, kinds: None };
        log.add(&first, draft(grant.draft(Audience::Public)));
        log.notes(&staff, 2 * count);
        log.add(
            &second,
            draft(Rotation { key: second.key(), next: KeyHash([0; 32]) }.draft(Audience::Public)),
        );
        log.add(&second, draft(Revocation { key: staff.key() }.draft(Audience::Public)));
        log.notes(&second, 2 * count + 6);
        log.records.iter().map(|r| Signed::clone(r.signed())).collect()
    }
    fn place_of(result: Result<History>) -> u64 {
        match result {
            Err(Error::History { place, .. }) => place,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_honest_log_is_taken_whole() {
        let records = log(60);
        let history = verify_history(records.clone(), author().author(), SECRET).unwrap();
        assert_eq!(history.chain.head(), Some((records.len() as u64, records[records.len() - 1].id())));
        assert_eq!(history.keys.current(), Signer::from_seed(&[2; 32]).key());
        let mut tree = Log::new(SECRET);
        records.iter().for_each(|r| tree.append(r.id()));
        assert_eq!(history.log.root(), tree.root());
        assert_eq!(verify_history([], author().author(), SECRET).unwrap().log.size(), 0);
    }

    #[test]
    fn a_missing_a_swapped_and_a_foreign_record_are_found_where_they_are() {
        let whole = log(3);
        for place in 1..=whole.len() as u64 - 1 {
            let mut records = whole.clone();
            records.remove(place as usize - 1);
            assert_eq!(place_of(verify_history(records, author().author(), SECRET)), place);
            let mut records = whole.clone();
            records.swap(place as usize - 1, place as usize);
            assert_eq!(place_of(verify_history(records, author().author(), SECRET)), place);
        }
        assert_eq!(place_of(verify_history(whole, Signer::from_seed(&[9; 32]).author(), SECRET)), 1);
    }

    #[test]
    fn a_key_past_its_time_cannot_go_on_writing() {
        let mut records = log(1);
        let last = records[records.len() - 1].clone().verify().unwrap();
        let body = serde_json::json!({});
        let draft = Draft { kind: "note", audience: Audience::Private, refs: vec![], body };
        for retired in [author(), Signer::for_author(author().author(), &[3; 32])] {
            let late =
                retired.sign(draft.clone(), last.seq + 1, Some(last.id), Timestamp::UNIX_EPOCH).unwrap();
            records.push(Signed::clone(late.signed()));
            let refused = verify_history(records.clone(), author().author(), SECRET);
            assert_eq!(place_of(refused), last.seq + 1);
            records.pop();
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_changed_bit_anywhere_is_found_where_it_is(which in any::<usize>(), at in any::<usize>(), bit in 0_u8..8) {
            let mut records = log(2);
            let which = which % records.len();
            let Signed { bytes, signature } = &mut records[which];
            let at = at % (bytes.len() + signature.len());
            match bytes.get_mut(at) {
                Some(byte) => *byte ^= 1 << bit,
                None => signature[at - bytes.len()] ^= 1 << bit,
            }
            prop_assert_eq!(place_of(verify_history(records, author().author(), SECRET)), which as u64 + 1);
        }
    }
}
