//! The lists of a long close, cut into parts that each fit a record.
//!
//! A pledge belongs to the part in which its id lies when all ids there can be are cut into equal parts. So whoever
//! holds a receipt needs one part and the close, not all of them, to show that its pledge was left out.

use super::close::{Judged, PoolFault};
use crate::statement::{PoolClose, PoolPledges};
use ledger::Record;
use vocab::{AgentId, Phrase, RecordId, phrase};

/// Most pledges, replaced ones included, that a close names by itself; more go into parts.
pub const CHUNK_FROM: usize = 2_000;
/// Pledges in one part, about.
const CHUNK_PLEDGES: usize = 1_500;
/// Most pledges in one part.
pub const CHUNK_PLEDGES_MAX: usize = 10_000;
/// Most parts.
pub const CHUNKS_MAX: usize = 1_000;
/// Most pledges that a close without parts may name.
pub const LISTED_MAX: usize = 7_000;

/// The part of `of` in which `id` belongs.
pub fn chunk_of(id: &RecordId, of: u32) -> u32 {
    let [a, b, c, d, ..] = id.0;
    let place = (u64::from(u32::from_be_bytes([a, b, c, d])) * u64::from(of)) >> 32;
    // below `of`, as the factor before the shift is below 2^32
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The parts of these lists, which are in rising order; none where they fit a close by themselves.
pub(super) fn chunks(pool: &RecordId, pledges: &[RecordId], replaced: &[RecordId]) -> Vec<PoolPledges> {
    let count = pledges.len() + replaced.len();
    if count <= CHUNK_FROM {
        return vec![];
    }
    let mut of = count.div_ceil(CHUNK_PLEDGES);
    loop {
        let parts = u32::try_from(of).unwrap_or(u32::MAX);
        let cut = |list: &[RecordId], index| -> Vec<RecordId> {
            let from = list.partition_point(|id| chunk_of(id, parts) < index);
            let to = list.partition_point(|id| chunk_of(id, parts) <= index);
            list[from..to].to_vec()
        };
        let part = |index| PoolPledges {
            pool: *pool,
            index,
            of: parts,
            pledges: cut(pledges, index),
            replaced: cut(replaced, index),
        };
        let made: Vec<_> = (0..parts).map(part).collect();
        let fit = made.iter().all(|part| part.pledges.len() + part.replaced.len() <= CHUNK_PLEDGES_MAX);
        if fit || of * 2 > CHUNKS_MAX {
            return made;
        }
        of *= 2;
    }
}

/// A part of a close's lists, with what its record says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// its record
    pub id: RecordId,
    /// its author
    pub by: AgentId,
    /// what it says
    pub part: PoolPledges,
}

impl Chunk {
    /// Reads a part from its record.
    pub fn read(record: &Record) -> crate::Result<Self> {
        Ok(Self { id: record.id, by: record.author, part: record.read()? })
    }
}

/// What a close lists: the pledges that count, and those that one of them replaces.
pub(super) type Lists = (Vec<RecordId>, Vec<RecordId>);

/// The lists of `close`, said by `by`, from itself or from its parts.
pub(super) fn lists(close: &PoolClose, by: &AgentId, chunks: &[Chunk]) -> Judged<Lists> {
    if close.chunks.is_empty() {
        return Ok((close.pledges.clone(), close.replaced.clone()));
    }
    let (mut pledges, mut replaced) = (vec![], vec![]);
    for (index, id) in close.chunks.iter().enumerate() {
        let chunk = chunks.iter().find(|chunk| chunk.id == *id).ok_or(PoolFault::Missing(*id))?;
        fits(close, by, index, chunk)?;
        pledges.extend_from_slice(&chunk.part.pledges);
        replaced.extend_from_slice(&chunk.part.replaced);
    }
    Ok((pledges, replaced))
}

/// Whether `chunk` is what `close` names in this place.
fn fits(close: &PoolClose, by: &AgentId, index: usize, chunk: &Chunk) -> Judged<()> {
    chunk.part.check().map_err(|e| PoolFault::Malformed(Phrase::of(&e)))?;
    let place = (close.pool, u32::try_from(index).ok(), u32::try_from(close.chunks.len()).ok(), by);
    let said = (chunk.part.pool, Some(chunk.part.index), Some(chunk.part.of), &chunk.by);
    match place == said {
        true => Ok(()),
        false => Err(PoolFault::Malformed(phrase(
            format!("part {index} is not the one it names: {}", chunk.id),
            format!("第 {index} 部分不是它所指的：{}", chunk.id),
        ))),
    }
}

/// Whether `close` lists `pledge`, counted or replaced; `None` when the part that would is not among `chunks`.
pub fn lists_pledge(close: &PoolClose, pledge: &RecordId, chunks: &[Chunk]) -> Option<bool> {
    if close.chunks.is_empty() {
        return Some(
            close.pledges.binary_search(pledge).is_ok() || close.replaced.binary_search(pledge).is_ok(),
        );
    }
    let index = usize::try_from(chunk_of(pledge, u32::try_from(close.chunks.len()).ok()?)).ok()?;
    let chunk = chunks.iter().find(|chunk| close.chunks.get(index) == Some(&chunk.id))?;
    Some(
        chunk.part.pledges.binary_search(pledge).is_ok() || chunk.part.replaced.binary_search(pledge).is_ok(),
    )
}
