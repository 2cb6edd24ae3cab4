//! Cells: dates, birthdays, phone numbers and yes or no, as people and tills write them.

use chrono::{Datelike, NaiveDate};
use guide_common::customer::{Birthday, Calendar};
use guide_common::outcome::Channel;
use guide_common::text::{Lines, sanitise};
use unicode_normalization::UnicodeNormalization;

/// A cell as it may be printed: sanitised and cut.
pub fn shown(cell: &str) -> String {
    sanitise(cell, Lines::One, 40)
}

/// Reads `1997-01-01`, `2026/8/12`, `2026.8.12`, `20260812` or `2026年8月12日`; a time after it is left off.
pub fn date(cell: &str) -> Option<NaiveDate> {
    let text: String = cell.nfkc().collect();
    let text = text.trim();
    let text = text.split_once([' ', 'T']).map_or(text, |(day, _)| day);
    let parts = numbers(text)?;
    let (year, month, day) = match parts.as_slice() {
        [(year, 4), (month, 1 | 2), (day, 1 | 2)] => (*year, *month, *day),
        [(whole, 8)] => (whole / 10_000, whole / 100 % 100, whole % 100),
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    (1900..=2100).contains(&date.year()).then_some(date)
}

/// Reads a birthday: a date, or `08-12` or `8月12日` where the year is not known.
pub fn birthday(cell: &str, calendar: &str) -> Option<Birthday> {
    let (calendar, leap_month) = self::calendar(calendar)?;
    let text: String = cell.nfkc().collect();
    let (year, month, day) = match numbers(text.trim()).as_deref() {
        Some([(month, 1 | 2), (day, 1 | 2)]) => (None, *month, *day),
        Some([(year, 4), (month, 1 | 2), (day, 1 | 2)]) => (Some(*year), *month, *day),
        Some([(whole, 8)]) => (Some(whole / 10_000), whole / 100 % 100, whole % 100),
        _ => {
            let date = date(cell)?;
            (Some(u32::try_from(date.year()).ok()?), date.month(), date.day())
        }
    };
    let year = year.and_then(|year| i32::try_from(year).ok());
    if year.is_some_and(|year| !(1900..=2100).contains(&year)) {
        return None;
    }
    if calendar == Calendar::Solar {
        return Birthday::solar(year, month, day);
    }
    let possible = (1..=12).contains(&month) && (1..=30).contains(&day);
    possible.then_some(Birthday { year, month, day, calendar, leap_month })
}

fn calendar(cell: &str) -> Option<(Calendar, bool)> {
    match cell.to_lowercase().as_str() {
        "" | "solar" | "gregorian" | "公历" | "阳历" | "新历" => Some((Calendar::Solar, false)),
        "lunar" | "农历" | "阴历" | "旧历" => Some((Calendar::Lunar, false)),
        "lunar leap" | "农历闰月" | "闰月" => Some((Calendar::Lunar, true)),
        _ => None,
    }
}

/// The numbers of a date with the count of their digits, where nothing but `-`, `/`, `.`, `年`, `月`, `日` is between.
fn numbers(text: &str) -> Option<Vec<(u32, usize)>> {
    let text = text.strip_suffix(['日', '号']).unwrap_or(text);
    let parts = text.split(['-', '/', '.', '年', '月']).map(|part| {
        let digits = part.trim();
        let plain = !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse().ok().map(|n| (n, digits.len())) } else { None }
    });
    parts.collect()
}

/// Reads a phone number of mainland China, Hong Kong, Macau or Taiwan as digits: mobile numbers without prefix,
/// landlines with their area code, the others with their country code. Numbers that begin with 100 belong to nobody
/// and stand for mobile numbers in demonstrations.
pub fn phone(cell: &str) -> Option<String> {
    let text: String = cell.nfkc().filter(|c| !c.is_whitespace() && !"-–—().·".contains(*c)).collect();
    let text = text.split_once(['转', 'x', '#']).map_or(text.as_str(), |(number, _)| number);
    let text = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(text);
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_mobile = |digits: &str| {
        digits.len() == 11 && (digits.starts_with("100") || matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]))
    };
    let national = text.strip_prefix("86").or_else(|| text.strip_prefix("17951")).unwrap_or(text);
    if is_mobile(text) || is_mobile(national) {
        return Some(if is_mobile(text) { text } else { national }.to_owned());
    }
    let is_landline = |digits: &str| digits.starts_with('0') && (10..=12).contains(&digits.len());
    if is_landline(national) {
        return Some(national.to_owned());
    }
    // with the country code, the area code loses its zero
    let with_zero = format!("0{national}");
    if text.len() != national.len() && is_landline(&with_zero) {
        return Some(with_zero);
    }
    let abroad = [("852", 8..=8), ("853", 8..=8), ("886", 8..=9)];
    abroad
        .into_iter()
        .any(|(code, length)| text.strip_prefix(code).is_some_and(|rest| length.contains(&rest.len())))
        .then(|| text.to_owned())
}

/// Reads a channel by its name, in English or Chinese.
pub fn channel(cell: &str) -> Option<Channel> {
    let known = match cell {
        "企微" | "企业微信" => Channel::Wecom,
        "电话" => Channel::Phone,
        "到店" => Channel::Visit,
        "短信" => Channel::Sms,
        "公众号" => Channel::OfficialAccount,
        "群" => Channel::Group,
        "朋友圈" => Channel::Moments,
        "邮寄卡片" | "卡片" => Channel::Card,
        name => name.to_lowercase().parse().ok()?,
    };
    Some(known)
}

/// Reads yes or no.
pub fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "1" | "y" | "yes" | "true" | "是" | "√" => Some(true),
        "0" | "n" | "no" | "false" | "否" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_tills_write_them() {
        for cell in [
            "2026-08-12",
            "2026/8/12",
            "2026.8.12",
            "20260812",
            "2026年8月12日",
            "２０２６-08-12",
            "2026-08-12 14:03:00",
        ] {
            assert_eq!(date(cell).map(|date| date.to_string()).as_deref(), Some("2026-08-12"), "{cell}");
        }
        for cell in ["", "12.8.2026", "8/12", "2026-13-01", "2026-02-30", "1026-01-01", "45000", "今天", "2026-08-12-1"]
        {
            assert_eq!(date(cell), None, "{cell}");
        }
    }

    #[test]
    fn birthdays_may_lack_their_year() {
        assert_eq!(birthday("1990-08-05", ""), Birthday::solar(Some(1990), 8, 5));
        assert_eq!(birthday("19900805", "公历"), Birthday::solar(Some(1990), 8, 5));
        assert_eq!(birthday("8月5日", ""), Birthday::solar(None, 8, 5));
        assert_eq!(birthday("02-29", ""), Birthday::solar(None, 2, 29));
        assert_eq!(birthday("02-30", ""), None);
        let lunar = birthday("1995-08-30", "农历闰月").unwrap();
        assert_eq!((lunar.month, lunar.day, lunar.calendar, lunar.leap_month), (8, 30, Calendar::Lunar, true));
        assert_eq!(birthday("08-05", "maya"), None);
    }

    #[test]
    fn phones_are_read_as_people_write_them() {
        for cell in
            ["13812345678", "+86 138-1234-5678", "0086 13812345678", "17951 138 1234 5678", "１３８１２３４５６７８"]
        {
            assert_eq!(phone(cell).as_deref(), Some("13812345678"), "{cell}");
        }
        assert_eq!(phone("0755-1234567").as_deref(), Some("07551234567"));
        assert_eq!(phone("010-12345678转801").as_deref(), Some("01012345678"));
        assert_eq!(phone("+86 755 1234567").as_deref(), Some("07551234567"));
        assert_eq!(phone("+852 9123 4567").as_deref(), Some("85291234567"));
        assert_eq!(phone("10000000001").as_deref(), Some("10000000001"));
        for cell in ["", "1234", "1.38E+10", "138123456789", "abc", "12812345678"] {
            assert_eq!(phone(cell), None, "{cell}");
        }
    }
}
