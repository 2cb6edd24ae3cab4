//! Values of a feed's items: schema, number of further parts, revision, sequence number, sealed body. No value is longer
//! than 32 KiB: longer bodies are kept in parts, since sled would put them into files that it never syncs.

use guide_common::wire::SCHEMA;
use guide_common::wire::hub::FeedName;

use crate::store::seals::{Place, Seals};
use crate::store::{StoreError, key};
use crate::vault::OVERHEAD_BYTES;

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
pub fn encode(
    seals: &Seals,
    feed: FeedName,
    item: &[u8],
    (rev, seq): (u64, u64),
    body: &str,
) -> Result<Vec<Entry>, StoreError> {
    let mut chunks = body.as_bytes().chunks(PART_BYTES);
    let first = chunks.next().unwrap_or_default();
    let n_parts = u16::try_from(chunks.len()).map_err(|_| StoreError::Item("a body that is too long"))?;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + first.len() + OVERHEAD_BYTES);
    bytes.extend_from_slice(&u16::try_from(SCHEMA).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(&n_parts.to_be_bytes());
    bytes.extend_from_slice(&rev.to_be_bytes());
    bytes.extend_from_slice(&seq.to_be_bytes());
    let sealed = seals.seal(Place::of_feed(feed, item, &bytes), first)?;
    bytes.extend_from_slice(&sealed);
    let mut entries = vec![(item.to_vec(), bytes)];
    for (number, chunk) in (1..=n_parts).zip(chunks) {
        let key = key::part(item, number);
        let sealed = seals.seal(Place::of_feed(feed, &key, &[]), chunk)?;
        entries.push((key, sealed));
    }
    Ok(entries)
}

/// How many further parts a value has.
pub fn n_parts(bytes: &[u8]) -> u16 {
    bytes.get(2..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_be_bytes)
}

/// Seals an entry of a feed that a version before left open.
pub fn seal(seals: &Seals, feed: FeedName, key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
    if key == key::CURSOR {
        return Ok(value.to_vec());
    }
    let n_head = if key::is_part(key) { 0 } else { HEAD_BYTES };
    let (head, body) = value.split_at_checked(n_head).ok_or(StoreError::Damaged("a value is too short"))?;
    Ok([head, &seals.seal(Place::of_feed(feed, key, head), body)?].concat())
}

/// Reads the value of an item; further parts come from `part`.
pub fn decode(
    seals: &Seals,
    feed: FeedName,
    item: &[u8],
    bytes: &[u8],
    part: impl Fn(&[u8]) -> Result<Option<sled::IVec>, StoreError>,
) -> Result<Value, StoreError> {
    let damaged = StoreError::Damaged("a value is too short");
    let Some((head, first)) = bytes.split_at_checked(HEAD_BYTES) else {
        return Err(damaged);
    };
    let number = |at: usize| head[at..at + 8].try_into().map(u64::from_be_bytes).unwrap_or_default();
    let mut body = seals.open(Place::of_feed(feed, item, head), first)?;
    for number in 1..=n_parts(bytes) {
        let key = key::part(item, number);
        let sealed = part(&key)?.ok_or(StoreError::Damaged("a part of a value is missing"))?;
        body.extend_from_slice(&seals.open(Place::of_feed(feed, &key, &[]), &sealed)?);
    }
    let body = String::from_utf8(body).map_err(|_| StoreError::Damaged("a body is no text"))?;
    Ok(Value { rev: number(4), seq: number(12), body })
}
