//! What the screen of sync asks: some of it takes long, and the app is told each second that it is still under way.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use guide_common::id::CustomerId;
use guide_common::wire::Problem;
use guide_common::wire::support::{Doctor, ResendRequest};
use serde_json::value::RawValue;

use super::Backend;
use crate::cli::own_checks::{Surroundings, serves};
use crate::cli::replay::Replay;
use crate::cli::start::beside_or_in_path;
use crate::cli::who;
use crate::client::ClientError;
use crate::interface::effect::SyncRequest;
use crate::interface::event::{Answer, Event, QueryId, SyncPart};

/// So many are looked at to see whether a name means one customer alone.
const N_NAMED: usize = 10;
/// How often the app is told that something is under way.
const BEAT: Duration = Duration::from_secs(1);

/// Goes through a bundle's cycles again: with nothing of this terminal, as on another machine.
async fn replay(bundle: String) -> Result<Replay, ClientError> {
    let failed = |reason: String| ClientError::Protocol { path: "guided replay".to_owned(), reason };
    let program = beside_or_in_path("guided").ok_or_else(|| failed("there is no guided".to_owned()))?;
    let mut command = Command::new(program);
    command.args(["replay", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let run = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(bundle.as_bytes())?;
        }
        child.wait_with_output()
    });
    let output = run.await.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
    let cycles = serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
    Ok(Replay { cycles })
}

impl Backend {
    /// The answer to a request of the screen of sync.
    pub(super) async fn answer_sync(&self, query: QueryId, request: SyncRequest) -> Result<Answer, ClientError> {
        let client = &self.client;
        let part = match request {
            SyncRequest::Outbox => SyncPart::Outbox(client.outbox().await?),
            SyncRequest::Op(op) => SyncPart::Op(client.outbox_op(op).await?),
            SyncRequest::Rejected => SyncPart::Rejected(client.rejected_ops().await?),
            SyncRequest::Resend { op, body, customer } => {
                let body = body.map(RawValue::from_string).transpose().map_err(|error| ClientError::Protocol {
                    path: "/v1/outbox".to_owned(),
                    reason: error.to_string(),
                })?;
                let customer = match customer {
                    Some(word) => Some(self.customer_named(&word).await?),
                    None => None,
                };
                SyncPart::Resent(client.resend(op, &ResendRequest { body, customer }).await?)
            }
            SyncRequest::Discard(op) => SyncPart::Discarded(client.discard(op).await?),
            SyncRequest::Log => SyncPart::Log(client.sync_log().await?),
            SyncRequest::Doctor => SyncPart::Doctor(self.beating(query, self.doctor()).await?),
            SyncRequest::Verify => SyncPart::Verified(self.beating(query, client.verify(false)).await?),
            SyncRequest::Heal => SyncPart::Verified(self.beating(query, client.verify(true)).await?),
            SyncRequest::Bundle => SyncPart::Bundle(self.beating(query, client.bundle()).await?),
            SyncRequest::Replay(bundle) => SyncPart::Replayed(self.beating(query, replay(bundle)).await?),
            SyncRequest::SetFaults(plan) => return Ok(Answer::Faults(Box::new(client.set_faults(&plan).await?))),
        };
        Ok(Answer::Sync { at: Utc::now(), part: Box::new(part) })
    }

    /// The one customer whom an id or a name means.
    async fn customer_named(&self, word: &str) -> Result<CustomerId, ClientError> {
        let list = self.client.customers(word, N_NAMED).await?;
        let problem = match list.rows.is_empty() {
            true => Problem::new(404, "unknown_customer", format!("nobody is called {word:?}")),
            false => Problem::new(422, "several_customers", format!("{word:?} finds {} customers", list.n_found)),
        };
        who::only(word, &list).map(|row| row.id.clone()).ok_or(ClientError::Problem(problem))
    }

    /// This terminal, the way to the daemon, and what the daemon finds: the checks of `guide doctor`.
    async fn doctor(&self) -> Result<Doctor, ClientError> {
        let mut checks = Surroundings::read().checks();
        let began = Instant::now();
        checks.push(serves(&self.client.health().await?, began.elapsed()));
        checks.extend(self.client.doctor().await?.checks);
        let state = checks.iter().map(|check| check.state).max().unwrap_or_default();
        Ok(Doctor { state, checks })
    }

    /// Waits for an answer and tells each second how long it has been.
    async fn beating<T>(&self, query: QueryId, answer: impl Future<Output = T>) -> T {
        let mut answer = std::pin::pin!(answer);
        let mut seconds = 0;
        loop {
            tokio::select! {
                answer = &mut answer => return answer,
                () = tokio::time::sleep(BEAT) => {
                    seconds += 1;
                    // a closed channel means that the interface has left
                    let _ = self.events.send(Event::Waited { query, seconds }).await;
                }
            }
        }
    }
}
