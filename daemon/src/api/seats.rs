//! `/v1/seats`, `/v1/unlock`, `/v1/lock`, `/v1/here` and `/v1/pin`: who is at the terminal.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use guide_common::wire::local::Status;
use guide_common::wire::seat::{PinRequest, Seats, TURN_HEADER, UnlockRequest};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::app::App;

/// `GET /v1/seats`.
pub async fn list(State(app): State<Arc<App>>) -> Json<Seats> {
    Json(app.desk.list())
}

/// `POST /v1/unlock`.
pub async fn unlock(State(app): State<Arc<App>>, Body(request): Body<UnlockRequest>) -> Answer<impl IntoResponse> {
    if app.desk.front().is_none() {
        return Err(ApiError::not_enrolled());
    }
    let turn = app.unlock(request.guide.as_ref(), request.pin.as_deref()).await?;
    Ok(([(TURN_HEADER, turn)], Json(app.status()?)))
}

/// `POST /v1/lock`.
pub async fn lock(State(app): State<Arc<App>>) -> Answer<Json<Status>> {
    if app.desk.front().is_none() {
        return Err(ApiError::not_enrolled());
    }
    if !app.desk.lock() {
        return Err(ApiError::new(409, "no_pin", "this guide has no PIN: anybody could unlock the terminal again")
            .hint("guide pin set"));
    }
    Ok(Json(app.status()?))
}

/// `POST /v1/here`: a key was pressed; the terminal is not locked for a while.
pub async fn here(State(app): State<Arc<App>>, Seated(_): Seated) -> Json<Seats> {
    list(State(app)).await
}

/// `PUT /v1/pin`.
pub async fn pin(
    State(app): State<Arc<App>>,
    Seated(_): Seated,
    Body(request): Body<PinRequest>,
) -> Answer<Json<Seats>> {
    app.change_pin(request.old.as_deref(), request.new.as_deref()).await?;
    Ok(list(State(app)).await)
}
