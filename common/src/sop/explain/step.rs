//! What became of the steps of a run, as an answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::amnesty::WaiveReason;
use crate::id::{DueId, OpId, PlanId, StepId};
use crate::outcome::{Channel, OutcomeCode, SkipReason};
use crate::sop::gate::Hold;
use crate::sop::plan::{Branch, FromDate, Text};
use crate::sop::run::EndCause;

/// One step of a run: its attempts, or why it is not due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepExplained {
    /// The step.
    pub step: StepId,
    /// Its name; none where it is known by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Its attempts, oldest first; the last one says what became of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<AttemptExplained>,
    /// Why it did not come to be, where there is no attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_due: Option<NotDue>,
}

/// One attempt of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptExplained {
    /// Its due.
    pub due_id: DueId,
    /// 0 for the first.
    pub number: u32,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day.
    pub until_on: NaiveDate,
    /// Over what.
    pub channel: Channel,
    /// Whether the customer chose its day.
    #[serde(default, skip_serializing_if = "crate::customer::is_false")]
    pub is_chosen: bool,
    /// The contact that closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<OpId>,
    /// What became of it.
    pub state: AttemptState,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AttemptState {
    /// Its window has not begun.
    Upcoming,
    /// It is due.
    Open,
    /// It is open, and the gate holds it.
    Held {
        /// Why, and until when.
        hold: Hold,
        /// The plan that goes before it, where plans exclude each other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rival: Option<PlanId>,
    },
    /// It is open for the guide who lent the customer.
    WithOwner,
    /// It was done.
    Done {
        /// The day.
        on: NaiveDate,
    },
    /// The guide skipped it.
    Skipped {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: SkipReason,
    },
    /// Nobody answered.
    NotReached {
        /// The day.
        on: NaiveDate,
    },
    /// It was put off.
    Postponed {
        /// The day on which it was.
        on: NaiveDate,
    },
    /// Its window passed.
    Expired,
    /// An amnesty let it expire.
    Waived {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: WaiveReason,
    },
    /// A later anchor of the plan took its place.
    Superseded {
        /// The later anchor's day.
        on: NaiveDate,
    },
    /// The run ended before.
    Ended {
        /// The day.
        on: NaiveDate,
        /// What ended it.
        cause: EndCause,
        /// The outcome that did, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<OutcomeCode>,
    },
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// Why a step of a run did not come to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum NotDue {
    /// It is a branch of another step that did not end so.
    BranchNotTaken {
        /// The other step.
        of: StepId,
        /// The end that it would follow.
        branch: Branch,
    },
    /// The date from which it counts is not known.
    DateUnknown {
        /// Which; none where the step lies beyond the calendar.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<FromDate>,
    },
    /// Its condition was not met.
    ConditionNotMet {
        /// The day on which it was asked: the step's first one, or today where that is to come.
        as_of: NaiveDate,
        /// The step's first day.
        opens_on: NaiveDate,
        /// The condition as it is written.
        condition: String,
        /// What it asked about.
        asked: Vec<Asked>,
    },
    /// Its window had passed when the run came to be.
    WindowPassed {
        /// Its last day.
        until_on: NaiveDate,
    },
    /// It closed before everything that is known of the customer.
    Past,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A field that a condition asked about, and the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The field's name, as conditions write it; of tags with the group.
    pub field: String,
    /// Its value.
    pub value: Answer,
}

/// A field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// Not known.
    Missing(()),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Texts.
    List(Vec<String>),
}

impl StepExplained {
    /// What became of it, where it came to be.
    pub fn state(&self) -> Option<&AttemptState> {
        self.attempts.last().map(|attempt| &attempt.state)
    }
}
