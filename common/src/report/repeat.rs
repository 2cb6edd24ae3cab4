//! Who bought again: the cohort form of the repeat purchase rate, and how many buyers of the period were no first
//! buyers. The definitions stand in `docs/reports.md`.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::sop::history::History;
use crate::time::Period;

/// Within so many days of the first purchase another one makes the customer one who bought again.
pub const REPEAT_DAYS: u32 = 365;

/// Customers by whether they bought again. A purchase is a day with sales of which something is left after returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RepeatFigures {
    /// [`REPEAT_DAYS`].
    pub within_days: u32,
    /// Customers whose days since their first purchase became so many on a day of the period.
    pub cohort: u64,
    /// Of those, the ones who bought on another of these days.
    pub repeated: u64,
    /// Customers who bought in the period.
    pub buyers: u64,
    /// Of those, the ones who had bought before their first purchase of the period.
    pub returning: u64,
}

impl Default for RepeatFigures {
    fn default() -> Self {
        Self { within_days: REPEAT_DAYS, cohort: 0, repeated: 0, buyers: 0, returning: 0 }
    }
}

impl RepeatFigures {
    pub(super) fn count(&mut self, history: &History<'_>, period: Period) {
        let mut bought_on = history.days.iter().filter(|day| day.net_fen() > 0).map(|day| day.on);
        let Some(first) = bought_on.next() else { return };
        let ripe = first.checked_add_days(Days::new(REPEAT_DAYS.into())).unwrap_or(NaiveDate::MAX);
        let mut in_period = period.contains(first);
        let (mut repeated, mut returning) = (false, false);
        for on in bought_on {
            repeated |= on <= ripe;
            returning |= !in_period && period.contains(on);
            in_period |= period.contains(on);
        }
        if period.contains(ripe) && ripe <= history.today {
            self.cohort += 1;
            self.repeated += u64::from(repeated);
        }
        self.buyers += u64::from(in_period);
        self.returning += u64::from(returning);
    }

    pub(super) fn add(&mut self, other: Self) {
        self.cohort += other.cohort;
        self.repeated += other.repeated;
        self.buyers += other.buyers;
        self.returning += other.returning;
    }
}
