//! Why things are so and what should become of them: explanations, amnesties, lint, the use of templates.

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use chrono::{Days, NaiveDate};
use guide_common::id::TemplateId;
use guide_common::sop::backlog::Amnesty;
use guide_common::sop::explain::task::TaskExplained;
use guide_common::time::Period;
use guide_common::wire::ask::{
    AmnestyPreview, AmnestyRequest, AmnestyResponse, CustomerExplained, LintRequest, LintResponse, TemplateStats,
};
use serde::Deserialize;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Body, Seated, customer};
use crate::api::leaves::check_deputy;
use crate::api::library::unknown_template;
use crate::api::tasks::not_open;
use crate::core::Core;
use crate::core::find::Named;

/// The days of template figures, where none are asked for.
const STATS_DAYS: u64 = 90;

/// Runs what takes its time off the daemon's thread.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    let failed = |_| ApiError::new(500, "failed", "working it out failed unexpectedly");
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

/// `GET /v1/tasks/{id}/explain`.
pub async fn task(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<TaskExplained>> {
    let core = &terminal.core;
    let named = core.task_named(&id);
    let Named::Open(task) = &named else {
        return Err(not_open(&named));
    };
    core.explain_task(&task.customer)?.map(Json).ok_or_else(|| not_open(&named))
}

/// `GET /v1/customers/{id}/explain`.
pub async fn explain(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<CustomerExplained>> {
    let core = &terminal.core;
    core.explain_customer(&customer(&id)?)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

/// `GET /v1/amnesty?deputy=`.
pub async fn preview(Seated(terminal): Seated, Asked(request): Asked<AmnestyRequest>) -> Answer<Json<AmnestyPreview>> {
    let core = Arc::clone(&terminal.core);
    let amnesty = worked_out(&core, request).await?;
    Ok(Json(AmnestyPreview { amnesty }))
}

/// `POST /v1/amnesty`: does what a preview of this moment would show.
pub async fn amnesty(Seated(terminal): Seated, Body(request): Body<AmnestyRequest>) -> Answer<Json<AmnestyResponse>> {
    let core = Arc::clone(&terminal.core);
    let amnesty = worked_out(&core, request).await?.ok_or_else(|| {
        ApiError::new(409, "no_leave_over", "no leave has just ended")
            .hint("guide leave FROM TO enters one, also one that is over")
    })?;
    let saved = core.record_all(core.amnesty_facts(&amnesty)).await?;
    Ok(Json(AmnestyResponse { saved, amnesty }))
}

/// An amnesty with a deputy who can stand in, the asked one or the leave's own.
async fn worked_out(core: &Arc<Core>, request: AmnestyRequest) -> Answer<Option<Amnesty>> {
    check_deputy(core, request.deputy.as_ref())?;
    let worker = Arc::clone(core);
    let amnesty = apart(move || worker.amnesty(request.deputy)).await??;
    check_deputy(core, amnesty.as_ref().and_then(|amnesty| amnesty.deputy.as_ref()))?;
    Ok(amnesty)
}

/// `POST /v1/templates/lint`.
pub async fn lint_file(Seated(terminal): Seated, Body(request): Body<LintRequest>) -> Answer<Json<LintResponse>> {
    let core = &terminal.core;
    let findings = core.lint_file(&request.text).map_err(|fault| ApiError::new(422, "template_fault", fault))?;
    Ok(Json(LintResponse { findings }))
}

/// `GET /v1/templates/{id}/lint`.
pub async fn lint_template(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<LintResponse>> {
    let core = &terminal.core;
    let shared = core.shared();
    let id = TemplateId::new(&id).map_err(|_| unknown_template())?;
    let template = shared.templates.get(&id).ok_or_else(unknown_template)?;
    Ok(Json(LintResponse { findings: core.lint_template(template.template()) }))
}

/// The query of template figures; without dates they are about the last days.
#[derive(Debug, Deserialize)]
pub struct StatsQuery {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// `GET /v1/templates/stats?from=&to=`.
pub async fn stats(Seated(terminal): Seated, Asked(query): Asked<StatsQuery>) -> Answer<Json<TemplateStats>> {
    let core = Arc::clone(&terminal.core);
    let to = query.to.unwrap_or_else(|| terminal.core.clock.today());
    let from = query.from.or_else(|| to.checked_sub_days(Days::new(STATS_DAYS - 1))).unwrap_or(to);
    let period = Period::new(from, to).ok_or_else(|| ApiError::bad_request("the figures end before they begin"))?;
    Ok(Json(apart(move || core.template_stats(period)).await??))
}
