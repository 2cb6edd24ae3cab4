//! The edge to the daemon: effects become requests, answers and notices become events. Every request runs by itself,
//! so that a slow one never holds up the screen.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use guide_common::wire::record::ComplaintCloseRequest;
use tokio::sync::mpsc;

use super::effect::Request;
use super::event::{Answer, Event, Failure, FailureKind, QueryId, ToastId};
use crate::client::{Client, ClientError};

/// How long a toast is shown.
const TOAST_TIME: Duration = Duration::from_secs(4);
/// The first pause before connecting again, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The daemon, as the interface reaches it.
#[derive(Clone)]
pub struct Backend {
    client: Arc<Client>,
    events: mpsc::Sender<Event>,
}

impl Backend {
    /// A backend at a socket, and its events. When the channel is full, requests wait: the screen drains it at every
    /// frame.
    pub fn at(socket: &Path) -> (Self, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(64);
        (Self { client: Arc::new(Client::at(socket)), events }, receiver)
    }

    /// Sends a request; its answer comes as an event with the same id.
    pub fn ask(&self, query: QueryId, request: Request) {
        let backend = self.clone();
        tokio::spawn(async move {
            let answer = backend.answer(request).await.map_err(Failure::from);
            // a closed channel means that the interface has left
            let _ = backend.events.send(Event::Answered { query, answer }).await;
        });
    }

    /// Says after a while that a toast has been seen.
    pub fn expire(&self, id: ToastId) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TOAST_TIME).await;
            let _ = events.send(Event::ToastExpired(id)).await;
        });
    }

    /// Listens for notices for as long as the interface runs, and connects again, ever more slowly, when the daemon
    /// goes away.
    pub fn listen(&self) {
        let backend = self.clone();
        tokio::spawn(async move {
            let mut pause = BACK_OFF.0;
            loop {
                let lost = match backend.client.events().await {
                    Ok(mut notices) => {
                        pause = BACK_OFF.0;
                        if backend.events.send(Event::Connected).await.is_err() {
                            return;
                        }
                        loop {
                            match notices.next().await {
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

    async fn answer(&self, request: Request) -> Result<Answer, ClientError> {
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
            Request::LogTask(id, request) => Answer::Saved(client.log_outcome(&id.to_string(), &request).await?),
            Request::LogContact(id, request) => Answer::Saved(client.log_contact(&id, &request).await?),
            Request::CloseComplaint(id, words) => {
                Answer::Saved(client.close_complaint(&id, &ComplaintCloseRequest { words }).await?)
            }
            Request::KeepPromise(promise) => Answer::Saved(client.keep_promise(promise).await?),
            Request::Undo => Answer::Saved(client.undo(None).await?),
            Request::SetClock(now) => Answer::Clock(client.set_clock(now).await?),
            Request::SyncNow => Answer::Synced(Box::new(client.sync_now().await?)),
            Request::Faults => Answer::Faults(Box::new(client.faults().await?)),
        })
    }
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
