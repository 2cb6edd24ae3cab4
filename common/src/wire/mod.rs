//! The shapes of both APIs: `hub` between daemon and hub, `local` with the others between interface and
//! daemon.

pub mod ask;
pub mod card;
pub mod forecast;
pub mod history;
pub mod hub;
pub mod list;
pub mod local;
pub mod member;
pub mod proposal;
pub mod record;
pub mod remind;
pub mod seat;
pub mod session;
pub mod support;
pub mod timeline;

use serde::{Deserialize, Serialize};

/// The version of the shapes on the wire and in the stores.
pub const SCHEMA: u32 = 1;
/// The oldest version that is still spoken.
pub const SCHEMA_MIN: u32 = 1;

/// An error answer: `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs: `unknown_task`, `needs_amount`, …
    pub code: String,
    /// What happened, one sentence, English.
    pub detail: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// The media type of a problem.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem without a hint.
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), detail: detail.into(), hint: None }
    }

    /// The same with the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
