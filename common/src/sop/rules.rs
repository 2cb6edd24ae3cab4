//! What the engine works with beside a customer's facts: plans and settings of headquarters, and the guide's calendar.

use std::sync::Arc;

use crate::calendar::Calendar;
use crate::sop::plan::{FromDate, Plan, Restart, Step};
use crate::sop::plan_file::sources;
use crate::sop::settings::Settings;
use crate::sop::starts::Starts;
use crate::time::Zone;
use crate::wire::hub::StoreTier;

/// Everything that the engine needs to know of one guide's desk. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    plans: Arc<[Plan]>,
    /// The plans' places, those whose outcomes others wait for before those that wait.
    order: Arc<[usize]>,
    /// Of each plan: so many days back its closed steps are looked at, for the plans that wait for their outcomes.
    reach: Arc<[i64]>,
    /// The chain's settings.
    pub settings: Arc<Settings>,
    /// The shops' time zone.
    pub zone: Zone,
    /// How headquarters ranks the guide's shop.
    pub store_tier: Option<StoreTier>,
    /// When the guide works.
    pub calendar: Calendar,
    /// On which days the runs of throttled plans started.
    pub starts: Arc<Starts>,
}

impl Rules {
    /// Rules of these plans, with the default settings.
    pub fn new(plans: Vec<Plan>) -> Self {
        Self { order: order(&plans).into(), reach: reach(&plans).into(), plans: plans.into(), ..Self::default() }
    }

    /// The same rules with other plans.
    #[must_use]
    pub fn with_plans(&self, plans: Vec<Plan>) -> Self {
        Self { order: order(&plans).into(), reach: reach(&plans).into(), plans: plans.into(), ..self.clone() }
    }

    /// The same rules with other days of starts.
    #[must_use]
    pub fn with_starts(&self, starts: Starts) -> Self {
        Self { starts: Arc::new(starts), ..self.clone() }
    }

    /// The plans.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The plans in an order in which none waits for a later one's outcomes, each with the days by which its closed
    /// steps are looked back at.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (usize, &Plan, i64)> {
        self.order.iter().filter_map(|idx| Some((*idx, self.plans.get(*idx)?, *self.reach.get(*idx)?)))
    }

    /// Whether any plan has a throttle.
    pub fn is_throttled(&self) -> bool {
        self.plans.iter().any(Plan::is_throttled)
    }
}

/// A ring of plans is refused at publication; should one come all the same, its plans stand last, in their own order.
fn order(plans: &[Plan]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(plans.len());
    let is_ready = |idx: usize, order: &[usize]| {
        sources(&plans[idx], plans).iter().all(|source| {
            let place = plans.iter().position(|plan| plan.id == **source);
            place.is_none_or(|place| place == idx || order.contains(&place))
        })
    };
    while order.len() < plans.len() {
        let left: Vec<usize> = (0..plans.len()).filter(|idx| !order.contains(idx)).collect();
        let ready: Vec<usize> = left.iter().copied().filter(|idx| is_ready(*idx, &order)).collect();
        order.extend(if ready.is_empty() { left } else { ready });
    }
    order
}

/// As good as for ever: no plan names a date farther away.
const FOR_EVER: i64 = 10_000;

/// How long an anchor of a plan matters: while anything of its run can be open, and while it keeps others from starting.
fn horizon(plan: &Plan) -> i64 {
    let far = |step: &Step| i64::from(step.until.max_days()).max(0);
    let days = |step: &Step| match step.from {
        None => Some(far(step)),
        Some(FromDate::Outcome) => Some(0),
        Some(_) => None,
    };
    let own = plan.steps.iter().map(days).try_fold(0, |most, days| Some(days?.max(most)));
    // which anchors a rest lets start depends on all before them
    let is_independent = plan.repeat.is_none() && plan.rest.is_none() && plan.restart != Restart::Once;
    let Some(own) = own.filter(|_| is_independent) else { return FOR_EVER };
    let of_branches: i64 = plan.steps.iter().filter(|step| step.from == Some(FromDate::Outcome)).map(far).sum();
    let earlier = plan.earlier.as_ref().map_or(0, |earlier| horizon(&earlier.plan));
    (own + of_branches).max(earlier)
}

fn reach(plans: &[Plan]) -> Vec<i64> {
    let mut reach = vec![0_i64; plans.len()];
    // as many rounds as a chain can be long
    for _ in 0..plans.len() {
        for (idx, plan) in plans.iter().enumerate() {
            let waits = |other: &&Plan| other.id != plan.id && sources(other, plans).contains(&&plan.id);
            let of_others = plans.iter().enumerate().filter(|(_, other)| waits(other));
            let far = of_others.map(|(other_idx, other)| horizon(other) + reach[other_idx]).max();
            reach[idx] = far.unwrap_or(0).min(FOR_EVER);
        }
    }
    reach
}
