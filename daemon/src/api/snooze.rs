//! `/v1/tasks/{id}/snooze`.

use axum::Json;
use axum::extract::Path;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use guide_common::fact::FactBody;
use guide_common::wire::record::{SavedResponse, SnoozeRequest};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::api::record;
use crate::api::tasks::not_open;
use crate::core::snooze::SnoozeError;

/// `POST /v1/tasks/{id}/snooze`.
pub async fn snooze(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<SnoozeRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let until = read(&request.until, terminal.core.clock.today()).ok_or_else(|| {
        let detail = "until is a day such as 2026-08-14, a time of today such as 14:30, or 2026-08-14T09:30";
        ApiError::bad_request(detail)
    })?;
    let (customer, snooze) = core.snooze(&id, &request.due_ids, until)?;
    record::save(core, &customer, vec![FactBody::Snooze(snooze)]).await.map(Json)
}

fn read(text: &str, today: NaiveDate) -> Option<NaiveDateTime> {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    match text.split_once('T') {
        Some((on, at)) => Some(day(on)?.and_time(time(at)?)),
        None => time(text).map(|at| today.and_time(at)).or_else(|| Some(day(text)?.and_time(NaiveTime::MIN))),
    }
}

impl From<SnoozeError> for ApiError {
    fn from(error: SnoozeError) -> Self {
        let detail = error.to_string();
        match error {
            SnoozeError::NotOpen(named) => not_open(&named),
            SnoozeError::UnknownDue => Self::new(404, "unknown_task", detail).hint("guide today lists the tasks"),
            SnoozeError::Past => Self::new(422, "snooze_past", detail),
            SnoozeError::TooLong { last_on, before } => {
                let before = before.format("%H:%M");
                Self::new(422, "snooze_too_long", format!("the last possible day is {last_on}, before {before}"))
            }
        }
    }
}
