//! Reports: what was due, and what became of it, counted so that the columns add up. Both sides use it; the hub on
//! its own facts, so that a terminal that never synced cannot hide.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::id::{DueId, PlanId};
use crate::outcome::{OutcomeCode, SkipReason};
use crate::sop::history::History;
use crate::sop::plan::Plan;
use crate::sop::rules::Rules;
use crate::sop::run::{Run, State, StepRun, all_runs};
use crate::time::Period;

/// A report over some customers and a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The days reported on.
    pub period: Period,
    /// The report is as of the end of this day: later facts do not exist for it.
    pub as_of: NaiveDate,
    /// All plans together, and contacts that no plan asked for.
    pub total: Figures,
    /// Each plan.
    pub by_plan: BTreeMap<PlanId, Figures>,
}

/// The figures: `due` is the sum of the columns from `done` to `open`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Steps that were open or held on at least one day of the period.
    pub due: u64,
    /// Completed by a contact.
    pub done: u64,
    /// Of those, by the step's own last day, before any postponement.
    pub on_time: u64,
    /// Skipped by the guide.
    pub skipped: u64,
    /// The skipped ones by reason.
    pub skipped_by: BTreeMap<SkipReason, u64>,
    /// Nobody answered, and no attempt was left.
    pub not_reached: u64,
    /// The window passed.
    pub expired: u64,
    /// A later anchor took their place.
    pub superseded: u64,
    /// The run ended early.
    pub ended: u64,
    /// Open, held or put off at the end of the report.
    pub open: u64,
    /// Contacts by what came of them.
    pub outcomes: BTreeMap<OutcomeCode, u64>,
    /// Satisfaction by score; index 0 is a score of 1.
    pub satisfaction: [u64; 5],
}

/// Counts a period over customers, as of the end of its last day, or of `today` where that is earlier; of one plan
/// where `only` names it.
pub fn report<'f>(
    files: impl Iterator<Item = &'f CustomerFile>,
    rules: &Rules,
    period: Period,
    today: NaiveDate,
    only: Option<&PlanId>,
) -> Report {
    let as_of = period.to.min(today);
    let mut report = Report { period, as_of, total: Figures::default(), by_plan: BTreeMap::new() };
    let plans: Vec<&Plan> = rules.plans().iter().filter(|plan| only.is_none_or(|only| *only == plan.id)).collect();
    for plan in &plans {
        report.by_plan.insert(plan.id.clone(), Figures::default());
    }
    // a customer on loan counts for the guide whose customer it is
    for file in files.filter(|file| file.customer.lent.is_none()) {
        let history = History::of(file, as_of);
        let mut named: HashSet<DueId> = HashSet::new();
        let runs = all_runs(&history, rules, period.from);
        for plan in &plans {
            let figures = report.by_plan.entry(plan.id.clone()).or_default();
            let mut due_ids = HashSet::new();
            for run in runs.iter().filter(|run| run.plan.id == plan.id) {
                count_run(run, period, figures, &mut due_ids);
            }
            count_contacts(&history, period, figures, |ids| ids.iter().any(|id| due_ids.contains(id)));
            named.extend(due_ids);
        }
        let total = &mut report.total;
        count_contacts(&history, period, total, |ids| only.is_none() || ids.iter().any(|id| named.contains(id)));
    }
    for figures in report.by_plan.values() {
        report.total.add_dues(figures);
    }
    report
}

fn count_run(run: &Run<'_>, period: Period, figures: &mut Figures, due_ids: &mut HashSet<DueId>) {
    for step_run in &run.steps {
        due_ids.extend(step_run.attempts.iter().map(|attempt| attempt.due_id));
        if was_open_in(step_run, period) {
            figures.count_step(step_run);
        }
    }
}

fn was_open_in(step_run: &StepRun<'_>, period: Period) -> bool {
    let mut days = step_run.attempts.iter().flat_map(|attempt| &attempt.open_days);
    days.any(|days| days.from <= period.to && period.from <= days.to)
}

fn count_contacts(history: &History<'_>, period: Period, figures: &mut Figures, counts: impl Fn(&[DueId]) -> bool) {
    for contact in history.contacts.iter().filter(|contact| period.contains(contact.on())) {
        if !counts(&contact.outcome.due_ids) {
            continue;
        }
        *figures.outcomes.entry(contact.outcome.code).or_default() += 1;
        if let Some(idx @ 0..=4) = contact.outcome.score.and_then(|score| usize::from(score).checked_sub(1)) {
            figures.satisfaction[idx] += 1;
        }
    }
}

impl Figures {
    /// The sum of the columns; equal to `due`.
    pub fn sum_of_columns(&self) -> u64 {
        self.done + self.skipped + self.not_reached + self.expired + self.superseded + self.ended + self.open
    }

    /// Counts a step in exactly one column: where its last attempt stands.
    fn count_step(&mut self, step_run: &StepRun<'_>) {
        let Some(last) = step_run.attempts.last() else { return };
        self.due += 1;
        match last.state {
            State::Done { on } => {
                self.done += 1;
                self.on_time += u64::from(on <= step_run.until_on);
            }
            State::Skipped { reason, .. } => {
                self.skipped += 1;
                *self.skipped_by.entry(reason).or_default() += 1;
            }
            State::NotReached { .. } => self.not_reached += 1,
            State::Expired | State::Waived { .. } => self.expired += 1,
            State::Superseded { .. } => self.superseded += 1,
            State::Ended { .. } => self.ended += 1,
            State::Open | State::Upcoming | State::Postponed { .. } => self.open += 1,
        }
    }

    fn add_dues(&mut self, other: &Self) {
        self.due += other.due;
        self.done += other.done;
        self.on_time += other.on_time;
        self.skipped += other.skipped;
        self.not_reached += other.not_reached;
        self.expired += other.expired;
        self.superseded += other.superseded;
        self.ended += other.ended;
        self.open += other.open;
        for (reason, n) in &other.skipped_by {
            *self.skipped_by.entry(*reason).or_default() += n;
        }
    }

    fn add(&mut self, other: &Self) {
        self.add_dues(other);
        for (code, n) in &other.outcomes {
            *self.outcomes.entry(*code).or_default() += n;
        }
        for (sum, n) in self.satisfaction.iter_mut().zip(other.satisfaction) {
            *sum += n;
        }
    }
}

impl Report {
    /// Adds a report over other customers and the same period.
    pub fn add(&mut self, other: &Self) {
        self.total.add(&other.total);
        for (plan, figures) in &other.by_plan {
            self.by_plan.entry(plan.clone()).or_default().add(figures);
        }
    }
}
