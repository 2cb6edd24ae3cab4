//! One round of sync: push what is unsent, pull both feeds, work out what changed.

use std::sync::Arc;
use std::time::Duration;

use guide_common::wire::hub::FeedName;
use guide_common::wire::local::SyncError;

use crate::core::Core;
use crate::store::StoreError;
use crate::sync::client::{HubClient, HubError};
use crate::sync::pull::{Pulled, blocking, pull};
use crate::sync::push::push;

/// From this many changed customers on, all are worked out in one go.
const MANY: usize = 500;

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

/// Runs a cycle. Every op is sent at most once in it, but for those that a reset makes unsent again and those of a
/// batch that the hub refuses whole.
pub async fn cycle(core: &Arc<Core>, hub: &HubClient) -> Result<(), CycleError> {
    let mut pushed = push(core, hub).await;
    if !is_about_ops(&pushed) {
        return pushed;
    }
    let mut pulled = Pulled::default();
    let ended = pull_both(core, hub, &mut pulled).await;
    if ended.is_ok() && core.store.note_pulled()? {
        // what earlier, broken-off cycles brought was shown as unfinished
        pulled.everything = true;
    }
    // what came before an error has come
    let resend = pulled.resend;
    work_out(core, pulled).await?;
    ended?;
    if resend {
        pushed = push(core, hub).await;
        if !is_about_ops(&pushed) {
            return pushed;
        }
        let mut pulled = Pulled::default();
        let ended = pull(core, hub, FeedName::Guide, &mut pulled).await;
        work_out(core, pulled).await?;
        ended?;
    }
    pushed
}

/// Whether a push went well, or failed for its ops' sake: these must not keep the terminal from hearing what is new.
fn is_about_ops(pushed: &Result<(), CycleError>) -> bool {
    matches!(pushed, Ok(()) | Err(CycleError::Retry | CycleError::Hub(HubError::Refused { .. })))
}

async fn pull_both(core: &Arc<Core>, hub: &HubClient, pulled: &mut Pulled) -> Result<(), CycleError> {
    // plans first, so that the customers are worked out once
    let mut shared = Pulled::default();
    let ended = pull(core, hub, FeedName::Shared, &mut shared).await;
    // the guide's ops do not depend on what all share
    pulled.everything |= shared.everything;
    pulled.texts |= shared.texts;
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
        Ok(())
    })
    .await
}
