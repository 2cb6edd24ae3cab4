//! The guide's desk on the day of the return: the chain's rules, the queue, and the recording of an amnesty's facts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use guide_common::apply::CustomerFile;
use guide_common::demo::{plan_files, settings_file};
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, DeviceId, DueId, GuideId, OpId};
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::sop::backlog::{Amnesty, amnesty};
use guide_common::sop::queue::{CustomerDay, customer_day};
use guide_common::sop::rules::Rules;
use guide_common::sop::settings::Settings;
use guide_common::sop::starts::Starts;
use guide_common::sop::{plan_file, settings_file};
use guide_common::wire::local::TaskRow;

use super::{calendar, leave, return_day};

pub const THE_AMNESTY: OpId = OpId(uuid::Uuid::from_u128(7));

/// The chain's plans and settings, and this guide's leave.
pub static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules::new(plan_files().iter().map(|(_, toml)| plan_file::parse(toml).unwrap()).collect());
    rules.settings = settings_file::parse(settings_file().1).unwrap().into();
    rules.calendar = calendar();
    rules
});

/// The same, with the starts of throttled plans among these customers.
pub fn rules(files: &[CustomerFile]) -> Rules {
    let starts = Starts::work_out(files.iter(), &RULES, return_day());
    RULES.with_starts(starts)
}

pub fn deputy() -> Option<GuideId> {
    leave().deputy
}

pub fn of(files: &[CustomerFile], rules: &Rules) -> Amnesty {
    amnesty(files, rules, &leave(), return_day(), deputy())
}

pub fn queue(files: &[CustomerFile], rules: &Rules) -> Vec<CustomerDay> {
    files.iter().map(|file| customer_day(file, rules, return_day())).collect()
}

pub fn tasks(files: &[CustomerFile], rules: &Rules) -> Vec<TaskRow> {
    queue(files, rules).into_iter().filter_map(|day| day.task).collect()
}

/// Records the facts of an amnesty as a terminal does; returns what was recorded of whom.
pub fn record(files: &mut [CustomerFile], facts: Vec<(CustomerId, FactBody)>) -> Vec<(CustomerId, OpId)> {
    let mut made = Vec::new();
    for (n, (customer, body)) in facts.into_iter().enumerate() {
        made.push((customer.clone(), apply(files, n as u64, customer, OpBody::Fact(body))));
    }
    made
}

pub fn apply(files: &mut [CustomerFile], n: u64, customer: CustomerId, body: OpBody) -> OpId {
    let op_id = OpId(uuid::Uuid::from_u128(1_000 + u128::from(n)));
    let at_wall = return_day().and_hms_opt(2, 0, 0).unwrap().and_utc();
    let device = DeviceId::new("d1").unwrap();
    let stamp = Stamp { op_id, device, local_seq: n + 1, base_rev: None, at_wall, at_mono: 0 };
    let file = files.iter_mut().find(|file| file.customer.id == customer).unwrap();
    file.apply(&Op::new(stamp, customer, &body), &GuideId::new("g01").unwrap()).unwrap();
    op_id
}

pub fn ids(days: &[CustomerDay]) -> (BTreeSet<DueId>, BTreeSet<DueId>) {
    let open = days.iter().filter_map(|day| day.task.as_ref()).flat_map(|task| &task.dues);
    let held = days.iter().flat_map(|day| &day.held).flat_map(|row| &row.dues);
    (open.map(|due| due.due_id).collect(), held.map(|due| due.due_id).collect())
}

/// The same rules for a guide who makes so many contacts a day.
pub fn with_pace(rules: &Rules, tasks_per_day: u32) -> Rules {
    let mut rules = rules.clone();
    rules.settings = Settings { tasks_per_day, ..(*rules.settings).clone() }.into();
    rules
}
