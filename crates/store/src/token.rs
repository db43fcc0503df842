//! The bearer token of the node's HTTP interface: 32 random bytes in `token`, as base64url, for the owner alone.

use crate::{Error, Result, files};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;
use std::path::Path;
use subtle::ConstantTimeEq;
use vocab::phrase;
use zeroize::Zeroizing;

const NAME: &str = "token";
const TOKEN_BYTES: usize = 32;

/// Whoever shows this may act for the node.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The folder's token; makes one when there is none.
    pub fn open(folder: &Path) -> Result<Self> {
        match Self::load(folder) {
            Err(Error::Missing { .. }) => {}
            loaded => return loaded,
        }
        let bytes = Zeroizing::new(files::random::<TOKEN_BYTES>()?);
        let token = Self(Zeroizing::new(BASE64URL_NOPAD.encode(bytes.as_slice())));
        match files::write_secret(folder, NAME, &token.0) {
            Ok(()) => Ok(token),
            // another process was quicker: theirs is the one that counts
            Err(Error::Exists { .. }) => Self::load(folder),
            Err(e) => Err(e),
        }
    }

    /// The folder's token; [`Error::Missing`] when there is none.
    pub fn load(folder: &Path) -> Result<Self> {
        let text = files::read_secret(folder, NAME, phrase("token", "令牌"))?;
        let token = text.trim_end();
        match BASE64URL_NOPAD.decode(token.as_bytes()).map(Zeroizing::new) {
            Ok(bytes) if bytes.len() == TOKEN_BYTES => Ok(Self(Zeroizing::new(token.to_owned()))),
            _ => Err(Error::Damaged {
                path: folder.join(NAME),
                kind: phrase("token", "令牌"),
                detail: phrase("not 43 characters of base64url", "不是 43 个 base64url 字符"),
            }),
        }
    }

    /// The text to send as `Authorization: Bearer TEXT`. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `presented` is this token; takes the same time wherever they differ.
    pub fn matches(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(...)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_only_it_matches() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Token::load(folder.path()), Err(Error::Missing { .. })));
        let token = Token::open(folder.path()).unwrap();
        let again = Token::open(folder.path()).unwrap();
        assert!(token.matches(again.expose()));
        assert!(!token.matches(""));
        assert!(!token.matches(&again.expose()[1..]));
        assert!(!token.matches(&format!("{}x", again.expose())));
        assert!(!format!("{token:?}").contains(token.expose()));
        let other = tempfile::tempdir().unwrap();
        assert!(!token.matches(Token::open(other.path()).unwrap().expose()));
    }

    #[test]
    fn a_token_that_was_cut_short_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        files::write_secret(folder.path(), NAME, "c2hvcnQ").unwrap();
        assert!(matches!(Token::open(folder.path()), Err(Error::Damaged { .. })));
    }
}
