//! What can only be checked over a whole plan, and over all plans together.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::file_error::{FileError, line_at};
use crate::id::PlanId;
use crate::sop::plan::{FromDate, Plan, Restart, Step};
use crate::sop::plan_file::{MAX_STEPS, MAX_TRIGGERS};
use crate::sop::trigger::Trigger;
use crate::time::Offset;
use crate::toml_file::Table;

/// For so many years a plan must stay light: `explain` looks so far back.
const YEARS: usize = 20;
/// The most runs for one customer that a plan may start in those years: about one a week.
const MAX_RUNS_OF_CUSTOMER: usize = 1_280;
/// The most steps that these runs may have: those of the greatest plan whose triggers all come once a year.
const MAX_STEPS_OF_CUSTOMER: usize = MAX_STEPS * MAX_TRIGGERS * YEARS;

pub(super) fn check(
    plan: &Plan,
    table: &Table<'_>,
    text: &str,
    document: &Spanned<DeTable<'_>>,
) -> Result<(), FileError> {
    if plan.steps.is_empty() {
        return Err(table.error_at("step", format!("a plan has 1 to {MAX_STEPS} steps")));
    }
    if plan.triggers.is_empty() {
        return Err(table.error_at("trigger", format!("a plan has 1 to {MAX_TRIGGERS} triggers")));
    }
    if plan.restart == Restart::Once && plan.repeat.is_some() {
        return Err(table.error_at("repeat", "a plan that runs once does not repeat"));
    }
    let n_runs = plan.triggers.iter().map(|trigger| n_runs(plan, trigger)).sum::<usize>();
    let n_steps = n_runs * plan.steps.len();
    if n_runs > MAX_RUNS_OF_CUSTOMER || n_steps > MAX_STEPS_OF_CUSTOMER {
        let key = if plan.repeat.is_some() { "repeat" } else { "trigger" };
        let message = format!(
            "in {YEARS} years one customer would have {n_runs} runs with {n_steps} steps, at most {MAX_RUNS_OF_CUSTOMER} \
             with {MAX_STEPS_OF_CUSTOMER} are allowed: let it repeat less often, or have fewer steps"
        );
        return Err(table.error_at(key, message));
    }
    let waits = |trigger: &Trigger| matches!(trigger, Trigger::Outcome(outcome) if outcome.plan.is_some() || outcome.is_only_called());
    if plan.throttle.is_some() && plan.triggers.iter().any(waits) {
        return Err(table.error_at("throttle", "a plan that another plan starts has no throttle of its own"));
    }
    for (idx, step) in plan.steps.iter().enumerate() {
        if let Some(message) = fault(plan, idx, step) {
            return Err(FileError::new(line_of_step(text, document, idx), message));
        }
    }
    Ok(())
}

/// How many runs a trigger starts for one customer in those years, from one fact where it needs a fact.
fn n_runs(plan: &Plan, trigger: &Trigger) -> usize {
    let n_anchors = match trigger {
        Trigger::Birthday | Trigger::Anniversary { .. } => YEARS,
        Trigger::Date(date) if date.year.is_none() => YEARS,
        Trigger::Purchase(purchase) => purchase.repeat_by_material.values().map(n_times).max().unwrap_or(1),
        _ => 1,
    };
    n_anchors * plan.repeat.as_ref().map_or(1, n_times)
}

/// How often an interval fits into those years.
fn n_times(interval: &Offset) -> usize {
    let n_days = usize::try_from(interval.max_days()).unwrap_or_default().max(1);
    (YEARS * 366 / n_days).max(1)
}

/// What is wrong with a step among the others of its plan.
fn fault(plan: &Plan, idx: usize, step: &Step) -> Option<String> {
    if plan.steps[..idx].iter().any(|earlier| earlier.id == step.id) {
        return Some(format!("the step {:?} stands here twice", step.id));
    }
    for (_, target) in step.branches() {
        let Some(place) = plan.steps.iter().position(|other| other.id == *target) else {
            return Some(format!("a branch of {:?} names the step {target:?}, which the plan does not have", step.id));
        };
        if place <= idx {
            return Some(format!("a branch of {:?} names {target:?}, which does not stand after it", step.id));
        }
        let earlier = plan.steps[..idx].iter().find(|other| other.branches().any(|(_, of_other)| of_other == target));
        if let Some(earlier) = earlier {
            return Some(format!("{target:?} is a branch of {:?} and of {:?}: name it once", earlier.id, step.id));
        }
    }
    let is_branch = plan.steps.iter().any(|other| other.branches().any(|(_, target)| *target == step.id));
    if step.from == Some(FromDate::Outcome) && !is_branch {
        return Some(format!("{:?} counts from an outcome, so another step must name it as its branch", step.id));
    }
    let is_on_outcome = plan.triggers.iter().any(|trigger| matches!(trigger, Trigger::Outcome(_)));
    if step.within_hours.is_some() && !is_on_outcome {
        return Some(
            "within counts from the outcome that started the run: the trigger must be on = \"outcome\"".to_owned(),
        );
    }
    (step.recovery.as_ref() == Some(&plan.id)).then(|| format!("{:?} is its own recovery", step.id))
}

fn line_of_step(text: &str, document: &Spanned<DeTable<'_>>, idx: usize) -> usize {
    match document.get_ref().get("step").map(Spanned::get_ref) {
        Some(DeValue::Array(steps)) => steps.get(idx).map_or(1, |table| line_at(text, table.span().start)),
        _ => 1,
    }
}

/// What is wrong between plans that would be published together: plans that name plans that are not there, and rings
/// of plans of which each waits for another.
pub fn check_plans(plans: &[Plan]) -> Vec<(PlanId, String)> {
    let known: BTreeSet<&PlanId> = plans.iter().map(|plan| &plan.id).collect();
    let mut faults = Vec::new();
    for plan in plans {
        for named in names(plan) {
            if !known.contains(named) {
                faults.push((plan.id.clone(), format!("it names the plan {named}, which is not published")));
            }
        }
        for step in plan.steps.iter().filter(|step| step.recovery.is_some()) {
            let listens = |other: &&Plan| {
                Some(&other.id) == step.recovery.as_ref()
                    && other.triggers.iter().any(|trigger| matches!(trigger, Trigger::Outcome(_)))
            };
            if !plans.iter().any(|other| listens(&other)) {
                faults
                    .push((plan.id.clone(), format!("the recovery of {:?} has no trigger on = \"outcome\"", step.id)));
            }
        }
        if waits_for(plan, plans).contains(&plan.id) {
            faults.push((
                plan.id.clone(),
                "its runs would start from its own outcomes, by way of other plans".to_owned(),
            ));
        }
    }
    faults
}

/// The plans that a plan names.
fn names(plan: &Plan) -> impl Iterator<Item = &PlanId> {
    let of_triggers = plan.triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Outcome(outcome) => outcome.plan.as_ref(),
        _ => None,
    });
    of_triggers.chain(plan.steps.iter().filter_map(|step| step.recovery.as_ref()))
}

/// The plans whose outcomes start runs of this one, near and far.
fn waits_for<'p>(plan: &'p Plan, plans: &'p [Plan]) -> BTreeSet<&'p PlanId> {
    let mut found: BTreeSet<&PlanId> = BTreeSet::new();
    let mut open: Vec<&PlanId> = sources(plan, plans);
    while let Some(id) = open.pop() {
        if found.insert(id)
            && let Some(source) = plans.iter().find(|other| other.id == *id)
        {
            open.extend(sources(source, plans));
        }
    }
    found
}

/// The plans whose outcomes start runs of this one: those that its triggers name, and those that call it as recovery.
pub(crate) fn sources<'p>(plan: &'p Plan, plans: &'p [Plan]) -> Vec<&'p PlanId> {
    let mut sources: Vec<&PlanId> = Vec::new();
    for trigger in &plan.triggers {
        if let Trigger::Outcome(outcome) = trigger {
            sources.extend(&outcome.plan);
            let calls = |other: &&Plan| other.steps.iter().any(|step| step.recovery.as_ref() == Some(&plan.id));
            sources.extend(plans.iter().filter(calls).map(|other| &other.id));
        }
    }
    sources.sort_unstable();
    sources.dedup();
    sources
}
