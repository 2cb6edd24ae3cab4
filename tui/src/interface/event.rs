//! Everything that can happen to the interface. One loop handles it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};
use guide_common::id::{CustomerId, PlanId, TaskId, TemplateId};
use guide_common::op::Op;
use guide_common::report::Report;
use guide_common::sop::backlog::Amnesty;
use guide_common::sop::plan::Text;
use guide_common::wire::ask::AmnestyResponse;
use guide_common::wire::card::{CustomerCard, PhoneRevealed, TagGroups};
use guide_common::wire::list::{SavedList, SavedLists};
use guide_common::wire::local::{Clock, CustomerList, Notice, Outbox, Status, SyncStatus, TaskDetail, Today};
use guide_common::wire::record::{LeadResponse, SavedResponse, Steps};
use guide_common::wire::remind::Reminders;
use guide_common::wire::seat::Seats;
use guide_common::wire::support::{Doctor, Faults, OpDetail, SyncLog, Verified};
use guide_common::wire::timeline::Timeline;

use super::clipboard::Copied;
use super::layers::palette::Command;
use super::library::{PlanAnswer, TemplateAnswer};
use super::session::Session;
use crate::cli::replay::Replay;
use crate::training::State;

/// What came from outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// An action or a choice was named, instead of its key being pressed.
    Commanded(Command),
    /// A row of the open list was named by its place.
    Selected(usize),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// A text was copied, or not.
    Copied(Copied),
    /// A choice could not be written down.
    NotSaved(String),
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
    /// A request that takes long has been under way for so many seconds.
    Waited {
        /// The request.
        query: QueryId,
        /// For how long.
        seconds: u64,
    },
    /// A moment has passed while something takes its time.
    Ticked,
    /// A second has passed, in a demo.
    Second,
    /// The demo's training stands so.
    Training(Arc<State>),
    /// The user's own editor was left with a text, or it could not be run, with the reason.
    Edited(Result<String, String>),
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
    Saved(Box<SavedResponse>),
    /// A person is entered.
    Lead(Box<LeadResponse>),
    /// The saved lists.
    Lists(SavedLists),
    /// The reminders.
    Reminders(Reminders),
    /// A filter is kept under a name.
    ListSaved(SavedList),
    /// A list was taken away.
    ListRemoved(SavedList),
    /// The virtual clock was moved.
    Clock(Clock),
    /// A cycle of sync has ended.
    Synced(Box<SyncStatus>),
    /// What goes wrong on purpose.
    Faults(Box<Faults>),
    /// The steps that can be taken back and recorded again.
    Steps(Box<Steps>),
    /// Where the interface was left.
    Session(Option<Box<Session>>),
    /// Where the interface is, is kept.
    SessionKept,
    /// The groups of tags.
    TagGroups(TagGroups),
    /// What happened with a customer.
    Timeline(CustomerId, Box<Timeline>),
    /// What an amnesty would do; none where no leave has just ended.
    Amnesty(Option<Box<Amnesty>>),
    /// What an amnesty did.
    AmnestyDone(Box<AmnestyResponse>),
    /// A whole phone number.
    Phone(PhoneRevealed),
    /// What the screen of sync asked for.
    Sync {
        /// When it was answered, real time: ages are told as of then.
        at: DateTime<Utc>,
        /// The answer.
        part: Box<SyncPart>,
    },
    /// The report of a period.
    Report(Box<Report>),
    /// What plans and templates are called.
    Names(Box<Names>),
    /// A file is on disk, at this path.
    Written(String),
    /// Who is at the terminal.
    Seats(Seats),
    /// What the templates' screen asked for.
    Template(TemplateAnswer),
    /// What the plans' screen asked for.
    Plan(PlanAnswer),
}

impl Answer {
    /// An op is on disk.
    pub fn saved(saved: SavedResponse) -> Self {
        Self::Saved(Box::new(saved))
    }
}

/// What plans and templates are called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The plans.
    pub plans: BTreeMap<PlanId, Text>,
    /// The templates.
    pub templates: BTreeMap<TemplateId, Text>,
}

/// What the screen of sync asked for.
#[derive(Clone, Debug)]
pub enum SyncPart {
    /// What was recorded here and what became of it.
    Outbox(Outbox),
    /// One op with what it says.
    Op(OpDetail),
    /// The rejected ops, whole.
    Rejected(Vec<Op>),
    /// A rejected op goes up again.
    Resent(SavedResponse),
    /// A rejected op was given up.
    Discarded(OpDetail),
    /// The last cycles.
    Log(SyncLog),
    /// What was checked.
    Doctor(Doctor),
    /// What a comparison with the hub found.
    Verified(Verified),
    /// What support takes along, as JSON.
    Bundle(Box<serde_json::value::RawValue>),
    /// What came of going through its cycles again.
    Replayed(Replay),
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
