//! What happened with one customer, newest first; a part of the local API.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::consent::Consent;
use crate::customer::{TagChange, is_false};
use crate::fact::{ComplaintClosed, Note};
use crate::id::{CustomerId, GuideId, OpId};
use crate::outcome::Outcome;
use crate::promise::{Appointment, AppointmentClosed, Promise, PromiseKept};
use crate::record::{Coupon, LevelRecord, LifeEvent, OwnerChanged, Ticket};
use crate::snooze::Snooze;
use crate::sop::plan::Text;
use crate::wire::card::{PurchaseRow, SecretRow};
use crate::wire::member::LeadRow;

/// `GET /v1/customers/{id}/timeline?limit=&reveal=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Whose.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
    /// As of this day.
    pub on: NaiveDate,
    /// How many entries there are; `entries` may hold fewer.
    pub n_all: usize,
    /// The newest entries, the newest first.
    pub entries: Vec<TimelineEntry>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// The shop-local day.
    pub on: NaiveDate,
    /// When it was recorded, shop-local; none of a purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<NaiveDateTime>,
    /// The op that recorded it; none of a purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_id: Option<OpId>,
    /// Who recorded it; none of headquarters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<GuideId>,
    /// That guide's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide_name: Option<String>,
    /// Whether this terminal recorded it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub here: bool,
    /// Whether headquarters has it.
    pub received: bool,
    /// Since when it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_on: Option<NaiveDate>,
    /// What happened.
    #[serde(flatten)]
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "what", rename_all = "snake_case")]
pub enum Happened {
    /// A contact, with what was sent and answered.
    Outcome(Box<Outcome>),
    /// Something bought or returned.
    Purchase(Box<PurchaseRow>),
    /// Something promised.
    Promise(Promise),
    /// A promise kept.
    PromiseKept(PromiseKept),
    /// A complaint closed.
    ComplaintClosed(ComplaintClosed),
    /// A visit agreed.
    Appointment(Appointment),
    /// What became of a visit.
    AppointmentClosed(AppointmentClosed),
    /// A person entered.
    LeadAdded(LeadRow),
    /// A note.
    Note(Note),
    /// A tag applied.
    TagAdded(TagWord),
    /// A tag taken away.
    TagRemoved(TagWord),
    /// A field written or cleared.
    FieldSet(FieldWord),
    /// Something allowed or forbidden.
    Consent(Consent),
    /// Something kept secret.
    Secret(SecretRow),
    /// A task put off.
    Snooze(Snooze),
    /// A coupon issued.
    Coupon(Coupon),
    /// A piece received for work.
    Ticket(Ticket),
    /// A level.
    Level(LevelRecord),
    /// A life event.
    LifeEvent(LifeEvent),
    /// A change of guide.
    OwnerChanged(OwnerChanged),
    /// Anything else, by its kind.
    Other(String),
}

/// A tag applied or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagWord {
    /// The tag.
    #[serde(flatten)]
    pub tag: TagChange,
    /// What its group is called, where headquarters has named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<Text>,
}

/// A field written or cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldWord {
    /// The field.
    pub field: String,
    /// What it is called.
    pub label: Text,
    /// Its value, a phone masked; cleared where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
