//! What an edited plan means for runs under way: step by step, whether it stays, moves, goes or comes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::id::{CustomerId, StepId};
use crate::sop::run::{Run, State, StepRun};
use crate::time::Period;

/// The most customers that are named for a step and a fate.
const MAX_CUSTOMERS: usize = 20;
/// The most moved steps that are named.
const MAX_MOVES: usize = 50;

/// What becomes of runs under way: of runs that have something open or to come, before the publication or after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningDiff {
    /// Customers with such a run.
    pub n_customers: u64,
    /// Such runs.
    pub n_runs: u64,
    /// Each step.
    pub steps: Vec<StepFigures>,
    /// From which days to which, of the first ones that move.
    pub moves: Vec<Move>,
}

/// One step over all runs under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFigures {
    /// Which.
    pub step: StepId,
    /// Open or to come before and after, on the same days.
    pub kept: Class,
    /// Open or to come before and after, on other days.
    pub moved: Class,
    /// Open or to come before, and no longer.
    pub dropped: Class,
    /// Open or to come only after.
    pub added: Class,
    /// Closed before, and so it stays: done, skipped, expired …
    pub closed: Class,
}

/// Runs in which a step has one fate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// How many.
    pub n: u64,
    /// The first of their customers.
    pub customers: Vec<CustomerId>,
}

/// A step that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub step: StepId,
    /// Of the run from this anchor.
    pub anchor_on: NaiveDate,
    /// Its days before.
    pub from: Period,
    /// Its days after.
    pub to: Period,
}

/// Where a step of a run stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It did not come to be.
    Absent,
    /// It is open or to come, on these days.
    ToCome(Period),
    /// Nothing of it is left.
    Closed,
}

impl RunningDiff {
    pub(super) fn new(steps: &[StepId]) -> Self {
        let class = Class::default;
        let figures = |step: &StepId| StepFigures {
            step: step.clone(),
            kept: class(),
            moved: class(),
            dropped: class(),
            added: class(),
            closed: class(),
        };
        Self { steps: steps.iter().map(figures).collect(), ..Self::default() }
    }

    /// Counts one customer's runs before and after.
    pub(super) fn count(&mut self, file: &CustomerFile, before: &[Run<'_>], after: &[Run<'_>], today: NaiveDate) {
        let under_way = |run: &Run<'_>| run.anchor.born_on <= today && run.is_active();
        let same = |run: &Run<'_>, of: &Run<'_>| run.anchor.key == of.anchor.key;
        let n_before = self.n_runs;
        for old in before {
            let new = after.iter().find(|run| same(run, old));
            if under_way(old) || new.is_some_and(under_way) {
                self.count_run(&file.customer.id, Some(old), new);
            }
        }
        for new in after.iter().filter(|new| under_way(new) && !before.iter().any(|old| same(old, new))) {
            self.count_run(&file.customer.id, None, Some(new));
        }
        self.n_customers += u64::from(self.n_runs > n_before);
    }

    fn count_run(&mut self, customer: &CustomerId, old: Option<&Run<'_>>, new: Option<&Run<'_>>) {
        self.n_runs += 1;
        for figures in &mut self.steps {
            let class = match (standing(old, &figures.step), standing(new, &figures.step)) {
                (Standing::ToCome(from), Standing::ToCome(to)) if from == to => &mut figures.kept,
                (Standing::ToCome(from), Standing::ToCome(to)) => {
                    let anchor_on = new.or(old).map(|run| run.anchor.on);
                    let step = figures.step.clone();
                    let one = anchor_on.map(|anchor_on| Move { customer: customer.clone(), step, anchor_on, from, to });
                    self.moves.extend(one.filter(|_| self.moves.len() < MAX_MOVES));
                    &mut figures.moved
                }
                (Standing::ToCome(_), _) => &mut figures.dropped,
                (_, Standing::ToCome(_)) => &mut figures.added,
                (Standing::Closed, _) => &mut figures.closed,
                (Standing::Absent, _) => continue,
            };
            class.n += 1;
            class.name(customer);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.n_customers += other.n_customers;
        self.n_runs += other.n_runs;
        for (sum, figures) in self.steps.iter_mut().zip(&other.steps) {
            sum.kept.add(&figures.kept);
            sum.moved.add(&figures.moved);
            sum.dropped.add(&figures.dropped);
            sum.added.add(&figures.added);
            sum.closed.add(&figures.closed);
        }
        let n_left = MAX_MOVES.saturating_sub(self.moves.len());
        self.moves.extend(other.moves.iter().take(n_left).cloned());
    }
}

impl Class {
    /// Customers come one after the other, so one with several runs is named once.
    fn name(&mut self, customer: &CustomerId) {
        if self.customers.len() < MAX_CUSTOMERS && self.customers.last() != Some(customer) {
            self.customers.push(customer.clone());
        }
    }

    fn add(&mut self, other: &Self) {
        self.n += other.n;
        other.customers.iter().for_each(|customer| self.name(customer));
    }
}

fn standing(run: Option<&Run<'_>>, step: &StepId) -> Standing {
    let of_step = |step_run: &&StepRun<'_>| step_run.step.id == *step;
    let Some(last) = run.and_then(|run| run.steps.iter().find(of_step)).and_then(|step| step.attempts.last()) else {
        return Standing::Absent;
    };
    match last.state {
        State::Open | State::Upcoming | State::Postponed { .. } => {
            Standing::ToCome(Period { from: last.opens_on, to: last.until_on })
        }
        _ => Standing::Closed,
    }
}
