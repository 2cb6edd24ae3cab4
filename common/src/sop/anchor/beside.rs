//! The dates beside an anchor from which steps can count: visits, weddings, tickets, what was bought.

use chrono::{Datelike, NaiveDate};

use super::{About, Anchor};
use crate::promise::AppointmentResult;
use crate::sop::history::{History, Visit};
use crate::sop::plan::FromDate;

/// A date beside the anchor from which a step can count, where it is known.
pub(crate) fn anchor_date(history: &History<'_>, anchor: &Anchor, from: FromDate) -> Option<NaiveDate> {
    let fact = match anchor.about {
        About::Fact(id) => Some(id),
        _ => None,
    };
    let ticket = || history.records.tickets.iter().find(|(id, _)| Some(*id) == fact).map(|(_, ticket)| *ticket);
    match from {
        FromDate::NextOn => history.contacts.iter().find(|contact| Some(contact.id) == fact)?.outcome.next_on,
        FromDate::VisitOn => visit_of(history, anchor).map(|visit| visit.visit_on),
        FromDate::NoShowOn => {
            let visit = visit_of(history, anchor)?;
            visit.closed.filter(|(_, result)| *result == AppointmentResult::NoShow).map(|(on, _)| on)
        }
        FromDate::WeddingOn => history.customer.wedding_on,
        FromDate::AnniversaryOn => next_anniversary(history, anchor.on),
        FromDate::BoughtOn => match &anchor.about {
            About::Piece(purchase, _) => history.file.purchases.iter().find(|p| p.id == *purchase).map(|p| p.bought_on),
            _ => history.days.iter().map(|day| day.on).rfind(|on| *on <= anchor.on.max(anchor.born_on)),
        },
        FromDate::ReadyOn => ticket()?.ready_on.filter(|on| *on <= history.today),
        FromDate::PromisedOn => ticket()?.promised_on,
        FromDate::Outcome | FromDate::Unknown => None,
    }
}

/// The visit that an anchor is about, else the latest one agreed since the anchor came to be; none that was called off.
fn visit_of(history: &History<'_>, anchor: &Anchor) -> Option<Visit> {
    let standing = || history.visits.iter().filter(|visit| !visit.is_called_off());
    let own = standing().find(|visit| anchor.about == About::Fact(visit.id));
    let since = standing().filter(|visit| visit.made_on >= anchor.born_on).max_by_key(|visit| visit.made_on);
    own.or(since).copied()
}

fn next_anniversary(history: &History<'_>, on: NaiveDate) -> Option<NaiveDate> {
    let weddings = history.customer.anniversaries.iter().filter(|anniversary| anniversary.kind == "wedding");
    let dates = weddings.flat_map(|wedding| {
        let dates = (on.year() - 1..=on.year() + 1).filter_map(|year| wedding.date.date_in(year));
        dates.filter(|date| wedding.date.year.is_none_or(|year| year < date.year()))
    });
    dates.filter(|date| on <= *date).min()
}
