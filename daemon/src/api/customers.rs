//! `/v1/customers`, and what is logged on a customer without a task.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use guide_common::outcome::Channel;
use guide_common::wire::card::CustomerCard;
use guide_common::wire::local::CustomerList;
use guide_common::wire::record::{
    AppointmentRequest, ComplaintCloseRequest, OutcomeRequest, PromiseRequest, SavedResponse,
};
use serde::Deserialize;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Body, customer, terminal};
use crate::api::record;
use crate::app::App;
use crate::core::card::Secrets;

const DEFAULT_ROWS: usize = 50;
const MAX_ROWS: usize = 1_000;

/// The query of a search.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    q: String,
    limit: Option<usize>,
}

/// `GET /v1/customers?q=&limit=`.
pub async fn list(State(app): State<Arc<App>>, Asked(query): Asked<ListQuery>) -> Answer<Json<CustomerList>> {
    let limit = query.limit.unwrap_or(DEFAULT_ROWS).min(MAX_ROWS);
    Ok(Json(terminal(&app)?.core.customers(&query.q, limit)))
}

/// The query of a card.
#[derive(Debug, Deserialize)]
pub struct CardQuery {
    #[serde(default)]
    reveal: bool,
}

/// `GET /v1/customers/{id}?reveal=`.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Asked(query): Asked<CardQuery>,
) -> Answer<Json<CustomerCard>> {
    let core = &terminal(&app)?.core;
    let secrets = if query.reveal { Secrets::Revealed } else { Secrets::Masked };
    core.customer_card(&customer(&id)?, secrets)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

/// `POST /v1/customers/{id}/contacts`.
pub async fn log_contact(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Body(request): Body<OutcomeRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal(&app)?.core;
    let (id, due_ids) = (customer(&id)?, request.due_ids.clone());
    let facts = record::outcome(core, &id, request, due_ids, Channel::default())?;
    record::save(core, &id, facts).await.map(Json)
}

/// `POST /v1/customers/{id}/promises`.
pub async fn promise(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Body(request): Body<PromiseRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal(&app)?.core;
    record::save(core, &customer(&id)?, vec![record::promise(&request, app.clock.today())]).await.map(Json)
}

/// `POST /v1/customers/{id}/appointments`.
pub async fn appointment(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Body(request): Body<AppointmentRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal(&app)?.core;
    record::save(core, &customer(&id)?, vec![record::appointment(&request, app.clock.today())]).await.map(Json)
}

/// `POST /v1/customers/{id}/complaint/close`.
pub async fn close_complaint(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Body(request): Body<ComplaintCloseRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal(&app)?.core;
    record::save(core, &customer(&id)?, vec![record::complaint_closed(&request, app.clock.today())]).await.map(Json)
}
