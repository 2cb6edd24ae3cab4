//! One run as an answer: every step with its attempts, or why it is not due.

use std::collections::HashMap;

use super::absence::not_due;
use super::plan::RunExplained;
use super::step::{AttemptExplained, AttemptState, StepExplained};
use crate::id::DueId;
use crate::outcome::Channel;
use crate::sop::anchor::Anchor;
use crate::sop::engine::dues_of;
use crate::sop::gate::{Gate, HoldReason, caps_since};
use crate::sop::history::History;
use crate::sop::plan::{Plan, Step};
use crate::sop::rules::Rules;
use crate::sop::run::course::ending_contact;
use crate::sop::run::{Absence, Attempt, EndCause, Run, State, all_runs};

/// What is open today: whether it is due or held, and over which channel.
pub(super) struct Open(HashMap<DueId, (AttemptState, Channel)>);

impl Open {
    /// The dues of the day, each asked at the gate.
    pub fn of(history: &History<'_>, rules: &Rules) -> Self {
        let runs = all_runs(history, rules, caps_since(history, rules));
        let gate = Gate::of(history, rules, &runs);
        let state = |due| match gate.check_due(&due) {
            Ok(channel) => (due.id, (AttemptState::Open, channel)),
            Err(hold) => {
                let rival = gate.rival(&due).filter(|_| hold.reason == HoldReason::ExclusivePlan);
                let rival = rival.map(|run| run.plan.id.clone());
                (due.id, (AttemptState::Held { hold, rival }, due.channel))
            }
        };
        Self(dues_of(history, &runs).into_iter().map(state).collect())
    }
}

/// What a run is explained from.
pub(super) struct OfRun<'a, 'f> {
    pub history: &'a History<'f>,
    pub rules: &'a Rules,
    pub anchor: &'a Anchor,
    /// The version that it follows.
    pub plan: &'a Plan,
}

impl OfRun<'_, '_> {
    /// Every step of the plan: those of the run, and those that are absent from it.
    pub fn explained(
        &self,
        open: &Open,
        trigger: String,
        run: Option<&Run<'_>>,
        absent: &[(&Step, Absence)],
    ) -> RunExplained {
        let Self { history, rules, anchor, plan } = *self;
        let step = |step: &Step| {
            let step_run = run.and_then(|run| run.steps.iter().find(|of| of.step.id == step.id));
            let attempts = step_run.map(|of| of.attempts.as_slice()).unwrap_or_default();
            let absence = absent.iter().find(|(of, _)| of.id == step.id).map(|(_, absence)| *absence);
            StepExplained {
                step: step.id.clone(),
                name: step.name.clone(),
                attempts: attempts.iter().map(|attempt| self.attempt(open, attempt)).collect(),
                not_due: absence.map(|absence| not_due(history, rules, anchor, plan, step, absence)),
            }
        };
        RunExplained {
            anchor_on: anchor.on,
            trigger,
            anchor_key: anchor.key.clone(),
            born_on: anchor.born_on,
            version: plan.version,
            steps: plan.steps.iter().map(step).collect(),
        }
    }

    fn attempt(&self, open: &Open, attempt: &Attempt) -> AttemptExplained {
        let of_today = open.0.get(&attempt.due_id).filter(|_| attempt.state == State::Open);
        let is_lent = self.history.customer.lent.is_some();
        let state = match attempt.state {
            State::Open => match of_today {
                Some((state, _)) => state.clone(),
                None if is_lent => AttemptState::WithOwner,
                None => AttemptState::Open,
            },
            State::Upcoming => AttemptState::Upcoming,
            State::Done { on } => AttemptState::Done { on },
            State::Skipped { on, reason } => AttemptState::Skipped { on, reason },
            State::NotReached { on } => AttemptState::NotReached { on },
            State::Postponed { on } => AttemptState::Postponed { on },
            State::Expired => AttemptState::Expired,
            State::Waived { on, reason } => AttemptState::Waived { on, reason },
            State::Superseded { on } => AttemptState::Superseded { on },
            State::Ended { on, cause } => {
                let contact =
                    ending_contact(self.history, self.plan, self.anchor).filter(|_| cause == EndCause::Outcome);
                AttemptState::Ended { on, cause, code: contact.map(|contact| contact.outcome.code) }
            }
        };
        AttemptExplained {
            due_id: attempt.due_id,
            number: attempt.number,
            opens_on: attempt.opens_on,
            until_on: attempt.until_on,
            channel: of_today.map_or(attempt.channel, |(_, channel)| *channel),
            is_chosen: attempt.is_chosen,
            closed_by: attempt.closed_by,
            state,
        }
    }
}
