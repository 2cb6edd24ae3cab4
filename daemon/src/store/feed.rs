//! The feeds: items with the cursor, count and digest of what is held, kept up to date in one batch. A feed lies in
//! the tree of its generation; a reset fills a new one and then switches the pointer.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use guide_common::fact::Fact;
use guide_common::id::CustomerId;
use guide_common::lead::LEAD_ADDED;
use guide_common::op::{Op, OpBody};
use guide_common::undone::Undone;
use guide_common::wire::hub::{FeedDigest, FeedName, Item, ItemOp, item_hash};
use serde::{Deserialize, Serialize};

use crate::store::trees::{Feeds, Trees};
use crate::store::value::{self, Value};
use crate::store::{MAX_BATCH_KEYS, Seals, Store, StoreError, key, sled_fault};

/// How far a feed was read, and what is held of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The epoch; none before the first pull.
    pub epoch: Option<String>,
    /// The last change that was applied.
    pub seq: u64,
    /// How many items are held.
    pub n_live: u64,
    /// Their digest.
    pub digest: FeedDigest,
    /// Of a snapshot that is being fetched: what to ask for next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What a page says of itself.
#[derive(Clone, Copy, Debug)]
pub struct PageHead<'a> {
    /// The feed's epoch.
    pub epoch: &'a str,
}

/// The tree of a feed.
#[derive(Clone, Debug)]
pub struct Generation {
    pub(super) number: u32,
    pub(super) feed: FeedName,
    pub(super) tree: sled::Tree,
    pub(super) seals: Arc<Seals>,
    /// The opening that it belongs to.
    pub(super) life: u64,
    /// Held while it is being filled, so that the cache is not rewritten meanwhile.
    pub(super) _fill: Option<Arc<()>>,
}

/// One item as it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The kind.
    pub kind: String,
    /// The id, unique in its kind.
    pub id: String,
    /// Revision, place and body.
    pub value: Value,
}

impl Store {
    /// The cursor of a feed.
    pub fn cursor(&self, feed: FeedName) -> Result<Cursor, StoreError> {
        self.read(|trees| trees.generation(feed).cursor())
    }

    /// Applies a page to a feed, each batch with the cursor of its last item, and returns whose items changed. An item
    /// that was applied before changes nothing.
    pub fn apply(&self, feed: FeedName, head: PageHead<'_>, items: &[Item]) -> Result<Vec<CustomerId>, StoreError> {
        self.write(|trees| self.put_all(&trees.generation(feed), feed, head, items))
    }

    /// Applies a page to a generation that nothing reads yet.
    pub fn apply_to(
        &self,
        generation: &Generation,
        feed: FeedName,
        head: PageHead<'_>,
        items: &[Item],
    ) -> Result<Vec<CustomerId>, StoreError> {
        self.write(|trees| {
            generation.check_life(trees)?;
            self.put_all(generation, feed, head, items)
        })
    }

    fn put_all(
        &self,
        generation: &Generation,
        feed: FeedName,
        head: PageHead<'_>,
        items: &[Item],
    ) -> Result<Vec<CustomerId>, StoreError> {
        let mut changed = BTreeSet::new();
        let mut cursor = generation.cursor()?;
        cursor.epoch = Some(head.epoch.to_owned());
        let mut batch = Batch::default();
        for item in items.iter().filter(|item| item.seq > cursor.seq).collect::<Vec<_>>() {
            // the entity may stand in this very batch: its old state must be readable
            if batch.n_keys + 8 > MAX_BATCH_KEYS || batch.items.contains(&(item.kind.as_str(), item.id.as_str())) {
                batch.commit(&generation.tree, &cursor)?;
            }
            self.put(generation, feed, item, &mut cursor, &mut batch)?;
            batch.items.insert((&item.kind, &item.id));
            cursor.seq = item.seq;
            changed.extend(item.customer.clone());
            if item.kind == "customer" {
                changed.extend(CustomerId::new(&item.id));
            }
        }
        batch.commit(&generation.tree, &cursor)?;
        Ok(changed.into_iter().collect())
    }

    /// Adds a page of a snapshot to a generation that nothing reads yet; `place` says how far it will be filled by it. A
    /// page that is added again changes nothing.
    pub fn fill(
        &self,
        generation: &Generation,
        feed: FeedName,
        place: Cursor,
        items: &[Item],
    ) -> Result<(), StoreError> {
        self.write(|trees| {
            generation.check_life(trees)?;
            let mut cursor = generation.cursor()?;
            let mut batch = Batch::default();
            for item in items {
                if batch.n_keys + 8 > MAX_BATCH_KEYS || batch.items.contains(&(item.kind.as_str(), item.id.as_str())) {
                    batch.commit(&generation.tree, &cursor)?;
                }
                self.put(generation, feed, item, &mut cursor, &mut batch)?;
                batch.items.insert((&item.kind, &item.id));
            }
            let cursor = Cursor { n_live: cursor.n_live, digest: cursor.digest, ..place };
            batch.commit(&generation.tree, &cursor)
        })
    }

    /// The generation that a snapshot fills, with what was fetched of it before it broke off.
    pub fn filling_generation(&self, feed: FeedName) -> Result<Generation, StoreError> {
        self.write(|trees| {
            let number = trees.generation(feed).number + 1;
            let tree = trees.db.open_tree(generation_name(feed, number)).map_err(sled_fault("opening"))?;
            Ok(trees.filling(feed, number, tree))
        })
    }

    /// Whether the feed shows what an op did: its fact, or the mark on its target. Of a customer who is not in the feed
    /// any more it is not to be asked, unless the op is what brought the customer there.
    pub fn holds_effect(&self, op: &Op) -> Result<bool, StoreError> {
        self.read(|trees| {
            let generation = trees.generation(FeedName::Guide);
            let item = |kind, id: &str| -> Result<Option<Value>, StoreError> {
                generation.get(&key::item(Some(&op.customer), kind, id)?)
            };
            // a lead brings its customer into the feed
            let is_lead = op.kind == LEAD_ADDED;
            if !is_lead && !op.customer.is_guide_itself() && item("customer", op.customer.as_str())?.is_none() {
                return Ok(true);
            }
            match op.content() {
                Ok(OpBody::Undo(undo)) => {
                    let target = item("fact", &undo.op_id.to_string())?;
                    Ok(target.is_none_or(|target| target.body.contains(&op.op_id.to_string())))
                }
                Ok(OpBody::Redo(redo)) => {
                    let target = item("fact", &redo.op_id.to_string())?;
                    let fact = target.and_then(|target| serde_json::from_str::<Fact>(&target.body).ok());
                    let is_redone = |undone: &Undone| undone.op_id == redo.undo && undone.redone.is_some();
                    Ok(fact.is_none_or(|fact| fact.undone.all().iter().any(is_redone)))
                }
                _ => Ok(item("fact", &op.op_id.to_string())?.is_some()),
            }
        })
    }

    fn put(
        &self,
        generation: &Generation,
        feed: FeedName,
        item: &Item,
        cursor: &mut Cursor,
        batch: &mut Batch<'_>,
    ) -> Result<(), StoreError> {
        let digest_key = self.digest_key(feed);
        let hash = |value: &Value| item_hash(digest_key, &item.kind, &item.id, value.rev, &value.body);
        let owner = item.customer.clone().or_else(|| customer_of(item));
        let mut at = key::item(owner.as_ref(), &item.kind, &item.id)?;
        let mut old = generation.get(&at)?;
        if old.is_none() && item.op == ItemOp::Del && owner.is_none() {
            // a tombstone need not say whose it was; it is rare, and the scan is bounded by the feed
            if let Some(found) = generation.find(&item.kind, &item.id)? {
                at = found;
                old = generation.get(&at)?;
            }
        }
        if let Some(old) = &old {
            cursor.digest = cursor.digest.without(hash(old));
            cursor.n_live = cursor.n_live.saturating_sub(1);
            for part in 1..=old.n_parts() {
                batch.remove(key::part(&at, part));
            }
            batch.remove(at.clone());
        }
        if item.op == ItemOp::Put {
            let body = item.body.as_ref().ok_or(StoreError::Item("an item without a body"))?.get();
            let keys = value::encode(&self.seals, feed, &at, (item.rev, item.seq), body)?;
            cursor.digest = cursor.digest.with(item_hash(digest_key, &item.kind, &item.id, item.rev, body));
            cursor.n_live += 1;
            for (key, bytes) in keys {
                batch.insert(key, bytes);
            }
        }
        Ok(())
    }

    /// Adopts an epoch whose content is what is held.
    pub fn adopt(&self, feed: FeedName, epoch: &str) -> Result<(), StoreError> {
        self.write(|trees| {
            let generation = trees.generation(feed);
            let cursor = Cursor { epoch: Some(epoch.to_owned()), ..generation.cursor()? };
            Batch::default().commit(&generation.tree, &cursor)
        })
    }

    /// Begins a new, empty generation; an unfinished one of an earlier reset is thrown away.
    pub fn begin_generation(&self, feed: FeedName) -> Result<Generation, StoreError> {
        self.write(|trees| {
            let number = trees.generation(feed).number + 1;
            let name = generation_name(feed, number);
            trees.db.drop_tree(&name).map_err(sled_fault("clearing"))?;
            let tree = trees.db.open_tree(&name).map_err(sled_fault("opening"))?;
            Ok(trees.filling(feed, number, tree))
        })
    }

    /// Makes a generation the one that is read, in one step, and drops the one before. It is on disk before.
    pub fn switch(&self, feed: FeedName, generation: Generation) -> Result<(), StoreError> {
        self.write(|trees| {
            generation.check_life(trees)?;
            trees.flush()?;
            let old = trees.generation(feed);
            trees
                .meta
                .insert(pointer(feed), &generation.number.to_be_bytes())
                .map_err(sled_fault("switching a generation of"))?;
            let generation = Generation { _fill: None, ..generation };
            let mut feeds = trees.feeds.lock().unwrap_or_else(PoisonError::into_inner);
            match feed {
                FeedName::Guide => feeds.guide = generation,
                FeedName::Shared => feeds.shared = generation,
            }
            drop(feeds);
            trees.flush()?;
            trees.db.drop_tree(generation_name(feed, old.number)).map_err(sled_fault("clearing"))?;
            Ok(())
        })
    }

    /// Everything held of a customer.
    pub fn customer(&self, customer: &CustomerId) -> Result<Vec<Held>, StoreError> {
        self.read(|trees| trees.generation(FeedName::Guide).all_under(&key::customer(customer)))
    }

    /// What is held of a feed and belongs to no customer.
    pub fn without_customer(&self, feed: FeedName) -> Result<Vec<Held>, StoreError> {
        self.read(|trees| trees.generation(feed).all_under(&[key::SHARED]))
    }

    /// Hands every customer with all that is held of it to `visit`, in the order of ids, until it breaks off. What is
    /// held of the guide itself is no customer's.
    pub fn each_customer(&self, visit: impl FnMut(CustomerId, Vec<Held>) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.read(|trees| trees.generation(FeedName::Guide).each_customer(visit))
    }

    /// Whose facts hold a text. Every item is read.
    pub fn owners_of_facts_with(&self, text: &str) -> Result<Vec<CustomerId>, StoreError> {
        self.read(|trees| {
            let generation = trees.generation(FeedName::Guide);
            let mut owners = Vec::new();
            for entry in generation.tree.scan_prefix([key::OF_CUSTOMER]) {
                let (key, bytes) = entry.map_err(sled_fault("reading"))?;
                if let Some((Some(customer), held)) = generation.held(&key, &bytes)?
                    && held.kind == "fact"
                    && held.value.body.contains(text)
                {
                    owners.extend(CustomerId::new(customer));
                }
            }
            owners.dedup();
            Ok(owners)
        })
    }

    /// Finds whose item this is.
    pub fn owner_of(&self, kind: &str, id: &str) -> Result<Option<CustomerId>, StoreError> {
        let found = self.read(|trees| trees.generation(FeedName::Guide).find(kind, id))?;
        Ok(found.and_then(|key| CustomerId::new(key::read(&key)?.customer?).ok()))
    }

    /// Counts a feed again, item by item: what the cursor should say.
    pub fn recount(&self, feed: FeedName) -> Result<(u64, FeedDigest), StoreError> {
        self.read(|trees| trees.generation(feed).recount(self.digest_key(feed)))
    }
}

impl Trees {
    fn filling(&self, feed: FeedName, number: u32, tree: sled::Tree) -> Generation {
        let (seals, fill) = (Arc::clone(&self.seals), Some(Arc::clone(&self.fills)));
        Generation { number, feed, tree, seals, life: self.life, _fill: fill }
    }

    pub(super) fn open_feeds(
        db: &sled::Db,
        meta: &sled::Tree,
        seals: &Arc<Seals>,
        life: u64,
    ) -> Result<Feeds, StoreError> {
        let open = |feed| {
            let number = meta.get(pointer(feed)).map_err(sled_fault("reading"))?;
            let number = number.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u32::from_be_bytes);
            let tree = db.open_tree(generation_name(feed, number)).map_err(sled_fault("opening"))?;
            Ok(Generation { number, feed, tree, seals: Arc::clone(seals), life, _fill: None })
        };
        Ok(Feeds { guide: open(FeedName::Guide)?, shared: open(FeedName::Shared)? })
    }

    /// The names of the trees that are in use: those of unfinished generations are not among them.
    pub(super) fn names_in_use(&self) -> Vec<String> {
        let of_feeds =
            [FeedName::Guide, FeedName::Shared].map(|feed| generation_name(feed, self.generation(feed).number));
        ["meta", "acks", "sheets"].map(str::to_owned).into_iter().chain(of_feeds).collect()
    }
}

fn pointer(feed: FeedName) -> String {
    format!("generation/{}", feed.name())
}

fn generation_name(feed: FeedName, number: u32) -> String {
    format!("{}-{number}", feed.name())
}

/// A customer's own document lies with what belongs to the customer.
fn customer_of(item: &Item) -> Option<CustomerId> {
    (item.kind == "customer").then(|| CustomerId::new(&item.id).ok()).flatten()
}

impl Generation {
    /// How far this generation was read.
    pub fn cursor(&self) -> Result<Cursor, StoreError> {
        let Some(bytes) = self.tree.get(key::CURSOR).map_err(sled_fault("reading"))? else {
            return Ok(Cursor::default());
        };
        serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged("a cursor is none"))
    }

    /// A generation of an earlier opening cannot be gone on with: the pull begins again.
    fn check_life(&self, trees: &Trees) -> Result<(), StoreError> {
        if self.life == trees.life { Ok(()) } else { Err(StoreError::Closed) }
    }

    fn all_under(&self, prefix: &[u8]) -> Result<Vec<Held>, StoreError> {
        let mut items = Vec::new();
        for entry in self.tree.scan_prefix(prefix) {
            let (key, bytes) = entry.map_err(sled_fault("reading"))?;
            items.extend(self.held(&key, &bytes)?.map(|(_, held)| held));
        }
        Ok(items)
    }

    fn each_customer(&self, mut visit: impl FnMut(CustomerId, Vec<Held>) -> ControlFlow<()>) -> Result<(), StoreError> {
        let guide_itself = CustomerId::guide_itself();
        let mut current: Option<(CustomerId, Vec<Held>)> = None;
        for entry in self.tree.scan_prefix([key::OF_CUSTOMER]) {
            let (key, bytes) = entry.map_err(sled_fault("reading"))?;
            let Some((Some(customer), held)) = self.held(&key, &bytes)? else {
                continue;
            };
            if customer == guide_itself.as_str() {
                continue;
            }
            match &mut current {
                Some((id, items)) if id.as_str() == customer => items.push(held),
                _ => {
                    let id = CustomerId::new(customer).map_err(|_| StoreError::Damaged("a key has no customer"))?;
                    if let Some((id, items)) = current.replace((id, vec![held]))
                        && visit(id, items).is_break()
                    {
                        return Ok(());
                    }
                }
            }
        }
        if let Some((id, items)) = current {
            let _ = visit(id, items);
        }
        Ok(())
    }

    fn get(&self, item: &[u8]) -> Result<Option<Value>, StoreError> {
        let bytes = self.tree.get(item).map_err(sled_fault("reading"))?;
        bytes.map(|bytes| self.value(item, &bytes)).transpose()
    }

    fn value(&self, item: &[u8], bytes: &[u8]) -> Result<Value, StoreError> {
        let part = |key: &[u8]| self.tree.get(key).map_err(sled_fault("reading"));
        value::decode(&self.seals, self.feed, item, bytes, part)
    }

    pub(super) fn held<'k>(&self, key: &'k [u8], bytes: &[u8]) -> Result<Option<(Option<&'k str>, Held)>, StoreError> {
        if key::is_part(key) {
            return Ok(None);
        }
        let named = key::read(key).ok_or(StoreError::Damaged("a key is none"))?;
        let value = self.value(key, bytes)?;
        Ok(Some((named.customer, Held { kind: named.kind.to_owned(), id: named.id.to_owned(), value })))
    }

    fn find(&self, kind: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let ending = key::ending(kind, id);
        for entry in self.tree.scan_prefix([key::OF_CUSTOMER]) {
            let (key, _) = entry.map_err(sled_fault("reading"))?;
            if key.ends_with(&ending) && key::read(&key).is_some_and(|named| named.kind == kind && named.id == id) {
                return Ok(Some(key.to_vec()));
            }
        }
        Ok(None)
    }
}

/// A batch in the making; the cursor goes in with every commit.
#[derive(Default)]
struct Batch<'a> {
    batch: sled::Batch,
    n_keys: usize,
    items: BTreeSet<(&'a str, &'a str)>,
}

impl Batch<'_> {
    fn insert(&mut self, key: Vec<u8>, bytes: Vec<u8>) {
        self.batch.insert(key, bytes);
        self.n_keys += 1;
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.batch.remove(key);
        self.n_keys += 1;
    }

    fn commit(&mut self, tree: &sled::Tree, cursor: &Cursor) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(cursor).map_err(|_| StoreError::Damaged("a cursor cannot be written"))?;
        let mut batch = std::mem::take(&mut self.batch);
        batch.insert(key::CURSOR, bytes);
        self.n_keys = 0;
        self.items.clear();
        tree.apply_batch(batch).map_err(sled_fault("writing"))
    }
}

impl Value {
    fn n_parts(&self) -> u16 {
        u16::try_from(self.body.len().saturating_sub(1) / value::PART_BYTES).unwrap_or(u16::MAX)
    }
}
