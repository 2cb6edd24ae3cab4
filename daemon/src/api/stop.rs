//! `/v1/stop`: a newer `guide` asks for it, and `guide stop`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::Health;

use crate::api::error::{Answer, ApiError};
use crate::api::health;
use crate::app::App;

/// `POST /v1/stop`: what is under way ends, the cache is closed, the process ends; the answer is who stops. What the
/// outbox holds stays there.
pub async fn stop(State(app): State<Arc<App>>) -> Answer<Json<Health>> {
    let Some(stopper) = &app.stopper else {
        return Err(ApiError::new(409, "own_options", "this guided was started with options of its own")
            .hint("stop it where it was started"));
    };
    tracing::info!("a client asked for the stop");
    // nobody left to tell means that it has stopped
    let _ = stopper.send(true);
    Ok(health::health(State(app)).await)
}
