//! What support asks: `/v1/doctor`, `/v1/verify`, `/v1/bundle`, `/v1/sync/log` and `/v1/faults`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use guide_common::wire::local::Notice;
use guide_common::wire::support::{Doctor, FaultPlan, Faults, SyncLog, Verified, VerifyRequest};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::app::App;
use crate::diagnose::bundle::{self, Bundle};
use crate::diagnose::verify::VerifyError;
use crate::diagnose::{doctor, verify};
use crate::sync::fault::Lab;

/// `GET /v1/doctor`.
pub async fn doctor(State(app): State<Arc<App>>) -> Json<Doctor> {
    Json(doctor::doctor(&app).await)
}

/// `POST /v1/verify`.
pub async fn verify(Seated(terminal): Seated, Body(request): Body<VerifyRequest>) -> Answer<Json<Verified>> {
    Ok(Json(verify::verify(&terminal.core, &terminal.sync, request.heal).await?))
}

/// `GET /v1/bundle`.
pub async fn bundle(State(app): State<Arc<App>>) -> Answer<Json<Bundle>> {
    Ok(Json(bundle::bundle(&app).await?))
}

/// `GET /v1/sync/log`.
pub async fn sync_log(Seated(terminal): Seated) -> Answer<Json<SyncLog>> {
    Ok(Json(SyncLog { cycles: terminal.sync.log.rows() }))
}

/// `GET /v1/faults`.
pub async fn faults(State(app): State<Arc<App>>) -> Answer<Json<Faults>> {
    Ok(Json(lab(&app)?.faults()))
}

/// `PUT /v1/faults`.
pub async fn set_faults(State(app): State<Arc<App>>, Body(plan): Body<FaultPlan>) -> Answer<Json<Faults>> {
    let lab = lab(&app)?;
    app.clock.pretend_ahead(TimeDelta::minutes(plan.clock_ahead_min.into()));
    for terminal in app.desk.terminals() {
        terminal.core.journal.pretend_full(plan.disk_full);
    }
    lab.set(plan);
    // the interface marks it on every screen
    app.tell(&Notice::Sync);
    Ok(Json(lab.faults()))
}

fn lab(app: &App) -> Answer<&Lab> {
    app.lab().map(AsRef::as_ref).ok_or_else(|| {
        ApiError::new(403, "clock_is_real", "faults are made in training only")
            .hint("guide demo, or guided run --fault-lab")
    })
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        use crate::sync::error::CycleError;
        let text = error.to_string();
        match error {
            VerifyError::Cycle(CycleError::Hub(error)) => error.into(),
            VerifyError::Cycle(CycleError::Store(error)) => error.into(),
            VerifyError::Cycle(CycleError::Retry) | VerifyError::Restless => {
                Self::new(503, "restless", text).hint("guide verify")
            }
            VerifyError::OldHub => Self::new(502, "old_hub", text).hint("have headquarters upgrade guide-hub"),
        }
    }
}
