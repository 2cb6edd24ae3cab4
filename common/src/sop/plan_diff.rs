//! What an edited plan changes (方案对比), said before it is published: in the plan itself, and for the customers whose
//! runs are under way, whether these go on with the version before or move to the edited one.

mod changes;
mod running;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::id::{PlanId, StepId};
use crate::sop::history::History;
use crate::sop::plan::{Earlier, Plan};
use crate::sop::plan_file::sources;
use crate::sop::rules::Rules;
use crate::sop::run::{Run, all_runs};
use crate::sop::starts::Starts;

pub use changes::Change;
pub use running::{Class, Move, RunningDiff, StepFigures};

/// What an edited plan changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDiff {
    /// Which plan; none where neither version is there.
    pub plan: Option<PlanId>,
    /// The version before; none of a plan that is published for the first time.
    pub old_version: Option<u32>,
    /// The edited version; none of a plan that is taken away.
    pub new_version: Option<u32>,
    /// What of the plan's own keys differs.
    pub changes: Vec<Change>,
    /// The steps that differ: those of the version before in their order, then those that are added.
    pub steps: Vec<StepChange>,
    /// The runs under way where a publication lets them go on with the version before.
    pub keep: RunningDiff,
    /// The runs under way where a publication moves them to the edited version.
    pub migrate: RunningDiff,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepChange {
    /// Only the edited version has it.
    Added {
        /// Which.
        step: StepId,
    },
    /// Only the version before has it.
    Removed {
        /// Which.
        step: StepId,
    },
    /// Both have it, and it differs.
    Changed {
        /// Which.
        step: StepId,
        /// What moves its days: `offset`, `until`, `from`, `within_hours`.
        moved: Vec<Change>,
        /// What else differs: template, channels, purpose, branches, conditions …
        reworded: Vec<Change>,
    },
}

/// Compares two versions of a plan as if the second were published on `today` in the first one's place, for one guide's
/// customers. Without the first the plan is added, without the second it is taken away. Steps are counted as they stand
/// at the end of the day.
pub fn diff<'f>(
    files: impl IntoIterator<Item = &'f CustomerFile>,
    rules: &Rules,
    old: Option<&Plan>,
    new: Option<&Plan>,
    today: NaiveDate,
) -> PlanDiff {
    // a customer on loan counts for the guide whose customer it is
    let files: Vec<&CustomerFile> = files.into_iter().filter(|file| file.customer.lent.is_none()).collect();
    let new = new.map(|new| as_published(old, new, today));
    let earlier = old.map(|old| Box::new(Earlier { before_on: today, plan: old.clone() }));
    let kept = new.clone().map(|new| Plan { earlier, ..new });
    let migrated = new.as_ref().map(|new| old.map_or_else(|| new.clone(), |old| new.migrated(old, today)));
    let id = old.or(new.as_ref()).map(|plan| plan.id.clone());
    let [before, keep, migrate] =
        [old, kept.as_ref(), migrated.as_ref()].map(|plan| Desk::new(&files, rules, id.as_ref(), plan, today));
    let steps = steps_under_way(old, new.as_ref());
    let mut result = PlanDiff {
        changes: changes::of_plan(old, new.as_ref()),
        steps: changes::of_steps(old, new.as_ref()),
        plan: id,
        old_version: old.map(|plan| plan.version),
        new_version: new.as_ref().map(|plan| plan.version),
        keep: RunningDiff::new(&steps),
        migrate: RunningDiff::new(&steps),
    };
    let first_day = first_day(old, new.as_ref(), today);
    for file in files {
        let history = History::of(file, today);
        let runs = before.runs(&history, first_day);
        result.keep.count(file, &runs, &keep.runs(&history, first_day), today);
        result.migrate.count(file, &runs, &migrate.runs(&history, first_day), today);
    }
    result
}

impl PlanDiff {
    /// Adds the runs of another guide's customers.
    pub fn add(&mut self, other: &Self) {
        self.keep.add(&other.keep);
        self.migrate.add(&other.migrate);
    }
}

/// The rules with one version of the plan, and only the plans for whose outcomes it waits beside it.
struct Desk {
    rules: Rules,
    plan: Option<PlanId>,
}

impl Desk {
    fn new(
        files: &[&CustomerFile],
        rules: &Rules,
        id: Option<&PlanId>,
        version: Option<&Plan>,
        today: NaiveDate,
    ) -> Self {
        let Some(version) = version else { return Self { rules: rules.with_plans(Vec::new()), plan: None } };
        let others = rules.plans().iter().filter(|plan| Some(&plan.id) != id);
        let plans: Vec<Plan> = others.chain([version]).cloned().collect();
        let mut needed = vec![&version.id];
        for idx in 0.. {
            let Some(plan) = needed.get(idx).and_then(|id| plans.iter().find(|plan| plan.id == **id)) else { break };
            let more: Vec<&PlanId> = sources(plan, &plans).into_iter().filter(|id| !needed.contains(id)).collect();
            needed.extend(more);
        }
        let mut rules = rules.with_plans(plans.iter().filter(|plan| needed.contains(&&plan.id)).cloned().collect());
        if rules.is_throttled() {
            rules = rules.with_starts(Starts::work_out(files.iter().copied(), &rules, today));
        }
        Self { rules, plan: Some(version.id.clone()) }
    }

    fn runs(&self, history: &History<'_>, first_day: NaiveDate) -> Vec<Run<'_>> {
        let mut runs = all_runs(history, &self.rules, first_day);
        runs.retain(|run| self.plan.as_ref() == Some(&run.plan.id));
        runs
    }
}

/// The plan with what the hub adds to it at a publication that moves running customers.
fn as_published(old: Option<&Plan>, new: &Plan, today: NaiveDate) -> Plan {
    let waits = new.starts_with_publication();
    let from_publication = || old.and_then(|old| old.starts_on).or(Some(today)).filter(|_| waits);
    Plan { starts_on: new.starts_on.or_else(from_publication), earlier: None, ..new.clone() }
}

/// The steps of which runs can have some under way: of both versions, and of earlier ones that runs still follow.
fn steps_under_way(old: Option<&Plan>, new: Option<&Plan>) -> Vec<StepId> {
    let mut ids = changes::step_ids(old, new);
    for step in old.into_iter().flat_map(Plan::versions).flat_map(|plan| &plan.steps) {
        if !ids.contains(&step.id) {
            ids.push(step.id.clone());
        }
    }
    ids
}

/// How far back the closed steps of runs under way can lie.
fn first_day(old: Option<&Plan>, new: Option<&Plan>, today: NaiveDate) -> NaiveDate {
    let steps = old.into_iter().flat_map(Plan::versions).chain(new).flat_map(|plan| &plan.steps);
    let spans = steps.map(|step| (step.offset.max_days(), step.until.max_days()));
    let (first, last) = spans.fold((0, 0), |(first, last), (offset, until)| (first.min(offset), last.max(until)));
    let n_days = chrono::Days::new((last - first).unsigned_abs().into());
    today.checked_sub_days(n_days).unwrap_or(today)
}
