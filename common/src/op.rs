//! Ops (操作), the recorded changes that go up, and the facts that they make.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::id::{CustomerId, DeviceId, GuideId, OpId};
use crate::outcome::{MAX_NOTE_CHARS, Outcome, Refusal};
use crate::text::{Lines, sanitise};

/// One recorded change, as it stands in the outbox journal and goes to the hub.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Op {
    /// Made on the terminal; applying an id twice is applying it once.
    pub op_id: OpId,
    /// The terminal that made it.
    pub device: DeviceId,
    /// The terminal's own gap-free count, from 1.
    pub local_seq: u64,
    /// One of the kinds of [`OpBody`].
    pub kind: String,
    /// The customer whom it concerns.
    pub customer: CustomerId,
    /// The revision of the customer's document that the guide saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_rev: Option<u64>,
    /// The terminal's wall clock when it was made. It decides nothing but the time shown.
    pub at_wall: DateTime<Utc>,
    /// The terminal's monotonic clock in ms since its daemon started, to tell clock jumps from real time.
    #[serde(default)]
    pub at_mono: u64,
    /// The kind's own fields, kept byte for byte.
    pub body: Box<RawValue>,
    /// [`payload_hash`] of kind, customer and body, in hexadecimal.
    pub hash: String,
}

/// SHA-256 over kind, customer id and the body's bytes, separated by line feeds, in lower-case hexadecimal.
pub fn payload_hash(kind: &str, customer: &CustomerId, body: &RawValue) -> String {
    let mut hasher = Sha256::new();
    hasher.update(kind);
    hasher.update("\n");
    hasher.update(customer.as_str());
    hasher.update("\n");
    hasher.update(body.get());
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Op {
    /// Makes an op of its parts; the body is written as JSON once and stays as it is.
    pub fn new(stamp: Stamp, customer: CustomerId, body: &OpBody) -> Self {
        let (kind, body) = body.encode();
        let hash = payload_hash(kind, &customer, &body);
        Self {
            op_id: stamp.op_id,
            device: stamp.device,
            local_seq: stamp.local_seq,
            kind: kind.to_owned(),
            customer,
            base_rev: stamp.base_rev,
            at_wall: stamp.at_wall,
            at_mono: stamp.at_mono,
            body,
            hash,
        }
    }

    /// Reads and checks the body; texts in it are sanitised.
    pub fn content(&self) -> Result<OpBody, Refusal> {
        OpBody::decode(&self.kind, &self.body)
    }

    /// Whether `hash` belongs to the payload.
    pub fn hash_is_right(&self) -> bool {
        self.hash == payload_hash(&self.kind, &self.customer, &self.body)
    }
}

/// What the terminal puts on an op beside its content.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The new op's id.
    pub op_id: OpId,
    /// The terminal.
    pub device: DeviceId,
    /// The terminal's next number.
    pub local_seq: u64,
    /// The revision of the customer's document that the guide saw.
    pub base_rev: Option<u64>,
    /// The wall clock.
    pub at_wall: DateTime<Utc>,
    /// The monotonic clock, in ms.
    pub at_mono: u64,
}

/// A promise (承诺): something the guide said would be done by a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The shop-local day on which it was made.
    pub on: NaiveDate,
    /// In the guide's words.
    pub text: String,
    /// The piece it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
}

/// A promise kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseKept {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op that made the promise.
    pub promise: OpId,
}

/// A complaint closed, with the customer's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComplaintClosed {
    /// The shop-local day.
    pub on: NaiveDate,
    /// What the customer said to the solution.
    pub words: String,
}

/// Takes an op back; both stay in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op taken back.
    pub op_id: OpId,
}

/// The content of an op: a fact, or the undoing of one.
#[derive(Clone, Debug, PartialEq)]
pub enum OpBody {
    /// Adds a fact.
    Fact(FactBody),
    /// Takes a fact back.
    Undo(Undo),
}

/// What a fact says.
#[derive(Clone, Debug, PartialEq)]
pub enum FactBody {
    /// What came of a contact.
    Outcome(Outcome),
    /// Something promised.
    Promise(Promise),
    /// A promise kept.
    PromiseKept(PromiseKept),
    /// A complaint closed.
    ComplaintClosed(ComplaintClosed),
    /// A fact of a newer version, kept as it came.
    Unknown {
        /// Its kind.
        kind: String,
        /// Its body.
        body: serde_json::Value,
    },
}

impl OpBody {
    fn encode(&self) -> (&'static str, Box<RawValue>) {
        let raw = |value: Result<Box<RawValue>, serde_json::Error>| value.unwrap_or_else(|_| RawValue::NULL.to_owned());
        match self {
            Self::Fact(FactBody::Outcome(body)) => ("outcome", raw(serde_json::value::to_raw_value(body))),
            Self::Fact(FactBody::Promise(body)) => ("promise", raw(serde_json::value::to_raw_value(body))),
            Self::Fact(FactBody::PromiseKept(body)) => ("promise_kept", raw(serde_json::value::to_raw_value(body))),
            Self::Fact(FactBody::ComplaintClosed(body)) => {
                ("complaint_closed", raw(serde_json::value::to_raw_value(body)))
            }
            Self::Fact(FactBody::Unknown { body, .. }) => ("unknown", raw(serde_json::value::to_raw_value(body))),
            Self::Undo(body) => ("undo", raw(serde_json::value::to_raw_value(body))),
        }
    }

    /// Reads a body of a kind and checks what it needs.
    pub fn decode(kind: &str, body: &RawValue) -> Result<Self, Refusal> {
        if kind == "undo" {
            return serde_json::from_str(body.get()).map(Self::Undo).map_err(|_| Refusal::MalformedBody);
        }
        match FactBody::decode(kind, body.get())? {
            FactBody::Unknown { .. } => Err(Refusal::UnknownKind),
            fact => Ok(Self::Fact(fact)),
        }
    }

    /// The shop-local day that the op names.
    pub fn on(&self) -> Option<NaiveDate> {
        match self {
            Self::Fact(fact) => fact.on(),
            Self::Undo(undo) => Some(undo.on),
        }
    }
}

impl FactBody {
    /// Reads a body of a kind, sanitises its texts and checks what it needs. An unknown kind is kept.
    pub fn decode(kind: &str, body: &str) -> Result<Self, Refusal> {
        fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Refusal> {
            serde_json::from_str(body).map_err(|_| Refusal::MalformedBody)
        }
        let clean = |text: &str| sanitise(text, Lines::Many, MAX_NOTE_CHARS);
        Ok(match kind {
            "outcome" => {
                let mut outcome: Outcome = read(body)?;
                outcome.note = outcome.note.map(|note| clean(&note)).filter(|note| !note.is_empty());
                outcome.fills = outcome.fills.iter().map(|(name, fill)| (clean(name), clean(fill))).collect();
                outcome.check()?;
                Self::Outcome(outcome)
            }
            "promise" => {
                let mut promise: Promise = read(body)?;
                promise.text = clean(&promise.text);
                promise.item = promise.item.map(|item| clean(&item)).filter(|item| !item.is_empty());
                if promise.text.is_empty() {
                    return Err(Refusal::NeedsText);
                }
                if promise.due_on < promise.on || (promise.due_on - promise.on).num_days() > 3_653 {
                    return Err(Refusal::DateOutOfRange);
                }
                Self::Promise(promise)
            }
            "promise_kept" => Self::PromiseKept(read(body)?),
            "complaint_closed" => {
                let mut closed: ComplaintClosed = read(body)?;
                closed.words = clean(&closed.words);
                if closed.words.is_empty() {
                    return Err(Refusal::NeedsText);
                }
                Self::ComplaintClosed(closed)
            }
            _ => Self::Unknown { kind: kind.to_owned(), body: read(body)? },
        })
    }

    /// The shop-local day of the fact; of an unknown one, where its body names one.
    pub fn on(&self) -> Option<NaiveDate> {
        match self {
            Self::Outcome(body) => Some(body.on),
            Self::Promise(body) => Some(body.on),
            Self::PromiseKept(body) => Some(body.on),
            Self::ComplaintClosed(body) => Some(body.on),
            Self::Unknown { body, .. } => body.get("on")?.as_str()?.parse().ok(),
        }
    }
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
    /// Since when it is taken back.
    pub undone: Option<Undone>,
}

/// When and by which op a fact was taken back: before that day it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The undo op.
    pub op_id: OpId,
    /// The shop-local day of the undo.
    pub on: NaiveDate,
}

impl Fact {
    /// The fact that an op makes, or `None` for an undo.
    pub fn of(op: &Op, content: OpBody, guide: &GuideId) -> Option<Self> {
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
            undone: None,
        })
    }

    /// The shop-local day; facts without one are as old as time.
    pub fn on(&self) -> NaiveDate {
        self.body.on().unwrap_or(NaiveDate::MIN)
    }

    /// Whether it exists and counts on a day: neither dated later nor taken back by then.
    pub fn stands_on(&self, day: NaiveDate) -> bool {
        self.on() <= day && self.undone.is_none_or(|undone| undone.on > day)
    }

    /// The order of facts: by day, then the terminal's time, then id.
    pub fn order(&self) -> (NaiveDate, DateTime<Utc>, OpId) {
        (self.on(), self.at, self.id)
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undone: Option<Undone>,
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
            undone: wire.undone,
        })
    }
}

impl From<Fact> for FactWire {
    fn from(fact: Fact) -> Self {
        let (kind, body) = match &fact.body {
            FactBody::Unknown { kind, body } => (kind.clone(), body.clone()),
            known => {
                let (kind, body) = OpBody::Fact(known.clone()).encode();
                (kind.to_owned(), serde_json::from_str(body.get()).unwrap_or_default())
            }
        };
        Self {
            id: fact.id,
            customer: fact.customer,
            guide: fact.guide,
            device: fact.device,
            at: fact.at,
            kind,
            body,
            undone: fact.undone,
        }
    }
}
