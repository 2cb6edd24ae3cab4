//! `/v1/undo` and `/v1/redo`.

use axum::Json;
use guide_common::wire::record::{SavedResponse, Steps, UndoRequest};

use crate::api::error::Answer;
use crate::api::extract::{Body, Seated};
use crate::api::record;

/// `GET /v1/undo`.
pub async fn steps(Seated(terminal): Seated) -> Answer<Json<Steps>> {
    Ok(Json(terminal.core.steps()?))
}

/// `POST /v1/undo`.
pub async fn undo(Seated(terminal): Seated, Body(request): Body<UndoRequest>) -> Answer<Json<SavedResponse>> {
    record::undo(&terminal.core, request.op_id).await.map(Json)
}

/// `POST /v1/redo`.
pub async fn redo(Seated(terminal): Seated) -> Answer<Json<SavedResponse>> {
    record::redo(&terminal.core).await.map(Json)
}
