//! What closes an attempt of a step, what it makes of it, and which branch it takes.

use chrono::NaiveDate;

use super::course::RunEnd;
use super::window::Window;
use super::{EndCause, State};
use crate::fact::Order;
use crate::outcome::{OutcomeCode, SkipReason};
use crate::sop::history::Contact;
use crate::sop::plan::{Asks, Branch, Step};

/// A score of so much or more is a good end, without a score what the outcome says.
const GOOD_SCORE: u8 = 5;
/// A score of so much or less is a bad end.
const BAD_SCORE: u8 = 3;

/// Whether something done on a day closes a due of this window: not after its last day, before the run ended, and not
/// after a later anchor took its place or an amnesty let it expire. On the day of a later anchor, a return or an amnesty
/// it may have come first; `order` is its place among the facts, where it has one.
pub(super) fn accepts(
    window: &Window,
    end: &RunEnd<'_>,
    waived_on: Option<NaiveDate>,
    on: NaiveDate,
    order: Option<Order>,
) -> bool {
    let in_window = window.known_on <= on && on <= window.until_on;
    // a later anchor that was returned stands in nobody's place: it was heard of too late to keep the contact from closing
    let superseded = window.spans.iter().any(|span| span.from < on && span.to.is_none());
    let gone = end.gone().is_some_and(|(gone_on, _)| gone_on < on);
    let ended = end.contact.is_some_and(|end| order.map_or(end.on() < on, |order| end.order() < order));
    let passed = [end.kept_on, waived_on].into_iter().flatten().any(|passed_on| passed_on < on);
    in_window && !superseded && !gone && !ended && !passed
}

/// What a contact makes of the attempt that it closes.
pub(super) fn closed_state(contact: &Contact<'_>) -> State {
    let on = contact.on();
    match contact.outcome.code {
        OutcomeCode::NoReply => State::NotReached { on },
        OutcomeCode::CallLater => State::Postponed { on },
        OutcomeCode::DoNotContact => State::Ended { on, cause: EndCause::Outcome },
        OutcomeCode::Skipped => State::Skipped { on, reason: contact.outcome.reason.unwrap_or(SkipReason::Unknown) },
        _ => State::Done { on },
    }
}

/// Which branch a contact takes: its score decides, without a score its code. A step that asks for a score takes no
/// good end for granted.
pub(super) fn result(step: &Step, contact: &Contact<'_>) -> Option<Branch> {
    match (contact.outcome.score, contact.outcome.code) {
        (Some(score), _) if score >= GOOD_SCORE => Some(Branch::Positive),
        (Some(score), _) if score <= BAD_SCORE => Some(Branch::Negative),
        (Some(_), _) => None,
        (None, OutcomeCode::Complaint) => Some(Branch::Negative),
        (None, _) if step.asks == Some(Asks::Satisfaction) => None,
        (None, OutcomeCode::NoNeed) => Some(Branch::Negative),
        (None, OutcomeCode::Interested | OutcomeCode::Appointment | OutcomeCode::Visited | OutcomeCode::Bought) => {
            Some(Branch::Positive)
        }
        _ => None,
    }
}
