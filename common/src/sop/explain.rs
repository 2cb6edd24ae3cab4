//! Why (为什么): why a task stands where it does, and what every plan makes of a customer. Answers are data, which the
//! programs put into words; they come from the engine's own functions, asked a second time about what it left out.

mod absence;
mod customer;
pub mod missing;
pub mod plan;
mod probe;
pub mod prospect;
mod run;
pub mod step;
pub mod task;

use chrono::{NaiveDate, NaiveDateTime};

use crate::apply::CustomerFile;
use crate::sop::rules::Rules;

use plan::PlanExplained;
use task::TaskExplained;

/// Why a customer's task of the day stands where it does, and what would move it up. Nothing where there is no task.
pub fn explain_task(file: &CustomerFile, rules: &Rules, now: NaiveDateTime) -> Option<TaskExplained> {
    task::explain(file, rules, now)
}

/// What every plan makes of a customer on a day, in the order of the plans.
pub fn explain_customer(file: &CustomerFile, rules: &Rules, today: NaiveDate) -> Vec<PlanExplained> {
    customer::explain(file, rules, today)
}
