//! Putting a task off: until when it may be, and the dues that it is about.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use guide_common::id::{CustomerId, DueId};
use guide_common::snooze::Snooze;
use guide_common::sop::gate::HoldReason;
use guide_common::wire::local::DueRow;

use crate::core::Core;
use crate::core::find::Named;

/// Why a task is not put off.
#[derive(Debug, thiserror::Error)]
pub enum SnoozeError {
    /// It is not open, and not held because it was put off.
    #[error("the task is not open")]
    NotOpen(Box<Named>),
    /// None of the named dues is there.
    #[error("the task has no such due")]
    UnknownDue,
    /// That time is over.
    #[error("the time to put it off to has passed")]
    Past,
    /// Then the window of one of its dues would be over.
    #[error("it cannot be put off that far")]
    TooLong {
        /// The last day on which it must be offered.
        last_on: NaiveDate,
        /// On that day it must be offered before this time.
        before: NaiveTime,
    },
}

impl Core {
    /// The fact that puts a task off until `until`, and whom it concerns.
    pub fn snooze(
        &self,
        name: &str,
        due_ids: &[DueId],
        until: NaiveDateTime,
    ) -> Result<(CustomerId, Snooze), SnoozeError> {
        let (customer, mut dues) = self.dues_to_snooze(name)?;
        dues.retain(|due| due_ids.is_empty() || due_ids.contains(&due.due_id));
        if dues.is_empty() {
            return Err(SnoozeError::UnknownDue);
        }
        let now = self.clock.now();
        if until <= now {
            return Err(SnoozeError::Past);
        }
        let closes = self.shared().rules.settings.contact_until;
        let last = dues.iter().map(|due| last_moment(due, closes)).min().unwrap_or(now);
        if last <= until {
            return Err(SnoozeError::TooLong { last_on: last.date(), before: last.time() });
        }
        let snooze = Snooze {
            on: now.date(),
            due_ids: dues.iter().map(|due| due.due_id).collect(),
            until_on: until.date(),
            until_time: Some(until.time()).filter(|time| *time > NaiveTime::MIN),
        };
        Ok((customer, snooze))
    }

    /// The dues of an open task, or of one that was put off before.
    fn dues_to_snooze(&self, name: &str) -> Result<(CustomerId, Vec<DueRow>), SnoozeError> {
        match self.task_named(name) {
            Named::Open(task) => Ok((task.customer, task.dues)),
            Named::Held(customer) => {
                let state = self.state();
                let held = state.days.get(&customer).map(|day| day.held.as_slice()).unwrap_or_default();
                let snoozed = held.iter().filter(|row| row.hold.reason == HoldReason::Snoozed);
                let dues: Vec<DueRow> = snoozed.flat_map(|row| row.dues.clone()).collect();
                if dues.is_empty() {
                    Err(SnoozeError::NotOpen(Box::new(Named::Held(customer))))
                } else {
                    Ok((customer, dues))
                }
            }
            other => Err(SnoozeError::NotOpen(Box::new(other))),
        }
    }
}

/// By when a due must be offered: on its last day before contact hours end, and before the hours of its step do.
fn last_moment(due: &DueRow, closes: NaiveTime) -> NaiveDateTime {
    let last = due.until_on.and_time(closes);
    due.deadline_at.map_or(last, |deadline| deadline.min(last))
}
