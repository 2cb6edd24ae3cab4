//! The engine: which steps of which plans are due for one customer, a pure function of facts, plans and time.

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::id::DueId;
use crate::outcome::Channel;
use crate::sop::anchor::AnchorKey;
use crate::sop::history::History;
use crate::sop::plan::{Plan, Step};
use crate::sop::run::{State, accepts_on, runs};

/// One step of one run for one customer (到期节点), open on the day asked about; the gate may hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Due<'a> {
    /// The same on every machine.
    pub id: DueId,
    /// Its plan.
    pub plan: &'a Plan,
    /// Its step.
    pub step: &'a Step,
    /// The date from which the run counts.
    pub anchor_on: NaiveDate,
    /// What tells the run from others of the plan.
    pub anchor_key: AnchorKey,
    /// The attempt's first day.
    pub opens_on: NaiveDate,
    /// The attempt's last day.
    pub until_on: NaiveDate,
    /// 0 for the first attempt.
    pub attempt: u32,
    /// Over what.
    pub channel: Channel,
}

/// The dues of a customer whose window contains `today`, held ones included, in the order of plans, anchors and steps.
pub fn dues<'a>(file: &CustomerFile, plans: &'a [Plan], today: NaiveDate) -> Vec<Due<'a>> {
    let history = History::of(file, today);
    dues_of(&history, plans)
}

/// The same, of a history that is prepared already.
pub fn dues_of<'a>(history: &History<'_>, plans: &'a [Plan]) -> Vec<Due<'a>> {
    let mut dues = Vec::new();
    for plan in plans {
        for run in runs(history, plan, history.today) {
            for step_run in &run.steps {
                dues.extend(step_run.attempts.iter().filter(|attempt| attempt.state == State::Open).map(|attempt| {
                    Due {
                        id: attempt.due_id,
                        plan,
                        step: step_run.step,
                        anchor_on: run.anchor.on,
                        anchor_key: run.anchor.key,
                        opens_on: attempt.opens_on,
                        until_on: attempt.until_on,
                        attempt: attempt.number,
                        channel: attempt.channel,
                    }
                }));
            }
        }
    }
    dues
}

/// Of the dues that an outcome names, those that it would not close: they had gone by the day of the contact. `file`
/// is the file before the outcome is applied.
pub fn gone(file: &CustomerFile, plans: &[Plan], due_ids: &[DueId], on: NaiveDate) -> Vec<DueId> {
    let history = History::of(file, on);
    let accepted: Vec<DueId> = plans
        .iter()
        .flat_map(|plan| runs(&history, plan, on))
        .flat_map(|run| run.steps)
        .flat_map(|step_run| step_run.attempts)
        .filter(|attempt| accepts_on(attempt, on))
        .map(|attempt| attempt.due_id)
        .collect();
    due_ids.iter().copied().filter(|due| !accepted.contains(due)).collect()
}
