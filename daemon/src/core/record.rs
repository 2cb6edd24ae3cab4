//! Recording: an op is tried on the customer's file, made durable by the journal, and only then answered and shown.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, PoisonError};

use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, DueId, OpId, training_uuid};
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::outcome::{Outcome, Refusal};
use guide_common::sop::engine::gone;
use guide_common::wire::local::{ClockKind, Notice};
use guide_common::wire::record::SavedResponse;

use crate::core::file::Loaded;
use crate::core::find::Named;
use crate::core::{Core, N_STRIPES};
use crate::outbox::journal::{Draft, JournalError};
use crate::store::StoreError;

/// The longest body of an op that is taken; the journal's records and the hub's batches have room for it.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// More customers than this are worked out off the daemon's thread.
const MAX_AT_ONCE: usize = 8;

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
    /// Nothing that could be recorded again.
    #[error("there is nothing to redo")]
    NothingToRedo,
    /// Nothing that could be recorded.
    #[error("there is nothing to record")]
    NothingToRecord,
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
        self: &Arc<Self>,
        customer: &CustomerId,
        facts: Vec<FactBody>,
        task: ClosesTask,
    ) -> Result<SavedResponse, RecordError> {
        let stripe = &self.stripes[stripe_of(customer)];
        let _guard = match task {
            ClosesTask::Yes => Some(stripe.lock().await),
            ClosesTask::No => None,
        };
        let loaded = self.load_shown(customer)?.ok_or(RecordError::UnknownCustomer)?;
        let gone = match facts.first() {
            Some(FactBody::Outcome(outcome)) if !outcome.due_ids.is_empty() => {
                if task == ClosesTask::Yes && self.is_logged(customer, &outcome.due_ids) {
                    return Err(RecordError::TaskClosed);
                }
                self.gone(&loaded.file, outcome)
            }
            _ => Vec::new(),
        };
        let bodies = facts.into_iter().map(|fact| (customer.clone(), OpBody::Fact(fact))).collect();
        let ops = self.save(bodies).await?;
        Ok(self.saved(&loaded, &ops, gone))
    }

    /// The dues that an outcome names and that had gone. Nothing is said to have gone before all is known.
    fn gone(&self, file: &CustomerFile, outcome: &Outcome) -> Vec<DueId> {
        let (shared, all_known) = {
            let state = self.state();
            (Arc::clone(&state.shared), state.starts_known)
        };
        match all_known || !shared.rules.is_throttled() {
            true => gone(file, &shared.rules, &outcome.due_ids, outcome.on),
            false => Vec::new(),
        }
    }

    /// Whether an outcome of today names one of these dues already.
    fn is_logged(&self, customer: &CustomerId, due_ids: &[DueId]) -> bool {
        let state = self.state();
        let is_open = state.open_task(customer).is_some_and(|t| t.dues.iter().any(|due| due_ids.contains(&due.due_id)));
        let done = state.days.get(customer).map(|day| day.done.as_slice()).unwrap_or_default();
        !is_open && done.iter().any(|row| row.outcome.due_ids.iter().any(|due| due_ids.contains(due)))
    }

    /// Records facts about several customers, all or none; they are on disk when this returns.
    pub async fn record_all(
        self: &Arc<Self>,
        facts: Vec<(CustomerId, FactBody)>,
    ) -> Result<SavedResponse, RecordError> {
        let bodies = facts.into_iter().map(|(customer, fact)| (customer, OpBody::Fact(fact))).collect();
        let ops = self.save(bodies).await?;
        let first = ops.first().ok_or(RecordError::NothingToRecord)?;
        let loaded = self.load(&first.customer)?.ok_or(RecordError::UnknownCustomer)?;
        Ok(self.saved(&loaded, &ops, Vec::new()))
    }

    /// Makes ops of bodies, tries each on its customer's file, and saves them as one group.
    pub(super) async fn save(self: &Arc<Self>, bodies: Vec<(CustomerId, OpBody)>) -> Result<Vec<Arc<Op>>, RecordError> {
        let mut drafts = Vec::with_capacity(bodies.len());
        let mut files: BTreeMap<CustomerId, CustomerFile> = BTreeMap::new();
        for (customer, body) in bodies {
            let loaded = self.load(&customer)?.ok_or(RecordError::UnknownCustomer)?;
            let draft = self.draft(&customer, loaded.rev, body);
            let file = files.entry(customer).or_insert_with(|| loaded.file.clone());
            self.try_on(file, &draft)?;
            drafts.push(draft);
        }
        if let [first, _, ..] = drafts.as_slice() {
            let group = Some(first.op_id);
            drafts.iter_mut().for_each(|draft| draft.group = group);
        }
        self.save_drafts(drafts, files.into_keys().collect()).await
    }

    /// Saves drafts that were tried, as one group.
    pub(super) async fn save_drafts(
        self: &Arc<Self>,
        drafts: Vec<Draft>,
        customers: Vec<CustomerId>,
    ) -> Result<Vec<Arc<Op>>, RecordError> {
        // what could not be saved is seen on every screen
        let ops = self.journal.append(drafts).await.inspect_err(|_| self.events.tell(Notice::Sync))?;
        {
            let mut state = self.state();
            for op in &ops {
                state.outbox.push(Arc::clone(op));
            }
            for customer in &customers {
                state.touch(customer);
            }
        }
        // a leave moves every customer's dues: whoever records one runs a check, which takes its time
        let about_customers: Vec<_> = customers.iter().filter(|id| !id.is_guide_itself()).cloned().collect();
        self.work_out_saved(&about_customers).await;
        for op in &ops {
            tracing::info!(op = %op.op_id, kind = op.kind, local_seq = op.local_seq, "an op was saved");
        }
        self.events.customers(&about_customers);
        self.events.tell(Notice::Sync);
        self.op_saved.notify_one();
        Ok(ops)
    }

    /// Works out whom ops were saved about. Saved is saved: what cannot be shown at once is shown by the next check.
    async fn work_out_saved(self: &Arc<Self>, customers: &[CustomerId]) {
        let worked_out = if customers.len() <= MAX_AT_ONCE {
            self.recompute(customers)
        } else {
            let (core, customers) = (Arc::clone(self), customers.to_vec());
            let failed = |_| Err(StoreError::Damaged("reading it failed unexpectedly"));
            tokio::task::spawn_blocking(move || core.recompute(&customers)).await.unwrap_or_else(failed)
        };
        if let Err(error) = worked_out {
            tracing::error!(%error, "working out a customer after an op");
        }
    }

    pub(super) fn draft(&self, customer: &CustomerId, rev: u64, body: OpBody) -> Draft {
        Draft {
            op_id: self.new_op_id(),
            base_rev: Some(rev),
            at_wall: self.clock.instant(),
            at_mono: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            customer: customer.clone(),
            body,
            group: None,
        }
    }

    /// An id for an op. In training it follows from the terminal, the virtual time and a count.
    fn new_op_id(&self) -> OpId {
        if self.clock.kind() == ClockKind::Real {
            return OpId(uuid::Uuid::now_v7());
        }
        let at = self.clock.instant();
        let state = self.state();
        let mut drafted = self.drafted.lock().unwrap_or_else(PoisonError::into_inner);
        if drafted.0 != at {
            *drafted = (at, 0);
        }
        loop {
            let id = OpId(training_uuid(at, drafted.1, &[self.device.as_str()]));
            drafted.1 += 1;
            // a terminal that was started again counts anew
            if state.outbox.find(id).is_none() {
                return id;
            }
        }
    }

    /// Applies a draft to a copy of the file, as the hub will.
    pub(super) fn try_on(&self, file: &mut CustomerFile, draft: &Draft) -> Result<(), RecordError> {
        let stamp = Stamp {
            op_id: draft.op_id,
            device: self.device.clone(),
            local_seq: 0,
            base_rev: draft.base_rev,
            at_wall: draft.at_wall,
            at_mono: draft.at_mono,
        };
        let op = Op::new(stamp, draft.customer.clone(), &draft.body).of_group(draft.group);
        if op.body.get().len() > MAX_BODY_BYTES {
            return Err(RecordError::TooLong);
        }
        file.apply(&op, &self.profile().id)?;
        Ok(())
    }

    pub(super) fn saved(&self, loaded: &Loaded, ops: &[Arc<Op>], gone: Vec<DueId>) -> SavedResponse {
        SavedResponse {
            // whoever saves, saves at least one
            op_id: ops.first().map_or(OpId(uuid::Uuid::nil()), |op| op.op_id),
            customer: loaded.file.customer.id.clone(),
            name: loaded.file.person(self.day()).name.clone(),
            gone,
            undone: None,
            redone: None,
            step: None,
            n_ops: ops.len(),
            elsewhere: None,
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

pub(super) fn stripe_of(customer: &CustomerId) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(customer);
    usize::try_from(hash % N_STRIPES as u64).unwrap_or_default()
}
