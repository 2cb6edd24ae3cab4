//! `/v1/outbox`: what was recorded here and what became of it; what to do about what headquarters rejected.

use axum::Json;
use axum::extract::Path;
use guide_common::op::Op;
use guide_common::wire::local::Outbox;
use guide_common::wire::record::SavedResponse;
use guide_common::wire::support::{OpDetail, ResendRequest};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated, op};
use crate::core::settle::SettleError;

/// `GET /v1/outbox`.
pub async fn show(Seated(terminal): Seated) -> Answer<Json<Outbox>> {
    Ok(Json(terminal.core.outbox_rows()))
}

/// `GET /v1/outbox/{op}`.
pub async fn detail(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<OpDetail>> {
    Ok(Json(terminal.core.op_detail(op(&id)?)?))
}

/// `GET /v1/outbox/rejected`: the rejected ops, whole, to be kept elsewhere.
pub async fn rejected(Seated(terminal): Seated) -> Answer<Json<Vec<Op>>> {
    let ops = terminal.core.rejected_ops();
    Ok(Json(ops.iter().map(|op| op.as_ref().clone()).collect()))
}

/// `POST /v1/outbox/{op}/resend`.
pub async fn resend(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<ResendRequest>,
) -> Answer<Json<SavedResponse>> {
    Ok(Json(terminal.core.resend(op(&id)?, request).await?))
}

/// `POST /v1/outbox/{op}/discard`.
pub async fn discard(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<OpDetail>> {
    let (core, id) = (&terminal.core, op(&id)?);
    core.discard(id).await?;
    Ok(Json(core.op_detail(id)?))
}

impl From<SettleError> for ApiError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Unknown => Self::new(404, "unknown_record", error.to_string()).hint("guide outbox"),
            SettleError::NotRejected => Self::new(409, "not_rejected", error.to_string()).hint("guide outbox"),
            SettleError::Record(error) => error.into(),
        }
    }
}
