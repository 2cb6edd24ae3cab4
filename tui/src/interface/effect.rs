//! What the interface asks for. The app returns effects and never waits for them.

use chrono::NaiveDateTime;
use guide_common::id::{CustomerId, OpId, TaskId};
use guide_common::sop::plan::Lang;
use guide_common::wire::record::OutcomeRequest;

use super::event::{QueryId, ToastId};

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
    /// Ask the terminal to put a text on the clipboard.
    Copy(String),
    /// Say when a toast has been seen long enough.
    ExpireToast(ToastId),
    /// Leave.
    Quit,
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
    /// `POST /v1/undo` of the newest op that stands.
    Undo,
    /// `PUT /v1/clock`.
    SetClock(NaiveDateTime),
    /// `POST /v1/sync/now`.
    SyncNow,
    /// `GET /v1/faults`, in training.
    Faults,
}
