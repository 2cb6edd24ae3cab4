//! The gate that every contact passes: what it holds, why, and until when.

use chrono::{Days, NaiveDate};

use crate::apply::CustomerFile;
use crate::outcome::OutcomeCode;
use crate::sop::history::is_outcome;
use crate::sop::plan::Purpose;
use crate::sop::queue::{Hold, HoldReason};

/// After outcome 5 promotions rest for so many days.
pub const PROMO_REST_DAYS: u64 = 60;

/// What holds contacts with a customer on a day, the strongest first.
pub fn holds(file: &CustomerFile, today: NaiveDate) -> Vec<Hold> {
    let mut holds = Vec::new();
    let facts = || file.facts.iter();
    if file.customer.do_not_contact || facts().any(|fact| is_outcome(fact, OutcomeCode::DoNotContact, today)) {
        holds.push(Hold { reason: HoldReason::DoNotContact, until_on: None });
    }
    if file.as_of(today).open_complaint().is_some() {
        holds.push(Hold { reason: HoldReason::OpenComplaint, until_on: None });
    }
    let no_need = facts().filter(|fact| is_outcome(fact, OutcomeCode::NoNeed, today)).map(|fact| fact.on()).max();
    if let Some(until_on) = no_need.and_then(|on| on.checked_add_days(Days::new(PROMO_REST_DAYS)))
        && today < until_on
    {
        holds.push(Hold { reason: HoldReason::PromoRest, until_on: Some(until_on) });
    }
    holds
}

/// The hold that keeps a contact of this purpose back, where one does.
pub fn held_by(holds: &[Hold], purpose: Purpose) -> Option<Hold> {
    holds
        .iter()
        .find(|hold| match hold.reason {
            HoldReason::PromoRest => purpose == Purpose::Promo,
            HoldReason::DoNotContact | HoldReason::OpenComplaint | HoldReason::Unknown => true,
        })
        .copied()
}
