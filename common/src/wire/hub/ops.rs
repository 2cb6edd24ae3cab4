//! Ops that go up, and the answer to each.

use serde::{Deserialize, Serialize};

use crate::id::OpId;
use crate::op::Op;

/// A push of ops, in the order of their `local_seq`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushRequest {
    /// At most [`MAX_PUSH_OPS`].
    pub ops: Vec<Op>,
}

/// The answers to a push, one an op, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushResponse {
    /// One an op.
    pub answers: Vec<OpAnswer>,
    /// The guide feed's last change after the push.
    pub head: u64,
    /// The epoch of that head; none from a hub of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
}

/// What became of one op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpAnswer {
    /// The op.
    pub op_id: OpId,
    /// What became of it.
    pub result: OpResult,
    /// Of a rejected one: the stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of a rejected or superseded one: a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpResult {
    /// It was applied, now or when it came first.
    Applied,
    /// Its fact was there, and the answer of that time is not.
    Duplicate,
    /// The due that it names had gone; the contact counts.
    Superseded,
    /// It cannot be applied; `code` says why.
    Rejected,
    /// Not now: send it again.
    Retry,
}
