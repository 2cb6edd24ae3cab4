//! What a simulation found, in numbers that add up over guides.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::PlanId;
use crate::sop::engine::Due;
use crate::sop::gate::HoldReason;
use crate::sop::rules::Rules;
use crate::time::Period;

/// What a simulation found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// The days that were simulated.
    pub period: Period,
    /// Of so many guides.
    pub n_guides: u64,
    /// Of so many customers.
    pub n_customers: u64,
    /// How many contacts a guide can make a day.
    pub tasks_per_day: u32,
    /// The day with the most contacts, the first of equal ones; none where there is no contact.
    pub peak_on: Option<NaiveDate>,
    /// The whole period.
    pub total: Total,
    /// Each plan.
    pub by_plan: BTreeMap<PlanId, PlanLoad>,
    /// Each day, in order.
    pub days: Vec<SimulatedDay>,
}

/// One simulated day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedDay {
    /// Which.
    pub on: NaiveDate,
    /// Contacts made: tasks.
    pub contacts: u64,
    /// The dues that they closed.
    pub dues: u64,
    /// The dues that went along with another one: `dues` less `contacts`.
    pub merged: u64,
    /// Dues that the gate held on this day.
    pub held: BTreeMap<HoldReason, u64>,
    /// Runs that came to be in the period and whose first due came up on this day.
    pub starts: BTreeMap<PlanId, u64>,
    /// Guides for whom a plan's throttle let nobody further start on this day, though somebody waited.
    pub full: BTreeMap<PlanId, u64>,
    /// Guides with more contacts than `tasks_per_day`.
    pub over: u64,
}

/// The whole period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Contacts made: tasks.
    pub contacts: u64,
    /// The dues that they closed.
    pub dues: u64,
    /// The dues that went along with another one.
    pub merged: u64,
    /// Dues that the gate held, once for each day on which it did.
    pub held_days: BTreeMap<HoldReason, u64>,
    /// Dues that the gate held at some time, once for each reason.
    pub held: BTreeMap<HoldReason, u64>,
    /// Dues that were held on their last day, and so never reached the customer.
    pub expired: u64,
    /// Runs that came to be in the period and had a due in it.
    pub starts: u64,
    /// Days and plans with a throttle that was reached, for each guide.
    pub full_days: u64,
    /// Days with more contacts than `tasks_per_day`, for each guide.
    pub days_over: u64,
}

/// One plan over the whole period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLoad {
    /// Contacts that closed a due of it.
    pub contacts: u64,
    /// Its dues that were closed.
    pub dues: u64,
    /// Its dues that the gate held at some time, once for each reason.
    pub held: BTreeMap<HoldReason, u64>,
    /// Its dues that were held on their last day, and so never reached the customer.
    pub expired: u64,
    /// Its runs that came to be in the period and had a due in it.
    pub starts: u64,
    /// Days on which its throttle was reached, for each guide.
    pub full_days: u64,
}

impl Simulation {
    /// Nothing simulated yet, for one guide.
    pub(super) fn new(period: Period, rules: &Rules, n_customers: usize) -> Self {
        let day = |on| SimulatedDay {
            on,
            contacts: 0,
            dues: 0,
            merged: 0,
            held: BTreeMap::new(),
            starts: BTreeMap::new(),
            full: BTreeMap::new(),
            over: 0,
        };
        let mut simulation = Self {
            period,
            n_guides: 1,
            n_customers: n_customers as u64,
            tasks_per_day: rules.settings.tasks_per_day,
            peak_on: None,
            total: Total::default(),
            by_plan: rules.plans().iter().map(|plan| (plan.id.clone(), PlanLoad::default())).collect(),
            days: period.from.iter_days().take_while(|on| *on <= period.to).map(day).collect(),
        };
        for plan in rules.plans().iter().filter(|plan| plan.is_throttled()) {
            for on in rules.starts.full_days(&plan.id) {
                if let Some(day) = simulation.day(*on) {
                    day.full.insert(plan.id.clone(), 1);
                    simulation.plan(&plan.id).full_days += 1;
                }
            }
        }
        simulation
    }

    fn day(&mut self, on: NaiveDate) -> Option<&mut SimulatedDay> {
        let idx = usize::try_from((on - self.period.from).num_days()).ok()?;
        self.days.get_mut(idx)
    }

    fn plan(&mut self, plan: &PlanId) -> &mut PlanLoad {
        if !self.by_plan.contains_key(plan) {
            self.by_plan.insert(plan.clone(), PlanLoad::default());
        }
        self.by_plan.entry(plan.clone()).or_default()
    }

    /// Counts one contact.
    pub(super) fn count_contact(&mut self, on: NaiveDate, dues: &[Due<'_>]) {
        let n_dues = dues.len() as u64;
        if let Some(day) = self.day(on) {
            day.contacts += 1;
            day.dues += n_dues;
            day.merged += n_dues - 1;
        }
        for (idx, due) in dues.iter().enumerate() {
            let is_first = !dues[..idx].iter().any(|other| other.plan.id == due.plan.id);
            let plan = self.plan(&due.plan.id);
            plan.dues += 1;
            plan.contacts += u64::from(is_first);
        }
    }

    /// Counts a day on which the gate held a due, and where it is the first one for this reason, the due.
    pub(super) fn count_held(&mut self, on: NaiveDate, due: &Due<'_>, reason: HoldReason, first: First) {
        if let Some(day) = self.day(on) {
            *day.held.entry(reason).or_default() += 1;
        }
        let expires = due.until_on <= on;
        if first == First::Yes {
            *self.total.held.entry(reason).or_default() += 1;
            *self.plan(&due.plan.id).held.entry(reason).or_default() += 1;
        }
        if expires {
            self.total.expired += 1;
            self.plan(&due.plan.id).expired += 1;
        }
    }

    /// Counts a run whose first due came up.
    pub(super) fn count_start(&mut self, on: NaiveDate, plan: &PlanId) {
        if let Some(day) = self.day(on) {
            *day.starts.entry(plan.clone()).or_default() += 1;
        }
        self.plan(plan).starts += 1;
    }

    /// Marks the days on which this one guide has more to do than a day holds.
    pub(super) fn count_days_over(&mut self) {
        let tasks_per_day = u64::from(self.tasks_per_day);
        for day in &mut self.days {
            day.over = u64::from(day.contacts > tasks_per_day);
        }
    }

    /// Sums the days up.
    pub(super) fn sum_up(&mut self) {
        let sum = |figure: fn(&SimulatedDay) -> u64| self.days.iter().map(figure).sum();
        let mut held_days = BTreeMap::new();
        self.days.iter().for_each(|day| add_counts(&mut held_days, &day.held));
        self.total = Total {
            contacts: sum(|day| day.contacts),
            dues: sum(|day| day.dues),
            merged: sum(|day| day.merged),
            held_days,
            held: std::mem::take(&mut self.total.held),
            expired: self.total.expired,
            starts: sum(|day| day.starts.values().sum()),
            full_days: sum(|day| day.full.values().sum()),
            days_over: sum(|day| day.over),
        };
        let busy = self.days.iter().filter(|day| day.contacts > 0);
        self.peak_on = busy.max_by_key(|day| (day.contacts, std::cmp::Reverse(day.on))).map(|day| day.on);
    }

    /// Adds a simulation of another guide over the same period.
    pub fn add(&mut self, other: &Self) {
        self.n_guides += other.n_guides;
        self.n_customers += other.n_customers;
        for day in &other.days {
            let Some(sum) = self.day(day.on) else { continue };
            sum.contacts += day.contacts;
            sum.dues += day.dues;
            sum.merged += day.merged;
            sum.over += day.over;
            add_counts(&mut sum.held, &day.held);
            add_counts(&mut sum.starts, &day.starts);
            add_counts(&mut sum.full, &day.full);
        }
        for (id, plan) in &other.by_plan {
            let sum = self.plan(id);
            sum.contacts += plan.contacts;
            sum.dues += plan.dues;
            sum.expired += plan.expired;
            sum.starts += plan.starts;
            sum.full_days += plan.full_days;
            add_counts(&mut sum.held, &plan.held);
        }
        add_counts(&mut self.total.held, &other.total.held);
        self.total.expired += other.total.expired;
        self.sum_up();
    }
}

/// Whether something is counted for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Yes,
    No,
}

fn add_counts<K: Ord + Clone>(sums: &mut BTreeMap<K, u64>, counts: &BTreeMap<K, u64>) {
    for (key, n) in counts {
        *sums.entry(key.clone()).or_default() += n;
    }
}
