//! Windows has no service manager of its users': nothing is passed, and nobody is told.

use crate::socket::{Passed, ServeError};

/// Nothing.
pub fn passed_socket() -> Result<Option<Passed>, ServeError> {
    Ok(None)
}

/// Tells nobody that clients are answered.
pub fn tell_ready() {}

/// Tells nobody of the end.
pub fn tell_stopping() {}
