//! Anchors (锚点): the days that start runs of a plan for one customer.

use chrono::{Datelike, NaiveDate};

use crate::id::OpId;
use crate::sop::history::History;
use crate::sop::plan::{Plan, Restart, Step};
use crate::sop::trigger::{PurchaseTrigger, Trigger};

/// A day that meets a plan's trigger, and so starts a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The date from which the steps count.
    pub on: NaiveDate,
    /// What tells it from other anchors of the plan.
    pub key: AnchorKey,
    /// The day on which its fact came to be: nothing of the run was open before.
    pub born_on: NaiveDate,
    /// From this day on it is no anchor: its purchase was returned.
    pub returned_on: Option<NaiveDate>,
    /// The day on which the run's promise was marked as kept.
    pub kept_on: Option<NaiveDate>,
}

/// What tells anchors of one plan and customer apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorKey {
    /// The date: one anchor a day.
    Day(NaiveDate),
    /// The fact: a day can have several.
    Fact(OpId),
}

impl std::fmt::Display for AnchorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Fact(id) => write!(f, "{id}"),
        }
    }
}

/// How many years back a yearly date is looked at: a step can be put off, but not for longer.
const YEARS_BACK: i32 = 3;

/// The anchors of a plan that start a run, oldest first. `first_day` is the earliest day that is asked about.
pub fn anchors(history: &History<'_>, plan: &Plan, first_day: NaiveDate) -> Vec<Anchor> {
    let mut anchors = match plan.triggers.first() {
        Some(Trigger::Purchase(PurchaseTrigger { min_amount_fen, .. })) => purchase_anchors(history, *min_amount_fen),
        Some(Trigger::Birthday) => birthday_anchors(history, &plan.steps, first_day),
        Some(Trigger::Promise) => promise_anchors(history),
        _ => Vec::new(),
    };
    if plan.restart == Restart::Once
        && let Some(idx) = anchors.iter().position(|anchor| anchor.returned_on.is_none())
    {
        anchors.truncate(idx + 1);
    }
    anchors
}

fn purchase_anchors(history: &History<'_>, min_amount_fen: i64) -> Vec<Anchor> {
    let meets = |fen: i64| fen >= min_amount_fen.max(1);
    history
        .days
        .iter()
        .filter(|day| meets(day.gross_fen))
        .map(|day| (day, day.below_since(min_amount_fen)))
        .filter(|(day, returned_on)| *returned_on != Some(day.on))
        .map(|(day, returned_on)| Anchor {
            on: day.on,
            key: AnchorKey::Day(day.on),
            born_on: day.on,
            returned_on,
            kept_on: None,
        })
        .collect()
}

fn birthday_anchors(history: &History<'_>, steps: &[Step], first_day: NaiveDate) -> Vec<Anchor> {
    let customer = &history.file.customer;
    let Some(birthday) = customer.birthday else { return Vec::new() };
    let first_year = first_day.year() - YEARS_BACK;
    (first_year..=history.today.year() + 1)
        .filter_map(|year| birthday.solar_date_in(year))
        .filter(|on| customer.since_on.is_none_or(|since| since <= *on))
        .filter_map(|on| {
            let opens_on = steps.iter().filter_map(|step| step.offset.from(on)).min()?;
            let born_on = customer.since_on.map_or(opens_on, |since| since.max(opens_on));
            (born_on <= history.today).then_some(Anchor {
                on,
                key: AnchorKey::Day(on),
                born_on,
                returned_on: None,
                kept_on: None,
            })
        })
        .collect()
}

fn promise_anchors(history: &History<'_>) -> Vec<Anchor> {
    history
        .promises
        .iter()
        .map(|(id, promise)| Anchor {
            on: promise.due_on,
            key: AnchorKey::Fact(*id),
            born_on: promise.on,
            returned_on: None,
            kept_on: history.kept_on(*id),
        })
        .collect()
}
