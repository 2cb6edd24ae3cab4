//! One customer, simulated from one change of the file to the next.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::apply::CustomerFile;
use crate::fact::{Fact, FactBody};
use crate::id::{DueId, PlanId};
use crate::sop::anchor::AnchorKey;
use crate::sop::engine::Due;
use crate::sop::gate::HoldReason;
use crate::time::Period;

use super::desk::Desk;
use super::figures::{First, Simulation};
use super::stretch::Stretch;

/// A customer under simulation.
#[derive(Debug)]
pub(super) struct Served<'f> {
    /// The file without the contacts that were left out, with those that were assumed.
    file: Cow<'f, CustomerFile>,
    /// So many of the file's facts were there before.
    n_kept: usize,
    /// The days on which the file says more or something else than on the day before, in order.
    changes: Vec<NaiveDate>,
    seen: Seen,
}

/// What was counted already.
#[derive(Debug, Default)]
pub(super) struct Seen {
    started: Vec<(PlanId, AnchorKey)>,
    held: Vec<(DueId, HoldReason)>,
}

impl<'f> Served<'f> {
    pub fn new(file: &'f CustomerFile, period: Period) -> Self {
        let file = if file.facts.iter().any(|fact| is_left_out(fact, period)) {
            let facts = file.facts.iter().filter(|fact| !is_left_out(fact, period)).cloned().collect();
            Cow::Owned(CustomerFile { customer: file.customer.clone(), purchases: file.purchases.clone(), facts })
        } else {
            Cow::Borrowed(file)
        };
        Self { n_kept: file.facts.len(), changes: changes(&file, period), file, seen: Seen::default() }
    }

    pub fn file(&self) -> &CustomerFile {
        &self.file
    }

    pub fn assumed(&self) -> &[Fact] {
        &self.file.facts[self.n_kept..]
    }

    /// Simulates days; those before have been simulated.
    pub fn serve(&mut self, desk: &Desk, days: Period, simulation: &mut Simulation) {
        let mut from = days.from;
        while let Some(rest) = Period::new(from, days.to) {
            let to = if desk.looks_ahead { self.unchanged_until(rest) } else { from };
            self.serve_unchanged(desk, Period { from, to }, simulation);
            let Some(next) = to.succ_opt() else { return };
            from = next;
        }
    }

    /// Simulates days between which nothing comes but the contacts that are assumed.
    fn serve_unchanged(&mut self, desk: &Desk, days: Period, simulation: &mut Simulation) {
        let mut runs = Vec::new();
        let mut touched = &desk.rules;
        let mut from = Some(days.from);
        while let Some(from_on) = from.filter(|from| *from <= days.to) {
            let stretch = Stretch { desk, file: &self.file, days: Period { from: from_on, to: days.to } };
            let Some(contact) = stretch.contact(&mut runs, touched, &mut self.seen, simulation) else { return };
            from = contact.fact.on().succ_opt();
            touched = contact.touched;
            self.file.to_mut().facts.push(contact.fact);
        }
    }

    fn unchanged_until(&self, days: Period) -> NaiveDate {
        let next = self.changes.iter().find(|on| days.from < **on);
        next.and_then(|on| on.pred_opt()).map_or(days.to, |last| last.min(days.to))
    }
}

/// The guide's contacts of the period: the simulation makes its own.
fn is_left_out(fact: &Fact, period: Period) -> bool {
    matches!(&fact.body, FactBody::Outcome(outcome) if !outcome.due_ids.is_empty() && period.contains(outcome.on))
}

/// The days of a period on which facts appear or are taken back, and dates in facts that the engine takes note of when
/// they have come.
fn changes(file: &CustomerFile, period: Period) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = file.purchases.iter().map(|purchase| purchase.bought_on).collect();
    for fact in &file.facts {
        days.push(fact.on());
        for undone in fact.undone.all() {
            days.extend([undone.on].into_iter().chain(undone.redone.map(|redone| redone.on)));
        }
        match &fact.body {
            FactBody::Coupon(coupon) => days.extend(coupon.closed_on()),
            FactBody::Ticket(ticket) => days.extend(ticket.ready_on.into_iter().chain(ticket.collected_on)),
            _ => {}
        }
    }
    let customer = file.person(period.to);
    days.extend(customer.lead_on.into_iter().chain(customer.wecom_on));
    days.extend(customer.tags.iter().filter_map(|tag| tag.on));
    days.retain(|day| period.contains(*day));
    days.sort_unstable();
    days.dedup();
    days
}

impl Seen {
    /// Counts the run of a due where it came to be in the period and this is its first due.
    pub fn start(&mut self, period: Period, on: NaiveDate, due: &Due<'_>, simulation: &mut Simulation) {
        let is_known = |(plan, key): &(PlanId, AnchorKey)| *plan == due.plan.id && *key == due.anchor_key;
        if due.born_on < period.from || self.started.iter().any(is_known) {
            return;
        }
        self.started.push((due.plan.id.clone(), due.anchor_key.clone()));
        simulation.count_start(on, &due.plan.id);
    }

    pub fn hold(&mut self, on: NaiveDate, due: &Due<'_>, reason: HoldReason, simulation: &mut Simulation) {
        let key = (due.id, reason);
        let first = if self.held.contains(&key) { First::No } else { First::Yes };
        if first == First::Yes {
            self.held.push(key);
        }
        simulation.count_held(on, due, reason, first);
    }
}
