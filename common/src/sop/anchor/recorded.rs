//! Anchors of facts: what headquarters recorded, and what guides promised, agreed and heard.

use chrono::NaiveDate;

use super::{About, Anchor, AnchorKey, Search};
use crate::id::OpId;
use crate::outcome::OutcomeCode;
use crate::promise::AppointmentResult;
use crate::record::{Level, LevelRecord};
use crate::sop::history::Contact;
use crate::sop::trigger::{LevelEvent, OutcomeTrigger, TicketEvent};

/// A score of so much or less calls for recovery.
const RECOVERY_SCORE: u8 = 3;

fn of_fact(id: OpId, on: NaiveDate, born_on: NaiveDate) -> Anchor {
    Anchor::new(on, AnchorKey::Fact(id), born_on, About::Fact(id))
}

/// Each promise, from the day by which it is due.
pub(super) fn promises(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    let promises = search.history.promises.iter();
    let anchor = |(id, promise): &(OpId, &crate::promise::Promise)| Anchor {
        kept_on: search.history.kept_on(*id),
        ..of_fact(*id, promise.due_on, promise.on)
    };
    promises.map(anchor).collect()
}

/// Each visit agreed, from its day.
pub(super) fn visits(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    let visits = search.history.visits.iter();
    let anchors = visits.map(|visit| {
        let mut anchor = of_fact(visit.id, visit.visit_on, visit.made_on);
        match visit.closed {
            Some((on, AppointmentResult::Kept)) => anchor.kept_on = Some(on),
            Some((on, AppointmentResult::NoShow)) => anchor.missed_on = Some(on),
            Some((on, AppointmentResult::Cancelled | AppointmentResult::Unknown)) => anchor.settled_on = Some(on),
            None => {}
        }
        anchor
    });
    anchors.collect()
}

/// Each coupon, from its last day, while it is not used.
pub(super) fn coupons(search: &Search<'_, '_, '_>, kinds: &[String]) -> Vec<Anchor> {
    let (today, last) = (search.history.today, search.last_anchor_day());
    let coupons = search.history.records.coupons.iter();
    let wanted =
        coupons.filter(|(_, coupon)| coupon.until_on <= last && (kinds.is_empty() || kinds.contains(&coupon.kind)));
    let anchors = wanted.map(|(id, coupon)| Anchor {
        settled_on: coupon.closed_on().filter(|on| *on <= today),
        ..of_fact(*id, coupon.until_on, coupon.on)
    });
    anchors.collect()
}

/// Each ticket, from one of its days.
pub(super) fn tickets(search: &Search<'_, '_, '_>, event: TicketEvent) -> Vec<Anchor> {
    let today = search.history.today;
    let known = |on: Option<NaiveDate>| on.filter(|on| *on <= today);
    let tickets = search.history.records.tickets.iter();
    let anchors = tickets.filter_map(|(id, ticket)| {
        let (ready_on, collected_on) = (known(ticket.ready_on), known(ticket.collected_on));
        let (on, born_on, settled_on) = match event {
            TicketEvent::Received => (ticket.on, ticket.on, None),
            TicketEvent::Ready => (ready_on?, ready_on?, collected_on),
            TicketEvent::Uncollected => (ready_on?, ready_on?, collected_on),
            TicketEvent::Collected => (collected_on?, collected_on?, None),
            TicketEvent::Promised => (ticket.promised_on?, ticket.on, ready_on.or(collected_on)),
            TicketEvent::Unknown => return None,
        };
        Some(Anchor { settled_on, ..of_fact(*id, on, born_on) })
    });
    anchors.collect()
}

/// Each change of owner.
pub(super) fn owner_changes(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    search.history.records.owners.iter().map(|(id, change)| of_fact(*id, change.on, change.on)).collect()
}

/// Each event of a kind that the customer told of, from the day of the event.
pub(super) fn life_events(search: &Search<'_, '_, '_>, kind: &str) -> Vec<Anchor> {
    let events = search.history.records.life_events.iter();
    let told = events.filter(|(_, event)| event.kind == kind && event.told_by_customer);
    told.map(|(id, event)| of_fact(*id, event.event_on, event.on)).collect()
}

/// Each time that headquarters sent this plan.
pub(super) fn dispatches(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    let sent = search.history.records.dispatched.iter().filter(|(_, dispatched)| dispatched.plan == search.plan.id);
    sent.map(|(id, dispatched)| Anchor {
        channel: dispatched.channel,
        ..of_fact(*id, dispatched.from_on, dispatched.on)
    })
    .collect()
}

/// The contacts whose outcome starts a run.
pub(super) fn outcomes(search: &Search<'_, '_, '_>, trigger: &OutcomeTrigger) -> Vec<Anchor> {
    let contacts = search.history.contacts.iter();
    let starts = contacts.filter(|contact| meets(search, trigger, contact) || calls(search, contact));
    starts.map(|contact| of_fact(contact.id, contact.on(), contact.on())).collect()
}

fn meets(search: &Search<'_, '_, '_>, trigger: &OutcomeTrigger, contact: &Contact<'_>) -> bool {
    if trigger.is_only_called() || contact.outcome.code == OutcomeCode::Unknown {
        return false;
    }
    let asks_score = trigger.min_score.is_some() || trigger.max_score.is_some();
    let has_score = asks_score
        && contact.outcome.score.is_some_and(|score| {
            trigger.min_score.is_none_or(|min| min <= score) && trigger.max_score.is_none_or(|max| score <= max)
        });
    let asks_code = !trigger.codes.is_empty();
    let has_code = asks_code && trigger.codes.contains(&contact.outcome.code);
    if (asks_code || asks_score) && !has_code && !has_score {
        return false;
    }
    trigger.plan.as_ref().is_none_or(|plan| {
        let runs = search.runs.iter().filter(|run| run.plan.id == *plan);
        let mut steps = runs.flat_map(|run| &run.steps);
        steps.any(|step| trigger.step.as_ref().is_none_or(|id| *id == step.step.id) && step.was_closed_by(contact.id))
    })
}

/// Whether the contact closed a step that names this plan as its recovery, and calls for it.
fn calls(search: &Search<'_, '_, '_>, contact: &Contact<'_>) -> bool {
    let is_bad = contact.outcome.score.is_some_and(|score| score <= RECOVERY_SCORE)
        || contact.outcome.code == OutcomeCode::Complaint;
    is_bad
        && search
            .runs
            .iter()
            .flat_map(|run| &run.steps)
            .any(|step| step.step.recovery.as_ref() == Some(&search.plan.id) && step.was_closed_by(contact.id))
}

/// The days of a member's level.
pub(super) fn level(
    search: &Search<'_, '_, '_>,
    event: LevelEvent,
    level: Option<Level>,
    gap_percent: Option<u32>,
) -> Vec<Anchor> {
    let records: &[&LevelRecord] = &search.history.records.levels;
    let is_near = |record: &LevelRecord| match (record.to_next_fen, record.next_fen) {
        (Some(gap), Some(next)) => 0 < gap && gap * 100 <= next * i64::from(gap_percent.unwrap_or_default()),
        _ => false,
    };
    let mut anchors: Vec<Anchor> = Vec::new();
    for (idx, record) in records.iter().enumerate() {
        let before = idx.checked_sub(1).map(|idx| records[idx]);
        let later = &records[idx + 1..];
        let first_on =
            |ends: &dyn Fn(&LevelRecord) -> bool| later.iter().find(|later| ends(later)).map(|later| later.on);
        let found = match event {
            LevelEvent::Expires => record
                .until_on
                .filter(|until_on| before.is_none_or(|before| before.until_on != Some(*until_on)))
                .map(|until_on| (until_on, first_on(&|later| later.until_on != Some(until_on)))),
            LevelEvent::Near => (is_near(record) && !before.is_some_and(is_near))
                .then(|| (record.on, first_on(&|later| !is_near(later)))),
            LevelEvent::Rose => before
                .is_some_and(|before| before.level.rank() < record.level.rank())
                .then(|| (record.on, first_on(&|later| later.level.rank() < record.level.rank()))),
            LevelEvent::Unknown => None,
        };
        if let Some((on, settled_on)) = found.filter(|_| level.is_none_or(|level| level == record.level)) {
            anchors.push(Anchor { settled_on, ..Anchor::new(on, AnchorKey::Day(on), record.on, About::Customer) });
        }
    }
    anchors
}
