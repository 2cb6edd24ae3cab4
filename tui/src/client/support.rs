//! The calls that support makes: checks, the log of cycles, a comparison with the hub, what is taken along, what becomes
//! of rejected records, and faults on demand.

use std::time::Duration;

use guide_common::id::OpId;
use guide_common::op::Op;
use guide_common::wire::record::SavedResponse;
use guide_common::wire::support::{
    Doctor, FaultPlan, Faults, OpDetail, ResendRequest, SyncLog, Verified, VerifyRequest,
};
use hyper::Method;
use serde_json::value::RawValue;

use crate::client::{Client, Result, to_json};

/// How long all checks may take: each piece of the way to the hub has seconds, and the cache is read from end to end.
const DOCTOR_PATIENCE: Duration = Duration::from_secs(90);
/// How long a comparison may take, with healing: every customer may come again over a slow line.
const VERIFY_PATIENCE: Duration = Duration::from_secs(600);

impl Client {
    /// Everything that can be wrong, looked at.
    pub async fn doctor(&self) -> Result<Doctor> {
        self.call(Method::GET, "/v1/doctor", Vec::new(), DOCTOR_PATIENCE).await
    }

    /// The last cycles, newest first.
    pub async fn sync_log(&self) -> Result<SyncLog> {
        self.read("/v1/sync/log").await
    }

    /// Compares this terminal with the hub, and mends what differs where that is asked for.
    pub async fn verify(&self, heal: bool) -> Result<Verified> {
        let path = "/v1/verify";
        self.call(Method::POST, path, to_json(path, &VerifyRequest { heal })?, VERIFY_PATIENCE).await
    }

    /// What support takes along, as the daemon wrote it.
    pub async fn bundle(&self) -> Result<Box<RawValue>> {
        self.call(Method::GET, "/v1/bundle", Vec::new(), DOCTOR_PATIENCE).await
    }

    /// One op of the outbox with what it says.
    pub async fn outbox_op(&self, op: OpId) -> Result<OpDetail> {
        self.read(&format!("/v1/outbox/{op}")).await
    }

    /// The rejected ops, whole.
    pub async fn rejected_ops(&self) -> Result<Vec<Op>> {
        self.read("/v1/outbox/rejected").await
    }

    /// Sends a rejected op again, as it is or changed.
    pub async fn resend(&self, op: OpId, request: &ResendRequest) -> Result<SavedResponse> {
        self.write(Method::POST, &format!("/v1/outbox/{op}/resend"), request).await
    }

    /// Gives a rejected op up.
    pub async fn discard(&self, op: OpId) -> Result<OpDetail> {
        self.write(Method::POST, &format!("/v1/outbox/{op}/discard"), &()).await
    }

    /// What goes wrong on purpose between this terminal and the hub.
    pub async fn faults(&self) -> Result<Faults> {
        self.read("/v1/faults").await
    }

    /// Switches faults on or off.
    pub async fn set_faults(&self, plan: &FaultPlan) -> Result<Faults> {
        self.write(Method::PUT, "/v1/faults", plan).await
    }
}

/// Whether a plan makes anything go wrong; its seed and its delay alone do not.
pub fn goes_wrong(plan: &FaultPlan) -> bool {
    *plan != FaultPlan { seed: plan.seed, delay_ms: plan.delay_ms, ..FaultPlan::default() }
}
