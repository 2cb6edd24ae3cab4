//! The two feeds: a page of changes from a cursor on, a page of a snapshot in the order of keys, and the reset of a
//! cursor that cannot be read from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::digest::FeedDigest;
use crate::id::CustomerId;

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
    /// For how many seconds to wait for a change where there is none, at most [`super::MAX_WAIT_S`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u32>,
    /// Where the terminal is in the other feed: a wait ends too when that one has moved on, and the answer says in
    /// [`super::OTHER_HEADER`] where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<FeedPlace>,
    /// The highest head of this feed that the terminal was ever told of in this epoch, with the answers to its ops: a
    /// hub whose feed ends before it has lost changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
}

/// A place in a feed, `EPOCH:SEQ` on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPlace {
    /// The epoch.
    pub epoch: String,
    /// The last change.
    pub seq: u64,
}

impl fmt::Display for FeedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

impl FromStr for FeedPlace {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = "a place in a feed is EPOCH:SEQ";
        let (epoch, seq) = text.rsplit_once(':').ok_or(error)?;
        Ok(Self { epoch: epoch.to_owned(), seq: seq.parse().map_err(|_| error)? })
    }
}

impl Serialize for FeedPlace {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FeedPlace {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The query of `GET /v1/snapshot`: everything that lives in a feed, in the order of customers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotQuery {
    /// Which feed.
    pub feed: FeedName,
    /// The `next` of the page before; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most this many items; the hub's own limit is [`super::MAX_SNAPSHOT_ITEMS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of a snapshot. What changes while its pages are read comes with the changes from the first page's `head` on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotResponse {
    /// The feed's epoch.
    pub epoch: String,
    /// The feed's last change when this page was read.
    pub head: u64,
    /// How many items the feed holds.
    pub n_live: u64,
    /// The items, those of a customer together.
    pub items: Vec<Item>,
    /// What to ask for next; none on the last page. It means nothing but to the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The oldest schema that the hub speaks.
    pub schema_min: u32,
    /// The newest schema that the hub speaks.
    pub schema_max: u32,
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
