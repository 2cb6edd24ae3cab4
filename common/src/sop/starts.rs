//! Starts of throttled plans: of all customers of a guide whose anchor has come, so many start a day, the most valuable
//! first; the others wait. Worked out from the facts of all of them, day by day, so that every machine finds the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::calendar::Calendar;
use crate::id::{CustomerId, PlanId};
use crate::sop::anchor::{AnchorKey, Search, ready};
use crate::sop::history::History;
use crate::sop::plan::{Plan, Restart};
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
    days: HashMap<PlanId, Days>,
    resting: HashMap<PlanId, HashSet<(CustomerId, AnchorKey)>>,
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

    /// Puts a customer's candidates in the place of earlier ones; one on loan waits at the owner's desk. Returns whether
    /// they differ: then `admit` must run again.
    pub fn put(&mut self, file: &CustomerFile, rules: &Rules, today: NaiveDate) -> bool {
        let history = History::of(file, today);
        let mut changed = false;
        for plan in rules.plans().iter().filter(|plan| plan.is_throttled()) {
            let found = if file.customer.lent.is_none() { of_plan(&history, rules, plan) } else { Vec::new() };
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
        self.resting.clear();
        for plan in rules.plans().iter().filter(|plan| plan.is_throttled()) {
            let Some(of_plan) = self.candidates.get(&plan.id) else { continue };
            let admitted = admit(plan, of_plan, &rules.calendar, today);
            self.days.insert(plan.id.clone(), admitted.days);
            self.resting.insert(plan.id.clone(), admitted.resting);
            self.full.insert(plan.id.clone(), admitted.full);
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
            && !self.rests(plan, customer, &candidate.key)
    }

    /// Whether a run rests for good: another one of the customer had started when its turn came.
    fn rests(&self, plan: &PlanId, customer: &CustomerId, key: &AnchorKey) -> bool {
        self.resting.get(plan).is_some_and(|resting| resting.contains(&(customer.clone(), key.clone())))
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
    ready(&search).into_iter().map(|(anchor, _)| candidate(anchor)).collect()
}

type Days = HashMap<CustomerId, Vec<(AnchorKey, NaiveDate)>>;

/// What becomes of the candidates of one plan.
#[derive(Default)]
struct Admitted {
    /// When each started.
    days: Days,
    /// Who starts no more: another run of theirs had started, and rests.
    resting: HashSet<(CustomerId, AnchorKey)>,
    /// When the throttle was reached.
    full: Vec<NaiveDate>,
}

impl Admitted {
    /// Whether a run of the customer that started keeps another one from starting.
    fn has_rest(&self, plan: &Plan, customer: &CustomerId, ready_on: NaiveDate) -> bool {
        let rests = |on: NaiveDate| match (plan.restart, plan.rest) {
            (Restart::Once, _) => true,
            (_, Some(rest)) => rest.from(on).is_none_or(|until| ready_on < until),
            _ => false,
        };
        self.days.get(customer).is_some_and(|started| started.iter().any(|(_, on)| rests(*on)))
    }
}

fn admit(plan: &Plan, known: &HashMap<CustomerId, Vec<Candidate>>, calendar: &Calendar, today: NaiveDate) -> Admitted {
    let mut ready: Vec<(NaiveDate, &CustomerId, &Candidate)> = known
        .iter()
        .flat_map(|(customer, found)| found.iter().map(move |candidate| (candidate.ready_on, customer, candidate)))
        .filter(|(ready_on, _, _)| *ready_on <= today)
        .collect();
    ready.sort_by(|a, b| (a.0, a.1, &a.2.key).cmp(&(b.0, b.1, &b.2.key)));
    let mut admitted = Admitted::default();
    let mut waiting: BinaryHeap<(i64, Reverse<(&CustomerId, usize)>)> = BinaryHeap::new();
    let mut next = 0;
    let Some((mut day, _, _)) = ready.first().copied() else { return admitted };
    while day <= today {
        while let Some((_, customer, candidate)) = ready.get(next).filter(|(ready_on, _, _)| *ready_on <= day) {
            waiting.push((candidate.value_fen, Reverse((customer, next))));
            next += 1;
        }
        // while a version without a throttle was in force nobody waited, days off or not
        let mut n_left = match plan.throttle_on(day) {
            Some(n_a_day) if calendar.works_on(day) => n_a_day,
            Some(_) => 0,
            None => u32::MAX,
        };
        while n_left > 0
            && let Some((_, Reverse((customer, idx)))) = waiting.pop()
        {
            let (ready_on, _, candidate) = ready[idx];
            if candidate.lost_on.is_some_and(|lost_on| lost_on <= day) {
                continue;
            }
            if admitted.has_rest(plan, customer, ready_on) {
                admitted.resting.insert((customer.clone(), candidate.key.clone()));
                continue;
            }
            admitted.days.entry(customer.clone()).or_default().push((candidate.key.clone(), day));
            n_left -= 1;
        }
        if n_left == 0 && calendar.works_on(day) && !waiting.is_empty() {
            admitted.full.push(day);
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
    admitted
}
