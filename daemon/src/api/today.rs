//! `/v1/today`.

use std::sync::Arc;

use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::api::error::Answer;
use crate::api::extract::{Asked, Seated};
use crate::app::follow_clock;

/// The query of `/v1/today`.
#[derive(Debug, Deserialize)]
pub struct TodayQuery {
    limit: Option<usize>,
}

/// `GET /v1/today?limit=`. At the first request of a day it shows that day's sheet; the check goes on behind it.
pub async fn show(Seated(terminal): Seated, Asked(query): Asked<TodayQuery>) -> Answer<impl IntoResponse> {
    let core = &terminal.core;
    if core.day() != terminal.core.clock.today() {
        let core = Arc::clone(core);
        tokio::spawn(async move { follow_clock(&core).await });
    }
    Ok(([(header::CONTENT_TYPE, "application/json")], core.today(query.limit.unwrap_or(usize::MAX))))
}
