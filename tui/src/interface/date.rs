//! Dates as guides type them. `today` comes in as an argument.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Reads `2026-08-20`, `8-20`, `20`, `+3`, `3d`, `1w`; also with `/`, `.` or 月/日, and in full-width characters.
/// A day without its year is the next one that is not past.
pub fn parse(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let text = fold(text);
    let text = text.trim();
    let relative = text.strip_prefix('+').unwrap_or(text);
    let (number, days) = match relative.chars().last()? {
        'd' | 'D' | '天' => (cut_last(relative), 1),
        'w' | 'W' | '周' => (cut_last(relative), 7),
        _ if relative.len() < text.len() => (relative, 1),
        _ => return parse_day(text, today),
    };
    let n: u64 = number.trim().parse().ok()?;
    today.checked_add_days(Days::new(n.checked_mul(days)?))
}

/// Reads the same where a day in the past is meant: a day without its year is the last one that is not ahead, and `-7`
/// was seven days ago.
pub fn parse_past(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let folded = fold(text);
    let folded = folded.trim();
    if let Some(days) = folded.strip_prefix('-').and_then(|days| days.parse().ok()) {
        return today.checked_sub_days(Days::new(days));
    }
    let mut date = parse(folded, today)?;
    let is_day_alone = folded.trim_end_matches(['日', '号']).bytes().all(|byte| byte.is_ascii_digit());
    let back = chrono::Months::new(if is_day_alone { 1 } else { 12 });
    let has_no_year = folded.split(['-', '/', '.', '年']).next().is_none_or(|year| year.len() != 4);
    while date > today && has_no_year {
        date = date.checked_sub_months(back)?;
    }
    (date <= today).then_some(date)
}

/// Reads a date, and after a space the time of a visit: `8-20 15:30`.
pub fn parse_with_time(text: &str, today: NaiveDate) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let text = fold(text);
    let text = text.trim();
    if let Some(date) = parse(text, today) {
        return Some((date, None));
    }
    let (date, time) = text.rsplit_once(' ')?;
    let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
    let time = NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?;
    Some((parse(date, today)?, Some(time)))
}

/// Reads until when something is put off, as the daemon takes it: `30m`, `2h`, `14:30`, `明天`, or a date.
pub fn until(text: &str, now: NaiveDateTime) -> Option<String> {
    let text = fold(text);
    let text = text.trim();
    let number = |suffixes: &[&str]| suffixes.iter().find_map(|suffix| text.strip_suffix(suffix)?.trim().parse().ok());
    let minutes: Option<i64> =
        number(&["分钟", "分", "min", "m"]).or_else(|| number(&["小时", "h"]).map(|n: i64| n * 60));
    if let Some(minutes) = minutes.filter(|minutes| (1..=24 * 60).contains(minutes)) {
        return Some((now + TimeDelta::minutes(minutes)).format("%Y-%m-%dT%H:%M").to_string());
    }
    if let Some((hour, minute)) = text.split_once(':') {
        let time = NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?;
        return Some(time.format("%H:%M").to_string());
    }
    let days = match text.to_lowercase().as_str() {
        "明天" | "tomorrow" => Some(1),
        "后天" => Some(2),
        _ => None,
    };
    let day = match days {
        Some(days) => now.date().checked_add_days(Days::new(days)),
        None => parse(text, now.date()),
    };
    day.map(|day| day.to_string())
}

fn parse_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let text: String = text.trim_end_matches(['日', '号']).to_owned();
    let parts: Vec<u32> =
        text.split(['-', '/', '.', '年', '月']).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [year, month, day] => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day),
        [month, day] => [today.year(), today.year() + 1]
            .into_iter()
            .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
            .find(|date| *date >= today),
        [day] => {
            let next_month = today.with_day(1)?.checked_add_months(chrono::Months::new(1))?;
            [today, next_month].into_iter().filter_map(|month| month.with_day(day)).find(|date| *date >= today)
        }
        _ => None,
    }
}

fn fold(text: &str) -> String {
    text.chars().map(super::keymap::fold).collect()
}

fn cut_last(text: &str) -> &str {
    text.char_indices().last().map_or("", |(idx, _)| &text[..idx])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let date = parse(text, "2026-08-12".parse().unwrap());
        assert_eq!(date.map(|date| date.to_string()).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn dates_are_read_as_guides_type_them() {
        check("2026-08-20", Some("2026-08-20"));
        check("8-20", Some("2026-08-20"));
        check("8/20", Some("2026-08-20"));
        check("8月20日", Some("2026-08-20"));
        check("８－２０", Some("2026-08-20"));
        check("8-1", Some("2027-08-01"));
        check("20", Some("2026-08-20"));
        check("3", Some("2026-09-03"));
        check("+3", Some("2026-08-15"));
        check("3d", Some("2026-08-15"));
        check("3天", Some("2026-08-15"));
        check("1w", Some("2026-08-19"));
        check("＋３", Some("2026-08-15"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", " ", "+", "d", "13-40", "2026-02-30", "x", "1-2-3-4", "99999999999999999999d", "天"] {
            check(text, None);
        }
    }

    #[test]
    fn a_task_is_put_off_to_an_hour_or_a_day() {
        let now = "2026-08-12T10:00:00".parse().unwrap();
        for (text, expected) in [
            ("30m", Some("2026-08-12T10:30")),
            ("2小时", Some("2026-08-12T12:00")),
            ("14:30", Some("14:30")),
            ("１４：３０", Some("14:30")),
            ("明天", Some("2026-08-13")),
            ("8-20", Some("2026-08-20")),
            ("+3", Some("2026-08-15")),
            ("25h", None),
            ("25:00", None),
            ("soon", None),
        ] {
            assert_eq!(until(text, now).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_visit_may_name_its_time() {
        let today = "2026-08-12".parse().unwrap();
        let (date, time) = parse_with_time("8-20 15:30", today).unwrap();
        assert_eq!((date.to_string(), time.unwrap().to_string()), ("2026-08-20".into(), "15:30:00".into()));
        assert_eq!(parse_with_time("+1 9", today).unwrap().1, NaiveTime::from_hms_opt(9, 0, 0));
        assert_eq!(parse_with_time("+1", today).unwrap().1, None);
        assert_eq!(parse_with_time("8-20 25:00", today), None);
    }
}
