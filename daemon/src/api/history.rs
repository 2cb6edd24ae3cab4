//! What was said of a customer's fields, and saying something of one.

use axum::Json;
use axum::extract::Path;
use guide_common::fact::FactBody;
use guide_common::field::word::{CONSENT, TAGS};
use guide_common::field::{CustomerField, FieldEdit};
use guide_common::wire::history::{FieldHistory, FieldRequest};
use guide_common::wire::record::SavedResponse;
use serde::Deserialize;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Body, Seated, customer};
use crate::api::record;
use crate::core::card::Secrets;
use crate::core::history::Wanted;

/// The query of a history.
#[derive(Debug, Deserialize)]
pub struct HistoryQuery {
    field: Option<String>,
    #[serde(default)]
    reveal: bool,
}

/// `GET /v1/customers/{id}/history?field=&reveal=`.
pub async fn show(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Asked(query): Asked<HistoryQuery>,
) -> Answer<Json<FieldHistory>> {
    let core = &terminal.core;
    let secrets = if query.reveal { Secrets::Revealed } else { Secrets::Masked };
    let wanted = query.field.as_deref().map_or(Wanted::All, Wanted::named);
    let history = core.field_history(&customer(&id)?, &wanted, secrets)?.ok_or_else(ApiError::unknown_customer)?;
    match (&wanted, query.field) {
        (Wanted::Named(name), Some(asked)) if history.fields.is_empty() && !is_group(name) => Err(unknown(&asked)),
        _ => Ok(Json(history)),
    }
}

/// `POST /v1/customers/{id}/fields`.
pub async fn set(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<FieldRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let field = CustomerField::named(&request.field).ok_or_else(|| unknown(&request.field))?;
    let malformed = || {
        let detail = format!("the value has not the form of the field {}: write {}", field.name(), field.example());
        ApiError::new(422, "malformed_value", detail)
    };
    let normal = |value: String| field.normal(&value).ok_or_else(malformed);
    let value = request.value.map(normal).transpose()?;
    let edit = FieldEdit { on: terminal.core.clock.today(), field: field.name().to_owned(), value };
    record::save(core, &customer(&id)?, vec![FactBody::Field(edit)]).await.map(Json)
}

/// Whether a name stands for tags or consents: where nothing was said of them, that is no mistake.
fn is_group(name: &str) -> bool {
    [TAGS, CONSENT].contains(&name.split('.').next().unwrap_or(name))
}

fn unknown(name: &str) -> ApiError {
    let names: Vec<&str> = CustomerField::all().map(CustomerField::name).collect();
    ApiError::new(422, "unknown_field", format!("there is no field {name:?}; there are: {}", names.join(", ")))
}
