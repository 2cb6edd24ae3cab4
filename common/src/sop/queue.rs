//! The queue (今日队列): tasks in order, each with the named terms of its place, and what the gate holds.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::customer::Tier;
use crate::id::TaskId;
use crate::outcome::OutcomeCode;
use crate::record::{Risk, Rush};
use crate::sop::engine::{Due, dues_of};
use crate::sop::gate::{Gate, Hold, HoldReason, caps_since, contact_hours};
use crate::sop::history::History;
use crate::sop::plan::Text;
use crate::sop::rules::Rules;
use crate::sop::run::all_runs;
use crate::sop::settings::Settings;
use crate::sop::trigger::Trigger;
use crate::wire::local::{DueRow, HeldRow, RushRow, TaskRow};

/// One named part of a task's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What it stands for.
    pub name: TermName,
    /// Its points; a task's score is the sum over its terms.
    pub points: i64,
}

/// What raises a task in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermName {
    /// Headquarters asks for haste.
    Rush,
    /// A promise is past its day.
    PromiseOverdue,
    /// A promise is due today.
    PromiseDue,
    /// The hours of the step end today.
    Deadline,
    /// The window closes soon.
    WindowClosing,
    /// Days since the window opened.
    Lateness,
    /// The customer's tier.
    Tier,
    /// What the customer bought in 24 months.
    Value,
    /// The risk of losing the customer.
    Risk,
    /// The plan's priority.
    Priority,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// What one customer adds to the queue of a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerDay {
    /// The open steps, merged to one contact.
    pub task: Option<TaskRow>,
    /// What the gate holds, one row a reason.
    pub held: Vec<HeldRow>,
}

/// Works out what one customer adds to the queue of `today`.
pub fn customer_day(file: &CustomerFile, rules: &Rules, today: NaiveDate) -> CustomerDay {
    day_of(&History::of(file, today), rules)
}

/// The same, of facts as they are prepared.
pub(crate) fn day_of(history: &History<'_>, rules: &Rules) -> CustomerDay {
    let today = history.today;
    let runs = all_runs(history, rules, caps_since(history, rules));
    let mut dues = dues_of(history, &runs);
    if dues.is_empty() {
        return CustomerDay::default();
    }
    dues.sort_by_key(|due| importance(due, today));
    let gate = Gate::of(history, rules, &runs);
    let mut day = CustomerDay::default();
    let mut open = Vec::new();
    for due in dues {
        match gate.check_due(&due) {
            Ok(channel) => open.push(Due { channel, ..due }),
            Err(hold) => hold_due(&mut day.held, history, hold, &due),
        }
    }
    day.task = task(history, &open);
    day
}

/// The open dues of a customer, merged to one contact: the script of the most important one is offered, the others are
/// its notes.
fn task(history: &History<'_>, open: &[Due<'_>]) -> Option<TaskRow> {
    let first = open.first()?;
    let customer = &history.customer;
    let rush = open_rush(history);
    let terms = terms(history, open, rush.is_some());
    Some(TaskRow {
        id: TaskId::of(&customer.id, history.today),
        customer: customer.id.clone(),
        name: customer.name.clone(),
        tier: customer.tier,
        score: terms.iter().map(|term| term.points).sum(),
        terms,
        channel: first.channel,
        rush: rush.map(rush_row),
        dues: open.iter().map(|due| due_row(due, history.today)).collect(),
    })
}

/// The haste that headquarters asks for and no contact has answered yet.
pub(crate) fn open_rush<'f>(history: &History<'f>) -> Option<&'f Rush> {
    let mut answers = history.contacts.iter().filter(|contact| contact.outcome.code != OutcomeCode::Skipped);
    let last = answers.next_back().map(|contact| contact.order());
    let mut open = history
        .records
        .rushes
        .iter()
        .filter(|(order, rush)| history.today <= rush.until_on && last.is_none_or(|last| last < *order));
    open.next_back().map(|(_, rush)| *rush)
}

fn rush_row(rush: &Rush) -> RushRow {
    RushRow { on: Some(rush.on), by: rush.by.clone(), why: rush.why.clone() }
}

/// What the time of the day holds of a task: contact hours, and the steps' own times. The dues whose time has come are
/// enough to offer it.
pub fn held_at(task: &TaskRow, settings: &Settings, now: NaiveDateTime) -> Option<Hold> {
    if let Some(hold) = contact_hours(settings, now) {
        return Some(hold);
    }
    let times: Option<Vec<(NaiveTime, HoldReason)>> = task.dues.iter().map(waits_until).collect();
    let (first, reason) = times?.into_iter().min()?;
    (now.time() < first).then_some(Hold { reason, until_on: Some(now.date()), until_time: Some(first) })
}

/// The time of the day before which a due is not offered, and why.
fn waits_until(due: &DueRow) -> Option<(NaiveTime, HoldReason)> {
    let own = due.not_before.map(|time| (time, HoldReason::NotYet));
    own.into_iter().chain(due.snoozed_until.map(|time| (time, HoldReason::Snoozed))).max_by_key(|(time, _)| *time)
}

/// Puts tasks into the queue's order: the highest score first, equal ones by customer.
pub fn order(tasks: &mut [TaskRow]) {
    tasks.sort_by(place);
}

/// Which of two tasks stands first in the queue.
pub fn place(a: &TaskRow, b: &TaskRow) -> Ordering {
    b.score.cmp(&a.score).then_with(|| a.customer.cmp(&b.customer))
}

/// The order of dues in a task; the least comes first, and its script is offered.
fn importance(due: &Due<'_>, today: NaiveDate) -> impl Ord + use<> {
    let rank = match is_of_promise(due) {
        true if due.anchor_on < today => 0,
        true if due.anchor_on == today => 1,
        _ if due.plan.recovery => 2,
        _ => 3,
    };
    // a leave can open two steps of one plan on one day
    let place = due.plan.steps.iter().position(|step| step.id == due.step.id);
    (rank, std::cmp::Reverse(due.plan.priority), due.until_on, due.opens_on, place, due.id)
}

fn hold_due(held: &mut Vec<HeldRow>, history: &History<'_>, hold: Hold, due: &Due<'_>) {
    let today = history.today;
    if let Some(row) = held.iter_mut().find(|row| row.hold == hold) {
        row.dues.push(due_row(due, today));
        return;
    }
    let customer = &history.customer;
    held.push(HeldRow {
        customer: customer.id.clone(),
        name: customer.name.clone(),
        tier: customer.tier,
        hold,
        rush: open_rush(history).map(rush_row),
        dues: vec![due_row(due, today)],
    });
}

pub(crate) fn due_row(due: &Due<'_>, today: NaiveDate) -> DueRow {
    let step_name =
        due.step.name.clone().unwrap_or_else(|| Text { zh: due.step.id.to_string(), en: due.step.id.to_string() });
    DueRow {
        due_id: due.id,
        plan: due.plan.id.clone(),
        plan_name: due.plan.name.clone(),
        step: due.step.id.clone(),
        step_name,
        anchor_on: due.anchor_on,
        anchor_key: due.anchor_key.to_string(),
        opens_on: due.opens_on,
        until_on: due.until_on,
        attempt: due.attempt,
        channel: due.channel,
        purpose: due.step.purpose,
        asks: due.step.asks,
        template: due.template.cloned(),
        not_before: due.step.at,
        snoozed_until: due.snoozed_until.filter(|until| until.date() == today).map(|until| until.time()),
        deadline_at: due.deadline_at,
        coupon: due.step.coupon.clone(),
    }
}

/// The terms of a task's place; terms without points are left out.
pub(crate) fn terms(history: &History<'_>, dues: &[Due<'_>], is_rushed: bool) -> Vec<Term> {
    let today = history.today;
    let most = |points: fn(&Due<'_>, NaiveDate) -> i64| dues.iter().map(|due| points(due, today)).max().unwrap_or(0);
    [
        (TermName::Rush, if is_rushed { RUSH_POINTS } else { 0 }),
        (TermName::PromiseOverdue, most(promise_overdue)),
        (TermName::PromiseDue, most(promise_due)),
        (TermName::Deadline, most(deadline)),
        (TermName::WindowClosing, most(window_closing)),
        (TermName::Lateness, most(lateness)),
        (TermName::Tier, tier_points(history.customer.tier)),
        (TermName::Value, value_points(history)),
        (TermName::Risk, risk_points(history)),
        (TermName::Priority, most(|due, _| i64::from(due.plan.priority))),
    ]
    .into_iter()
    .filter(|(_, points)| *points != 0)
    .map(|(name, points)| Term { name, points })
    .collect()
}

/// More than all terms but an overdue promise together: what headquarters asks for and a broken word come first.
const RUSH_POINTS: i64 = 2_000;

/// 2,000 and ten a day, for a month: a broken word comes before everything that is not one.
fn promise_overdue(due: &Due<'_>, today: NaiveDate) -> i64 {
    let n_days = (today - due.anchor_on).num_days();
    if is_of_promise(due) && n_days > 0 { 2_000 + 10 * n_days.min(30) } else { 0 }
}

fn promise_due(due: &Due<'_>, today: NaiveDate) -> i64 {
    if is_of_promise(due) && due.anchor_on == today { 500 } else { 0 }
}

/// A step that counts in hours, on the day on which they end.
fn deadline(due: &Due<'_>, today: NaiveDate) -> i64 {
    if due.deadline_at.is_some_and(|at| at.date() <= today) { 400 } else { 0 }
}

/// What a risk that headquarters sees adds.
fn risk_points(history: &History<'_>) -> i64 {
    match history.records.risks.last().map(|risk| risk.risk) {
        Some(Risk::Red) => 40,
        Some(Risk::Amber) => 15,
        _ => 0,
    }
}

fn is_of_promise(due: &Due<'_>) -> bool {
    due.plan.triggers.contains(&Trigger::Promise)
}

/// On its last day, and on the day before.
fn window_closing(due: &Due<'_>, today: NaiveDate) -> i64 {
    match (due.until_on - today).num_days() {
        0 => 120,
        1 => 60,
        _ => 0,
    }
}

/// Three a day since the window opened, for twenty days.
fn lateness(due: &Due<'_>, today: NaiveDate) -> i64 {
    3 * (today - due.opens_on).num_days().clamp(0, 20)
}

fn tier_points(tier: Tier) -> i64 {
    match tier {
        Tier::S => 80,
        Tier::A => 50,
        Tier::B => 20,
        Tier::C | Tier::Unknown => 0,
    }
}

/// One point for every 200 yuan bought in 24 months, at most a hundred.
pub fn value_points(history: &History<'_>) -> i64 {
    (history.spent_fen(history.today) / 20_000).clamp(0, 100)
}
