//! `GET /v1/inventory`: what lives in a feed, counted again from its rows, or the list of one kind.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use guide_common::wire::hub::{InventoryQuery, InventoryResponse};

use super::{bad_query, feed_id, no_feed};
use crate::app::App;
use crate::auth::Caller;
use crate::db::inventory::{self, Counted, Listed};
use crate::problem::ProblemAnswer;

/// Answers counts and digests by kind, or a page of the entities of one kind.
pub async fn inventory(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<InventoryQuery>, QueryRejection>,
) -> Result<Json<InventoryResponse>, ProblemAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let guide_id = feed_id(caller.device(), query.feed);
    let _permit = app.admit_inventory()?;
    let mut conn = app.db.conn().await?;
    let (state, kinds, entries, more) = match &query.kind {
        None => {
            let counted = inventory::counts(&mut conn, guide_id).await?;
            let Counted { state, kinds } = counted.ok_or_else(|| no_feed(guide_id))?;
            (state, kinds, Vec::new(), false)
        }
        Some(kind) => {
            let after = query.after.as_deref().unwrap_or_default();
            let listed = inventory::list(&mut conn, guide_id, kind, after).await?;
            let Listed { state, entries, more } = listed.ok_or_else(|| no_feed(guide_id))?;
            (state, Vec::new(), entries, more)
        }
    };
    Ok(Json(InventoryResponse {
        epoch: state.epoch,
        head: state.head,
        n_live: state.n_live,
        digest: state.digest,
        kinds,
        entries,
        more,
    }))
}
