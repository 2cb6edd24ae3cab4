//! What the hub adds to a plan at its publication, and what can only be checked over all plans together.

use std::collections::BTreeSet;

use guide_common::id::PlanId;
use guide_common::sop::plan::{Earlier, Plan};
use guide_common::sop::plan_file::check_plans;
use guide_common::sop::trigger::Trigger;

use super::line::line_of;
use super::read::{Content, Parsed};
use super::{Publishing, Running};
use crate::db::directory::json;
use crate::error::HubError;

/// The most versions that running customers can follow beside the latest. Runs of a still older one follow the oldest
/// that is kept: what they have done stays done.
const MAX_EARLIER: usize = 16;

/// The plan as it goes into the feed, and whether it says something else than the published one.
pub(super) fn next(plan: &Plan, before: Option<&Plan>, publishing: Publishing) -> Result<(String, bool), HubError> {
    let mut plan = plan.clone();
    if plan.starts_on.is_none() && plan.starts_with_publication() {
        plan.starts_on = before.and_then(|before| before.starts_on).or(Some(publishing.today));
    }
    let Some(before) = before else {
        return Ok((json(&plan)?, false));
    };
    let is_further = plan != Plan { earlier: None, ..before.clone() };
    match publishing.running {
        Running::Migrate => plan = plan.migrated(before, publishing.today),
        Running::Keep if is_further => plan.earlier = Some(Box::new(earlier(before, publishing))),
        Running::Keep => plan.earlier.clone_from(&before.earlier),
    }
    Ok((json(&plan)?, is_further))
}

/// The version that runs with earlier anchors go on with.
fn earlier(before: &Plan, publishing: Publishing) -> Earlier {
    match &before.earlier {
        // no anchor lies between two publications of one day
        Some(earlier) if earlier.before_on == publishing.today => (**earlier).clone(),
        _ => {
            let mut plan = before.clone();
            shorten(&mut plan, MAX_EARLIER - 1);
            Earlier { before_on: publishing.today, plan }
        }
    }
}

fn shorten(plan: &mut Plan, n_earlier: usize) {
    match (&mut plan.earlier, n_earlier) {
        (Some(_), 0) => plan.earlier = None,
        (Some(earlier), n) => shorten(&mut earlier.plan, n - 1),
        (None, _) => {}
    }
}

/// Checks the plans that would be published together, those that are published already among them.
pub(super) fn check_together(published: &[Plan], parsed: &[Parsed<'_>], faults: &mut Vec<String>) {
    let new: Vec<(&Parsed<'_>, &Plan)> = parsed
        .iter()
        .filter_map(|one| match &one.content {
            Content::Plan(plan) => Some((one, &**plan)),
            Content::Other { .. } => None,
        })
        .collect();
    let ids: BTreeSet<&PlanId> = new.iter().map(|(_, plan)| &plan.id).collect();
    let stay = published.iter().filter(|plan| !ids.contains(&plan.id));
    let together: Vec<Plan> = stay.chain(new.iter().map(|(_, plan)| *plan)).cloned().collect();
    // what was wrong before does not stop a publication that has nothing to do with it
    let known = check_plans(published);
    for (id, message) in check_plans(&together) {
        match new.iter().find(|(_, plan)| plan.id == id) {
            Some((one, plan)) => faults.push(one.source.fault(line_of_fault(one, plan, &message), message)),
            None if known.contains(&(id.clone(), message.clone())) => {}
            None => faults.push(format!("the published plan {id}: {message}")),
        }
    }
}

/// The line that names the plan that the message names, else the line of the id.
fn line_of_fault(one: &Parsed<'_>, plan: &Plan, message: &str) -> usize {
    let text = &one.source.text;
    let of_triggers = plan.triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Outcome(outcome) => outcome.plan.as_ref().map(|plan| ("plan", plan.as_str())),
        _ => None,
    });
    let of_steps = plan.steps.iter().filter_map(|step| step.recovery.as_ref().map(|plan| ("recovery", plan.as_str())));
    let named = of_triggers.chain(of_steps).find(|(_, other)| message.contains(&format!("plan {other},")));
    let of_recovery = plan.steps.iter().find(|step| message.contains(&format!("{:?}", step.id)));
    let line = match (named, of_recovery) {
        (Some((key, other)), _) => line_of(text, key, other),
        (None, Some(step)) => step.recovery.as_ref().and_then(|other| line_of(text, "recovery", other.as_str())),
        (None, None) => None,
    };
    line.or_else(|| line_of(text, "id", "")).unwrap_or(1)
}
