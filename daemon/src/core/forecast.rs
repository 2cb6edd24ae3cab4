//! What a plan would mean for this terminal's customers, and what an edited one would change, before headquarters
//! publishes it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Days;
use guide_common::file_error::FileError;
use guide_common::id::{CustomerId, PlanId};
use guide_common::outcome::MAX_AMOUNT_FEN;
use guide_common::sop::plan::{Lang, Plan, Step, Text};
use guide_common::sop::plan_diff::diff;
use guide_common::sop::plan_file::{check_plans, parse};
use guide_common::sop::simulate::simulate;
use guide_common::sop::trigger::Trigger;
use guide_common::time::Period;
use guide_common::wire::forecast::{
    DiffRequest, DiffResponse, MAX_SIMULATED_DAYS, PlanSource, SimulateRequest, SimulateResponse,
};

use crate::core::Core;
use crate::store::StoreError;

/// Why there is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum ForecastError {
    /// The text is no plan.
    #[error(transparent)]
    Malformed(#[from] FileError),
    /// One of two texts is no plan.
    #[error("the {side} plan, {fault}")]
    MalformedSide {
        /// Which: `old` or `new`.
        side: &'static str,
        /// What is wrong with it.
        fault: FileError,
    },
    /// The plans to compare are two.
    #[error("{old} and {new} are different plans: compare two versions of one")]
    DifferentPlans {
        /// The first.
        old: PlanId,
        /// The second.
        new: PlanId,
    },
    /// The plan does not fit the published ones.
    #[error("{plan}: {fault}")]
    Unfit {
        /// The plan with the fault.
        plan: PlanId,
        /// What is wrong.
        fault: String,
    },
    /// No such plan was published.
    #[error("no such plan was published")]
    UnknownPlan,
    /// The plan has no such version here.
    #[error("of {plan} the versions {versions} are here")]
    UnknownVersion {
        /// The plan.
        plan: PlanId,
        /// Those that are here.
        versions: String,
    },
    /// Nothing that a purchase starts has a least amount.
    #[error("{0} is not started by purchases of a day, so it has no least amount")]
    NoAmount(PlanId),
    /// No purchase can have this least amount.
    #[error("a least amount lies between 0 and {MAX_AMOUNT_FEN} fen")]
    Amount,
    /// The period is too short or too long.
    #[error("a simulation runs over 1 to {MAX_SIMULATED_DAYS} days")]
    Days,
    /// The customers' files could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Core {
    /// Runs a plan, with the published ones beside it, over this guide's own customers.
    pub fn simulate(&self, request: &SimulateRequest) -> Result<SimulateResponse, ForecastError> {
        let (on, shared) = {
            let state = self.state();
            (state.on, Arc::clone(&state.shared))
        };
        let rules = &shared.rules;
        let mut plan = plan_of(&request.plan, rules.plans())?;
        if let Some(throttle) = request.throttle {
            plan.throttle = Some(throttle).filter(|throttle| *throttle > 0);
        }
        if let Some(least) = request.min_amount_fen {
            set_least(&mut plan, least)?;
        }
        let plans = with_plan(rules.plans(), &plan)?;
        if !(1..=MAX_SIMULATED_DAYS).contains(&request.days) {
            return Err(ForecastError::Days);
        }
        let before = on.checked_sub_days(Days::new(u64::from(request.days) - 1));
        let period = before.and_then(|from| Period::new(from, on)).ok_or(ForecastError::Days)?;

        let files = self.own_files()?;
        let simulation = simulate(&files, &rules.with_plans(plans.clone()), period, &request.assume);
        let published = match plans == rules.plans() {
            true => simulation.total.clone(),
            false => simulate(&files, rules, period, &request.assume).total,
        };
        let Plan { id, name, version, throttle, .. } = plan;
        Ok(SimulateResponse { plan: id, name, version, throttle, assume: request.assume, simulation, published })
    }
}

impl Core {
    /// What would change if an edited plan were published today.
    pub fn plan_diff(&self, request: &DiffRequest) -> Result<DiffResponse, ForecastError> {
        let (on, shared) = {
            let state = self.state();
            (state.on, Arc::clone(&state.shared))
        };
        let rules = &shared.rules;
        let side = |side: &'static str, source: &PlanSource| {
            plan_of(source, rules.plans()).map_err(|error| match error {
                ForecastError::Malformed(fault) => ForecastError::MalformedSide { side, fault },
                other => other,
            })
        };
        let (old, new) = (side("old", &request.old)?, side("new", &request.new)?);
        if old.id != new.id {
            return Err(ForecastError::DifferentPlans { old: old.id, new: new.id });
        }
        with_plan(rules.plans(), &new)?;
        let files = self.own_files()?;
        let diff = diff(&files, rules, Some(&old), Some(&new), on);
        let steps = old.steps.iter().chain(&new.steps).map(|step| (step.id.clone(), step_name(step))).collect();
        let moved: BTreeSet<&CustomerId> =
            diff.keep.moves.iter().chain(&diff.migrate.moves).map(|moved| &moved.customer).collect();
        let named = files.iter().filter(|file| moved.contains(&file.customer.id));
        let customers = named.map(|file| (file.customer.id.clone(), file.person(on).name.clone())).collect();
        Ok(DiffResponse { name: new.name, steps, customers, diff })
    }
}

fn step_name(step: &Step) -> Text {
    let name = |lang| step.title(lang).to_owned();
    Text { zh: name(Lang::Zh), en: name(Lang::En) }
}

/// Lets a plan start from purchases of another least amount.
fn set_least(plan: &mut Plan, least: i64) -> Result<(), ForecastError> {
    if !(0..=MAX_AMOUNT_FEN).contains(&least) {
        return Err(ForecastError::Amount);
    }
    let mut n_set = 0;
    for trigger in &mut plan.triggers {
        // a piece has no least amount: each of them counts
        if let Trigger::Purchase(purchase) = trigger
            && !purchase.each_item
        {
            purchase.min_amount_fen = least;
            n_set += 1;
        }
    }
    if n_set == 0 { Err(ForecastError::NoAmount(plan.id.clone())) } else { Ok(()) }
}

/// The plan that a request means.
fn plan_of(source: &PlanSource, published: &[Plan]) -> Result<Plan, ForecastError> {
    let (id, version) = match source {
        PlanSource::Text(text) => return Ok(parse(text)?),
        PlanSource::Published { id, version } => (id, version),
    };
    let newest = published.iter().find(|plan| plan.id == *id).ok_or(ForecastError::UnknownPlan)?;
    let Some(version) = version else {
        return Ok(newest.clone());
    };
    newest.versions().find(|plan| plan.version == *version).cloned().ok_or_else(|| ForecastError::UnknownVersion {
        plan: id.clone(),
        versions: newest.versions().map(|plan| plan.version.to_string()).collect::<Vec<_>>().join(", "),
    })
}

/// The published plans with a plan in its place among them. What was wrong between the published ones before is no
/// fault of this one.
fn with_plan(published: &[Plan], plan: &Plan) -> Result<Vec<Plan>, ForecastError> {
    let mut plans = published.to_vec();
    match plans.iter_mut().find(|known| known.id == plan.id) {
        Some(known) => *known = plan.clone(),
        None => plans.push(plan.clone()),
    }
    plans.sort_by(|a, b| a.id.cmp(&b.id));
    let known = check_plans(published);
    match check_plans(&plans).into_iter().find(|fault| !known.contains(fault)) {
        Some((plan, fault)) => Err(ForecastError::Unfit { plan, fault }),
        None => Ok(plans),
    }
}
