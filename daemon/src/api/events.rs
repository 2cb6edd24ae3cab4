//! `/v1/events`: server-sent events, one notice each.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use guide_common::wire::local::Notice;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::Resolved;
use crate::app::App;
use crate::events::Attached;
use crate::seat::NoTerminal;

/// How often a silent stream says that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// What one client hears.
struct Stream {
    /// Who is at the terminal.
    turns: Receiver<Notice>,
    /// What changes of the guide whose turn it was when the stream began; nothing while the terminal was locked.
    notices: Option<Receiver<Notice>>,
    shutdown: watch::Receiver<bool>,
    waiting: VecDeque<Notice>,
    /// Whether the turn is over.
    is_over: bool,
    _attached: Option<Attached>,
}

/// `GET /v1/events`. The stream ends with the turn that it began in, after a last notice of that, and when the daemon
/// stops.
pub async fn listen(State(app): State<Arc<App>>, resolved: Resolved) -> Answer<impl IntoResponse> {
    let turns = app.desk.events.listen();
    let terminal = match resolved.found {
        Ok(terminal) => Some(terminal),
        Err(NoTerminal::OtherTurn) => return Err(ApiError::no_terminal(NoTerminal::OtherTurn)),
        Err(NoTerminal::NotEnrolled | NoTerminal::Locked) => None,
    };
    // what ended before it was listened to is over at once
    let is_current = app.desk.is_at_it(terminal.as_ref());
    let stream = Stream {
        turns,
        notices: terminal.as_ref().map(|terminal| terminal.core.events.listen()),
        shutdown: app.shutdown.clone(),
        waiting: if is_current { VecDeque::new() } else { VecDeque::from([Notice::Seat]) },
        is_over: !is_current,
        _attached: terminal.map(|terminal| terminal.core.events.attach()),
    };
    let events = stream::unfold(stream, |mut stream| async move {
        let notice = stream.next().await?;
        Some((event(&notice), stream))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

impl Stream {
    async fn next(&mut self) -> Option<Notice> {
        loop {
            if let Some(notice) = self.waiting.pop_front() {
                return Some(notice);
            }
            if self.is_over {
                return None;
            }
            let notices = async {
                match &mut self.notices {
                    Some(notices) => notices.recv().await,
                    None => std::future::pending().await,
                }
            };
            let received = tokio::select! {
                biased;
                _ = self.shutdown.wait_for(|stop| *stop) => return None,
                turn = self.turns.recv() => match turn {
                    Ok(Notice::Seat) | Err(RecvError::Lagged(_)) => {
                        self.is_over = true;
                        return Some(Notice::Seat);
                    }
                    turn => turn,
                },
                received = notices => received,
            };
            match received {
                Ok(notice) => return Some(notice),
                // who is too slow looks at everything again
                Err(RecvError::Lagged(_)) => self.waiting.extend([Notice::Today, Notice::Sync]),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn event(notice: &Notice) -> Result<Event, Infallible> {
    Ok(Event::default().data(serde_json::to_string(notice).unwrap_or_default()))
}
