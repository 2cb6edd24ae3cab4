//! What there is to be reminded of: a function of what is open of a customer, and of the day.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::{Kind, Moment, Reminder};
use crate::config::Remind;
use crate::id::{CustomerId, PlanId, ReminderId};
use crate::sop::plan::Plan;
use crate::sop::trigger::Trigger;
use crate::wire::card::{AppointmentRow, PromiseRow};
use crate::wire::local::{DueRow, HeldRow, TaskRow};

/// So long before the shop's hours end a window that closes today is told of.
const CLOSING_HOURS: i64 = 2;
/// So long a broken word is told of after its day.
const OVERDUE_DAYS: i64 = 7;
/// So long a deadline that has passed is told of.
const PAST_HOURS: i64 = 12;
/// So long before its end a deadline of hours is told of, and one of days.
const SHORT_MINUTES: i64 = 30;
const LONG_MINUTES: i64 = 120;
/// A deadline so long after the step's day began counts as one of days.
const LONG_HOURS: i64 = 24;

/// The times of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The day.
    pub on: NaiveDate,
    /// When what has no time of its own comes.
    pub begins: NaiveTime,
    /// When the shop's hours end.
    pub ends: NaiveTime,
}

impl Times {
    fn begin(&self, day: NaiveDate) -> NaiveDateTime {
        day.and_time(self.begins)
    }
}

/// What is open of one customer.
#[derive(Clone, Copy, Debug)]
pub struct Customer<'o> {
    /// Who.
    pub id: &'o CustomerId,
    /// The day's task, while it is open.
    pub task: Option<&'o TaskRow>,
    /// What the gate holds.
    pub held: &'o [HeldRow],
    /// Promises neither kept nor taken back.
    pub promises: &'o [PromiseRow],
    /// Visits agreed and not over.
    pub appointments: &'o [AppointmentRow],
}

/// What tasks of a plan are reminded of as.
pub fn kind_of_plan(plan: &Plan) -> Kind {
    let kinds = plan.triggers.iter().map(|trigger| match trigger {
        Trigger::CouponExpiry { .. } => Kind::Coupon,
        Trigger::Ticket { .. } => Kind::Repair,
        Trigger::Purchase(purchase) if !purchase.repeat_by_material.is_empty() => Kind::Care,
        _ => Kind::Task,
    });
    kinds.min().unwrap_or(Kind::Task)
}

/// What of a customer a guide is reminded of, on this day or later.
pub fn of_customer(open: Customer<'_>, times: &Times, kind_of: impl Fn(&PlanId) -> Kind) -> Vec<Reminder> {
    let mut found = Found { customer: open.id, reminders: Vec::new() };
    for row in open.promises {
        found.promise(row, times);
    }
    for row in open.appointments {
        found.appointment(row, times);
    }
    let rush = open.task.and_then(|task| task.rush.as_ref());
    for rush in rush.into_iter().chain(open.held.iter().filter_map(|row| row.rush.as_ref())).take(1) {
        let until = end_of(times.on);
        // the same words on another day are another rush
        let on = rush.on.map(|on| on.to_string()).unwrap_or_default();
        let subject = [&rush.by, &rush.why, on.as_str()];
        found.add(Kind::Rush, Moment::Now, &subject, times.on.and_time(NaiveTime::MIN), until, None);
    }
    for due in open.task.into_iter().flat_map(|task| &task.dues) {
        found.due(due, kind_of(&due.plan), times);
    }
    found.reminders
}

/// The digests of a day.
pub fn of_day(on: NaiveDate, remind: &Remind) -> Vec<Reminder> {
    let digest = |kind: Kind, at: Option<NaiveTime>, until: NaiveDateTime| {
        let id = ReminderId::of(&[kind.name(), &on.to_string()]);
        Some(Reminder { id, kind, moment: Moment::Now, customer: None, at: on.and_time(at?), until, about: None })
    };
    // who comes late is told of the day's work, until it is time for its end
    let noon = remind.evening.map_or(end_of(on), |evening| on.and_time(evening));
    let morning = digest(Kind::Morning, remind.morning, noon);
    morning.into_iter().chain(digest(Kind::Evening, remind.evening, end_of(on))).collect()
}

fn end_of(day: NaiveDate) -> NaiveDateTime {
    day.succ_opt().map_or(NaiveDateTime::MAX, |next| next.and_time(NaiveTime::MIN))
}

struct Found<'o> {
    customer: &'o CustomerId,
    reminders: Vec<Reminder>,
}

impl Found<'_> {
    fn add(
        &mut self,
        kind: Kind,
        moment: Moment,
        subject: &[&str],
        at: NaiveDateTime,
        until: NaiveDateTime,
        about: Option<NaiveDateTime>,
    ) {
        let parts = [&[kind.name(), moment.name(), self.customer.as_str()], subject].concat();
        let customer = Some(self.customer.clone());
        self.reminders.push(Reminder { id: ReminderId::of(&parts), kind, moment, customer, at, until, about });
    }

    fn promise(&mut self, row: &PromiseRow, times: &Times) {
        let (id, due_on) = (row.op_id.to_string(), row.promise.due_on);
        let subject = [id.as_str()];
        let about = Some(due_on.and_time(NaiveTime::MIN));
        self.add(Kind::Promise, Moment::Now, &subject, times.begin(due_on), end_of(due_on), about);
        let next = end_of(due_on).date();
        let until = end_of(next + TimeDelta::days(OVERDUE_DAYS));
        self.add(Kind::Promise, Moment::Past, &subject, times.begin(next), until, about);
    }

    fn appointment(&mut self, row: &AppointmentRow, times: &Times) {
        let id = row.op_id.to_string();
        // a visit that is moved is told of again
        let visit = (row.visit_on, row.visit_time.unwrap_or(times.begins));
        let visit_at = visit.0.and_time(visit.1);
        let (id, when) = (id.as_str(), visit_at.to_string());
        let subject = [id, when.as_str()];
        let hour_before = visit_at - TimeDelta::hours(i64::from(row.visit_time.is_some()));
        let about = Some(if row.visit_time.is_some() { visit_at } else { row.visit_on.and_time(NaiveTime::MIN) });
        let day_before = visit_at - TimeDelta::days(1);
        // who agreed on it today needs no word about tomorrow
        if row.made_on < day_before.date() {
            self.add(Kind::Appointment, Moment::DayBefore, &subject, day_before, hour_before, about);
        }
        let until = if row.visit_time.is_some() { visit_at } else { end_of(row.visit_on) };
        self.add(Kind::Appointment, Moment::Before, &subject, hour_before, until, about);
    }

    fn due(&mut self, due: &DueRow, kind: Kind, times: &Times) {
        let end = end_of(times.on);
        // most dues have nothing to tell: ids are written only where there is something
        let id = || due.due_id.to_string();
        if let Some(deadline) = due.deadline_at {
            let is_long = deadline - due.opens_on.and_time(NaiveTime::MIN) > TimeDelta::hours(2 * LONG_HOURS);
            let before = TimeDelta::minutes(if is_long { LONG_MINUTES } else { SHORT_MINUTES });
            self.add(Kind::Deadline, Moment::Before, &[&id()], deadline - before, deadline, Some(deadline));
            let past = deadline + TimeDelta::hours(PAST_HOURS);
            self.add(Kind::Deadline, Moment::Past, &[&id()], deadline, past, Some(deadline));
        }
        if kind != Kind::Task {
            self.add(kind, Moment::Now, &[&id()], times.begin(times.on), end, None);
        }
        // a time that came before the day's work was announced is part of that
        let own = due.snoozed_until.or(due.not_before.filter(|_| due.opens_on == times.on));
        if let Some(time) = own.filter(|time| times.begins < *time || due.snoozed_until.is_some()) {
            let at = times.on.and_time(time);
            self.add(Kind::Task, Moment::Now, &[&id(), &at.to_string()], at, end, Some(at));
        }
        if due.until_on == times.on && due.deadline_at.is_none() {
            let ends = times.on.and_time(times.ends);
            let at = ends - TimeDelta::hours(CLOSING_HOURS);
            self.add(Kind::Closing, Moment::Now, &[&id()], at, ends, Some(ends));
        }
    }
}

#[cfg(test)]
mod tests;
