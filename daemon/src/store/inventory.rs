//! What is held of a feed, counted by kind and listed by id: one side of the comparison with the hub.

use std::collections::BTreeMap;

use guide_common::wire::hub::{FeedDigest, FeedName, KindCount, item_hash};

use crate::store::{Store, StoreError, key, sled_fault};

impl Store {
    /// Counts a feed by kind, from what is held.
    pub fn count_kinds(&self, feed: FeedName) -> Result<Vec<KindCount>, StoreError> {
        let mut kinds: BTreeMap<String, KindCount> = BTreeMap::new();
        self.each_hash(feed, |kind, _, hash| {
            let count = kinds.entry(kind.to_owned()).or_insert_with(|| KindCount {
                kind: kind.to_owned(),
                n: 0,
                digest: FeedDigest::default(),
            });
            count.n += 1;
            count.digest = count.digest.with(hash);
        })?;
        Ok(kinds.into_values().collect())
    }

    /// The hashes of what is held of a kind, by id.
    pub fn hashes(&self, feed: FeedName, kind: &str) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut hashes = BTreeMap::new();
        self.each_hash(feed, |of, id, hash| {
            if of == kind {
                hashes.insert(id.to_owned(), hash);
            }
        })?;
        Ok(hashes)
    }

    fn each_hash(&self, feed: FeedName, mut visit: impl FnMut(&str, &str, u64)) -> Result<(), StoreError> {
        let digest_key = self.digest_key(feed);
        self.read(|trees| {
            let generation = trees.generation(feed);
            for entry in generation.tree.range([key::OF_CUSTOMER].as_slice()..) {
                let (key, bytes) = entry.map_err(sled_fault("reading"))?;
                if let Some((_, held)) = generation.held(&key, &bytes)? {
                    let hash = item_hash(digest_key, &held.kind, &held.id, held.value.rev, &held.value.body);
                    visit(&held.kind, &held.id, hash);
                }
            }
            Ok(())
        })
    }
}
