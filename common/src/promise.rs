//! Promises (承诺) and appointments (预约): what was said would be done by a date, and visits agreed for a time.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::id::OpId;

/// A promise: something the guide said would be done by a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The shop-local day on which it was made.
    pub on: NaiveDate,
    /// In the guide's words.
    pub text: String,
    /// The piece it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
}

/// A promise kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseKept {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op that made the promise.
    pub promise: OpId,
}

/// A visit agreed for a day. An outcome 2 that names its day makes one too, with the outcome's own id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Appointment {
    /// The shop-local day on which it was agreed.
    pub on: NaiveDate,
    /// The day of the visit.
    pub visit_on: NaiveDate,
    /// The time of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_time: Option<NaiveTime>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What became of an appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppointmentClosed {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op that made the appointment.
    pub appointment: OpId,
    /// What became of it.
    pub result: AppointmentResult,
}

/// What became of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentResult {
    /// The customer came.
    Kept,
    /// The customer did not come (爽约).
    NoShow,
    /// It was called off.
    Cancelled,
    /// One of a newer version: closed, nothing follows.
    #[serde(other)]
    Unknown,
}
