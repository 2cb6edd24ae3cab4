//! Recording: an op is tried on the customer's file, made durable by the journal, and only then answered and shown.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, DueId, OpId};
use guide_common::op::{Op, OpBody, Stamp, Undo};
use guide_common::outcome::Refusal;
use guide_common::sop::engine::gone;
use guide_common::wire::local::Notice;
use guide_common::wire::record::SavedResponse;

use crate::core::file::Loaded;
use crate::core::find::Named;
use crate::core::{Core, N_STRIPES};
use crate::outbox::journal::{Draft, JournalError};
use crate::store::StoreError;

/// The longest body of an op that is taken; the journal's records and the hub's batches have room for it.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The terminal holds no such customer.
    #[error("this guide has no such customer")]
    UnknownCustomer,
    /// The task was logged, or has gone.
    #[error("the task is closed")]
    TaskClosed,
    /// Nothing that could be taken back.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// What was said is too long.
    #[error("the entry is too long")]
    TooLong,
    /// It could not be made durable.
    #[error(transparent)]
    Journal(#[from] Arc<JournalError>),
    /// The customer's file could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Core {
    /// Records facts about a customer, all or none; they are on disk when this returns. `task` says that the first
    /// fact closes a task, so that of two at once only one does.
    pub async fn record(
        &self,
        customer: &CustomerId,
        facts: Vec<FactBody>,
        task: ClosesTask,
    ) -> Result<SavedResponse, RecordError> {
        let stripe = &self.stripes[stripe_of(customer)];
        let _guard = match task {
            ClosesTask::Yes => Some(stripe.lock().await),
            ClosesTask::No => None,
        };
        let loaded = self.load(customer)?.ok_or(RecordError::UnknownCustomer)?;
        let gone = match facts.first() {
            Some(FactBody::Outcome(outcome)) if !outcome.due_ids.is_empty() => {
                if task == ClosesTask::Yes && self.is_logged(customer, &outcome.due_ids) {
                    return Err(RecordError::TaskClosed);
                }
                gone(&loaded.file, &self.shared().rules, &outcome.due_ids, outcome.on)
            }
            _ => Vec::new(),
        };
        let ops = self.save(customer, &loaded, facts.into_iter().map(OpBody::Fact).collect()).await?;
        Ok(self.saved(&loaded, &ops, gone, None))
    }

    /// Whether an outcome of today names one of these dues already.
    fn is_logged(&self, customer: &CustomerId, due_ids: &[DueId]) -> bool {
        let state = self.state();
        let is_open = state.open_task(customer).is_some_and(|t| t.dues.iter().any(|due| due_ids.contains(&due.due_id)));
        let done = state.days.get(customer).map(|day| day.done.as_slice()).unwrap_or_default();
        !is_open && done.iter().any(|row| row.outcome.due_ids.iter().any(|due| due_ids.contains(due)))
    }

    /// Takes an op back: the one that is named, or the newest of this terminal that stands.
    pub async fn undo(&self, op_id: Option<OpId>) -> Result<SavedResponse, RecordError> {
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
        let undo = OpBody::Undo(Undo { on: self.clock.today(), op_id: target });
        let ops = self.save(&customer, &loaded, vec![undo]).await?;
        Ok(self.saved(&loaded, &ops, Vec::new(), Some(target)))
    }

    fn customer_of_op(&self, id: OpId) -> Result<Option<CustomerId>, StoreError> {
        if let Some(kept) = self.state().outbox.find(id) {
            return Ok(Some(kept.op.customer.clone()));
        }
        self.store.owner_of("fact", &id.to_string())
    }

    async fn save(
        &self,
        customer: &CustomerId,
        loaded: &Loaded,
        bodies: Vec<OpBody>,
    ) -> Result<Vec<Arc<Op>>, RecordError> {
        let drafts: Vec<Draft> = bodies.into_iter().map(|body| self.draft(customer, loaded.rev, body)).collect();
        self.try_on(loaded, &drafts)?;
        let ops = self.journal.append(drafts).await?;
        {
            let mut state = self.state();
            for op in &ops {
                state.outbox.push(Arc::clone(op));
            }
            state.touch(customer);
        }
        // saved is saved: what cannot be shown at once is shown by the next check
        if let Err(error) = self.recompute(std::slice::from_ref(customer)) {
            tracing::error!(%error, "working out a customer after an op");
        }
        for op in &ops {
            tracing::info!(op = %op.op_id, kind = op.kind, local_seq = op.local_seq, "an op was saved");
        }
        self.events.customers(std::slice::from_ref(customer));
        self.events.tell(Notice::Sync);
        self.op_saved.notify_one();
        Ok(ops)
    }

    fn draft(&self, customer: &CustomerId, rev: u64, body: OpBody) -> Draft {
        Draft {
            op_id: OpId(uuid::Uuid::now_v7()),
            base_rev: Some(rev),
            at_wall: self.clock.instant(),
            at_mono: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            customer: customer.clone(),
            body,
        }
    }

    /// Applies drafts to a copy of the file, as the hub will.
    fn try_on(&self, loaded: &Loaded, drafts: &[Draft]) -> Result<(), RecordError> {
        let guide = self.profile().id;
        let device: guide_common::id::DeviceId = self.device.clone();
        let mut file = loaded.file.clone();
        for draft in drafts {
            let stamp = Stamp {
                op_id: draft.op_id,
                device: device.clone(),
                local_seq: 0,
                base_rev: draft.base_rev,
                at_wall: draft.at_wall,
                at_mono: draft.at_mono,
            };
            let op = Op::new(stamp, draft.customer.clone(), &draft.body);
            if op.body.get().len() > MAX_BODY_BYTES {
                return Err(RecordError::TooLong);
            }
            file.apply(&op, &guide)?;
        }
        Ok(())
    }

    fn saved(&self, loaded: &Loaded, ops: &[Arc<Op>], gone: Vec<DueId>, undone: Option<OpId>) -> SavedResponse {
        SavedResponse {
            // record and undo save at least one
            op_id: ops.first().map_or(OpId(uuid::Uuid::nil()), |op| op.op_id),
            customer: loaded.file.customer.id.clone(),
            name: loaded.file.customer.name.clone(),
            gone,
            undone,
            queue: self.queue_count(),
        }
    }

    /// The customer and the dues that an outcome of a named task is about. Dues that the guide saw count also when the
    /// task has gone meanwhile.
    pub fn task_target(&self, name: &str, due_ids: &[DueId]) -> Result<(CustomerId, Vec<DueId>, Named), Named> {
        let named = self.task_named(name);
        match &named {
            Named::Open(task) => {
                let all = || task.dues.iter().map(|due| due.due_id).collect();
                let due_ids = if due_ids.is_empty() { all() } else { due_ids.to_vec() };
                Ok((task.customer.clone(), due_ids, named))
            }
            Named::Closed(id) | Named::Held(id) | Named::NoTask(id) if !due_ids.is_empty() => {
                Ok((id.clone(), due_ids.to_vec(), named))
            }
            _ => Err(named),
        }
    }
}

/// Whether a fact closes a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosesTask {
    /// It names a task's dues.
    Yes,
    /// It stands for itself.
    No,
}

fn stripe_of(customer: &CustomerId) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(customer);
    usize::try_from(hash % N_STRIPES as u64).unwrap_or_default()
}
