//! Reading a cache from one end to the other: every entry is read, every value decoded, and both feeds are counted
//! again. It stops at the first error: sled gives the same one for ever.

use std::path::Path;
use std::sync::Arc;

use guide_common::wire::hub::{DigestKeys, FeedDigest, FeedName, item_hash};

use crate::store::feed::Generation;
use crate::store::trees::{Trees, digest_key};
use crate::store::{Seals, Store, StoreError, key, sled_fault};

/// How much of a cache is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Entries are read.
    Entries,
    /// Values are decoded and digests compared too.
    Content,
}

/// What a scan found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// How many entries.
    pub n_entries: u64,
    /// The bytes of their keys and values.
    pub n_bytes: u64,
    /// Whether both feeds were pulled to their ends.
    pub was_pulled: bool,
}

/// Scans the cache in a folder of sled's.
pub fn scan(db_folder: &Path, keys: &DigestKeys, seals: &Arc<Seals>, depth: Depth) -> Result<Scanned, StoreError> {
    let trees = Trees::open(db_folder, seals)?;
    let scanned = Scanned { was_pulled: trees.was_pulled()?, ..trees.scan()? };
    if depth == Depth::Content {
        for feed in [FeedName::Guide, FeedName::Shared] {
            let generation = trees.generation(feed);
            let cursor = generation.cursor()?;
            if generation.recount(digest_key(keys, feed))? != (cursor.n_live, cursor.digest) {
                return Err(StoreError::Damaged("what is held differs from what was counted"));
            }
        }
    }
    Ok(scanned)
}

impl Store {
    /// Reads every entry of what is open.
    pub fn scan(&self) -> Result<Scanned, StoreError> {
        self.read(|trees| trees.scan())
    }
}

impl Trees {
    /// Reads every entry of every tree.
    pub fn scan(&self) -> Result<Scanned, StoreError> {
        let mut scanned = Scanned::default();
        for name in self.db.tree_names() {
            let tree = self.db.open_tree(&name).map_err(sled_fault("opening"))?;
            for entry in tree.iter() {
                let (key, value) = entry.map_err(sled_fault("reading"))?;
                scanned.n_entries += 1;
                scanned.n_bytes += (key.len() + value.len()) as u64;
            }
        }
        Ok(scanned)
    }
}

impl Generation {
    /// Counts again, item by item: what the cursor should say.
    pub fn recount(&self, digest_key: &guide_common::wire::hub::DigestKey) -> Result<(u64, FeedDigest), StoreError> {
        let (mut n_live, mut digest) = (0, FeedDigest::default());
        for entry in self.tree.range([key::OF_CUSTOMER].as_slice()..) {
            let (key, bytes) = entry.map_err(sled_fault("reading"))?;
            if let Some((_, held)) = self.held(&key, &bytes)? {
                n_live += 1;
                let value = &held.value;
                digest = digest.with(item_hash(digest_key, &held.kind, &held.id, value.rev, &value.body));
            }
        }
        Ok((n_live, digest))
    }
}
