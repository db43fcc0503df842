//! Byte strings as lower-case hexadecimal text in serde's forms: [`array`] for one, [`list`] for several.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use std::borrow::Cow;

fn read<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return Err(format!("{} characters where {} hexadecimal digits are expected", text.len(), 2 * N));
    }
    HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).map_err(|e| e.error.to_string())?;
    Ok(bytes)
}

/// `[u8; N]` as one text.
pub(crate) mod array {
    use super::*;

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        s: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        d: D,
    ) -> std::result::Result<[u8; N], D::Error> {
        read(&Cow::<'de, str>::deserialize(d)?).map_err(D::Error::custom)
    }
}

/// `Vec<[u8; 32]>` as a list of texts.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(list: &[[u8; 32]], s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_seq(list.iter().map(|bytes| HEXLOWER.encode(bytes)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> std::result::Result<Vec<[u8; 32]>, D::Error> {
        let texts = Vec::<Cow<'de, str>>::deserialize(d)?;
        texts.iter().map(|text| read(text).map_err(D::Error::custom)).collect()
    }
}
