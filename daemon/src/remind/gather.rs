//! What stands at this moment: of the rows that the terminal holds in memory, so that nothing is read.

use std::collections::BTreeMap;

use guide_common::config::{Quiet, Remind};
use guide_common::id::{CustomerId, PlanId};
use guide_common::remind::{Customer, Hours, Kind, Reminder, Times, kind_of_plan, of_customer, of_day};
use guide_common::wire::local::TaskRow;

use crate::core::Core;
use crate::remind::Counts;
use crate::remind::words::Count;

/// What stands, and what is needed to tell it.
#[derive(Debug)]
pub struct Standing {
    /// All of it.
    pub reminders: Vec<Reminder>,
    /// When the guide may be told.
    pub hours: Hours,
    /// The names of those whom it concerns.
    pub names: BTreeMap<CustomerId, String>,
    /// The day in numbers.
    pub counts: Counts,
}

impl Core {
    /// What there is to be reminded of.
    pub fn standing(&self, remind: &Remind) -> Standing {
        let counted = self.queue_count();
        let state = self.state();
        let n_unsent = state.outbox.n_unsent();
        let settings = &state.shared.rules.settings;
        let quiet = remind.quiet.unwrap_or(Quiet { from: settings.contact_until, until: settings.contact_from });
        let begins = remind.morning.unwrap_or(settings.contact_from);
        let times = Times { on: state.on, begins, ends: settings.contact_until };
        let kinds: BTreeMap<&PlanId, Kind> =
            state.shared.rules.plans().iter().map(|plan| (&plan.id, kind_of_plan(plan))).collect();
        let kind_of = |plan: &PlanId| kinds.get(plan).copied().unwrap_or(Kind::Task);
        let mut reminders = of_day(state.on, remind);
        let mut names = BTreeMap::new();
        let mut counts = Counts::new();
        let mut count = |what: Count, n: usize| *counts.entry(what).or_default() += n;
        count(Count::Open, counted.n_open);
        count(Count::Done, counted.n_done);
        count(Count::Unsent, n_unsent);
        let mut take = |customer: Customer<'_>, name: &str| {
            let found = of_customer(customer, &times, kind_of);
            if !found.is_empty() {
                names.entry(customer.id.clone()).or_insert_with(|| name.to_owned());
                reminders.extend(found);
            }
        };
        for (id, day) in &state.days {
            let task = day.task.as_ref().filter(|_| day.open);
            let Some(name) = task.map(|task| &task.name).or(day.held.first().map(|held| &held.name)) else { continue };
            let ends = |task: &TaskRow| task.dues.iter().any(|due| due.until_on == state.on);
            count(Count::Closing, usize::from(task.is_some_and(ends)));
            take(Customer { id, task, held: &day.held, promises: &[], appointments: &[] }, name);
        }
        for (id, row) in &state.rows {
            let Some(open) = row.open.as_deref() else { continue };
            let (promises, appointments) = (&open.promises, &open.appointments);
            count(Count::Promises, promises.iter().filter(|row| row.promise.due_on <= state.on).count());
            count(Count::Appointments, appointments.iter().filter(|row| row.visit_on == state.on).count());
            take(Customer { id, task: None, held: &[], promises, appointments }, &row.name);
        }
        let calendar = state.shared.rules.calendar.clone();
        Standing { reminders, hours: Hours { calendar, quiet }, names, counts }
    }
}
