//! `/v1/reports`.

use std::sync::Arc;

use axum::Json;
use chrono::NaiveDate;
use guide_common::id::PlanId;
use guide_common::report::Report;
use guide_common::time::Period;
use serde::Deserialize;

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Seated};
use crate::app::run_whole_check;

/// The query of a report; without dates it is about today.
#[derive(Debug, Deserialize)]
pub struct ReportQuery {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    plan: Option<PlanId>,
}

/// `GET /v1/reports?from=&to=&plan=`.
pub async fn show(Seated(terminal): Seated, Asked(query): Asked<ReportQuery>) -> Answer<Json<Report>> {
    let core = Arc::clone(&terminal.core);
    let to = query.to.unwrap_or_else(|| terminal.core.clock.today());
    let period = Period::new(query.from.unwrap_or(to), to)
        .ok_or_else(|| ApiError::bad_request("the report ends before it begins"))?;
    if let Some(plan) = &query.plan
        && !core.shared().rules.plans().iter().any(|published| published.id == *plan)
    {
        return Err(ApiError::new(404, "unknown_plan", "no such plan was published").hint("guide plan list"));
    }
    if !core.knows_starts() {
        // just after a start: what throttled plans have let in is worked out from every customer
        run_whole_check(&core).await;
    }
    let report = tokio::task::spawn_blocking(move || core.report(period, query.plan.as_ref())).await;
    let report = report.map_err(|_| ApiError::new(500, "report", "the report failed unexpectedly"))?;
    Ok(Json(report?))
}
