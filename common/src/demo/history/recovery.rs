//! Recovery: what followed a bad score, until the customer's own words closed the complaint.

use super::History;
use super::turn::Ending;
use crate::demo::diary::{Diary, Written};
use crate::demo::words::SOLVED;
use crate::demo::{day, in_lang};
use crate::fact::{ComplaintClosed, FactBody};
use crate::id::DueId;
use crate::outcome::{Channel, Outcome, OutcomeCode};
use crate::sop::plan::Purpose;

impl History {
    /// The call, mostly within two hours, a check days later, and the closing.
    pub(super) fn recover(&self, diary: &mut Diary<'_>, bad: &Ending) {
        let called_at_once = diary.dice.happens(600);
        let solved_after = diary.dice.between(3, 6);
        let is_checked = diary.dice.happens(700);
        let on = bad.written.on;
        let call_on = if called_at_once || diary.is_away(on + 1) { on } else { on + 1 };
        let steps: &[&str] = if call_on == on { &["manager", "call"] } else { &["call"] };
        let outcome = self.answer(diary, bad.written, steps, call_on, Channel::Phone);
        match call_on == on {
            true => diary.write_after(call_on, bad.written.minute + 5, FactBody::Outcome(outcome)),
            false => diary.write(call_on, FactBody::Outcome(outcome)),
        };
        let checked_on = (on + solved_after..=on + 7).find(|on| !diary.is_away(*on)).filter(|_| is_checked);
        let Some(checked_on) = checked_on else {
            return diary.complain(on + 1, if bad.code == OutcomeCode::Complaint { i64::MAX } else { on + 1 });
        };
        let mut outcome = self.answer(diary, bad.written, &["check"], checked_on, Channel::Wecom);
        outcome.score = Some(*diary.dice.weighted(&[(3, 4), (1, 5)]));
        let checked = diary.contact(checked_on, Purpose::Answer, outcome);
        if bad.code == OutcomeCode::Complaint {
            diary.complain(on + 1, checked_on + 1);
            let words = in_lang(*diary.dice.pick(&SOLVED), self.lang);
            let closed = FactBody::ComplaintClosed(ComplaintClosed { on: day(checked_on), words });
            diary.write_after(checked_on, checked.minute + 1, closed);
        }
    }

    /// A contact that closed steps of the recovery that a contact started.
    fn answer(&self, diary: &Diary<'_>, bad: Written, steps: &[&str], on: i64, channel: Channel) -> Outcome {
        let mut outcome = Outcome::new(day(on), OutcomeCode::Interested);
        outcome.channel = channel;
        let known = self.plan("P10").into_iter().flat_map(|plan| plan.steps.iter().map(move |step| (plan, step)));
        for (plan, step) in known.filter(|(_, step)| steps.contains(&step.id.as_str())) {
            outcome.due_ids.push(DueId::of(&plan.id, &step.id, &diary.customer.id, &bad.op_id.to_string(), 0));
            outcome.template = step.template.clone().or(outcome.template);
        }
        outcome
    }
}
