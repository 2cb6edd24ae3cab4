//! `/v1/sync`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::SyncStatus;

use crate::api::error::Answer;
use crate::api::extract::terminal;
use crate::app::App;

/// `GET /v1/sync`.
pub async fn show(State(app): State<Arc<App>>) -> Answer<Json<SyncStatus>> {
    Ok(Json(match app.terminal() {
        Some(terminal) => terminal.sync.status()?,
        None => SyncStatus::default(),
    }))
}

/// `POST /v1/sync/now`: answers when the cycle has ended, whatever came of it.
pub async fn now(State(app): State<Arc<App>>) -> Answer<Json<SyncStatus>> {
    let terminal = terminal(&app)?;
    terminal.sync.now().await;
    Ok(Json(terminal.sync.status()?))
}
