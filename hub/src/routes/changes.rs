//! `GET /v1/changes`: a feed from a cursor on, or the reason why that cursor cannot be read from.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guide_common::wire::hub::{
    ChangesQuery, ChangesResponse, FeedDigest, FeedName, MAX_PAGE_ITEMS, ResetReason, ResetResponse,
};
use guide_common::wire::{Problem, SCHEMA};

use crate::app::App;
use crate::auth::Caller;
use crate::db::feed::SHARED;
use crate::db::page::{self, Page};
use crate::error::HubError;
use crate::problem::ProblemAnswer;

/// Answers 200 with changes, 304 where the terminal holds exactly the feed, or 409 with the reason of a reset.
pub async fn changes(
    State(app): State<App>,
    Caller(device): Caller,
    query: Result<Query<ChangesQuery>, QueryRejection>,
) -> Result<Response, ProblemAnswer> {
    let Query(query) = query.map_err(|rejection| Problem::new(400, "bad_request", rejection.body_text()))?;
    let guide_id = match query.feed {
        FeedName::Guide => device.guide.as_str(),
        FeedName::Shared => SHARED,
    };
    let limit = query.limit.unwrap_or(MAX_PAGE_ITEMS).clamp(1, MAX_PAGE_ITEMS);
    let mut conn = app.db.conn().await?;
    let page = page::read(&mut conn, guide_id, query.since, limit).await?;
    let page = page.ok_or_else(|| HubError::corrupt(format!("the guide {guide_id} (no feed)")))?;
    drop(conn);
    if let Some(reason) = reset_reason(&query, &page) {
        tracing::info!(?reason, since = query.since, head = page.head, "a cursor is reset");
        let reset = ResetResponse { reset: true, epoch: page.epoch, head: page.head, reason };
        return Ok((StatusCode::CONFLICT, Json(reset)).into_response());
    }
    let tag = tag(&page.epoch, page.head, page.digest);
    let mut response = if holds_all(&query, &page) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(ChangesResponse {
            epoch: page.epoch,
            head: page.head,
            floor: page.floor,
            n_live: page.n_live,
            digest: page.digest,
            items: page.items,
            more: page.more,
            schema_min: SCHEMA,
            schema_max: SCHEMA,
        })
        .into_response()
    };
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// Why the terminal must pull afresh. A pull of everything by a terminal that claims to hold nothing never must.
fn reset_reason(query: &ChangesQuery, page: &Page) -> Option<ResetReason> {
    let claims_content = query.n_live.is_some() || query.digest.is_some();
    if query.since == 0 && !claims_content {
        return None;
    }
    if query.epoch.as_deref() != Some(page.epoch.as_str()) {
        return Some(ResetReason::Epoch);
    }
    if query.since > page.head {
        return Some(ResetReason::Ahead);
    }
    if query.since < page.floor {
        return Some(ResetReason::TooOld);
    }
    let other_content =
        query.n_live.is_some_and(|n| n != page.n_live) || query.digest.is_some_and(|d| d != page.digest);
    (query.since == page.head && other_content).then_some(ResetReason::Digest)
}

/// Epoch, cursor, count and digest all equal the feed's. The caller's `If-None-Match` says the same in one word and
/// cannot say more, so it decides nothing.
fn holds_all(query: &ChangesQuery, page: &Page) -> bool {
    query.epoch.as_deref() == Some(page.epoch.as_str())
        && query.since == page.head
        && query.n_live == Some(page.n_live)
        && query.digest == Some(page.digest)
}

fn tag(epoch: &str, head: u64, digest: FeedDigest) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{epoch}:{head}:{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
