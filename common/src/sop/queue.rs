//! The queue (今日队列): tasks in order, each with the named terms of its place, and what the gate holds.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Why the gate holds a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The customer wants no contact.
    DoNotContact,
    /// A complaint is open: only its recovery goes on.
    OpenComplaint,
    /// The customer had no need: promotions rest.
    PromoRest,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A hold of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// The first day on which it no longer holds; none where an event must end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
}

/// One named part of a task's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What it stands for.
    pub name: TermName,
    /// Its points; a task's score is the sum over its terms.
    pub points: i64,
}

/// What raises a task in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermName {
    /// A promise is past its day.
    PromiseOverdue,
    /// A promise is due today.
    PromiseDue,
    /// The window closes soon.
    WindowClosing,
    /// Days since the window opened.
    Lateness,
    /// The customer's tier.
    Tier,
    /// What the customer bought in 24 months.
    Value,
    /// The plan's priority.
    Priority,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}
