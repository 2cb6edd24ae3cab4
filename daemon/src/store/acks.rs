//! The hub's answers to ops. A cache like the rest: an answer that is lost only sends its op again.

use std::collections::HashMap;

use guide_common::id::OpId;

use crate::outbox::kept::Ack;
use crate::store::{MAX_BATCH_KEYS, Store, StoreError, sled_fault};

impl Store {
    /// All answers.
    pub fn acks(&self) -> Result<HashMap<OpId, Ack>, StoreError> {
        self.read(|trees| {
            let mut acks = HashMap::new();
            for entry in trees.acks.iter() {
                let (key, bytes) = entry.map_err(sled_fault("reading"))?;
                // one of another version is as good as none
                let opened = trees.seals.open_answer(&key, &bytes);
                if let Some(ack) = opened.and_then(|bytes| serde_json::from_slice::<Ack>(&bytes).ok()) {
                    acks.insert(ack.answer.op_id, ack);
                }
            }
            Ok(acks)
        })
    }

    /// Keeps answers.
    pub fn put_acks(&self, acks: &[Ack]) -> Result<(), StoreError> {
        for chunk in acks.chunks(MAX_BATCH_KEYS) {
            let mut batch = sled::Batch::default();
            for ack in chunk {
                let bytes = serde_json::to_vec(ack).map_err(|_| StoreError::Damaged("an answer cannot be written"))?;
                let key = ack.answer.op_id.0.as_bytes();
                batch.insert(key, self.seals.seal_answer(key, &bytes));
            }
            self.write(|trees| trees.acks.apply_batch(batch).map_err(sled_fault("writing")))?;
        }
        Ok(())
    }

    /// Forgets the answers of ops.
    pub fn remove_acks(&self, ids: &[OpId]) -> Result<(), StoreError> {
        for chunk in ids.chunks(MAX_BATCH_KEYS) {
            let mut batch = sled::Batch::default();
            for id in chunk {
                batch.remove(id.0.as_bytes());
            }
            self.write(|trees| trees.acks.apply_batch(batch).map_err(sled_fault("writing")))?;
        }
        Ok(())
    }
}
