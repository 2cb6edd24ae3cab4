//! The engine: which steps of which plans are due for one customer, a pure function of facts, plans and time.

use chrono::{NaiveDate, NaiveDateTime};

use crate::apply::CustomerFile;
use crate::id::{DueId, TemplateId};
use crate::outcome::Channel;
use crate::sop::anchor::AnchorKey;
use crate::sop::gate::{handed_until, secret_until, snoozed_until};
use crate::sop::history::History;
use crate::sop::plan::{Plan, Step};
use crate::sop::rules::Rules;
use crate::sop::run::{Attempt, Run, State, StepRun, accepts_on, all_runs};

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
    /// The day on which the run came to be.
    pub born_on: NaiveDate,
    /// The attempt's first day.
    pub opens_on: NaiveDate,
    /// The attempt's last day.
    pub until_on: NaiveDate,
    /// Of a step with hours: until when.
    pub deadline_at: Option<NaiveDateTime>,
    /// 0 for the first attempt.
    pub attempt: u32,
    /// Over what.
    pub channel: Channel,
    /// What to say.
    pub template: Option<&'a TemplateId>,
    /// Whether the customer chose the day.
    pub is_chosen: bool,
    /// The last day on which the purchase that it is about is kept secret.
    pub secret_until: Option<NaiveDate>,
    /// Until when the guide put it off, where that is not over by the day.
    pub snoozed_until: Option<NaiveDateTime>,
}

/// The dues of a customer whose window contains `today`, held ones included, in the order of plans, anchors and steps.
pub fn dues<'r>(file: &CustomerFile, rules: &'r Rules, today: NaiveDate) -> Vec<Due<'r>> {
    let history = History::of(file, today);
    dues_of(&history, &all_runs(&history, rules, today))
}

/// The open dues among runs. Of a customer on loan only those that were handed over.
pub fn dues_of<'r>(history: &History<'_>, runs: &[Run<'r>]) -> Vec<Due<'r>> {
    let mut dues = Vec::new();
    for run in runs {
        for step_run in &run.steps {
            let open = step_run.attempts.iter().filter(|attempt| attempt.state == State::Open);
            dues.extend(open.map(|attempt| due(history, run, step_run, attempt)));
        }
    }
    if history.customer.lent.is_some() {
        dues.retain(|due| handed_until(history, due).is_some());
    }
    dues
}

fn due<'r>(history: &History<'_>, run: &Run<'r>, step_run: &StepRun<'r>, attempt: &Attempt) -> Due<'r> {
    Due {
        id: attempt.due_id,
        plan: run.plan,
        step: step_run.step,
        anchor_on: run.anchor.on,
        anchor_key: run.anchor.key.clone(),
        born_on: run.anchor.born_on,
        opens_on: attempt.opens_on,
        until_on: attempt.until_on,
        deadline_at: step_run.deadline_at,
        attempt: attempt.number,
        channel: attempt.channel,
        template: step_run.template,
        is_chosen: attempt.is_chosen,
        secret_until: secret_until(history, &run.anchor, history.today),
        snoozed_until: snoozed_until(history, attempt),
    }
}

/// Of the dues that an outcome names, those that it would not close: they had gone by the day of the contact. `file`
/// is the file before the outcome is applied.
pub fn gone(file: &CustomerFile, rules: &Rules, due_ids: &[DueId], on: NaiveDate) -> Vec<DueId> {
    let history = History::of(file, on);
    let accepted: Vec<DueId> = all_runs(&history, rules, on)
        .into_iter()
        .flat_map(|run| run.steps)
        .flat_map(|step_run| step_run.attempts)
        .filter(|attempt| accepts_on(attempt, on))
        .map(|attempt| attempt.due_id)
        .collect();
    due_ids.iter().copied().filter(|due| !accepted.contains(due)).collect()
}
