//! When the turn of each task comes: so many contacts a working day, in the queue's order.

use chrono::{Days, NaiveDate};

use crate::sop::rules::Rules;
use crate::wire::local::TaskRow;

/// So many days ahead turns are looked for: after that nothing is in time.
const HORIZON_DAYS: u64 = 366;

/// When a task's turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// On this day.
    On(NaiveDate),
    /// After something of it has closed.
    TooLate {
        /// The day on which that closes.
        until_on: NaiveDate,
    },
}

/// The turns of tasks in the queue's order. One that cannot be reached in time takes no place from those behind it.
pub(super) fn turns(tasks: &[&TaskRow], rules: &Rules, today: NaiveDate) -> Vec<Turn> {
    let horizon = today.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(today);
    let shift = |from: Option<NaiveDate>| rules.calendar.next_shift(from?, horizon);
    let n_a_day = rules.settings.tasks_per_day.max(1);
    let (mut day, mut n_on_day) = (shift(Some(today)), 0);
    let mut turns = Vec::with_capacity(tasks.len());
    for task in tasks {
        if n_on_day == n_a_day {
            (day, n_on_day) = (shift(day.and_then(|day| day.succ_opt())), 0);
        }
        // one contact closes all dues of a task, so the first that closes decides
        let until_on = task.dues.iter().map(|due| due.until_on).min().unwrap_or(today);
        match day.filter(|day| *day <= until_on) {
            Some(day) => {
                n_on_day += 1;
                turns.push(Turn::On(day));
            }
            None => turns.push(Turn::TooLate { until_on }),
        }
    }
    turns
}
