//! Leads (线索): people whom a guide enters, the document that follows, and the file that begins with one.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::customer::{Customer, Tag};
use crate::fact::{Fact, FactBody};
use crate::field::CustomerField;
use crate::id::{CustomerId, OpId, StoreId};
use crate::op::{Op, OpBody};

/// The kind of op that begins a customer's file.
pub const LEAD_ADDED: &str = "lead_added";
/// The most tags of one lead.
pub const MAX_LEAD_TAGS: usize = 20;

/// A person entered by a guide. The customer's id is that of the op, so that nobody else can have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The name.
    pub name: String,
    /// The phone number's digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<LeadTag>,
    /// What the person looked at, in the guide's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<String>,
    /// What the person wants to spend, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_fen: Option<i64>,
    /// The day of a wedding to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wedding_on: Option<NaiveDate>,
}

/// A tag of a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadTag {
    /// The group's code.
    pub group: String,
    /// The value.
    pub value: String,
}

impl Lead {
    /// The customer's document as it follows from the lead: the same on the terminal and at the hub.
    pub fn document(&self, id: CustomerId, store: Option<StoreId>) -> Customer {
        let tag = |tag: &LeadTag| Tag {
            group: tag.group.clone(),
            value: tag.value.clone(),
            on: Some(self.on),
            source: Some("guide".to_owned()),
        };
        Customer {
            phone: self.phone.as_deref().and_then(|phone| CustomerField::Phone.normal(phone)),
            store,
            since_on: Some(self.on),
            lead_on: Some(self.on),
            wedding_on: self.wedding_on,
            tags: self.tags.iter().map(tag).collect(),
            ..Customer::new(id, self.name.clone())
        }
    }
}

impl CustomerId {
    /// The id of the customer whom an op enters.
    pub fn of_lead(op: OpId) -> Self {
        Self::of_uuid(op.0)
    }
}

impl CustomerFile {
    /// The file that an op begins: that of a lead, before the op is applied. Nothing for every other op, and for one that
    /// names another customer than its own.
    pub fn begun_by(op: &Op, store: Option<StoreId>) -> Option<Self> {
        if op.kind != LEAD_ADDED || op.customer != CustomerId::of_lead(op.op_id) {
            return None;
        }
        match op.content() {
            Ok(OpBody::Fact(FactBody::LeadAdded(lead))) => Some(Self::new(lead.document(op.customer.clone(), store))),
            _ => None,
        }
    }

    /// Whether the customer is a lead that was taken back, or not entered yet, as of a day. Who has bought stays.
    pub fn is_withdrawn_on(&self, day: NaiveDate) -> bool {
        let is_gone = |fact: &Fact| matches!(fact.body, FactBody::LeadAdded(_)) && !fact.stands_on(day);
        self.facts.iter().any(is_gone) && !self.purchases.iter().any(|purchase| purchase.bought_on <= day)
    }
}
