//! How far the training clock is moved at once.

use chrono::{Days, Months, NaiveDateTime, TimeDelta};

/// How far the training clock is moved at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// Three days: until satisfaction is asked for.
    ThreeDays,
    /// A week.
    Week,
    /// Three weeks: until knowledge is sent.
    ThreeWeeks,
    /// A month.
    Month,
    /// Three months: until the first care.
    ThreeMonths,
}

impl Span {
    /// Every span, the shortest first.
    pub const ALL: [Self; 7] =
        [Self::Hour, Self::Day, Self::ThreeDays, Self::Week, Self::ThreeWeeks, Self::Month, Self::ThreeMonths];

    /// Its name in lessons.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "1d",
            Self::ThreeDays => "3d",
            Self::Week => "1w",
            Self::ThreeWeeks => "3w",
            Self::Month => "1m",
            Self::ThreeMonths => "3m",
        }
    }

    /// The span of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }

    /// So far after a time; months end where the shorter month does.
    pub fn after(self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Hour => now.checked_add_signed(TimeDelta::hours(1)),
            Self::Day => now.checked_add_days(Days::new(1)),
            Self::ThreeDays => now.checked_add_days(Days::new(3)),
            Self::Week => now.checked_add_days(Days::new(7)),
            Self::ThreeWeeks => now.checked_add_days(Days::new(21)),
            Self::Month => now.checked_add_months(Months::new(1)),
            Self::ThreeMonths => now.checked_add_months(Months::new(3)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_found_by_its_name_and_months_are_clamped() {
        for span in Span::ALL {
            assert_eq!(Span::named(span.name()), Some(span));
        }
        let after = |span: Span, now: &str| span.after(now.parse().unwrap()).unwrap().to_string();
        assert_eq!(after(Span::ThreeMonths, "2026-11-30T10:00:00"), "2027-02-28 10:00:00");
        assert_eq!(after(Span::Hour, "2026-08-12T23:30:00"), "2026-08-13 00:30:00");
        assert_eq!(after(Span::ThreeWeeks, "2026-08-12T10:00:00"), "2026-09-02 10:00:00");
    }
}
