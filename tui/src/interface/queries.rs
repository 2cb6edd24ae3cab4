//! Which answers are awaited. A newer request for the same thing makes the older one's answer stale.

use guide_common::id::{CustomerId, OpId, TaskId};

use super::event::QueryId;
use super::library::{PlanSlot, TemplateSlot};

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The state of everything.
    Status,
    /// The queue.
    Today,
    /// One task.
    Task(TaskId),
    /// The list of customers.
    Customers,
    /// One customer.
    Card(CustomerId),
    /// What is being recorded.
    Recording,
    /// The clock or a cycle of sync.
    Machine,
    /// What goes wrong on purpose.
    Faults,
    /// The steps.
    Steps,
    /// Where the interface was left.
    Session,
    /// Keeping where it is.
    KeepSession,
    /// The groups of tags.
    TagGroups,
    /// What happened with a customer.
    Timeline(CustomerId),
    /// What an amnesty would do.
    Amnesty,
    /// The saved lists.
    Lists,
    /// The reminders.
    Reminders,
    /// A whole phone number.
    Phone,
    /// What was recorded and what became of it.
    Outbox,
    /// One recorded op.
    Op(OpId),
    /// The rejected ops, to be written to a file.
    Rejected,
    /// The last cycles of sync.
    SyncLog,
    /// What the doctor finds.
    Doctor,
    /// A comparison with the hub.
    Verify,
    /// What support takes along.
    Bundle,
    /// Going through its cycles again.
    Replay,
    /// The report.
    Report,
    /// What plans and templates are called.
    Names,
    /// A file that is being written.
    File,
    /// Who is at the terminal.
    Seats,
    /// Of the templates' screen.
    Template(TemplateSlot),
    /// Of the plans' screen.
    Plan(PlanSlot),
}

/// The awaited answers.
#[derive(Clone, Debug, Default)]
pub struct Queries {
    last: u64,
    awaited: Vec<(QueryId, Slot)>,
}

impl Queries {
    /// Awaits nothing any more.
    pub fn forget_all(&mut self) {
        self.awaited.clear();
    }

    /// A new request; the answer to an older one of the same slot is not awaited any more.
    pub fn ask(&mut self, slot: Slot) -> QueryId {
        self.last += 1;
        self.awaited.retain(|(_, awaited)| *awaited != slot);
        self.awaited.push((QueryId(self.last), slot));
        QueryId(self.last)
    }

    /// What an answer is for; none where it is stale.
    pub fn answered(&mut self, query: QueryId) -> Option<Slot> {
        let idx = self.awaited.iter().position(|(awaited, _)| *awaited == query)?;
        Some(self.awaited.swap_remove(idx).1)
    }

    /// What a request that is under way is for.
    pub fn slot(&self, query: QueryId) -> Option<&Slot> {
        self.awaited.iter().find(|(awaited, _)| *awaited == query).map(|(_, slot)| slot)
    }

    /// Whether an answer is awaited.
    pub fn awaits(&self, slot: &Slot) -> bool {
        self.awaited.iter().any(|(_, awaited)| awaited == slot)
    }

    /// Whether no answer is awaited.
    pub fn is_idle(&self) -> bool {
        self.awaited.is_empty()
    }

    /// Drops the answer that is on its way.
    pub fn forget(&mut self, slot: &Slot) {
        self.awaited.retain(|(_, awaited)| awaited != slot);
    }

    /// Drops the answers about tasks and customers that are on their way: what they tell may have changed.
    pub fn forget_details(&mut self) {
        self.awaited.retain(|(_, slot)| !matches!(slot, Slot::Task(_) | Slot::Card(_) | Slot::Timeline(_)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_an_older_query_is_stale() {
        let mut queries = Queries::default();
        let older = queries.ask(Slot::Customers);
        let other = queries.ask(Slot::Today);
        let newer = queries.ask(Slot::Customers);
        assert_eq!(queries.answered(older), None);
        assert_eq!(queries.answered(other), Some(Slot::Today));
        assert_eq!(queries.answered(newer), Some(Slot::Customers));
        assert_eq!(queries.answered(newer), None);
    }
}
