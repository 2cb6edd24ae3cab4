//! The queue of a day at a time of it: what was worked out for the whole day, less what the time holds. Nothing is
//! worked out again when the time goes on.

use std::cmp::Reverse;

use axum::body::Bytes;
use chrono::{NaiveDateTime, NaiveTime};
use guide_common::sop::gate::Hold;
use guide_common::sop::queue::{held_at, order, place};
use guide_common::wire::local::{HeldRow, QueueCount, TaskRow, Today};

use crate::core::{Core, State};

/// An answer of `/v1/today`, and for how long it is true.
#[derive(Debug)]
pub(crate) struct Answered {
    limit: usize,
    span: Span,
    bytes: Bytes,
}

/// A part of a day in which the time of the day holds the same: from its first minute until before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    from: NaiveDateTime,
    until: NaiveDateTime,
}

impl Span {
    /// When it ends.
    pub fn until(self) -> NaiveDateTime {
        self.until
    }

    fn covers(self, now: NaiveDateTime) -> bool {
        self.from <= now && now < self.until
    }
}

impl Core {
    /// The queue as JSON, with at most `limit` tasks; it is worked out once after each change.
    pub fn today(&self, limit: usize) -> Bytes {
        let now = self.clock.now();
        let mut state = self.state();
        if let Some(kept) = state.today.as_ref().filter(|kept| kept.limit == limit && kept.span.covers(now)) {
            return kept.bytes.clone();
        }
        let bytes = Bytes::from(serde_json::to_vec(&state.queue(limit, now)).unwrap_or_default());
        state.today = Some(Answered { limit, span: state.span(now), bytes: bytes.clone() });
        bytes
    }

    /// Today in numbers.
    pub fn queue_count(&self) -> QueueCount {
        self.state().queue_count(self.clock.now())
    }

    /// How long the queue stays as it is now, where nothing else changes it.
    pub fn span(&self) -> Span {
        self.state().span(self.clock.now())
    }

    /// What the time of the day holds of a task.
    pub fn held_now(&self, task: &TaskRow) -> Option<Hold> {
        self.state().held_at(task, self.clock.now())
    }
}

impl State {
    fn queue(&self, limit: usize, now: NaiveDateTime) -> Today {
        let mut open: Vec<&TaskRow> = Vec::new();
        let mut held: Vec<HeldRow> = Vec::new();
        for day in self.days.values() {
            held.extend(day.held.iter().cloned());
            let Some(task) = day.task.as_ref().filter(|_| day.open) else { continue };
            match self.held_at(task, now) {
                None => open.push(task),
                Some(hold) => held.push(held_row(task, hold)),
            }
        }
        let n_open = open.len();
        if limit < n_open {
            if limit > 0 {
                open.select_nth_unstable_by(limit - 1, |a, b| place(a, b));
            }
            open.truncate(limit);
        }
        let mut tasks: Vec<TaskRow> = open.into_iter().cloned().collect();
        order(&mut tasks);
        tasks.iter_mut().for_each(|task| *task = self.shown(task));
        held.sort_by(|a, b| (a.tier, &a.customer).cmp(&(b.tier, &b.customer)));
        let mut done: Vec<_> = self.days.values().flat_map(|day| day.done.iter().cloned()).collect();
        done.sort_by_key(|row| Reverse((row.at, row.op_id)));
        Today { on: self.on, checked: self.checked, n_open, tasks, held, done }
    }

    fn queue_count(&self, now: NaiveDateTime) -> QueueCount {
        let mut count = QueueCount::default();
        for day in self.days.values() {
            if let Some(task) = day.task.as_ref().filter(|_| day.open) {
                let is_held = self.held_at(task, now).is_some();
                count.n_open += usize::from(!is_held);
                count.n_held += usize::from(is_held);
            }
            count.n_held += day.held.len();
            count.n_done += day.done.len();
        }
        count
    }

    /// The time is that of the day shown: of another day it says nothing.
    fn held_at(&self, task: &TaskRow, now: NaiveDateTime) -> Option<Hold> {
        if now.date() == self.on { held_at(task, &self.shared.rules.settings, now) } else { None }
    }

    fn span(&self, now: NaiveDateTime) -> Span {
        let day = now.date();
        let begin = day.and_time(NaiveTime::MIN);
        let end = day.succ_opt().map_or(NaiveDateTime::MAX, |next| next.and_time(NaiveTime::MIN));
        if day != self.on {
            return Span { from: begin, until: end };
        }
        let settings = &self.shared.rules.settings;
        let hours = [settings.contact_from, settings.contact_until];
        let tasks = self.days.values().filter(|day| day.open).filter_map(|day| day.task.as_ref());
        let times = tasks.flat_map(|task| &task.dues).flat_map(|due| [due.not_before, due.snoozed_until]).flatten();
        let turns = || hours.into_iter().chain(times.clone()).map(|time| day.and_time(time));
        Span {
            from: turns().filter(|turn| *turn <= now).max().unwrap_or(begin),
            until: turns().filter(|turn| now < *turn).min().unwrap_or(end),
        }
    }
}

fn held_row(task: &TaskRow, hold: Hold) -> HeldRow {
    HeldRow {
        customer: task.customer.clone(),
        name: task.name.clone(),
        tier: task.tier,
        hold,
        rush: task.rush.clone(),
        dues: task.dues.clone(),
    }
}
