//! The after-sale service: each run's steps until the next purchase takes its place.

use super::History;
use super::turn::{About, Codes, Turn};
use crate::demo::diary::Diary;
use crate::demo::shop::Sale;
use crate::demo::{day, in_lang};
use crate::outcome::{Channel, Outcome, OutcomeCode};
use crate::sop::plan::Purpose;
use crate::sop::trigger::{PurchaseTrigger, Trigger};

use OutcomeCode::{Appointment, CallLater, DoNotContact, Interested, NoNeed, NoReply, Skipped, Visited};

const THANKS: Codes = &[(62, Interested), (38, NoNeed)];
const SATISFACTION: Codes = &[(24, NoNeed), (50, Interested), (26, NoReply)];
const FULL_MARKS: Codes = &[(60, Interested), (12, NoNeed), (28, NoReply)];
const KNOWLEDGE: Codes = &[(26, NoNeed), (31, Interested), (36, NoReply), (6, Skipped), (1, DoNotContact)];
/// A reminder of care, whatever plan it comes from.
pub(super) const CARE: Codes =
    &[(18, Appointment), (12, Visited), (26, NoNeed), (10, CallLater), (30, NoReply), (4, Skipped)];

/// A day on which a customer bought enough to start a run, and when the run made room, both counted from the first
/// day.
struct Anchor {
    on: i64,
    ends_before: i64,
    fen: i64,
    about: About,
}

impl History {
    pub(super) fn after_sale(&self, diary: &mut Diary<'_>, sales: &[Sale]) {
        for (run_idx, anchor) in self.anchors(sales).iter().enumerate() {
            let is_reported = diary.dice.happens(300);
            if run_idx > 0 && is_reported && anchor.fen > 0 {
                let mut outcome = Outcome::new(day(anchor.on), OutcomeCode::Bought);
                outcome.channel = Channel::Visit;
                outcome.amount_fen = Some(anchor.fen);
                diary.contact(anchor.on, Purpose::Answer, outcome);
            }
            self.run(diary, anchor, sales);
        }
    }

    fn run(&self, diary: &mut Diary<'_>, anchor: &Anchor, sales: &[Sale]) {
        for (step, codes) in
            [("thanks", THANKS), ("satisfaction", SATISFACTION), ("knowledge", KNOWLEDGE), ("care", CARE)]
        {
            let Some(turn) = self.turn_of(anchor, step, anchor.on) else { continue };
            let Some(ending) = self.handle(diary, &turn, codes) else { continue };
            match ending.score {
                Some(5) => self.full_marks(diary, anchor, ending.written.on),
                Some(..=3) => self.recover(diary, &ending),
                _ => {}
            }
            self.visit_follows(diary, &ending, sales);
        }
    }

    fn turn_of(&self, anchor: &Anchor, step: &str, from: i64) -> Option<Turn<'_>> {
        let turn = self.turn("P01", step, day(anchor.on).to_string(), day(from), anchor.on)?;
        let ends_before = if turn.step.keep { i64::MAX } else { anchor.ends_before };
        Some(Turn { ends_before, about: anchor.about.clone(), ..turn })
    }

    fn full_marks(&self, diary: &mut Diary<'_>, anchor: &Anchor, scored_on: i64) {
        if let Some(turn) = self.turn_of(anchor, "full_marks", scored_on) {
            self.handle(diary, &turn, FULL_MARKS);
        }
    }

    /// The days on which a run began: each later one takes the place of those before.
    fn anchors(&self, sales: &[Sale]) -> Vec<Anchor> {
        let min_amount_fen = self.plan("P01").and_then(|plan| match plan.triggers.first() {
            Some(Trigger::Purchase(PurchaseTrigger { min_amount_fen, .. })) => Some(*min_amount_fen),
            _ => None,
        });
        let mut days: Vec<(&Sale, i64, Option<i64>)> = Vec::new();
        for sale in sales {
            match days.last_mut() {
                Some((first, fen, returned)) if first.on == sale.on => {
                    *fen += sale.fen;
                    *returned = (*returned).or(sale.returned);
                }
                _ => days.push((sale, sale.fen, sale.returned)),
            }
        }
        days.retain(|(_, fen, _)| *fen >= min_amount_fen.unwrap_or_default());
        let next = |idx: usize| days.get(idx + 1).map_or(i64::MAX, |(sale, _, _)| sale.on);
        let anchor = |(idx, (sale, fen, returned)): (usize, &(&Sale, i64, Option<i64>))| Anchor {
            on: sale.on,
            ends_before: next(idx).min(returned.unwrap_or(i64::MAX)),
            fen: *fen,
            about: About { material: Some(in_lang(sale.piece.material, self.lang)), calendar: None },
        };
        days.iter().enumerate().map(anchor).collect()
    }
}
