//! The service manager's side: the listening socket that it passes, and what it is told. Without systemd nothing is
//! passed and nobody is told.

use listenfd::ListenFd;
use sd_notify::NotifyState;

use crate::socket::{Passed, ServeError};

/// The socket that systemd listens on for this process, where it does (`LISTEN_FDS`). It is asked for once, before there
/// are other threads: the variables leave the environment, so that no child takes them for its own.
pub fn passed_socket() -> Result<Option<Passed>, ServeError> {
    // without a process's number they may be meant for somebody else
    if std::env::var_os("LISTEN_PID").is_none() {
        return Ok(None);
    }
    let mut passed = ListenFd::from_env();
    if passed.len() > 1 {
        return Err(ServeError::Passed { reason: format!("{} were passed, and one is served", passed.len()) });
    }
    passed.take_unix_listener(0).map_err(|error| ServeError::Passed { reason: error.to_string() })
}

/// Tells whoever started this that clients are answered.
pub fn tell_ready() {
    tell(NotifyState::Ready);
}

/// Tells whoever started this that it is about to end.
pub fn tell_stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    // nobody has asked where `NOTIFY_SOCKET` is not set
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "telling the service manager");
    }
}
