//! What a card says of a customer beside purchases and contacts: level, points, coupons, dates, people, consents; a part
//! of the local API.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::customer::{Birthday, Link, is_false};
use crate::id::OpId;
use crate::outcome::Channel;
use crate::record::{Coupon, LevelRecord, PointsRecord, RiskRecord};
use crate::sop::plan::Text;

/// What is known of a customer as of a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Since when the shop knows the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_on: Option<NaiveDate>,
    /// Since when the customer is a WeCom contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wecom_on: Option<NaiveDate>,
    /// Whether nothing was bought yet (线索).
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_lead: bool,
    /// Since when the customer is a lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_on: Option<NaiveDate>,
    /// What was noted of the person when a guide entered them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadRow>,
    /// Whether headquarters knows the phone number of another customer: it decides whether they are one person.
    #[serde(default, skip_serializing_if = "is_false")]
    pub possible_duplicate: bool,
    /// The day of a wedding to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wedding_on: Option<NaiveDate>,
    /// The last contact that was not skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact_on: Option<NaiveDate>,
    /// The birthday and the anniversaries, the next one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<YearlyRow>,
    /// The member's level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<LevelRow>,
    /// The balance of points; none where it would tell what is kept secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsRecord>,
    /// The risk of losing the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskRecord>,
    /// Coupons: those that can be used first, the soonest to end first; of the others the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponRow>,
    /// People whom the customer buys for or comes with, and whether they agreed to be spoken of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What was said of each channel; a channel that nobody spoke of is allowed and has no row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<ConsentRow>,
}

/// What a guide noted of a person who was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    /// The op that entered them.
    pub op_id: OpId,
    /// The day.
    pub on: NaiveDate,
    /// What they looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<String>,
    /// What they want to spend, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_fen: Option<i64>,
}

/// A date of every year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearlyRow {
    /// `birthday`, or what is celebrated.
    pub kind: String,
    /// When.
    pub date: Birthday,
    /// When it is celebrated next, from today on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
    /// Its lunar date: of a lunar one as it is kept, of a solar one that of its next day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lunar: Option<Text>,
}

/// A member's level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelRow {
    /// The level, until when it is sure, and what is missing to the next one; the last without what would tell what is
    /// kept secret.
    #[serde(flatten)]
    pub record: LevelRecord,
    /// What it is called.
    pub title: Text,
}

/// A coupon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CouponRow {
    /// The coupon.
    #[serde(flatten)]
    pub coupon: Coupon,
    /// What became of it by today.
    pub state: CouponState,
}

/// What became of a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponState {
    /// It can be used.
    Open,
    /// It was redeemed.
    Redeemed,
    /// It was made void.
    Voided,
    /// Its last day is over.
    Expired,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// What a customer says of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRow {
    /// The channel.
    pub channel: Channel,
    /// Whether contact is allowed.
    pub allowed: bool,
    /// Since when.
    pub on: NaiveDate,
    /// The last day of a refusal; for good where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
}
