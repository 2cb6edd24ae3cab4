//! Promises made and kept.

use super::History;
use crate::demo::diary::Diary;
use crate::demo::dice::{scaled, spread};
use crate::demo::words::PROMISES;
use crate::demo::{day, in_lang};
use crate::fact::FactBody;
use crate::promise::{Promise, PromiseKept};

/// One promise for so many customers.
const CUSTOMERS_PER_PROMISE: usize = 12;

impl History {
    /// Every twelfth customer of a guide was promised something; past promises are kept but for a few.
    pub(super) fn promise(&self, diary: &mut Diary<'_>, nth: usize) {
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
        let Some(on) = (on - 6..=on).rev().find(|on| !diary.is_away(*on)) else { return };
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
        let is_kept = diary.guide_idx == 0 || diary.dice.happens(diary.staff.handles);
        if due < 0 && is_kept && !diary.is_away(kept_on) {
            diary.write(kept_on, FactBody::PromiseKept(PromiseKept { on: day(kept_on), promise: made.op_id }));
        }
    }
}
