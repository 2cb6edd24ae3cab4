//! Dates as guides type them. `today` comes in as an argument.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

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
    fn a_visit_may_name_its_time() {
        let today = "2026-08-12".parse().unwrap();
        let (date, time) = parse_with_time("8-20 15:30", today).unwrap();
        assert_eq!((date.to_string(), time.unwrap().to_string()), ("2026-08-20".into(), "15:30:00".into()));
        assert_eq!(parse_with_time("+1 9", today).unwrap().1, NaiveTime::from_hms_opt(9, 0, 0));
        assert_eq!(parse_with_time("+1", today).unwrap().1, None);
        assert_eq!(parse_with_time("8-20 25:00", today), None);
    }
}
