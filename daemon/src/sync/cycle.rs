//! One round of sync: push what is unsent, pull both feeds, work out what changed.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::{FeedName, OpResult, PushRequest};
use guide_common::wire::local::SyncError;

use crate::core::Core;
use crate::store::StoreError;
use crate::sync::client::{HubClient, HubError};
use crate::sync::pull::{Pulled, blocking, pull};

/// From this many changed customers on, all are worked out in one go.
const MANY: usize = 500;
const MAX_DETAIL_CHARS: usize = 300;

/// Why a cycle failed.
#[derive(Debug, thiserror::Error)]
pub enum CycleError {
    /// The hub, or the way to it.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The cache.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hub wants ops again later.
    #[error("the hub took some entries and wants others again later")]
    Retry,
}

impl CycleError {
    /// For how long the hub wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Hub(HubError::Busy { retry_after }) => *retry_after,
            _ => None,
        }
    }

    /// The error as it is shown: a stable code, and a sentence without personal data.
    pub fn shown(&self) -> SyncError {
        let code = match self {
            Self::Hub(HubError::Unreachable(_) | HubError::Setup(_)) => "unreachable",
            Self::Hub(HubError::Unauthorised) => "unauthorised",
            Self::Hub(HubError::Busy { .. } | HubError::Refused { .. }) | Self::Retry => "refused",
            Self::Hub(HubError::Protocol(_)) => "protocol",
            Self::Store(_) => "store",
        };
        SyncError { code: code.to_owned(), detail: self.to_string() }
    }
}

/// Runs a cycle. Every op is sent at most once in it, but for those that a reset makes unsent again.
pub async fn cycle(core: &Arc<Core>, hub: &HubClient) -> Result<(), CycleError> {
    let pushed = push(core, hub).await;
    match &pushed {
        // a batch that the hub refuses whole must not keep the terminal from hearing what is new
        Ok(()) | Err(CycleError::Retry | CycleError::Hub(HubError::Refused { .. })) => {}
        Err(_) => return pushed,
    }
    let mut pulled = Pulled::default();
    let ended = pull_both(core, hub, &mut pulled).await;
    // what came before an error has come
    let resend = pulled.resend;
    work_out(core, pulled).await?;
    ended?;
    if resend {
        resend_all(core).await?;
        push(core, hub).await?;
        let mut pulled = Pulled::default();
        let ended = pull(core, hub, FeedName::Guide, &mut pulled).await;
        work_out(core, pulled).await?;
        ended?;
    }
    pushed
}

async fn pull_both(core: &Arc<Core>, hub: &HubClient, pulled: &mut Pulled) -> Result<(), CycleError> {
    // plans first, so that the customers are worked out once
    let mut shared = Pulled::default();
    let ended = pull(core, hub, FeedName::Shared, &mut shared).await;
    // the guide's ops do not depend on what all share
    pulled.everything |= shared.everything;
    ended?;
    pull(core, hub, FeedName::Guide, pulled).await
}

async fn work_out(core: &Arc<Core>, mut pulled: Pulled) -> Result<(), CycleError> {
    pulled.customers.sort();
    pulled.customers.dedup();
    let core = Arc::clone(core);
    blocking(move || {
        // a terminal without the network must have its customers also after a crash
        if pulled.everything || pulled.customers.len() > MANY {
            core.store.flush()?;
            core.check()?;
        } else if !pulled.customers.is_empty() {
            core.store.write_out()?;
            core.recompute(&pulled.customers)?;
        }
        if !pulled.customers.is_empty() {
            core.events.customers(&pulled.customers);
        }
        Ok(())
    })
    .await
}

async fn resend_all(core: &Arc<Core>) -> Result<(), CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let ids = {
            let mut state = core.state();
            let n_resent = state.outbox.resend_all();
            tracing::warn!(n_resent, "acknowledged ops are sent again");
            state.outbox.all().filter(|kept| kept.ack.is_none()).map(|kept| kept.op.op_id).collect::<Vec<_>>()
        };
        Ok(core.store.remove_acks(&ids)?)
    })
    .await
}

async fn push(core: &Arc<Core>, hub: &HubClient) -> Result<(), CycleError> {
    let mut after = 0;
    let mut n_waiting = 0;
    loop {
        let batch = core.state().outbox.batch_after(after);
        let Some(last) = batch.last() else {
            break;
        };
        after = last.local_seq;
        let ids: Vec<_> = batch.iter().map(|op| op.op_id).collect();
        let request = PushRequest { ops: batch.iter().map(|op| op.as_ref().clone()).collect() };
        let response = hub.push(&request).await?;
        let mut answers: Vec<_> = response.answers.into_iter().filter(|answer| ids.contains(&answer.op_id)).collect();
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
        n_waiting += ids.len() - acks.len();
        let core = Arc::clone(core);
        blocking(move || {
            core.store.put_acks(&acks)?;
            // a rejected op lies over the customer's documents no more
            core.recompute(&customers)?;
            core.events.tell(guide_common::wire::local::Notice::Sync);
            if !customers.is_empty() {
                core.events.customers(&customers);
            }
            Ok(())
        })
        .await?;
    }
    if n_waiting > 0 { Err(CycleError::Retry) } else { Ok(()) }
}
