//! Runs: one plan for one customer from one anchor, and what became of each step by a day.

mod closing;
pub(crate) mod course;
mod window;

use std::cell::OnceCell;

use chrono::{Days, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::amnesty::WaiveReason;
use crate::id::{DueId, OpId, TemplateId};
use crate::outcome::{Channel, SkipReason};
use crate::sop::anchor::{Anchor, Search, anchors};
use crate::sop::history::{Contact, History};
use crate::sop::plan::{Plan, Restart, Step};
use crate::sop::rules::Rules;
use crate::time::Period;

use course::{Course, RunEnd};

/// One run.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// Of which plan: the version that the run follows.
    pub plan: &'a Plan,
    /// From which anchor.
    pub anchor: Anchor,
    /// Its steps that came to be, in the plan's order.
    pub steps: Vec<StepRun<'a>>,
}

impl Run<'_> {
    /// Whether anything of it is open or still to come on the day asked about.
    pub fn is_active(&self) -> bool {
        let last = |step: &StepRun<'_>| step.attempts.last().map(|attempt| attempt.state);
        self.steps
            .iter()
            .any(|step| matches!(last(step), Some(State::Open | State::Upcoming | State::Postponed { .. })))
    }
}

/// One step of a run: its attempts, of which the last says what became of it.
#[derive(Clone, Debug)]
pub struct StepRun<'a> {
    /// Which step.
    pub step: &'a Step,
    /// The step's own first day.
    pub opens_on: NaiveDate,
    /// The step's own last day, before any postponement.
    pub until_on: NaiveDate,
    /// What to say: the step's own template, or a variant's.
    pub template: Option<&'a TemplateId>,
    /// Of a step with hours: until when.
    pub deadline_at: Option<NaiveDateTime>,
    /// One or more.
    pub attempts: Vec<Attempt>,
}

impl StepRun<'_> {
    /// Whether a contact closed one of its attempts.
    pub fn was_closed_by(&self, contact: OpId) -> bool {
        self.attempts.iter().any(|attempt| attempt.closed_by == Some(contact))
    }
}

/// One attempt of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its due.
    pub due_id: DueId,
    /// From 0.
    pub number: u32,
    /// From this day on a contact closes it, before its first day too.
    pub known_on: NaiveDate,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day.
    pub until_on: NaiveDate,
    /// Over what.
    pub channel: Channel,
    /// Whether the customer chose its day: then it passes the caps.
    pub is_chosen: bool,
    /// The contact that closed it.
    pub closed_by: Option<OpId>,
    /// What became of it by the day asked about.
    pub state: State,
    /// The days on which it was open or held, up to the day asked about: spans, in order.
    pub open_days: Vec<Period>,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its window has not begun.
    Upcoming,
    /// It is open; whether the gate holds it is another question.
    Open,
    /// A contact completed it on that day.
    Done {
        /// The day.
        on: NaiveDate,
    },
    /// The guide skipped it.
    Skipped {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: SkipReason,
    },
    /// Nobody answered; with a further attempt this is not the last state of the step.
    NotReached {
        /// The day.
        on: NaiveDate,
    },
    /// It was put off to another day: there is a further attempt.
    Postponed {
        /// The day on which it was put off.
        on: NaiveDate,
    },
    /// Its window passed.
    Expired,
    /// An amnesty let it expire.
    Waived {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: WaiveReason,
    },
    /// A later anchor took its place from that day on.
    Superseded {
        /// The later anchor's day.
        on: NaiveDate,
    },
    /// The run ended early.
    Ended {
        /// The day.
        on: NaiveDate,
        /// What ended it.
        cause: EndCause,
    },
}

/// Why a step of a run did not come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// The branch in which it lies was not taken.
    BranchNotTaken,
    /// The date from which it counts is not known.
    DateUnknown,
    /// Its window had passed before the run came to be.
    WindowPassed {
        /// Its last day.
        until_on: NaiveDate,
    },
    /// Its condition was not met.
    ConditionNotMet {
        /// On this day.
        as_of: NaiveDate,
        /// It would open on this one.
        opens_on: NaiveDate,
    },
    /// It closed before the days asked about.
    Past,
}

/// What ends a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The purchase was returned: nothing of the run is open on that day.
    Returned,
    /// Nothing is left to do: the coupon was used, the piece collected. Nothing of the run is open on that day.
    Settled,
    /// An outcome: the run was open until that contact.
    Outcome,
    /// The promise was kept before the step opened.
    Kept,
}

/// All runs of all plans for a customer as of the end of `history.today`, plan by plan, oldest anchor first. Steps that
/// closed before `first_day` may be missing.
pub fn all_runs<'r>(history: &History<'_>, rules: &'r Rules, first_day: NaiveDate) -> Vec<Run<'r>> {
    let mut runs: Vec<Run<'r>> = Vec::new();
    for (_, plan, reach) in rules.in_order() {
        let reach = if history.contacts.is_empty() { 0 } else { reach };
        let first_day = first_day.checked_sub_days(Days::new(reach.unsigned_abs())).unwrap_or(first_day);
        let of_plan = runs_of(&Search { history, rules, plan, first_day, runs: &runs });
        runs.extend(of_plan);
    }
    runs
}

/// The runs of one plan.
fn runs_of<'r>(search: &Search<'_, '_, 'r>) -> Vec<Run<'r>> {
    follow(search, |_, _, _| {})
}

/// The runs of one plan; `absent` hears of each step that did not come to be, by its run's anchor.
pub(crate) fn follow<'r>(
    search: &Search<'_, '_, 'r>,
    mut absent: impl FnMut(&(Anchor, &'r Plan), &'r Step, Absence),
) -> Vec<Run<'r>> {
    let anchors = anchors(search);
    let mut runs = Vec::with_capacity(anchors.len());
    let supersedes = search.plan.restart == Restart::Supersede;
    for (idx, of_run) in anchors.iter().enumerate() {
        let (anchor, plan) = of_run;
        let course = Course {
            history: search.history,
            rules: search.rules,
            plan,
            anchor,
            later: if supersedes { &anchors[idx + 1..] } else { &[] },
            end: RunEnd::of(search.history, plan, anchor),
            first_day: search.first_day,
            key: OnceCell::new(),
        };
        let steps = course.steps(|step, absence| absent(of_run, step, absence));
        if !steps.is_empty() {
            runs.push(Run { plan, anchor: anchor.clone(), steps });
        }
    }
    runs
}

/// Whether a due would be closed by a contact on `on`: it is open that day, or was until a later anchor, a return or
/// an end of the same day.
pub fn accepts_on(attempt: &Attempt, on: NaiveDate) -> bool {
    let in_window = attempt.known_on <= on && on <= attempt.until_on;
    match attempt.state {
        State::Open | State::Upcoming => in_window,
        State::Superseded { on: since }
        | State::Ended { on: since, cause: EndCause::Returned | EndCause::Settled }
        | State::Waived { on: since, .. } => in_window && since == on,
        _ => false,
    }
}

/// The contacts that name an attempt, by its id.
fn named_by<'c, 'f>(contacts: &'c [Contact<'f>], due_id: DueId) -> impl Iterator<Item = &'c Contact<'f>> {
    contacts.iter().filter(move |contact| contact.names(due_id))
}
