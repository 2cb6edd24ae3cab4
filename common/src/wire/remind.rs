//! Reminders on the local API.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, ReminderId};
use crate::remind::{Kind, Moment};

/// `GET /v1/reminders`: what stands, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    /// Whether there are any: not where they are switched off, nor before the queue was checked.
    pub enabled: bool,
    /// Those that were shown or come today or tomorrow.
    pub reminders: Vec<ReminderRow>,
}

/// One reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderRow {
    /// Its id.
    pub id: ReminderId,
    /// What it is about.
    pub kind: Kind,
    /// Which word on it.
    pub moment: Moment,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The customer's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When it comes or came, shop-local; none where its hours are over before the guide may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<NaiveDateTime>,
    /// The time that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<NaiveDateTime>,
    /// What became of it.
    pub state: ReminderState,
}

/// What became of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderState {
    /// It comes.
    Waiting,
    /// The guide put it off.
    Snoozed,
    /// It was told.
    Told,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// `POST /v1/reminders/{id}/snooze`: puts a reminder off by so many minutes, or by those of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeReminder {
    /// How many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// `POST /v1/reminders/test`: how a reminder would be shown here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderTest {
    /// Whether the desktop took it.
    pub shown: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Whether the desktop offers buttons.
    #[serde(default)]
    pub actions: bool,
}
