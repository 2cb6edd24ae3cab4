//! Which days a report is about: a span that ends today, and how many such spans ago.

use chrono::{Datelike, Days, Months, NaiveDate};
use guide_common::sop::plan::Lang;
use guide_common::time::Period;

use crate::lang::{date, pick};
use crate::text;

/// How long a report's period is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// One day.
    Today,
    /// Seven days.
    #[default]
    Week,
    /// Thirty days.
    Thirty,
    /// Ninety days.
    Ninety,
    /// A calendar month.
    Month,
    /// Days that were typed.
    Own(Period),
}

impl Span {
    /// The span after this one, among those that are not typed.
    pub fn next(self) -> Self {
        match self {
            Self::Today => Self::Week,
            Self::Week => Self::Thirty,
            Self::Thirty => Self::Ninety,
            Self::Ninety => Self::Month,
            Self::Month | Self::Own(_) => Self::Today,
        }
    }

    /// The days so many spans ago.
    pub fn period(self, today: NaiveDate, n_back: u32) -> Period {
        match self {
            Self::Month => {
                let first = today.with_day(1).unwrap_or(today);
                let from = first.checked_sub_months(Months::new(n_back)).unwrap_or(first);
                let next = from.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(from);
                Period { from, to: next.min(today).max(from) }
            }
            Self::Own(period) => {
                let n_days = u64::try_from((period.to - period.from).num_days() + 1).unwrap_or(1);
                back(period, n_days * u64::from(n_back))
            }
            Self::Today | Self::Week | Self::Thirty | Self::Ninety => {
                let n_days = self.n_days();
                let from = today.checked_sub_days(Days::new(n_days - 1)).unwrap_or(today);
                back(Period { from, to: today }, n_days * u64::from(n_back))
            }
        }
    }

    /// What it is called.
    pub fn name(self, n_back: u32, lang: Lang) -> String {
        match (self, n_back) {
            (Self::Today, 0) => pick(lang, ("今天", "today")).to_owned(),
            (Self::Today, _) => pick(lang, ("一天", "one day")).to_owned(),
            (Self::Month, 0) => pick(lang, ("本月", "this month")).to_owned(),
            (Self::Month, _) => pick(lang, ("一个月", "one month")).to_owned(),
            (Self::Own(_), _) => pick(lang, ("自选", "own days")).to_owned(),
            (span, _) => text!(lang, "{} 天", "{} days", span.n_days()),
        }
    }

    fn n_days(self) -> u64 {
        match self {
            Self::Today | Self::Month | Self::Own(_) => 1,
            Self::Week => 7,
            Self::Thirty => 30,
            Self::Ninety => 90,
        }
    }
}

/// A period's first and last day, as short as they can be understood.
pub fn days(period: Period, today: NaiveDate, lang: Lang) -> String {
    let short = |on| date::short(on, today, lang);
    match period.from == period.to {
        true => date::day(period.from, lang),
        false => format!("{} – {}", short(period.from), short(period.to)),
    }
}

fn back(period: Period, n_days: u64) -> Period {
    let days = Days::new(n_days);
    match (period.from.checked_sub_days(days), period.to.checked_sub_days(days)) {
        (Some(from), Some(to)) => Period { from, to },
        _ => period,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(span: Span, n_back: u32, from: &str, to: &str) {
        let today = NaiveDate::from_ymd_opt(2026, 8, 12).unwrap();
        let expected = Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
        assert_eq!(span.period(today, n_back), expected, "{span:?} {n_back} back");
    }

    #[test]
    fn spans_lie_side_by_side_and_end_today() {
        check(Span::Today, 0, "2026-08-12", "2026-08-12");
        check(Span::Today, 1, "2026-08-11", "2026-08-11");
        check(Span::Week, 0, "2026-08-06", "2026-08-12");
        check(Span::Week, 1, "2026-07-30", "2026-08-05");
        check(Span::Ninety, 0, "2026-05-15", "2026-08-12");
        check(Span::Month, 0, "2026-08-01", "2026-08-12");
        check(Span::Month, 1, "2026-07-01", "2026-07-31");
        check(Span::Month, 6, "2026-02-01", "2026-02-28");
        let own = Period { from: "2026-08-01".parse().unwrap(), to: "2026-08-03".parse().unwrap() };
        check(Span::Own(own), 1, "2026-07-29", "2026-07-31");
    }
}
