//! What a person decides about an op that headquarters rejected: to send it again, as it is or edited, or to discard it.
//! The decision is saved like everything else, so that a lost cache does not bring the op back.

use std::sync::Arc;

use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, OpId};
use guide_common::op::{Op, OpBody, Settled};
use guide_common::wire::record::SavedResponse;
use guide_common::wire::support::{OpDetail, ResendRequest};

use crate::core::Core;
use crate::core::file::Loaded;
use crate::core::record::{RecordError, stripe_of};
use crate::core::show::outbox_row;

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// There is no such op in the outbox.
    #[error("the outbox holds no such entry")]
    Unknown,
    /// It was not rejected, or somebody has dealt with it.
    #[error("this entry is not one that headquarters rejected")]
    NotRejected,
    /// It cannot be saved so.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Core {
    /// An op of the outbox with what it says.
    pub fn op_detail(&self, id: OpId) -> Result<OpDetail, SettleError> {
        let state = self.state();
        let kept = state.outbox.find(id).filter(|kept| !kept.is_local()).ok_or(SettleError::Unknown)?;
        Ok(OpDetail { row: outbox_row(kept), body: kept.op.body.clone() })
    }

    /// The ops that headquarters rejected and nobody has dealt with, whole.
    pub fn rejected_ops(&self) -> Vec<Arc<Op>> {
        let state = self.state();
        state.outbox.all().filter(|kept| kept.is_rejected()).map(|kept| Arc::clone(&kept.op)).collect()
    }

    /// Sends a rejected op again. Edited, it is another op, which takes the place of the rejected one.
    pub async fn resend(self: &Arc<Self>, id: OpId, edited: ResendRequest) -> Result<SavedResponse, SettleError> {
        let op = self.rejected(id)?;
        let customer = edited.customer.unwrap_or_else(|| op.customer.clone());
        let body = edited.body.unwrap_or_else(|| op.body.clone());
        let _guard = self.stripes[stripe_of(&customer)].lock().await;
        let begun = || self.begun_anew(&op).map(Arc::new);
        let loaded = self.load(&customer).map_err(RecordError::from)?.or_else(begun);
        let loaded = loaded.ok_or(RecordError::UnknownCustomer)?;
        if customer == op.customer && body.get() == op.body.get() {
            self.state().outbox.resend(&[id]);
            self.store.remove_acks(&[id]).map_err(RecordError::from)?;
            self.recompute(std::slice::from_ref(&customer)).map_err(RecordError::from)?;
            self.op_saved.notify_one();
            return Ok(self.saved(&loaded, &[op], Vec::new()));
        }
        let body = OpBody::decode(&op.kind, &body).map_err(RecordError::from)?;
        let mut draft = self.draft(&customer, loaded.rev, body);
        let mut file = loaded.file.clone();
        let mut customer = customer;
        if let OpBody::Fact(FactBody::LeadAdded(lead)) = &draft.body {
            // another op begins another file
            customer = CustomerId::of_lead(draft.op_id);
            draft.customer = customer.clone();
            file = CustomerFile::new(lead.document(customer.clone(), file.customer.store.clone()));
        }
        self.try_on(&mut file, &draft)?;
        let settles = OpBody::Settled(Settled { op_id: id, by: Some(draft.op_id) });
        let settled = self.draft(&op.customer, loaded.rev, settles);
        let mut customers = vec![customer, op.customer.clone()];
        customers.dedup();
        let ops = self.save_drafts(vec![draft, settled], customers).await?;
        Ok(self.saved(&loaded, &ops[..1], Vec::new()))
    }

    /// Gives a rejected op up: it stays in the journal, and counts no more.
    pub async fn discard(self: &Arc<Self>, id: OpId) -> Result<(), SettleError> {
        let op = self.rejected(id)?;
        let settles = OpBody::Settled(Settled { op_id: id, by: None });
        let settled = self.draft(&op.customer, op.base_rev.unwrap_or_default(), settles);
        self.save_drafts(vec![settled], vec![op.customer.clone()]).await?;
        Ok(())
    }

    /// The file that a rejected lead would begin.
    fn begun_anew(&self, op: &Op) -> Option<Loaded> {
        let store = self.profile().store.id;
        CustomerFile::begun_by(op, Some(store)).map(|file| Loaded { file, rev: 0 })
    }

    fn rejected(&self, id: OpId) -> Result<Arc<Op>, SettleError> {
        let state = self.state();
        let kept = state.outbox.find(id).ok_or(SettleError::Unknown)?;
        if kept.is_rejected() { Ok(Arc::clone(&kept.op)) } else { Err(SettleError::NotRejected) }
    }
}
