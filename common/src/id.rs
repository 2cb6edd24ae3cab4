//! Identifiers. Every id is a newtype, so that a customer's id can never stand where a guide's is meant.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use siphasher::sip128::{Hasher128, SipHasher24};
use std::hash::Hasher;

/// The longest external id, in bytes: ids are parts of store keys, which are bounded at 256 bytes.
pub const MAX_ID_BYTES: usize = 64;

/// Why a text is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {reason}")]
pub struct IdError {
    /// What the text should have been.
    pub what: &'static str,
    /// The text, cut to a printable length.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl IdError {
    fn new(what: &'static str, text: &str, reason: &'static str) -> Self {
        Self { what, text: text.chars().take(80).collect(), reason }
    }
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks a text and makes it an id: 1 to 64 bytes, letters, digits and `-_.:@`.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check_text(text).map_err(|reason| IdError::new($what, text, reason))?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

fn check_text(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.len() > MAX_ID_BYTES {
        return Err("it is longer than 64 bytes");
    }
    if !text.chars().all(|c| c.is_alphanumeric() || "-_.:@".contains(c)) {
        return Err("only letters, digits and -_.:@ are allowed");
    }
    Ok(())
}

text_id! {
    /// One person that the shop serves.
    CustomerId = "customer id";
    /// One sales guide (导购).
    GuideId = "guide id";
    /// One shop (门店).
    StoreId = "store id";
    /// One recorded sale.
    PurchaseId = "purchase id";
    /// One SOP plan (方案), such as `P01`.
    PlanId = "plan id";
    /// One step (节点) of a plan; stable over the plan's versions.
    StepId = "step id";
    /// One template (话术模板), such as `T01`.
    TemplateId = "template id";
    /// One enrolled terminal.
    DeviceId = "device id";
}

/// The id of an op, made on the terminal (UUID version 7), and of the fact that the op made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(pub uuid::Uuid);

/// A UUID made in training: of version 7 like any other, its time the virtual clock's, its count `n`, the rest a hash of
/// `parts`. What is done again at the same virtual time gets the same one.
pub fn training_uuid(at: DateTime<Utc>, n: u64, parts: &[&str]) -> uuid::Uuid {
    let mut hasher = SipHasher24::new();
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write(&[0xff]);
    }
    hasher.write(&n.to_be_bytes());
    let hash = hasher.finish().to_be_bytes();
    let mut rest = [0; 10];
    // the count comes first, so that ids of one moment are in their order
    rest[..2].copy_from_slice(&(n as u16 & 0x0fff).to_be_bytes());
    rest[2..].copy_from_slice(&hash);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
}

impl OpId {
    /// The id of a fact that headquarters keeps under a number of its own, such as a coupon: the same number gives
    /// the same id, so that a record that comes again takes the earlier one's place.
    pub fn of_record(kind: &str, customer: &CustomerId, number: &str) -> Self {
        let mut hasher = SipHasher24::new();
        for part in [kind, customer.as_str(), number] {
            hasher.write(part.as_bytes());
            hasher.write(&[0xff]);
        }
        let hash = hasher.finish128();
        Self(uuid::Uuid::from_u64_pair(hash.h1, hash.h2))
    }
}

impl CustomerId {
    /// The id made of a UUID: `L-` and its digits, which no import makes.
    pub(crate) fn of_uuid(uuid: uuid::Uuid) -> Self {
        Self(format!("L-{}", uuid.simple()).into())
    }

    /// Stands where a customer would in facts about the guide, such as a leave. No customer has this id.
    pub fn guide_itself() -> Self {
        Self("@guide".into())
    }

    /// Whether this stands for the guide.
    pub fn is_guide_itself(&self) -> bool {
        &*self.0 == "@guide"
    }
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OpId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        uuid::Uuid::parse_str(text).map(Self).map_err(|_| IdError::new("op id", text, "it is no UUID"))
    }
}

macro_rules! hash_id {
    ($($(#[$doc:meta])* $name:ident($inner:ty, $digits:literal) = $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{:0", $digits, "x}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.len() != $digits {
                    return Err(IdError::new($what, text, concat!("it has not ", $digits, " digits")));
                }
                <$inner>::from_str_radix(text, 16)
                    .map(Self)
                    .map_err(|_| IdError::new($what, text, "it is not hexadecimal"))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

hash_id! {
    /// One due: hash of plan, step, customer, anchor key and attempt; the plan's version is no part of it. 32 hex digits.
    DueId(u128, 32) = "due id";
    /// One task: hash of customer and day, so that a day has one task a customer. 12 hex digits.
    TaskId(u64, 12) = "task id";
    /// One reminder: hash of what it is about and which word on that it is. 16 hex digits.
    ReminderId(u64, 16) = "reminder id";
}

impl ReminderId {
    /// The id of a word on a subject; both are told by texts.
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = SipHasher24::new();
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write(&[0xff]);
        }
        Self(hasher.finish128().h1)
    }
}

impl DueId {
    /// The id of an attempt of a step. `anchor_key` is the anchor's date, or the id of the fact where one customer
    /// can have several anchors on a day.
    pub fn of(plan: &PlanId, step: &StepId, customer: &CustomerId, anchor_key: &str, attempt: u32) -> Self {
        let mut hasher = SipHasher24::new();
        for part in [plan.as_str(), step.as_str(), customer.as_str(), anchor_key] {
            hasher.write(part.as_bytes());
            hasher.write(&[0xff]);
        }
        hasher.write(&attempt.to_be_bytes());
        Self(hasher.finish128().as_u128())
    }
}

impl TaskId {
    /// The id of the customer's task on a day.
    pub fn of(customer: &CustomerId, day: chrono::NaiveDate) -> Self {
        let mut hasher = SipHasher24::new();
        hasher.write(customer.as_str().as_bytes());
        hasher.write(&[0xff]);
        hasher.write(&chrono::Datelike::num_days_from_ce(&day).to_be_bytes());
        Self(hasher.finish128().h1 >> 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_training_is_like_any_other_follows_from_what_it_is_made_of_and_keeps_its_order() {
        let at = "2026-08-12T02:00:00Z".parse().unwrap();
        let of = |n| training_uuid(at, n, &["device", "G1"]);
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), training_uuid(at, 3, &["device", "G2"]));
        assert_ne!(of(3), training_uuid(at, 3, &["deviceG", "1"]));
        assert!(of(1) < of(2) && of(2) < training_uuid(at + chrono::TimeDelta::seconds(1), 0, &["x"]));
        assert_eq!((of(7).get_version_num(), of(7).get_variant()), (7, uuid::Variant::RFC4122));
    }

    #[test]
    fn ids_keep_to_a_safe_alphabet() {
        assert!(CustomerId::new("C00004").is_ok());
        assert!(CustomerId::new("顾客1").is_ok());
        assert!(CustomerId::new("").is_err());
        assert!(CustomerId::new("a\u{1b}[2J").is_err());
        assert!(CustomerId::new(&"x".repeat(65)).is_err());
    }

    #[test]
    fn due_ids_survive_printing_and_parsing() {
        let due = DueId::of(
            &PlanId::new("P01").unwrap(),
            &StepId::new("care").unwrap(),
            &CustomerId::new("C1").unwrap(),
            "2026-08-12",
            0,
        );
        assert_eq!(due.to_string().parse::<DueId>(), Ok(due));
        assert_eq!(due.to_string().len(), 32);
    }

    #[test]
    fn due_ids_never_change() {
        // Terminals and hubs of any version must agree: this value is part of the protocol.
        let due = DueId::of(
            &PlanId::new("P01").unwrap(),
            &StepId::new("thanks").unwrap(),
            &CustomerId::new("C00004").unwrap(),
            "1997-01-01",
            0,
        );
        assert_eq!(due.to_string(), "a5557955a8bbe3b272830408b351fa68");
    }
}
