//! The forms of fields' values: what a value must look like, and how it is written in its one way.

use chrono::{Datelike, NaiveDate};

use crate::customer::{Birthday, Calendar, Customer, Tier};
use crate::id::StoreId;
use crate::search::fold::Folded;
use crate::text::{Lines, sanitise};

/// The longest value of a field, in characters.
pub(crate) const MAX_VALUE_CHARS: usize = 120;

/// What a field's values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A line of text.
    Line,
    /// How a name is read: letters and spaces, a syllable for each character.
    Reading,
    /// A phone number: 7 to 15 digits.
    Phone,
    /// A date.
    Day,
    /// A yearly date, see [`birthday`].
    Birthday,
    /// S, A, B or C.
    Tier,
    /// The id of a shop.
    Store,
}

impl Form {
    /// How a value is written.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Line => "a line of text",
            Self::Reading => "letters, such as shan ya ning",
            Self::Phone => "13812345678 or 0755-1234567",
            Self::Day => "2026-10-01",
            Self::Birthday => "1990-08-05, 08-05 or lunar 1995-08-05",
            Self::Tier => "S, A, B or C",
            Self::Store => "a shop's id",
        }
    }

    /// The value in its one way of writing, where it has the form.
    pub(super) fn normal(self, value: &str) -> Option<String> {
        let line = sanitise(value, Lines::One, MAX_VALUE_CHARS);
        match self {
            Self::Line => (!line.is_empty()).then_some(line),
            Self::Reading => reading(&line),
            Self::Phone => phone(&line),
            Self::Day => line.parse::<NaiveDate>().ok().filter(is_near).map(|day| day.to_string()),
            Self::Birthday => birthday(&line).map(birthday_text),
            Self::Tier => tier(&line).map(|tier| tier.letter().to_owned()),
            Self::Store => line.parse::<StoreId>().ok().map(|store| store.to_string()),
        }
    }
}

/// A date of a person's life has a year of four digits.
fn is_near(day: &NaiveDate) -> bool {
    (1900..=9999).contains(&day.year())
}

/// Letters in lower case without tones, `ü` as `v`, one space between syllables.
fn reading(value: &str) -> Option<String> {
    let syllables = value.split(|c: char| c.is_whitespace() || "'’".contains(c)).filter(|part| !part.is_empty());
    let syllables: Vec<String> = syllables.map(|part| Folded::of(part).text()).collect();
    let is_plain = |part: &String| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    (!syllables.is_empty() && syllables.iter().all(is_plain)).then(|| syllables.join(" "))
}

fn phone(value: &str) -> Option<String> {
    let is_plain = value.chars().all(|c| c.is_ascii_digit() || " -()+".contains(c));
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("86").filter(|rest| rest.len() == 11).map_or(digits.clone(), str::to_owned);
    (is_plain && (7..=15).contains(&digits.len())).then_some(digits)
}

pub(super) fn tier(value: &str) -> Option<Tier> {
    [Tier::S, Tier::A, Tier::B, Tier::C].into_iter().find(|tier| tier.letter().eq_ignore_ascii_case(value))
}

/// Reads a birthday: `1990-08-05` or `08-05`, with `lunar` (农历) and for a leap month `lunar leap` (农历闰) before it.
pub(super) fn birthday(value: &str) -> Option<Birthday> {
    let rest = value.trim();
    let after = |text: &'_ str, words: [&str; 2]| -> Option<String> {
        words.into_iter().find_map(|word| text.strip_prefix(word)).map(|rest| rest.trim_start().to_owned())
    };
    let Some(lunar) = after(rest, ["lunar", "农历"]) else {
        let (year, month, day) = parts(rest)?;
        return Birthday::solar(year, month, day);
    };
    let leap = after(&lunar, ["leap", "闰"]);
    let (year, month, day) = parts(leap.as_deref().unwrap_or(&lunar))?;
    Birthday::lunar(year, month, day, leap.is_some())
}

fn parts(date: &str) -> Option<(Option<i32>, u32, u32)> {
    let numbers: Vec<&str> = date.split('-').collect();
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2 && !text.starts_with('+'));
    match numbers[..] {
        [month, day] => Some((None, number(month)?, number(day)?)),
        [year, month, day] => {
            let year = year.parse().ok().filter(|year| (1900..=2100).contains(year))?;
            Some((Some(year), number(month)?, number(day)?))
        }
        _ => None,
    }
}

/// A birthday as [`birthday`] reads it.
pub(super) fn birthday_text(birthday: Birthday) -> String {
    let Birthday { year, month, day, calendar, leap_month } = birthday;
    let calendar = match (calendar, leap_month) {
        (Calendar::Solar, _) => "",
        (Calendar::Lunar, false) => "lunar ",
        (Calendar::Lunar, true) => "lunar leap ",
        (Calendar::Unknown, _) => "? ",
    };
    let year = year.map(|year| format!("{year}-")).unwrap_or_default();
    format!("{calendar}{year}{month:02}-{day:02}")
}

/// A field that the document keeps beside those that this version has a place for.
pub(super) fn extra(customer: &Customer, name: &str) -> Option<String> {
    let text = match customer.extra.get(name)? {
        serde_json::Value::String(text) => sanitise(text, Lines::One, MAX_VALUE_CHARS),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: Form, value: &str, expected: Option<&str>) {
        assert_eq!(form.normal(value).as_deref(), expected, "{value}");
    }

    #[test]
    fn values_are_written_in_one_way_or_refused() {
        check(Form::Line, " 右手\u{202e}无名指 13\n号 ", Some("右手无名指 13 号"));
        check(Form::Line, "\u{200b} ", None);
        check(Form::Reading, " Shàn yǎ’Níng ", Some("shan ya ning"));
        check(Form::Reading, "lǚ", Some("lv"));
        check(Form::Reading, "shan4", None);
        check(Form::Reading, "单 ya", None);
        check(Form::Reading, " ' ", None);
        check(Form::Phone, "+86 138-1234-5678", Some("13812345678"));
        check(Form::Phone, "0755-1234567", Some("07551234567"));
        check(Form::Phone, "138abc", None);
        check(Form::Day, "2026-10-01", Some("2026-10-01"));
        check(Form::Day, "2026-02-30", None);
        check(Form::Tier, "s", Some("S"));
        check(Form::Tier, "D", None);
        check(Form::Birthday, "1990-8-5", Some("1990-08-05"));
        check(Form::Birthday, "02-29", Some("02-29"));
        check(Form::Birthday, "农历1995-08-05", Some("lunar 1995-08-05"));
        check(Form::Birthday, "lunar leap 1995-08-05", Some("lunar leap 1995-08-05"));
        check(Form::Birthday, "lunar leap 1996-08-05", None);
        check(Form::Birthday, "1990-13-01", None);
    }

    #[test]
    fn a_value_is_cut_at_its_limit() {
        assert_eq!(Form::Line.normal(&"长".repeat(500)).unwrap().chars().count(), MAX_VALUE_CHARS);
    }
}
