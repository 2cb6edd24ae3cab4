//! `POST /v1/ops`: what terminals recorded, each op answered on its own.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use guide_common::wire::Problem;
use guide_common::wire::hub::MAX_PUSH_OPS;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::app::App;
use crate::auth::{Caller, role_forbids};
use crate::loan;
use crate::problem::ProblemAnswer;
use crate::push::push;
use crate::routes::enroll::bad_body;

/// A push whose ops are read one by one, so that a malformed one does not fail its neighbours.
#[derive(Debug, Deserialize)]
pub struct RawPush {
    ops: Vec<Box<RawValue>>,
}

/// The answers, those of earlier pushes byte for byte as they were given.
#[derive(Debug, Serialize)]
pub struct RawAnswers {
    answers: Vec<Box<RawValue>>,
    head: u64,
    epoch: String,
}

/// Applies a push in one transaction, then brings customers on loan up to date on both sides.
pub async fn ops(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: Result<Json<RawPush>, JsonRejection>,
) -> Result<Json<RawAnswers>, ProblemAnswer> {
    if !caller.device().role.may_record() {
        return Err(role_forbids("this terminal reads and does not record").into());
    }
    let Json(RawPush { ops }) = body.map_err(|rejection| bad_body(&rejection))?;
    if ops.len() > MAX_PUSH_OPS {
        let detail = format!("a push holds at most {MAX_PUSH_OPS} ops, this one {}", ops.len());
        return Err(Problem::new(413, "too_many_ops", detail).hint("send them in several pushes").into());
    }
    let moment = app.clock.moment(app.zone)?;
    let _permit = app.admit()?;
    let pushed = push(&app.db, caller.device(), &ops, moment).await??;
    // the push is in: what fails here is done after the next one
    if pushed.touched_loans || app.settled.is_due(moment.today()) {
        match loan::settle(&app.db, Some(moment.today())).await {
            Ok(()) => app.settled.note(moment.today()),
            Err(error) => tracing::error!(error = error.chain(), "loans were not brought up to date"),
        }
    }
    Ok(Json(RawAnswers { answers: pushed.answers, head: pushed.head, epoch: pushed.epoch }))
}
