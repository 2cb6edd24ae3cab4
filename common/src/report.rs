//! Reports: what was due, and what became of it, counted so that the columns add up. Both sides use it; the hub on
//! its own facts, so that a terminal that never synced cannot hide.

pub mod days;
pub mod funnel;
pub mod promises;
pub mod rates;
pub mod repeat;

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::id::{DueId, PlanId, TemplateId};
use crate::outcome::{OutcomeCode, SkipReason};
use crate::report::days::DayFigures;
use crate::report::funnel::{Funnel, Reach};
use crate::report::promises::PromiseFigures;
use crate::report::rates::Rates;
use crate::report::repeat::RepeatFigures;
use crate::sop::history::{Contact, History};
use crate::sop::plan::{Asks, Plan};
use crate::sop::rules::Rules;
use crate::sop::run::{Run, State, StepRun, all_runs};
use crate::template::usage::{Usage, replied};
use crate::time::Period;

/// A report over some customers and a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The days reported on.
    pub period: Period,
    /// The report is as of the end of this day: later facts do not exist for it.
    pub as_of: NaiveDate,
    /// All plans together, and contacts that no plan asked for.
    pub total: Figures,
    /// Each plan.
    pub by_plan: BTreeMap<PlanId, Figures>,
    /// Each template that a counted step names, or that a counted contact said.
    #[serde(default)]
    pub by_template: BTreeMap<TemplateId, TemplateFigures>,
    /// What customers bought again; of all customers, whatever plan is asked for.
    #[serde(default)]
    pub repeat: RepeatFigures,
    /// What became of promises; of all customers, whatever plan is asked for.
    #[serde(default)]
    pub promises: PromiseFigures,
    /// Day by day up to the report's end, [`days::MAX_DAYS`] of them at most.
    #[serde(default)]
    pub days: Vec<DayFigures>,
    /// Shares and means of the figures above.
    #[serde(default)]
    pub rates: Rates,
}

/// What came of the steps that name a template, and of the contacts that said it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFigures {
    /// How far the steps came whose script it is.
    pub funnel: Funnel,
    /// The contacts in which it was said, whatever asked for them.
    pub usage: Usage,
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
    /// How far the counted steps came.
    #[serde(default)]
    pub funnel: Funnel,
    /// Counted steps that ask for a score and were contacted.
    #[serde(default)]
    pub asked: u64,
    /// Of those, the ones that brought a score.
    #[serde(default)]
    pub answered: u64,
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
    let mut report = Report {
        period,
        as_of,
        total: Figures::default(),
        by_plan: BTreeMap::new(),
        by_template: BTreeMap::new(),
        repeat: RepeatFigures::default(),
        promises: PromiseFigures::default(),
        days: days::empty(period, as_of),
        rates: Rates::default(),
    };
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
            let mut due_ids = HashSet::new();
            for run in runs.iter().filter(|run| run.plan.id == plan.id) {
                report.count_run(run, &history, &mut due_ids);
            }
            let figures = report.by_plan.entry(plan.id.clone()).or_default();
            for contact in contacts(&history, period).filter(|contact| names_any(contact, &due_ids)) {
                figures.count_contact(contact);
            }
            named.extend(due_ids);
        }
        for contact in contacts(&history, period).filter(|contact| only.is_none() || names_any(contact, &named)) {
            report.count_contact(contact);
        }
        report.repeat.count(&history, period);
        report.promises.count(&history, period);
    }
    for figures in report.by_plan.values() {
        report.total.add_dues(figures);
    }
    report.rates = Rates::of(&report);
    report
}

/// The contacts of a period's days.
fn contacts<'h, 'f>(history: &'h History<'f>, period: Period) -> impl Iterator<Item = &'h Contact<'f>> {
    history.contacts.iter().filter(move |contact| period.contains(contact.on()))
}

fn names_any(contact: &Contact<'_>, due_ids: &HashSet<DueId>) -> bool {
    contact.outcome.due_ids.iter().any(|id| due_ids.contains(id))
}

fn was_open_in(step_run: &StepRun<'_>, period: Period) -> bool {
    let mut days = step_run.attempts.iter().flat_map(|attempt| &attempt.open_days);
    days.any(|days| days.from <= period.to && period.from <= days.to)
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

    fn count_reach(&mut self, step_run: &StepRun<'_>, reach: Reach) {
        self.funnel.count(reach.stage);
        if step_run.step.asks == Some(Asks::Satisfaction) && reach.was_contacted() {
            self.asked += 1;
            self.answered += u64::from(reach.has_score);
        }
    }

    fn count_contact(&mut self, contact: &Contact<'_>) {
        *self.outcomes.entry(contact.outcome.code).or_default() += 1;
        if let Some(idx @ 0..=4) = contact.outcome.score.and_then(|score| usize::from(score).checked_sub(1)) {
            self.satisfaction[idx] += 1;
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
        self.funnel.add(other.funnel);
        self.asked += other.asked;
        self.answered += other.answered;
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
        for (template, figures) in &other.by_template {
            let own = self.by_template.entry(template.clone()).or_default();
            own.funnel.add(figures.funnel);
            own.usage.add(figures.usage);
        }
        self.repeat.add(other.repeat);
        self.promises.add(other.promises);
        for (own, day) in self.days.iter_mut().zip(&other.days) {
            own.add(day);
        }
        self.rates = Rates::of(self);
    }

    fn count_run(&mut self, run: &Run<'_>, history: &History<'_>, due_ids: &mut HashSet<DueId>) {
        for step_run in &run.steps {
            due_ids.extend(step_run.attempts.iter().map(|attempt| attempt.due_id));
            if !was_open_in(step_run, self.period) {
                continue;
            }
            let reach = Reach::of(step_run, history, self.period);
            let figures = self.by_plan.entry(run.plan.id.clone()).or_default();
            figures.count_step(step_run);
            figures.count_reach(step_run, reach);
            if let Some(template) = step_run.template {
                self.by_template.entry(template.clone()).or_default().funnel.count(reach.stage);
            }
            days::count_step(&mut self.days, step_run);
        }
    }

    fn count_contact(&mut self, contact: &Contact<'_>) {
        self.total.count_contact(contact);
        days::count_contact(&mut self.days, contact);
        if let (Some(template), Some(replied)) = (&contact.outcome.template, replied(contact.outcome.code)) {
            let once = Usage { n_used: 1, n_replied: u64::from(replied) };
            self.by_template.entry(template.clone()).or_default().usage.add(once);
        }
    }
}
