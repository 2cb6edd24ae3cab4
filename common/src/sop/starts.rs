//! Starts of throttled plans: of all customers of a guide whose anchor has come, so many start a day, the most valuable
//! first; the others wait. Worked out from the facts of all of them, day by day, so that every machine finds the same.

mod line;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::id::{CustomerId, PlanId};
use crate::sop::anchor::{AnchorKey, Search, ready};
use crate::sop::history::History;
use crate::sop::plan::Plan;
use crate::sop::rules::Rules;

use line::Line;

/// A customer who waits for the start of a throttled plan, or has had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which run.
    pub key: AnchorKey,
    /// The day on which the trigger was met.
    pub ready_on: NaiveDate,
    /// From this day on there is nothing to start any more.
    pub lost_on: Option<NaiveDate>,
    /// What the customer bought in the 24 months before, in fen: the most valuable start first.
    pub value_fen: i64,
}

/// On which days the runs of throttled plans started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    lines: BTreeMap<PlanId, Line>,
}

impl Starts {
    /// Works the starts of all customers of a guide out, as of the end of a day. `rules.starts` is not looked at.
    pub fn work_out<'f>(files: impl Iterator<Item = &'f CustomerFile>, rules: &Rules, today: NaiveDate) -> Self {
        let mut starts = Self::default();
        if !rules.is_throttled() {
            return starts;
        }
        for file in files {
            starts.put(file, rules, today);
        }
        starts.admit(rules, today);
        starts
    }

    /// Puts a customer's candidates in the place of earlier ones; one on loan waits at the owner's desk. Returns whether
    /// they differ: then `admit` must run again.
    pub fn put(&mut self, file: &CustomerFile, rules: &Rules, today: NaiveDate) -> bool {
        let history = History::of(file, today);
        let mut changed = false;
        for plan in rules.plans().iter().filter(|plan| plan.is_throttled()) {
            let found = if file.customer.lent.is_none() { of_plan(&history, rules, plan) } else { Vec::new() };
            let line = self.lines.entry(plan.id.clone()).or_default();
            changed |= line.put(&file.customer.id, found);
        }
        changed
    }

    /// Forgets a customer who is gone. Returns whether `admit` must run again.
    pub fn remove(&mut self, customer: &CustomerId) -> bool {
        let mut changed = false;
        for line in self.lines.values_mut() {
            changed |= line.put(customer, Vec::new());
        }
        changed
    }

    /// Lets candidates start, day by day up to `today`; days before the first change keep their starts. Returns the
    /// customers whose starts may differ from before.
    pub fn admit(&mut self, rules: &Rules, today: NaiveDate) -> Vec<CustomerId> {
        let mut changed = Vec::new();
        for plan in rules.plans().iter().filter(|plan| plan.is_throttled()) {
            if let Some(line) = self.lines.get_mut(&plan.id) {
                changed.extend(line.admit(plan, &rules.calendar, today));
            }
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// The day on which a run started.
    pub fn day_of(&self, plan: &PlanId, customer: &CustomerId, key: &AnchorKey) -> Option<NaiveDate> {
        self.lines.get(plan)?.day_of(customer, key)
    }

    /// Whether a customer waits for a start on a day: met the trigger, and the turn has not come.
    pub fn is_waiting(&self, plan: &PlanId, customer: &CustomerId, today: NaiveDate) -> bool {
        self.lines.get(plan).is_some_and(|line| line.is_waiting(customer, today))
    }

    /// A waiting customer's place among all who wait for a plan on a day, from 1, and how many wait.
    pub fn place_of(
        &self,
        plan: &PlanId,
        customer: &CustomerId,
        key: &AnchorKey,
        today: NaiveDate,
    ) -> Option<(usize, usize)> {
        self.lines.get(plan)?.place_of(customer, key, today)
    }

    /// The days on which a plan's throttle was reached.
    pub fn full_days(&self, plan: &PlanId) -> &[NaiveDate] {
        self.lines.get(plan).map_or(&[], |line| line.full_days())
    }
}

fn of_plan(history: &History<'_>, rules: &Rules, plan: &Plan) -> Vec<Candidate> {
    // a throttled plan that waits for a plan's outcomes is refused at publication
    let search = Search { history, rules, plan, first_day: history.today, runs: &[] };
    let candidate = |anchor: crate::sop::anchor::Anchor| Candidate {
        lost_on: anchor.over_on(),
        ready_on: anchor.on,
        value_fen: history.spent_fen(anchor.on),
        key: anchor.key,
    };
    ready(&search).into_iter().map(|(anchor, _)| candidate(anchor)).collect()
}
