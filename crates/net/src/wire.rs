//! What stands on a connection: in each direction one stream, a [`Hello`], then frames.
//!
//! A frame is its length (4 bytes, big-endian) and that many bytes. The hello lets the accepting side tell a
//! connection that its peer has already given up from one the peer wants now: see [`Hello::outdates`].

use crate::FRAME_BYTES_MAX;
use bytes::Bytes;
use iroh::endpoint::{Connection, ReadExactError, RecvStream, SendStream, VarInt, WriteError};

pub(crate) const ALPN: &[u8] = b"headwater/1";
pub(crate) const LENGTH_BYTES: usize = 4;
const HELLO_BYTES: usize = 16;

/// Why a connection was closed, for the other side's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    Duplicate,
    Replaced,
    Oversized,
    TooManyPeers,
    Garbled,
}

impl Farewell {
    pub(crate) fn close(self, connection: &Connection) {
        let (code, reason) = match self {
            Self::Duplicate => (1_u32, "there is a connection already"),
            Self::Replaced => (2, "a newer connection took its place"),
            Self::Oversized => (3, "a frame is longer than 4 MiB"),
            Self::TooManyPeers => (4, "this node has too many peers"),
            Self::Garbled => (5, "the stream broke off or does not start with a hello"),
        };
        connection.close(VarInt::from_u32(code), reason.as_bytes());
    }
}

/// First bytes in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    /// drawn when the process started
    pub(crate) instance: u64,
    /// from the dialling side, the number of this dial; from the accepting side, of its latest dial to anyone
    pub(crate) dials: u64,
}

impl Hello {
    /// Whether a dial announced by `other` was given up by its sender before it said `self`: one process dials a
    /// peer once at a time, and not while it has a connection.
    pub(crate) fn outdates(&self, other: &Self) -> bool {
        self.instance == other.instance && other.dials <= self.dials
    }

    pub(crate) async fn write(self, stream: &mut SendStream) -> Result<(), WriteError> {
        let mut bytes = [0; HELLO_BYTES];
        bytes[..8].copy_from_slice(&self.instance.to_be_bytes());
        bytes[8..].copy_from_slice(&self.dials.to_be_bytes());
        stream.write_all(&bytes).await
    }

    pub(crate) async fn read(stream: &mut RecvStream) -> Result<Self, ReadExactError> {
        let (mut instance, mut dials) = ([0; 8], [0; 8]);
        stream.read_exact(&mut instance).await?;
        stream.read_exact(&mut dials).await?;
        Ok(Self { instance: u64::from_be_bytes(instance), dials: u64::from_be_bytes(dials) })
    }
}

/// Length and content in one piece, so that both leave in one write.
pub(crate) fn framed(content: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + content.len());
    // callers have checked the limit, far below u32
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.extend_from_slice(content);
    bytes.into()
}

/// Why no more frames come.
#[derive(Debug)]
pub(crate) enum FrameError {
    Stream(ReadExactError),
    Oversized(usize),
}

pub(crate) async fn read_frame(stream: &mut RecvStream) -> Result<Vec<u8>, FrameError> {
    let mut length = [0; LENGTH_BYTES];
    stream.read_exact(&mut length).await.map_err(FrameError::Stream)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(FrameError::Oversized(length));
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await.map_err(FrameError::Stream)?;
    Ok(content)
}
