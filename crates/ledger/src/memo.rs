//! Many readers of the same bytes in one process: read, checked and held once.
//!
//! A [`Memo`] gives the answer that [`Signed::verify`] gives, for it knows nothing else; it merely does not work it
//! out twice. What it holds it never lets go of, so it is for those who keep every record anyway.

use crate::{Record, Result, Signed};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use vocab::RecordId;

/// Records already read, by their id.
#[derive(Default)]
pub struct Memo(Mutex<BTreeMap<RecordId, Known>>);

struct Known {
    record: Record,
    /// its signature has been checked here
    checked: bool,
}

impl Memo {
    /// As [`Signed::verify`].
    ///
    /// # Errors
    /// As [`Signed::verify`].
    pub fn verify(&self, signed: Signed) -> Result<Record> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.get_mut(&signed.id()).filter(|k| k.record.signed().signature == signed.signature);
        if let Some(Known { record, checked }) = same {
            if !*checked {
                record.check_signature()?;
                *checked = true;
            }
            return Ok(record.clone());
        }
        let record = signed.verify()?;
        known.insert(record.id, Known { record: record.clone(), checked: true });
        Ok(record)
    }

    /// Notes a record its author has just made, so that readers of its bytes share it; the first still checks it.
    pub fn share(&self, record: &Record) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(record.id).or_insert_with(|| Known { record: record.clone(), checked: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Audience, Draft, Signer};
    use std::sync::Arc;
    use vocab::Timestamp;

    #[test]
    fn equal_bytes_are_held_once_and_a_forged_signature_is_refused_before_and_after() {
        let draft =
            Draft { kind: "note", audience: Audience::Public, refs: vec![], body: serde_json::json!({}) };
        let made = Signer::from_seed(&[7; 32]).sign(draft, 1, None, Timestamp::UNIX_EPOCH).unwrap();
        let signed = || Signed::clone(made.signed());
        let forged = || Signed { signature: vec![1; 64], ..signed() };
        let memo = Memo::default();
        assert!(memo.verify(forged()).is_err());
        memo.share(&made);
        assert!(memo.verify(forged()).is_err());
        for _ in 0..2 {
            assert!(Arc::ptr_eq(memo.verify(signed()).unwrap().signed(), made.signed()));
        }
        assert!(memo.verify(forged()).is_err());
    }

    #[test]
    fn what_was_only_shared_is_checked_by_its_first_reader() {
        let draft =
            Draft { kind: "note", audience: Audience::Public, refs: vec![], body: serde_json::json!({}) };
        let made = Signer::from_seed(&[7; 32]).sign(draft, 1, None, Timestamp::UNIX_EPOCH).unwrap();
        let forged = Signed { signature: vec![1; 64], ..Signed::clone(made.signed()) };
        let memo = Memo::default();
        memo.share(&forged.clone().parse_trusted().unwrap());
        assert!(memo.verify(forged).is_err());
    }
}
