//! Customers, their tiers, tags and dates, as headquarters keeps them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, GuideId, StoreId};
use crate::lunar;

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
    /// Since when the customer is a WeCom contact of the guide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wecom_on: Option<NaiveDate>,
    /// Since when the customer is a lead (线索); the first purchase ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_on: Option<NaiveDate>,
    /// The day of a wedding to come (婚期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wedding_on: Option<NaiveDate>,
    /// Yearly dates beside the birthday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anniversaries: Vec<Anniversary>,
    /// People whom the customer buys for or comes with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Of a customer who is another guide's: on loan to this guide as the deputy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lent: Option<Loan>,
    /// Headquarters' own do-not-contact mark; an outcome 9 is a fact of its own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub do_not_contact: bool,
    /// Whether headquarters knew the phone number of another customer when this one was entered as a lead.
    #[serde(default, skip_serializing_if = "is_false")]
    pub possible_duplicate: bool,
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
            wecom_on: None,
            lead_on: None,
            wedding_on: None,
            anniversaries: Vec::new(),
            links: Vec::new(),
            lent: None,
            do_not_contact: false,
            possible_duplicate: false,
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

/// A tag applied or taken away by a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The group's code.
    pub group: String,
    /// The value.
    pub value: String,
}

/// A yearly date beside the birthday, such as a wedding anniversary (纪念日).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anniversary {
    /// What is celebrated: `wedding`, `first_met`, …
    pub kind: String,
    /// When.
    pub date: Birthday,
}

/// Somebody whom the customer buys for or comes with (关系).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// `spouse`, `partner`, `mother`, `friend`, …
    pub relation: String,
    /// Who, where they are a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<CustomerId>,
    /// The name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether that person agreed to be spoken of.
    #[serde(default, skip_serializing_if = "is_false")]
    pub consented: bool,
}

/// A customer on loan to a deputy: only the dues handed over are theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// Whose customer it is.
    pub from: GuideId,
    /// The last day of the loan.
    pub until_on: NaiveDate,
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

    /// A lunar birthday; `None` where the calendar has no such date: no such leap month, or no day 30, in the year, or
    /// in any year where that is not known.
    pub fn lunar(year: Option<i32>, month: u32, day: u32, leap_month: bool) -> Option<Self> {
        let n_days = match year {
            Some(year) => lunar::days_in_month(year, month, leap_month)?,
            None if leap_month && !lunar::has_leap_month(month) => return None,
            None => 30,
        };
        let exists = (1..=12).contains(&month) && (1..=n_days).contains(&day);
        exists.then_some(Self { year, month, day, calendar: Calendar::Lunar, leap_month })
    }

    /// The solar dates on which it is celebrated in a solar year, in order: one for a solar birthday, none, one or two
    /// for a lunar birthday, none in a calendar of a newer version.
    pub fn dates_in(&self, solar_year: i32) -> impl Iterator<Item = NaiveDate> + use<> {
        let birthday = *self;
        let n_earlier = i32::from(birthday.calendar == Calendar::Lunar);
        let years = solar_year.saturating_sub(n_earlier)..=solar_year;
        years.filter_map(move |year| birthday.date_in(year)).filter(move |date| date.year() == solar_year)
    }

    /// The solar date on which it is celebrated in a year of its own calendar: a solar 29 February on the 28th where
    /// there is none; a lunar date as [`lunar::solar_of`] says, which can lie in the solar year after.
    pub fn date_in(&self, year: i32) -> Option<NaiveDate> {
        match self.calendar {
            Calendar::Solar => NaiveDate::from_ymd_opt(year, self.month, self.day).or_else(|| {
                let first = NaiveDate::from_ymd_opt(year, self.month, 1)?;
                first.with_day(28)
            }),
            Calendar::Lunar => lunar::solar_of(year, self.month, self.day, self.leap_month),
            Calendar::Unknown => None,
        }
    }

    /// The date of a solar birthday in a solar year; `None` for every other calendar.
    pub fn solar_date_in(&self, year: i32) -> Option<NaiveDate> {
        self.date_in(year).filter(|_| self.calendar == Calendar::Solar)
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
        check_dates(birthday, 2026, &["2026-02-28"]);
        check_dates(birthday, 2028, &["2028-02-29"]);
        assert_eq!(Birthday::solar(None, 2, 30), None);
    }

    #[track_caller]
    fn check_dates(birthday: Birthday, solar_year: i32, expected: &[&str]) {
        let dates: Vec<String> = birthday.dates_in(solar_year).map(|date| date.to_string()).collect();
        assert_eq!(dates, expected);
    }

    #[test]
    fn a_birthday_in_a_leap_month_falls_in_the_ordinary_month_of_other_years() {
        let birthday = Birthday::lunar(Some(1995), 8, 5, true).unwrap();
        check_dates(birthday, 1995, &["1995-09-29"]);
        check_dates(birthday, 2026, &["2026-09-15"]);
        assert_eq!(birthday.solar_date_in(2026), None);
    }

    #[test]
    fn a_lunar_birthday_at_the_turn_of_the_year_falls_on_none_one_or_two_days_of_it() {
        let birthday = Birthday::lunar(None, 12, 2, false).unwrap();
        check_dates(birthday, 2025, &["2025-01-01"]);
        check_dates(birthday, 2026, &["2026-01-20"]);
        let birthday = Birthday::lunar(None, 11, 20, false).unwrap();
        check_dates(birthday, 2026, &["2026-01-08", "2026-12-28"]);
        check_dates(birthday, 2027, &["2027-12-17"]);
        let birthday = Birthday::lunar(None, 12, 4, false).unwrap();
        check_dates(birthday, 2027, &["2027-01-11", "2027-12-31"]);
        check_dates(birthday, 2028, &[]);
        check_dates(birthday, i32::MIN, &[]);
        check_dates(birthday, i32::MAX, &[]);
    }

    #[test]
    fn a_lunar_birthday_that_no_calendar_has_is_refused() {
        assert!(Birthday::lunar(Some(1995), 8, 5, true).is_some());
        assert_eq!(Birthday::lunar(Some(1996), 8, 5, true), None);
        assert!(Birthday::lunar(None, 8, 5, true).is_some());
        assert_eq!(Birthday::lunar(None, 1, 5, true), None);
        assert!(Birthday::lunar(Some(2023), 12, 30, false).is_some());
        assert_eq!(Birthday::lunar(Some(2024), 12, 30, false), None);
        assert!(Birthday::lunar(None, 12, 30, false).is_some());
        for (month, day) in [(0, 1), (13, 1), (1, 0), (1, 31)] {
            assert_eq!(Birthday::lunar(None, month, day, false), None);
            assert_eq!(Birthday::lunar(Some(2026), month, day, false), None);
        }
        assert_eq!(Birthday::lunar(Some(1899), 1, 1, false), None);
    }

    #[test]
    fn fields_of_a_newer_version_survive() {
        let text = r#"{"id":"C1","name":"王","tier":"X","shoe_size":38}"#;
        let customer: Customer = serde_json::from_str(text).unwrap();
        assert_eq!(customer.tier, Tier::Unknown);
        assert_eq!(serde_json::to_value(&customer).unwrap()["shoe_size"], 38);
    }
}
