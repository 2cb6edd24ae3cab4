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
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;

/// How often a silent stream says that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// `GET /v1/events`. The stream ends when the daemon stops.
pub async fn listen(State(app): State<Arc<App>>) -> impl IntoResponse {
    let state = (app.events.listen(), app.shutdown.clone(), VecDeque::new(), app.events.attach());
    let events = stream::unfold(state, |(mut notices, mut shutdown, mut waiting, attached)| async move {
        let notice = loop {
            if let Some(notice) = waiting.pop_front() {
                break notice;
            }
            let received = tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return None,
                received = notices.recv() => received,
            };
            match received {
                Ok(notice) => break notice,
                // who is too slow looks at everything again
                Err(RecvError::Lagged(_)) => waiting.extend([Notice::Today, Notice::Sync]),
                Err(RecvError::Closed) => return None,
            }
        };
        Some((event(&notice), (notices, shutdown, waiting, attached)))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn event(notice: &Notice) -> Result<Event, Infallible> {
    Ok(Event::default().data(serde_json::to_string(notice).unwrap_or_default()))
}
