//! What starts a run of a plan (触发), as data. Which days meet it is `anchor`'s work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::customer::{Calendar, is_false};
use crate::id::{PlanId, StepId};
use crate::outcome::OutcomeCode;
use crate::record::{Level, Risk};
use crate::time::Offset;

/// What starts a run, and so gives it its anchor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// A day's purchases, summed.
    Purchase(PurchaseTrigger),
    /// Each birthday, solar or lunar as the customer keeps it.
    Birthday,
    /// Each yearly date of a kind.
    Anniversary {
        /// Such as `wedding`; every kind where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// The customer has not been seen for long, or is about to be lost.
    Dormant(DormantTrigger),
    /// The customer became a lead.
    Lead,
    /// The customer became a WeCom contact.
    ContactAdded,
    /// A tag was applied.
    Tagged {
        /// The group's code.
        group: String,
        /// The value; any of the group where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
    /// Something about the member's level.
    Level {
        /// What.
        event: LevelEvent,
        /// Of this level only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<Level>,
        /// For `near`: the gap to the next level in per cent of what that level asks for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap_percent: Option<u32>,
    },
    /// A coupon's last day; the run ends when the coupon is used.
    CouponExpiry {
        /// Of these kinds; of every kind where none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kinds: Vec<String>,
    },
    /// Something in the customer's life that the customer told; the anchor is the day of the event.
    LifeEvent {
        /// Such as `birth`.
        kind: String,
    },
    /// A festival, every year, or a day of one year.
    Date(DateTrigger),
    /// An outcome of a contact.
    Outcome(OutcomeTrigger),
    /// Each promise; the anchor is the day by which it is due, and keeping it ends the run.
    Promise,
    /// Each appointment; the anchor is the day of the visit, and its end ends the run.
    Appointment,
    /// Each job ticket.
    Ticket {
        /// Which of its days is the anchor.
        event: TicketEvent,
    },
    /// The customer passed to another guide.
    OwnerChanged,
    /// Headquarters sent the plan to the customer.
    Dispatch,
    /// One of a newer version: starts nothing.
    #[serde(other)]
    Unknown,
}

impl Trigger {
    /// The name in plan files and on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Purchase(_) => "purchase",
            Self::Birthday => "birthday",
            Self::Anniversary { .. } => "anniversary",
            Self::Dormant(_) => "dormant",
            Self::Lead => "lead",
            Self::ContactAdded => "contact_added",
            Self::Tagged { .. } => "tagged",
            Self::Level { .. } => "level",
            Self::CouponExpiry { .. } => "coupon_expiry",
            Self::LifeEvent { .. } => "life_event",
            Self::Date(_) => "date",
            Self::Outcome(_) => "outcome",
            Self::Promise => "promise",
            Self::Appointment => "appointment",
            Self::Ticket { .. } => "ticket",
            Self::OwnerChanged => "owner_changed",
            Self::Dispatch => "dispatch",
            Self::Unknown => "unknown",
        }
    }
}

/// Which purchases start a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PurchaseTrigger {
    /// The least sum of the day, in fen.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_amount_fen: i64,
    /// Only pieces of these styles or materials are summed; all of them where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Each piece is an anchor of its own, in place of each day.
    #[serde(skip_serializing_if = "is_false")]
    pub each_item: bool,
    /// Of each piece: how often its run starts again, by material; other materials start nothing. The first run starts
    /// one interval after the purchase.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub repeat_by_material: BTreeMap<String, Offset>,
}

/// Since when a customer counts as dormant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DormantTrigger {
    /// So many days without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Without what.
    #[serde(default)]
    pub since: Since,
    /// In place of days: since headquarters sees this risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
}

/// What a dormant customer has not done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Come to the shop: neither bought nor visited.
    #[default]
    Visit,
    /// Bought.
    Purchase,
    /// Answered a contact, or bought.
    Contact,
    /// One of a newer version: starts nothing.
    #[serde(other)]
    Unknown,
}

/// What happened to a member's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelEvent {
    /// Its last sure day comes; the anchor is that day.
    Expires,
    /// Little is missing to the next one; the anchor is the day on which headquarters saw it.
    Near,
    /// It rose; the anchor is the day on which headquarters saw it.
    Rose,
    /// One of a newer version: starts nothing.
    #[serde(other)]
    Unknown,
}

/// A day of the year, or one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateTrigger {
    /// The year, of a campaign that is held once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31; of the lunar calendar 1 to 30.
    pub day: u32,
    /// Solar or lunar.
    #[serde(default)]
    pub calendar: Calendar,
}

/// Which outcomes start a run; every part that is named must be met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutcomeTrigger {
    /// Of contacts that closed a step of this plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanId>,
    /// Of that plan this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// One of these codes; with a score that is asked for, either will do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<OutcomeCode>,
    /// A score of at least this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_score: Option<u8>,
    /// A score of at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_score: Option<u8>,
}

impl OutcomeTrigger {
    /// Whether nothing is named: then only the `recovery` of other plans' steps starts the plan.
    pub fn is_only_called(&self) -> bool {
        *self == Self::default()
    }
}

/// Which day of a job ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketEvent {
    /// The piece was received.
    Received,
    /// The piece was ready.
    Ready,
    /// The piece was collected.
    Collected,
    /// The piece was not collected: the anchor is the day on which it was ready, collecting it ends the run.
    Uncollected,
    /// The day for which it was promised; being ready ends the run.
    Promised,
    /// One of a newer version: starts nothing.
    #[serde(other)]
    Unknown,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}
