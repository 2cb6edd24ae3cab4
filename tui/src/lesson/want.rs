//! What a step waits for: something done, or how something stands.

use guide_common::id::{CustomerId, PlanId, StepId};
use guide_common::outcome::OutcomeCode;

use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::effect::Request;
use crate::interface::layers::training_sheet::Switch;
use crate::interface::privacy::Privacy;
use crate::interface::screens::Screen;
use crate::interface::screens::sync::faults;
use crate::lesson::run::Running;
use crate::training::Span;

/// What is waited for, of whom, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// What.
    pub want: Want,
    /// Whom it concerns; anybody where nobody is named.
    pub customer: Option<CustomerId>,
    /// How often.
    pub times: usize,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// An action was performed.
    Action(Action),
    /// Something was saved.
    Saved {
        /// What kind of thing.
        kind: Kind,
        /// With this outcome.
        code: Option<OutcomeCode>,
        /// With this score.
        score: Option<u8>,
    },
    /// The interface said that something cannot be done so.
    Refused,
    /// A screen is open.
    Screen(Screen),
    /// A section of the screen of sync or reports is open, by its digit.
    Section(u8),
    /// Names and purchases are masked, or not.
    Masked(bool),
    /// The clock stands so far from where the lesson began, or further.
    Clock(Span),
    /// The clock plays, or not.
    Playing(bool),
    /// The customer has answered since the lesson began.
    Answered,
    /// The customer is the one whose task or card is shown.
    Shown,
    /// The customer has an open task.
    Due {
        /// Of this plan.
        plan: Option<PlanId>,
        /// Of this step.
        step: Option<StepId>,
    },
    /// So many records have not reached headquarters.
    Unsent {
        /// At least.
        least: usize,
        /// At most.
        most: usize,
    },
    /// A fault is on, or off.
    Fault(Switch, bool),
    /// The bundle's cycles were gone through again, and go the same way.
    Replayed,
    /// The comparison with headquarters has found both sides the same.
    Verified,
}

/// A kind of thing that is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What came of a contact.
    Outcome,
    /// A note.
    Note,
    /// A tag, set or taken away.
    Tag,
    /// A new person.
    Lead,
    /// A promise was kept.
    PromiseKept,
    /// A complaint was closed.
    ComplaintClosed,
    /// A task was put off.
    Snooze,
    /// Something was taken back.
    Undo,
    /// The backlog after a leave was settled.
    Amnesty,
    /// Something that no lesson waits for.
    Other,
}

impl Kind {
    /// Every kind with its name in files.
    pub const ALL: [(&'static str, Self); 9] = [
        ("outcome", Self::Outcome),
        ("note", Self::Note),
        ("tag", Self::Tag),
        ("lead", Self::Lead),
        ("promise-kept", Self::PromiseKept),
        ("complaint-closed", Self::ComplaintClosed),
        ("snooze", Self::Snooze),
        ("undo", Self::Undo),
        ("amnesty", Self::Amnesty),
    ];

    /// What a request saves.
    pub fn of(request: &Request) -> Self {
        match request {
            Request::LogTask(..) | Request::LogContact(..) => Self::Outcome,
            Request::AddNote(..) => Self::Note,
            Request::AddTag(..) | Request::RemoveTag(..) => Self::Tag,
            Request::AddLead(_) => Self::Lead,
            Request::KeepPromise(_) => Self::PromiseKept,
            Request::CloseComplaint(..) => Self::ComplaintClosed,
            Request::Snooze(..) => Self::Snooze,
            Request::Undo(_) => Self::Undo,
            Request::ApplyAmnesty => Self::Amnesty,
            _ => Self::Other,
        }
    }
}

/// Something that was done at the interface.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// An action, with whoever was shown.
    Action(Action, Option<CustomerId>),
    /// Something is on disk.
    Saved {
        /// What kind of thing.
        kind: Kind,
        /// The outcome of a contact.
        code: Option<OutcomeCode>,
        /// The score that was given.
        score: Option<u8>,
        /// Whom it concerns.
        customer: CustomerId,
    },
    /// Something cannot be done so.
    Refused,
}

impl Seen {
    /// Whom it concerns.
    pub fn customer(&self) -> Option<&CustomerId> {
        match self {
            Self::Action(_, customer) => customer.as_ref(),
            Self::Saved { customer, .. } => Some(customer),
            Self::Refused => None,
        }
    }
}

impl Wanted {
    /// Whether this was just done.
    pub fn is_done_by(&self, seen: &Seen) -> bool {
        let is_whom = |customer: Option<&CustomerId>| self.customer.is_none() || self.customer.as_ref() == customer;
        match (&self.want, seen) {
            (Want::Action(wanted), Seen::Action(action, customer)) => wanted == action && is_whom(customer.as_ref()),
            (Want::Saved { kind, code, score }, Seen::Saved { kind: of, code: logged, score: given, customer }) => {
                kind == of
                    && (code.is_none() || code == logged)
                    && (score.is_none() || score == given)
                    && is_whom(Some(customer))
            }
            (Want::Refused, Seen::Refused) => true,
            _ => false,
        }
    }

    /// Whether everything stands so.
    pub fn is_so(&self, app: &App, running: &Running) -> bool {
        let training = app.training.as_deref();
        let customer = self.customer.as_ref();
        match &self.want {
            Want::Action(_) | Want::Saved { .. } | Want::Refused => false,
            Want::Screen(screen) => app.screen == *screen && app.layer.is_none(),
            Want::Section(n) => app.open_section() == Some(*n),
            Want::Masked(wanted) => (app.privacy == Privacy::On) == *wanted,
            Want::Clock(span) => {
                let begun = running.began_at;
                training.is_some_and(|training| span.after(begun).is_some_and(|wanted| training.now >= wanted))
            }
            Want::Playing(wanted) => training.is_some_and(|training| training.day_ms.is_some() == *wanted),
            Want::Answered => training.is_some_and(|training| {
                let mut since = training.happened.iter().skip(running.n_happened);
                since.any(|one| customer.is_none_or(|customer| one.customer == *customer))
            }),
            Want::Shown => app.shown_customer().as_ref() == customer && customer.is_some(),
            Want::Due { plan, step } => app.data.today.iter().flat_map(|today| &today.tasks).any(|task| {
                let is_due = |due: &guide_common::wire::local::DueRow| {
                    plan.as_ref().is_none_or(|plan| due.plan == *plan)
                        && step.as_ref().is_none_or(|step| due.step == *step)
                };
                customer.is_none_or(|customer| task.customer == *customer) && task.dues.iter().any(is_due)
            }),
            Want::Unsent { least, most } => {
                let n = app.data.status.as_ref().map(|status| status.sync.n_unsent);
                n.is_some_and(|n| (*least..=*most).contains(&n))
            }
            Want::Fault(switch, wanted) => faults::is_switched_on(app, *switch) == *wanted,
            Want::Verified => app.sync.has_found_same(),
            Want::Replayed => {
                app.sync.replayed.as_ref().is_some_and(|replay| !replay.cycles.is_empty() && replay.is_same())
            }
        }
    }
}
