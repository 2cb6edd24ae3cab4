//! Taking back: an undo op for the fact that is named, and for those that were saved with it as one step.

use std::sync::Arc;

use guide_common::apply::CustomerFile;
use guide_common::consent::Secret;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, OpId};
use guide_common::op::{OpBody, Undo};
use guide_common::outcome::Refusal;
use guide_common::wire::record::SavedResponse;

use crate::core::Core;
use crate::core::record::{RecordError, stripe_of};
use crate::core::step::{part_of, stands};
use crate::outbox::step::Part;
use crate::store::StoreError;

impl Core {
    /// Takes a step back: the one of an op, or the newest of this terminal that stands. All that was saved together is
    /// taken back together, an amnesty as a whole, and both sides of a secret.
    pub async fn undo(self: &Arc<Self>, op_id: Option<OpId>) -> Result<SavedResponse, RecordError> {
        let _turn = self.stepping.lock().await;
        let (customer, target) = match op_id {
            Some(id) => (self.customer_of_op(id)?.ok_or(Refusal::UnknownTarget)?, id),
            None => self.newest_standing()?.ok_or(RecordError::NothingToUndo)?,
        };
        let _guard = self.stripes[stripe_of(&customer)].lock().await;
        let loaded = self.load(&customer)?.ok_or(RecordError::UnknownCustomer)?;
        let fact = loaded.file.facts.iter().find(|fact| fact.id == target).ok_or(Refusal::UnknownTarget)?;
        if fact.is_undone() {
            return Err(RecordError::NothingToUndo);
        }
        let on = self.clock.today();
        let mut parts = vec![(part_of(customer, target), fact.clone())];
        parts.extend(self.recorded_with(&loaded.file, fact).await?);
        let row = self.step_row(&parts);
        let undo = |(part, _): (Part, Fact)| (part.customer, OpBody::Undo(Undo { on, op_id: part.op_id }));
        let ops = self.save(parts.into_iter().map(undo).collect()).await?;
        Ok(SavedResponse { undone: Some(target), step: row, ..self.saved(&loaded, &ops, Vec::new()) })
    }

    /// The newest step's first fact that stands.
    fn newest_standing(&self) -> Result<Option<(CustomerId, OpId)>, StoreError> {
        let steps = self.state().outbox.steps();
        for step in steps.undo.iter().rev() {
            if let Some((part, _)) = self.parts(step, stands)?.into_iter().next() {
                return Ok(Some((part.customer, part.op_id)));
            }
        }
        Ok(None)
    }

    pub(super) fn customer_of_op(&self, id: OpId) -> Result<Option<CustomerId>, StoreError> {
        if let Some(kept) = self.state().outbox.find(id) {
            return Ok(Some(kept.op.customer.clone()));
        }
        self.store.owner_of("fact", &id.to_string())
    }

    /// The other facts that stand or fall with a fact: by the journal, or, where that holds it no more, by what the facts
    /// of the same customer say.
    async fn recorded_with(
        self: &Arc<Self>,
        file: &CustomerFile,
        fact: &Fact,
    ) -> Result<Vec<(Part, Fact)>, RecordError> {
        let mut found = match &fact.body {
            FactBody::Waived(waived) => self.of_amnesty(waived.amnesty, fact.id).await?,
            FactBody::Handed(handed) => self.of_amnesty(handed.amnesty, fact.id).await?,
            body => {
                let mut found = self.state().outbox.saved_with(fact.id);
                let in_group = file.facts.iter().filter(|other| other.group.is_some() && other.group == fact.group);
                found.extend(
                    in_group.filter(|other| other.id != fact.id).map(|other| (other.customer.clone(), other.id)),
                );
                if let FactBody::Secret(secret) = body {
                    found.extend(self.other_side(&fact.customer, secret)?);
                }
                found
            }
        };
        found.sort_unstable_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        found.dedup();
        let parts: Vec<Part> = found.into_iter().map(|(customer, op_id)| part_of(customer, op_id)).collect();
        Ok(self.parts(&parts, stands)?)
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
