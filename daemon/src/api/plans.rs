//! `/v1/plans/simulate` and `/v1/plans/diff`: what a plan would mean and change before it is published.

use std::sync::Arc;

use axum::Json;
use guide_common::wire::forecast::{DiffRequest, DiffResponse, SimulateRequest, SimulateResponse};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::core::forecast::ForecastError;

/// `POST /v1/plans/simulate`.
pub async fn simulate(
    Seated(terminal): Seated,
    Body(request): Body<SimulateRequest>,
) -> Answer<Json<SimulateResponse>> {
    let core = Arc::clone(&terminal.core);
    let found = tokio::task::spawn_blocking(move || core.simulate(&request)).await;
    found.map_err(|_| failed())?.map(Json).map_err(problem)
}

/// `POST /v1/plans/diff`.
pub async fn diff(Seated(terminal): Seated, Body(request): Body<DiffRequest>) -> Answer<Json<DiffResponse>> {
    let core = Arc::clone(&terminal.core);
    let found = tokio::task::spawn_blocking(move || core.plan_diff(&request)).await;
    found.map_err(|_| failed())?.map(Json).map_err(problem)
}

fn failed() -> ApiError {
    ApiError::new(500, "forecast", "the forecast failed unexpectedly")
}

fn problem(error: ForecastError) -> ApiError {
    let detail = error.to_string();
    match error {
        ForecastError::Malformed(_) | ForecastError::MalformedSide { .. } => {
            ApiError::new(422, "malformed_plan", detail).hint("docs/plans.md")
        }
        ForecastError::DifferentPlans { .. } => ApiError::new(422, "different_plans", detail),
        ForecastError::Unfit { .. } => ApiError::new(422, "unfit_plan", detail).hint("docs/plans.md"),
        ForecastError::UnknownPlan => ApiError::new(404, "unknown_plan", detail).hint("guide plan list"),
        ForecastError::UnknownVersion { .. } => ApiError::new(404, "unknown_version", detail),
        ForecastError::NoAmount(_) => ApiError::new(422, "unfit_plan", detail).hint("docs/plans.md"),
        ForecastError::Days | ForecastError::Amount => ApiError::bad_request(detail),
        ForecastError::Store(error) => error.into(),
    }
}
