//! How far a step came: due, contacted, replied, booked, visited, bought. Each stage counts those that came at least
//! that far, so that no stage is larger than the one before. The definitions stand in `docs/reports.md`.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::outcome::OutcomeCode;
use crate::sop::history::{Contact, History};
use crate::sop::run::StepRun;
use crate::template::usage::replied;
use crate::time::Period;

/// For so many days after a reply, what the customer does counts for the step.
pub const CREDIT_DAYS: u64 = 30;

/// Steps by how far they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Open or held on a day of the period.
    pub due: u64,
    /// Contacted in the period.
    pub contacted: u64,
    /// The customer replied.
    pub replied: u64,
    /// A visit was agreed, or the customer came without one.
    pub booked: u64,
    /// The customer came to the shop.
    pub visited: u64,
    /// The customer bought.
    pub bought: u64,
}

/// The stages, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nobody contacted the customer.
    #[default]
    Due,
    /// Contacted, no reply.
    Contacted,
    /// Replied.
    Replied,
    /// A visit was agreed.
    Booked,
    /// Came to the shop.
    Visited,
    /// Bought.
    Bought,
}

/// How far one step came in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The farthest stage.
    pub stage: Stage,
    /// Whether a contact of it brought a score.
    pub has_score: bool,
}

impl Reach {
    /// How far a step came by its contacts of a period, as of the history's day.
    pub fn of(step_run: &StepRun<'_>, history: &History<'_>, period: Period) -> Self {
        let mut reach = Self::default();
        for id in step_run.attempts.iter().filter_map(|attempt| attempt.closed_by) {
            let Some(contact) = history.contacts.iter().find(|contact| contact.id == id) else { continue };
            let Some(has_replied) = replied(contact.outcome.code).filter(|_| period.contains(contact.on())) else {
                continue;
            };
            reach.has_score |= contact.outcome.score.is_some();
            let stage = if has_replied { after_reply(contact, history) } else { Stage::Contacted };
            reach.stage = reach.stage.max(stage);
        }
        reach
    }

    /// Whether anybody tried.
    pub fn was_contacted(self) -> bool {
        self.stage >= Stage::Contacted
    }
}

/// What came of a reply: what the contact itself says, and what the customer did on the days after it.
fn after_reply(contact: &Contact<'_>, history: &History<'_>) -> Stage {
    let said = match contact.outcome.code {
        OutcomeCode::Bought => return Stage::Bought,
        OutcomeCode::Visited => Stage::Visited,
        OutcomeCode::Appointment => Stage::Booked,
        _ => Stage::Replied,
    };
    let on = contact.on();
    let last = on.checked_add_days(Days::new(CREDIT_DAYS)).unwrap_or(NaiveDate::MAX);
    let is_after = |day: NaiveDate| on < day && day <= last;
    if history.days.iter().any(|day| is_after(day.on) && day.net_fen() > 0) {
        Stage::Bought
    } else if said == Stage::Visited || history.visit_days().any(is_after) {
        Stage::Visited
    } else if history.visits.iter().any(|visit| on <= visit.made_on && visit.made_on <= last) {
        Stage::Booked
    } else {
        said
    }
}

impl Funnel {
    /// The stages with their counts, from the widest.
    pub fn stages(self) -> [(Stage, u64); 6] {
        [
            (Stage::Due, self.due),
            (Stage::Contacted, self.contacted),
            (Stage::Replied, self.replied),
            (Stage::Booked, self.booked),
            (Stage::Visited, self.visited),
            (Stage::Bought, self.bought),
        ]
    }

    pub(super) fn count(&mut self, stage: Stage) {
        self.due += 1;
        self.contacted += u64::from(stage >= Stage::Contacted);
        self.replied += u64::from(stage >= Stage::Replied);
        self.booked += u64::from(stage >= Stage::Booked);
        self.visited += u64::from(stage >= Stage::Visited);
        self.bought += u64::from(stage >= Stage::Bought);
    }

    pub(super) fn add(&mut self, other: Self) {
        self.due += other.due;
        self.contacted += other.contacted;
        self.replied += other.replied;
        self.booked += other.booked;
        self.visited += other.visited;
        self.bought += other.bought;
    }
}
