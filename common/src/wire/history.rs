//! What was said of a customer's fields, by whom, on which terminal, and whose word counts; a part of the local API.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::customer::is_false;
use crate::field::Owner;
use crate::id::{CustomerId, DeviceId, GuideId, OpId};
use crate::sop::plan::Text;

/// `GET /v1/customers/{id}/history?field=&reveal=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldHistory {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// As of this day.
    pub on: NaiveDate,
    /// The fields that were asked for; without a name those of which more is known than headquarters' document.
    pub fields: Vec<FieldRow>,
    /// What was said of them: pending first, then the newest in headquarters' order, the document last.
    pub entries: Vec<HistoryEntry>,
}

/// A field as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRow {
    /// Its name: `salutation`, `tags.MAT`, `consent.sms` …
    pub field: String,
    /// What people call it.
    pub label: Text,
    /// Whose word counts.
    pub owner: Owner,
    /// Its value; of tags and consents the entries tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// One thing said of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The field.
    pub field: String,
    /// What was done to it.
    pub change: ChangeName,
    /// The value; none of a field that was cleared. A phone is masked unless it is revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Who said so; none for headquarters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<GuideId>,
    /// The guide's name, where it is known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide_name: Option<String>,
    /// On which terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// Whether that is this terminal.
    #[serde(default, skip_serializing_if = "is_false")]
    pub here: bool,
    /// When, by that terminal's clock, shop-local: to be shown only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<NaiveDateTime>,
    /// Its place in headquarters' order; none of what headquarters has not taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The op; none for headquarters' document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_id: Option<OpId>,
    /// Whether it counts.
    pub state: EntryState,
    /// Of a refused one: headquarters' code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why.
    pub why: Text,
}

/// What was done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeName {
    /// It stands in headquarters' document.
    Kept,
    /// It got a value.
    Set,
    /// Its value was taken away.
    Cleared,
    /// A value was added to those that it has.
    Added,
    /// One of its values was taken away.
    Removed,
    /// Something of a newer version.
    #[serde(other)]
    Unknown,
}

/// Whether an entry counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// It is what is shown.
    Won,
    /// Another one is.
    Lost,
    /// Headquarters does not have it yet.
    Pending,
    /// It was taken back.
    Undone,
    /// Headquarters refused it.
    Rejected,
    /// Something of a newer version.
    #[serde(other)]
    Unknown,
}

/// `POST /v1/customers/{id}/fields`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRequest {
    /// The field's name.
    pub field: String,
    /// The value; none clears the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
