//! What lives in a feed, counted again from its rows: by it support proves that nothing is missing, and finds what is.

use serde::{Deserialize, Serialize};

use super::digest::FeedDigest;
use super::feed::FeedName;

/// The query of `GET /v1/inventory`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InventoryQuery {
    /// Which feed.
    pub feed: FeedName,
    /// List the entities of this kind; without it only the counts are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// List those behind this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// The answer: counts and digests by kind, or a page of the entities of one kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InventoryResponse {
    /// The feed's epoch.
    pub epoch: String,
    /// The feed's last change.
    pub head: u64,
    /// How many items the feed's row says that it holds.
    pub n_live: u64,
    /// The digest that the feed's row says.
    pub digest: FeedDigest,
    /// Counted from the rows, in the order of kinds; empty where a kind was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<KindCount>,
    /// Entities of the kind that was asked for, in the order of ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// Whether there are more behind the last one.
    #[serde(default)]
    pub more: bool,
}

/// How many entities of a kind live, and their digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub n: u64,
    /// Their digest.
    pub digest: FeedDigest,
}

/// One entity without its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: u64,
    /// Its hash, as the digest counts it.
    pub hash: FeedDigest,
}
