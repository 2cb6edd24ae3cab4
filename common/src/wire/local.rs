//! The local API between the interface and the daemon: HTTP/JSON over a Unix socket, described in `docs/protocol.md`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::customer::Tier;
use crate::id::{CustomerId, DueId, OpId, PlanId, ReminderId, StepId, TaskId, TemplateId};
use crate::outcome::{Channel, Outcome};
use crate::record::Level;
use crate::search::Span;
use crate::search::note::Note;
use crate::sop::gate::Hold;
use crate::sop::plan::{Asks, Purpose, Text};
use crate::sop::queue::Term;
use crate::template::Script;
use crate::wire::card::CustomerCard;
use crate::wire::hub::{FeedDigest, GuideProfile, Role};

/// `GET /v1/health`: answers as soon as the daemon serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Always `guided`.
    pub program: String,
    /// The program's version.
    pub version: String,
    /// The schema of this API.
    pub schema: u32,
    /// Since its start.
    pub uptime_ms: u64,
    /// The process.
    pub pid: u32,
}

/// `POST /v1/reload`: the daemon has read `config.toml` again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadAnswer {
    /// What is wrong with the file, each with its line; the rest of it holds.
    pub faults: Vec<String>,
}

/// `GET /v1/status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Whom the terminal serves; none before enrolment.
    pub guide: Option<GuideProfile>,
    /// What the terminal may do, as the hub said at enrolment; none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The shop-local time.
    pub now: NaiveDateTime,
    /// Real, or the demo's.
    pub clock: ClockKind,
    /// Whether the terminal is locked: then only this answer, and others that count, are given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// The turn of the guide who is at it, where one is; requests name it (`guide-turn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// Whether the disk had no room for what was recorded last: it was refused, and so is what comes until there is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disk_full: bool,
    /// Today in numbers.
    pub queue: QueueCount,
    /// How many customers the terminal holds.
    pub n_customers: usize,
    /// The state of sync.
    pub sync: SyncStatus,
}

/// Which clock rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// The machine's.
    #[default]
    Real,
    /// The demo's: training data, marked on every screen.
    Virtual,
}

/// Today in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCount {
    /// Tasks still open.
    pub n_open: usize,
    /// Tasks that the gate holds.
    pub n_held: usize,
    /// Tasks logged today.
    pub n_done: usize,
}

/// The honest state of what was saved here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedState {
    /// Everything has been received by headquarters.
    #[default]
    Received,
    /// Something is saved on this terminal only.
    Saved,
    /// Something needs a person: a rejected op, or a terminal that is not allowed to sync.
    Attention,
}

/// `GET /v1/sync`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncStatus {
    /// In one word.
    pub state: SavedState,
    /// The hub's address; none before enrolment.
    pub hub: Option<String>,
    /// The end of the last cycle that succeeded, real time.
    pub last_ok_at: Option<DateTime<Utc>>,
    /// The last cycle's error, where it failed.
    pub last_error: Option<SyncError>,
    /// When the next cycle is due, real time.
    pub next_at: Option<DateTime<Utc>>,
    /// Ops saved here that headquarters has not acknowledged.
    pub n_unsent: usize,
    /// Ops that headquarters rejected.
    pub n_rejected: usize,
    /// How far this terminal's clock is ahead of the hub's, in ms, where it was measured; dates follow the hub's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
    /// Whether the hub tells at once of what changes there.
    #[serde(default)]
    pub is_waiting: bool,
    /// The guide feed as this terminal holds it.
    pub guide_feed: FeedState,
    /// The shared feed as this terminal holds it.
    pub shared_feed: FeedState,
}

/// Why a cycle failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncError {
    /// Stable: `unreachable`, `refused`, `unauthorised`, `revoked`, `too_old`, `busy`, `protocol`, `store`.
    pub code: String,
    /// A sentence in English, without personal data.
    pub detail: String,
}

/// A feed as the terminal holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedState {
    /// The epoch of the cursor.
    pub epoch: Option<String>,
    /// How far it was read.
    pub seq: u64,
    /// How many items are held.
    pub n_live: u64,
    /// Their digest.
    pub digest: FeedDigest,
}

/// `GET /v1/today?limit=`: the queue (今日队列); with a limit, its first tasks and all the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Today {
    /// The shop-local day.
    pub on: NaiveDate,
    /// Whether the engine has checked the day sheet since the daemon started.
    pub checked: bool,
    /// How many tasks are open; `tasks` may hold fewer, where the request set a limit.
    #[serde(default)]
    pub n_open: usize,
    /// Open tasks, in order.
    pub tasks: Vec<TaskRow>,
    /// What the gate holds.
    pub held: Vec<HeldRow>,
    /// Contacts logged today, newest first.
    pub done: Vec<DoneRow>,
}

/// One task in the queue: a contact with one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// The task.
    pub id: TaskId,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The customer's tier.
    pub tier: Tier,
    /// Place in the queue: the sum of the terms.
    pub score: i64,
    /// What the score is made of.
    pub terms: Vec<Term>,
    /// Over what to contact.
    pub channel: Channel,
    /// Who at headquarters asks for haste, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rush: Option<RushRow>,
    /// What is due, the most important first.
    pub dues: Vec<DueRow>,
}

/// Haste that headquarters asks for (催办).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RushRow {
    /// The day since which it stands; a sheet of an older version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// Who asks.
    pub by: String,
    /// Why.
    pub why: String,
}

/// One due of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DueRow {
    /// The due.
    pub due_id: DueId,
    /// Its plan.
    pub plan: PlanId,
    /// The plan's name.
    pub plan_name: Text,
    /// Its step.
    pub step: StepId,
    /// The step's name.
    pub step_name: Text,
    /// The day that the run counts from.
    pub anchor_on: NaiveDate,
    /// What tells the run from others of the plan: the anchor's date, or the id of the fact that it stands on.
    pub anchor_key: String,
    /// The attempt's first day.
    pub opens_on: NaiveDate,
    /// The attempt's last day.
    pub until_on: NaiveDate,
    /// 0 for the first attempt.
    pub attempt: u32,
    /// Over what.
    pub channel: Channel,
    /// What it is for.
    pub purpose: Purpose,
    /// What to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// What to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// On its first day not before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<NaiveTime>,
    /// The guide put it off until this time of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<NaiveTime>,
    /// Of a step with hours: until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<NaiveDateTime>,
    /// The kind of coupon to hand out with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
}

/// A task that the gate holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldRow {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The customer's tier.
    pub tier: Tier,
    /// Why, and until when.
    pub hold: Hold,
    /// Who at headquarters asks for haste, and why. The gate holds it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rush: Option<RushRow>,
    /// What is held.
    pub dues: Vec<DueRow>,
}

/// A contact logged today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoneRow {
    /// The op that logged it.
    pub op_id: OpId,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// When, shop-local.
    pub at: NaiveDateTime,
    /// What came of it.
    pub outcome: Outcome,
    /// What it closed: names of steps.
    pub steps: Vec<Text>,
}

/// `GET /v1/tasks/{id}`: everything that the screen shows of one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskDetail {
    /// The task.
    pub task: TaskRow,
    /// The customer.
    pub customer: CustomerCard,
    /// What to say: the script of the most important due, then the others.
    pub scripts: Vec<ScriptView>,
    /// What the time of the day holds: the task waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

/// A script with its template's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptView {
    /// The template's name.
    pub name: Text,
    /// Over what.
    pub channel: Channel,
    /// The text.
    pub script: Script,
    /// The template's text with the names of its variables in braces, so without anything of anybody: for a screen
    /// that others read along.
    #[serde(default)]
    pub unfilled: String,
}

/// `GET /v1/customers?q=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerList {
    /// The query that this answers.
    pub q: String,
    /// All customers of the terminal.
    pub n_all: usize,
    /// How many match.
    pub n_found: usize,
    /// The best of them.
    pub rows: Vec<CustomerRow>,
    /// What of the query was not understood, or is met by nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Whether not every customer has been read since the start: there may be more who match.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_partial: bool,
}

/// One customer in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// The customer.
    pub id: CustomerId,
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone_masked: Option<String>,
    /// The tier.
    pub tier: Tier,
    /// The last purchase's day.
    pub last_bought_on: Option<NaiveDate>,
    /// The sum of purchases in fen.
    pub total_fen: i64,
    /// Today's task, where there is one.
    pub task: Option<TaskId>,
    /// The characters of the name that match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_spans: Vec<Span>,
    /// The member's level (会员等级), where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The life stage (阶段), where it is known: the value of the tag group `STG`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
}

/// `GET /v1/outbox`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outbox {
    /// Unsent and rejected ops, oldest first, then the acknowledged ones that are kept.
    pub ops: Vec<OutboxRow>,
}

/// One op in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The op.
    pub op_id: OpId,
    /// Its number on this terminal.
    pub local_seq: u64,
    /// Its kind.
    pub kind: String,
    /// The customer.
    pub customer: CustomerId,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What became of it: `unsent`, or the hub's answer.
    pub state: String,
    /// Of a rejected one: the stable code of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of a rejected one: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// `POST /v1/enroll`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnrollLocalRequest {
    /// The hub's address, such as `https://hub.example`.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// Certificates of the authorities that alone are trusted for this hub, PEM; those of the system without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// Whether plain HTTP to another machine is allowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
    /// Whether the code may be of another guide than those who are enrolled here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub another: bool,
}

impl EnrollLocalRequest {
    /// A request with what every machine trusts.
    pub fn new(url: &str, code: &str) -> Self {
        Self { url: url.to_owned(), code: code.to_owned(), ca_pem: None, plain_http: false, another: false }
    }
}

/// `GET` and `PUT /v1/clock`; the latter on the virtual clock only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Which clock.
    #[serde(default)]
    pub kind: ClockKind,
    /// The shop-local time.
    pub now: NaiveDateTime,
}

/// One line of `GET /v1/events` (server-sent events): what changed, never the data itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Notice {
    /// The queue may have changed.
    Today,
    /// The state of sync has changed.
    Sync,
    /// These customers have changed.
    Customers {
        /// Which.
        ids: Vec<CustomerId>,
    },
    /// The clock was moved.
    Clock,
    /// Another guide is at the terminal, or nobody: what follows on this stream is theirs.
    Seat,
    /// Something is to be remembered: ids of the list of reminders, and a sentence that names nobody.
    Reminder {
        /// Which.
        ids: Vec<ReminderId>,
        /// In a few words.
        title: String,
        /// Whether it does not wait.
        urgent: bool,
        /// Whether the desktop has shown it.
        shown: bool,
    },
    /// A reminder of this customer was opened on the desktop.
    Open {
        /// Who; none where it concerns the day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<CustomerId>,
    },
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}
