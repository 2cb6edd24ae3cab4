//! The signals that end a program which has something to clean up first: a terminal, or a demo's processes and files.

use crate::cli::failure::{Answer, Failure};
use crate::platform;

/// What can end it.
pub struct Signals(platform::Signals);

impl Signals {
    /// Catches them from here on.
    pub fn new() -> Answer<Self> {
        platform::Signals::new().map(Self).map_err(|error| Failure::Failed(format!("catching signals: {error}")))
    }

    /// Waits for the first of them and says which number it has.
    pub async fn first(mut self) -> u8 {
        self.0.next().await.number()
    }
}
