//! Why a cycle failed, and how that is told.

use std::time::Duration;

use guide_common::wire::local::SyncError;

use crate::store::StoreError;
use crate::sync::client::HubError;

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
            Self::Hub(HubError::Revoked) => "revoked",
            Self::Hub(HubError::TooOld) => "too_old",
            Self::Hub(HubError::Busy { .. }) => "busy",
            Self::Hub(HubError::Refused { .. }) | Self::Retry => "refused",
            Self::Hub(HubError::Protocol(_)) => "protocol",
            Self::Store(_) => "store",
        };
        SyncError { code: code.to_owned(), detail: self.to_string() }
    }
}
