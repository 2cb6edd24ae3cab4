//! What the guides recorded before the first day: contacts that closed steps of the after-sale plan, complaints and
//! their closing, promises made and kept.

use chrono::{NaiveDate, NaiveTime};

use super::cast::{Deed, Role};
use super::content;
use super::diary::{Diary, Draft};
use super::dice::{Dice, scaled, spread};
use super::shop::{Sale, Staff};
use super::words::{COMPLAINTS, NOTES, PROMISES, SOLVED};
use super::{d0, day, in_lang};
use crate::customer::Customer;
use crate::fact::{ComplaintClosed, FactBody};
use crate::id::{DeviceId, DueId, GuideId, StepId};
use crate::op::{Op, OpBody, Stamp};
use crate::outcome::{Channel, Outcome, OutcomeCode, SkipReason};
use crate::promise::{Promise, PromiseKept};
use crate::sop::plan::{Lang, Plan, Step};
use crate::sop::plan_file;
use crate::sop::trigger::{PurchaseTrigger, Trigger};
use crate::time::Offset;

/// How far back contacts are made up.
const FIRST_DAY: i64 = -180;
/// One promise for so many customers.
const CUSTOMERS_PER_PROMISE: usize = 12;

/// Makes histories up.
pub(super) struct History {
    seed: u64,
    lang: Lang,
    after_sale: Option<Plan>,
    min_amount_fen: i64,
}

/// A day on which a customer bought enough to start a run, and when the run made room, both counted from the first
/// day.
struct Anchor {
    on: i64,
    ends_before: i64,
    fen: i64,
}

impl History {
    pub(super) fn new(seed: u64, lang: Lang) -> Self {
        let plans = content::plan_files().into_iter().filter_map(|(_, text)| plan_file::parse(text).ok());
        let after_sale =
            plans.into_iter().find(|plan| plan.triggers.iter().any(|trigger| matches!(trigger, Trigger::Purchase(_))));
        let min_amount_fen = match after_sale.as_ref().and_then(|plan| plan.triggers.first()) {
            Some(Trigger::Purchase(PurchaseTrigger { min_amount_fen, .. })) => *min_amount_fen,
            _ => 0,
        };
        Self { seed, lang, after_sale, min_amount_fen }
    }

    /// The history of a drawn customer, the `nth` of their guide.
    pub(super) fn of_customer(
        &self,
        staff: &Staff,
        guide_idx: usize,
        idx: usize,
        nth: usize,
        customer: &Customer,
        sales: &[Sale],
    ) -> Vec<Draft> {
        let mut diary =
            Diary::new(Dice::new(self.seed, "history", idx as u64), guide_idx, customer, staff.handles, staff.leave);
        if !sales.is_empty() {
            self.promise(&mut diary, nth);
        }
        let Some(plan) = &self.after_sale else { return diary.drafts };
        if customer.do_not_contact {
            return diary.drafts;
        }
        let anchors = self.anchors(sales);
        for (run_idx, anchor) in anchors.iter().enumerate() {
            let asked_for = diary.dice.happens(300);
            if run_idx > 0 && asked_for && anchor.fen > 0 {
                let mut outcome = Outcome::new(day(anchor.on), OutcomeCode::Bought);
                outcome.channel = Channel::Visit;
                outcome.amount_fen = Some(anchor.fen);
                diary.write(anchor.on, FactBody::Outcome(outcome));
            }
            for step in &plan.steps {
                if diary.is_closed {
                    return diary.drafts;
                }
                self.step(&mut diary, plan, step, anchor);
            }
        }
        diary.drafts
    }

    /// The days on which a run began: each later one takes the place of those before.
    fn anchors(&self, sales: &[Sale]) -> Vec<Anchor> {
        let mut days: Vec<(i64, i64, Option<i64>)> = Vec::new();
        for sale in sales {
            match days.last_mut() {
                Some((on, fen, returned)) if *on == sale.on => {
                    *fen += sale.fen;
                    *returned = (*returned).or(sale.returned);
                }
                _ => days.push((sale.on, sale.fen, sale.returned)),
            }
        }
        days.retain(|(_, fen, _)| *fen >= self.min_amount_fen);
        let next = |idx: usize| days.get(idx + 1).map_or(i64::MAX, |(on, _, _)| *on);
        days.iter()
            .enumerate()
            .map(|(idx, (on, fen, returned))| Anchor {
                on: *on,
                ends_before: next(idx).min(returned.unwrap_or(i64::MAX)),
                fen: *fen,
            })
            .collect()
    }

    /// What was done about a step, if anything was: sooner in its window rather than later.
    fn step(&self, diary: &mut Diary<'_>, plan: &Plan, step: &Step, anchor: &Anchor) {
        let offset = |offset: Offset| offset.from(day(anchor.on)).map(|on| (on - d0()).num_days());
        let (Some(opens), Some(until)) = (offset(step.offset), offset(step.until)) else { return };
        let window = (until - opens + 1).unsigned_abs();
        let wait = diary.dice.below(window).min(diary.dice.below(window)) as i64;
        let ends_before = if step.keep { i64::MAX } else { anchor.ends_before };
        let handled = diary.dice.happens(diary.handles);
        if !handled || opens + wait < FIRST_DAY {
            return;
        }
        let mut on = opens + wait;
        for attempt in 0..3 {
            if on > until || on >= ends_before || diary.is_away(on) {
                return;
            }
            let due_id = DueId::of(&plan.id, &step.id, &diary.customer.id, &day(anchor.on).to_string(), attempt);
            let outcome = self.outcome(&mut diary.dice, step, attempt, day(on), due_id);
            let code = outcome.code;
            let next_on = outcome.next_on;
            diary.write(on, FactBody::Outcome(outcome));
            match code {
                OutcomeCode::NoReply => on += 2 + diary.dice.between(0, 1),
                OutcomeCode::Complaint => return self.close_complaint(diary, on),
                OutcomeCode::DoNotContact => {
                    diary.is_closed = true;
                    return;
                }
                OutcomeCode::CallLater => return self.later(diary, plan, step, anchor, attempt, next_on),
                _ => return,
            }
        }
    }

    fn outcome(&self, dice: &mut Dice, step: &Step, attempt: u32, on: NaiveDate, due_id: DueId) -> Outcome {
        use OutcomeCode::*;
        let codes: &[(u64, OutcomeCode)] = match step.id.as_str() {
            "thanks" => &[(70, NoNeed), (30, Interested)],
            "satisfaction" => &[(62, NoNeed), (12, Interested), (26, NoReply)],
            "knowledge" => &[(40, NoNeed), (16, Interested), (36, NoReply), (6, Skipped), (1, DoNotContact)],
            _ => &[(18, Appointment), (12, Visited), (26, NoNeed), (10, CallLater), (30, NoReply), (4, Skipped)],
        };
        let mut code = *dice.weighted(codes);
        if attempt > 0 && code == CallLater {
            code = NoNeed;
        }
        let mut outcome = Outcome::new(on, code);
        outcome.due_ids = vec![due_id];
        outcome.channel = step.channel(attempt as usize);
        outcome.template = step.template.clone();
        let in_days = |n: i64| on.checked_add_signed(chrono::TimeDelta::days(n));
        match code {
            Appointment => {
                outcome.next_on = in_days(dice.between(1, 6));
                outcome.next_time = NaiveTime::from_hms_opt(dice.between(10, 19) as u32, 0, 0);
            }
            CallLater => outcome.next_on = in_days(dice.between(3, 10)),
            Skipped => {
                outcome.reason = Some(*dice.pick(&[SkipReason::MetToday, SkipReason::Travelling]));
            }
            NoNeed | Interested if step.id.as_str() == "satisfaction" => self.score(dice, &mut outcome),
            NoNeed | Interested | Visited if dice.happens(200) => {
                outcome.note = Some(in_lang(*dice.pick(&NOTES), self.lang));
            }
            _ => {}
        }
        outcome
    }

    /// Of those who answer 62, 24, 9, 3 and 2 in a hundred give 5 to 1; the last two complain.
    fn score(&self, dice: &mut Dice, outcome: &mut Outcome) {
        let score = *dice.weighted(&[(62, 5), (24, 4), (9, 3), (3, 2), (2, 1)]);
        outcome.score = Some(score);
        if score <= 2 {
            outcome.code = OutcomeCode::Complaint;
            outcome.note = Some(in_lang(*dice.pick(&COMPLAINTS), self.lang));
        }
    }

    fn close_complaint(&self, diary: &mut Diary<'_>, on: i64) {
        let on = on + diary.dice.between(1, 4);
        if !diary.is_away(on) {
            let words = in_lang(*diary.dice.pick(&SOLVED), self.lang);
            diary.write(on, FactBody::ComplaintClosed(ComplaintClosed { on: day(on), words }));
        }
    }

    /// The contact on the day that the customer chose.
    fn later(
        &self,
        diary: &mut Diary<'_>,
        plan: &Plan,
        step: &Step,
        anchor: &Anchor,
        attempt: u32,
        next_on: Option<NaiveDate>,
    ) {
        let Some(on) = next_on.map(|next_on| (next_on - d0()).num_days() + diary.dice.between(0, 2)) else { return };
        if on >= anchor.ends_before || diary.is_away(on) {
            return;
        }
        let key = day(anchor.on).to_string();
        let mut outcome = Outcome::new(day(on), OutcomeCode::Interested);
        outcome.due_ids = vec![DueId::of(&plan.id, &step.id, &diary.customer.id, &key, attempt + 1)];
        outcome.channel = step.channel(attempt as usize);
        diary.write(on, FactBody::Outcome(outcome));
    }

    /// Every twelfth customer of a guide was promised something; past promises are kept but for a few.
    fn promise(&self, diary: &mut Diary<'_>, nth: usize) {
        let due = match nth {
            2 => 0,
            6 => 1,
            nth if nth % CUSTOMERS_PER_PROMISE == 8 => {
                let n_promise = (nth / CUSTOMERS_PER_PROMISE) as u64;
                scaled(spread(self.seed, n_promise), 90) as i64 - 45
            }
            _ => return,
        };
        let on = (due - diary.dice.between(4, 14)).min(-diary.dice.between(1, 9));
        if diary.is_away(on) {
            return;
        }
        let (text, item) = *diary.dice.pick(&PROMISES);
        let promise = Promise {
            on: day(on),
            text: in_lang(text, self.lang),
            item: Some(in_lang(item, self.lang)),
            due_on: day(due),
        };
        let made = diary.write(on, FactBody::Promise(promise));
        let kept_on = (due - diary.dice.between(0, 2)).max(on + 1);
        // the first guide breaks only the promise of the story
        let is_kept = diary.guide_idx == 0 || diary.dice.happens(diary.handles);
        if due < 0 && is_kept && !diary.is_away(kept_on) {
            diary.write(kept_on, FactBody::PromiseKept(PromiseKept { on: day(kept_on), promise: made }));
        }
    }

    /// The history of one of the cast, as the story tells it.
    pub(super) fn of_role(&self, role: &Role, guide_idx: usize, customer: &Customer) -> Vec<Draft> {
        let number = Dice::new(self.seed, customer.id.as_str(), 0).next();
        let mut diary = Diary::new(Dice::new(self.seed, "role", number), guide_idx, customer, 1_000, None);
        for deed in role.deeds {
            let body = self.deed(deed, customer);
            let on = (body.on().unwrap_or_else(d0) - d0()).num_days();
            diary.write(on, body);
        }
        diary.drafts
    }

    fn deed(&self, deed: &Deed, customer: &Customer) -> FactBody {
        match deed {
            Deed::Promised { on, due, text, item } => FactBody::Promise(Promise {
                on: day(*on),
                text: in_lang(*text, self.lang),
                item: item.map(|item| in_lang(item, self.lang)),
                due_on: day(*due),
            }),
            Deed::Contact { on, closes, code, score, note } => {
                let mut outcome = Outcome::new(day(*on), *code);
                outcome.score = *score;
                outcome.note = note.map(|note| in_lang(note, self.lang));
                if let (Some((sale_on, step)), Some(plan)) = (closes, &self.after_sale)
                    && let Ok(step) = StepId::new(step)
                {
                    let key = day(*sale_on).to_string();
                    outcome.due_ids = vec![DueId::of(&plan.id, &step, &customer.id, &key, 0)];
                }
                FactBody::Outcome(outcome)
            }
        }
    }

    /// Numbers the drafts as each guide's terminal would have, in the order in which they were recorded.
    pub(super) fn record(&self, mut drafts: Vec<Draft>, staff: &[Staff]) -> Vec<(GuideId, Op)> {
        drafts.sort_by_key(|draft| (draft.at, draft.op_id));
        let mut numbers = vec![0; staff.len()];
        let mut ops = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let guide = &staff[draft.guide_idx].profile.id;
            let Ok(device) = DeviceId::new(&format!("demo-{guide}")) else { continue };
            numbers[draft.guide_idx] += 1;
            let stamp = Stamp {
                op_id: draft.op_id,
                device,
                local_seq: numbers[draft.guide_idx],
                base_rev: None,
                at_wall: draft.at,
                at_mono: 0,
            };
            ops.push((guide.clone(), Op::new(stamp, draft.customer, &OpBody::Fact(draft.body))));
        }
        ops
    }
}
