//! `/v1/session`: where the interface was left, with what was half typed. It survives a kill of either program; it is
//! not forced to the disk, as what is recorded is.

use axum::Json;
use guide_common::wire::session::{KeptSession, MAX_SESSION_BYTES};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};

/// `GET /v1/session`.
pub async fn show(Seated(terminal): Seated) -> Answer<Json<KeptSession>> {
    let sealer = terminal.core.store.seals().cache()?;
    Ok(Json(KeptSession { session: terminal.sync.folder().session(sealer) }))
}

/// `PUT /v1/session`.
pub async fn keep(Seated(terminal): Seated, Body(kept): Body<KeptSession>) -> Answer<Json<KeptSession>> {
    let folder = terminal.sync.folder();
    let bytes = kept.session.as_ref().map(|session| session.to_string().into_bytes()).unwrap_or_default();
    if bytes.len() > MAX_SESSION_BYTES {
        return Err(ApiError::bad_request(format!("a session has at most {MAX_SESSION_BYTES} bytes")));
    }
    let sealer = terminal.core.store.seals().cache()?;
    folder.keep_session(sealer, &bytes).map_err(|error| {
        tracing::warn!(%error, "keeping the interface's session");
        ApiError::new(503, "store", "the session could not be kept").hint("make room on the disk, then try again")
    })?;
    Ok(Json(kept))
}
