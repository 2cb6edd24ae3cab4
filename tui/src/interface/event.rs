//! Everything that can happen to the interface. One loop handles it.

use crossterm::event::KeyEvent;
use guide_common::id::{CustomerId, TaskId};
use guide_common::wire::card::CustomerCard;
use guide_common::wire::local::{Clock, CustomerList, Notice, Status, SyncStatus, TaskDetail, Today};
use guide_common::wire::record::SavedResponse;
use guide_common::wire::support::Faults;

/// What came from outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size, in columns and rows.
    Resized(u16, u16),
    /// The terminal is gone.
    InputEnded,
    /// The daemon answered a request.
    Answered {
        /// The request.
        query: QueryId,
        /// The answer.
        answer: Result<Answer, Failure>,
    },
    /// The daemon says what changed.
    Noticed(Notice),
    /// The stream of notices is open.
    Connected,
    /// The stream of notices broke; it is being opened again.
    Lost(Failure),
    /// A toast has been seen long enough.
    ToastExpired(ToastId),
}

/// Names a request, so that an answer that nobody waits for any more can be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryId(pub u64);

/// Names a toast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToastId(pub u64);

/// What the daemon answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The state of everything.
    Status(Box<Status>),
    /// The queue.
    Today(Box<Today>),
    /// One task.
    Task(TaskId, Box<TaskDetail>),
    /// Customers that match.
    Customers(CustomerList),
    /// One customer.
    Card(CustomerId, Box<CustomerCard>),
    /// An op is on disk.
    Saved(SavedResponse),
    /// The virtual clock was moved.
    Clock(Clock),
    /// A cycle of sync has ended.
    Synced(Box<SyncStatus>),
    /// What goes wrong on purpose.
    Faults(Box<Faults>),
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The daemon did not answer, or it refused.
    pub kind: FailureKind,
    /// The problem's stable code, such as `task_closed`.
    pub code: String,
    /// What happened, for those who read English.
    pub detail: String,
    /// What to do, where the daemon said it.
    pub hint: Option<String>,
}

/// Who failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The daemon cannot be reached.
    Unreachable,
    /// The daemon answered with a problem.
    Refused,
}
