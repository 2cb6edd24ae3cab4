//! Reading the ops of a push one by one, so that a malformed one does not fail its neighbours.

use guide_common::fact::FactBody;
use guide_common::id::{GuideId, OpId};
use guide_common::op::{Op, OpBody};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::db::device::Device;

/// An op as far as it can be read.
pub(super) enum ReadOp {
    /// With all its fields.
    Whole(Box<Op>),
    /// Only the id.
    Malformed(OpId),
}

impl ReadOp {
    pub(super) fn id(&self) -> OpId {
        match self {
            Self::Whole(op) => op.op_id,
            Self::Malformed(id) => *id,
        }
    }

    pub(super) fn customer(&self) -> Option<&str> {
        match self {
            Self::Whole(op) => Some(op.customer.as_str()),
            Self::Malformed(_) => None,
        }
    }
}

/// Reads an op; `None` where it has no readable id.
pub(super) fn read(raw: &RawValue, device: &Device) -> Option<ReadOp> {
    #[derive(Deserialize)]
    struct IdOnly {
        op_id: OpId,
    }
    match serde_json::from_str::<Op>(raw.get()) {
        // the token says which terminal this is, not the body
        Ok(op) => Some(ReadOp::Whole(Box::new(Op { device: device.id.clone(), ..op }))),
        Err(_) => serde_json::from_str::<IdOnly>(raw.get()).ok().map(|only| ReadOp::Malformed(only.op_id)),
    }
}

/// The deputy whom an op names.
pub(super) fn deputy(content: &OpBody) -> Option<&GuideId> {
    match content {
        OpBody::Fact(FactBody::Handed(handed)) => Some(&handed.to),
        OpBody::Fact(FactBody::Leave(leave)) => leave.deputy.as_ref(),
        _ => None,
    }
}
