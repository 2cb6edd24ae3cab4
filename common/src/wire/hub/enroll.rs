//! Enrolment: a one-time code for a token, and what comes with it.

use serde::{Deserialize, Serialize};

use super::digest::DigestKey;
use crate::id::{DeviceId, GuideId, StoreId};

/// Asks for a terminal's token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrollRequest {
    /// The one-time code.
    pub code: String,
    /// What the terminal calls itself.
    pub device_name: String,
    /// Whether the terminal runs on the virtual clock; a hub refuses a terminal of the other kind.
    #[serde(default)]
    pub training: bool,
}

/// A terminal's identity, handed out once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrollResponse {
    /// 32 random bytes with the prefix `gdt_`, kept by the hub only as a hash.
    pub token: String,
    /// The terminal.
    pub device: DeviceId,
    /// What it may do.
    pub role: Role,
    /// Whose customers it will hold.
    pub guide: GuideProfile,
    /// The shops' time zone, such as `Asia/Shanghai`.
    pub zone: String,
    /// The digest keys of both feeds, 32 hexadecimal digits each.
    pub digest_keys: DigestKeys,
}

/// The digest keys of both feeds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DigestKeys {
    /// Of the guide's feed.
    pub guide: DigestKey,
    /// Of what all guides share.
    pub shared: DigestKey,
}

/// The guide whom a terminal serves. Also the body of the feed's item of kind `guide`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideProfile {
    /// The id.
    pub id: GuideId,
    /// The name shown in the header and in scripts.
    pub name: String,
    /// The shop.
    pub store: StoreProfile,
    /// Days off every week, `Mon` to `Sun`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<chrono::Weekday>,
}

/// A guide of the chain, as every terminal knows them: who can stand in for whom. The body of a `colleague` in the feed
/// of what all share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The id.
    pub id: GuideId,
    /// The name.
    pub name: String,
    /// The shop.
    pub store: StoreId,
}

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreProfile {
    /// The id.
    pub id: StoreId,
    /// The name.
    pub name: String,
    /// The shop's phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// How headquarters ranks the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<StoreTier>,
}

/// How headquarters ranks a shop (门店分级).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StoreTier {
    /// The first.
    A,
    /// The second.
    B,
    /// The third.
    C,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// What a device may do. It is given with the enrolment code, and the hub decides by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A sales guide's terminal: reads the guide's customers and records.
    #[default]
    Guide,
    /// A trainer's: the same, at a training hub only.
    Trainer,
    /// Support's: reads, and records nothing.
    Support,
    /// One of a newer version: reads, and records nothing.
    #[serde(other)]
    Unknown,
}

impl Role {
    /// Its name on the wire and in the hub's database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::Trainer => "trainer",
            Self::Support => "support",
            Self::Unknown => "unknown",
        }
    }

    /// The role of a name.
    pub fn of(name: &str) -> Self {
        match name {
            "guide" => Self::Guide,
            "trainer" => Self::Trainer,
            "support" => Self::Support,
            _ => Self::Unknown,
        }
    }

    /// Whether such a device may send ops.
    pub fn may_record(self) -> bool {
        matches!(self, Self::Guide | Self::Trainer)
    }
}

/// The answer to `POST /v1/token/rotate`: the token to use from here on. The one before is good until this one is first
/// used, so that a lost answer locks nobody out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RotateResponse {
    /// 32 random bytes with the prefix `gdt_`.
    pub token: String,
}
