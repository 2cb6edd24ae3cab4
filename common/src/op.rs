//! Ops (操作), the recorded changes that go up, and the facts that they make.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::fact::FactBody;
use crate::id::{CustomerId, DeviceId, OpId};
use crate::outcome::Refusal;

/// One recorded change, as it stands in the outbox journal and goes to the hub.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Op {
    /// Made on the terminal; applying an id twice is applying it once.
    pub op_id: OpId,
    /// The terminal that made it.
    pub device: DeviceId,
    /// The terminal's own gap-free count, from 1.
    pub local_seq: u64,
    /// `undo`, `redo`, or a kind of fact that terminals make, see [`FactBody`].
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
    /// The first op of those that were saved together, where there are several: what is taken back with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<OpId>,
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
            group: None,
            body,
            hash,
        }
    }

    /// The same op as one of a group.
    #[must_use]
    pub fn of_group(self, group: Option<OpId>) -> Self {
        Self { group, ..self }
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

/// Takes an op back; both stay in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op taken back.
    pub op_id: OpId,
}

/// Records again what an undo took back; the fact keeps its id, and what follows from it its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Redo {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op recorded again.
    pub op_id: OpId,
    /// The undo that took it back.
    pub undo: OpId,
}

/// What a person decided about an op that headquarters rejected. It stands in the outbox of the terminal only, and is
/// never sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// The rejected op.
    pub op_id: OpId,
    /// The op that was sent in its place; none where it was discarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<OpId>,
}

/// The kind of such an op.
pub const SETTLED: &str = "settled";

/// The content of an op: a fact, or what is said of one.
#[derive(Clone, Debug, PartialEq)]
pub enum OpBody {
    /// Adds a fact.
    Fact(FactBody),
    /// Takes a fact back.
    Undo(Undo),
    /// Ends an undo.
    Redo(Redo),
    /// Settles a rejected op, on the terminal only.
    Settled(Settled),
}

impl OpBody {
    /// The kind, and the body as JSON.
    pub(crate) fn encode(&self) -> (&str, Box<RawValue>) {
        match self {
            Self::Fact(fact) => (fact.kind(), fact.encode()),
            Self::Undo(undo) => ("undo", raw(undo)),
            Self::Redo(redo) => ("redo", raw(redo)),
            Self::Settled(settled) => (SETTLED, raw(settled)),
        }
    }

    /// Reads a body of a kind and checks what it needs.
    pub fn decode(kind: &str, body: &RawValue) -> Result<Self, Refusal> {
        match kind {
            "undo" => return serde_json::from_str(body.get()).map(Self::Undo).map_err(|_| Refusal::MalformedBody),
            "redo" => return serde_json::from_str(body.get()).map(Self::Redo).map_err(|_| Refusal::MalformedBody),
            _ => {}
        }
        match FactBody::decode(kind, body.get())? {
            FactBody::Unknown { .. } => Err(Refusal::UnknownKind),
            fact if fact.is_headquarters_own() => Err(Refusal::NotForTerminals),
            fact => Ok(Self::Fact(fact)),
        }
    }

    /// The shop-local day that the op names.
    pub fn on(&self) -> Option<NaiveDate> {
        match self {
            Self::Fact(fact) => fact.on(),
            Self::Undo(undo) => Some(undo.on),
            Self::Redo(redo) => Some(redo.on),
            Self::Settled(_) => None,
        }
    }
}

/// A value as JSON text, kept byte for byte.
pub(crate) fn raw<T: Serialize>(value: &T) -> Box<RawValue> {
    // only maps with keys that are no text fail, and no body has one
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
