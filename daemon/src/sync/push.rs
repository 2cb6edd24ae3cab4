//! Pushing what is unsent, in the order of its numbers. A batch that the hub refuses whole is sent again in halves, so
//! that an op that it cannot take leaves its neighbours alone.

use std::sync::Arc;

use chrono::Utc;
use guide_common::id::OpId;
use guide_common::op::Op;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::{OpAnswer, OpResult, PushRequest};
use guide_common::wire::local::Notice;

use crate::core::Core;
use crate::sync::client::{HubClient, HubError};
use crate::sync::cycle::CycleError;
use crate::sync::pull::blocking;

const MAX_DETAIL_CHARS: usize = 300;
/// After this many single ops refused in a row it is not the ops that the hub minds.
const MAX_REFUSED: usize = 8;

/// Pushes every unsent op. One that the hub refuses stays unsent, and the error says so when the others are through.
pub async fn push(core: &Arc<Core>, hub: &HubClient) -> Result<(), CycleError> {
    let mut after = 0;
    let mut tally = Tally::default();
    loop {
        let batch = core.state().outbox.batch_after(after);
        let Some(last) = batch.last() else {
            break;
        };
        after = last.local_seq;
        let mut parts = vec![batch];
        while let Some(part) = parts.pop() {
            let request = PushRequest { ops: part.iter().map(|op| op.as_ref().clone()).collect() };
            match hub.push(&request).await {
                Ok(response) => {
                    tally.n_refused = 0;
                    let ids: Vec<_> = part.iter().map(|op| op.op_id).collect();
                    tally.n_waiting += ids.len() - record(core, &ids, response.answers).await?;
                }
                Err(error) if is_about_content(&error) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    if first.is_empty() {
                        tally.refuse(&part, error)?;
                    } else {
                        parts.push(second.to_vec());
                        parts.push(first.to_vec());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    tally.end()
}

/// What came of the ops that were not answered one by one.
#[derive(Default)]
struct Tally {
    n_waiting: usize,
    n_refused: usize,
    refused: Option<HubError>,
}

impl Tally {
    fn refuse(&mut self, part: &[Arc<Op>], error: HubError) -> Result<(), CycleError> {
        for op in part {
            tracing::error!(op = %op.op_id, kind = op.kind, %error, "the hub refuses an op without an answer; it stays");
        }
        self.n_refused += 1;
        if self.n_refused >= MAX_REFUSED {
            return Err(error.into());
        }
        self.refused = Some(error);
        Ok(())
    }

    fn end(self) -> Result<(), CycleError> {
        match self.refused {
            Some(error) => Err(error.into()),
            None if self.n_waiting > 0 => Err(CycleError::Retry),
            None => Ok(()),
        }
    }
}

/// Whether another content could be taken: a bad body, one that is too long, or one that cannot be processed.
fn is_about_content(error: &HubError) -> bool {
    matches!(error, HubError::Refused { status: 400 | 413 | 422, .. })
}

/// Records the hub's answers; returns how many ops they settle.
async fn record(core: &Arc<Core>, ids: &[OpId], answers: Vec<OpAnswer>) -> Result<usize, CycleError> {
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
    let (acks, customers) = {
        let mut state = core.state();
        let acks = state.outbox.answer(answers, Utc::now());
        let rejected = acks.iter().filter(|ack| ack.answer.result == OpResult::Rejected);
        let customers: Vec<_> = rejected
            .filter_map(|ack| state.outbox.find(ack.answer.op_id).map(|kept| kept.op.customer.clone()))
            .collect();
        (acks, customers)
    };
    let n_settled = acks.len();
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
    Ok(n_settled)
}

/// Makes acknowledged ops unsent again, since the hub may have lost them. Called before a feed is replaced: a kill in
/// between must not leave a cursor that agrees with the hub beside acknowledgements that do not.
pub async fn resend_all(core: &Arc<Core>) -> Result<(), CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let ids: Vec<_> = {
            let mut state = core.state();
            let n_resent = state.outbox.resend_all();
            tracing::warn!(n_resent, "acknowledged ops are sent again");
            state.outbox.all().filter(|kept| kept.ack.is_none()).map(|kept| kept.op.op_id).collect()
        };
        Ok(core.store.remove_acks(&ids)?)
    })
    .await
}
