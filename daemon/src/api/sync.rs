//! `/v1/sync`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::SyncStatus;

use crate::api::error::Answer;
use crate::api::extract::Seated;
use crate::app::App;

/// `GET /v1/sync`.
pub async fn show(State(app): State<Arc<App>>) -> Answer<Json<SyncStatus>> {
    Ok(Json(app.desk.front().map_or(Ok(SyncStatus::default()), |seat| seat.sync_status())?))
}

/// `POST /v1/sync/now`: answers when the cycle has ended, whatever came of it.
pub async fn now(Seated(terminal): Seated) -> Answer<Json<SyncStatus>> {
    terminal.sync.now().await;
    Ok(Json(terminal.sync.status()?))
}
