//! What becomes of the backlog after a leave (休假回来): the facts that an amnesty leaves behind. How one is worked out
//! is `sop::backlog`'s work.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{DueId, GuideId, OpId};

/// Dues that an amnesty let expire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waived {
    /// The shop-local day.
    pub on: NaiveDate,
    /// Which.
    pub due_ids: Vec<DueId>,
    /// Why.
    pub reason: WaiveReason,
    /// What all facts of one amnesty share, so that it can be taken back as a whole.
    pub amnesty: OpId,
}

/// Why an amnesty lets a due expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiveReason {
    /// Its moment passed during the leave: a greeting, a thank-you, a countdown.
    MomentPassed,
    /// A promotion of the days of the leave.
    PromoPassed,
    /// A later step of the same plan says the same.
    Overtaken,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// Dues handed to the guide's deputy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// The shop-local day.
    pub on: NaiveDate,
    /// Which.
    pub due_ids: Vec<DueId>,
    /// To whom.
    pub to: GuideId,
    /// The last day on which they are the deputy's.
    pub until_on: NaiveDate,
    /// What all facts of one amnesty share.
    pub amnesty: OpId,
}
