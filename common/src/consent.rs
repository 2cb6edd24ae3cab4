//! Consent (授权) and secrecy (惊喜保密): what may be said over which channel, and what must stay hidden from whom.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, PurchaseId};
use crate::outcome::Channel;

/// What a customer allows or forbids from a day on. The latest one on a channel counts; one without a channel counts
/// for all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The channel; all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Whether contact is allowed.
    pub allowed: bool,
    /// The last day on which a refusal holds; for good where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
}

/// Something hidden from a person until a date. It stands on both files: on the giver's it hides purchases, on the
/// recipient's it silences what would give the gift away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    /// The shop-local day since which it is kept.
    pub on: NaiveDate,
    /// The last day on which it is kept.
    pub until_on: NaiveDate,
    /// Which side this customer is on.
    pub side: SecretSide,
    /// The other person, where they are a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<CustomerId>,
    /// On the giver's file: the hidden purchase; every purchase from `on` on where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<PurchaseId>,
}

/// The sides of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSide {
    /// Bought the gift.
    Giver,
    /// Must not know of it.
    Recipient,
    /// One of a newer version: kept as a recipient's, which is the stricter.
    #[serde(other)]
    Unknown,
}

impl Secret {
    /// Whether it is kept on a day.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.on <= day && day <= self.until_on
    }
}
