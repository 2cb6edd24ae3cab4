//! The lunar calendar (农历) of the years 1900 to 2100: which day is which, and when a yearly date is celebrated.
//!
//! The source is `icu_calendar`'s Chinese calendar (GB/T 33661-2017), which its authors hold against the tables of the
//! Purple Mountain Observatory (1900-2025) and the Hong Kong Observatory (1901-2100).

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};
use icu_calendar::Date;
use icu_calendar::types::Month;

use crate::sop::plan::Lang;

/// The lunar years that can be asked about: before and after them the source only estimates.
pub const YEARS: RangeInclusive<i32> = 1900..=2100;

/// A day of the lunar calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LunarDate {
    /// The solar year in which the lunar year begins.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// Whether it is the leap month that follows the month of this number.
    pub leap_month: bool,
    /// 1 to 30.
    pub day: u32,
}

impl LunarDate {
    /// The lunar date of a solar day; `None` outside of [`YEARS`].
    pub fn of(date: NaiveDate) -> Option<Self> {
        let year = LunarYear::of(date.year()).filter(|year| year.first_day <= date);
        let year = year.or_else(|| LunarYear::of(date.year().checked_sub(1)?))?;
        let mut n_days = u32::try_from((date - year.first_day).num_days()).ok()?;
        for idx in 0..year.n_months() {
            let n_in_month = year.days_in(idx);
            if n_days < n_in_month {
                let (month, leap_month) = year.month_at(idx);
                return Some(Self { year: year.year, month, leap_month, day: n_days + 1 });
            }
            n_days -= n_in_month;
        }
        None
    }

    /// The date without its year as people write it: `八月初五`, `lunar 8/5`.
    pub fn text(&self, lang: Lang) -> String {
        text(self.month, self.day, self.leap_month, lang)
    }
}

/// The solar day on which a lunar date is celebrated in a lunar year; `None` where there is no such date in any year,
/// or outside of [`YEARS`].
///
/// A date of a leap month falls in the ordinary month of that number where the year has no such leap month. Day 30 is
/// the last day of a month that has 29.
pub fn solar_of(lunar_year: i32, month: u32, day: u32, leap_month: bool) -> Option<NaiveDate> {
    let year = LunarYear::of(lunar_year)?;
    let leap_month = leap_month && year.leap == Some(month);
    let idx = year.idx_of(month, leap_month).filter(|_| (1..=30).contains(&day))?;
    year.first_day.checked_add_days(Days::new(u64::from(year.days_before(idx) + day.min(year.days_in(idx)) - 1)))
}

/// 29 or 30; `None` where the lunar year has no such month, or outside of [`YEARS`].
pub fn days_in_month(lunar_year: i32, month: u32, leap_month: bool) -> Option<u32> {
    let year = LunarYear::of(lunar_year)?;
    Some(year.days_in(year.idx_of(month, leap_month)?))
}

/// Whether any of [`YEARS`] has a leap month of this number.
pub fn has_leap_month(month: u32) -> bool {
    TABLE.iter().any(|year| year.leap == Some(month))
}

/// A yearly lunar date as people write it: `八月初五`, `闰六月廿三`; `lunar 8/5`, `lunar leap 6/23`.
pub fn text(month: u32, day: u32, leap_month: bool, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}{}{}", if leap_month { "闰" } else { "" }, month_zh(month), day_zh(day)),
        Lang::En => format!("lunar {}{month}/{day}", if leap_month { "leap " } else { "" }),
    }
}

const DIGITS: [&str; 10] = ["十", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

fn month_zh(month: u32) -> String {
    match month {
        1 => "正月".to_owned(),
        11 => "冬月".to_owned(),
        12 => "腊月".to_owned(),
        month => format!("{}月", DIGITS[month as usize % 10]),
    }
}

fn day_zh(day: u32) -> String {
    let prefix = match day {
        ..=10 => "初",
        11..=19 => "十",
        20 => "二",
        21..=29 => "廿",
        _ => "三",
    };
    format!("{prefix}{}", DIGITS[day as usize % 10])
}

/// When a lunar year begins, and how long its months are.
struct LunarYear {
    year: i32,
    first_day: NaiveDate,
    /// The number of the month after which a leap month follows.
    leap: Option<u32>,
    /// A bit for every month that has 30 days, the first month lowest.
    long_months: u16,
}

/// [`YEARS`], worked out once, in some 50 µs; a look-up then takes about 10 ns.
static TABLE: LazyLock<Vec<LunarYear>> = LazyLock::new(|| YEARS.map_while(LunarYear::from_source).collect());

impl LunarYear {
    fn of(year: i32) -> Option<&'static Self> {
        TABLE.get(usize::try_from(year.checked_sub(*YEARS.start())?).ok()?)
    }

    fn from_source(year: i32) -> Option<Self> {
        let first = |month| Date::try_new_chinese_traditional(year, month, 1).ok();
        let first_day = first(Month::new(1))?.to_rata_die().to_i64_date();
        let mut lunar_year = Self {
            year,
            first_day: NaiveDate::from_num_days_from_ce_opt(i32::try_from(first_day).ok()?)?,
            leap: None,
            long_months: 0,
        };
        let months = (1..=12).flat_map(|month| [Month::new(month), Month::leap(month)]);
        let months = months.filter_map(|month| Some((month, first(month)?)));
        for (idx, (month, first)) in months.enumerate() {
            lunar_year.long_months |= u16::from(first.days_in_month() == 30) << idx;
            if month.is_leap() {
                lunar_year.leap = Some(month.number().into());
            }
        }
        Some(lunar_year)
    }

    fn n_months(&self) -> u32 {
        12 + u32::from(self.leap.is_some())
    }

    fn days_in(&self, idx: u32) -> u32 {
        29 + u32::from(self.long_months >> idx & 1)
    }

    fn days_before(&self, idx: u32) -> u32 {
        let months_before = (1 << idx) - 1;
        29 * idx + (self.long_months & months_before).count_ones()
    }

    fn idx_of(&self, month: u32, leap_month: bool) -> Option<u32> {
        if !(1..=12).contains(&month) || (leap_month && self.leap != Some(month)) {
            return None;
        }
        let is_after_leap = leap_month || self.leap.is_some_and(|leap| leap < month);
        Some(month - 1 + u32::from(is_after_leap))
    }

    fn month_at(&self, idx: u32) -> (u32, bool) {
        match self.leap {
            Some(leap) if idx == leap => (leap, true),
            Some(leap) if idx > leap => (idx, false),
            _ => (idx + 1, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_text(month: u32, day: u32, leap_month: bool, zh: &str, en: &str) {
        assert_eq!(text(month, day, leap_month, Lang::Zh), zh);
        assert_eq!(text(month, day, leap_month, Lang::En), en);
    }

    #[test]
    fn dates_are_written_as_people_write_them() {
        check_text(8, 5, false, "八月初五", "lunar 8/5");
        check_text(6, 23, true, "闰六月廿三", "lunar leap 6/23");
        check_text(1, 1, false, "正月初一", "lunar 1/1");
        check_text(10, 10, false, "十月初十", "lunar 10/10");
        check_text(11, 11, false, "冬月十一", "lunar 11/11");
        check_text(12, 20, false, "腊月二十", "lunar 12/20");
        check_text(12, 29, false, "腊月廿九", "lunar 12/29");
        check_text(12, 30, false, "腊月三十", "lunar 12/30");
    }

    #[test]
    fn a_date_outside_of_the_table_has_no_answer() {
        assert_eq!(LunarDate::of(day("1900-01-30")), None);
        let first = LunarDate { year: 1900, month: 1, leap_month: false, day: 1 };
        assert_eq!(LunarDate::of(day("1900-01-31")), Some(first));
        let last = LunarDate::of(day("2101-01-28")).unwrap();
        assert_eq!((last.year, last.month, last.day), (2100, 12, 29));
        for date in [day("2101-01-29"), NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(LunarDate::of(date), None);
        }
        for year in [i32::MIN, 1899, 2101, i32::MAX] {
            assert_eq!(solar_of(year, 1, 1, false), None);
        }
        for (month, day) in [(0, 1), (13, 1), (1, 0), (1, 31), (u32::MAX, u32::MAX)] {
            assert_eq!(solar_of(2026, month, day, false), None);
            assert_eq!(solar_of(2026, month, day, true), None);
        }
    }

    #[test]
    fn a_leap_month_is_celebrated_in_the_ordinary_one_where_there_is_no_leap() {
        assert_eq!(solar_of(1995, 8, 5, true), Some(day("1995-09-29")));
        assert_eq!(solar_of(2026, 8, 5, true), Some(day("2026-09-15")));
        assert_eq!(solar_of(2025, 6, 23, true), Some(day("2025-08-16")));
        assert_eq!(solar_of(2025, 6, 23, false), Some(day("2025-07-17")));
    }

    #[test]
    fn day_30_is_the_last_day_of_a_month_of_29() {
        assert_eq!(days_in_month(2026, 12, false), Some(29));
        assert_eq!(solar_of(2026, 12, 30, false), solar_of(2026, 12, 29, false));
        assert_eq!(days_in_month(2023, 12, false), Some(30));
        assert_eq!(solar_of(2023, 12, 30, false), Some(day("2024-02-09")));
        assert_eq!(days_in_month(2026, 6, true), None);
    }
}
