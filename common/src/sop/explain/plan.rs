//! What a plan makes of a customer, as an answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::missing::Missing;
use super::step::{Asked, StepExplained};
use crate::customer::Tier;
use crate::id::PlanId;
use crate::sop::anchor::AnchorKey;
use crate::sop::plan::Text;
use crate::wire::hub::StoreTier;

/// What one plan makes of a customer on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanExplained {
    /// The plan.
    pub plan: PlanId,
    /// Its name.
    pub name: Text,
    /// Its version.
    pub version: u32,
    /// In one word.
    pub standing: Standing,
    /// Its triggers, each with the fact that is missing where it started nothing.
    pub triggers: Vec<TriggerExplained>,
    /// Days that meet a trigger and start no run, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_started: Vec<NotStarted>,
    /// Until when no further run starts after the latest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<NaiveDate>,
    /// The next run, should nothing else happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextRun>,
    /// Its runs, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunExplained>,
    /// How many older runs are left out.
    #[serde(default)]
    pub n_older: usize,
}

/// What a plan is doing for a customer, the liveliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A step is due.
    Open,
    /// A step is open, and the gate holds it.
    Held,
    /// A run goes on; its next step is to come.
    Running,
    /// A run waits for its turn among those that start.
    Waiting,
    /// A run has just ended, and the next one must wait.
    Resting,
    /// The trigger is met, and the customer is not in the audience.
    NotInAudience,
    /// The trigger was met before the plan began.
    BeforeStart,
    /// All runs are over.
    Over,
    /// The trigger is not met.
    NotTriggered,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A trigger of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriggerExplained {
    /// Its name in plan files.
    pub trigger: String,
    /// The fact that is missing, where no day meets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// A day that meets a trigger and starts no run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotStarted {
    /// The day.
    pub anchor_on: NaiveDate,
    /// What tells it from others.
    pub anchor_key: AnchorKey,
    /// The trigger that it meets.
    pub trigger: String,
    /// Why.
    pub why: WhyNotStarted,
}

/// Why a day that meets a trigger starts no run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum WhyNotStarted {
    /// The plan begins later.
    BeforeStart {
        /// Its first day.
        starts_on: NaiveDate,
    },
    /// The customer was not in the audience.
    NotInAudience {
        /// The day on which that was asked.
        as_of: NaiveDate,
        /// The parts that were not met.
        gaps: Vec<AudienceGap>,
    },
    /// An earlier run was too near.
    Rests {
        /// The first day on which a run could start again.
        until_on: NaiveDate,
    },
    /// The plan runs once, and has run.
    Once,
    /// Others start first.
    Waits {
        /// So many start a day.
        throttle: u32,
        /// The place among those who wait, from 1; none where the others are not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<usize>,
        /// How many wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        n_waiting: Option<usize>,
    },
    /// There was nothing left to start when its turn could come.
    Lost {
        /// Since when.
        on: NaiveDate,
    },
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A part of an audience that a customer does not meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum AudienceGap {
    /// Another tier is asked for.
    Tier {
        /// The customer's.
        is: Tier,
        /// Any of these.
        wanted: Vec<Tier>,
    },
    /// A shop of another rank is asked for.
    StoreTier {
        /// The shop's; none where it is not known.
        is: Option<StoreTier>,
        /// Any of these.
        wanted: Vec<StoreTier>,
    },
    /// A tag of a group is asked for.
    Tags {
        /// The group's code.
        group: String,
        /// What the group is called, where headquarters has named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group_name: Option<Text>,
        /// The customer's tags of it.
        has: Vec<String>,
        /// Any of these; any at all where none is named.
        wanted: Vec<String>,
    },
    /// The condition is not met.
    Condition {
        /// As it is written.
        condition: String,
        /// What it asked about.
        asked: Vec<Asked>,
    },
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A run to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextRun {
    /// The date from which its steps will count.
    pub anchor_on: NaiveDate,
    /// The day on which it comes to be.
    pub starts_on: NaiveDate,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunExplained {
    /// The date from which its steps count.
    pub anchor_on: NaiveDate,
    /// What tells it from others of the plan: a day, or the fact that it stands on.
    pub anchor_key: AnchorKey,
    /// The trigger that started it.
    pub trigger: String,
    /// The day on which it came to be.
    pub born_on: NaiveDate,
    /// The version that it follows.
    pub version: u32,
    /// Every step of that version.
    pub steps: Vec<StepExplained>,
}
