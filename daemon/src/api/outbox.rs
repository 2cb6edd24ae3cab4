//! `/v1/outbox`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::Outbox;

use crate::api::error::Answer;
use crate::api::extract::terminal;
use crate::app::App;

/// `GET /v1/outbox`.
pub async fn show(State(app): State<Arc<App>>) -> Answer<Json<Outbox>> {
    Ok(Json(terminal(&app)?.core.outbox_rows()))
}
