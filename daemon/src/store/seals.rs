//! What the cache's values are sealed with. Answers to ops are sealed for the device, so that the outbox can be sent
//! whoever is there; everything else with the cache's key, which is not known before the guide is. Each value is bound
//! to its place: tree, key, and what stands before it in the open.

use std::sync::OnceLock;

use guide_common::wire::hub::FeedName;

use crate::store::StoreError;
use crate::vault::{Key, Sealer};

/// The sealers of one cache.
#[derive(Debug)]
pub struct Seals {
    answers: Sealer,
    cache: OnceLock<Sealer>,
}

impl Seals {
    /// Those of a cache whose key is not known yet.
    pub fn locked(answers: Sealer) -> Self {
        Self { answers, cache: OnceLock::new() }
    }

    /// Those of a cache with its key.
    pub fn unlocked(answers: Sealer, cache: &Key) -> Self {
        Self { answers, cache: Sealer::new(cache).into() }
    }

    /// For tests: both under keys that everybody knows.
    pub fn known() -> Self {
        let key = Key::from_bytes(&[7; 32]).unwrap_or_else(Key::random);
        Self::unlocked(Sealer::new(&key.derive("answers", None)), &key)
    }

    /// Gives it the cache's key; a second one changes nothing.
    pub fn unlock(&self, cache: &Key) {
        let _ = self.cache.set(Sealer::new(cache));
    }

    /// Whether the cache's key is known.
    pub fn is_unlocked(&self) -> bool {
        self.cache.get().is_some()
    }

    /// What seals everything but the answers.
    pub fn cache(&self) -> Result<&Sealer, StoreError> {
        self.cache.get().ok_or(StoreError::Locked)
    }

    pub(super) fn seal_answer(&self, op: &[u8], plain: &[u8]) -> Vec<u8> {
        self.answers.seal(&[b"acks", op], plain)
    }

    /// An answer that cannot be opened is as good as none: its op is sent again.
    pub(super) fn open_answer(&self, op: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.answers.open(&[b"acks", op], sealed)
    }

    pub(super) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.cache()?.seal(&place.parts(), plain))
    }

    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let opened = self.cache()?.open(&place.parts(), sealed);
        opened.ok_or(StoreError::Damaged("a value does not open in its place"))
    }
}

/// The place of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    pub tree: &'p str,
    pub key: &'p [u8],
    /// What stands before it in the open.
    pub head: &'p [u8],
}

impl<'p> Place<'p> {
    pub fn of_feed(feed: FeedName, key: &'p [u8], head: &'p [u8]) -> Self {
        Self { tree: feed.name(), key, head }
    }

    fn parts(&self) -> [&'p [u8]; 3] {
        [self.tree.as_bytes(), self.key, self.head]
    }
}
