//! Asks the engine about a plan with parts of it taken away: what comes to be without a part and not with it is what
//! that part kept back.

use crate::sop::anchor::{Anchor, AnchorKey, Search, candidates};
use crate::sop::plan::{Audience, Plan, Restart};
use crate::sop::trigger::Trigger;

/// The anchors of a plan's candidates, all its versions changed alike.
pub(super) fn anchors_with(search: &Search<'_, '_, '_>, change: &dyn Fn(&mut Plan)) -> Vec<Anchor> {
    let plan = changed(search.plan, change);
    let Search { history, rules, first_day, runs, .. } = *search;
    candidates(&Search { history, rules, plan: &plan, first_day, runs }).into_iter().map(|(anchor, _)| anchor).collect()
}

fn changed(plan: &Plan, change: &dyn Fn(&mut Plan)) -> Plan {
    let mut plan = plan.clone();
    change(&mut plan);
    if let Some(earlier) = &mut plan.earlier {
        earlier.plan = changed(&earlier.plan, change);
    }
    plan
}

/// Leaves of a plan its triggers, from the day on which it starts.
pub(super) fn bare(plan: &mut Plan) {
    plan.audience = Audience::default();
    without_rest(plan);
}

/// Takes away that a run keeps back those that come after it.
pub(super) fn without_rest(plan: &mut Plan) {
    plan.rest = None;
    if plan.restart == Restart::Once {
        plan.restart = Restart::Every;
    }
}

/// The version that a run from an anchor on a day follows.
pub(super) fn version_on(plan: &Plan, day: chrono::NaiveDate) -> &Plan {
    match &plan.earlier {
        Some(earlier) if day < earlier.before_on => version_on(&earlier.plan, day),
        _ => plan,
    }
}

/// Which trigger gave which anchors.
pub(super) struct Triggers(Vec<(&'static str, Vec<AnchorKey>)>);

impl Triggers {
    /// Those of a plan and of its earlier versions.
    pub fn of(search: &Search<'_, '_, '_>) -> Self {
        let mut found = Vec::new();
        let mut version = Some(search.plan);
        while let Some(plan) = version {
            found.extend(plan.triggers.iter().map(|trigger| (trigger.name(), keys_of(search, plan, trigger))));
            version = plan.earlier.as_ref().map(|earlier| &earlier.plan);
        }
        Self(found)
    }

    /// The trigger of an anchor.
    pub fn of_anchor(&self, key: &AnchorKey) -> String {
        let of_key = self.0.iter().find(|(_, keys)| keys.contains(key));
        of_key.map_or("unknown", |(name, _)| name).to_owned()
    }
}

/// Whether a trigger of a plan is met by any day.
pub(super) fn is_met(search: &Search<'_, '_, '_>, trigger: &Trigger) -> bool {
    !keys_of(search, search.plan, trigger).is_empty()
}

fn keys_of(search: &Search<'_, '_, '_>, plan: &Plan, trigger: &Trigger) -> Vec<AnchorKey> {
    let alone = |plan: &mut Plan| {
        bare(plan);
        (plan.triggers, plan.earlier) = (vec![trigger.clone()], None);
    };
    let of_version = changed(plan, &alone);
    let Search { history, rules, first_day, runs, .. } = *search;
    let search = Search { history, rules, plan: &of_version, first_day, runs };
    candidates(&search).into_iter().map(|(anchor, _)| anchor.key).collect()
}
