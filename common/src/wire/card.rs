//! What the local API says of one customer, and the lists of what is open over all of them; a part of the local API.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::calendar::Leave;
use crate::consent::SecretSide;
use crate::customer::{Birthday, Tag, Tier, is_false};
use crate::id::{CustomerId, GuideId, OpId, PurchaseId, TaskId};
use crate::outcome::Outcome;
use crate::promise::Promise;
use crate::purchase::Purchase;
use crate::sop::gate::Hold;
use crate::sop::plan::Text;
use crate::sop::settings::TagGroup;
use crate::wire::history::FieldRow;
use crate::wire::member::Member;

/// `GET /v1/customers/{id}?reveal=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerCard {
    /// The customer.
    pub id: CustomerId,
    /// The name.
    pub name: String,
    /// Whether the name was generated.
    #[serde(default)]
    pub name_generated: bool,
    /// The phone, masked.
    pub phone_masked: Option<String>,
    /// The tier.
    pub tier: Tier,
    /// The birthday.
    pub birthday: Option<Birthday>,
    /// What the guides keep of the customer, such as the salutation and sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRow>,
    /// Tags.
    pub tags: Vec<TagRow>,
    /// Purchases up to today, newest first.
    pub purchases: Vec<PurchaseRow>,
    /// The sum of those that are shown, in fen, returns taken off.
    pub total_fen: i64,
    /// Contacts up to today, newest first.
    pub contacts: Vec<ContactRow>,
    /// Promises neither kept nor taken back, the soonest first.
    pub promises: Vec<PromiseRow>,
    /// Visits agreed and not over, the soonest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appointments: Vec<AppointmentRow>,
    /// What is kept secret today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretRow>,
    /// What the gate says about contacting this customer.
    pub holds: Vec<Hold>,
    /// Today's task, where there is one.
    pub task: Option<TaskId>,
    /// Notes, newest first, at most [`MAX_CARD_NOTES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteRow>,
    /// Level, points, coupons, dates, people, consents.
    #[serde(flatten)]
    pub member: Member,
}

/// How many notes a card has at most; `GET /v1/customers/{id}/notes` has all of them.
pub const MAX_CARD_NOTES: usize = 20;

/// One note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRow {
    /// The op that made it.
    pub op_id: OpId,
    /// When, shop-local.
    pub at: NaiveDateTime,
    /// In the guide's words.
    pub text: String,
    /// Who wrote it.
    pub guide: GuideId,
    /// That guide's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide_name: Option<String>,
    /// Whether headquarters has it.
    pub received: bool,
}

/// `GET /v1/customers/{id}/notes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// Whose.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
    /// Newest first.
    pub notes: Vec<NoteRow>,
}

/// `POST /v1/customers/{id}/reveal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneRevealed {
    /// Whose.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
    /// The whole number; none where it is not known.
    pub phone: Option<String>,
}

/// `GET /v1/tags`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagGroups {
    /// The groups that headquarters has published, in its order.
    pub groups: Vec<TagGroup>,
}

/// A tag, and whether it is so old that it should be asked about again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRow {
    /// The tag.
    #[serde(flatten)]
    pub tag: Tag,
    /// Whether it is older than its group allows (过期待确认).
    #[serde(default, skip_serializing_if = "is_false")]
    pub stale: bool,
    /// What its group is called, where headquarters has named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<Text>,
    /// For how many days it has been there, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
}

/// A purchase on a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseRow {
    /// The purchase; none where it is kept secret and the card was not asked to reveal it.
    #[serde(flatten)]
    pub purchase: Option<Purchase>,
    /// The last day on which it is kept secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_until: Option<NaiveDate>,
}

impl From<Purchase> for PurchaseRow {
    /// One that is no secret.
    fn from(purchase: Purchase) -> Self {
        Self { purchase: Some(purchase), secret_until: None }
    }
}

/// One contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactRow {
    /// The op that logged it.
    pub op_id: OpId,
    /// When, shop-local.
    pub at: NaiveDateTime,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether headquarters has it.
    pub received: bool,
}

/// One open promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseRow {
    /// The op that made it.
    pub op_id: OpId,
    /// What was promised.
    pub promise: Promise,
}

/// One visit agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentRow {
    /// The op that made it.
    pub op_id: OpId,
    /// The day on which it was agreed.
    pub made_on: NaiveDate,
    /// The day of the visit.
    pub visit_on: NaiveDate,
    /// The time of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_time: Option<NaiveTime>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One secret that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRow {
    /// The op that began it.
    pub op_id: OpId,
    /// Which side the customer is on.
    pub side: SecretSide,
    /// The other person, where they are a customer. A recipient's card names nobody unless it is asked to reveal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<CustomerId>,
    /// The gift; everything bought since where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<PurchaseId>,
    /// The last day on which it is kept.
    pub until_on: NaiveDate,
}

/// Something of a customer in a list over all customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of<T> {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// What.
    #[serde(flatten)]
    pub row: T,
}

/// `GET /v1/promises`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Promises {
    /// Those neither kept nor taken back, the soonest first.
    pub promises: Vec<Of<PromiseRow>>,
}

/// `GET /v1/appointments`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Appointments {
    /// Those that are not over, the soonest first.
    pub appointments: Vec<Of<AppointmentRow>>,
}

/// `GET /v1/secrets`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Secrets {
    /// Those that are kept today, by their last day.
    pub secrets: Vec<Of<SecretRow>>,
}

/// `GET /v1/leaves`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Leaves {
    /// Days off every week.
    pub days_off: Vec<Weekday>,
    /// Leaves that are not over a month ago, by their first day.
    pub leaves: Vec<LeaveRow>,
}

/// One leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRow {
    /// The op that entered it.
    pub op_id: OpId,
    /// The leave.
    #[serde(flatten)]
    pub leave: Leave,
}
