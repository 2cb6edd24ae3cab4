//! `/v1/reminders`, and `/v1/reload`, which reads the settings again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use guide_common::id::ReminderId;
use guide_common::wire::local::ReloadAnswer;
use guide_common::wire::remind::{ReminderTest, Reminders, SnoozeReminder};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::app::App;

/// The farthest that a reminder is put off, in minutes: a day.
const MAX_MINUTES: u32 = 24 * 60;

/// `GET /v1/reminders`.
pub async fn list(Seated(terminal): Seated) -> Answer<Json<Reminders>> {
    Ok(Json(terminal.reminding.list()))
}

/// `POST /v1/reminders/{id}/snooze`: answers the list as it is then.
pub async fn snooze(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<SnoozeReminder>,
) -> Answer<Json<Reminders>> {
    let reminding = &terminal.reminding;
    let unknown = || ApiError::new(404, "unknown_reminder", "there is no such reminder").hint("guide remind list");
    let id: ReminderId = id.parse().map_err(|_| unknown())?;
    if !reminding.stands(id) {
        return Err(unknown());
    }
    if request.minutes.is_some_and(|minutes| !(1..=MAX_MINUTES).contains(&minutes)) {
        return Err(ApiError::bad_request("a reminder is put off by 1 to 1440 minutes"));
    }
    reminding.snooze(&[id], request.minutes).map_err(|error| {
        tracing::error!(%error, "putting a reminder off");
        ApiError::new(503, "store", "the file of reminders cannot be written").hint("make room on the disk")
    })?;
    Ok(Json(reminding.list()))
}

/// `POST /v1/reminders/test`.
pub async fn test(Seated(terminal): Seated) -> Answer<Json<ReminderTest>> {
    Ok(Json(terminal.reminding.test().await))
}

/// `POST /v1/reload`.
pub async fn reload(State(app): State<Arc<App>>) -> Json<ReloadAnswer> {
    Json(ReloadAnswer { faults: app.settings.reload() })
}
