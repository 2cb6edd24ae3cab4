//! What all customers of a simulated guide share: the plans as if published, their starts, and how far ahead the engine
//! may be asked at once.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::id::{DeviceId, GuideId, PlanId};
use crate::sop::engine::Due;
use crate::sop::plan::Plan;
use crate::sop::rules::Rules;
use crate::sop::starts::Starts;
use crate::sop::trigger::Trigger;
use crate::time::Period;

use super::Assumption;
use super::rivals::AllRivals;
use super::touched::touched_by_each;

/// Who made the contacts that nobody made.
const NOBODY: &str = "simulated";

/// One guide's desk as it is simulated.
#[derive(Debug)]
pub(super) struct Desk {
    pub rules: Rules,
    pub period: Period,
    pub assume: Assumption,
    pub guide: GuideId,
    pub device: DeviceId,
    /// Whether one look of the engine ahead tells of every day before it.
    pub looks_ahead: bool,
    /// For each plan what to look at again after a contact that closed dues of it alone.
    touched: BTreeMap<PlanId, Rules>,
    /// For each plan those beside which it does not run.
    pub rivals: AllRivals,
}

impl Desk {
    pub fn new<'f>(
        files: impl Iterator<Item = &'f CustomerFile>,
        rules: &Rules,
        period: Period,
        assume: &Assumption,
    ) -> Self {
        let plans: Vec<Plan> = rules.plans().iter().map(|plan| as_published(plan, period.from)).collect();
        let mut rules = rules.with_plans(plans);
        if rules.is_throttled() {
            rules = rules.with_starts(Starts::work_out(files, &rules, period.to));
        }
        Self {
            rivals: AllRivals::of(&rules, period),
            touched: touched_by_each(&rules),
            looks_ahead: rules.plans().iter().all(is_steady),
            rules,
            period,
            assume: *assume,
            guide: GuideId::new(NOBODY).unwrap_or_else(|_| unreachable!("{NOBODY} is a plain id")),
            device: DeviceId::new(NOBODY).unwrap_or_else(|_| unreachable!("{NOBODY} is a plain id")),
        }
    }

    /// The rules of the plans to look at again after a contact that closed these dues.
    pub fn touched_by(&self, dues: &[Due<'_>]) -> &Rules {
        let of_one = dues.first().filter(|first| dues.iter().all(|due| due.plan.id == first.plan.id));
        of_one.and_then(|due| self.touched.get(&due.plan.id)).unwrap_or(&self.rules)
    }

    /// Whether these dues are done on a day on which the gate lets them through: on a day off only what cannot wait
    /// for the next shift.
    pub fn is_done_on(&self, on: NaiveDate, dues: &[Due<'_>]) -> bool {
        let calendar = &self.rules.calendar;
        calendar.works_on(on) || dues.iter().any(|due| calendar.next_shift(on, due.until_on).is_none())
    }
}

/// A plan that would wake everybody of the last years starts on the day of its publication, as the hub sees to it.
fn as_published(plan: &Plan, on: NaiveDate) -> Plan {
    let starts_on = if plan.starts_with_publication() { plan.starts_on.or(Some(on)) } else { plan.starts_on };
    Plan { starts_on, ..plan.clone() }
}

/// Whether the anchors of a plan that a later day sees leave alone what an earlier day saw, as long as no fact comes
/// between: an anchor that appears with time (a yearly date, a silence) must not stand before one that was seen earlier.
fn is_steady(plan: &Plan) -> bool {
    let triggers: Vec<&Trigger> =
        plan.versions().flat_map(|version| &version.triggers).filter(|trigger| is_told_by_day(trigger)).collect();
    let has_yearly = triggers.iter().any(|trigger| is_yearly(trigger));
    if !has_yearly && !triggers.iter().any(|trigger| is_silence(trigger)) {
        return true;
    }
    let kind = if has_yearly { is_yearly } else { is_silence };
    let repeats = plan.versions().any(|version| version.repeat.is_some());
    triggers.iter().all(|trigger| kind(trigger)) && !repeats
}

fn is_yearly(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Birthday | Trigger::Anniversary { .. } | Trigger::Date(_))
}

fn is_silence(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Dormant(_))
}

/// Whether anchors of a trigger are told apart by their days, and so can meet those of another trigger.
fn is_told_by_day(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Purchase(purchase) => !purchase.each_item,
        Trigger::Lead | Trigger::ContactAdded | Trigger::Tagged { .. } | Trigger::Level { .. } => true,
        other => is_yearly(other) || is_silence(other),
    }
}
