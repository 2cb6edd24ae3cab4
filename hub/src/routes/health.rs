//! `GET /v1/health`: whether the hub serves and its database answers. It needs no token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::SCHEMA;
use serde::Serialize;

use crate::app::App;
use crate::problem::ProblemAnswer;

/// What the hub says of itself.
#[derive(Debug, Serialize)]
pub struct HealthResponse {
    /// Always `guide-hub`.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// The schema that it speaks.
    pub schema: u32,
    /// Whether it runs on the virtual clock.
    pub training: bool,
    /// How long it has served.
    pub uptime_s: u64,
}

/// Answers when the database does.
pub async fn health(State(app): State<Arc<App>>) -> Result<Json<HealthResponse>, ProblemAnswer> {
    app.db.ping().await?;
    Ok(Json(HealthResponse {
        program: "guide-hub",
        version: env!("CARGO_PKG_VERSION"),
        schema: SCHEMA,
        training: app.clock.is_virtual(),
        uptime_s: app.started.elapsed().as_secs(),
    }))
}
