//! `GET /v1/snapshot`: everything that lives in a feed, page by page in the order of customers.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use guide_common::wire::hub::{MAX_SNAPSHOT_ITEMS, SnapshotQuery, SnapshotResponse};
use guide_common::wire::{Problem, SCHEMA, SCHEMA_MIN};

use super::{bad_query, feed_id, no_feed};
use crate::app::App;
use crate::auth::Caller;
use crate::db::snapshot::{self, Place, SnapshotPage};
use crate::problem::ProblemAnswer;

/// Answers one page, with the feed's head at the moment when it was read.
pub async fn snapshot(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<SnapshotQuery>, QueryRejection>,
) -> Result<Json<SnapshotResponse>, ProblemAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let after = match &query.after {
        Some(word) => {
            Place::of(word).ok_or_else(|| Problem::new(400, "bad_request", "no page ended with this place"))?
        }
        None => Place::default(),
    };
    let limit = query.limit.unwrap_or(MAX_SNAPSHOT_ITEMS).clamp(1, MAX_SNAPSHOT_ITEMS);
    let guide_id = feed_id(caller.device(), query.feed);
    let _permit = app.admit()?;
    let page = snapshot::read(&mut *app.db.conn().await?, guide_id, &after, limit).await?;
    let SnapshotPage { state, items, next } = page.ok_or_else(|| no_feed(guide_id))?;
    Ok(Json(SnapshotResponse {
        epoch: state.epoch,
        head: state.head,
        n_live: state.n_live,
        items,
        next: next.map(|place| place.word()).transpose()?,
        schema_min: SCHEMA_MIN,
        schema_max: SCHEMA,
    }))
}
