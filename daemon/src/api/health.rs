//! `/v1/health` and `/v1/status`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::SCHEMA;
use guide_common::wire::local::{Health, Status};

use crate::api::error::Answer;
use crate::app::App;

/// `GET /v1/health`.
pub async fn health(State(app): State<Arc<App>>) -> Json<Health> {
    Json(Health {
        program: "guided".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        schema: SCHEMA,
        uptime_ms: u64::try_from(app.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        pid: std::process::id(),
    })
}

/// `GET /v1/status`.
pub async fn status(State(app): State<Arc<App>>) -> Answer<Json<Status>> {
    Ok(Json(app.status()?))
}
