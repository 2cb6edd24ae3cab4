//! Where an interface was left, kept by the daemon for the next one; a part of the local API. The daemon does not read
//! what it keeps.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest session, in bytes of JSON.
pub const MAX_SESSION_BYTES: usize = 16 * 1024;

/// `GET` and `PUT /v1/session`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptSession {
    /// What the interface gave to be kept; nothing where there is nothing to come back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Value>,
}
