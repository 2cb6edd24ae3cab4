//! What is open over all customers, and the ends of it: promises, appointments, secrets.

use axum::Json;
use axum::extract::Path;
use guide_common::fact::FactBody;
use guide_common::promise::{AppointmentClosed, PromiseKept};
use guide_common::wire::card::{Appointments, Promises, Secrets};
use guide_common::wire::record::{AppointmentCloseRequest, SavedResponse};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated, op};
use crate::api::record;

/// `GET /v1/promises`.
pub async fn promises(Seated(terminal): Seated) -> Answer<Json<Promises>> {
    let mut promises = terminal.core.all_open(|open| &open.promises);
    promises.sort_by_key(|of| (of.row.promise.due_on, of.row.op_id));
    Ok(Json(Promises { promises }))
}

/// `GET /v1/appointments`.
pub async fn appointments(Seated(terminal): Seated) -> Answer<Json<Appointments>> {
    let mut appointments = terminal.core.all_open(|open| &open.appointments);
    appointments.sort_by_key(|of| (of.row.visit_on, of.row.visit_time, of.row.op_id));
    Ok(Json(Appointments { appointments }))
}

/// `GET /v1/secrets`.
pub async fn secrets(Seated(terminal): Seated) -> Answer<Json<Secrets>> {
    let mut secrets = terminal.core.all_open(|open| &open.secrets);
    secrets.sort_by_key(|of| (of.row.until_on, of.row.op_id));
    Ok(Json(Secrets { secrets }))
}

/// `POST /v1/promises/{op}/kept`.
pub async fn keep(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let promise = op(&id)?;
    let customer = core.customer_with(promise, |open| open.promises.iter().any(|row| row.op_id == promise));
    let customer = customer.ok_or_else(|| unknown("there is no such open promise", "guide promise list"))?;
    let kept = FactBody::PromiseKept(PromiseKept { on: terminal.core.clock.today(), promise });
    record::save(core, &customer, vec![kept]).await.map(Json)
}

/// `POST /v1/appointments/{op}/close`.
pub async fn close_appointment(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<AppointmentCloseRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let appointment = op(&id)?;
    let customer = core.customer_with(appointment, |open| open.appointments.iter().any(|row| row.op_id == appointment));
    let customer = customer.ok_or_else(|| unknown("there is no such open appointment", "guide appointment list"))?;
    let (on, result) = (terminal.core.clock.today(), request.result);
    let closed = FactBody::AppointmentClosed(AppointmentClosed { on, appointment, result });
    record::save(core, &customer, vec![closed]).await.map(Json)
}

/// `POST /v1/secrets/{op}/lift`: takes both sides back.
pub async fn lift_secret(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let secret = op(&id)?;
    let customer = core.customer_with(secret, |open| open.secrets.iter().any(|row| row.op_id == secret));
    customer.ok_or_else(|| unknown("there is no such secret that is kept today", "guide secret list"))?;
    record::undo(core, Some(secret)).await.map(Json)
}

fn unknown(detail: &str, hint: &str) -> ApiError {
    ApiError::new(404, "unknown_record", detail).hint(hint)
}
