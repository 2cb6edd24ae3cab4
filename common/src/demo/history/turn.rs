//! One step that came due: the contacts that a guide made for it, attempt by attempt.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveTime};

use super::History;
use crate::demo::diary::{Diary, Written};
use crate::demo::words::{COMPLAINTS, NOTES};
use crate::demo::{d0, day, in_lang};
use crate::id::DueId;
use crate::outcome::{Outcome, OutcomeCode, SkipReason};
use crate::sop::condition::field::Field;
use crate::sop::condition::{FieldValue, Fields};
use crate::sop::plan::{Asks, Plan, Purpose, Step};

/// What contacts come to, by weight.
pub(super) type Codes = &'static [(u64, OutcomeCode)];

/// After no reply, the next attempt opens this many days later.
const RETRY_DAYS: i64 = 2;
/// The most attempts of a step.
const MAX_ATTEMPTS: u32 = 3;
/// A postponed attempt stays open this many days after the chosen date.
const POSTPONED_DAYS: i64 = 3;

/// A step that came due. Days count from the first day.
pub(super) struct Turn<'p> {
    pub plan: &'p Plan,
    pub step: &'p Step,
    /// The anchor's key.
    pub key: String,
    pub opens: i64,
    pub until: i64,
    /// From this day on it is gone.
    pub ends_before: i64,
    /// What the step's variants ask about.
    pub about: About,
    /// Another step of the run that the same contact closes.
    pub with: Option<&'static str>,
}

/// What a step is about, as far as variants ask.
#[derive(Clone, Default)]
pub(super) struct About {
    pub material: Option<String>,
    pub calendar: Option<&'static str>,
}

impl Fields for About {
    fn value(&self, field: Field) -> FieldValue<'_> {
        let text = |text: &'static str| FieldValue::Text(Cow::Borrowed(text));
        match field {
            Field::Material => {
                self.material.as_deref().map_or(FieldValue::Missing, |material| FieldValue::Text(material.into()))
            }
            Field::Calendar => self.calendar.map_or(FieldValue::Missing, text),
            _ => FieldValue::Missing,
        }
    }
}

/// The contact with which a step ended.
pub(super) struct Ending {
    pub written: Written,
    pub code: OutcomeCode,
    pub score: Option<u8>,
    /// The next date that it named.
    pub next: Option<i64>,
}

impl History {
    /// A step of a plan whose window counts from a date; nothing of the run was there before `born`.
    pub(super) fn turn(&self, plan: &str, step: &str, key: String, from: NaiveDate, born: i64) -> Option<Turn<'_>> {
        let plan = self.plan(plan)?;
        let step = plan.steps.iter().find(|known| known.id.as_str() == step)?;
        let offset = |on: NaiveDate| (on - d0()).num_days();
        let opens = offset(step.offset.from(from)?).max(born);
        let until = offset(step.until.from(from)?);
        (opens <= until).then(|| Turn {
            plan,
            step,
            key,
            opens,
            until,
            ends_before: i64::MAX,
            about: About::default(),
            with: None,
        })
    }

    /// What was done about a step, if anything was: sooner in its window rather than later.
    pub(super) fn handle(&self, diary: &mut Diary<'_>, turn: &Turn<'_>, codes: Codes) -> Option<Ending> {
        let window = (turn.until - turn.opens + 1).unsigned_abs();
        let wait = diary.dice.below(window).min(diary.dice.below(window)) as i64;
        let is_handled = diary.dice.happens(diary.staff.handles);
        let mut from = turn.opens + wait;
        if !is_handled || from < self.first_day {
            return None;
        }
        let last = turn.until.min(turn.ends_before.saturating_sub(1));
        let mut ending = None;
        for attempt in 0..MAX_ATTEMPTS {
            let Some(on) = diary.first_free(from, last, turn.step.purpose) else { break };
            let outcome = self.outcome(diary, turn, attempt, on, codes);
            let (code, score) = (outcome.code, outcome.score);
            let next = outcome.next_on.map(|next_on| (next_on - d0()).num_days());
            let written = diary.contact(on, turn.step.purpose, outcome);
            ending = Some(Ending { written, code, score, next });
            match code {
                OutcomeCode::NoReply => from = on + RETRY_DAYS + diary.dice.between(0, 1),
                OutcomeCode::CallLater => return self.later(diary, turn, attempt, next?),
                OutcomeCode::DoNotContact => {
                    diary.close(on);
                    break;
                }
                _ => break,
            }
        }
        ending
    }

    /// What came of an attempt.
    pub(super) fn outcome(
        &self,
        diary: &mut Diary<'_>,
        turn: &Turn<'_>,
        attempt: u32,
        on: i64,
        codes: Codes,
    ) -> Outcome {
        use OutcomeCode::*;
        let mut code = *diary.dice.weighted(codes);
        if attempt > 0 && code == CallLater {
            code = NoNeed;
        }
        let mut outcome = Outcome::new(day(on), code);
        outcome.due_ids = turn.due_ids(diary, attempt);
        outcome.channel = turn.step.channel(attempt as usize);
        outcome.template = turn.step.template.clone();
        if let Some(variant) = turn.step.variants.iter().find(|variant| variant.when.is_met(&turn.about)) {
            outcome.template = variant.template.clone().or(outcome.template);
        }
        match code {
            Appointment => {
                outcome.next_on = Some(day(on + diary.dice.between(1, 6)));
                outcome.next_time = NaiveTime::from_hms_opt(diary.dice.between(10, 19) as u32, 0, 0);
            }
            CallLater => outcome.next_on = Some(day(on + diary.dice.between(3, 10))),
            Skipped => outcome.reason = Some(*diary.dice.pick(&[SkipReason::MetToday, SkipReason::Travelling])),
            NoNeed | Interested if turn.step.asks == Some(Asks::Satisfaction) => self.score(diary, &mut outcome),
            NoNeed | Interested | Visited if diary.dice.happens(200) => {
                outcome.note = Some(in_lang(*diary.dice.pick(&NOTES), self.lang));
            }
            _ => {}
        }
        if diary.contradicts(on, &outcome) {
            (outcome.code, outcome.next_on, outcome.next_time) = (Interested, None, None);
        }
        outcome
    }

    /// Of those who answer 62, 24, 9, 3 and 2 in a hundred give 5 to 1; the last two complain.
    fn score(&self, diary: &mut Diary<'_>, outcome: &mut Outcome) {
        let score = *diary.dice.weighted(&[(62, 5), (24, 4), (9, 3), (3, 2), (2, 1)]);
        outcome.score = Some(score);
        if score <= 2 {
            outcome.code = OutcomeCode::Complaint;
            outcome.note = Some(in_lang(*diary.dice.pick(&COMPLAINTS), self.lang));
        }
    }

    /// The contact on the day that the customer chose.
    fn later(&self, diary: &mut Diary<'_>, turn: &Turn<'_>, attempt: u32, chosen: i64) -> Option<Ending> {
        let last = (chosen + POSTPONED_DAYS).min(turn.ends_before.saturating_sub(1));
        let on = diary.first_free(chosen, last, Purpose::Answer)?;
        let mut outcome = Outcome::new(day(on), OutcomeCode::Interested);
        outcome.due_ids = turn.due_ids(diary, attempt + 1);
        outcome.channel = turn.step.channel(0);
        outcome.template = turn.step.template.clone();
        let written = diary.contact(on, turn.step.purpose, outcome);
        Some(Ending { written, code: OutcomeCode::Interested, score: None, next: None })
    }
}

impl Turn<'_> {
    fn due_ids(&self, diary: &Diary<'_>, attempt: u32) -> Vec<DueId> {
        let is_with = |step: &&Step| Some(step.id.as_str()) == self.with;
        let steps = std::iter::once(self.step).chain(self.plan.steps.iter().filter(is_with));
        steps.map(|step| DueId::of(&self.plan.id, &step.id, &diary.customer.id, &self.key, attempt)).collect()
    }
}
