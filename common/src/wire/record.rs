//! What the interface asks the daemon to record, and the answer once it is on disk; a part of the local API.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, DueId, OpId, TemplateId};
use crate::outcome::Channel;
use crate::wire::local::QueueCount;

/// `POST /v1/tasks/{id}/outcome` and `POST /v1/customers/{id}/contacts`: the outcome without its day, which is the
/// daemon's. Without `due_ids` a task's outcome closes all its dues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRequest {
    /// Key, short code or name.
    pub code: String,
    /// The dues that the guide saw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due_ids: Vec<DueId>,
    /// Over what; the task's own channel where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Satisfaction, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The date of the visit or of the next contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
    /// The time of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_time: Option<chrono::NaiveTime>,
    /// What was bought for, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// Key or name of a skip reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The template that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// What was filled into its gaps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fills: BTreeMap<String, String>,
    /// A promise made in the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<PromiseRequest>,
}

impl OutcomeRequest {
    /// A request with only a code.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            due_ids: Vec::new(),
            channel: None,
            score: None,
            next_on: None,
            next_time: None,
            amount_fen: None,
            reason: None,
            note: None,
            template: None,
            fills: BTreeMap::new(),
            promise: None,
        }
    }
}

/// `POST /v1/customers/{id}/promises`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseRequest {
    /// In the guide's words.
    pub text: String,
    /// The piece it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
}

/// `POST /v1/customers/{id}/complaint/close`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComplaintCloseRequest {
    /// What the customer said to the solution.
    pub words: String,
}

/// `POST /v1/undo`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UndoRequest {
    /// What to take back; the newest op of this terminal that still stands, where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_id: Option<OpId>,
}

/// The answer to everything that records an op. It is sent after the op is on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedResponse {
    /// The op.
    pub op_id: OpId,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// Dues that were named but had gone: the contact counts, they are not closed by it.
    #[serde(default)]
    pub gone: Vec<DueId>,
    /// Of an undo: the op that was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<OpId>,
    /// Today after it.
    pub queue: QueueCount,
}
