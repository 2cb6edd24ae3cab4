//! Values of a feed's items: schema, number of further parts, revision, sequence number, body. No value is longer
//! than 32 KiB: longer bodies are kept in parts, since sled would put them into files that it never syncs.

use guide_common::wire::SCHEMA;

use crate::store::{StoreError, key};

const HEAD_BYTES: usize = 20;
/// The longest body of one part.
pub const PART_BYTES: usize = 30 * 1024;

/// An item's value, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The entity's revision.
    pub rev: u64,
    /// The item's place in the feed.
    pub seq: u64,
    /// The body, byte for byte.
    pub body: String,
}

/// A key and its bytes.
pub type Entry = (Vec<u8>, Vec<u8>);

/// The keys and bytes under which a value is kept.
pub fn encode(item: &[u8], rev: u64, seq: u64, body: &str) -> Result<Vec<Entry>, StoreError> {
    let mut chunks = body.as_bytes().chunks(PART_BYTES);
    let first = chunks.next().unwrap_or_default();
    let n_parts = u16::try_from(chunks.len()).map_err(|_| StoreError::Item("a body that is too long"))?;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + first.len());
    bytes.extend_from_slice(&u16::try_from(SCHEMA).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(&n_parts.to_be_bytes());
    bytes.extend_from_slice(&rev.to_be_bytes());
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(first);
    let parts = (1..=n_parts).zip(chunks).map(|(number, chunk)| (key::part(item, number), chunk.to_vec()));
    Ok(std::iter::once((item.to_vec(), bytes)).chain(parts).collect())
}

/// How many further parts a value has.
pub fn n_parts(bytes: &[u8]) -> u16 {
    bytes.get(2..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_be_bytes)
}

/// Reads a value; further parts come from `part`.
pub fn decode(bytes: &[u8], part: impl Fn(u16) -> Result<Option<sled::IVec>, StoreError>) -> Result<Value, StoreError> {
    let damaged = StoreError::Damaged("a value is too short");
    let Some((head, first)) = bytes.split_at_checked(HEAD_BYTES) else {
        return Err(damaged);
    };
    let number = |at: usize| head[at..at + 8].try_into().map(u64::from_be_bytes).unwrap_or_default();
    let mut body = first.to_vec();
    for number in 1..=n_parts(bytes) {
        body.extend_from_slice(&part(number)?.ok_or(StoreError::Damaged("a part of a value is missing"))?);
    }
    let body = String::from_utf8(body).map_err(|_| StoreError::Damaged("a body is no text"))?;
    Ok(Value { rev: number(4), seq: number(12), body })
}
