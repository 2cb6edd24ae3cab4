//! `POST /v1/token/rotate`: a token in the place of the one with which it is asked for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guide_common::wire::hub::RotateResponse;

use crate::app::App;
use crate::auth::{Caller, unknown_token};
use crate::db::device;
use crate::problem::ProblemAnswer;
use crate::secret;

/// Hands out a token that takes the old one's place with its first use. Until then the old one is good, and asking again
/// with it replaces the one that was handed out.
pub async fn rotate(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<RotateResponse>, ProblemAnswer> {
    let _permit = app.admit()?;
    let token = secret::new_token();
    let mut conn = app.db.conn().await?;
    let hash = secret::hash(caller.token());
    if !device::rotate(&mut conn, &caller.device().id, &hash, &token).await? {
        return Err(unknown_token("this token was replaced by another one").into());
    }
    tracing::info!("a token was handed out in the place of another one");
    Ok(Json(RotateResponse { token }))
}
