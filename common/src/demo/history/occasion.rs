//! Occasions beside the purchases: birthdays, a contact added, a change of owner, a job ticket, a piece's turn of care.

use chrono::Datelike;

use super::History;
use super::after_sale::CARE;
use super::turn::{About, Codes, Turn};
use crate::customer::Calendar;
use crate::demo::diary::Diary;
use crate::demo::shop::{Sale, purchase_id};
use crate::demo::{d0, day, in_lang};
use crate::fact::{Fact, FactBody};
use crate::outcome::OutcomeCode;
use crate::record::Ticket;
use crate::sop::anchor::AnchorKey;
use crate::sop::trigger::Trigger;
use crate::time::Offset;

use OutcomeCode::{Interested, NoNeed, NoReply, Skipped};

const WISH: Codes = &[(74, Interested), (26, NoReply)];
const INTRODUCTION: Codes = &[(66, Interested), (34, NoReply)];
const TAGS: Codes = &[(85, Interested), (15, Skipped)];
const KNOWLEDGE: Codes = &[(24, NoNeed), (34, Interested), (42, NoReply)];
const CHOICE: Codes = &[(30, Interested), (30, NoNeed), (40, NoReply)];
const TICKET: Codes = &[(88, Interested), (12, NoReply)];
const CHECK: Codes = &[(70, Interested), (30, NoReply)];

impl History {
    fn do_step(&self, diary: &mut Diary<'_>, turn: Option<Turn<'_>>, codes: Codes) {
        if let Some(turn) = turn {
            self.handle(diary, &turn, codes);
        }
    }

    /// The wishes of the past birthdays.
    pub(super) fn birthday(&self, diary: &mut Diary<'_>) {
        let Some(birthday) = diary.customer.birthday else { return };
        let since_on = diary.customer.since_on;
        let calendar = if birthday.calendar == Calendar::Lunar { "lunar" } else { "solar" };
        let first_year = day(self.first_day).year() - 1;
        for on in (first_year..=d0().year()).filter_map(|year| birthday.date_in(year)) {
            if since_on.is_none_or(|since_on| since_on <= on) {
                let turn = self.turn("P02", "wish", on.to_string(), on, i64::MIN);
                let about = About { calendar: Some(calendar), ..About::default() };
                self.do_step(diary, turn.map(|turn| Turn { about, ..turn }), WISH);
            }
        }
    }

    /// The first days with a WeCom contact.
    pub(super) fn contact_added(&self, diary: &mut Diary<'_>) {
        let Some(on) = diary.customer.wecom_on else { return };
        for (step, codes) in [("introduction", INTRODUCTION), ("tags", TAGS), ("knowledge", KNOWLEDGE)] {
            let turn = self.turn("P13", step, on.to_string(), on, i64::MIN);
            self.do_step(diary, turn, codes);
        }
    }

    /// The first days with a customer who came from a colleague.
    pub(super) fn owner_changed(&self, diary: &mut Diary<'_>, records: &[Fact]) {
        for fact in records.iter().filter(|fact| matches!(fact.body, FactBody::OwnerChanged(_))) {
            for (step, codes) in [("introduction", INTRODUCTION), ("preference", CHOICE)] {
                let turn = self.turn("P11", step, fact.id.to_string(), fact.on(), i64::MIN);
                self.do_step(diary, turn, codes);
            }
        }
    }

    /// A piece received, ready, collected.
    pub(super) fn tickets(&self, diary: &mut Diary<'_>, records: &[Fact]) {
        for fact in records {
            let FactBody::Ticket(Ticket { on, ready_on: Some(ready_on), collected_on: Some(collected_on), .. }) =
                &fact.body
            else {
                continue;
            };
            let key = fact.id.to_string();
            let ends_before = (*collected_on - d0()).num_days();
            let received = self.turn("P12", "received", key.clone(), *on, i64::MIN);
            self.do_step(diary, received, TICKET);
            let ready = self.turn("P12b", "ready", key.clone(), *ready_on, i64::MIN);
            self.do_step(diary, ready.map(|turn| Turn { ends_before, ..turn }), TICKET);
            let check = self.turn("P12c", "check", key, *collected_on, i64::MIN);
            self.do_step(diary, check, CHECK);
        }
    }

    /// The turns of the pieces' care.
    pub(super) fn care(&self, diary: &mut Diary<'_>, sales: &[Sale]) {
        let Some(Trigger::Purchase(trigger)) = self.plan("P07").and_then(|plan| plan.triggers.first()) else { return };
        for (idx, sale) in sales.iter().enumerate() {
            let material = in_lang(sale.piece.material, self.lang);
            let Some(interval) = trigger.repeat_by_material.get(&material) else { continue };
            let Some(purchase) = purchase_id(&diary.customer.id, idx + 1) else { continue };
            let Offset::Months(months) = *interval else { continue };
            let turns = (1..).map_while(|nth| Offset::Months(months * nth).from(day(sale.on)));
            for on in turns.take_while(|on| *on < d0()) {
                let key = AnchorKey::Piece(purchase.clone(), 0, on).to_string();
                let ends_before = sale.returned.unwrap_or(i64::MAX);
                let Some(turn) = self.turn("P07", "care", key, on, sale.on) else { continue };
                let ending = self.handle(diary, &Turn { ends_before, ..turn }, CARE);
                if let Some(ending) = ending {
                    self.visit_follows(diary, &ending, sales);
                }
            }
        }
    }
}
