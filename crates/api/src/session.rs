//! One-time codes and the sessions they open, in memory: a restart forgets them, and a new link is quickly made.
//!
//! Codes and cookies are 32 random bytes in base64url; only their SHA-256 is kept, so a lookup's timing says nothing
//! about them. All counts are bounded, the oldest give way.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const CODE_LIFE: Duration = Duration::from_secs(10 * 60);
const CODES_MAX: usize = 32;
/// A session that is not used for so long ends.
pub(crate) const SESSION_IDLE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const SESSIONS_MAX: usize = 64;
/// Longest code or cookie that is looked at.
const SECRET_CHARS_MAX: usize = 64;

type Hash = [u8; 32];

/// Who may come in, by the hash of what they show; each with the moment it was issued or last used.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    codes: HashMap<Hash, Instant>,
    sessions: HashMap<Hash, Instant>,
}

fn hash(secret: &str) -> Option<Hash> {
    (secret.len() <= SECRET_CHARS_MAX).then(|| Sha256::digest(secret.as_bytes()).into())
}

fn insert(map: &mut HashMap<Hash, Instant>, max: usize, now: Instant) -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    if map.len() >= max
        && let Some(oldest) = map.iter().min_by_key(|(_, at)| **at).map(|(hash, _)| *hash)
    {
        map.remove(&oldest);
    }
    let secret = BASE64URL_NOPAD.encode(&bytes);
    map.insert(Sha256::digest(secret.as_bytes()).into(), now);
    Ok(secret)
}

impl Sessions {
    /// A new one-time code.
    pub(crate) fn issue(&mut self, now: Instant) -> Result<String, getrandom::Error> {
        self.codes.retain(|_, at| now.duration_since(*at) < CODE_LIFE);
        insert(&mut self.codes, CODES_MAX, now)
    }

    /// Spends a code: the cookie of a new session, or `None` when the code is unknown, spent or too old.
    pub(crate) fn open(&mut self, code: &str, now: Instant) -> Result<Option<String>, getrandom::Error> {
        let issued = hash(code).and_then(|hash| self.codes.remove(&hash));
        match issued {
            Some(at) if now.duration_since(at) < CODE_LIFE => {
                insert(&mut self.sessions, SESSIONS_MAX, now).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Whether the cookie is of a live session, which this use keeps alive.
    pub(crate) fn touch(&mut self, cookie: &str, now: Instant) -> bool {
        let Some(hash) = hash(cookie) else { return false };
        match self.sessions.get_mut(&hash) {
            Some(at) if now.duration_since(*at) < SESSION_IDLE => {
                *at = now;
                true
            }
            Some(_) => {
                self.sessions.remove(&hash);
                false
            }
            None => false,
        }
    }

    /// Ends a session.
    pub(crate) fn close(&mut self, cookie: &str) {
        if let Some(hash) = hash(cookie) {
            self.sessions.remove(&hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_opens_one_session_once() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let code = sessions.issue(now).unwrap();
        let cookie = sessions.open(&code, now).unwrap().unwrap();
        assert!(sessions.touch(&cookie, now));
        assert_eq!(sessions.open(&code, now).unwrap(), None);
        sessions.close(&cookie);
        assert!(!sessions.touch(&cookie, now));
        assert!(!sessions.touch(&"x".repeat(10_000), now));
    }

    #[test]
    fn codes_age_in_minutes_and_sessions_by_idleness() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let (early, late) = (sessions.issue(now).unwrap(), sessions.issue(now).unwrap());
        let cookie = sessions.open(&early, now + CODE_LIFE - Duration::from_secs(1)).unwrap().unwrap();
        assert_eq!(sessions.open(&late, now + CODE_LIFE).unwrap(), None);
        let used = now + SESSION_IDLE;
        assert!(sessions.touch(&cookie, used));
        assert!(sessions.touch(&cookie, used + SESSION_IDLE - Duration::from_secs(1)));
        assert!(!sessions.touch(&cookie, used + 3 * SESSION_IDLE));
    }

    #[test]
    fn the_oldest_give_way() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let at = |n: usize| now + Duration::from_millis(n as u64);
        let first = sessions.issue(now).unwrap();
        (1..=CODES_MAX).for_each(|n| drop(sessions.issue(at(n)).unwrap()));
        assert_eq!(sessions.codes.len(), CODES_MAX);
        assert_eq!(sessions.open(&first, at(99)).unwrap(), None);
    }
}
