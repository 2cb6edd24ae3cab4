//! The edge to the daemon: effects become requests, answers and notices become events. Every request runs by itself,
//! so that a slow one never holds up the screen.

mod file;
mod library;
mod support;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use guide_common::wire::ask::AmnestyRequest;
use guide_common::wire::local::Notice;
use guide_common::wire::record::{ComplaintCloseRequest, NoteRequest};
use guide_common::wire::session::KeptSession;
use tokio::sync::{mpsc, watch};

use super::effect::{FileRequest, Linger, ListRequest, Request};
use super::event::{Answer, Event, Failure, FailureKind, Names, QueryId, ToastId};
use crate::client::{Client, ClientError};
use crate::training::State;

/// How long a toast is shown, and one with something to dial.
const TOAST_TIME: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(20)];
/// How many entries of a timeline are read.
const TIMELINE_ENTRIES: usize = 200;
/// After so long something that is still under way shows that it goes on.
const TICK: Duration = Duration::from_millis(super::app::TICK_MS);
/// So often the daemon is told that keys are pressed.
const HERE: Duration = Duration::from_secs(15);
/// The first pause before connecting again, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The daemon, as the interface reaches it.
#[derive(Clone)]
pub struct Backend {
    client: Arc<Client>,
    events: mpsc::Sender<Event>,
    /// When the daemon was last told that somebody is here.
    here: Arc<Mutex<Option<Instant>>>,
}

impl Backend {
    /// A backend at a socket, and its events. When the channel is full, requests wait: the screen drains it at every
    /// frame.
    pub fn at(socket: &Path) -> (Self, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(64);
        (Self { client: Arc::new(Client::at(socket)), events, here: Arc::default() }, receiver)
    }

    /// Sends a request; its answer comes as an event with the same id.
    pub fn ask(&self, query: QueryId, request: Request) {
        let backend = self.clone();
        tokio::spawn(async move {
            let answer = backend.answer(query, request).await;
            // a closed channel means that the interface has left
            let _ = backend.events.send(Event::Answered { query, answer }).await;
        });
    }

    /// Does something that may block, away from the screen.
    pub fn run(&self, work: impl FnOnce() -> Event + Send + 'static) {
        let events = self.events.clone();
        tokio::spawn(async move {
            if let Ok(event) = tokio::task::spawn_blocking(work).await {
                let _ = events.send(event).await;
            }
        });
    }

    /// Says after a while that a toast has been seen.
    pub fn expire(&self, id: ToastId, linger: Linger) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TOAST_TIME[linger as usize]).await;
            let _ = events.send(Event::ToastExpired(id)).await;
        });
    }

    /// Tells the daemon now and then that somebody is at the terminal.
    pub fn here(&self) {
        let mut told = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|at| at.elapsed() < HERE) {
            return;
        }
        *told = Some(Instant::now());
        let client = Arc::clone(&self.client);
        tokio::spawn(async move {
            // a terminal that is locked by now says so itself
            let _ = client.here().await;
        });
    }

    /// Tells how the demo's training stands, whenever that changes, and each second that one has passed.
    pub fn follow(&self, mut state: watch::Receiver<Arc<State>>) {
        let events = self.events.clone();
        let seconds = events.clone();
        tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_secs(1));
            clock.tick().await;
            loop {
                clock.tick().await;
                if seconds.send(Event::Second).await.is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            while state.changed().await.is_ok() {
                let now = Arc::clone(&state.borrow_and_update());
                if events.send(Event::Training(now)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Says when a moment has passed.
    pub fn tick(&self) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TICK).await;
            let _ = events.send(Event::Ticked).await;
        });
    }

    /// Listens for notices for as long as the interface runs, and connects again, ever more slowly, when the daemon
    /// goes away.
    pub fn listen(&self) {
        let backend = self.clone();
        tokio::spawn(async move {
            let mut pause = BACK_OFF.0;
            'turns: loop {
                let lost = match backend.client.events().await {
                    Ok(mut notices) => {
                        pause = BACK_OFF.0;
                        if backend.events.send(Event::Connected).await.is_err() {
                            return;
                        }
                        loop {
                            match notices.next().await {
                                Some(Ok(Notice::Seat)) => {
                                    // the stream ends with the turn
                                    if backend.events.send(Event::Noticed(Notice::Seat)).await.is_err() {
                                        return;
                                    }
                                    continue 'turns;
                                }
                                Some(Ok(notice)) => {
                                    if backend.events.send(Event::Noticed(notice)).await.is_err() {
                                        return;
                                    }
                                }
                                Some(Err(error)) => break Failure::from(error),
                                None => break Failure::lost("the daemon closed the stream of notices"),
                            }
                        }
                    }
                    // of a turn that is over
                    Err(ClientError::Problem(_)) => {
                        if backend.events.send(Event::Noticed(Notice::Seat)).await.is_err() {
                            return;
                        }
                        tokio::time::sleep(pause).await;
                        continue;
                    }
                    Err(error) => Failure::from(error),
                };
                if backend.events.send(Event::Lost(lost)).await.is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(BACK_OFF.1);
            }
        });
    }

    async fn answer(&self, query: QueryId, request: Request) -> Result<Answer, Failure> {
        let client = &self.client;
        Ok(match request {
            Request::Status => Answer::Status(Box::new(client.status().await?)),
            Request::Today { limit: Some(limit) } => Answer::Today(Box::new(client.today_first(limit).await?)),
            Request::Today { limit: None } => Answer::Today(Box::new(client.today().await?)),
            Request::Task(id, lang) => Answer::Task(id, Box::new(client.task(&id.to_string(), lang).await?)),
            Request::Customers { q, limit } => Answer::Customers(client.customers(&q, limit).await?),
            Request::Card(id) => {
                let card = client.customer(&id).await?;
                Answer::Card(id, Box::new(card))
            }
            Request::LogTask(id, request) => Answer::saved(client.log_outcome(&id.to_string(), &request).await?),
            Request::LogContact(id, request) => Answer::saved(client.log_contact(&id, &request).await?),
            Request::CloseComplaint(id, words) => {
                Answer::saved(client.close_complaint(&id, &ComplaintCloseRequest { words }).await?)
            }
            Request::KeepPromise(promise) => Answer::saved(client.keep_promise(promise).await?),
            Request::Undo(op_id) => Answer::saved(client.undo(op_id).await?),
            Request::Session => {
                let kept = client.session().await?.session;
                // one of another version is nothing to come back to
                Answer::Session(kept.and_then(|session| serde_json::from_value(session).ok()))
            }
            Request::KeepSession(session) => {
                let session = (!session.is_empty()).then(|| serde_json::to_value(&*session)).transpose();
                client.keep_session(&KeptSession { session: session.unwrap_or_default() }).await?;
                Answer::SessionKept
            }
            Request::Redo => Answer::saved(client.redo().await?),
            Request::Steps => Answer::Steps(Box::new(client.steps().await?)),
            Request::Snooze(id, request) => Answer::saved(client.snooze(&id.to_string(), &request).await?),
            Request::AddNote(id, text) => Answer::saved(client.add_note(&id, &NoteRequest { text }).await?),
            Request::TagGroups => Answer::TagGroups(client.tag_groups().await?),
            Request::AddTag(id, request) => Answer::saved(client.add_tag(&id, &request).await?),
            Request::RemoveTag(id, request) => Answer::saved(client.remove_tag(&id, &request).await?),
            Request::Timeline(id) => {
                let timeline = client.timeline(&id, TIMELINE_ENTRIES, false).await?;
                Answer::Timeline(id, Box::new(timeline))
            }
            Request::AddLead(request) => Answer::Lead(Box::new(client.add_lead(&request).await?)),
            Request::Reminders(None) => Answer::Reminders(client.reminders().await?),
            Request::Reminders(Some(id)) => Answer::Reminders(client.snooze_reminder(id, None).await?),
            Request::Amnesty => Answer::Amnesty(client.amnesty(None).await?.amnesty.map(Box::new)),
            Request::ApplyAmnesty => {
                Answer::AmnestyDone(Box::new(client.apply_amnesty(&AmnestyRequest::default()).await?))
            }
            Request::List(request) => match request {
                ListRequest::All => Answer::Lists(client.lists().await?),
                ListRequest::Save { name, filter } => Answer::ListSaved(client.save_list(&name, &filter).await?),
                ListRequest::Remove(name) => Answer::ListRemoved(client.remove_list(&name).await?),
            },
            Request::RevealPhone(id) => Answer::Phone(client.reveal_phone(&id).await?),
            Request::SetClock(now) => Answer::Clock(client.set_clock(now).await?),
            Request::SyncNow => Answer::Synced(Box::new(client.sync_now().await?)),
            Request::Faults => Answer::Faults(Box::new(client.faults().await?)),
            Request::Sync(request) => self.answer_sync(query, request).await?,
            Request::Report(period) => Answer::Report(Box::new(client.report(period, None).await?)),
            Request::Names => {
                let plans = client.plans().await?.into_iter().map(|plan| (plan.id, plan.name)).collect();
                let templates = client.templates().await?;
                let templates = templates.into_iter().map(|template| (template.id, template.name)).collect();
                Answer::Names(Box::new(Names { plans, templates }))
            }
            Request::Write(request) => write(*request).await?,
            Request::Seats { leaves } => {
                if leaves {
                    client.leave_turn();
                }
                Answer::Seats(client.seats().await?)
            }
            Request::Lock => {
                client.lock().await?;
                Answer::Seats(client.seats().await?)
            }
            Request::Unlock(guide, pin) => {
                client.unlock(Some(&guide), pin.as_deref()).await?;
                Answer::Seats(client.seats().await?)
            }
            Request::Template(request) => Answer::Template(self.template(request).await?),
            Request::Plan(request) => Answer::Plan(self.plan(request).await?),
        })
    }
}

/// Writes a file where that may take its time.
async fn write(request: FileRequest) -> Result<Answer, Failure> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let written = tokio::task::spawn_blocking(move || file::write(&request, home.as_deref())).await;
    written.unwrap_or_else(|error| Err(Failure::lost(&error.to_string()))).map(Answer::Written)
}

impl Failure {
    fn lost(detail: &str) -> Self {
        Self { kind: FailureKind::Unreachable, code: "unreachable".to_owned(), detail: detail.to_owned(), hint: None }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let kind = match error {
            ClientError::Unreachable { .. } => FailureKind::Unreachable,
            ClientError::Problem(_) | ClientError::Protocol { .. } => FailureKind::Refused,
        };
        let code = error.code().to_owned();
        let detail = match &error {
            ClientError::Unreachable { source, .. } => format!("{error}: {source}"),
            ClientError::Problem(_) | ClientError::Protocol { .. } => error.to_string(),
        };
        let hint = match error {
            ClientError::Problem(problem) => problem.hint,
            ClientError::Unreachable { .. } | ClientError::Protocol { .. } => None,
        };
        Self { kind, code, detail, hint }
    }
}
