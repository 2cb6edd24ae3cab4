//! A variable's value, typed, and the one place where values are written for a language.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use super::variable::Kind;
use crate::purchase::format_fen;
use crate::sop::plan::{Lang, Text};

/// A value as it is known, before it is written for a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The same words in both languages: a name, a number of a ticket.
    Text(String),
    /// Words that each language has its own of.
    Words(Text),
    /// A shop-local day.
    Date(NaiveDate),
    /// A time of the day.
    Time(NaiveTime),
    /// A shop-local day and time.
    Moment(NaiveDateTime),
    /// Money, in fen.
    Amount(i64),
    /// Money a gram, in fen.
    Price(i64),
    /// A count.
    Number(i64),
    /// A place in a row, from 1.
    Ordinal(u32),
}

impl Value {
    /// Words of both languages.
    pub fn words((zh, en): (&str, &str)) -> Self {
        Self::Words(Text { zh: zh.to_owned(), en: en.to_owned() })
    }

    /// What it is a value of.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) | Self::Words(_) => Kind::Text,
            Self::Date(_) => Kind::Date,
            Self::Time(_) => Kind::Time,
            Self::Moment(_) => Kind::Moment,
            Self::Amount(_) => Kind::Amount,
            Self::Price(_) => Kind::Price,
            Self::Number(_) => Kind::Number,
            Self::Ordinal(_) => Kind::Ordinal,
        }
    }

    /// The value as people write it; `today` decides whether a day needs its year, a moment its day.
    pub fn write(&self, lang: Lang, today: NaiveDate) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Words(text) => Cow::Borrowed(text.in_lang(lang)),
            Self::Date(day) => format_day(*day, today, lang).into(),
            Self::Time(time) => format_time(*time).into(),
            Self::Moment(moment) => format_moment(*moment, today, lang).into(),
            Self::Amount(fen) | Self::Price(fen) => format_fen(*fen).into(),
            Self::Number(number) => format_number(*number).into(),
            Self::Ordinal(place) => format_ordinal(*place, lang).into(),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day as people write it: `8月12日`, `12 August`; with its year where that is another than today's.
pub fn format_day(day: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    match (lang, day.year() == today.year()) {
        (Lang::Zh, true) => format!("{}月{}日", day.month(), day.day()),
        (Lang::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        (Lang::En, true) => format!("{} {month}", day.day()),
        (Lang::En, false) => format!("{} {month} {}", day.day(), day.year()),
    }
}

/// A time of the day: `14:30`.
fn format_time(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// A moment: its time, and its day where that is another than today.
fn format_moment(moment: NaiveDateTime, today: NaiveDate, lang: Lang) -> String {
    let time = format_time(moment.time());
    if moment.date() == today {
        return time;
    }
    let day = format_day(moment.date(), today, lang);
    match lang {
        Lang::Zh => format!("{day}{time}"),
        Lang::En => format!("{time} on {day}"),
    }
}

/// A count with its thousands apart: `1,200`.
fn format_number(number: i64) -> String {
    number.checked_mul(100).map_or_else(|| number.to_string(), format_fen)
}

/// A place in a row: `3` where the word before it says the rest (第3个), `3rd` in English.
fn format_ordinal(place: u32, lang: Lang) -> String {
    let suffix = match (lang, place % 100, place % 10) {
        (Lang::Zh, ..) => "",
        (Lang::En, 11..=13, _) => "th",
        (Lang::En, _, 1) => "st",
        (Lang::En, _, 2) => "nd",
        (Lang::En, _, 3) => "rd",
        (Lang::En, ..) => "th",
    };
    format!("{place}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Value, zh: &str, en: &str) {
        let today = day("2026-08-12");
        assert_eq!([value.write(Lang::Zh, today), value.write(Lang::En, today)], [zh, en]);
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn words_are_said_in_the_language() {
        check(Value::Text("王姐".to_owned()), "王姐", "王姐");
        check(Value::words(("银卡", "Silver")), "银卡", "Silver");
    }

    #[test]
    fn days_are_written_for_the_language_with_a_year_that_is_not_this_one() {
        check(Value::Date(day("2026-05-02")), "5月2日", "2 May");
        check(Value::Date(day("2025-12-31")), "2025年12月31日", "31 December 2025");
        check(Value::Date(day("2027-01-01")), "2027年1月1日", "1 January 2027");
    }

    #[test]
    fn a_moment_of_today_is_only_a_time() {
        check(Value::Moment("2026-08-12T09:40:31".parse().unwrap()), "09:40", "09:40");
        check(Value::Moment("2026-08-11T21:05:00".parse().unwrap()), "8月11日21:05", "21:05 on 11 August");
        check(Value::Time("14:30:00".parse().unwrap()), "14:30", "14:30");
    }

    #[test]
    fn money_and_counts_have_their_thousands_apart() {
        check(Value::Amount(20_000), "200", "200");
        check(Value::Amount(1_234_567), "12,345.67", "12,345.67");
        check(Value::Price(101_250), "1,012.50", "1,012.50");
        check(Value::Number(12_000), "12,000", "12,000");
        check(Value::Number(-30), "-30", "-30");
        check(Value::Number(i64::MAX), "9223372036854775807", "9223372036854775807");
    }

    #[test]
    fn english_counts_places_with_their_endings() {
        for (place, en) in [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd")] {
            check(Value::Ordinal(place), &place.to_string(), en);
        }
        check(Value::Ordinal(112), "112", "112th");
    }
}
