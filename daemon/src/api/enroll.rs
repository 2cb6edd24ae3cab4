//! `/v1/enroll`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::local::{ClockKind, EnrollLocalRequest, Notice, Status};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::Body;
use crate::app::{App, Terminal};
use crate::profile::{GuideFolder, Profile};
use crate::sync::Access;
use crate::sync::address::address;
use crate::sync::enroll;
use crate::sync::transport::Trust;

/// `POST /v1/enroll`: answers with the state when the terminal is enrolled; the first sync goes on behind it. A terminal
/// that the hub no longer accepts is enrolled again for the same guide, with all that it holds.
pub async fn enroll(State(app): State<Arc<App>>, Body(request): Body<EnrollLocalRequest>) -> Answer<Json<Status>> {
    let _guard = app.enrolling.lock().await;
    let before = app.terminal();
    if before.is_some_and(|terminal| !terminal.sync.is_refused()) {
        return Err(ApiError::new(409, "already_enrolled", "this terminal is enrolled already"));
    }
    address(&request.url, request.plain_http).map_err(ApiError::bad_request)?;
    let trust = Trust { ca_pem: request.ca_pem, plain_http: request.plain_http };
    let training = app.clock.kind() == ClockKind::Virtual;
    let (profile, token) = enroll::enroll(&request.url, &request.code, trust, training, Arc::clone(&app.clock)).await?;
    if before.is_some_and(|terminal| !is_same(terminal, &profile)) {
        let detail = "this code is for another guide or hub than the one that this terminal holds the data of";
        return Err(ApiError::new(409, "other_guide", detail));
    }
    let folder = GuideFolder::of(&app.paths.guides(), &profile);
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(%error, source = ?error.source(), "writing the enrolment");
        ApiError::new(503, "store", format!("the enrolment cannot be written: {error}"))
            .hint("make room on the disk or mend its rights, then enrol with a new code")
    };
    folder.write(&profile, &token).map_err(|error| failed(&error))?;
    match before {
        Some(terminal) => terminal.sync.renew(Access { hub: profile.hub, token, trust: profile.trust }),
        None => app.open(&folder, profile, token).map_err(|error| failed(&error))?,
    }
    app.events.tell(Notice::Today);
    app.events.tell(Notice::Sync);
    Ok(Json(app.status()?))
}

/// Whether an enrolment is of the guide and the hub whose data lie here.
fn is_same(terminal: &Terminal, profile: &Profile) -> bool {
    terminal.core.profile().id == profile.guide.id && terminal.digest_keys.guide.0 == profile.digest_keys.guide.0
}
