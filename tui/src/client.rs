//! The daemon's local API as typed calls: what is read here, what is recorded in `record`. It knows shapes and paths;
//! connections are `transport`'s, the stream of notices is `events`'. A client works in any tokio runtime and may be
//! shared: each call uses a connection of its own.

mod ask;
mod events;
mod forecast;
mod list;
mod record;
mod seat;
pub mod support;
mod transport;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDateTime;
use futures_util::stream::BoxStream;
use guide_common::id::{CustomerId, PlanId, ReminderId, TemplateId};
use guide_common::paths::Paths;
use guide_common::report::Report;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::template::Template;
use guide_common::time::Period;
use guide_common::wire::Problem;
use guide_common::wire::card::{Appointments, CustomerCard, Leaves, Notes, Promises, Secrets, TagGroups};
use guide_common::wire::local::{
    Clock, CustomerList, EnrollLocalRequest, Health, Notice, Outbox, ReloadAnswer, ScriptView, Status, SyncStatus,
    TaskDetail, Today,
};
use guide_common::wire::remind::{ReminderTest, Reminders, SnoozeReminder};
use guide_common::wire::session::KeptSession;
use guide_common::wire::timeline::Timeline;
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::transport::Transport;

/// How long the daemon may take over what it answers from this machine.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long it may take over what it works out of every customer's file.
const REPORT_PATIENCE: Duration = Duration::from_secs(120);
/// How long it may take over what needs the hub: its own limit for a cycle is shorter.
const HUB_PATIENCE: Duration = Duration::from_secs(90);

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No daemon serves there, or it went away; whatever it said was saved is saved.
    #[error("no daemon answers at {}", socket.display())]
    Unreachable {
        /// Where it was looked for.
        socket: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The daemon's planned answer.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The answer is not what this version expects.
    #[error("the daemon's answer to {path} is not understood: {reason}")]
    Protocol {
        /// What was asked.
        path: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl ClientError {
    /// The stable code: the problem's, else `unreachable` or `protocol`.
    pub fn code(&self) -> &str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Problem(problem) => &problem.code,
            Self::Protocol { .. } => "protocol",
        }
    }
}

/// The result of a call.
pub type Result<T> = std::result::Result<T, ClientError>;

/// The daemon's local API.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// A client of the daemon at a socket; it connects with the first call.
    pub fn at(socket: &Path) -> Self {
        Self { transport: Transport::new(socket) }
    }

    /// Looks for a daemon that serves: outside `GUIDE_HOME` at the path in the socket note, then at the environment's
    /// own path.
    pub async fn find(paths: &Paths) -> Result<Self> {
        for socket in candidates(paths) {
            let client = Self::at(&socket);
            if client.transport.warm_up().await.is_ok() {
                return Ok(client);
            }
        }
        let client = Self::at(&paths.socket);
        client.transport.warm_up().await?;
        Ok(client)
    }

    /// Where it looks for the daemon.
    pub fn socket(&self) -> &Path {
        self.transport.socket()
    }

    /// Whether a daemon serves, and which.
    pub async fn health(&self) -> Result<Health> {
        self.read("/v1/health").await
    }

    /// Asks the daemon to stop; the answer is which one does.
    pub async fn stop(&self) -> Result<Health> {
        self.write(Method::POST, "/v1/stop", &()).await
    }

    /// Whom the terminal serves, its clock, counts and sync.
    pub async fn status(&self) -> Result<Status> {
        self.read("/v1/status").await
    }

    /// Today's queue.
    pub async fn today(&self) -> Result<Today> {
        self.read("/v1/today").await
    }

    /// The first tasks of today's queue, at most so many, and all that is held and done.
    pub async fn today_first(&self, limit: usize) -> Result<Today> {
        self.read(&format!("/v1/today?limit={limit}")).await
    }

    /// One task, by its id, a unique prefix of it, or its customer's id.
    pub async fn task(&self, id: &str, lang: Lang) -> Result<TaskDetail> {
        self.read(&format!("/v1/tasks/{}?lang={}", encoded(id), lang_name(lang))).await
    }

    /// Customers whose name, phone or id matches, the best first.
    pub async fn customers(&self, q: &str, limit: usize) -> Result<CustomerList> {
        self.read(&format!("/v1/customers?q={}&limit={limit}", encoded(q))).await
    }

    /// One customer; what is kept secret is masked.
    pub async fn customer(&self, id: &CustomerId) -> Result<CustomerCard> {
        self.read(&format!("/v1/customers/{}", encoded(id.as_str()))).await
    }

    /// One customer with what is kept secret.
    pub async fn customer_revealed(&self, id: &CustomerId) -> Result<CustomerCard> {
        self.read(&format!("/v1/customers/{}?reveal=true", encoded(id.as_str()))).await
    }

    /// The promises that are open, over all customers.
    pub async fn promises(&self) -> Result<Promises> {
        self.read("/v1/promises").await
    }

    /// The visits that are not over, over all customers.
    pub async fn appointments(&self) -> Result<Appointments> {
        self.read("/v1/appointments").await
    }

    /// The secrets that are kept, over all customers.
    pub async fn secrets(&self) -> Result<Secrets> {
        self.read("/v1/secrets").await
    }

    /// The guide's days off and leaves.
    pub async fn leaves(&self) -> Result<Leaves> {
        self.read("/v1/leaves").await
    }

    /// The published templates.
    pub async fn templates(&self) -> Result<Vec<Template>> {
        self.read("/v1/templates").await
    }

    /// One template.
    pub async fn template(&self, id: &TemplateId) -> Result<Template> {
        self.read(&format!("/v1/templates/{}", encoded(id.as_str()))).await
    }

    /// A template rendered for a customer.
    pub async fn script(&self, template: &TemplateId, customer: &CustomerId, lang: Lang) -> Result<ScriptView> {
        let (template, customer) = (encoded(template.as_str()), encoded(customer.as_str()));
        self.read(&format!("/v1/templates/{template}/script?customer={customer}&lang={}", lang_name(lang))).await
    }

    /// The published plans.
    pub async fn plans(&self) -> Result<Vec<Plan>> {
        self.read("/v1/plans").await
    }

    /// One plan.
    pub async fn plan(&self, id: &PlanId) -> Result<Plan> {
        self.read(&format!("/v1/plans/{}", encoded(id.as_str()))).await
    }

    /// The report of a period, of one plan where it is named.
    pub async fn report(&self, period: Period, plan: Option<&PlanId>) -> Result<Report> {
        let mut path = format!("/v1/reports?from={}&to={}", period.from, period.to);
        if let Some(plan) = plan {
            path.push_str(&format!("&plan={}", encoded(plan.as_str())));
        }
        self.call(Method::GET, &path, Vec::new(), REPORT_PATIENCE).await
    }

    /// The state of sync.
    pub async fn sync_status(&self) -> Result<SyncStatus> {
        self.read("/v1/sync").await
    }

    /// Runs a cycle and answers when it has ended.
    pub async fn sync_now(&self) -> Result<SyncStatus> {
        self.call(Method::POST, "/v1/sync/now", Vec::new(), HUB_PATIENCE).await
    }

    /// Has the daemon read its settings again; what is wrong with their file.
    pub async fn reload(&self) -> Result<ReloadAnswer> {
        self.call(Method::POST, "/v1/reload", Vec::new(), PATIENCE).await
    }

    /// What the guide is reminded of.
    pub async fn reminders(&self) -> Result<Reminders> {
        self.read("/v1/reminders").await
    }

    /// Puts a reminder off, by the minutes of the settings where none are named.
    pub async fn snooze_reminder(&self, id: ReminderId, minutes: Option<u32>) -> Result<Reminders> {
        self.write(Method::POST, &format!("/v1/reminders/{id}/snooze"), &SnoozeReminder { minutes }).await
    }

    /// Has the daemon show how a reminder looks.
    pub async fn test_reminder(&self) -> Result<ReminderTest> {
        self.call(Method::POST, "/v1/reminders/test", Vec::new(), PATIENCE).await
    }

    /// What is unsent, rejected or kept.
    pub async fn outbox(&self) -> Result<Outbox> {
        self.read("/v1/outbox").await
    }

    /// Enrols the terminal at a hub; the answer is its status afterwards.
    pub async fn enroll(&self, request: &EnrollLocalRequest) -> Result<Status> {
        // the answer begins a turn
        self.transport.leave_turn();
        let path = "/v1/enroll";
        self.call(Method::POST, path, to_json(path, request)?, HUB_PATIENCE).await
    }

    /// The clock.
    pub async fn clock(&self) -> Result<Clock> {
        self.read("/v1/clock").await
    }

    /// What happened with a customer, newest first.
    pub async fn timeline(&self, customer: &CustomerId, limit: usize, reveal: bool) -> Result<Timeline> {
        let customer = encoded(customer.as_str());
        self.read(&format!("/v1/customers/{customer}/timeline?limit={limit}&reveal={reveal}")).await
    }

    /// The notes on a customer, newest first.
    pub async fn notes(&self, customer: &CustomerId) -> Result<Notes> {
        self.read(&format!("/v1/customers/{}/notes", encoded(customer.as_str()))).await
    }

    /// The groups of tags that headquarters has published.
    pub async fn tag_groups(&self) -> Result<TagGroups> {
        self.read("/v1/tags").await
    }

    /// Moves the virtual clock.
    pub async fn set_clock(&self, now: NaiveDateTime) -> Result<Clock> {
        self.write(Method::PUT, "/v1/clock", &serde_json::json!({ "kind": "virtual", "now": now })).await
    }

    /// What changes from now on; it ends with an error when the daemon goes away.
    pub async fn events(&self) -> Result<BoxStream<'static, Result<Notice>>> {
        events::open(&self.transport).await
    }

    /// Where the interface was left.
    pub async fn session(&self) -> Result<KeptSession> {
        self.read("/v1/session").await
    }

    /// Keeps where the interface is.
    pub async fn keep_session(&self, session: &KeptSession) -> Result<KeptSession> {
        self.write(Method::PUT, "/v1/session", session).await
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.call(Method::GET, path, Vec::new(), PATIENCE).await
    }

    async fn write<T: DeserializeOwned>(&self, method: Method, path: &str, body: &impl Serialize) -> Result<T> {
        self.call(method, path, to_json(path, body)?, PATIENCE).await
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Vec<u8>, limit: Duration) -> Result<T> {
        let answer = self.transport.call(method, path, body, limit).await?;
        if !answer.status.is_success() {
            return Err(problem(answer.status.as_u16(), &answer.body).into());
        }
        let bytes: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
        serde_json::from_slice(bytes)
            .map_err(|error| ClientError::Protocol { path: path.to_owned(), reason: error.to_string() })
    }
}

/// The sockets at which a daemon may serve, the likeliest first.
fn candidates(paths: &Paths) -> Vec<PathBuf> {
    let noted = (!paths.portable).then(|| std::fs::read_to_string(paths.socket_note()).ok()).flatten();
    let noted = noted.map(|text| PathBuf::from(text.trim_end_matches(['\r', '\n']))).filter(|path| path.is_absolute());
    noted.filter(|path| *path != paths.socket).into_iter().collect()
}

fn to_json(path: &str, body: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body).map_err(|error| ClientError::Protocol { path: path.to_owned(), reason: error.to_string() })
}

/// Reads an error answer; one that is no problem document still becomes one.
fn problem(status: u16, body: &[u8]) -> Problem {
    serde_json::from_slice(body)
        .unwrap_or_else(|_| Problem::new(status, "protocol", format!("the daemon answered with status {status}")))
}

fn lang_name(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
}

/// A text as a part of a path or query (RFC 3986: everything but unreserved characters is escaped).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
