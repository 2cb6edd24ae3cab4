//! Starts of throttled plans: of all customers of a guide whose anchor has come, so many start a day, the most valuable
//! first; the others wait. Worked out from the facts of all of them, day by day, so that every machine finds the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::calendar::Calendar;
use crate::id::{CustomerId, PlanId};
use crate::sop::anchor::{AnchorKey, Search, candidates};
use crate::sop::history::History;
use crate::sop::plan::Plan;
use crate::sop::rules::Rules;

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
    candidates: BTreeMap<PlanId, HashMap<CustomerId, Vec<Candidate>>>,
    days: HashMap<PlanId, HashMap<CustomerId, Vec<(AnchorKey, NaiveDate)>>>,
    full: BTreeMap<PlanId, Vec<NaiveDate>>,
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

    /// Puts a customer's candidates in the place of earlier ones. Returns whether they differ: then `admit` must run
    /// again.
    pub fn put(&mut self, file: &CustomerFile, rules: &Rules, today: NaiveDate) -> bool {
        let history = History::of(file, today);
        let mut changed = false;
        for plan in rules.plans().iter().filter(|plan| plan.throttle.is_some()) {
            let found = of_plan(&history, rules, plan);
            let known = self.candidates.entry(plan.id.clone()).or_default();
            if known.get(&file.customer.id).map_or(&[][..], Vec::as_slice) != found {
                known.insert(file.customer.id.clone(), found);
                changed = true;
            }
        }
        changed
    }

    /// Forgets a customer who is gone. Returns whether `admit` must run again.
    pub fn remove(&mut self, customer: &CustomerId) -> bool {
        let mut changed = false;
        for known in self.candidates.values_mut() {
            changed |= known.remove(customer).is_some_and(|found| !found.is_empty());
        }
        changed
    }

    /// Lets candidates start, day by day up to `today`. Returns the customers whose starts differ from before.
    pub fn admit(&mut self, rules: &Rules, today: NaiveDate) -> Vec<CustomerId> {
        let before = std::mem::take(&mut self.days);
        self.full.clear();
        for plan in rules.plans().iter().filter(|plan| plan.throttle.is_some()) {
            let Some(of_plan) = self.candidates.get(&plan.id) else { continue };
            let (days, full) = admit(plan, of_plan, &rules.calendar, today);
            self.days.insert(plan.id.clone(), days);
            self.full.insert(plan.id.clone(), full);
        }
        let plans = before.keys().chain(self.days.keys());
        let mut changed = Vec::new();
        for plan in plans {
            let (old, new) = (before.get(plan), self.days.get(plan));
            let customers = old.into_iter().chain(new).flat_map(HashMap::keys);
            changed.extend(
                customers.filter(|id| old.and_then(|old| old.get(*id)) != new.and_then(|new| new.get(*id))).cloned(),
            );
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// The day on which a run started.
    pub fn day_of(&self, plan: &PlanId, customer: &CustomerId, key: &AnchorKey) -> Option<NaiveDate> {
        let of_customer = self.days.get(plan)?.get(customer)?;
        of_customer.iter().find(|(of, _)| of == key).map(|(_, on)| *on)
    }

    /// Whether a customer waits for a start on a day: met the trigger, and the turn has not come.
    pub fn is_waiting(&self, plan: &PlanId, customer: &CustomerId, today: NaiveDate) -> bool {
        let found = self.candidates.get(plan).and_then(|known| known.get(customer));
        found.is_some_and(|found| found.iter().any(|candidate| self.waits(plan, customer, candidate, today)))
    }

    fn waits(&self, plan: &PlanId, customer: &CustomerId, candidate: &Candidate, today: NaiveDate) -> bool {
        candidate.ready_on <= today
            && candidate.lost_on.is_none_or(|lost_on| today < lost_on)
            && self.day_of(plan, customer, &candidate.key).is_none_or(|on| today < on)
    }

    /// A waiting customer's place among all who wait for a plan on a day, from 1, and how many wait.
    pub fn place_of(
        &self,
        plan: &PlanId,
        customer: &CustomerId,
        key: &AnchorKey,
        today: NaiveDate,
    ) -> Option<(usize, usize)> {
        let known = self.candidates.get(plan)?;
        let waiting = known.iter().flat_map(|(of, found)| found.iter().map(move |candidate| (of, candidate)));
        let mut line: Vec<_> = waiting
            .filter(|(of, candidate)| self.waits(plan, of, candidate, today))
            .map(|(of, candidate)| (Reverse(candidate.value_fen), of, candidate.ready_on, &candidate.key))
            .collect();
        line.sort_unstable();
        let place = line.iter().position(|(_, of, _, candidate)| *of == customer && *candidate == key)?;
        Some((place + 1, line.len()))
    }

    /// The days on which a plan's throttle was reached.
    pub fn full_days(&self, plan: &PlanId) -> &[NaiveDate] {
        self.full.get(plan).map_or(&[], Vec::as_slice)
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
    candidates(&search).into_iter().map(|(anchor, _)| candidate(anchor)).collect()
}

type Days = HashMap<CustomerId, Vec<(AnchorKey, NaiveDate)>>;

fn admit(
    plan: &Plan,
    known: &HashMap<CustomerId, Vec<Candidate>>,
    calendar: &Calendar,
    today: NaiveDate,
) -> (Days, Vec<NaiveDate>) {
    let n_a_day = plan.throttle.unwrap_or(u32::MAX);
    let mut ready: Vec<(NaiveDate, &CustomerId, &Candidate)> = known
        .iter()
        .flat_map(|(customer, found)| found.iter().map(move |candidate| (candidate.ready_on, customer, candidate)))
        .filter(|(ready_on, _, _)| *ready_on <= today)
        .collect();
    ready.sort_by(|a, b| (a.0, a.1, &a.2.key).cmp(&(b.0, b.1, &b.2.key)));
    let (mut days, mut full) = (Days::new(), Vec::new());
    let mut waiting: BinaryHeap<(i64, Reverse<(&CustomerId, usize)>)> = BinaryHeap::new();
    let mut next = 0;
    let Some((mut day, _, _)) = ready.first().copied() else { return (days, full) };
    while day <= today {
        while let Some((_, customer, candidate)) = ready.get(next).filter(|(ready_on, _, _)| *ready_on <= day) {
            waiting.push((candidate.value_fen, Reverse((customer, next))));
            next += 1;
        }
        let mut n_left = if calendar.works_on(day) { n_a_day } else { 0 };
        while n_left > 0
            && let Some((_, Reverse((customer, idx)))) = waiting.pop()
        {
            let candidate = ready[idx].2;
            if candidate.lost_on.is_none_or(|lost_on| day < lost_on) {
                days.entry(customer.clone()).or_default().push((candidate.key.clone(), day));
                n_left -= 1;
            }
        }
        if n_left == 0 && calendar.works_on(day) && !waiting.is_empty() {
            full.push(day);
        }
        // with nobody waiting the next day that matters is the next candidate's
        day = match (waiting.is_empty(), ready.get(next)) {
            (true, Some((ready_on, _, _))) => *ready_on,
            (true, None) => break,
            (false, _) => match day.succ_opt() {
                Some(day) => day,
                None => break,
            },
        };
    }
    (days, full)
}
