//! A guide's calendar (班表): days off every week, and leaves.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::fact::{Fact, FactBody};
use crate::id::GuideId;

/// A leave (休假).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// The shop-local day on which it was entered.
    pub on: NaiveDate,
    /// Its first day.
    pub from_on: NaiveDate,
    /// Its last day.
    pub to_on: NaiveDate,
    /// Who stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<GuideId>,
}

impl Leave {
    /// Whether the guide is away on a day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from_on <= day && day <= self.to_on
    }
}

/// On which days a guide works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Days off every week.
    pub days_off: Vec<Weekday>,
    /// Leaves that stand, by their first day.
    pub leaves: Vec<Leave>,
}

impl Calendar {
    /// The calendar as of the end of a day: of the guide's days off and the facts about the guide.
    pub fn of(days_off: &[Weekday], facts: &[Fact], today: NaiveDate) -> Self {
        let mut leaves: Vec<Leave> = facts
            .iter()
            .filter(|fact| fact.stands_on(today))
            .filter_map(|fact| match &fact.body {
                FactBody::Leave(leave) => Some(leave.clone()),
                _ => None,
            })
            .collect();
        leaves.sort_by_key(|leave| (leave.from_on, leave.to_on));
        Self { days_off: days_off.to_vec(), leaves }
    }

    /// Whether the guide works on a day.
    pub fn works_on(&self, day: NaiveDate) -> bool {
        !self.days_off.contains(&day.weekday()) && self.leave_on(day).is_none()
    }

    /// The leave that covers a day.
    pub fn leave_on(&self, day: NaiveDate) -> Option<&Leave> {
        self.leaves.iter().find(|leave| leave.covers(day))
    }

    /// The first day from `from` to `until`, both inclusive, on which the guide works.
    pub fn next_shift(&self, from: NaiveDate, until: NaiveDate) -> Option<NaiveDate> {
        if self.days_off.is_empty() && self.leaves.is_empty() {
            return (from <= until).then_some(from);
        }
        from.iter_days().take_while(|day| *day <= until).find(|day| self.works_on(*day))
    }

    /// The leave that ended last before a day, not longer ago than `max_days`.
    pub fn leave_before(&self, day: NaiveDate, max_days: i64) -> Option<&Leave> {
        let ended = |leave: &&Leave| (1..=max_days).contains(&(day - leave.to_on).num_days());
        self.leaves.iter().filter(ended).max_by_key(|leave| leave.to_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_shift_skips_days_off_and_leaves() {
        let leave = Leave { on: day("2026-08-01"), from_on: day("2026-08-12"), to_on: day("2026-08-14"), deputy: None };
        let calendar = Calendar { days_off: vec![Weekday::Sat], leaves: vec![leave] };
        assert_eq!(calendar.next_shift(day("2026-08-12"), day("2026-08-20")), Some(day("2026-08-16")));
        assert_eq!(calendar.next_shift(day("2026-08-12"), day("2026-08-15")), None);
        assert_eq!(calendar.next_shift(day("2026-08-11"), day("2026-08-11")), Some(day("2026-08-11")));
        assert_eq!(Calendar::default().next_shift(day("2026-08-12"), day("2026-08-11")), None);
    }
}
