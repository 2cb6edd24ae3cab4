//! What headquarters sets for the whole chain: the numbers of the gate, the tag groups, the gold price. Reading the
//! TOML is `settings_file`'s work.

use chrono::{NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::sop::plan::Text;

/// The chain's settings, published by headquarters; the defaults hold until they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Grows with every publication.
    pub version: u32,
    /// The first minute of the day at which customers may be contacted.
    pub contact_from: NaiveTime,
    /// From this minute on they may not.
    pub contact_until: NaiveTime,
    /// The least number of calendar days between two contacts that the shop began: with 3, day 0 and day 3.
    pub touch_gap_days: u32,
    /// The most promotional contacts within `promo_days`.
    pub promo_max: u32,
    /// The days over which promotional contacts are counted.
    pub promo_days: u32,
    /// So many days promotions rest after outcome 5.
    pub promo_rest_days: u32,
    /// How many contacts a guide can make a day: what an amnesty leaves and a forecast warns about.
    pub tasks_per_day: u32,
    /// The signature that begins a text message, such as `【示范珠宝】`.
    pub sms_signature: String,
    /// The tag groups (标签组).
    pub tag_groups: Vec<TagGroup>,
}

impl Default for Settings {
    /// The numbers of the demo chain: contact hours 09:30 to 20:30, a touch every 3 days, 2 promotions in 30 days.
    fn default() -> Self {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        Self {
            version: 0,
            contact_from: time(9, 30),
            contact_until: time(20, 30),
            touch_gap_days: 3,
            promo_max: 2,
            promo_days: 30,
            promo_rest_days: 60,
            tasks_per_day: 28,
            sms_signature: String::new(),
            tag_groups: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether customers may be contacted at a time of the day.
    pub fn is_contact_hour(&self, time: NaiveTime) -> bool {
        self.contact_from <= time && time < self.contact_until
    }

    /// The group of a code.
    pub fn tag_group(&self, code: &str) -> Option<&TagGroup> {
        self.tag_groups.iter().find(|group| group.code == code)
    }
}

/// A group of tags: within it any of the wanted values will do, and every wanted group must be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagGroup {
    /// Its code, such as `MAT`.
    pub code: String,
    /// What it is called.
    pub name: Text,
    /// Whether a customer has one value of it or several.
    pub choice: TagChoice,
    /// After so many days a tag of it is shown as stale; never where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_days: Option<u32>,
    /// Its values; none where the value is a date or free.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<TagValue>,
}

/// How many values of a group a customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagChoice {
    /// A further value takes the first one's place.
    Single,
    /// Several stand side by side.
    Multi,
    /// The value is a date.
    Date,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A value of a tag group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagValue {
    /// What it is called; the Chinese name is the value that is stored.
    pub name: Text,
    /// The initials under which it is found, such as `zz` for 珍珠.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub initials: String,
}

/// The shop's gold price (本店牌价), set by headquarters several times a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldPrice {
    /// Fen a gram.
    pub price_fen: i64,
    /// When it was set, shop-local.
    pub at: NaiveDateTime,
}
