//! What the interface asks for. The app returns effects and never waits for them.

use chrono::NaiveDateTime;
use guide_common::id::{CustomerId, GuideId, OpId, ReminderId, TaskId};
use guide_common::sop::plan::Lang;
use guide_common::time::Period;
use guide_common::wire::record::{LeadRequest, OutcomeRequest, SnoozeRequest, TagRequest};
use guide_common::wire::support::FaultPlan;

use super::event::{QueryId, ToastId};
use super::library::{PlanRequest, TemplateRequest};
use super::session::Session;
use super::settings::{Mouse, Setting};
use crate::lesson::run::Running;
use crate::training::Order;

/// Something to be done outside of the app.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the daemon; its answer carries the same id.
    Ask {
        /// Names the request.
        query: QueryId,
        /// What is asked.
        request: Request,
    },
    /// Put a text on the clipboard.
    Copy(String),
    /// Show a text on the bare terminal, until a key is pressed.
    Print(String),
    /// Tell of a reminder through the terminal: it shows it or rings.
    Ring(String),
    /// Take the terminal again.
    Resume,
    /// Take the mouse, or leave it to the terminal.
    Capture(Mouse),
    /// Write a choice down.
    SaveSetting(Setting),
    /// Let the user's own editor change a text.
    EditOutside(String),
    /// Say when a moment has passed: something takes its time and shows that it goes on.
    Tick,
    /// Say when a toast has been seen long enough.
    ExpireToast(ToastId, Linger),
    /// Tell the daemon that somebody is at the terminal.
    Here,
    /// Keep the result of a lesson that is over.
    KeepResult(Box<Running>),
    /// Have the demo's director do something.
    Train(Order),
    /// Leave.
    Quit,
}

/// How long a toast stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linger {
    /// Long enough to be read.
    Short,
    /// Long enough to be dialled.
    Long,
}

/// A request to the daemon.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// `GET /v1/status`.
    Status,
    /// `GET /v1/today?limit=`.
    Today {
        /// The most tasks; without it all of them.
        limit: Option<usize>,
    },
    /// `GET /v1/tasks/{id}`.
    Task(TaskId, Lang),
    /// `GET /v1/customers?q=`.
    Customers {
        /// What to look for.
        q: String,
        /// The most rows.
        limit: usize,
    },
    /// `GET /v1/customers/{id}`.
    Card(CustomerId),
    /// `POST /v1/tasks/{id}/outcome`.
    LogTask(TaskId, Box<OutcomeRequest>),
    /// `POST /v1/customers/{id}/contacts`.
    LogContact(CustomerId, Box<OutcomeRequest>),
    /// `POST /v1/customers/{id}/complaint/close` with the customer's words.
    CloseComplaint(CustomerId, String),
    /// `POST /v1/promises/{op}/kept`.
    KeepPromise(OpId),
    /// `POST /v1/undo` of a step, or of the newest that stands.
    Undo(Option<OpId>),
    /// `GET /v1/session`.
    Session,
    /// `PUT /v1/session`.
    KeepSession(Box<Session>),
    /// `POST /v1/redo`.
    Redo,
    /// `GET /v1/undo`.
    Steps,
    /// `POST /v1/tasks/{id}/snooze`.
    Snooze(TaskId, SnoozeRequest),
    /// `POST /v1/customers/{id}/notes`.
    AddNote(CustomerId, String),
    /// `GET /v1/tags`.
    TagGroups,
    /// `POST /v1/customers/{id}/tags`.
    AddTag(CustomerId, TagRequest),
    /// `POST /v1/customers/{id}/tags/remove`.
    RemoveTag(CustomerId, TagRequest),
    /// `GET /v1/customers/{id}/timeline`.
    Timeline(CustomerId),
    /// `POST /v1/customers/{id}/reveal`.
    RevealPhone(CustomerId),
    /// `POST /v1/customers`.
    AddLead(Box<LeadRequest>),
    /// `GET /v1/amnesty`.
    Amnesty,
    /// `POST /v1/amnesty`.
    ApplyAmnesty,
    /// About saved lists.
    List(ListRequest),
    /// What the guide is reminded of; first puts this one off, where one is named.
    Reminders(Option<ReminderId>),
    /// `PUT /v1/clock`.
    SetClock(NaiveDateTime),
    /// `POST /v1/sync/now`.
    SyncNow,
    /// `GET /v1/faults`, in training.
    Faults,
    /// What the screen of sync asks.
    Sync(SyncRequest),
    /// `GET /v1/reports?from=&to=`.
    Report(Period),
    /// What plans and templates are called: `GET /v1/plans` and `GET /v1/templates`.
    Names,
    /// Write a file of the user's own.
    Write(Box<FileRequest>),
    /// `GET /v1/seats`.
    Seats {
        /// Whether the turn that was asked in so far is left, whoever is there by now.
        leaves: bool,
    },
    /// `POST /v1/lock`.
    Lock,
    /// `POST /v1/unlock`.
    Unlock(GuideId, Option<String>),
    /// What the templates' screen asks for.
    Template(TemplateRequest),
    /// What the plans' screen asks for.
    Plan(PlanRequest),
}

/// A request about saved lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListRequest {
    /// `GET /v1/lists`.
    All,
    /// `PUT /v1/lists/{name}`.
    Save {
        /// What the list is called.
        name: String,
        /// The filter.
        filter: String,
    },
    /// `DELETE /v1/lists/{name}`.
    Remove(String),
}

/// A request of the screen of sync.
#[derive(Clone, Debug, PartialEq)]
pub enum SyncRequest {
    /// `GET /v1/outbox`.
    Outbox,
    /// `GET /v1/outbox/{op}`.
    Op(OpId),
    /// `GET /v1/outbox/rejected`.
    Rejected,
    /// `POST /v1/outbox/{op}/resend`.
    Resend {
        /// The rejected op.
        op: OpId,
        /// The fields of its kind as JSON, where they were mended.
        body: Option<String>,
        /// Another customer, where that was wrong: by the id or the name.
        customer: Option<String>,
    },
    /// `POST /v1/outbox/{op}/discard`.
    Discard(OpId),
    /// `GET /v1/sync/log`.
    Log,
    /// What `guide doctor` looks at: this terminal's surroundings, and `GET /v1/doctor`.
    Doctor,
    /// `POST /v1/verify`.
    Verify,
    /// `POST /v1/verify` that mends what differs.
    Heal,
    /// `GET /v1/bundle`.
    Bundle,
    /// `guided replay` of a bundle, which needs no terminal and no hub.
    Replay(String),
    /// `PUT /v1/faults`, in training.
    SetFaults(Box<FaultPlan>),
}

/// A file to be written: whole and on disk, readable by its user alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRequest {
    /// Where to, as it was typed; `~/` is the home folder.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What happens to a file that is there already.
    pub existing: Existing,
}

/// What happens to a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// The user agreed that it is replaced.
    Replace,
}
