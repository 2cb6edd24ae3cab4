//! Taking back: an undo op for the fact that is named, and for those that were recorded with it as one thing.

use std::sync::Arc;

use guide_common::consent::Secret;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, OpId};
use guide_common::op::{OpBody, Undo};
use guide_common::outcome::Refusal;
use guide_common::wire::record::SavedResponse;

use crate::core::Core;
use crate::core::record::{RecordError, stripe_of};
use crate::store::StoreError;

impl Core {
    /// Takes an op back: the one that is named, or the newest of this terminal that stands. An amnesty is taken back as
    /// a whole, and so are both sides of a secret.
    pub async fn undo(self: &Arc<Self>, op_id: Option<OpId>) -> Result<SavedResponse, RecordError> {
        let (target, customer) = match op_id {
            Some(id) => (id, self.customer_of_op(id)?.ok_or(Refusal::UnknownTarget)?),
            None => {
                let state = self.state();
                let kept = state.outbox.newest_standing().ok_or(RecordError::NothingToUndo)?;
                (kept.op.op_id, kept.op.customer.clone())
            }
        };
        let _guard = self.stripes[stripe_of(&customer)].lock().await;
        let loaded = self.load(&customer)?.ok_or(RecordError::UnknownCustomer)?;
        let fact = loaded.file.facts.iter().find(|fact| fact.id == target).ok_or(Refusal::UnknownTarget)?;
        if fact.undone.is_some() {
            return Err(RecordError::NothingToUndo);
        }
        let on = self.clock.today();
        let mut targets = vec![(customer, target)];
        targets.extend(self.recorded_with(fact).await?);
        let undo = |(customer, op_id)| (customer, OpBody::Undo(Undo { on, op_id }));
        let ops = self.save(targets.into_iter().map(undo).collect()).await?;
        Ok(SavedResponse { undone: Some(target), ..self.saved(&loaded, &ops, Vec::new()) })
    }

    pub(super) fn customer_of_op(&self, id: OpId) -> Result<Option<CustomerId>, StoreError> {
        if let Some(kept) = self.state().outbox.find(id) {
            return Ok(Some(kept.op.customer.clone()));
        }
        self.store.owner_of("fact", &id.to_string())
    }

    /// The other facts that stand or fall with a fact.
    async fn recorded_with(self: &Arc<Self>, fact: &Fact) -> Result<Vec<(CustomerId, OpId)>, RecordError> {
        match &fact.body {
            FactBody::Waived(waived) => self.of_amnesty(waived.amnesty, fact.id).await,
            FactBody::Handed(handed) => self.of_amnesty(handed.amnesty, fact.id).await,
            FactBody::Secret(secret) => Ok(self.other_side(&fact.customer, secret)?.into_iter().collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// The standing facts of an amnesty but for one. Every fact is looked at: an amnesty is rare.
    async fn of_amnesty(self: &Arc<Self>, amnesty: OpId, but: OpId) -> Result<Vec<(CustomerId, OpId)>, RecordError> {
        let core = Arc::clone(self);
        let found = tokio::task::spawn_blocking(move || -> Result<Vec<(CustomerId, OpId)>, StoreError> {
            let mut found = Vec::new();
            for customer in core.customers_with(&amnesty.to_string())? {
                let Some(loaded) = core.load(&customer)? else { continue };
                let of_it = loaded.file.standing().filter(|fact| match &fact.body {
                    FactBody::Waived(waived) => waived.amnesty == amnesty,
                    FactBody::Handed(handed) => handed.amnesty == amnesty,
                    _ => false,
                });
                found.extend(of_it.filter(|fact| fact.id != but).map(|fact| (customer.clone(), fact.id)));
            }
            Ok(found)
        });
        Ok(found.await.map_err(|_| StoreError::Damaged("reading it failed unexpectedly"))??)
    }

    /// The customers of whom a fact or a pending op holds a text.
    fn customers_with(&self, text: &str) -> Result<Vec<CustomerId>, StoreError> {
        let mut customers = self.store.owners_of_facts_with(text)?;
        let state = self.state();
        let ops = state.outbox.all().map(|kept| &kept.op);
        customers.extend(ops.filter(|op| op.body.get().contains(text)).map(|op| op.customer.clone()));
        drop(state);
        customers.sort();
        customers.dedup();
        Ok(customers)
    }

    /// The fact on the other person's file that keeps the same secret, where that one is this guide's customer too.
    pub(super) fn other_side(
        &self,
        customer: &CustomerId,
        secret: &Secret,
    ) -> Result<Option<(CustomerId, OpId)>, StoreError> {
        let Some(person) = &secret.person else { return Ok(None) };
        let Some(loaded) = self.load(person)? else { return Ok(None) };
        let is_it = |other: &Secret| {
            other.person.as_ref() == Some(customer)
                && (other.on, other.until_on) == (secret.on, secret.until_on)
                && other.side != secret.side
        };
        let found = loaded.file.standing().find(|fact| matches!(&fact.body, FactBody::Secret(other) if is_it(other)));
        Ok(found.map(|fact| (person.clone(), fact.id)))
    }
}
