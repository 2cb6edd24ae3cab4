//! Which reminders come now, how they are bundled, and when to look again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{Hours, Reminder};
use crate::id::ReminderId;

/// What falls within so many minutes is told together.
const GATHER_MINUTES: i64 = 2;
/// The least time between two that can wait.
const PAUSE_MINUTES: i64 = 1;
/// For so long what was told is remembered, also where nothing is open any more: a clock may jump, or an undo come.
const KEPT_DAYS: i64 = 120;

/// What was told, what was put off, and how much was shown of late. All times are shop-local.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// What was told, and when.
    #[serde(default)]
    pub told: BTreeMap<ReminderId, NaiveDateTime>,
    /// What the guide put off, and until when.
    #[serde(default)]
    pub snoozed: BTreeMap<ReminderId, NaiveDateTime>,
    /// When the last toasts that could wait were shown.
    #[serde(default)]
    pub shown: Vec<NaiveDateTime>,
}

impl Ledger {
    /// Puts a reminder off; it comes again.
    pub fn snooze(&mut self, id: ReminderId, until: NaiveDateTime) {
        self.told.remove(&id);
        self.snoozed.insert(id, until);
    }

    /// Notes what a turn shows.
    pub fn note(&mut self, turn: &Turn, now: NaiveDateTime) {
        for toast in &turn.toasts {
            for reminder in &toast.reminders {
                self.told.insert(reminder.id, now);
                self.snoozed.remove(&reminder.id);
            }
            if !toast.is_urgent {
                self.shown.push(now);
            }
        }
        let recent = now - TimeDelta::hours(1);
        self.shown.retain(|at| recent < *at && *at <= now);
    }

    /// Forgets what was told long ago and stands no more.
    pub fn prune(&mut self, standing: &[Reminder], now: NaiveDateTime) {
        let old = now - TimeDelta::days(KEPT_DAYS);
        if self.told.values().chain(self.snoozed.values()).all(|at| old < *at) {
            return;
        }
        let standing: BTreeSet<ReminderId> = standing.iter().map(|reminder| reminder.id).collect();
        self.told.retain(|id, at| old < *at || standing.contains(id));
        self.snoozed.retain(|id, at| old < *at || standing.contains(id));
    }
}

/// Reminders that are shown as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// The most important first.
    pub reminders: Vec<Reminder>,
    /// Whether it does not wait.
    pub is_urgent: bool,
}

/// What to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What is shown: what is urgent, and all the rest.
    pub toasts: Vec<Toast>,
    /// When to look again, where nothing changes before.
    pub next_at: Option<NaiveDateTime>,
}

/// When a reminder that was not told comes, at the earliest now; none where it would come too late.
pub fn comes_at(reminder: &Reminder, hours: &Hours, ledger: &Ledger, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let wanted = ledger.snoozed.get(&reminder.id).copied().unwrap_or(reminder.at);
    let in_time = |at: &NaiveDateTime| *at < reminder.until;
    let later = |at| hours.later(at).filter(in_time);
    let earlier = || hours.earlier(wanted).filter(in_time);
    let place = if reminder.kind.comes_earlier() { earlier() } else { later(wanted).or_else(earlier) };
    later(place?.max(now))
}

/// What of all that stands comes now. At most `per_hour` toasts that can wait are shown within an hour.
pub fn turn(standing: &[Reminder], hours: &Hours, ledger: &Ledger, per_hour: usize, now: NaiveDateTime) -> Turn {
    let gathered = now + TimeDelta::minutes(GATHER_MINUTES);
    let (mut due, mut soon, mut next_at) = (Vec::new(), Vec::new(), None::<NaiveDateTime>);
    for reminder in standing.iter().filter(|reminder| !ledger.told.contains_key(&reminder.id)) {
        let Some(at) = comes_at(reminder, hours, ledger, now) else { continue };
        if at <= now {
            due.push(reminder);
        } else {
            next_at = Some(next_at.map_or(at, |next| next.min(at)));
            if at <= gathered && hours.is_open(now) {
                soon.push(reminder);
            }
        }
    }
    let mut toasts = Vec::new();
    let (urgent, mut others): (Vec<_>, Vec<_>) = due.into_iter().partition(|reminder| reminder.kind.is_urgent());
    if !urgent.is_empty() {
        toasts.push(toast(urgent, true));
    }
    if !others.is_empty() {
        match waits_until(ledger, per_hour, now) {
            Some(at) => next_at = Some(next_at.map_or(at, |next| next.min(at))),
            None => {
                others.extend(soon.into_iter().filter(|reminder| !reminder.kind.is_urgent()));
                toasts.push(toast(others, false));
            }
        }
    }
    Turn { toasts, next_at }
}

fn toast(mut reminders: Vec<&Reminder>, is_urgent: bool) -> Toast {
    reminders.sort_by_key(|reminder| (reminder.kind, reminder.about, reminder.at, reminder.id));
    Toast { reminders: reminders.into_iter().cloned().collect(), is_urgent }
}

/// Until when what can wait waits, where enough was shown of late.
fn waits_until(ledger: &Ledger, per_hour: usize, now: NaiveDateTime) -> Option<NaiveDateTime> {
    // a clock that was set back says nothing about the last hour
    let shown = ledger.shown.iter().filter(|at| **at <= now && now - TimeDelta::hours(1) < **at);
    let mut shown: Vec<NaiveDateTime> = shown.copied().collect();
    shown.sort_unstable();
    let pause = shown.last().map(|last| *last + TimeDelta::minutes(PAUSE_MINUTES));
    let full = shown.len().checked_sub(per_hour.max(1)).map(|idx| shown[idx] + TimeDelta::hours(1));
    pause.into_iter().chain(full).max().filter(|at| now < *at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::remind::{Kind, Moment};

    fn at(text: &str) -> NaiveDateTime {
        format!("2026-08-{text}").parse().unwrap()
    }

    fn hours() -> Hours {
        Hours { calendar: Calendar::default(), quiet: "20:30-09:30".parse().unwrap() }
    }

    fn reminder(n: u64, kind: Kind, from: &str, until: &str) -> Reminder {
        Reminder {
            id: ReminderId(n),
            kind,
            moment: Moment::Now,
            customer: None,
            at: at(from),
            until: at(until),
            about: None,
        }
    }

    fn ids(turn: &Turn) -> Vec<Vec<u64>> {
        turn.toasts.iter().map(|toast| toast.reminders.iter().map(|one| one.id.0).collect()).collect()
    }

    #[track_caller]
    fn check(standing: &[Reminder], ledger: &mut Ledger, now: &str, expected: &[&[u64]], next: Option<&str>) {
        let found = turn(standing, &hours(), ledger, 2, at(now));
        assert_eq!(ids(&found), expected, "at {now}");
        assert_eq!(found.next_at, next.map(at), "at {now}");
        ledger.note(&found, at(now));
    }

    #[test]
    fn each_comes_once_in_its_hours_and_never_too_late() {
        let mut ledger = Ledger::default();
        let standing = [
            reminder(1, Kind::Promise, "12T09:30:00", "13T00:00:00"),
            reminder(2, Kind::Appointment, "13T08:00:00", "13T09:00:00"),
            reminder(3, Kind::Task, "12T22:00:00", "13T00:00:00"),
        ];
        check(&standing, &mut ledger, "12T08:00:00", &[], Some("12T09:30:00"));
        check(&standing, &mut ledger, "12T09:30:00", &[&[1]], Some("12T20:29:00"));
        // the visit is before the shop opens, and the task's own time in the night
        check(&standing, &mut ledger, "12T20:29:00", &[&[2, 3]], None);
        check(&standing, &mut ledger, "13T09:30:00", &[], None);
        let late = [reminder(4, Kind::Task, "12T10:00:00", "12T12:00:00")];
        check(&late, &mut ledger, "12T12:00:00", &[], None);
    }

    #[test]
    fn what_falls_together_is_one_and_what_is_urgent_is_another() {
        let mut ledger = Ledger::default();
        let standing = [
            reminder(1, Kind::Task, "12T10:00:00", "12T20:00:00"),
            reminder(2, Kind::Promise, "12T10:01:30", "12T20:00:00"),
            reminder(3, Kind::Rush, "12T09:00:00", "12T20:00:00"),
            reminder(4, Kind::Task, "12T10:30:00", "12T20:00:00"),
        ];
        check(&standing, &mut ledger, "12T10:00:00", &[&[3], &[2, 1]], Some("12T10:01:30"));
        check(&standing, &mut ledger, "12T10:01:30", &[], Some("12T10:30:00"));
    }

    #[test]
    fn no_more_than_so_many_come_in_an_hour_but_what_is_urgent() {
        let mut ledger = Ledger::default();
        let mut standing = vec![reminder(1, Kind::Task, "12T10:00:00", "12T20:00:00")];
        check(&standing, &mut ledger, "12T10:00:00", &[&[1]], None);
        standing.push(reminder(2, Kind::Task, "12T10:00:00", "12T20:00:00"));
        check(&standing, &mut ledger, "12T10:00:20", &[], Some("12T10:01:00"));
        check(&standing, &mut ledger, "12T10:01:00", &[&[2]], None);
        standing.push(reminder(3, Kind::Task, "12T10:05:00", "12T20:00:00"));
        standing.push(reminder(4, Kind::Deadline, "12T10:05:00", "12T20:00:00"));
        check(&standing, &mut ledger, "12T10:05:00", &[&[4]], Some("12T11:00:00"));
        check(&standing, &mut ledger, "12T11:00:00", &[&[3]], None);
    }

    #[test]
    fn a_clock_that_jumps_repeats_nothing_and_what_was_put_off_comes_again() {
        let mut ledger = Ledger::default();
        let standing = [reminder(1, Kind::Task, "12T10:00:00", "14T20:00:00")];
        check(&standing, &mut ledger, "12T10:00:00", &[&[1]], None);
        check(&standing, &mut ledger, "11T10:00:00", &[], None);
        check(&standing, &mut ledger, "13T10:00:00", &[], None);
        ledger.snooze(ReminderId(1), at("13T10:30:00"));
        check(&standing, &mut ledger, "13T10:00:30", &[], Some("13T10:30:00"));
        check(&standing, &mut ledger, "13T10:30:00", &[&[1]], None);
        check(&standing, &mut ledger, "13T10:31:00", &[], None);
    }

    #[test]
    fn what_stands_is_remembered_for_ever_and_the_rest_for_a_while() {
        let mut ledger = Ledger::default();
        let standing = [reminder(1, Kind::Promise, "01T10:00:00", "30T20:00:00")];
        ledger.told = [(ReminderId(1), at("01T10:00:00")), (ReminderId(2), at("01T10:00:00"))].into();
        ledger.prune(&standing, at("20T10:00:00"));
        assert_eq!(ledger.told.len(), 2);
        ledger.prune(&standing, at("20T10:00:00") + TimeDelta::days(200));
        assert_eq!(ledger.told.keys().copied().collect::<Vec<_>>(), [ReminderId(1)]);
    }
}
