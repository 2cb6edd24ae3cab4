//! Leads: people whom the guide enters. Their files begin with an op of the journal, until the feed has the customer.

use std::collections::BTreeSet;
use std::sync::Arc;

use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::id::CustomerId;
use guide_common::lead::Lead;
use guide_common::op::OpBody;
use guide_common::text::mask_phone;
use guide_common::wire::hub::FeedName;
use guide_common::wire::record::{LeadResponse, SamePhone};

use crate::core::Core;
use crate::core::file::{Loaded, assemble};
use crate::core::record::RecordError;
use crate::store::{Held, StoreError};

impl Core {
    /// Enters a person; the answer names those of this guide's customers who have the same phone number.
    pub async fn add_lead(self: &Arc<Self>, lead: Lead) -> Result<LeadResponse, RecordError> {
        let same_phone = self.with_phone(lead.phone.as_deref())?;
        let store = self.state().profile.store.id.clone();
        let mut draft = self.draft(&CustomerId::guide_itself(), 0, OpBody::Fact(FactBody::LeadAdded(lead.clone())));
        (draft.customer, draft.base_rev) = (CustomerId::of_lead(draft.op_id), None);
        let customer = draft.customer.clone();
        let mut file = CustomerFile::new(lead.document(customer.clone(), Some(store)));
        self.try_on(&mut file, &draft)?;
        let ops = self.save_drafts(vec![draft], vec![customer]).await?;
        let saved = self.saved(&Loaded { file, rev: 0 }, &ops, Vec::new());
        Ok(LeadResponse { saved, same_phone })
    }

    /// A customer's file without pending ops: what the feed holds, or the beginning of a lead's.
    pub(super) fn base(&self, id: &CustomerId, items: &[Held]) -> Result<Option<Loaded>, StoreError> {
        match assemble(id, items) {
            Some(loaded) => Ok(Some(loaded)),
            None => self.begun(id),
        }
    }

    /// The file that an op of this terminal begins, as long as the feed does not have the customer.
    fn begun(&self, id: &CustomerId) -> Result<Option<Loaded>, StoreError> {
        if !self.state().outbox.is_lead(id) {
            return Ok(None);
        }
        let cursor = self.store.cursor(FeedName::Guide)?;
        let state = self.state();
        let op = state.outbox.begins(id, cursor.epoch.as_deref(), cursor.seq);
        let file = op.and_then(|op| CustomerFile::begun_by(&op, Some(state.profile.store.id.clone())));
        Ok(file.map(|file| Loaded { file, rev: 0 }))
    }

    /// The customers whose files may begin with ops of this terminal; those who are in the feed are among them.
    pub(super) fn leads(&self) -> BTreeSet<CustomerId> {
        self.state().outbox.leads().cloned().collect()
    }

    /// A customer's file, where the customer is shown: a lead that was taken back is not.
    pub fn load_shown(&self, id: &CustomerId) -> Result<Option<Arc<Loaded>>, StoreError> {
        let on = self.day();
        Ok(self.load(id)?.filter(|loaded| !loaded.file.is_withdrawn_on(on)))
    }

    /// This guide's customers with a phone number: those whose masked number is the same are looked at whole.
    fn with_phone(&self, phone: Option<&str>) -> Result<Vec<SamePhone>, StoreError> {
        let Some(phone) = phone.filter(|phone| !phone.is_empty()) else { return Ok(Vec::new()) };
        let masked = mask_phone(phone);
        let alike: Vec<(CustomerId, String)> = {
            let state = self.state();
            let rows = state.rows.iter().filter(|(_, row)| row.phone_masked.as_deref() == Some(masked.as_str()));
            rows.map(|(id, row)| (id.clone(), row.name.to_string())).collect()
        };
        let mut same = Vec::new();
        for (customer, name) in alike {
            let loaded = self.load_shown(&customer)?;
            if loaded.is_some_and(|loaded| loaded.file.customer.phone.as_deref() == Some(phone)) {
                same.push(SamePhone { customer, name });
            }
        }
        Ok(same)
    }
}
