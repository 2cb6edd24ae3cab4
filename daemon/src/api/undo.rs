//! `/v1/undo` and `/v1/redo`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::record::{SavedResponse, Steps, UndoRequest};

use crate::api::error::Answer;
use crate::api::extract::{Body, terminal};
use crate::api::record;
use crate::app::App;

/// `GET /v1/undo`.
pub async fn steps(State(app): State<Arc<App>>) -> Answer<Json<Steps>> {
    Ok(Json(terminal(&app)?.core.steps()?))
}

/// `POST /v1/undo`.
pub async fn undo(State(app): State<Arc<App>>, Body(request): Body<UndoRequest>) -> Answer<Json<SavedResponse>> {
    record::undo(&terminal(&app)?.core, request.op_id).await.map(Json)
}

/// `POST /v1/redo`.
pub async fn redo(State(app): State<Arc<App>>) -> Answer<Json<SavedResponse>> {
    record::redo(&terminal(&app)?.core).await.map(Json)
}
