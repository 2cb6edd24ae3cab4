//! What the guides recorded before the first day: contacts that closed steps of the after-sale plan, complaints and
//! their closing, promises made and kept.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::cast::{Deed, Role};
use super::content;
use super::dice::Dice;
use super::shop::{Sale, Staff};
use super::{d0, day, in_lang};
use crate::customer::Customer;
use crate::id::{DeviceId, DueId, GuideId, OpId, StepId};
use crate::op::{ComplaintClosed, FactBody, Op, OpBody, Promise, PromiseKept, Stamp};
use crate::outcome::{Channel, Outcome, OutcomeCode, SkipReason};
use crate::sop::plan::{Lang, Plan, Step, Trigger};
use crate::sop::plan_file;
use crate::time::Zone;

/// How far back contacts are made up.
const FIRST_DAY: i64 = -180;
/// One promise for so many customers.
const CUSTOMERS_PER_PROMISE: usize = 12;

/// An op before it has its number.
pub(super) struct Draft {
    guide_idx: usize,
    customer: crate::id::CustomerId,
    at: DateTime<Utc>,
    op_id: OpId,
    body: FactBody,
}

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
        let after_sale = plans.into_iter().find(|plan| matches!(plan.trigger, Trigger::Purchase { .. }));
        let min_amount_fen = match after_sale.as_ref().map(|plan| &plan.trigger) {
            Some(Trigger::Purchase { min_amount_fen }) => *min_amount_fen,
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
        let offset = |offset: crate::time::Offset| offset.from(day(anchor.on)).map(|on| (on - d0()).num_days());
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
                super::dice::scaled(super::dice::spread(self.seed, n_promise), 90) as i64 - 45
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
        if due < 0 && diary.dice.happens(900) && !diary.is_away(kept_on) {
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

/// What is written down about one customer.
struct Diary<'a> {
    dice: Dice,
    guide_idx: usize,
    customer: &'a Customer,
    handles: u64,
    leave: Option<(i64, i64)>,
    drafts: Vec<Draft>,
    /// The customer wants no contact: nothing follows.
    is_closed: bool,
}

impl<'a> Diary<'a> {
    fn new(dice: Dice, guide_idx: usize, customer: &'a Customer, handles: u64, leave: Option<(i64, i64)>) -> Self {
        Self { dice, guide_idx, customer, handles, leave, drafts: Vec::new(), is_closed: false }
    }

    /// Whether nothing is recorded on a day: it is still to come, or the guide was on leave.
    fn is_away(&self, on: i64) -> bool {
        on >= 0 || self.leave.is_some_and(|(first, last)| (first..=last).contains(&on))
    }

    /// Writes a fact down on a day before the first one; others are not written.
    fn write(&mut self, on: i64, body: FactBody) -> OpId {
        let minute = self.dice.between(0, 599);
        let time = day(on).and_time(NaiveTime::MIN) + chrono::TimeDelta::minutes(600 + minute);
        let at = Zone::default().instant(time);
        let op_id = op_id(&mut self.dice, at);
        if !self.is_away(on) {
            self.drafts.push(Draft { guide_idx: self.guide_idx, customer: self.customer.id.clone(), at, op_id, body });
        }
        op_id
    }
}

/// A UUID version 7 of an instant.
fn op_id(dice: &mut Dice, at: DateTime<Utc>) -> OpId {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&dice.next().to_be_bytes());
    random[8..].copy_from_slice(&dice.next().to_be_bytes()[..2]);
    let millis = at.timestamp_millis().unsigned_abs();
    OpId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

const NOTES: [(&str, &str); 6] = [
    ("戴着很喜欢，问过同系列耳饰", "likes wearing it, asked about matching earrings"),
    ("下月搬家，地址要更新", "moves next month, new address to follow"),
    ("女儿十月结婚，留意对戒", "her daughter marries in October: wedding rings"),
    ("周末才有空", "has time at weekends only"),
    ("不喜欢电话，发文字", "prefers text to calls"),
    ("戒圈略松，下次来改", "ring a little loose, to be resized next time"),
];
const COMPLAINTS: [(&str, &str); 3] = [
    ("扣头松，掉过一次", "the clasp is loose, it came off once"),
    ("刻字歪了", "the engraving is crooked"),
    ("等了四十分钟才有人接待", "waited forty minutes to be served"),
];
const SOLVED: [(&str, &str); 2] = [
    ("换好了，挺满意", "it has been exchanged, I am happy with it"),
    ("你们处理得挺快，没事了", "you were quick, all is well"),
];
/// What was promised, and the piece it is about.
const PROMISES: [((&str, &str), (&str, &str)); 5] = [
    (
        ("调一只 58 圈口的同款", "bring in the same one in size 58"),
        ("58 圈口古法金手镯", "heritage gold bangle, size 58"),
    ),
    (("找 45 厘米的同款链", "find the same chain in 45 cm"), ("45 厘米水波纹项链", "45 cm ripple chain")),
    (("留意马年生肖吊坠", "look out for a Year of the Horse pendant"), ("马年生肖吊坠", "Year of the Horse pendant")),
    (("配一颗同色珍珠", "match a pearl of the same colour"), ("同色淡水珍珠", "freshwater pearl in your colour")),
    (("找小一号的同款戒指", "find the ring one size smaller"), ("小一号的素圈戒指", "plain ring one size smaller")),
];
