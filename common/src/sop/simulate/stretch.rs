//! Days between which a customer's file says the same: one look of the engine at the last of them tells what is open on
//! each, until a contact is made.

use chrono::{NaiveDate, NaiveTime};

use crate::apply::CustomerFile;
use crate::fact::{Fact, FactBody, next_number};
use crate::id::OpId;
use crate::outcome::Outcome;
use crate::sop::engine::{Due, dues_of};
use crate::sop::gate::{Gate, caps_since};
use crate::sop::history::History;
use crate::sop::plan::Purpose;
use crate::sop::rules::Rules;
use crate::sop::run::{Attempt, Run, State, all_runs};
use crate::time::Period;
use crate::undone::Undos;

use super::desk::Desk;
use super::figures::Simulation;
use super::served::Seen;

/// Days between which the file says the same.
pub(super) struct Stretch<'f, 'd> {
    pub desk: &'d Desk,
    pub file: &'f CustomerFile,
    pub days: Period,
}

/// A contact that is assumed, and the rules of the plans to look at again after it.
pub(super) struct Assumed<'d> {
    pub fact: Fact,
    pub touched: &'d Rules,
}

impl<'d> Stretch<'_, 'd> {
    /// Simulates the days up to the first contact, and makes it. Of `runs`, which an earlier stretch saw, those of the
    /// touched plans are looked at again.
    pub fn contact(
        &self,
        runs: &mut Vec<Run<'d>>,
        touched: &'d Rules,
        seen: &mut Seen,
        simulation: &mut Simulation,
    ) -> Option<Assumed<'d>> {
        let mut history = History::of(self.file, self.days.from);
        let first_day = caps_since(&history, &self.desk.rules);
        history.today = self.days.to;
        runs.retain(|run| touched.plans().iter().all(|plan| plan.id != run.plan.id));
        runs.extend(all_runs(&history, touched, first_day));
        let mut from = self.days.from;
        while let Some(on) = next_open_day(runs, from).filter(|on| *on <= self.days.to) {
            history.today = on;
            runs.iter_mut().for_each(|run| as_of(run, on));
            let dues = dues_of(&history, runs);
            let put_aside = self.desk.rivals.put(&history, runs, &dues, first_day);
            let open = self.let_through(&history, runs, dues, seen, simulation);
            put_aside.into_iter().for_each(|put_aside| put_aside.restore(runs));
            if !open.is_empty() && self.desk.is_done_on(on, &open) {
                simulation.count_contact(on, &open);
                let fact = self.assumed(on, &open)?;
                return Some(Assumed { fact, touched: self.desk.touched_by(&open) });
            }
            from = on.succ_opt()?;
        }
        None
    }

    /// The dues that the gate lets through on `history.today`; the others are counted as held.
    fn let_through(
        &self,
        history: &History<'_>,
        runs: &[Run<'d>],
        dues: Vec<Due<'d>>,
        seen: &mut Seen,
        simulation: &mut Simulation,
    ) -> Vec<Due<'d>> {
        let gate = Gate::of(history, &self.desk.rules, runs);
        let mut open = Vec::new();
        for due in dues {
            seen.start(self.desk.period, history.today, &due, simulation);
            match gate.check_due(&due) {
                Ok(channel) => open.push(Due { channel, ..due }),
                Err(hold) => seen.hold(history.today, &due, hold.reason, simulation),
            }
        }
        open
    }

    /// The contact that is made on a day: what comes of it depends on the most important due.
    fn assumed(&self, on: NaiveDate, open: &[Due<'_>]) -> Option<Fact> {
        let rank = |due: &&Due<'_>| {
            (!due.plan.recovery, std::cmp::Reverse(due.plan.priority), due.until_on, due.opens_on, due.id)
        };
        let first = open.iter().min_by_key(rank)?;
        let code = self.desk.assume.outcome(first.id, first.step.purpose, first.channel);
        let customer = &self.file.customer.id;
        let outcome = Outcome {
            channel: first.channel,
            due_ids: open.iter().map(|due| due.id).collect(),
            template: first.template.cloned(),
            purpose: Some(purpose(open)),
            ..Outcome::new(on, code)
        };
        Some(Fact {
            id: OpId::of_record("simulated", customer, &on.to_string()),
            customer: customer.clone(),
            guide: self.desk.guide.clone(),
            device: self.desk.device.clone(),
            at: self.desk.rules.zone.instant(on.and_time(NaiveTime::from_hms_opt(12, 0, 0)?)),
            body: FactBody::Outcome(outcome),
            number: next_number(&self.file.facts),
            undone: Undos::default(),
            group: None,
        })
    }
}

/// What a contact is for: it says so itself, so that the gate knows where its dues are forgotten.
fn purpose(dues: &[Due<'_>]) -> Purpose {
    let is_any = |purpose: &Purpose| dues.iter().any(|due| due.step.purpose == *purpose);
    [Purpose::Promo, Purpose::Service].into_iter().find(is_any).unwrap_or(Purpose::Answer)
}

/// The first day from `from` on on which anything is open that no contact closed.
fn next_open_day(runs: &[Run<'_>], from: NaiveDate) -> Option<NaiveDate> {
    let attempts = runs.iter().flat_map(|run| &run.steps).flat_map(|step| &step.attempts);
    let spans = attempts.filter(|attempt| is_unclosed(attempt)).flat_map(|attempt| &attempt.open_days);
    spans.filter(|span| from <= span.to).map(|span| span.from.max(from)).min()
}

/// Whether nothing but time took it: it was open on each of its open days.
fn is_unclosed(attempt: &Attempt) -> bool {
    matches!(attempt.state, State::Open | State::Expired | State::Superseded { .. })
}

/// Puts the states of unclosed attempts back to those of a day: open or not.
fn as_of(run: &mut Run<'_>, day: NaiveDate) {
    let attempts = run.steps.iter_mut().flat_map(|step| &mut step.attempts);
    for attempt in attempts.filter(|attempt| is_unclosed(attempt)) {
        let is_open = attempt.open_days.iter().any(|span| span.contains(day));
        attempt.state = if is_open { State::Open } else { State::Expired };
    }
}
