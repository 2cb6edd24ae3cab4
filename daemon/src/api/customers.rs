//! `/v1/customers`, and what is logged on a customer without a task.

use axum::Json;
use axum::extract::Path;
use chrono::Utc;
use guide_common::lead::{Lead, LeadTag};
use guide_common::outcome::Channel;
use guide_common::wire::card::{CustomerCard, Notes, PhoneRevealed};
use guide_common::wire::local::CustomerList;
use guide_common::wire::record::{
    AppointmentRequest, ComplaintCloseRequest, LeadRequest, LeadResponse, NoteRequest, OutcomeRequest, PromiseRequest,
    SavedResponse,
};
use guide_common::wire::timeline::Timeline;
use serde::Deserialize;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Body, Seated, customer};
use crate::api::record;
use crate::api::tags::resolve;
use crate::core::card::Secrets;
use crate::reveals::{Peer, Reveal};

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
pub async fn list(Seated(terminal): Seated, Asked(query): Asked<ListQuery>) -> Answer<Json<CustomerList>> {
    let limit = query.limit.unwrap_or(DEFAULT_ROWS).min(MAX_ROWS);
    Ok(Json(terminal.core.customers(&query.q, limit)))
}

/// `POST /v1/customers`.
pub async fn add(Seated(terminal): Seated, Body(request): Body<LeadRequest>) -> Answer<Json<LeadResponse>> {
    let core = &terminal.core;
    let settings = &core.shared().rules.settings;
    let mut tags = Vec::with_capacity(request.tags.len());
    for tag in &request.tags {
        let (group, value) = resolve(settings, tag)?;
        tags.push(LeadTag { group, value });
    }
    let lead = Lead {
        on: terminal.core.clock.today(),
        name: request.name,
        phone: request.phone,
        tags,
        looked_at: request.looked_at,
        budget_fen: request.budget_fen,
        wedding_on: request.wedding_on,
    };
    let lead = record::checked_lead(lead)?;
    Ok(Json(core.add_lead(lead).await?))
}

/// The query of a card.
#[derive(Debug, Deserialize)]
pub struct CardQuery {
    #[serde(default)]
    reveal: bool,
}

/// `GET /v1/customers/{id}?reveal=`.
pub async fn show(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Asked(query): Asked<CardQuery>,
) -> Answer<Json<CustomerCard>> {
    let core = &terminal.core;
    let secrets = if query.reveal { Secrets::Revealed } else { Secrets::Masked };
    core.customer_card(&customer(&id)?, secrets)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

/// `POST /v1/customers/{id}/contacts`.
pub async fn log_contact(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<OutcomeRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let (id, due_ids) = (customer(&id)?, request.due_ids.clone());
    let facts = record::outcome(core, &id, request, due_ids, Channel::default())?;
    record::save(core, &id, facts).await.map(Json)
}

/// `POST /v1/customers/{id}/reveal`: the whole phone, once it is noted that it was looked at.
pub async fn reveal(Seated(terminal): Seated, Path(id): Path<String>, by: Peer) -> Answer<Json<PhoneRevealed>> {
    let customer = customer(&id)?;
    let revealed = terminal.core.phone_of(&customer)?.ok_or_else(ApiError::unknown_customer)?;
    if revealed.phone.is_some() {
        let reveal = Reveal { at: Utc::now(), customer, by };
        terminal.reveals.note(&reveal).map_err(|error| {
            tracing::error!(%error, "noting that a phone number was looked at");
            ApiError::new(503, "store", "the look could not be noted, so the number is not shown")
                .hint("make room on the disk, then try again")
        })?;
    }
    Ok(Json(revealed))
}

/// The query of a timeline.
#[derive(Debug, Deserialize)]
pub struct TimelineQuery {
    limit: Option<usize>,
    #[serde(default)]
    reveal: bool,
}

/// `GET /v1/customers/{id}/timeline?limit=&reveal=`.
pub async fn timeline(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Asked(query): Asked<TimelineQuery>,
) -> Answer<Json<Timeline>> {
    let core = &terminal.core;
    let limit = query.limit.unwrap_or(DEFAULT_ROWS).min(MAX_ROWS);
    let secrets = if query.reveal { Secrets::Revealed } else { Secrets::Masked };
    core.timeline(&customer(&id)?, limit, secrets)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

/// `GET /v1/customers/{id}/notes`.
pub async fn notes(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<Notes>> {
    terminal.core.notes(&customer(&id)?)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

/// `POST /v1/customers/{id}/notes`.
pub async fn note(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<NoteRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    record::save(core, &customer(&id)?, vec![record::note(&request, terminal.core.clock.today())]).await.map(Json)
}

/// `POST /v1/customers/{id}/promises`.
pub async fn promise(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<PromiseRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    record::save(core, &customer(&id)?, vec![record::promise(&request, terminal.core.clock.today())]).await.map(Json)
}

/// `POST /v1/customers/{id}/appointments`.
pub async fn appointment(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<AppointmentRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    record::save(core, &customer(&id)?, vec![record::appointment(&request, terminal.core.clock.today())])
        .await
        .map(Json)
}

/// `POST /v1/customers/{id}/complaint/close`.
pub async fn close_complaint(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<ComplaintCloseRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    record::save(core, &customer(&id)?, vec![record::complaint_closed(&request, terminal.core.clock.today())])
        .await
        .map(Json)
}
