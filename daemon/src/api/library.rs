//! `/v1/plans` and `/v1/templates`: what headquarters published.

use axum::Json;
use axum::extract::Path;
use guide_common::id::TemplateId;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::template::Template;
use guide_common::wire::local::ScriptView;
use serde::Deserialize;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Seated, customer};

/// The query of a script.
#[derive(Debug, Deserialize)]
pub struct ScriptQuery {
    customer: String,
    #[serde(default)]
    lang: Lang,
}

/// `GET /v1/plans`.
pub async fn plans(Seated(terminal): Seated) -> Answer<Json<Vec<Plan>>> {
    Ok(Json(terminal.core.shared().rules.plans().to_vec()))
}

/// `GET /v1/plans/{id}`.
pub async fn plan(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<Plan>> {
    let shared = terminal.core.shared();
    let plan = shared.rules.plans().iter().find(|plan| plan.id.as_str() == id).cloned();
    let unknown = || ApiError::new(404, "unknown_plan", "no such plan was published").hint("guide plan list");
    plan.map(Json).ok_or_else(unknown)
}

/// `GET /v1/templates`.
pub async fn templates(Seated(terminal): Seated) -> Answer<Json<Vec<Template>>> {
    let shared = terminal.core.shared();
    Ok(Json(shared.templates.iter().map(|template| template.template().clone()).collect()))
}

/// `GET /v1/templates/{id}`.
pub async fn template(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<Template>> {
    let shared = terminal.core.shared();
    let id = TemplateId::new(&id).map_err(|_| unknown_template())?;
    let template = shared.templates.get(&id).map(|template| template.template().clone());
    template.map(Json).ok_or_else(unknown_template)
}

/// `GET /v1/templates/{id}/script?customer=&lang=`.
pub async fn script(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Asked(query): Asked<ScriptQuery>,
) -> Answer<Json<ScriptView>> {
    let core = &terminal.core;
    let id = TemplateId::new(&id).map_err(|_| unknown_template())?;
    if core.shared().templates.get(&id).is_none() {
        return Err(unknown_template());
    }
    core.script_for(&id, &customer(&query.customer)?, query.lang)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

pub fn unknown_template() -> ApiError {
    ApiError::new(404, "unknown_template", "no such template was published").hint("guide template list")
}
