//! The steps that this terminal can take back and record again, as they are shown and as they are found.

use std::sync::Arc;

use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, OpId};
use guide_common::op::{OpBody, Redo};
use guide_common::wire::record::{SavedResponse, StepRow, Steps};

use crate::core::Core;
use crate::core::record::{RecordError, stripe_of};
use crate::outbox::step::Part;
use crate::store::StoreError;

impl Core {
    /// The steps of this terminal: those whose facts still stand, and those whose undo was the last word.
    pub fn steps(&self) -> Result<Steps, StoreError> {
        let steps = self.state().outbox.steps();
        let mut shown = Steps::default();
        for step in steps.undo.iter().rev() {
            shown.undo.extend(self.step_row(&self.parts(step, stands)?));
        }
        for step in steps.redo.iter().rev() {
            shown.redo.extend(self.step_row(&self.parts(step, waits_for_redo)?));
        }
        Ok(shown)
    }

    /// Records again what the last undo took back: the undo ends, and the facts count as they did.
    pub async fn redo(self: &Arc<Self>) -> Result<SavedResponse, RecordError> {
        let _turn = self.stepping.lock().await;
        let steps = self.state().outbox.steps();
        for step in steps.redo.iter().rev() {
            let parts = self.parts(step, waits_for_redo)?;
            let Some((first, _)) = parts.first() else { continue };
            let target = first.op_id;
            let _guard = self.stripes[stripe_of(&first.customer)].lock().await;
            let row = self.step_row(&parts);
            let loaded = self.load(&first.customer)?.ok_or(RecordError::UnknownCustomer)?;
            let on = self.clock.today();
            let redo = |(part, _): &(Part, Fact)| {
                let redo = Redo { on, op_id: part.op_id, undo: part.undo? };
                Some((part.customer.clone(), OpBody::Redo(redo)))
            };
            let ops = self.save(parts.iter().filter_map(redo).collect()).await?;
            let saved = self.saved(&loaded, &ops, Vec::new());
            return Ok(SavedResponse { redone: Some(target), step: row, ..saved });
        }
        Err(RecordError::NothingToRedo)
    }

    /// The parts of a step that are as they must be, with their facts. A customer who is not here any more has none.
    pub(super) fn parts(
        &self,
        step: &[Part],
        is_wanted: impl Fn(&Part, &Fact) -> bool,
    ) -> Result<Vec<(Part, Fact)>, StoreError> {
        let mut parts = Vec::new();
        for part in step {
            let Some(loaded) = self.load(&part.customer)? else { continue };
            let fact = loaded.file.facts.iter().find(|fact| fact.id == part.op_id);
            parts.extend(fact.filter(|fact| is_wanted(part, fact)).map(|fact| (part.clone(), fact.clone())));
        }
        Ok(parts)
    }

    /// A step as it is shown, before anything is done to it.
    pub(super) fn step_row(&self, parts: &[(Part, Fact)]) -> Option<StepRow> {
        let (part, fact) = parts.first()?;
        let zone = self.clock.zone();
        let state = self.state();
        Some(StepRow {
            op_id: part.op_id,
            customer: part.customer.clone(),
            name: match part.customer.is_guide_itself() {
                true => state.profile.name.clone(),
                false => state.rows.get(&part.customer).map(|row| row.name.to_string()).unwrap_or_default(),
            },
            kind: fact.body.kind().to_owned(),
            code: match &fact.body {
                FactBody::Outcome(outcome) => Some(outcome.code),
                _ => None,
            },
            at: zone.shop_time(fact.at),
            n_ops: parts.len(),
            received: state.is_received(part.op_id),
        })
    }
}

/// Whether a part of a step can be taken back.
pub(super) fn stands(_: &Part, fact: &Fact) -> bool {
    !fact.is_undone()
}

fn waits_for_redo(part: &Part, fact: &Fact) -> bool {
    fact.undone.all().iter().any(|undone| Some(undone.op_id) == part.undo && undone.redone.is_none())
}

/// Parts that were not read from the journal.
pub(super) fn part_of(customer: CustomerId, op_id: OpId) -> Part {
    Part { customer, op_id, undo: None }
}
