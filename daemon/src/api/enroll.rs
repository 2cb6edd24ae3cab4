//! `/v1/enroll`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use guide_common::wire::local::{ClockKind, EnrollLocalRequest};
use guide_common::wire::seat::TURN_HEADER;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::Body;
use crate::app::App;
use crate::profile::GuideFolder;
use crate::sync::address::address;
use crate::sync::enroll;
use crate::sync::transport::Trust;

/// `POST /v1/enroll`: answers with the state when the guide is enrolled; the first sync goes on behind it. A guide whom
/// the hub no longer accepts, or who has forgotten the PIN, is enrolled again, with all that was saved here.
pub async fn enroll(State(app): State<Arc<App>>, Body(request): Body<EnrollLocalRequest>) -> Answer<impl IntoResponse> {
    let _guard = app.enrolling.lock().await;
    let front = app.desk.front();
    let is_in_use = front.as_ref().is_some_and(|seat| !seat.is_refused() && !app.desk.is_locked());
    if is_in_use && !request.another {
        return Err(ApiError::new(409, "already_enrolled", "this terminal is enrolled already")
            .hint("guide enroll --another URL enrols another guide here"));
    }
    address(&request.url, request.plain_http).map_err(ApiError::bad_request)?;
    let trust = Trust { ca_pem: request.ca_pem, plain_http: request.plain_http };
    let training = app.clock.kind() == ClockKind::Virtual;
    let (profile, token) = enroll::enroll(&request.url, &request.code, trust, training, Arc::clone(&app.clock)).await?;
    let is_other = match app.desk.find(&profile.guide.id) {
        Some(seat) => !seat.is_of(&profile),
        None => front.is_some() && !request.another,
    };
    if is_other {
        let detail = "this code is for another guide or hub than the one that this terminal holds the data of";
        return Err(
            ApiError::new(409, "other_guide", detail).hint("guide enroll --another URL enrols another guide here")
        );
    }
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(%error, source = ?error.source(), "writing the enrolment");
        ApiError::new(503, "store", format!("the enrolment cannot be written: {error}"))
            .hint("make room on the disk or mend its rights, then enrol with a new code")
    };
    let folder = GuideFolder::of(&app.paths.guides(), &profile).map_err(|error| failed(&error))?;
    let turn = app.enrolled(folder, profile, token).await.map_err(|error| failed(&error))?;
    Ok(([(TURN_HEADER, turn)], Json(app.status()?)))
}
