//! Days and times: visits and tickets, the anniversary that is near, the wedding to come.

use chrono::{Datelike, NaiveDate, NaiveTime};

use super::Case;
use crate::customer::{Anniversary, Birthday, Calendar};
use crate::fact::FactBody;
use crate::id::OpId;
use crate::lunar::LunarDate;
use crate::outcome::OutcomeCode;
use crate::record::Ticket;
use crate::template::value::Value;
use crate::template::values::Values;
use crate::template::variable::Variable;

/// What anniversaries are called; those of another kind only an anniversary.
const ANNIVERSARIES: [(&str, (&str, &str)); 3] = [
    ("wedding", ("结婚纪念日", "wedding anniversary")),
    ("engagement", ("订婚纪念日", "engagement anniversary")),
    ("first_met", ("相识纪念日", "anniversary of your first meeting")),
];

pub(super) fn set(values: &mut Values, case: Case<'_>) {
    if let Some((visit_on, time)) = visit(case) {
        values.set(Variable::VisitOn, Value::Date(visit_on));
        if let Some(time) = time {
            values.set(Variable::VisitTime, Value::Time(time));
        }
    }
    if let Some(ticket) = ticket(case) {
        values.set_text(Variable::JobNo, &ticket.no);
    }
    if let Some((anniversary, on)) = anniversary(case) {
        set_anniversary(values, anniversary, on);
    }
    if let Some(wedding_on) = case.customer.wedding_on {
        values.set(Variable::WeddingOn, Value::Date(wedding_on));
        let n_days = (wedding_on - case.today).num_days();
        if n_days >= 0 {
            values.set(Variable::DaysLeft, Value::Number(n_days));
        }
    }
}

/// Of a visit's step that visit, of a ticket's the day for which it was promised, otherwise the next visit agreed.
fn visit(case: Case<'_>) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let anchor = case.anchor().map(|fact| &fact.body);
    match anchor {
        Some(FactBody::Ticket(ticket)) => return ticket.promised_on.map(|promised_on| (promised_on, None)),
        Some(body) if visit_of(body).is_some() => return visit_of(body),
        _ => {}
    }
    let closed: Vec<OpId> = case
        .file
        .standing()
        .filter_map(|fact| match &fact.body {
            FactBody::AppointmentClosed(closed) => Some(closed.appointment),
            _ => None,
        })
        .collect();
    let open = case.file.standing().filter(|fact| !closed.contains(&fact.id));
    open.filter_map(|fact| visit_of(&fact.body)).filter(|(visit_on, _)| *visit_on >= case.today).min()
}

/// The visit that a fact agrees: an appointment, or an outcome that made one.
fn visit_of(body: &FactBody) -> Option<(NaiveDate, Option<NaiveTime>)> {
    match body {
        FactBody::Appointment(appointment) => Some((appointment.visit_on, appointment.visit_time)),
        FactBody::Outcome(outcome) if outcome.code == OutcomeCode::Appointment => {
            outcome.next_on.map(|visit_on| (visit_on, outcome.next_time))
        }
        _ => None,
    }
}

/// Of a ticket's step its own, otherwise the latest one whose piece was not collected.
fn ticket<'c>(case: Case<'c>) -> Option<&'c Ticket> {
    if let Some(FactBody::Ticket(ticket)) = case.anchor().map(|fact| &fact.body) {
        return Some(ticket);
    }
    let is_here = |ticket: &Ticket| ticket.collected_on.is_none_or(|collected_on| collected_on > case.today);
    case.latest(|body| match body {
        FactBody::Ticket(ticket) if is_here(ticket) => Some(ticket),
        _ => None,
    })
}

/// The anniversary on the day from which the due's run counts, otherwise the next one from today on.
fn anniversary<'c>(case: Case<'c>) -> Option<(&'c Anniversary, NaiveDate)> {
    let anchor_on = case.due.map(|due| due.anchor_on);
    let year = case.today.year();
    let dates = || {
        let kept = case.customer.anniversaries.iter();
        let in_years = move |kept: &'c Anniversary| (year - 1..=year + 1).flat_map(|year| kept.date.dates_in(year));
        kept.flat_map(move |kept| in_years(kept).map(move |on| (kept, on)))
    };
    let of_anchor = dates().find(|(_, on)| Some(*on) == anchor_on);
    of_anchor.or_else(|| dates().filter(|(_, on)| *on >= case.today).min_by_key(|(_, on)| *on))
}

fn set_anniversary(values: &mut Values, anniversary: &Anniversary, on: NaiveDate) {
    let known = ANNIVERSARIES.iter().find(|(kind, _)| *kind == anniversary.kind);
    let name = known.map_or(("纪念日", "anniversary"), |(_, name)| *name);
    values.set(Variable::Anniversary, Value::words(name));
    values.set(Variable::AnniversaryOn, Value::Date(on));
    let years = years(&anniversary.date, on).and_then(|years| u32::try_from(years).ok());
    if let Some(years) = years.filter(|years| *years > 0) {
        values.set(Variable::AnniversaryYears, Value::Ordinal(years));
    }
}

/// How often a date has come round by a day, counted in the years of its own calendar.
fn years(date: &Birthday, on: NaiveDate) -> Option<i32> {
    let year = match date.calendar {
        Calendar::Lunar => LunarDate::of(on)?.year,
        Calendar::Solar | Calendar::Unknown => on.year(),
    };
    Some(year - date.year?)
}
