//! The key file: the node's signing seed and the seed of its next key, committed to in advance.
//!
//! Text of a few lines in `key`, readable by its owner alone:
//!
//! ```text
//! headwater-key 1
//! open
//! <64 bytes, base64url: current seed, next seed>
//! ```
//!
//! or, with a passphrase, the same 64 bytes sealed with ChaCha20-Poly1305 (RFC 8439) under a key stretched by
//! Argon2id (RFC 9106, second recommended option: 3 passes, 4 lanes, 64 MiB); the first three lines are
//! authenticated too:
//!
//! ```text
//! headwater-key 1
//! sealed argon2id 65536 3 4 chacha20poly1305
//! <salt, 16 bytes> <nonce, 12 bytes>
//! <sealed bytes>
//! ```

use crate::{Error, Result, files};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;
use std::path::Path;
use vocab::{Phrase, phrase};
use zeroize::{Zeroize, Zeroizing};

const NAME: &str = "key";
const HEADER: &str = "headwater-key 1";
const SEEDS_BYTES: usize = 64;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

// RFC 9106, section 4, second recommended option
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;
const LANES: u32 = 4;
// a file may ask for more than we do, but not for all of the machine
const MEMORY_KIB_MAX: u32 = 1 << 20;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// Two Ed25519 seeds; wiped from memory when dropped, never shown by `Debug`.
pub struct Secrets {
    /// signs now
    pub current: [u8; 32],
    /// will sign after a rotation; the inception record carries the hash of its public key
    pub next: [u8; 32],
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.current.zeroize();
        self.next.zeroize();
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(...)")
    }
}

/// Makes two seeds and writes them to `folder/key`, sealed when there is a passphrase.
///
/// # Errors
/// [`Error::Exists`]: a key is never overwritten.
pub fn create(folder: &Path, passphrase: Option<&str>) -> Result<Secrets> {
    let mut secrets = Secrets { current: [0; 32], next: [0; 32] };
    getrandom::fill(&mut secrets.current).map_err(Error::Random)?;
    getrandom::fill(&mut secrets.next).map_err(Error::Random)?;
    let mut seeds = Zeroizing::new([0_u8; SEEDS_BYTES]);
    seeds[..32].copy_from_slice(&secrets.current);
    seeds[32..].copy_from_slice(&secrets.next);
    let text = match passphrase {
        None => Zeroizing::new(format!("{HEADER}\nopen\n{}\n", *encoded(seeds.as_slice()))),
        Some(passphrase) => seal(&seeds, passphrase)?,
    };
    files::write_secret(folder, NAME, &text)?;
    Ok(secrets)
}

fn key_file() -> Phrase {
    phrase("key file", "密钥文件")
}

/// Reads the seeds from `folder/key`.
///
/// # Errors
/// [`Error::Exposed`] when others may read the file, [`Error::PassphraseNeeded`], [`Error::PassphraseWrong`] and
/// [`Error::PassphraseUnused`] when the passphrase does not fit it.
pub fn load(folder: &Path, passphrase: Option<&str>) -> Result<Secrets> {
    let path = folder.join(NAME);
    let damaged = |detail| Error::Damaged { path: path.clone(), kind: key_file(), detail };
    let text = files::read_secret(folder, NAME, key_file())?;
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(damaged(phrase(
            "its first line is not 'headwater-key 1'",
            "第一行不是“headwater-key 1”",
        )));
    }
    let kind = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let seeds = match (kind, rest.as_slice(), passphrase) {
        ("open", [_], Some(_)) => return Err(Error::PassphraseUnused { path }),
        ("open", [seeds], None) => decoded(seeds)
            .ok_or_else(|| damaged(phrase("its seeds are not base64url", "其种子不是 base64url")))?,
        (_, [salt_and_nonce, sealed], passphrase) => {
            let seal = Seal::parse(kind, salt_and_nonce)
                .ok_or_else(|| damaged(phrase("its seal is not known", "其封装方式未知")))?;
            let sealed = decoded(sealed)
                .ok_or_else(|| damaged(phrase("its last line is not base64url", "最后一行不是 base64url")))?;
            let passphrase = passphrase.ok_or_else(|| Error::PassphraseNeeded { path: path.clone() })?;
            seal.open(passphrase, &sealed)?.ok_or_else(|| Error::PassphraseWrong { path: path.clone() })?
        }
        _ => return Err(damaged(phrase("it is neither open nor sealed", "既不是 open 也不是 sealed"))),
    };
    match seeds.split_first_chunk() {
        Some((current, rest)) if rest.len() == 32 => {
            let mut secrets = Secrets { current: *current, next: [0; 32] };
            secrets.next.copy_from_slice(rest);
            Ok(secrets)
        }
        _ => Err(damaged(phrase("it does not hold two seeds of 32 bytes", "没有两个 32 字节的种子"))),
    }
}

/// How a key file is sealed: everything needed to open it but the passphrase.
struct Seal {
    params: Params,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
}

impl Seal {
    fn parse(kind: &str, salt_and_nonce: &str) -> Option<Self> {
        let words: Vec<&str> = kind.split(' ').collect();
        let ["sealed", "argon2id", memory, passes, lanes, "chacha20poly1305"] = words[..] else {
            return None;
        };
        let bounded = |word: &str, max: u32| word.parse::<u32>().ok().filter(|n| *n <= max);
        let (memory, passes, lanes) =
            (bounded(memory, MEMORY_KIB_MAX)?, bounded(passes, PASSES_MAX)?, bounded(lanes, LANES_MAX)?);
        let (salt, nonce) = salt_and_nonce.split_once(' ')?;
        Some(Self {
            params: Params::new(memory, passes, lanes, Some(32)).ok()?,
            salt: decoded(salt)?.as_slice().try_into().ok()?,
            nonce: decoded(nonce)?.as_slice().try_into().ok()?,
        })
    }

    /// The lines above the sealed bytes.
    fn lines(&self) -> String {
        let p = &self.params;
        format!(
            "{HEADER}\nsealed argon2id {} {} {} chacha20poly1305\n{} {}\n",
            p.m_cost(),
            p.t_cost(),
            p.p_cost(),
            BASE64URL_NOPAD.encode(&self.salt),
            BASE64URL_NOPAD.encode(&self.nonce)
        )
    }

    fn cipher(&self, passphrase: &str) -> Result<ChaCha20Poly1305> {
        if passphrase.is_empty() {
            return Err(Error::PassphraseEmpty);
        }
        let mut key = Zeroizing::new([0_u8; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
            .hash_password_into(passphrase.as_bytes(), &self.salt, key.as_mut_slice())
            .map_err(Error::Derivation)?;
        let mut key = Key::from(*key);
        let cipher = ChaCha20Poly1305::new(&key);
        key.as_mut_slice().zeroize();
        Ok(cipher)
    }

    /// `None` when the passphrase is not the one it was sealed with, or the file was changed.
    fn open(&self, passphrase: &str, sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let lines = self.lines();
        let payload = Payload { msg: sealed, aad: lines.as_bytes() };
        let opened = self.cipher(passphrase)?.decrypt(&Nonce::from(self.nonce), payload);
        Ok(opened.ok().map(Zeroizing::new))
    }
}

fn seal(seeds: &[u8; SEEDS_BYTES], passphrase: &str) -> Result<Zeroizing<String>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(Error::Derivation)?;
    let seal = Seal { params, salt: files::random()?, nonce: files::random()? };
    let lines = seal.lines();
    let payload = Payload { msg: seeds, aad: lines.as_bytes() };
    let sealed = seal
        .cipher(passphrase)?
        .encrypt(&Nonce::from(seal.nonce), payload)
        .expect("64 bytes are far below the cipher's limit of 256 GiB");
    Ok(Zeroizing::new(format!("{lines}{}\n", BASE64URL_NOPAD.encode(&sealed))))
}

fn encoded(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE64URL_NOPAD.encode(bytes))
}

fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn same(a: &Secrets, b: &Secrets) -> bool {
        a.current == b.current && a.next == b.next
    }

    #[test]
    fn an_open_key_reads_back_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let made = create(folder.path(), None).unwrap();
        assert_ne!(made.current, made.next);
        assert!(same(&made, &load(folder.path(), None).unwrap()));
        assert!(matches!(create(folder.path(), None), Err(Error::Exists { .. })));
        assert!(same(&made, &load(folder.path(), None).unwrap()));
        assert!(matches!(load(folder.path(), Some("x")), Err(Error::PassphraseUnused { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no partial file stays behind");
        assert_eq!(format!("{made:?}"), "Secrets(...)");
    }

    #[test]
    fn a_sealed_key_opens_with_its_passphrase_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(create(folder.path(), Some("")), Err(Error::PassphraseEmpty)));
        let made = create(folder.path(), Some("四十把椅子")).unwrap();
        let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert!(!text.contains(&encoded(&made.current)[..40]));
        assert!(same(&made, &load(folder.path(), Some("四十把椅子")).unwrap()));
        assert!(matches!(load(folder.path(), Some("forty chairs")), Err(Error::PassphraseWrong { .. })));
        assert!(matches!(load(folder.path(), None), Err(Error::PassphraseNeeded { .. })));

        // weaker parameters written into the file do not open it
        fs::write(folder.path().join(NAME), text.replace(" 65536 3 4 ", " 64 1 4 ")).unwrap();
        assert!(matches!(load(folder.path(), Some("四十把椅子")), Err(Error::PassphraseWrong { .. })));
        // nor do parameters that would eat the machine get a try
        fs::write(folder.path().join(NAME), text.replace(" 65536 3 4 ", " 4294967295 3 4 ")).unwrap();
        assert!(matches!(load(folder.path(), Some("四十把椅子")), Err(Error::Damaged { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_remedy() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), None).unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = load(folder.path(), None).unwrap_err().to_string();
        assert!(refused.contains("mode 640") && refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn nonsense_is_not_a_key() {
        let long = "a".repeat(5000);
        for text in
            ["", "headwater-key 1", "headwater-key 2\nopen\nAAAA\n", "headwater-key 1\nopen\nAAAA\n", &long]
        {
            let folder = tempfile::tempdir().unwrap();
            files::write_secret(folder.path(), NAME, text).unwrap();
            assert!(matches!(load(folder.path(), None), Err(Error::Damaged { .. })), "{text}");
        }
        let nowhere = tempfile::tempdir().unwrap();
        assert!(matches!(load(nowhere.path(), None), Err(Error::Missing { .. })));
    }
}
