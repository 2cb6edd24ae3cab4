//! All customers' files, for what is worked out over all of them at once.

use std::ops::ControlFlow;

use guide_common::apply::CustomerFile;

use guide_common::id::CustomerId;

use crate::core::file::{Loaded, assemble};
use crate::core::{Core, apply_pending};
use crate::store::StoreError;

impl Core {
    /// Hands every customer's file, the pending ops applied, to `visit`: in the order of ids, then the leads whom the
    /// feed does not have yet.
    pub(super) fn each_file(&self, mut visit: impl FnMut(CustomerFile)) -> Result<(), StoreError> {
        let guide = self.profile().id;
        let mut leads = self.leads();
        let mut hand_over = |id: &CustomerId, loaded: Option<Loaded>| {
            if let Some(mut loaded) = loaded {
                let pending = self.state().outbox.pending_of(id);
                apply_pending(&mut loaded, &pending, &guide);
                visit(loaded.file);
            }
        };
        self.store.each_customer(|id, items| {
            if let Some(loaded) = assemble(&id, &items) {
                leads.remove(&id);
                hand_over(&id, Some(loaded));
            }
            ControlFlow::Continue(())
        })?;
        for id in leads {
            hand_over(&id, self.base(&id, &[])?);
        }
        Ok(())
    }

    /// The files of this guide's own customers; those on loan from other guides are left out. They are in memory
    /// together as long as they are worked with: what one customer starts depends on the others.
    pub(super) fn own_files(&self) -> Result<Vec<CustomerFile>, StoreError> {
        let mut files = Vec::with_capacity(self.n_customers());
        self.each_file(|file| {
            if file.customer.lent.is_none() {
                files.push(file);
            }
        })?;
        Ok(files)
    }
}
