//! What an amnesty lets expire: the rules of `docs/amnesty.md`, in their order, each with its reason there.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::amnesty::{WaiveReason, Waived};
use crate::calendar::{Calendar, Leave};
use crate::id::{DueId, OpId};
use crate::sop::anchor::AnchorKey;
use crate::sop::engine::{Due, dues_of};
use crate::sop::history::History;
use crate::sop::plan::{Purpose, Step};
use crate::sop::queue::CustomerDay;
use crate::sop::rules::Rules;
use crate::sop::run::all_runs;
use crate::sop::trigger::Trigger;
use crate::wire::local::DueRow;

/// A step whose window is at most this long is about its moment: who comes later says something else.
pub(super) const MOMENT_DAYS: i32 = 7;

/// What the rules look at.
pub(super) struct Policy<'a> {
    pub rules: &'a Rules,
    pub leave: &'a Leave,
    pub today: NaiveDate,
    /// The rules of a guide who is never away: with them a due opens on its plan's own day.
    always_there: Rules,
}

/// An open due with the day on which its plan opened it.
struct Open<'r> {
    due: Due<'r>,
    first_on: NaiveDate,
}

impl<'a> Policy<'a> {
    pub fn of(rules: &'a Rules, leave: &'a Leave, today: NaiveDate) -> Self {
        let mut always_there = rules.clone();
        always_there.calendar = Calendar::default();
        Self { rules, leave, today, always_there }
    }

    /// The fact that an expired due leaves, for looking at the day without it.
    pub fn waived(&self, due: &DueRow, reason: WaiveReason) -> Waived {
        let amnesty = OpId(uuid::Uuid::nil());
        Waived { on: self.today, due_ids: vec![due.due_id], reason, amnesty }
    }

    /// The dues of a customer's task that expire.
    pub fn expired(&self, history: &History<'_>, day: &CustomerDay) -> Vec<(DueRow, WaiveReason)> {
        let Some(task) = &day.task else { return Vec::new() };
        let open = self.open(history, &task.dues);
        let alone = |open: &Open<'_>| self.moment_passed(open).or_else(|| self.promo_passed(open));
        let of_leave: HashMap<DueId, WaiveReason> =
            open.iter().filter_map(|open| Some((open.due.id, alone(open)?))).collect();
        let left: Vec<&Open<'_>> = open.iter().filter(|open| !of_leave.contains_key(&open.due.id)).collect();
        let overtaken = |due: &DueRow| {
            let own = left.iter().find(|open| open.due.id == due.due_id)?;
            let is_overtaken = left.iter().any(|later| overtakes(later, own));
            is_overtaken.then_some(WaiveReason::Overtaken)
        };
        let reason = |due: &DueRow| of_leave.get(&due.due_id).copied().or_else(|| overtaken(due));
        task.dues.iter().filter_map(|due| Some((due.clone(), reason(due)?))).collect()
    }

    /// The dues that can expire at all.
    fn open<'r>(&'r self, history: &History<'_>, rows: &[DueRow]) -> Vec<Open<'r>> {
        let dues = |rules: &'r Rules| dues_of(history, &all_runs(history, rules, self.today));
        let first_days: HashMap<DueId, NaiveDate> =
            dues(&self.always_there).into_iter().map(|due| (due.id, due.opens_on)).collect();
        let open = dues(self.rules).into_iter().filter(|due| {
            let is_row = rows.iter().any(|row| row.due_id == due.id);
            is_row && !never_expires(due)
        });
        open.map(|due| Open { first_on: first_days.get(&due.id).map_or(due.opens_on, |on| *on), due }).collect()
    }

    /// Its moment lay in the leave: a short window that opened then.
    fn moment_passed(&self, open: &Open<'_>) -> Option<WaiveReason> {
        let is_short = n_days(open.due.step) <= MOMENT_DAYS;
        (is_short && self.leave.covers(open.first_on)).then_some(WaiveReason::MomentPassed)
    }

    /// A promotion of the leave's days.
    fn promo_passed(&self, open: &Open<'_>) -> Option<WaiveReason> {
        let is_promo = open.due.step.purpose == Purpose::Promo;
        (is_promo && self.leave.covers(open.first_on)).then_some(WaiveReason::PromoPassed)
    }
}

/// A word given is kept however late: answers of promises, recovery, tickets and visits, and days that the customer
/// chose.
fn never_expires(due: &Due<'_>) -> bool {
    let is_owed = due.plan.recovery
        || due
            .plan
            .triggers
            .iter()
            .any(|trigger| matches!(trigger, Trigger::Promise | Trigger::Appointment | Trigger::Ticket { .. }));
    due.is_chosen || (is_owed && due.step.purpose == Purpose::Answer)
}

/// Whether a later step of the same plan about the same thing stands for an earlier one.
fn overtakes(later: &Open<'_>, earlier: &Open<'_>) -> bool {
    later.due.plan.id == earlier.due.plan.id
        && is_about_same(&later.due.anchor_key, &earlier.due.anchor_key)
        && earlier.first_on < later.first_on
}

/// Runs that count from days are about the customer; those of pieces, coupons and other facts are about these.
fn is_about_same(a: &AnchorKey, b: &AnchorKey) -> bool {
    use AnchorKey::{Again, Day, Fact, Piece};
    match (a, b) {
        (Day(_), Day(_)) => true,
        (Fact(a) | Again(a, _), Fact(b) | Again(b, _)) => a == b,
        (Piece(purchase, idx, _), Piece(of_other, other_idx, _)) => (purchase, idx) == (of_other, other_idx),
        _ => false,
    }
}

/// The length of a step's window as its plan says it.
fn n_days(step: &Step) -> i32 {
    step.until.max_days() - step.offset.max_days() + 1
}
