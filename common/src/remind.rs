//! What a guide is reminded of (提醒) and when. Pure functions of what is open and of the time: a restart, a clock that
//! jumps and another time zone only ask them again. What was told already is in the `Ledger`.

mod hours;
mod open;
mod turn;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

pub use hours::Hours;
pub use open::{Customer, Times, kind_of_plan, of_customer, of_day};
pub use turn::{Ledger, Toast, Turn, comes_at, turn};

use crate::id::{CustomerId, ReminderId};

/// What a reminder is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Headquarters asks for haste (催办).
    Rush,
    /// The hours of a step end, as of a recovery (补救时限).
    Deadline,
    /// Somebody is expected (预约).
    Appointment,
    /// Something was promised for this day, or should have been done (承诺).
    Promise,
    /// A window closes today (今天截止).
    Closing,
    /// A coupon ends (优惠券到期).
    Coupon,
    /// A repair, a resizing, an order (维修、改圈、定制).
    Repair,
    /// A piece is due for care (保养).
    Care,
    /// A task's own time has come, or that until which it was put off.
    Task,
    /// The day's work (今日工作).
    Morning,
    /// What came of it (今日小结).
    Evening,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl Kind {
    /// The name in ids and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rush => "rush",
            Self::Deadline => "deadline",
            Self::Appointment => "appointment",
            Self::Promise => "promise",
            Self::Closing => "closing",
            Self::Coupon => "coupon",
            Self::Repair => "repair",
            Self::Care => "care",
            Self::Task => "task",
            Self::Morning => "morning",
            Self::Evening => "evening",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is shown at once, however many were shown before.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::Rush | Self::Deadline)
    }

    /// Whether it is of use only before the time that it speaks of: in quiet hours it comes earlier, others later.
    fn comes_earlier(self) -> bool {
        matches!(self, Self::Appointment | Self::Deadline)
    }
}

/// Which word on its subject a reminder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// A day before.
    DayBefore,
    /// An hour before, or less where there were hours only.
    Before,
    /// On the day, or at the time.
    Now,
    /// Too late.
    Past,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl Moment {
    /// The name in ids and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::DayBefore => "day_before",
            Self::Before => "before",
            Self::Now => "now",
            Self::Past => "past",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing to be reminded of, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Hash of kind, subject and moment: the same as long as the subject is.
    pub id: ReminderId,
    /// What it is about.
    pub kind: Kind,
    /// Which word on it.
    pub moment: Moment,
    /// Whom it concerns.
    pub customer: Option<CustomerId>,
    /// When it comes, where no quiet hours stand against it; shop-local.
    pub at: NaiveDateTime,
    /// From here on it would be of no use.
    pub until: NaiveDateTime,
    /// The time that it speaks of, such as that of the visit.
    pub about: Option<NaiveDateTime>,
}
