//! The guides of one terminal, and who is at it: `/v1/seats`, `/v1/unlock`, `/v1/lock` and `/v1/pin`.

use serde::{Deserialize, Serialize};

use crate::id::GuideId;

/// The header that names the turn which a request belongs to. A request of a turn that is over is refused, so that nobody
/// reads or records in another guide's place; one without it is of whoever is at the terminal.
pub const TURN_HEADER: &str = "guide-turn";

/// `GET /v1/seats`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// The guides who are enrolled here, in the order of their ids.
    pub seats: Vec<Seat>,
    /// Whether somebody has to unlock the terminal first.
    pub locked: bool,
    /// The turn of the guide who is at it; none while it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
}

impl Seats {
    /// The guide in front: who is at the terminal, or for whom it is locked.
    pub fn front(&self) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.in_front)
    }
}

/// One guide at this terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The guide.
    pub guide: GuideId,
    /// The name.
    pub name: String,
    /// The store's name.
    pub store: String,
    /// Whether it takes a PIN.
    pub has_pin: bool,
    /// Whether this is the guide in front.
    pub in_front: bool,
    /// Whether the data could not be read since the daemon started: until the first unlocking only what is unsent is sent.
    pub sealed: bool,
    /// How much of this guide's is saved here that headquarters has not acknowledged.
    pub n_unsent: usize,
}

/// `POST /v1/unlock`: begins a guide's turn.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct UnlockRequest {
    /// Who; the guide in front where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<GuideId>,
    /// The PIN, where the guide has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

impl std::fmt::Debug for UnlockRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnlockRequest").field("guide", &self.guide).finish_non_exhaustive()
    }
}

/// `PUT /v1/pin`: sets, changes or takes away the PIN of the guide at the terminal.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct PinRequest {
    /// The PIN as it is, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The PIN from now on; none takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

impl std::fmt::Debug for PinRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinRequest(…)")
    }
}
