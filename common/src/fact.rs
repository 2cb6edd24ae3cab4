//! Facts: what guides and headquarters recorded of a customer. The kinds stand in one table; what each needs is checked
//! in `fact_body`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::amnesty::{Handed, Waived};
use crate::calendar::Leave;
use crate::consent::{Consent, Secret};
use crate::customer::TagChange;
use crate::fact_body::Body;
use crate::field::FieldEdit;
use crate::id::{CustomerId, DeviceId, GuideId, OpId};
use crate::keep::{kept, sanitised};
use crate::lead::Lead;
use crate::op::{Op, OpBody, raw};
use crate::outcome::{Outcome, Refusal};
use crate::promise::{Appointment, AppointmentClosed, Promise, PromiseKept};
use crate::proposal::{ProposalAnswered, TemplateProposed};
use crate::record::{Coupon, Dispatched, LevelRecord, LifeEvent, OwnerChanged, PointsRecord, RiskRecord, Rush, Ticket};
use crate::snooze::Snooze;
use crate::undone::{Undos, UndosWire};

/// A complaint closed, with the customer's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComplaintClosed {
    /// The shop-local day.
    pub on: NaiveDate,
    /// What the customer said to the solution.
    pub words: String,
}

/// Something that the guide keeps in mind of a customer (备注).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The shop-local day.
    pub on: NaiveDate,
    /// In the guide's words.
    pub text: String,
}

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $name:ident($body:ty) = $kind:literal by $maker:ident;)*) => {
        /// What a fact says.
        #[derive(Clone, Debug, PartialEq)]
        pub enum FactBody {
            $($(#[$doc])* $name($body),)*
            /// A fact of a newer version, kept as it came.
            Unknown {
                /// Its kind.
                kind: String,
                /// Its body.
                body: serde_json::Value,
            },
        }

        impl FactBody {
            /// The kind's name on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$name(_) => $kind,)*
                    Self::Unknown { kind, .. } => kind,
                }
            }

            /// The body as JSON.
            pub(crate) fn encode(&self) -> Box<RawValue> {
                match self {
                    $(Self::$name(body) => raw(body),)*
                    Self::Unknown { body, .. } => raw(body),
                }
            }

            /// Reads a body of a kind, sanitises its texts and checks what it needs. An unknown kind is kept.
            pub fn decode(kind: &str, body: &str) -> Result<Self, Refusal> {
                fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Refusal> {
                    serde_json::from_str(body).map_err(|_| Refusal::MalformedBody)
                }
                Ok(match kind {
                    $($kind => Self::$name(read::<$body>(body)?.checked()?),)*
                    _ => Self::Unknown { kind: kind.to_owned(), body: read(body)? },
                })
            }

            /// The shop-local day of the fact; of an unknown one, where its body names one.
            pub fn on(&self) -> Option<NaiveDate> {
                match self {
                    $(Self::$name(body) => Some(body.on()),)*
                    Self::Unknown { body, .. } => body.get("on")?.as_str()?.parse().ok(),
                }
            }

            /// Whether only headquarters makes facts of this kind.
            pub fn is_headquarters_own(&self) -> bool {
                match self {
                    $(Self::$name(_) => matches!(Maker::$maker, Maker::Headquarters),)*
                    Self::Unknown { .. } => false,
                }
            }
        }
    };
}

/// Who makes facts of a kind.
enum Maker {
    Guide,
    Headquarters,
}

fact_kinds! {
    /// What came of a contact.
    Outcome(Outcome) = "outcome" by Guide;
    /// Something promised.
    Promise(Promise) = "promise" by Guide;
    /// A promise kept.
    PromiseKept(PromiseKept) = "promise_kept" by Guide;
    /// A complaint closed.
    ComplaintClosed(ComplaintClosed) = "complaint_closed" by Guide;
    /// A visit agreed.
    Appointment(Appointment) = "appointment" by Guide;
    /// What became of a visit.
    AppointmentClosed(AppointmentClosed) = "appointment_closed" by Guide;
    /// A tag applied.
    TagAdded(TagChange) = "tag_added" by Guide;
    /// A tag taken away.
    TagRemoved(TagChange) = "tag_removed" by Guide;
    /// A person entered; the customer's file begins with it.
    LeadAdded(Lead) = "lead_added" by Guide;
    /// Something kept in mind.
    Note(Note) = "note" by Guide;
    /// A field's value.
    Field(FieldEdit) = "field_set" by Guide;
    /// Something allowed or forbidden.
    Consent(Consent) = "consent" by Guide;
    /// Something kept secret.
    Secret(Secret) = "secret" by Guide;
    /// A guide's leave; its customer is [`CustomerId::guide_itself`].
    Leave(Leave) = "leave" by Guide;
    /// Dues put off to a later hour or day of their window.
    Snooze(Snooze) = "snooze" by Guide;
    /// Dues that an amnesty let expire.
    Waived(Waived) = "waived" by Guide;
    /// Dues handed to a deputy.
    Handed(Handed) = "handed" by Guide;
    /// A template proposed by a trainer; its customer is [`CustomerId::guide_itself`].
    TemplateProposed(TemplateProposed) = "template_proposed" by Guide;
    /// What headquarters said to a proposal; its customer is [`CustomerId::guide_itself`].
    ProposalAnswered(ProposalAnswered) = "proposal_answered" by Headquarters;
    /// A coupon.
    Coupon(Coupon) = "coupon" by Headquarters;
    /// A job ticket.
    Ticket(Ticket) = "ticket" by Headquarters;
    /// A member's level.
    Level(LevelRecord) = "level" by Headquarters;
    /// A balance of points.
    Points(PointsRecord) = "points" by Headquarters;
    /// A risk of losing the customer.
    Risk(RiskRecord) = "risk" by Headquarters;
    /// A change of owner.
    OwnerChanged(OwnerChanged) = "owner_changed" by Headquarters;
    /// Something in the customer's life.
    LifeEvent(LifeEvent) = "life_event" by Headquarters;
    /// A plan sent by headquarters.
    Dispatched(Dispatched) = "dispatched" by Headquarters;
    /// Haste asked for by headquarters.
    Rush(Rush) = "rush" by Headquarters;
}

/// One fact about a customer, made by an op; its id is the op's, so that it can be made only once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FactWire", into = "FactWire")]
pub struct Fact {
    /// The id of the op that made it.
    pub id: OpId,
    /// Whom it concerns.
    pub customer: CustomerId,
    /// Who made it.
    pub guide: GuideId,
    /// On which terminal.
    pub device: DeviceId,
    /// When, by the terminal's clock.
    pub at: DateTime<Utc>,
    /// What it says.
    pub body: FactBody,
    /// Its place among the customer's facts in the order in which headquarters took them in, from 1; 0 of one that was
    /// never counted. Of a fact that headquarters does not have yet: behind all that this terminal knows of.
    pub number: u64,
    /// When it was taken back, and recorded again.
    pub undone: Undos,
    /// The first op of those that were saved together with it, where it was not saved alone.
    pub group: Option<OpId>,
}

/// The order of a customer's facts: by day, then as headquarters took them in. A terminal's clock and the ids, which are
/// made of it, only keep those apart that were never counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    /// The shop-local day.
    pub on: NaiveDate,
    /// [`Fact::number`].
    pub number: u64,
    /// The terminal's time.
    pub at: DateTime<Utc>,
    /// The fact's id.
    pub id: OpId,
}

/// The number of a customer's next fact.
pub fn next_number<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> u64 {
    facts.into_iter().map(|fact| fact.number).max().unwrap_or_default().saturating_add(1)
}

impl FactBody {
    /// Whether it is about the guide, not about a customer.
    pub fn is_about_guide(&self) -> bool {
        matches!(self, Self::Leave(_) | Self::TemplateProposed(_) | Self::ProposalAnswered(_))
    }
}

impl Fact {
    /// The fact that an op makes as the one of a number, or `None` where it makes none.
    pub fn of(op: &Op, content: OpBody, guide: &GuideId, number: u64) -> Option<Self> {
        let OpBody::Fact(body) = content else {
            return None;
        };
        Some(Self {
            id: op.op_id,
            customer: op.customer.clone(),
            guide: guide.clone(),
            device: op.device.clone(),
            at: op.at_wall,
            body,
            number,
            undone: Undos::default(),
            group: op.group,
        })
    }

    /// The fact as JSON, with what its op says and this version does not know.
    pub fn json_of(&self, op: &Op) -> serde_json::Result<String> {
        let written = serde_json::to_string(self)?;
        if self.body.encode().get() == op.body.get() {
            return Ok(written);
        }
        let mut sent: serde_json::Value = serde_json::from_str(&written)?;
        sent["body"] = sanitised(serde_json::from_str(op.body.get())?);
        Ok(kept::<Self>(&sent.to_string(), &written).into_owned())
    }

    /// The shop-local day; facts without one are as old as time.
    pub fn on(&self) -> NaiveDate {
        self.body.on().unwrap_or(NaiveDate::MIN)
    }

    /// Whether it exists and counts on a day: neither dated later nor taken back by then.
    pub fn stands_on(&self, day: NaiveDate) -> bool {
        self.on() <= day && self.undone.on(day).is_none()
    }

    /// Whether it is taken back, whatever the day.
    pub fn is_undone(&self) -> bool {
        self.undone.now().is_some()
    }

    /// Its place among a customer's facts.
    pub fn order(&self) -> Order {
        Order { on: self.on(), number: self.number, at: self.at, id: self.id }
    }
}

/// The shape of a fact on the wire and in both stores.
#[derive(Clone, Serialize, Deserialize)]
struct FactWire {
    id: OpId,
    customer: CustomerId,
    guide: GuideId,
    device: DeviceId,
    at: DateTime<Utc>,
    kind: String,
    body: serde_json::Value,
    #[serde(default, skip_serializing_if = "is_zero")]
    number: u64,
    #[serde(flatten)]
    undone: UndosWire,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<OpId>,
}

impl TryFrom<FactWire> for Fact {
    type Error = Refusal;
    fn try_from(wire: FactWire) -> Result<Self, Refusal> {
        Ok(Self {
            body: FactBody::decode(&wire.kind, &wire.body.to_string())?,
            id: wire.id,
            customer: wire.customer,
            guide: wire.guide,
            device: wire.device,
            at: wire.at,
            number: wire.number,
            undone: wire.undone.into(),
            group: wire.group,
        })
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<Fact> for FactWire {
    fn from(fact: Fact) -> Self {
        let (kind, body) = match &fact.body {
            FactBody::Unknown { kind, body } => (kind.clone(), body.clone()),
            known => (known.kind().to_owned(), serde_json::from_str(known.encode().get()).unwrap_or_default()),
        };
        Self {
            id: fact.id,
            customer: fact.customer,
            guide: fact.guide,
            device: fact.device,
            at: fact.at,
            kind,
            body,
            number: fact.number,
            undone: fact.undone.into(),
            group: fact.group,
        }
    }
}
