//! `/v1/clock`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::{Clock, ClockKind, Notice};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::Body;
use crate::app::{App, follow_clock};

/// `GET /v1/clock`.
pub async fn show(State(app): State<Arc<App>>) -> Json<Clock> {
    Json(Clock { kind: app.clock.kind(), now: app.clock.now() })
}

/// `PUT /v1/clock`: answers when the queue of the day is worked out.
pub async fn set(State(app): State<Arc<App>>, Body(request): Body<Clock>) -> Answer<Json<Clock>> {
    if app.clock.kind() == ClockKind::Real {
        return Err(ApiError::new(403, "clock_is_real", "the machine's clock rules here and is not moved")
            .hint("guided run --clock virtual"));
    }
    app.clock.set(request.now).map_err(|error| {
        tracing::error!(%error, "moving the virtual clock");
        ApiError::new(503, "store", "the clock's file cannot be written")
    })?;
    for terminal in app.desk.terminals() {
        follow_clock(&terminal.core).await;
    }
    app.tell(&Notice::Clock);
    Ok(show(State(app)).await)
}
