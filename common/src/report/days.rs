//! A report day by day: what was due, done and contacted on each.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::outcome::OutcomeCode;
use crate::sop::history::Contact;
use crate::sop::run::{State, StepRun};
use crate::time::Period;

/// The most days that a report tells apart: the last ones of a longer period.
pub const MAX_DAYS: u64 = 366;

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFigures {
    /// Which.
    pub on: NaiveDate,
    /// Steps that were open or held on it.
    pub due: u64,
    /// Steps that a contact of it completed.
    pub done: u64,
    /// Contacts, without those that were skipped.
    pub contacts: u64,
}

impl DayFigures {
    pub(super) fn add(&mut self, other: &Self) {
        self.due += other.due;
        self.done += other.done;
        self.contacts += other.contacts;
    }
}

/// The days of a report, with nothing counted yet.
pub(super) fn empty(period: Period, as_of: NaiveDate) -> Vec<DayFigures> {
    let earliest = as_of.checked_sub_days(Days::new(MAX_DAYS - 1)).unwrap_or(period.from);
    let days = period.from.max(earliest).iter_days().take_while(|on| *on <= as_of);
    days.map(|on| DayFigures { on, due: 0, done: 0, contacts: 0 }).collect()
}

pub(super) fn count_step(days: &mut [DayFigures], step_run: &StepRun<'_>) {
    for open in step_run.attempts.iter().flat_map(|attempt| &attempt.open_days) {
        for day in between(days, *open) {
            day.due += 1;
        }
    }
    if let Some(State::Done { on }) = step_run.attempts.last().map(|attempt| attempt.state) {
        for day in between(days, Period { from: on, to: on }) {
            day.done += 1;
        }
    }
}

pub(super) fn count_contact(days: &mut [DayFigures], contact: &Contact<'_>) {
    if contact.outcome.code != OutcomeCode::Skipped {
        for day in between(days, Period { from: contact.on(), to: contact.on() }) {
            day.contacts += 1;
        }
    }
}

/// The days of a span.
fn between(days: &mut [DayFigures], span: Period) -> &mut [DayFigures] {
    let Some(first) = days.first().map(|day| day.on) else { return days };
    let index = |n_days: i64| usize::try_from(n_days).unwrap_or_default().min(days.len());
    let from = index((span.from - first).num_days());
    let to = index((span.to - first).num_days() + 1);
    &mut days[from.min(to)..to]
}
