//! Why a task stands where it does, as an answer.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::probe::Triggers;
use super::prospect::{Prospect, prospects};
use crate::apply::CustomerFile;
use crate::id::DueId;
use crate::sop::anchor::{AnchorKey, Search};
use crate::sop::engine::{Due, dues_of};
use crate::sop::gate::{Gate, Hold, HoldReason, caps_since};
use crate::sop::history::History;
use crate::sop::queue::{day_of, held_at, place};
use crate::sop::rules::Rules;
use crate::sop::run::{Run, all_runs};
use crate::wire::local::{DueRow, HeldRow, TaskRow};

/// Why a task stands where it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskExplained {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The task with its terms, of which the score is the sum.
    pub task: TaskRow,
    /// Its place in the queue, from 1; none until the queue is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// What the time of the day holds of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Hold>,
    /// Why each of its dues is there, in the task's order.
    pub dues: Vec<DueExplained>,
    /// What the gate holds of the same customer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldRow>,
    /// What would move it up: first what time does, by day, then what people would have to do.
    pub prospects: Vec<Prospect>,
}

/// Why a due is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DueExplained {
    /// The due.
    pub due_id: DueId,
    /// The trigger of its run.
    pub trigger: String,
    /// What the run stands on: a day, or a fact.
    pub anchor_key: AnchorKey,
    /// The day on which the run came to be.
    pub born_on: NaiveDate,
    /// Whether the customer chose its day.
    pub is_chosen: bool,
    /// What holds other contacts with the customer and let this one pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Passed>,
}

/// A hold that let a due pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// What it holds.
    pub hold: Hold,
    /// Why it let this one pass.
    pub because: PassReason,
}

/// Why a hold let a due pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassReason {
    /// It holds no step of that purpose.
    Purpose,
    /// The customer chose the day.
    Chosen,
    /// The plan is a recovery.
    Recovery,
    /// The step speaks of nobody else.
    NotLinked,
    /// The step goes on while the purchase is secret.
    Discreet,
    /// Another of the step's channels is allowed.
    OtherChannel,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl TaskExplained {
    /// Fills in the places, the task's own and those of its prospects, among the tasks of today's queue.
    pub fn put_in_place(&mut self, queue: &[TaskRow]) {
        let others: Vec<&TaskRow> = queue.iter().filter(|other| other.customer != self.task.customer).collect();
        let place_with = |score: i64| {
            let with_score = TaskRow { score, ..self.task.clone() };
            1 + others.iter().filter(|other| place(other, &with_score).is_lt()).count()
        };
        let places: Vec<usize> = self.prospects.iter().map(|prospect| place_with(prospect.score)).collect();
        self.place = Some(place_with(self.task.score));
        self.prospects.iter_mut().zip(places).for_each(|(prospect, place)| prospect.place = Some(place));
    }
}

pub(super) fn explain(file: &CustomerFile, rules: &Rules, now: NaiveDateTime) -> Option<TaskExplained> {
    let today = now.date();
    let history = History::of(file, today);
    let day = day_of(&history, rules);
    let task = day.task?;
    let runs = all_runs(&history, rules, caps_since(&history, rules));
    let gate = Gate::of(&history, rules, &runs);
    let all = dues_of(&history, &runs);
    let of_row = |row: &DueRow| all.iter().find(|due| due.id == row.due_id).cloned();
    let open: Vec<Due<'_>> = task.dues.iter().filter_map(of_row).collect();
    Some(TaskExplained {
        on: today,
        place: None,
        waits: held_at(&task, &rules.settings, now),
        dues: open.iter().map(|due| why(&history, rules, &runs, &gate, due)).collect(),
        held: day.held,
        prospects: prospects(&history, rules, &task, &open),
        task,
    })
}

fn why(history: &History<'_>, rules: &Rules, runs: &[Run<'_>], gate: &Gate<'_, '_, '_>, due: &Due<'_>) -> DueExplained {
    // a due's plan is the version of its run; the triggers of all versions stand in the published one
    let published = rules.plans().iter().find(|plan| plan.id == due.plan.id).unwrap_or(due.plan);
    let search = Search { history, rules, plan: published, first_day: history.today, runs };
    DueExplained {
        due_id: due.id,
        trigger: Triggers::of(&search).of_anchor(&due.anchor_key),
        anchor_key: due.anchor_key.clone(),
        born_on: due.born_on,
        is_chosen: due.is_chosen,
        passed: passed(gate, due),
    }
}

/// What stands against other contacts of the day and let this one pass.
fn passed(gate: &Gate<'_, '_, '_>, due: &Due<'_>) -> Vec<Passed> {
    let because = |reason: HoldReason| match reason {
        HoldReason::OpenComplaint => PassReason::Recovery,
        HoldReason::Secrecy => PassReason::NotLinked,
        _ if due.is_chosen => PassReason::Chosen,
        _ => PassReason::Purpose,
    };
    let mut passed: Vec<Passed> =
        gate.holds().into_iter().map(|hold| Passed { hold, because: because(hold.reason) }).collect();
    if let Some(until_on) = due.secret_until {
        let hold = Hold::new(HoldReason::Secrecy, until_on.succ_opt());
        passed.push(Passed { hold, because: PassReason::Discreet });
    }
    if let Err(hold) = gate.channel(&[due.channel]) {
        passed.push(Passed { hold, because: PassReason::OtherChannel });
    }
    passed
}
