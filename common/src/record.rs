//! What headquarters records of a customer beside purchases: coupons, job tickets, levels, points, risk, changes of
//! owner, life events, dispatches and rushes. They are facts like a guide's, with dates of their own, so that any day
//! can be asked about; a terminal never sends one.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{GuideId, PlanId};
use crate::outcome::Channel;

/// A coupon (电子券). Its number is unique in the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coupon {
    /// The coupon's number (券码).
    pub no: String,
    /// What it is called.
    pub name: String,
    /// Its kind: `CASH`, `PCT`, `FEE`, `GIFT`, `EXP`, `SVC`, `EVT`, `REF`.
    pub kind: String,
    /// What it is worth, in fen; 0 where it is worth a service.
    #[serde(default)]
    pub face_fen: i64,
    /// The day on which it was issued.
    pub on: NaiveDate,
    /// Its last day.
    pub until_on: NaiveDate,
    /// The day on which it was redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeemed_on: Option<NaiveDate>,
    /// The day on which it was made void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_on: Option<NaiveDate>,
}

impl Coupon {
    /// The day on which it was redeemed or made void.
    pub fn closed_on(&self) -> Option<NaiveDate> {
        self.redeemed_on.into_iter().chain(self.voided_on).min()
    }

    /// Whether it can be used on a day.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.on <= day && day <= self.until_on && self.closed_on().is_none_or(|closed_on| day < closed_on)
    }
}

/// A job ticket (维修, 改圈, 定制).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The ticket's number (单号).
    pub no: String,
    /// The work, in words.
    pub work: String,
    /// The piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The day on which the piece was received.
    pub on: NaiveDate,
    /// The day for which it was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_on: Option<NaiveDate>,
    /// The day on which it was ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_on: Option<NaiveDate>,
    /// The day on which it was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_on: Option<NaiveDate>,
}

/// A member's level (会员等级) as of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelRecord {
    /// The day as of which it was worked out.
    pub on: NaiveDate,
    /// The level.
    pub level: Level,
    /// The last day on which it is sure; the keep rule decides after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
    /// What is missing to the next level, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_next_fen: Option<i64>,
    /// What the next level asks for in 24 months, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_fen: Option<i64>,
}

/// The levels, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 普卡.
    Regular,
    /// 银卡.
    Silver,
    /// 金卡.
    Gold,
    /// 钻卡.
    Diamond,
    /// One of a newer version: without known benefits.
    #[serde(other)]
    Unknown,
}

impl Level {
    /// The levels in order.
    pub const ALL: [Self; 4] = [Self::Regular, Self::Silver, Self::Gold, Self::Diamond];

    /// The name on the wire and in plans.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Regular => "regular",
            Self::Silver => "silver",
            Self::Gold => "gold",
            Self::Diamond => "diamond",
        }
    }

    /// The names that people use, in Chinese and English.
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown => ("？", "?"),
            Self::Regular => ("普卡", "Regular"),
            Self::Silver => ("银卡", "Silver"),
            Self::Gold => ("金卡", "Gold"),
            Self::Diamond => ("钻卡", "Diamond"),
        }
    }

    /// Its place: 0 for regular, 3 for diamond.
    pub fn rank(self) -> i64 {
        Self::ALL.iter().position(|level| *level == self).map_or(0, |idx| idx as i64)
    }
}

/// A balance of points (积分) as of a day; it may be negative after a return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsRecord {
    /// The day.
    pub on: NaiveDate,
    /// The balance.
    pub balance: i64,
}

/// A risk of losing the customer, as headquarters works it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RiskRecord {
    /// The day as of which it was worked out.
    pub on: NaiveDate,
    /// How great it is.
    pub risk: Risk,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How great a risk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// None to speak of.
    Green,
    /// Watch.
    Amber,
    /// About to be lost.
    Red,
    /// One of a newer version: starts nothing.
    #[serde(other)]
    Unknown,
}

impl Risk {
    /// The name on the wire and in plans.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// The customer passed from one guide to another (继承).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnerChanged {
    /// The day.
    pub on: NaiveDate,
    /// Who served the customer before; none for a lead from the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<GuideId>,
    /// Who serves the customer from this day on.
    pub to: GuideId,
    /// The name of that guide.
    pub to_name: String,
}

/// Something in the customer's life that the customer told the shop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LifeEvent {
    /// The day on which the shop heard of it.
    pub on: NaiveDate,
    /// What: `birth`, `engagement`, `move`, `graduation`, …
    pub kind: String,
    /// The day of the event.
    pub event_on: NaiveDate,
    /// Whether the customer told it: what the shop only guesses starts nothing.
    pub told_by_customer: bool,
}

/// Headquarters sent a plan to this customer (活动派发).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dispatched {
    /// The day on which it was sent.
    pub on: NaiveDate,
    /// The day from which the plan's steps count.
    pub from_on: NaiveDate,
    /// The plan.
    pub plan: PlanId,
    /// The dispatch, one for all its customers.
    pub dispatch: String,
    /// Who sent it.
    pub by: String,
    /// Why this customer, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The channel for this customer's tier, in place of the step's own order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// Headquarters asks for haste (催办).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rush {
    /// The day since which it stands.
    pub on: NaiveDate,
    /// Who asks.
    pub by: String,
    /// Why.
    pub why: String,
    /// Its last day; a contact with the customer ends it earlier.
    pub until_on: NaiveDate,
}
