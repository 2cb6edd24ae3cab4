//! The protocol between daemon and hub, described in `docs/protocol.md`.

use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use siphasher::sip::SipHasher24;

use crate::id::{CustomerId, DeviceId, GuideId, OpId, StoreId};
use crate::op::Op;

/// The header that names the schema of the sender.
pub const SCHEMA_HEADER: &str = "x-guide-schema";
/// The header that carries one id through both logs.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
/// The most ops in one push.
pub const MAX_PUSH_OPS: usize = 200;
/// The most bytes in one push.
pub const MAX_PUSH_BYTES: usize = 256 * 1024;
/// The most items in one page of changes.
pub const MAX_PAGE_ITEMS: usize = 200;
/// The most bytes of bodies in one page of changes.
pub const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// Asks for a terminal's token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrollRequest {
    /// The one-time code.
    pub code: String,
    /// What the terminal calls itself.
    pub device_name: String,
    /// Whether the terminal runs on the virtual clock; a hub refuses a terminal of the other kind.
    #[serde(default)]
    pub training: bool,
}

/// A terminal's identity, handed out once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrollResponse {
    /// 32 random bytes with the prefix `gdt_`, kept by the hub only as a hash.
    pub token: String,
    /// The terminal.
    pub device: DeviceId,
    /// `guide`, `trainer` or `support`.
    pub role: String,
    /// Whose customers it will hold.
    pub guide: GuideProfile,
    /// The shops' time zone, such as `Asia/Shanghai`.
    pub zone: String,
    /// The digest keys of both feeds, 32 hexadecimal digits each.
    pub digest_keys: DigestKeys,
}

/// The digest keys of both feeds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DigestKeys {
    /// Of the guide's feed.
    pub guide: DigestKey,
    /// Of what all guides share.
    pub shared: DigestKey,
}

/// The guide whom a terminal serves. Also the body of the feed's item of kind `guide`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideProfile {
    /// The id.
    pub id: GuideId,
    /// The name shown in the header and in scripts.
    pub name: String,
    /// The shop.
    pub store: StoreProfile,
    /// Days off every week, `Mon` to `Sun`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<chrono::Weekday>,
}

/// A guide of the chain, as every terminal knows them: who can stand in for whom. The body of a `colleague` in the feed
/// of what all share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The id.
    pub id: GuideId,
    /// The name.
    pub name: String,
    /// The shop.
    pub store: StoreId,
}

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreProfile {
    /// The id.
    pub id: StoreId,
    /// The name.
    pub name: String,
    /// The shop's phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// How headquarters ranks the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<StoreTier>,
}

/// How headquarters ranks a shop (门店分级).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StoreTier {
    /// The first.
    A,
    /// The second.
    B,
    /// The third.
    C,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// Which feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedName {
    /// The guide's own: customers, purchases, facts, the profile.
    Guide,
    /// What all guides share: plans, templates.
    Shared,
}

impl FeedName {
    /// The name in the query.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::Shared => "shared",
        }
    }
}

/// The query of `GET /v1/changes`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangesQuery {
    /// Which feed.
    pub feed: FeedName,
    /// The epoch of `since`; none in a first pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The last change that the terminal has; 0 asks for everything.
    #[serde(default)]
    pub since: u64,
    /// How many items the terminal holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_live: Option<u64>,
    /// The digest of what it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<FeedDigest>,
    /// At most this many items; the hub's own limit is 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangesResponse {
    /// The feed's epoch: sequence numbers of another epoch mean nothing.
    pub epoch: String,
    /// The feed's last change.
    pub head: u64,
    /// The oldest cursor that can still be read from.
    pub floor: u64,
    /// How many items the feed holds.
    pub n_live: u64,
    /// The digest of what it holds.
    pub digest: FeedDigest,
    /// The changes, ordered by `seq`.
    pub items: Vec<Item>,
    /// Whether there are more.
    pub more: bool,
    /// The oldest schema that the hub speaks.
    pub schema_min: u32,
    /// The newest schema that the hub speaks.
    pub schema_max: u32,
}

/// One change: the latest state of one entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Its place in the feed.
    pub seq: u64,
    /// `customer`, `purchase`, `fact`, `guide`, `plan`, `template`; others are counted and kept.
    pub kind: String,
    /// The entity's id, unique in its kind.
    pub id: String,
    /// The customer to whom it belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Grows with every change of the entity.
    pub rev: u64,
    /// What happened to it.
    pub op: ItemOp,
    /// The entity, byte for byte as the digest counts it; none for a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
}

/// What happened to an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemOp {
    /// It is so.
    Put,
    /// It is gone.
    Del,
}

/// The answer 409 to a cursor that cannot be read from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResetResponse {
    /// Always true.
    pub reset: bool,
    /// The feed's epoch.
    pub epoch: String,
    /// The feed's last change.
    pub head: u64,
    /// Why.
    pub reason: ResetReason,
}

/// Why a cursor cannot be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// It belongs to another epoch.
    Epoch,
    /// It is older than the oldest tombstone kept.
    TooOld,
    /// It is ahead of the feed.
    Ahead,
    /// Equal heads, different content.
    Digest,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A push of ops, in the order of their `local_seq`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushRequest {
    /// At most [`MAX_PUSH_OPS`].
    pub ops: Vec<Op>,
}

/// The answers to a push, one an op, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushResponse {
    /// One an op.
    pub answers: Vec<OpAnswer>,
    /// The guide feed's last change after the push.
    pub head: u64,
}

/// What became of one op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpAnswer {
    /// The op.
    pub op_id: OpId,
    /// What became of it.
    pub result: OpResult,
    /// Of a rejected one: the stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of a rejected or superseded one: a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpResult {
    /// It was applied, now or when it came first.
    Applied,
    /// Its fact was there, and the answer of that time is not.
    Duplicate,
    /// The due that it names had gone; the contact counts.
    Superseded,
    /// It cannot be applied; `code` says why.
    Rejected,
    /// Not now: send it again.
    Retry,
}

/// The key of a feed's digest: 16 bytes as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DigestKey(pub [u8; 16]);

impl std::fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DigestKey(…)")
    }
}

impl From<DigestKey> for String {
    fn from(key: DigestKey) -> Self {
        format!("{:032x}", u128::from_be_bytes(key.0))
    }
}

impl TryFrom<String> for DigestKey {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() != 32 {
            return Err("a digest key has 32 hexadecimal digits");
        }
        let value = u128::from_str_radix(&text, 16).map_err(|_| "a digest key is hexadecimal")?;
        Ok(Self(value.to_be_bytes()))
    }
}

/// The digest of a feed's live items: the sum mod 2⁶⁴ of their hashes, so that it can be kept up to date item by item.
/// On the wire 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedDigest(pub u64);

impl FeedDigest {
    /// The digest with one item more.
    #[must_use]
    pub fn with(self, item: u64) -> Self {
        Self(self.0.wrapping_add(item))
    }

    /// The digest with one item less.
    #[must_use]
    pub fn without(self, item: u64) -> Self {
        Self(self.0.wrapping_sub(item))
    }
}

/// The hash of one live item: SipHash-2-4 of kind, id, rev (8 bytes, big-endian) and body, each text ended by 0xff.
pub fn item_hash(key: &DigestKey, kind: &str, id: &str, rev: u64, body: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_key(&key.0);
    hasher.write(kind.as_bytes());
    hasher.write(&[0xff]);
    hasher.write(id.as_bytes());
    hasher.write(&[0xff]);
    hasher.write(&rev.to_be_bytes());
    hasher.write(body.as_bytes());
    hasher.write(&[0xff]);
    hasher.finish()
}

impl std::fmt::Display for FeedDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::str::FromStr for FeedDigest {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 16 {
            return Err("a digest has 16 hexadecimal digits");
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| "a digest is hexadecimal")
    }
}

impl Serialize for FeedDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FeedDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_changes() {
        let key = DigestKey([7; 16]);
        let a = item_hash(&key, "fact", "1", 1, "{}");
        let b = item_hash(&key, "fact", "2", 1, "{}");
        let both = FeedDigest::default().with(a).with(b);
        assert_eq!(both.without(a), FeedDigest::default().with(b));
        assert_eq!(both.to_string().parse(), Ok(both));
        assert_ne!(a, item_hash(&key, "fact", "1", 2, "{}"));
    }

    #[test]
    fn the_item_hash_is_part_of_the_protocol() {
        let key = DigestKey::try_from("000102030405060708090a0b0c0d0e0f".to_owned()).unwrap();
        assert_eq!(format!("{:016x}", item_hash(&key, "customer", "C1", 3, r#"{"id":"C1"}"#)), "290650a22cc91f9f");
    }
}
