//! All customers' files, for what is worked out over all of them at once.

use std::ops::ControlFlow;

use guide_common::apply::CustomerFile;

use crate::core::file::assemble;
use crate::core::{Core, apply_pending};
use crate::store::StoreError;

impl Core {
    /// Hands every customer's file, the pending ops applied, to `visit`, in the order of ids.
    pub(super) fn each_file(&self, mut visit: impl FnMut(CustomerFile)) -> Result<(), StoreError> {
        let guide = self.profile().id;
        self.store.each_customer(|id, items| {
            if let Some(mut loaded) = assemble(&id, &items) {
                let pending = self.state().outbox.pending_of(&id);
                apply_pending(&mut loaded, &pending, &guide);
                visit(loaded.file);
            }
            ControlFlow::Continue(())
        })
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
