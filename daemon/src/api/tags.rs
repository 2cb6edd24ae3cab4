//! `/v1/tags` and `/v1/customers/{id}/tags`: tags by the names that people use, checked against headquarters' groups.

use axum::Json;
use axum::extract::Path;
use guide_common::customer::TagChange;
use guide_common::fact::FactBody;
use guide_common::sop::plan::Text;
use guide_common::sop::settings::{Settings, TagChoice, TagGroup};
use guide_common::wire::card::TagGroups;
use guide_common::wire::record::{SavedResponse, TagRequest};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated, customer};
use crate::api::record;
use crate::core::card::Secrets;

/// `GET /v1/tags`.
pub async fn groups(Seated(terminal): Seated) -> Answer<Json<TagGroups>> {
    let shared = terminal.core.shared();
    Ok(Json(TagGroups { groups: shared.rules.settings.tag_groups.clone() }))
}

/// `POST /v1/customers/{id}/tags`.
pub async fn add(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<TagRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let (group, value) = resolve(&core.shared().rules.settings, &request)?;
    let change = TagChange { on: terminal.core.clock.today(), group, value };
    record::save(core, &customer(&id)?, vec![FactBody::TagAdded(change)]).await.map(Json)
}

/// `POST /v1/customers/{id}/tags/remove`.
pub async fn remove(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<TagRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let id = customer(&id)?;
    let card = core.customer_card(&id, Secrets::Masked)?.ok_or_else(ApiError::unknown_customer)?;
    let tag = |group: &str, value: &str| card.tags.iter().any(|row| row.tag.group == group && row.tag.value == value);
    // a tag whose value headquarters has since dropped is taken away by the words that it has
    let (group, value) = match tag(&request.group, &request.value) {
        true => (request.group, request.value),
        false => resolve(&core.shared().rules.settings, &request)?,
    };
    if !tag(&group, &value) {
        let tags: Vec<String> = card.tags.iter().map(|row| format!("{} {}", row.tag.group, row.tag.value)).collect();
        let detail = format!("the customer has no tag {group} {value}; there are: {}", tags.join(", "));
        return Err(ApiError::new(422, "unknown_tag", detail));
    }
    let change = TagChange { on: terminal.core.clock.today(), group, value };
    record::save(core, &id, vec![FactBody::TagRemoved(change)]).await.map(Json)
}

fn is_named(name: &Text, text: &str) -> bool {
    name.zh == text || name.en.eq_ignore_ascii_case(text)
}

/// The group's code and the value as it is stored. Where headquarters has published no groups, the words count as they
/// are.
pub(super) fn resolve(settings: &Settings, request: &TagRequest) -> Answer<(String, String)> {
    let (group, value) = (request.group.trim(), request.value.trim());
    if settings.tag_groups.is_empty() {
        return Ok((group.to_owned(), value.to_owned()));
    }
    let unknown = |detail: String| ApiError::new(422, "unknown_tag", detail);
    let is_it = |known: &&TagGroup| known.code.eq_ignore_ascii_case(group) || is_named(&known.name, group);
    let found = settings.tag_groups.iter().find(is_it).ok_or_else(|| {
        let codes: Vec<&str> = settings.tag_groups.iter().map(|group| group.code.as_str()).collect();
        unknown(format!("there is no tag group {group:?}; there are: {}", codes.join(", ")))
    })?;
    if found.choice == TagChoice::Date {
        let date: chrono::NaiveDate =
            value.parse().map_err(|_| unknown(format!("the value of {} is a date such as 2026-08-20", found.code)))?;
        return Ok((found.code.clone(), date.to_string()));
    }
    if found.values.is_empty() {
        return Ok((found.code.clone(), value.to_owned()));
    }
    let known = found.values.iter().find(|known| is_named(&known.name, value) || known.initials == value);
    let known = known.ok_or_else(|| {
        let names: Vec<&str> = found.values.iter().map(|known| known.name.zh.as_str()).collect();
        unknown(format!("{} has no value {value:?}; there are: {}", found.code, names.join(", ")))
    })?;
    Ok((found.code.clone(), known.name.zh.clone()))
}
