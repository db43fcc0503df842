//! Verifying many records at once, about three times as fast as one by one.
//!
//! **One strict check decides what a record is, alone or in a batch** ([`is_signed`]): the equation of RFC 8032, section
//! 5.1.7, as it stands there, `[8][s]B = [8]R + [8][k]A`, with `s` below the group's order, `R` in canonical form, and
//! neither `R` nor the key of small order. A batch that passes is taken as a whole; one that does not is checked record by
//! record. The batch equation (one random linear combination of all `sB = R + kA`, its coefficients hashed from the whole
//! batch, so no randomness is drawn and the same bytes always get the same answer) refuses whatever a forger could make.
//! It can differ from the strict check only in what the **holder of a key** adds to it on purpose, a point of small order;
//! the factor 8 makes the strict check indifferent to that, so a record gets the same answer everywhere, in whatever
//! company it comes. A pool rests on this: nobody's signature may count at its keeper and fail at a member.

use crate::{Record, Result, Signed};
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::IsIdentity;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
use sha2::{Digest, Sha512};
use std::collections::BTreeMap;
use vocab::AgentId;

/// Records per batch: larger ones are little faster, and one bad record costs its whole batch a second check.
pub(crate) const BATCH: usize = 256;
/// Most keys remembered: few authors say much, and a crowd's keys are not met again.
const KEYS_MAX: usize = 2_048;

/// Verifies each of `signed`, in order, as the module's comment says.
pub fn verify_all(signed: Vec<Signed>) -> Vec<Result<Record>> {
    let mut batches = Batches::new();
    let mut records = Vec::with_capacity(signed.len());
    let mut signed = signed.into_iter().map(Signed::parse_trusted).peekable();
    // what has just been read is checked while it is still in the processor's cache
    while signed.peek().is_some() {
        let read = records.len();
        records.extend(signed.by_ref().take(BATCH));
        batches.check(&mut records[read..]);
    }
    records
}

/// Checks batches of records, remembering the keys it has met.
pub(crate) struct Batches {
    /// keys fit for a batch; `None` for those that are not
    keys: BTreeMap<AgentId, Option<VerifyingKey>>,
    small_order: [[u8; 32]; 8],
}

impl Batches {
    pub(crate) fn new() -> Self {
        Self { keys: BTreeMap::new(), small_order: EIGHT_TORSION.map(|point| y_of(&point.compress().0)) }
    }

    /// Replaces each parsed record whose signature is not good by the reason.
    pub(crate) fn check(&mut self, records: &mut [Result<Record>]) {
        let mut batched = vec![false; records.len()];
        let (mut messages, mut signatures, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for (record, batched) in records.iter().zip(&mut batched) {
            let Ok(record) = record else { continue };
            let Some((signature, key)) = self.fit(record) else { continue };
            *batched = true;
            messages.push(record.signed().bytes.as_slice());
            signatures.push(signature);
            keys.push(key);
        }
        let passed = verify_batch(&messages, &signatures, &keys).is_ok();
        for (record, batched) in records.iter_mut().zip(batched) {
            if passed && batched {
                continue;
            }
            if let Err(error) = record.as_ref().map_or(Ok(()), Record::check_signature) {
                *record = Err(error);
            }
        }
    }

    /// Signature and key, if all that is left to check is the equation.
    fn fit(&mut self, record: &Record) -> Option<(Signature, VerifyingKey)> {
        let signature = Signature::from_slice(&record.signed().signature).ok()?;
        let sound = |point: &[u8; 32]| {
            let y = y_of(point);
            is_canonical(&y) && !self.small_order.contains(&y)
        };
        if self.keys.len() >= KEYS_MAX {
            self.keys.clear();
        }
        let decode = || VerifyingKey::from_bytes(&record.key.0).ok().filter(|_| sound(&record.key.0));
        let key = *self.keys.entry(record.key).or_insert_with(decode);
        sound(signature.r_bytes()).then_some((signature, key?))
    }
}

/// The strict check that decides: whether `signature` is `key`'s on `message`.
pub(crate) fn is_signed(key: &AgentId, message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&key.0) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    if key.is_weak() || !is_canonical(&y_of(signature.r_bytes())) {
        return false;
    }
    // what passes without the factor 8 passes with it, and is the usual case
    key.verify_strict(message, &signature).is_ok() || holds_times_eight(&key, message, &signature).is_some()
}

fn holds_times_eight(key: &VerifyingKey, message: &[u8], signature: &Signature) -> Option<()> {
    let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes()))?;
    let r = CompressedEdwardsY(*signature.r_bytes()).decompress().filter(|r| !r.is_small_order())?;
    let hash =
        Sha512::new().chain_update(signature.r_bytes()).chain_update(key.as_bytes()).chain_update(message);
    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let expected = EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-key.to_edwards(), &s);
    (expected - r).mul_by_cofactor().is_identity().then_some(())
}

/// The y-coordinate of an encoded point: all but the sign of x (RFC 8032 section 5.1.2).
fn y_of(encoded: &[u8; 32]) -> [u8; 32] {
    let mut y = *encoded;
    y[31] &= 0x7f;
    y
}

/// True when `y`, little-endian, is less than the field's prime 2^255 - 19.
fn is_canonical(y: &[u8; 32]) -> bool {
    y[31] != 0x7f || y[1..31].iter().any(|byte| *byte != 0xff) || y[0] < 0xed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Audience, Draft, Error, Signer};
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, ED25519_BASEPOINT_TABLE};
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;
    use vocab::Timestamp;

    fn record(key: u8, word: &str) -> Signed {
        let draft =
            Draft { kind: "note", audience: Audience::Public, refs: vec![], body: serde_json::json!(word) };
        let record = Signer::from_seed(&[key; 32]).sign(draft, 1, None, Timestamp::UNIX_EPOCH).unwrap();
        Signed::clone(record.signed())
    }
    fn many(count: usize) -> Vec<Signed> {
        (0..count).map(|n| record((n % 5) as u8, &n.to_string())).collect()
    }
    /// Signs as the holder of key 0 can: with `extra` added to `R`.
    fn sign_adding(extra: EdwardsPoint, bytes: &[u8]) -> Vec<u8> {
        let secret = SigningKey::from_bytes(&[0; 32]).to_scalar();
        let nonce = Scalar::from_bytes_mod_order_wide(&Sha512::digest(bytes).into());
        let point = (&nonce * ED25519_BASEPOINT_TABLE + extra).compress();
        let public = (&secret * ED25519_BASEPOINT_TABLE).compress();
        let hash = Sha512::new().chain_update(point.0).chain_update(public.0).chain_update(bytes).finalize();
        let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
        [point.0, s.to_bytes()].concat()
    }

    #[test]
    fn good_records_pass_in_order_across_batches() {
        let signed = many(2 * BATCH + 3);
        let ids: Vec<_> = signed.iter().map(Signed::id).collect();
        let verified: Vec<_> = verify_all(signed).into_iter().map(|r| r.unwrap().id).collect();
        assert_eq!(verified, ids);
        assert!(verify_all(vec![]).is_empty());
    }

    #[test]
    fn bad_records_are_named_and_their_neighbours_unharmed() {
        let mut signed = many(40);
        signed[3].signature[10] ^= 1;
        signed[17].bytes = b"no record".to_vec();
        signed[21].signature.truncate(63);
        signed[30].signature = signed[31].signature.clone();
        for (i, result) in verify_all(signed).iter().enumerate() {
            match i {
                3 | 21 | 30 => assert!(matches!(result, Err(Error::Signature { .. })), "{i}"),
                17 => assert!(matches!(result, Err(Error::Malformed(_))), "{i}"),
                _ => assert!(result.is_ok(), "{i}"),
            }
        }
    }

    #[test]
    fn points_of_small_order_and_uncanonical_ones_stay_out_of_batches() {
        let mut batches = Batches::new();
        let good = record(0, "a");
        let fit = |batches: &mut Batches, r: [u8; 32]| {
            let signature = [&r[..], &good.signature[32..]].concat();
            batches.fit(&Signed { signature, ..good.clone() }.parse_trusted().unwrap()).is_some()
        };
        assert!(fit(&mut batches, ED25519_BASEPOINT_POINT.compress().0));
        for point in EIGHT_TORSION {
            let mut r = point.compress().0;
            assert!(!fit(&mut batches, r));
            r[31] ^= 0x80;
            assert!(!fit(&mut batches, r));
        }
        for low in 0xed..=0xff {
            let mut r = [0xff; 32];
            (r[0], r[31]) = (low, 0x7f);
            assert!(!fit(&mut batches, r));
        }
    }

    #[test]
    fn a_signer_of_small_order_is_refused_in_a_batch_as_it_is_alone() {
        // the identity as key and as R signs everything, were it let in
        let identity = EIGHT_TORSION[0].compress().0;
        let text = String::from_utf8(record(0, "a").bytes).unwrap();
        let did = AgentId(identity).to_string();
        let honest = Signer::from_seed(&[0; 32]).key().to_string();
        let bytes = text.replace(&honest, &did).into_bytes();
        let signed = Signed { bytes, signature: [identity, [0; 32]].concat() };
        assert!(signed.clone().verify().is_err());
        assert!(verify_all([vec![signed], many(10)].concat())[0].is_err());
    }

    #[test]
    fn a_signature_that_its_own_signer_spoilt_gets_one_answer_alone_and_in_any_company() {
        let plain = record(0, "plain");
        let own = Signed { signature: sign_adding(EdwardsPoint::default(), &plain.bytes), ..plain };
        assert!(own.verify().is_ok());
        for n in 0..200 {
            let signed = record(0, &format!("spoilt {n}"));
            let spoilt = Signed { signature: sign_adding(EIGHT_TORSION[1], &signed.bytes), ..signed };
            let key = VerifyingKey::from_bytes(&Signer::from_seed(&[0; 32]).key().0).unwrap();
            let signature = Signature::from_slice(&spoilt.signature).unwrap();
            assert!(key.verify_strict(&spoilt.bytes, &signature).is_err(), "it is spoilt indeed");
            assert!(spoilt.clone().verify().is_ok());
            assert!(verify_all([vec![spoilt], many(n % 3)].concat()).iter().all(Result::is_ok));
        }
    }

    #[test]
    fn a_scalar_beyond_the_order_and_a_foreign_message_are_refused_times_eight_too() {
        let good = record(0, "a");
        let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
        let (mut carry, mut beyond) = (0_u16, good.signature.clone());
        for (i, byte) in beyond[32..].iter_mut().enumerate() {
            let add = u16::from_str_radix(&order[2 * i..2 * i + 2], 16).unwrap();
            let sum = u16::from(*byte) + add + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        let key = Signer::from_seed(&[0; 32]).key();
        assert!(is_signed(&key, &good.bytes, &good.signature));
        assert!(!is_signed(&key, &good.bytes, &beyond));
        assert!(!is_signed(&key, b"another", &sign_adding(EIGHT_TORSION[1], &good.bytes)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_batch_agrees_with_the_strict_check(
            changes in prop::collection::vec((0_usize..12, any::<bool>(), any::<usize>(), 0_u8..8), 0..4),
        ) {
            let mut signed = many(12);
            for (which, in_signature, at, bit) in changes {
                let Signed { bytes, signature } = &mut signed[which];
                let target = if in_signature { signature } else { bytes };
                let at = at % target.len();
                target[at] ^= 1 << bit;
            }
            let alone: Vec<_> = signed.iter().cloned().map(|s| s.verify().map(|r| r.id)).collect();
            let together: Vec<_> = verify_all(signed).into_iter().map(|r| r.map(|r| r.id)).collect();
            prop_assert_eq!(alone, together);
        }
    }
}
