//! Snoozing (稍后提醒): dues that the guide puts off to a later hour or day of their window. It is no contact and changes
//! no attempt: the gate holds the dues until then.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::id::DueId;

/// Dues put off by the guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snooze {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The dues that the guide saw.
    pub due_ids: Vec<DueId>,
    /// The day from which they are offered again.
    pub until_on: NaiveDate,
    /// On that day, from this time on; from its beginning where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_time: Option<NaiveTime>,
}

impl Snooze {
    /// When it is over.
    pub fn until(&self) -> NaiveDateTime {
        self.until_on.and_time(self.until_time.unwrap_or_default())
    }
}
