//! What support asks the daemon: checks, the log of cycles, a comparison with the hub, a bundle without personal data,
//! and, in training, faults on demand.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::id::{CustomerId, OpId};
use crate::sop::plan::Text;
use crate::wire::hub::FeedName;
use crate::wire::local::OutboxRow;

/// `GET /v1/doctor`: what was checked, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doctor {
    /// The worst of them.
    pub state: CheckState,
    /// One a line.
    pub checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Stable, such as `hub_tls`.
    pub code: String,
    /// What came of it.
    pub state: CheckState,
    /// What was looked at.
    pub name: Text,
    /// What was found, without personal data.
    pub found: Text,
    /// The command or step that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Text>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    #[default]
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    /// It does not work.
    Fail,
}

/// `GET /v1/sync/log`: the last cycles, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncLog {
    /// One a row.
    pub cycles: Vec<CycleRow>,
}

/// One cycle of sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CycleRow {
    /// What all its requests' ids begin with, in both logs.
    pub id: String,
    /// When it began, real time.
    pub at: DateTime<Utc>,
    /// Why: `start`, `timer`, `op`, `asked`, `hub` (the hub said that there is something), `enrolled`.
    pub trigger: String,
    /// How long it took.
    pub took_ms: u64,
    /// How many ops were answered.
    pub n_pushed: u64,
    /// How many of them were rejected.
    pub n_rejected: u64,
    /// How many items came.
    pub n_pulled: u64,
    /// Bytes of bodies sent, as they went over the network.
    pub n_bytes_up: u64,
    /// Bytes of bodies received, as they came over the network.
    pub n_bytes_down: u64,
    /// `ok`, or the stable code of an error.
    pub end: String,
    /// Why it failed, a sentence in English without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// `POST /v1/verify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyRequest {
    /// Whether differences are mended: what differs is pulled again, what the hub lacks is pushed again.
    #[serde(default)]
    pub heal: bool,
}

/// What a comparison with the hub found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether both sides hold the same, after healing where that was asked for.
    pub same: bool,
    /// Whether something was mended.
    pub healed: bool,
    /// By feed and kind.
    pub kinds: Vec<KindVerified>,
    /// What differs, at most 1,000.
    pub differences: Vec<Difference>,
    /// How many differences there are.
    pub n_differences: u64,
    /// How many acknowledged ops are kept here and were looked for at the hub.
    pub n_ops: u64,
    /// Acknowledged ops that the hub's feed does not hold: they are sent again by healing.
    pub lost: Vec<OpId>,
    /// Ops that wait to be sent.
    pub n_unsent: u64,
}

/// The entities of a kind on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindVerified {
    /// Which feed.
    pub feed: FeedName,
    /// The kind.
    pub kind: String,
    /// How many lie here.
    pub n_here: u64,
    /// How many lie at the hub.
    pub n_hub: u64,
    /// Whether their digests agree.
    pub same: bool,
}

/// One entity that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Which feed.
    pub feed: FeedName,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How.
    pub how: How,
}

/// How an entity differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The hub has it, this terminal does not.
    MissingHere,
    /// This terminal has it, the hub does not.
    MissingAtHub,
    /// Both have it, and not the same.
    Differs,
}

/// `GET /v1/outbox/{op}`: an op with what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpDetail {
    /// As in the list.
    pub row: OutboxRow,
    /// The fields of its kind.
    pub body: Box<RawValue>,
}

/// `POST /v1/outbox/{op}/resend`: sends a rejected op again, as it is or with another body. With another body, or for
/// another customer, it is a new op, and the rejected one is settled by it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ResendRequest {
    /// The fields of its kind, where they were edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
    /// Another customer, where that was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
}

/// `GET` and `PUT /v1/faults`: what goes wrong on purpose, at this terminal and between it and the hub. Chances are per
/// thousand requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// The same seed makes the same faults in the same order of requests.
    pub seed: u64,
    /// Nothing gets through.
    pub offline: bool,
    /// The request does not arrive.
    pub drop_request: u16,
    /// The request arrives, and its answer does not.
    pub drop_reply: u16,
    /// The request is late.
    pub delay: u16,
    /// By how much at most, in ms.
    pub delay_ms: u32,
    /// The request arrives twice; the second answer is given.
    pub double: u16,
    /// The request arrives again after a later one.
    pub reorder: u16,
    /// The answer ends early.
    pub truncate: u16,
    /// The answer is that of an earlier request.
    pub swap: u16,
    /// Answered 429 with a time to wait.
    pub busy: u16,
    /// Answered 500.
    pub error: u16,
    /// Answered with bytes that mean nothing.
    pub garbage: u16,
    /// Answered 401, as if the token were not known.
    pub expire: u16,
    /// The machine's clock is so many minutes ahead of the hub's.
    pub clock_ahead_min: u32,
    /// The terminal's disk has no room.
    pub disk_full: bool,
}

/// The answer to both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    /// What is switched on.
    pub plan: FaultPlan,
    /// How often each came, by its name in the plan.
    pub n_made: BTreeMap<String, u64>,
}
