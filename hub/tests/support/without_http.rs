//! A terminal's pushes without HTTP, for tests of what lies below it.

use guide_common::fact::FactBody;
use guide_common::id::{DeviceId, OpId};
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::wire::hub::{OpAnswer, OpResult, Role};
use guide_hub::db::Db;
use guide_hub::db::device::Device;
use guide_hub::db::retry::lost_against_another;
use guide_hub::error::HubError;

use super::{TODAY, TestDb, assign, customer_id, guide_id, moment};

/// A terminal of a guide that needs no HTTP.
pub fn device_of(guide: &str) -> Device {
    Device {
        id: DeviceId::new(&format!("d-{guide}")).unwrap(),
        guide: guide_id(guide),
        role: Role::Guide,
        name: String::new(),
        training: true,
        created_at: 0,
        seen_at: 0,
        revoked_at: 0,
    }
}

/// Two guides, of whom G1 serves the customers C1 and C2.
pub async fn with_customers() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-01,10\nC2,2026-08-01,10\n").await;
    assign(&test, &["C1", "C2"], "G1").await;
    test
}

/// An op of a terminal, hash and all.
pub fn op(customer: &str, body: &OpBody) -> Op {
    let stamp = Stamp {
        op_id: OpId(uuid::Uuid::now_v7()),
        device: DeviceId::new("another-device").unwrap(),
        local_seq: 1,
        base_rev: None,
        at_wall: chrono::Utc::now(),
        at_mono: 0,
    };
    Op::new(stamp, customer_id(customer), body)
}

/// An outcome on a day.
pub fn outcome_op(customer: &str, on: &str) -> Op {
    op(customer, &OpBody::Fact(FactBody::Outcome(Outcome::new(on.parse().unwrap(), OutcomeCode::Interested))))
}

/// Pushes ops without HTTP, again and again as a terminal does that is told to; of each its result.
pub async fn push_ops(db: &Db, guide: &str, ops: &[Op]) -> Vec<OpResult> {
    let raw: Vec<_> = ops.iter().map(|op| serde_json::value::to_raw_value(op).unwrap()).collect();
    let device = device_of(guide);
    let pushed = insist(|| guide_hub::push::push(db, &device, &raw, moment(TODAY))).await.unwrap();
    let answers = pushed.answers.iter().map(|answer| serde_json::from_str::<OpAnswer>(answer.get()).unwrap());
    answers.map(|answer| answer.result).collect()
}

/// Does something until it loses against no other transaction, as whoever is told to try later does.
pub async fn insist<T, Tried>(mut once: impl FnMut() -> Tried) -> T
where
    Tried: Future<Output = Result<T, HubError>>,
{
    loop {
        match once().await {
            Err(error) if lost_against_another(&error) => tokio::task::yield_now().await,
            result => return result.unwrap(),
        }
    }
}
