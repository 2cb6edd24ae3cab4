//! Calls that look ahead: they work over all customers and may take their time.

use std::time::Duration;

use guide_common::wire::forecast::{DiffRequest, DiffResponse, SimulateRequest, SimulateResponse};
use hyper::Method;

use crate::client::{Client, Result, to_json};

/// How long the daemon may take: twenty thousand customers over a year on an old machine.
const FORECAST_PATIENCE: Duration = Duration::from_secs(180);

impl Client {
    /// What a plan would have meant for the last days.
    pub async fn simulate(&self, request: &SimulateRequest) -> Result<SimulateResponse> {
        let path = "/v1/plans/simulate";
        self.call(Method::POST, path, to_json(path, request)?, FORECAST_PATIENCE).await
    }

    /// What an edited plan changes.
    pub async fn plan_diff(&self, request: &DiffRequest) -> Result<DiffResponse> {
        let path = "/v1/plans/diff";
        self.call(Method::POST, path, to_json(path, request)?, FORECAST_PATIENCE).await
    }
}
