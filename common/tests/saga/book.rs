//! An independent account of what the rules forbid, kept from the words of the design and the bare facts.

use std::collections::HashMap;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::consent::SecretSide;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, DueId, OpId};
use guide_common::outcome::{Channel, Outcome, OutcomeCode};
use guide_common::sop::plan::{Plan, Purpose, Step};
use guide_common::sop::trigger::Trigger;
use guide_common::wire::local::DueRow;

/// What the guide noted of each contact: for what the steps were that it was about.
#[derive(Default)]
pub struct Book(pub HashMap<OpId, Vec<Purpose>>);

/// A due that somebody wants to act on.
pub struct Wish<'w> {
    pub on: NaiveDate,
    pub due: &'w DueRow,
    pub plan: &'w Plan,
    pub step: &'w Step,
}

impl Book {
    /// The first rule that forbids a contact, in words.
    pub fn forbids(&self, file: &CustomerFile, wish: &Wish<'_>) -> Option<&'static str> {
        let Wish { on, due, plan, step } = *wish;
        let standing = || file.facts.iter().filter(|fact| !fact.is_undone());
        let counted = !self.is_chosen(file, due) && due.purpose != Purpose::Answer;
        let rules = [
            (file.customer.do_not_contact || wants_no_contact(standing()), "wants no contact"),
            (has_complained(standing()) && !plan.recovery, "has complained"),
            (step.linked && must_not_know(standing(), on), "must not know"),
            (is_hidden(file, due, plan, on) && !step.discreet, "is hidden"),
            (std::iter::once(&due.channel).chain(&step.channels).all(|c| is_refused(standing(), *c, on)), "is refused"),
            (is_handed_over(file, due, on), "is handed over"),
            (counted && due.purpose == Purpose::Promo && expects_a_visit(standing(), on), "expects a visit"),
            (counted && due.purpose == Purpose::Promo && had_no_need(standing(), on), "had no need"),
            (
                counted && due.purpose == Purpose::Promo && self.touches(file, Some(Purpose::Promo), on, 30) >= 2,
                "was courted",
            ),
            (counted && self.touches(file, None, on, 3) >= 1, "was touched"),
        ];
        rules.into_iter().find(|(forbidden, _)| *forbidden).map(|(_, rule)| rule)
    }

    /// How many contacts that the shop began lie less than so many days back.
    fn touches(&self, file: &CustomerFile, purpose: Option<Purpose>, on: NaiveDate, days: i64) -> usize {
        let contacts = outcomes(file.facts.iter().filter(|fact| !fact.is_undone()));
        let reached_out = contacts.filter(|(_, outcome)| {
            use Channel::{Group, Moments, OfficialAccount, Visit};
            outcome.code != OutcomeCode::Skipped && ![Group, Moments, OfficialAccount, Visit].contains(&outcome.channel)
        });
        let recent = reached_out.filter(|(_, outcome)| (on - outcome.on).num_days() < days);
        recent
            .map(|(id, outcome)| self.purpose(id, outcome))
            .filter(|was| match purpose {
                Some(purpose) => *was == purpose,
                None => *was != Purpose::Answer,
            })
            .count()
    }

    fn purpose(&self, id: OpId, outcome: &Outcome) -> Purpose {
        let noted = self.0.get(&id).filter(|purposes| !purposes.is_empty());
        let Some(purposes) = noted else { return outcome.purpose.unwrap_or(Purpose::Service) };
        [Purpose::Promo, Purpose::Service]
            .into_iter()
            .find(|purpose| purposes.contains(purpose))
            .unwrap_or(Purpose::Answer)
    }

    /// Whether the customer chose the day: the attempt before this one ended with “call later”.
    fn is_chosen(&self, file: &CustomerFile, due: &DueRow) -> bool {
        let Some(before) = due.attempt.checked_sub(1) else { return false };
        let before = due_id(&file.customer.id, due, before);
        let mut naming = outcomes(file.facts.iter().filter(|fact| !fact.is_undone()));
        naming
            .find(|(_, outcome)| outcome.due_ids.contains(&before))
            .is_some_and(|(_, outcome)| outcome.code == OutcomeCode::CallLater)
    }
}

fn due_id(customer: &CustomerId, due: &DueRow, attempt: u32) -> DueId {
    DueId::of(&due.plan, &due.step, customer, &due.anchor_key, attempt)
}

fn outcomes<'f>(facts: impl Iterator<Item = &'f Fact>) -> impl Iterator<Item = (OpId, &'f Outcome)> {
    facts.filter_map(|fact| match &fact.body {
        FactBody::Outcome(outcome) => Some((fact.id, outcome)),
        _ => None,
    })
}

/// The last word counts: “no contact”, or leave to contact over every channel.
fn wants_no_contact<'f>(facts: impl Iterator<Item = &'f Fact>) -> bool {
    let words = facts.filter_map(|fact| match &fact.body {
        FactBody::Outcome(outcome) if outcome.code == OutcomeCode::DoNotContact => Some(true),
        FactBody::Consent(consent) if consent.allowed && consent.channel.is_none() => Some(false),
        _ => None,
    });
    words.last() == Some(true)
}

fn has_complained<'f>(facts: impl Iterator<Item = &'f Fact>) -> bool {
    let words = facts.filter_map(|fact| match &fact.body {
        FactBody::Outcome(outcome) if outcome.code == OutcomeCode::Complaint => Some(true),
        FactBody::ComplaintClosed(_) => Some(false),
        _ => None,
    });
    words.last() == Some(true)
}

fn must_not_know<'f>(mut facts: impl Iterator<Item = &'f Fact>, on: NaiveDate) -> bool {
    facts.any(|fact| matches!(&fact.body, FactBody::Secret(secret) if secret.side == SecretSide::Recipient && on <= secret.until_on))
}

/// Whether a run of purchases is about one that is kept secret.
fn is_hidden(file: &CustomerFile, due: &DueRow, plan: &Plan, on: NaiveDate) -> bool {
    if !plan.triggers.iter().all(|trigger| matches!(trigger, Trigger::Purchase(_))) {
        return false;
    }
    let piece = due.anchor_key.split('/').next().filter(|_| due.anchor_key.contains('/'));
    let sales: Vec<_> = match piece {
        Some(id) => file.purchases.iter().filter(|sale| sale.id.as_str() == id).collect(),
        None => file.purchases.iter().filter(|sale| sale.bought_on.to_string() == due.anchor_key).collect(),
    };
    let bought_on = sales.first().map_or(due.anchor_on, |sale| sale.bought_on);
    file.facts.iter().filter(|fact| !fact.is_undone()).any(|fact| match &fact.body {
        FactBody::Secret(secret) if secret.side == SecretSide::Giver && on <= secret.until_on => match &secret.purchase
        {
            Some(hidden) => sales.iter().any(|sale| sale.id == *hidden),
            None => secret.on <= bought_on,
        },
        _ => false,
    })
}

/// The last word on a channel counts, refusals that are over left aside.
fn is_refused<'f>(facts: impl Iterator<Item = &'f Fact>, channel: Channel, on: NaiveDate) -> bool {
    let words = facts.filter_map(|fact| match &fact.body {
        FactBody::Consent(consent) if consent.channel.is_none_or(|of| of == channel) => Some(consent),
        _ => None,
    });
    let in_force = words.filter(|word| word.allowed || word.until_on.is_none_or(|until_on| on <= until_on));
    in_force.last().is_some_and(|word| !word.allowed)
}

fn is_handed_over(file: &CustomerFile, due: &DueRow, on: NaiveDate) -> bool {
    let attempts: Vec<DueId> = (0..=due.attempt).map(|n| due_id(&file.customer.id, due, n)).collect();
    file.facts.iter().filter(|fact| !fact.is_undone()).any(|fact| {
        matches!(&fact.body, FactBody::Handed(handed) if on <= handed.until_on && handed.due_ids.iter().any(|id| attempts.contains(id)))
    })
}

/// Whether the visit agreed last is still to come: neither closed, nor made, and its day not over.
fn expects_a_visit<'f>(facts: impl Iterator<Item = &'f Fact>, on: NaiveDate) -> bool {
    let facts: Vec<&Fact> = facts.collect();
    let mut agreed = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Appointment(visit) => Some((fact.id, visit.visit_on)),
        FactBody::Outcome(outcome) if outcome.code == OutcomeCode::Appointment => Some((fact.id, outcome.next_on?)),
        _ => None,
    });
    let Some((id, visit_on)) = agreed.next_back() else { return false };
    let is_over = facts.iter().any(|fact| match &fact.body {
        FactBody::AppointmentClosed(closed) => closed.appointment == id,
        FactBody::Outcome(outcome) => {
            matches!(outcome.code, OutcomeCode::Visited | OutcomeCode::Bought) && visit_on <= outcome.on
        }
        _ => false,
    });
    !is_over && on <= visit_on
}

fn had_no_need<'f>(facts: impl Iterator<Item = &'f Fact>, on: NaiveDate) -> bool {
    outcomes(facts).any(|(_, outcome)| outcome.code == OutcomeCode::NoNeed && (on - outcome.on).num_days() < 60)
}
