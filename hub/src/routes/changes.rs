//! `GET /v1/changes`: a feed from a cursor on, at once or when something has changed, or the reason why that cursor cannot
//! be read from.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guide_common::wire::hub::{
    ChangesQuery, ChangesResponse, FeedName, FeedPlace, MAX_PAGE_ITEMS, MAX_WAIT_S, OTHER_HEADER, ResetReason,
    ResetResponse,
};
use guide_common::wire::{SCHEMA, SCHEMA_MIN};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{bad_query, feed_id, no_feed};
use crate::app::App;
use crate::auth::Caller;
use crate::db::page::{self, FeedState, Page};
use crate::problem::ProblemAnswer;
use crate::server::Stopping;

/// Answers 200 with changes, 304 where the terminal holds exactly the feed, or 409 with the reason of a reset. With
/// `wait` the 304 comes only when nothing has changed for so long.
pub async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut stopping: Stopping,
    query: Result<Query<ChangesQuery>, QueryRejection>,
) -> Result<Response, ProblemAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    app.cursors.note(caller.device(), &query);
    let own = feed_id(caller.device(), query.feed);
    let other = feed_id(
        caller.device(),
        match query.feed {
            FeedName::Guide => FeedName::Shared,
            FeedName::Shared => FeedName::Guide,
        },
    );
    let wait = wait(&query);
    let until = Instant::now() + wait;
    let is_waiting = !wait.is_zero();
    // before the feeds are looked at, so that no change falls between the look and the wait
    let mut own_moves = is_waiting.then(|| app.db.heads().watch(&app.db, own));
    let mut other_moves = (is_waiting && query.other.is_some()).then(|| app.db.heads().watch(&app.db, other));
    let mut has_waited = false;
    let (look, elsewhere) = loop {
        let look = look(&app, own, &query).await?;
        let elsewhere = match &query.other {
            Some(_) => Some(place(&app, other).await?),
            None => None,
        };
        let goes_on = matches!(look, Look::Same(_)) && elsewhere == query.other && Instant::now() < until;
        if !goes_on || stopping.is_asked() {
            break (look, elsewhere);
        }
        has_waited = true;
        tokio::select! {
            () = moved(&mut own_moves) => {}
            () = moved(&mut other_moves) => {}
            () = tokio::time::sleep_until(until) => {}
            () = stopping.asked() => {}
        }
    };
    if has_waited {
        // a terminal that was revoked meanwhile is told so, and nothing else
        caller.check_again(&app).await?;
    }
    let mut response = look.into_response();
    if let Some(place) = elsewhere
        && let Ok(value) = HeaderValue::from_str(&place.to_string())
    {
        response.headers_mut().insert(HeaderName::from_static(OTHER_HEADER), value);
    }
    Ok(response)
}

/// For how long to wait, up to a twentieth less than asked for, so that terminals which began at once do not end at once.
fn wait(query: &ChangesQuery) -> Duration {
    let asked = Duration::from_secs(query.wait.unwrap_or_default().min(MAX_WAIT_S).into());
    asked.mul_f64(1.0 - rand::random::<f64>() / 20.0)
}

async fn moved(moves: &mut Option<watch::Receiver<()>>) {
    if let Some(moves) = moves
        && moves.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// What a terminal is told.
enum Look {
    /// It holds exactly the feed.
    Same(FeedState),
    /// Changes.
    Page(Page),
    /// Its cursor cannot be read from.
    Reset(ResetResponse),
}

async fn look(app: &App, guide_id: &str, query: &ChangesQuery) -> Result<Look, ProblemAnswer> {
    let heads = app.db.heads();
    // what is remembered may be half a second old: it tells that nothing has changed, and never anything else; and only
    // who would wait for a change anyway is told so
    let remembered = heads.fresh(guide_id).filter(|state| query.wait.is_some() && holds_all(query, state));
    if let Some(state) = remembered {
        return Ok(Look::Same(state));
    }
    let limit = query.limit.unwrap_or(MAX_PAGE_ITEMS).clamp(1, MAX_PAGE_ITEMS);
    let _permit = app.admit()?;
    let reading = heads.reading(guide_id);
    let mut conn = app.db.warm().await?;
    // nearly every terminal that says what it holds holds everything, and one row tells
    if query.digest.is_some()
        && let Some(state) = page::state(&mut conn, guide_id).await?.filter(|state| holds_all(query, state))
    {
        conn.hand_on();
        heads.note(guide_id, reading, state.clone());
        return Ok(Look::Same(state));
    }
    let page = page::read(&mut conn, guide_id, query.since, limit).await?;
    conn.hand_on();
    let page = page.ok_or_else(|| no_feed(guide_id))?;
    heads.note(guide_id, reading, page.state.clone());
    if let Some(reason) = reset_reason(query, &page) {
        let FeedState { epoch, head, .. } = page.state;
        tracing::info!(?reason, since = query.since, head, "a cursor is reset");
        return Ok(Look::Reset(ResetResponse { reset: true, epoch, head, reason }));
    }
    Ok(if holds_all(query, &page.state) { Look::Same(page.state) } else { Look::Page(page) })
}

/// Where a feed is, from memory where that is fresh.
async fn place(app: &App, guide_id: &str) -> Result<FeedPlace, ProblemAnswer> {
    let heads = app.db.heads();
    let at = |state: FeedState| FeedPlace { epoch: state.epoch, seq: state.head };
    if let Some(state) = heads.fresh(guide_id) {
        return Ok(at(state));
    }
    // ten thousand who are woken by one change ask once
    let _turn = heads.turn(guide_id).await;
    if let Some(state) = heads.fresh(guide_id) {
        return Ok(at(state));
    }
    let reading = heads.reading(guide_id);
    let mut conn = app.db.warm().await?;
    let state = page::state(&mut conn, guide_id).await?;
    conn.hand_on();
    let state = state.ok_or_else(|| no_feed(guide_id))?;
    heads.note(guide_id, reading, state.clone());
    Ok(at(state))
}

/// Why the terminal must pull afresh. A pull of everything by a terminal that claims to hold nothing never must.
fn reset_reason(query: &ChangesQuery, page: &Page) -> Option<ResetReason> {
    let claims_content = query.n_live.is_some() || query.digest.is_some();
    if query.since == 0 && !claims_content {
        return None;
    }
    let state = &page.state;
    if query.epoch.as_deref() != Some(state.epoch.as_str()) {
        return Some(ResetReason::Epoch);
    }
    if query.since.max(query.seen.unwrap_or_default()) > state.head {
        return Some(ResetReason::Ahead);
    }
    if query.since < page.floor {
        return Some(ResetReason::TooOld);
    }
    let other_content =
        query.n_live.is_some_and(|n| n != state.n_live) || query.digest.is_some_and(|d| d != state.digest);
    (query.since == state.head && other_content).then_some(ResetReason::Digest)
}

/// Epoch, cursor, count and digest all equal the feed's, and no head was ever told that the feed has not reached. The
/// caller's `If-None-Match` says the same in one word and cannot say more, so it decides nothing.
fn holds_all(query: &ChangesQuery, state: &FeedState) -> bool {
    query.epoch.as_deref() == Some(state.epoch.as_str())
        && query.since == state.head
        && query.seen.is_none_or(|seen| seen <= state.head)
        && query.n_live == Some(state.n_live)
        && query.digest == Some(state.digest)
}

impl IntoResponse for Look {
    fn into_response(self) -> Response {
        let (state, mut response) = match self {
            Self::Reset(reset) => return (StatusCode::CONFLICT, Json(reset)).into_response(),
            Self::Same(state) => (state, StatusCode::NOT_MODIFIED.into_response()),
            Self::Page(page) => (page.state.clone(), Json(body(page)).into_response()),
        };
        let tag = format!("\"{}:{}:{}\"", state.epoch, state.head, state.digest);
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

fn body(page: Page) -> ChangesResponse {
    ChangesResponse {
        epoch: page.state.epoch,
        head: page.state.head,
        floor: page.floor,
        n_live: page.state.n_live,
        digest: page.state.digest,
        items: page.items,
        more: page.more,
        schema_min: SCHEMA_MIN,
        schema_max: SCHEMA,
    }
}
