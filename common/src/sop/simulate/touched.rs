//! Which plans an assumed contact can say anything new about: the others need no second look.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::PlanId;
use crate::outcome::OutcomeCode;
use crate::sop::condition::Condition;
use crate::sop::condition::field::Field;
use crate::sop::plan::{EndsOn, Plan};
use crate::sop::plan_file::sources;
use crate::sop::rules::Rules;
use crate::sop::trigger::{OutcomeTrigger, Since, Trigger};

/// What assumed contacts come to.
pub(super) const ASSUMED: [OutcomeCode; 2] = [OutcomeCode::Interested, OutcomeCode::NoReply];

/// For each plan the rules of the plans to look at again after a contact that closed dues of this plan alone: itself,
/// those that heed contacts whatever they were for, and all for whose outcomes these wait.
pub(super) fn touched_by_each(rules: &Rules) -> BTreeMap<PlanId, Rules> {
    let plans = rules.plans();
    let heeding: Vec<&Plan> = plans.iter().filter(|plan| heeds(plan)).collect();
    let of_plan = |plan: &Plan| {
        let mut ids: BTreeSet<&PlanId> = heeding.iter().map(|plan| &plan.id).chain([&plan.id]).collect();
        loop {
            let members: Vec<&Plan> = plans.iter().filter(|plan| ids.contains(&plan.id)).collect();
            let n_before = ids.len();
            ids.extend(members.into_iter().flat_map(|plan| sources(plan, plans)));
            if ids.len() == n_before {
                break;
            }
        }
        rules.with_plans(plans.iter().filter(|plan| ids.contains(&plan.id)).cloned().collect())
    };
    plans.iter().map(|plan| (plan.id.clone(), of_plan(plan))).collect()
}

/// Whether a contact that closed nothing of a plan can change its runs all the same.
fn heeds(plan: &Plan) -> bool {
    plan.versions().any(|version| {
        version.ends_on.iter().any(|end| matches!(end, EndsOn::Code(code) if ASSUMED.contains(code)))
            || version.triggers.iter().any(is_met_by_contacts)
            || conditions(version).any(|condition| condition.fields().any(tells_of_contacts))
    })
}

fn is_met_by_contacts(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Outcome(outcome) => can_be_met(outcome),
        Trigger::Dormant(dormant) => dormant.since == Since::Contact,
        _ => false,
    }
}

/// Assumed contacts have no score.
fn can_be_met(trigger: &OutcomeTrigger) -> bool {
    let asks_score = trigger.min_score.is_some() || trigger.max_score.is_some();
    match trigger.codes.is_empty() {
        true => !asks_score && !trigger.is_only_called(),
        false => trigger.codes.iter().any(|code| ASSUMED.contains(code)),
    }
}

fn conditions(plan: &Plan) -> impl Iterator<Item = &Condition> {
    let of_steps = plan.steps.iter().flat_map(|step| {
        let of_variants = step.variants.iter().map(|variant| &variant.when);
        step.when.iter().chain(of_variants)
    });
    plan.audience.condition.iter().chain(of_steps)
}

/// Assumed contacts have no score and are no complaints: only their days can be asked about.
fn tells_of_contacts(field: Field) -> bool {
    field == Field::DaysSinceContact
}
