//! The signals that end a program which has something to clean up first: a terminal, or a demo's processes and files.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::failure::{Answer, Failure};

/// SIGINT, SIGTERM and SIGHUP.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Catches them from here on.
    pub fn new() -> Answer<Self> {
        let signal = |kind| signal(kind).map_err(|error| Failure::Failed(format!("catching signals: {error}")));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the first of them and says which number it has.
    pub async fn first(mut self) -> u8 {
        let kind = tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.hang_up.recv() => SignalKind::hangup(),
        };
        u8::try_from(kind.as_raw_value()).unwrap_or(u8::MAX)
    }
}
