//! The queue (今日队列): tasks in order, each with the named terms of its place, and what the gate holds.

use std::cmp::Ordering;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::customer::Tier;
use crate::id::TaskId;
use crate::sop::engine::{Due, dues_of};
use crate::sop::gate;
use crate::sop::history::{History, PurchaseDay};
use crate::sop::plan::{Plan, Text};
use crate::sop::trigger::Trigger;
use crate::wire::local::{DueRow, HeldRow, TaskRow};

/// Why the gate holds a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The customer wants no contact.
    DoNotContact,
    /// A complaint is open: only its recovery goes on.
    OpenComplaint,
    /// The customer had no need: promotions rest.
    PromoRest,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A hold of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// The first day on which it no longer holds; none where an event must end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
}

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
    /// A promise is past its day.
    PromiseOverdue,
    /// A promise is due today.
    PromiseDue,
    /// The window closes soon.
    WindowClosing,
    /// Days since the window opened.
    Lateness,
    /// The customer's tier.
    Tier,
    /// What the customer bought in 24 months.
    Value,
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
pub fn customer_day(file: &CustomerFile, plans: &[Plan], today: NaiveDate) -> CustomerDay {
    let history = History::of(file, today);
    let mut dues = dues_of(&history, plans);
    if dues.is_empty() {
        return CustomerDay::default();
    }
    dues.sort_by_key(|due| importance(due, today));
    let holds = gate::holds(file, today);
    let mut day = CustomerDay::default();
    let mut open = Vec::new();
    for due in &dues {
        match gate::held_by(&holds, due.step.purpose) {
            None => open.push(due),
            Some(hold) => hold_due(&mut day.held, file, hold, due),
        }
    }
    if let Some(first) = open.first() {
        let terms = terms(&history, &open);
        day.task = Some(TaskRow {
            id: TaskId::of(&file.customer.id, today),
            customer: file.customer.id.clone(),
            name: file.customer.name.clone(),
            tier: file.customer.tier,
            score: terms.iter().map(|term| term.points).sum(),
            terms,
            channel: first.channel,
            dues: open.iter().map(|due| due_row(due)).collect(),
        });
    }
    day
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
    let is_promise = is_of_promise(due);
    let rank = match is_promise {
        true if due.anchor_on < today => 0,
        true if due.anchor_on == today => 1,
        _ => 2,
    };
    (rank, std::cmp::Reverse(due.plan.priority), due.until_on, due.opens_on, due.id)
}

fn hold_due(held: &mut Vec<HeldRow>, file: &CustomerFile, hold: Hold, due: &Due<'_>) {
    if let Some(row) = held.iter_mut().find(|row| row.hold == hold) {
        row.dues.push(due_row(due));
        return;
    }
    held.push(HeldRow {
        customer: file.customer.id.clone(),
        name: file.customer.name.clone(),
        tier: file.customer.tier,
        hold,
        dues: vec![due_row(due)],
    });
}

fn due_row(due: &Due<'_>) -> DueRow {
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
        template: due.step.template.clone(),
    }
}

/// The terms of a task's place; terms without points are left out.
fn terms(history: &History<'_>, dues: &[&Due<'_>]) -> Vec<Term> {
    let today = history.today;
    let most = |points: fn(&Due<'_>, NaiveDate) -> i64| dues.iter().map(|due| points(due, today)).max().unwrap_or(0);
    [
        (TermName::PromiseOverdue, most(promise_overdue)),
        (TermName::PromiseDue, most(promise_due)),
        (TermName::WindowClosing, most(window_closing)),
        (TermName::Lateness, most(lateness)),
        (TermName::Tier, tier_points(history.file.customer.tier)),
        (TermName::Value, value_points(history)),
        (TermName::Priority, most(|due, _| i64::from(due.plan.priority))),
    ]
    .into_iter()
    .filter(|(_, points)| *points != 0)
    .map(|(name, points)| Term { name, points })
    .collect()
}

/// 1,000 and ten a day, for a month: a broken word comes before everything else.
fn promise_overdue(due: &Due<'_>, today: NaiveDate) -> i64 {
    let n_days = (today - due.anchor_on).num_days();
    if is_of_promise(due) && n_days > 0 { 1_000 + 10 * n_days.min(30) } else { 0 }
}

fn promise_due(due: &Due<'_>, today: NaiveDate) -> i64 {
    if is_of_promise(due) && due.anchor_on == today { 500 } else { 0 }
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
fn value_points(history: &History<'_>) -> i64 {
    let since = history.today.checked_sub_months(Months::new(24)).unwrap_or(NaiveDate::MIN);
    let fen: i64 = history.days.iter().filter(|day| day.on > since).map(PurchaseDay::net_fen).sum();
    (fen / 20_000).clamp(0, 100)
}
