//! What the interface asks the daemon to record, and the answer once it is on disk; a part of the local API.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, DueId, GuideId, OpId, PurchaseId, TemplateId};
use crate::outcome::{Channel, OutcomeCode, Quote};
use crate::promise::AppointmentResult;
use crate::sop::plan::Purpose;
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
    pub next_time: Option<NaiveTime>,
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
    /// A visit agreed in the contact, beside what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentRequest>,
    /// Of a contact that no task asked for: what it was for. `answer` where the customer began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The gold price that the script named, as the script's answer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quote>,
    /// The text that was sent; where a template is named and no text, the template's for the customer, in Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// What the customer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
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
            appointment: None,
            purpose: None,
            quoted: None,
            sent: None,
            reply: None,
        }
    }
}

/// `POST /v1/tasks/{id}/snooze`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeRequest {
    /// Until when: a day `2026-08-14`, a time today `14:30`, or both `2026-08-14T09:30`.
    pub until: String,
    /// The dues that the guide saw; all of the task's without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due_ids: Vec<DueId>,
}

/// `POST /v1/customers`: a person whom nobody has entered yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRequest {
    /// The name.
    pub name: String,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Tags, by the names that people use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagRequest>,
    /// What the person looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<String>,
    /// What the person wants to spend, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_fen: Option<i64>,
    /// The day of a wedding to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wedding_on: Option<NaiveDate>,
}

/// The answer to `POST /v1/customers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadResponse {
    /// What was saved; `customer` is the new one's id.
    #[serde(flatten)]
    pub saved: SavedResponse,
    /// Customers of this guide who have that phone number. Of others' customers nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_phone: Vec<SamePhone>,
}

/// A customer who has the same phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamePhone {
    /// Who.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
}

/// `POST /v1/customers/{id}/notes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRequest {
    /// In the guide's words.
    pub text: String,
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

/// `POST /v1/customers/{id}/appointments`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppointmentRequest {
    /// The day of the visit.
    pub visit_on: NaiveDate,
    /// The time of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_time: Option<NaiveTime>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// `POST /v1/appointments/{op}/close`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentCloseRequest {
    /// What became of the visit.
    pub result: AppointmentResult,
}

/// `POST /v1/customers/{id}/tags` and `/v1/customers/{id}/tags/remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRequest {
    /// The group: its code or its name.
    pub group: String,
    /// The value: its name, or its initials.
    pub value: String,
}

/// `POST /v1/customers/{id}/consent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequest {
    /// Whether contact is allowed from today on.
    pub allowed: bool,
    /// Over this channel; over all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The last day on which a refusal holds; for good where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
}

/// `POST /v1/customers/{id}/secrets`: keeps what this customer gives from another person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRequest {
    /// From whom, where they are a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<CustomerId>,
    /// The last day on which it is kept.
    pub until_on: NaiveDate,
    /// The gift; everything that is bought from today on where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<PurchaseId>,
}

/// `POST /v1/leaves`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRequest {
    /// Its first day.
    pub from_on: NaiveDate,
    /// Its last day.
    pub to_on: NaiveDate,
    /// Who stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<GuideId>,
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
    /// What to take back; the newest step of this terminal that still stands, where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_id: Option<OpId>,
}

/// What was saved together: one step of taking back and recording again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// Its first op that can be taken back or recorded again.
    pub op_id: OpId,
    /// Whom that one concerns.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Of an outcome: what came of the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<OutcomeCode>,
    /// When it was recorded, shop-local.
    pub at: NaiveDateTime,
    /// How many ops it has.
    pub n_ops: usize,
    /// Whether headquarters has it.
    pub received: bool,
}

/// `GET /v1/undo`: the steps of this terminal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// What can be taken back, the newest first.
    pub undo: Vec<StepRow>,
    /// What can be recorded again, what was taken back last first.
    pub redo: Vec<StepRow>,
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
    /// Of a redo: the op that was recorded again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redone: Option<OpId>,
    /// Of an undo or a redo: what was taken back or recorded again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepRow>,
    /// How many ops were saved: several where they belong together.
    #[serde(default)]
    pub n_ops: usize,
    /// Of a secret: the other person, whom another guide serves. Headquarters must keep it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<CustomerId>,
    /// Today after it.
    pub queue: QueueCount,
}
