//! Carries out the steps of a cycle: the only place where sync touches store, outbox and hub at once.

use std::sync::Arc;

use chrono::Utc;
use guide_common::id::{CustomerId, OpId};
use guide_common::lead::LEAD_ADDED;
use guide_common::op::Op;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::{FeedName, OpAnswer, OpResult, PushRequest};
use guide_common::wire::local::Notice;
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::outbox::kept::HeadAt;
use crate::store::StoreError;
use crate::sync::client::{HubClient, HubError};
use crate::sync::error::CycleError;
use crate::sync::machine::{Event, Machine, Step};
use crate::sync::pull;

/// From this many changed customers on, all are worked out in one go.
const MANY: usize = 500;
const MAX_DETAIL_CHARS: usize = 300;

/// What a pull changed.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Whose items changed.
    pub customers: Vec<CustomerId>,
    /// Whether something changed that every customer is worked out with, or everything did.
    pub everything: bool,
    /// Whether something changed that no customer is worked out with.
    pub texts: bool,
    /// Whether both feeds were read to their ends.
    pub to_the_end: bool,
}

/// A step with what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traced {
    /// The step.
    #[serde(flatten)]
    pub step: Step,
    /// What came of it.
    pub then: Event,
}

/// What a cycle did.
#[derive(Debug, Default)]
pub struct Counted {
    /// Ops that were answered.
    pub n_pushed: u64,
    /// Ops that were rejected.
    pub n_rejected: u64,
    /// Items that came.
    pub n_pulled: u64,
    /// Whether it fetched everything again.
    pub heals: bool,
    /// Its steps.
    pub trace: Vec<Traced>,
    /// How many steps were left out of the trace.
    pub n_untraced: u64,
}

/// The longest trace that is kept of a cycle: its beginning.
const MAX_TRACE: usize = 400;

/// Runs a cycle to its end.
pub async fn cycle(core: &Arc<Core>, hub: &HubClient, counted: &mut Counted) -> Result<(), CycleError> {
    run(core, hub, Machine::begin(), counted).await
}

/// Runs a cycle that fetches both feeds whole and sends what was acknowledged again.
pub async fn heal(core: &Arc<Core>, hub: &HubClient, counted: &mut Counted) -> Result<(), CycleError> {
    let both = vec![FeedName::Shared, FeedName::Guide];
    counted.heals = true;
    run(core, hub, Machine::begin_healing(both), counted).await
}

async fn run(
    core: &Arc<Core>,
    hub: &HubClient,
    (mut machine, mut step): (Machine, Step),
    counted: &mut Counted,
) -> Result<(), CycleError> {
    let mut driver = Driver { core, hub, pulled: Pulled::default(), error: None, counted };
    loop {
        if let Step::End { failed } = &step {
            let failed = failed.clone();
            return match (driver.error, failed) {
                (Some(error), Some(_)) => Err(error),
                (_, Some(_)) => Err(CycleError::Retry),
                (_, None) => Ok(()),
            };
        }
        let event = driver.carry_out(&step).await;
        driver.counted.note(&step, &event);
        step = machine.next(event);
    }
}

struct Driver<'d> {
    core: &'d Arc<Core>,
    hub: &'d HubClient,
    pulled: Pulled,
    /// The first error, as it is told of.
    error: Option<CycleError>,
    counted: &'d mut Counted,
}

impl Driver<'_> {
    async fn carry_out(&mut self, step: &Step) -> Event {
        let done = match step {
            Step::Push { after } => {
                let batch = self.core.state().outbox.batch_after(*after);
                self.push(batch).await
            }
            Step::PushRange { from, to } => {
                let mut batch = self.core.state().outbox.batch_after(from.saturating_sub(1));
                batch.retain(|op| op.local_seq <= *to);
                self.push(batch).await
            }
            Step::Pull { feed } => pull::changes(self.core, self.hub, *feed, &mut self.pulled).await,
            Step::Resend => resend_all(self.core).await,
            Step::Compare { feed, epoch } => pull::compare(self.core, self.hub, *feed, epoch).await,
            Step::Adopt { feed, epoch } => {
                self.core.store.adopt(*feed, epoch).map(|()| Event::Done).map_err(CycleError::from)
            }
            Step::Snapshot { feed } => pull::snapshot(self.core, self.hub, *feed).await,
            Step::CatchUp { feed } => pull::catch_up(self.core, self.hub, *feed).await,
            Step::Switch { feed } => pull::switch(self.core, *feed, &mut self.pulled).await,
            Step::Confirm => {
                self.pulled.to_the_end = true;
                confirm(self.core).await
            }
            Step::WorkOut => work_out(self.core, std::mem::take(&mut self.pulled)).await,
            Step::End { .. } => Ok(Event::Done),
        };
        done.unwrap_or_else(|error| {
            let shown = error.shown();
            let is_refusal = matches!(error, CycleError::Hub(HubError::Refused { .. }));
            self.error.get_or_insert(error);
            Event::Failed { code: shown.code, is_refusal }
        })
    }

    async fn push(&mut self, batch: Vec<Arc<Op>>) -> Result<Event, CycleError> {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            return Ok(Event::NothingToSend);
        };
        let (from, to, n) = (first.local_seq, last.local_seq, batch.len() as u64);
        let request = PushRequest { ops: batch.iter().map(|op| op.as_ref().clone()).collect() };
        let response = match self.hub.push(&request).await {
            Ok(response) => response,
            Err(error) if is_about_content(&error) => {
                if let [op] = batch.as_slice() {
                    tracing::error!(op = %op.op_id, kind = op.kind, %error, "the hub refuses an op without an answer; it stays");
                    self.error.get_or_insert(error.into());
                }
                return Ok(Event::RefusedWhole { from, to, n });
            }
            Err(error) => return Err(error.into()),
        };
        let ids: Vec<_> = batch.iter().map(|op| op.op_id).collect();
        let at = HeadAt { epoch: response.epoch, head: response.head };
        let (n_settled, n_rejected) = record(self.core, &ids, response.answers, at).await?;
        self.counted.n_pushed += n_settled;
        self.counted.n_rejected += n_rejected;
        Ok(Event::Answered { to, n, n_retry: n.saturating_sub(n_settled), n_rejected })
    }
}

impl Counted {
    fn note(&mut self, step: &Step, event: &Event) {
        if let (Event::Page { n, .. }, Step::Pull { .. } | Step::Snapshot { .. } | Step::CatchUp { .. }) = (event, step)
        {
            self.n_pulled += n;
        }
        if self.trace.len() < MAX_TRACE {
            self.trace.push(Traced { step: step.clone(), then: event.clone() });
        } else {
            self.n_untraced += 1;
        }
    }
}

/// Whether another content could be taken: a bad body, one that is too long, or one that cannot be processed.
pub(super) fn is_about_content(error: &HubError) -> bool {
    matches!(error, HubError::Refused { status: 400 | 413 | 422, .. })
}

/// Records the hub's answers; returns how many ops they settle, and how many of those are rejected.
async fn record(core: &Arc<Core>, ids: &[OpId], answers: Vec<OpAnswer>, at: HeadAt) -> Result<(u64, u64), CycleError> {
    let answers = cleaned(ids, answers);
    let (acks, customers) = {
        let mut state = core.state();
        let acks = state.outbox.answer(answers, Utc::now(), &at);
        let rejected = acks.iter().filter(|ack| ack.answer.result == OpResult::Rejected);
        let customers: Vec<_> = rejected
            .filter_map(|ack| state.outbox.find(ack.answer.op_id).map(|kept| kept.op.customer.clone()))
            .collect();
        (acks, customers)
    };
    let counts = (acks.len() as u64, customers.len() as u64);
    let core = Arc::clone(core);
    blocking(move || {
        core.store.put_acks(&acks)?;
        // a rejected op lies over the customer's documents no more
        core.recompute(&customers)?;
        core.events.tell(Notice::Sync);
        if !customers.is_empty() {
            core.events.customers(&customers);
        }
        Ok(())
    })
    .await?;
    Ok(counts)
}

/// The answers to what was asked, fit to be shown.
pub(super) fn cleaned(ids: &[OpId], answers: Vec<OpAnswer>) -> Vec<OpAnswer> {
    let mut answers: Vec<_> = answers.into_iter().filter(|answer| ids.contains(&answer.op_id)).collect();
    for answer in &mut answers {
        let clean = |text: &mut Option<String>| {
            *text = text.take().map(|text| sanitise(&text, Lines::One, MAX_DETAIL_CHARS));
        };
        clean(&mut answer.code);
        clean(&mut answer.detail);
        if answer.result == OpResult::Rejected {
            tracing::warn!(op = %answer.op_id, code = answer.code, "the hub rejected an op");
        }
    }
    answers
}

/// Makes every acknowledged op unsent again, since the hub may have lost it.
async fn resend_all(core: &Arc<Core>) -> Result<Event, CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let ids = core.state().outbox.resend_all();
        tracing::warn!(n_resent = ids.len(), "acknowledged ops are sent again");
        core.store.remove_acks(&ids)?;
        Ok(Event::Done)
    })
    .await
}

/// Looks for the fact of every acknowledged op that should have come down by the cursor; those that are missing were
/// lost by the hub, and are made unsent.
async fn confirm(core: &Arc<Core>) -> Result<Event, CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let cursor = core.store.cursor(FeedName::Guide)?;
        let Some(epoch) = cursor.epoch else {
            return Ok(Event::Lost { n: 0 });
        };
        let ops = core.state().outbox.to_confirm(&epoch, cursor.seq);
        if ops.is_empty() {
            return Ok(Event::Lost { n: 0 });
        }
        let (mut found, mut lost, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for op in ops {
            if core.store.holds_effect(&op)? {
                found.push(op.op_id);
            } else if op.kind == LEAD_ADDED && core.state().outbox.was_lost(op.op_id) {
                // headquarters has it, and another guide serves the customer by now
                found.push(op.op_id);
                gone.push(op.customer.clone());
            } else {
                lost.push(op.op_id);
            }
        }
        let acks = {
            let mut state = core.state();
            state.outbox.lose(&lost);
            state.outbox.confirm(&found)
        };
        core.store.put_acks(&acks)?;
        core.store.remove_acks(&lost)?;
        if !lost.is_empty() {
            tracing::warn!(n_lost = lost.len(), "the hub does not hold what it acknowledged: it is sent again");
        }
        if !gone.is_empty() {
            core.recompute(&gone)?;
        }
        Ok(Event::Lost { n: lost.len() as u64 })
    })
    .await
}

async fn work_out(core: &Arc<Core>, mut pulled: Pulled) -> Result<Event, CycleError> {
    pulled.customers.sort();
    pulled.customers.dedup();
    let core = Arc::clone(core);
    blocking(move || {
        // what earlier, broken-off cycles brought was shown as unfinished
        pulled.everything |= pulled.to_the_end && core.store.note_pulled()?;
        // a terminal without the network must have its customers also after a crash
        if pulled.everything || pulled.customers.len() > MANY {
            core.store.flush()?;
            core.check()?;
        } else if pulled.texts || !pulled.customers.is_empty() {
            core.store.write_out()?;
            if pulled.texts {
                core.read_texts()?;
            }
            core.recompute(&pulled.customers)?;
        }
        if !pulled.customers.is_empty() {
            core.events.customers(&pulled.customers);
        }
        Ok(Event::Done)
    })
    .await
}

/// Runs what blocks off the daemon's thread.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CycleError> + Send + 'static,
) -> Result<T, CycleError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(CycleError::Store(StoreError::Damaged("reading or writing it failed unexpectedly"))))
}
