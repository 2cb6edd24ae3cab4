//! Customers, their tiers, tags and dates, as headquarters keeps them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, StoreId};

/// One person, as the hub describes them. Fields of a newer version are kept in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// The hub's id.
    pub id: CustomerId,
    /// The full name; a generated one where the source had none.
    pub name: String,
    /// Whether `name` was generated.
    #[serde(default, skip_serializing_if = "is_false")]
    pub name_generated: bool,
    /// How to address the customer in a script (称呼), such as `王姐`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<String>,
    /// The phone number as digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The shop that serves the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// Headquarters' rank.
    #[serde(default)]
    pub tier: Tier,
    /// The birthday, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday: Option<Birthday>,
    /// Since when the shop knows the customer; yearly dates before it start nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_on: Option<NaiveDate>,
    /// Applied tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Headquarters' own do-not-contact mark; an outcome 9 is a fact of its own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub do_not_contact: bool,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Customer {
    /// A customer of whom only id and name are known.
    pub fn new(id: CustomerId, name: String) -> Self {
        Self {
            id,
            name,
            name_generated: false,
            salutation: None,
            phone: None,
            store: None,
            tier: Tier::default(),
            birthday: None,
            since_on: None,
            tags: Vec::new(),
            do_not_contact: false,
            extra: serde_json::Map::new(),
        }
    }
}

/// How headquarters ranks a customer (客户分层).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tier {
    /// The few who are served one to one, by call.
    S,
    /// Served one to one, over WeCom.
    A,
    /// Served in groups.
    B,
    /// Everyone else.
    #[default]
    C,
    /// A tier of a newer version: served like C.
    #[serde(other)]
    Unknown,
}

impl Tier {
    /// The letter shown for the tier.
    pub fn letter(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::Unknown => "?",
        }
    }
}

/// One tag on a customer (标签): value of a group, its source, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The group's code, such as `MAT`.
    pub group: String,
    /// The value, such as `珍珠`.
    pub value: String,
    /// When it was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// Who applied it: `hq`, `guide`, `import`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A yearly date of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Birthday {
    /// The year, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// Solar or lunar.
    #[serde(default)]
    pub calendar: Calendar,
    /// Whether the month is a leap month of the lunar calendar.
    #[serde(default, skip_serializing_if = "is_false")]
    pub leap_month: bool,
}

/// The calendar in which a yearly date is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// The Gregorian calendar (公历).
    #[default]
    Solar,
    /// The Chinese calendar (农历).
    Lunar,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl Birthday {
    /// A solar birthday, or `None` where the month has no such day in any year.
    pub fn solar(year: Option<i32>, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year.unwrap_or(2024), month, day)?;
        Some(Self { year, month, day, calendar: Calendar::Solar, leap_month: false })
    }

    /// The solar date on which it is celebrated in a solar year: 29 February on the 28th where there is none;
    /// `None` for a calendar that is not solar.
    pub fn solar_date_in(&self, year: i32) -> Option<NaiveDate> {
        if self.calendar != Calendar::Solar {
            return None;
        }
        NaiveDate::from_ymd_opt(year, self.month, self.day).or_else(|| {
            let first = NaiveDate::from_ymd_opt(year, self.month, 1)?;
            first.with_day(28)
        })
    }
}

pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_on_29_february_is_celebrated_on_the_28th_in_other_years() {
        let birthday = Birthday::solar(Some(1992), 2, 29).unwrap();
        assert_eq!(birthday.solar_date_in(2026).unwrap().to_string(), "2026-02-28");
        assert_eq!(birthday.solar_date_in(2028).unwrap().to_string(), "2028-02-29");
        assert_eq!(Birthday::solar(None, 2, 30), None);
    }

    #[test]
    fn fields_of_a_newer_version_survive() {
        let text = r#"{"id":"C1","name":"王","tier":"X","shoe_size":38}"#;
        let customer: Customer = serde_json::from_str(text).unwrap();
        assert_eq!(customer.tier, Tier::Unknown);
        assert_eq!(serde_json::to_value(&customer).unwrap()["shoe_size"], 38);
    }
}
