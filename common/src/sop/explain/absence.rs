//! Why a step did not come to be, and why a customer is not in an audience: the values behind the engine's verdict.

use chrono::NaiveDate;

use super::plan::AudienceGap;
use super::step::{Answer, Asked, NotDue};
use crate::sop::anchor::{Anchor, is_in_audience};
use crate::sop::condition::field::Field;
use crate::sop::condition::{Condition, FieldValue, Fields};
use crate::sop::fields::{CustomerFields, StepFields};
use crate::sop::history::History;
use crate::sop::plan::{Audience, Plan, Step};
use crate::sop::rules::Rules;
use crate::sop::run::Absence;

/// The engine's verdict on a step with what it rests on.
pub(super) fn not_due(
    history: &History<'_>,
    rules: &Rules,
    anchor: &Anchor,
    plan: &Plan,
    step: &Step,
    absence: Absence,
) -> NotDue {
    match absence {
        Absence::BranchNotTaken => {
            let ends = plan.steps.iter().flat_map(|of| of.branches().map(move |(branch, target)| (of, branch, target)));
            let mut own = ends.filter(|(_, _, target)| **target == step.id);
            own.next().map_or(NotDue::Unknown, |(of, branch, _)| NotDue::BranchNotTaken { of: of.id.clone(), branch })
        }
        Absence::DateUnknown => NotDue::DateUnknown { from: step.from },
        Absence::WindowPassed { until_on } => NotDue::WindowPassed { until_on },
        Absence::ConditionNotMet { as_of, opens_on } => {
            let customer = CustomerFields { history, rules, day: as_of };
            let fields = StepFields { customer, anchor, channel: anchor.channel };
            let condition = step.when.as_ref().map(|when| when.text().to_owned()).unwrap_or_default();
            let asked = step.when.as_ref().map(|when| asked(when, &fields)).unwrap_or_default();
            NotDue::ConditionNotMet { as_of, opens_on, condition, asked }
        }
        Absence::Past => NotDue::Past,
    }
}

/// The parts of a plan's audience that a customer does not meet as of a day.
pub(super) fn gaps(history: &History<'_>, rules: &Rules, plan: &Plan, day: NaiveDate) -> Vec<AudienceGap> {
    let audience = &plan.audience;
    let fields = CustomerFields { history, rules, day };
    let is_met = |part: Audience| {
        let of_part = Plan { audience: part, earlier: None, ..plan.clone() };
        is_in_audience(history, rules, &of_part, day)
    };
    let mut gaps = Vec::new();
    if !is_met(Audience { tiers: audience.tiers.clone(), ..Audience::default() }) {
        gaps.push(AudienceGap::Tier { is: history.customer.tier, wanted: audience.tiers.clone() });
    }
    if !is_met(Audience { store_tiers: audience.store_tiers.clone(), ..Audience::default() }) {
        gaps.push(AudienceGap::StoreTier { is: rules.store_tier, wanted: audience.store_tiers.clone() });
    }
    let mut groups: Vec<&str> = audience.tags.iter().map(|tag| tag.group.as_str()).collect();
    groups.dedup();
    for group in groups {
        let wanted: Vec<_> = audience.tags.iter().filter(|tag| tag.group == group).cloned().collect();
        let values = wanted.iter().filter_map(|tag| tag.value.clone()).collect();
        if !is_met(Audience { tags: wanted, ..Audience::default() }) {
            let has = fields.tags().into_iter().filter(|tag| tag.group == group).map(|tag| tag.value).collect();
            let group_name = rules.settings.tag_group(group).map(|group| group.name.clone());
            gaps.push(AudienceGap::Tags { group: group.to_owned(), group_name, has, wanted: values });
        }
    }
    if let Some(condition) = &audience.condition
        && !is_met(Audience { condition: Some(condition.clone()), ..Audience::default() })
    {
        let (text, asked) = (condition.text().to_owned(), asked(condition, &fields));
        gaps.push(AudienceGap::Condition { condition: text, asked });
    }
    gaps
}

/// What a condition asks about, in the order in which it names it, and the answers.
fn asked(condition: &Condition, fields: &dyn Fields) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (field, groups) in condition.reads() {
        match fields.value(field) {
            FieldValue::Groups(known) => asked.extend(groups.iter().map(|group| {
                let tags = known.get(group.as_str()).map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect());
                let name = format!("{}.{group}", field.name());
                Asked { field: name, value: Answer::List(tags.unwrap_or_default()) }
            })),
            value => asked.push(Asked { field: name(field), value: answer(value) }),
        }
    }
    asked
}

fn name(field: Field) -> String {
    field.name().to_owned()
}

fn answer(value: FieldValue<'_>) -> Answer {
    match value {
        FieldValue::Missing | FieldValue::Groups(_) => Answer::Missing(()),
        FieldValue::Bool(value) => Answer::Bool(value),
        FieldValue::Int(value) => Answer::Int(value),
        FieldValue::Text(text) => Answer::Text(text.into_owned()),
        FieldValue::List(texts) => Answer::List(texts.into_iter().map(str::to_owned).collect()),
    }
}
