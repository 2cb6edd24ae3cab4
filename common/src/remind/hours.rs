//! When a guide may be reminded: on days of work, outside the quiet hours.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::calendar::Calendar;
use crate::config::Quiet;

/// How many days are looked through for a day of work.
const MAX_DAYS: u64 = 60;

/// A guide's hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The days of work.
    pub calendar: Calendar,
    /// When the guide is left alone.
    pub quiet: Quiet,
}

impl Hours {
    /// Whether the guide may be reminded at a time.
    pub fn is_open(&self, at: NaiveDateTime) -> bool {
        self.calendar.works_on(at.date()) && !self.is_quiet(at.time())
    }

    fn is_quiet(&self, time: NaiveTime) -> bool {
        let Quiet { from, until } = self.quiet;
        // a chain that names no hours has no quiet ones
        if from == until {
            return false;
        }
        if from < until { (from..until).contains(&time) } else { time >= from || time < until }
    }

    /// The first time from `at` on.
    pub fn later(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        if self.is_open(at) {
            return Some(at);
        }
        // a day opens at midnight or when the quiet hours end
        let opens = |day: NaiveDate| [NaiveTime::MIN, self.quiet.until].map(|time| day.and_time(time));
        let days = at.date().iter_days().take(MAX_DAYS as usize);
        days.flat_map(opens).find(|time| at < *time && self.is_open(*time))
    }

    /// The last minute not after `at`.
    pub fn earlier(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        if self.is_open(at) {
            return Some(at);
        }
        let minute = TimeDelta::minutes(1);
        let last = |day: NaiveDate| {
            let end = day.checked_add_days(Days::new(1)).map(|next| next.and_time(NaiveTime::MIN) - minute);
            end.into_iter().chain([day.and_time(self.quiet.from) - minute])
        };
        let days = (0..MAX_DAYS).filter_map(|n| at.date().checked_sub_days(Days::new(n)));
        days.flat_map(last).find(|time| *time < at && self.is_open(*time))
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        format!("2026-08-{text}:00").parse().unwrap()
    }

    #[track_caller]
    fn check(quiet: &str, time: &str, later: &str, earlier: &str) {
        // 2026-08-15 is a Saturday
        let calendar = Calendar { days_off: vec![Weekday::Sat], leaves: Vec::new() };
        let hours = Hours { calendar, quiet: quiet.parse().unwrap() };
        assert_eq!(hours.later(at(time)), Some(at(later)), "later than {time}");
        assert_eq!(hours.earlier(at(time)), Some(at(earlier)), "earlier than {time}");
    }

    #[test]
    fn quiet_hours_and_days_off_are_passed_over_both_ways() {
        check("20:30-09:30", "12T10:00", "12T10:00", "12T10:00");
        check("20:30-09:30", "12T20:30", "13T09:30", "12T20:29");
        check("20:30-09:30", "13T07:00", "13T09:30", "12T20:29");
        check("20:30-09:30", "14T23:00", "16T09:30", "14T20:29");
        check("20:30-09:30", "15T12:00", "16T09:30", "14T20:29");
        check("12:00-14:00", "12T13:00", "12T14:00", "12T11:59");
        check("12:00-14:00", "15T13:00", "16T00:00", "14T23:59");
        check("00:00-09:00", "13T08:00", "13T09:00", "12T23:59");
    }

    #[test]
    fn a_guide_who_never_works_is_never_reminded() {
        use chrono::Weekday::*;
        let calendar = Calendar { days_off: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], leaves: Vec::new() };
        let hours = Hours { calendar, quiet: "20:30-09:30".parse().unwrap() };
        assert_eq!((hours.later(at("12T10:00")), hours.earlier(at("12T10:00"))), (None, None));
    }
}
