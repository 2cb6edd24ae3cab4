//! Visits: what was agreed, who came, and the leads and walk-outs that were followed up.

use super::History;
use super::turn::{Codes, Ending, Turn};
use crate::customer::Tag;
use crate::demo::diary::{Diary, Written};
use crate::demo::shop::Sale;
use crate::demo::{d0, day};
use crate::fact::FactBody;
use crate::outcome::OutcomeCode;
use crate::promise::{AppointmentClosed, AppointmentResult};

use OutcomeCode::{Appointment, Interested, NoNeed, NoReply};

const CONFIRM: Codes = &[(86, Interested), (14, NoReply)];
const MISSED: Codes = &[(55, Interested), (45, NoReply)];
const FOLLOW_UP: Codes = &[(48, Interested), (18, NoNeed), (34, NoReply)];
const PRICE: Codes = &[(70, Interested), (30, NoReply)];
const HOLD: Codes = &[(24, Appointment), (22, NoNeed), (54, NoReply)];
/// The group that a lead must have a tag of to be followed up.
const BUDGET: &str = "BUD";

impl History {
    /// What followed from a contact: a visit agreed, or a visit without a deal.
    pub(super) fn visit_follows(&self, diary: &mut Diary<'_>, ending: &Ending, sales: &[Sale]) {
        match (ending.code, ending.next) {
            (OutcomeCode::Appointment, Some(visit)) => self.appointment(diary, ending.written, visit),
            (OutcomeCode::Visited, _) => {
                let on = ending.written.on;
                if !sales.iter().any(|sale| (on..=on + 15).contains(&sale.on)) {
                    self.follow_up(diary, &ending.written.op_id.to_string(), on, i64::MAX);
                }
            }
            _ => {}
        }
    }

    fn appointment(&self, diary: &mut Diary<'_>, made: Written, visit: i64) {
        let key = made.op_id.to_string();
        if let Some(turn) = self.turn("P04b", "confirm", key.clone(), day(visit), made.on + 1) {
            self.handle(diary, &Turn { with: Some("trays"), ..turn }, CONFIRM);
        }
        let result = *diary.dice.weighted(&[
            (76, Some(AppointmentResult::Kept)),
            (12, Some(AppointmentResult::NoShow)),
            (4, Some(AppointmentResult::Cancelled)),
            (8, None),
        ]);
        let Some(result) = result.filter(|_| !diary.is_away(visit)) else { return };
        let closed = AppointmentClosed { on: day(visit), appointment: made.op_id, result };
        // the shop's day is nearly over
        let closed = diary.write_after(visit, 540, FactBody::AppointmentClosed(closed));
        let asks_after = diary.dice.happens(diary.staff.handles);
        let missed = self.turn("P04b", "missed", key, day(visit), visit);
        if let Some(turn) = missed.filter(|_| asks_after && result == AppointmentResult::NoShow) {
            let outcome = self.outcome(diary, &turn, 0, visit, MISSED);
            diary.write_after(visit, closed.minute + 1, FactBody::Outcome(outcome));
        }
    }

    /// The steps after a lead or a walk-out, where the budget is known.
    fn follow_up(&self, diary: &mut Diary<'_>, key: &str, on: i64, ends_before: i64) {
        let is_known = |tag: &Tag| tag.group == BUDGET && tag.on.is_none_or(|tag_on| tag_on <= day(on));
        if !diary.customer.tags.iter().any(is_known) {
            return;
        }
        let turn = |step: &str, from: i64| {
            Some(Turn { ends_before, ..self.turn("P05", step, key.to_owned(), day(from), on)? })
        };
        if let Some(turn) = turn("day_after", on) {
            self.handle(diary, &turn, FOLLOW_UP);
        }
        let compared = turn("comparison", on).and_then(|turn| self.handle(diary, &turn, FOLLOW_UP));
        let asks = |tag: &Tag| tag.group == "PRC" && ["金价敏感", "gold price"].contains(&tag.value.as_str());
        if let Some(compared) = compared.filter(|ending| ending.code == Interested)
            && diary.customer.tags.iter().any(asks)
            && let Some(turn) = turn("price", compared.written.on)
        {
            // the day after, so that the order of the two is sure
            let turn = Turn { opens: turn.opens + 1, ..turn };
            self.handle(diary, &turn, PRICE);
        }
        let held = turn("hold", on).and_then(|turn| self.handle(diary, &turn, HOLD));
        if let Some((visit, written)) = held.and_then(|ending| Some((ending.next?, ending.written))) {
            self.appointment(diary, written, visit);
        }
    }

    /// What was done about a lead until the first purchase.
    pub(super) fn lead(&self, diary: &mut Diary<'_>, sales: &[Sale]) {
        let Some(on) = diary.customer.lead_on.map(|on| (on - d0()).num_days()) else { return };
        let first = sales.iter().map(|sale| sale.on).min().unwrap_or(i64::MAX);
        self.follow_up(diary, &day(on).to_string(), on, first);
    }
}
