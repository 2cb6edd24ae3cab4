//! `/v1/undo`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::record::{SavedResponse, UndoRequest};

use crate::api::error::Answer;
use crate::api::extract::{Body, terminal};
use crate::api::record;
use crate::app::App;

/// `POST /v1/undo`.
pub async fn undo(State(app): State<Arc<App>>, Body(request): Body<UndoRequest>) -> Answer<Json<SavedResponse>> {
    record::undo(&terminal(&app)?.core, request.op_id).await.map(Json)
}
