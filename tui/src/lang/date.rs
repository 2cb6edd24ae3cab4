//! Dates and times as people read them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use guide_common::sop::plan::Lang;

use crate::lang::pick;

/// The name of a weekday: `周三`, `Wed`.
pub fn weekday(day: NaiveDate, lang: Lang) -> &'static str {
    let pair = match day.weekday() {
        Weekday::Mon => ("周一", "Mon"),
        Weekday::Tue => ("周二", "Tue"),
        Weekday::Wed => ("周三", "Wed"),
        Weekday::Thu => ("周四", "Thu"),
        Weekday::Fri => ("周五", "Fri"),
        Weekday::Sat => ("周六", "Sat"),
        Weekday::Sun => ("周日", "Sun"),
    };
    pick(lang, pair)
}

/// A day with its weekday, without the year: `8月12日 周三`, `Wed 12 Aug`.
pub fn day(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日 {}", day.month(), day.day(), weekday(day, lang)),
        Lang::En => day.format("%a %-d %b").to_string(),
    }
}

/// A day in a column, as short as it can be understood: `8月12日`, `12 Aug`, with the year where it is not `today`'s.
pub fn short(day: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    match (lang, day.year() == today.year()) {
        (Lang::Zh, true) => format!("{}月{}日", day.month(), day.day()),
        (Lang::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        (Lang::En, true) => day.format("%-d %b").to_string(),
        (Lang::En, false) => day.format("%-d %b %Y").to_string(),
    }
}

/// From a day to another, the year said once where both have the same: `8月12日 … 9月2日`, `30 Mar … 6 Apr 2025`.
pub fn window(first: NaiveDate, last: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    let (from, until) = (short(first, today, lang), short(last, today, lang));
    match lang {
        _ if first == last => from,
        Lang::Zh if first.year() == last.year() => format!("{from} … {}", short(last, last, lang)),
        Lang::En if first.year() == last.year() => format!("{} … {until}", short(first, first, lang)),
        _ => format!("{from} … {until}"),
    }
}

/// A day of every year: `8月12日`, `12 Aug`.
pub fn yearly(month: u32, day: u32, lang: Lang) -> String {
    // a leap year has every day that any year has
    match (lang, NaiveDate::from_ymd_opt(2024, month, day)) {
        (Lang::En, Some(date)) => date.format("%-d %b").to_string(),
        _ => format!("{month}月{day}日"),
    }
}

/// A day in full: `2026年8月12日 周三`, `Wed 12 Aug 2026`.
pub fn full(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}", date.year(), day(date, lang)),
        Lang::En => date.format("%a %-d %b %Y").to_string(),
    }
}

/// A time of the day: `10:00`.
pub fn time(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// A day in full with the time.
pub fn full_time(at: NaiveDateTime, lang: Lang) -> String {
    format!("{} {}", full(at.date(), lang), time(at.time()))
}

/// How long ago something happened, in real time: `3 分钟前`, `3 min ago`.
pub fn ago(then: DateTime<Utc>, now: DateTime<Utc>, lang: Lang) -> String {
    let seconds = (now - then).num_seconds();
    let (n, unit) = match seconds {
        i64::MIN..10 => return pick(lang, ("刚刚", "just now")).to_owned(),
        10..60 => (seconds, pick(lang, (" 秒前", " s ago"))),
        60..3_600 => (seconds / 60, pick(lang, (" 分钟前", " min ago"))),
        3_600..86_400 => (seconds / 3_600, pick(lang, (" 小时前", " h ago"))),
        _ => (seconds / 86_400, pick(lang, (" 天前", " days ago"))),
    };
    format!("{n}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_each_language_writes_them() {
        let date: NaiveDate = "2026-08-12".parse().unwrap();
        assert_eq!(day(date, Lang::Zh), "8月12日 周三");
        assert_eq!(day(date, Lang::En), "Wed 12 Aug");
        assert_eq!(full(date, Lang::Zh), "2026年8月12日 周三");
        assert_eq!(full(date, Lang::En), "Wed 12 Aug 2026");
        assert_eq!(short(date, "2027-01-01".parse().unwrap(), Lang::Zh), "2026年8月12日");
        assert_eq!(short(date, "2026-01-01".parse().unwrap(), Lang::En), "12 Aug");
    }

    #[test]
    fn a_window_says_its_year_once() {
        let check = |first: &str, last: &str, zh: &str, en: &str| {
            let [first, last, today] = [first, last, "2026-08-12"].map(|day| day.parse().unwrap());
            let in_lang = |lang| window(first, last, today, lang);
            assert_eq!((in_lang(Lang::Zh).as_str(), in_lang(Lang::En).as_str()), (zh, en));
        };
        check("2025-04-02", "2025-04-06", "2025年4月2日 … 4月6日", "2 Apr … 6 Apr 2025");
        check("2026-08-12", "2026-08-15", "8月12日 … 8月15日", "12 Aug … 15 Aug");
        check("2025-12-30", "2026-01-02", "2025年12月30日 … 1月2日", "30 Dec 2025 … 2 Jan");
        check("2026-08-12", "2026-08-12", "8月12日", "12 Aug");
    }

    #[test]
    fn a_time_that_has_passed_is_told_by_its_largest_unit() {
        let now: DateTime<Utc> = "2026-08-12T10:00:00Z".parse().unwrap();
        let check = |then: &str, zh: &str, en: &str| {
            let then = then.parse().unwrap();
            assert_eq!((ago(then, now, Lang::Zh).as_str(), ago(then, now, Lang::En).as_str()), (zh, en));
        };
        check("2026-08-12T10:00:05Z", "刚刚", "just now");
        check("2026-08-12T09:57:00Z", "3 分钟前", "3 min ago");
        check("2026-08-10T09:00:00Z", "2 天前", "2 days ago");
    }
}
