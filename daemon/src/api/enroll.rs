//! `/v1/enroll`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::{ClockKind, EnrollLocalRequest, Notice, Status};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::Body;
use crate::app::App;
use crate::profile::GuideFolder;
use crate::sync::client::check_url;
use crate::sync::enroll;

/// `POST /v1/enroll`: answers with the state when the terminal is enrolled; the first sync goes on behind it.
pub async fn enroll(State(app): State<Arc<App>>, Body(request): Body<EnrollLocalRequest>) -> Answer<Json<Status>> {
    let _guard = app.enrolling.lock().await;
    if app.terminal().is_some() {
        return Err(ApiError::new(409, "already_enrolled", "this terminal is enrolled already"));
    }
    check_url(&request.url).map_err(ApiError::bad_request)?;
    let training = app.clock.kind() == ClockKind::Virtual;
    let (profile, token) = enroll::enroll(&request.url, &request.code, training).await?;
    let folder = GuideFolder::of(&app.paths.guides(), &profile);
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(%error, source = ?error.source(), "writing the enrolment");
        ApiError::new(503, "store", format!("the enrolment cannot be written: {error}"))
            .hint("make room on the disk or mend its rights, then enrol with a new code")
    };
    folder.write(&profile, &token).map_err(|error| failed(&error))?;
    app.open(&folder, profile, token).map_err(|error| failed(&error))?;
    app.events.tell(Notice::Today);
    app.events.tell(Notice::Sync);
    Ok(Json(app.status()?))
}
