//! Dates as people type them: `2026-08-20`, `8-20`, `+3`, `3d`, `1w`, `today`.

use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

/// A date that may depend on the day on which it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateWord {
    /// A day in full.
    Day(NaiveDate),
    /// A day of whichever year is nearest.
    MonthDay(u32, u32),
    /// So many days ahead, or with a minus back.
    Days(i64),
    /// So many months ahead, or with a minus back.
    Months(i32),
}

/// The farthest that a relative date may reach, in days: ten years.
const MAX_DAYS: i64 = 3_653;

impl DateWord {
    /// The day that is meant when `today` is today; none for a day that the year does not have.
    pub fn on(self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day(day) => Some(day),
            Self::Days(n) if n >= 0 => today.checked_add_days(Days::new(n.unsigned_abs())),
            Self::Days(n) => today.checked_sub_days(Days::new(n.unsigned_abs())),
            Self::Months(n) if n >= 0 => today.checked_add_months(Months::new(n.unsigned_abs())),
            Self::Months(n) => today.checked_sub_months(Months::new(n.unsigned_abs())),
            Self::MonthDay(month, day) => (today.year() - 1..=today.year() + 1)
                .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
                .min_by_key(|date| (*date - today).num_days().abs()),
        }
    }
}

impl FromStr for DateWord {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        parse(text.trim()).ok_or_else(|| format!("{text:?} is no date; write 2026-08-20, 8-20, +3, 3d, 1w or 1m"))
    }
}

fn parse(text: &str) -> Option<DateWord> {
    match text {
        "today" | "今天" => return Some(DateWord::Days(0)),
        "tomorrow" | "明天" => return Some(DateWord::Days(1)),
        "后天" => return Some(DateWord::Days(2)),
        _ => {}
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (1900..2200).contains(&day.year()).then_some(DateWord::Day(day));
    }
    if let Some(n) = text.strip_prefix('+').and_then(digits) {
        return in_range(n);
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(n) = unsigned.strip_suffix(['d', '天']).and_then(digits) {
        return in_range(sign * n);
    }
    if let Some(n) = unsigned.strip_suffix(['w', '周']).and_then(digits) {
        return in_range(sign * n.checked_mul(7)?);
    }
    if let Some(n) = unsigned.strip_suffix('m').and_then(digits) {
        return (n <= 120).then(|| i32::try_from(sign * n).ok().map(DateWord::Months)).flatten();
    }
    let (month, day) = text.split_once(['-', '/'])?;
    let (month, day) = (u32::try_from(digits(month)?).ok()?, u32::try_from(digits(day)?).ok()?);
    // a leap year has every day that any year has
    NaiveDate::from_ymd_opt(2024, month, day).map(|_| DateWord::MonthDay(month, day))
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn in_range(days: i64) -> Option<DateWord> {
    (days.abs() <= MAX_DAYS).then_some(DateWord::Days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let today = "2026-08-12".parse().unwrap();
        assert_eq!(text.parse::<DateWord>().unwrap().on(today).unwrap().to_string(), expected, "{text}");
    }

    #[test]
    fn dates_are_taken_as_people_type_them() {
        check("2026-08-20", "2026-08-20");
        check("8-20", "2026-08-20");
        check("08/20", "2026-08-20");
        check("1-5", "2027-01-05");
        check("8-1", "2026-08-01");
        check("+3", "2026-08-15");
        check("3d", "2026-08-15");
        check("+3d", "2026-08-15");
        check("1w", "2026-08-19");
        check("1周", "2026-08-19");
        check("1m", "2026-09-12");
        check("-7d", "2026-08-05");
        check("today", "2026-08-12");
        check("明天", "2026-08-13");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "3", "13-1", "2-30", "2026-02-30", "26-08-20", "+x", "99999d", "d", "+-3", "--3d", "9999w"] {
            assert!(text.parse::<DateWord>().is_err(), "{text}");
        }
        assert_eq!("2-29".parse::<DateWord>().unwrap().on("2026-08-12".parse().unwrap()), None);
    }
}
