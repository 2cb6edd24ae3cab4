//! Where reminders are shown: behind a trait, so that tests record them. The desktop's own service shows them over
//! notify-rust; it may be missing, slow, or hang, and nothing waits for it.

#[cfg(all(unix, not(target_os = "macos")))]
mod desktop;
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[path = "notify/plain.rs"]
mod desktop;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

use futures_util::future::BoxFuture;
use guide_common::id::ReminderId;
use guide_common::remind::{Kind, Toast};

pub use desktop::Desktop;

/// How long the desktop may take to show something.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Shows messages.
pub trait Notifier: Debug + Send + Sync {
    /// Shows a message; why not, where nothing could.
    fn show(&self, message: Message) -> BoxFuture<'_, Result<(), String>>;

    /// Takes messages away of whose reminders none stands any more.
    fn keep_only(&self, standing: &BTreeSet<ReminderId>);

    /// Whether it was found to offer buttons.
    fn has_actions(&self) -> bool;
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// In a few words.
    pub title: String,
    /// A line each.
    pub body: String,
    /// Whether it stays until somebody has seen it.
    pub is_urgent: bool,
    /// What it takes the place of.
    pub slot: Slot,
    /// The reminders that it tells.
    pub ids: Vec<ReminderId>,
    /// What the button says that puts it off.
    pub snooze: String,
    /// What the button says that opens the interface, where that leads anywhere.
    pub open: Option<String>,
}

/// A digest takes the place of the one before, which nobody needs any more; the others stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The digests'.
    Digest,
    /// That of the test.
    Test,
    /// One of its own.
    Own,
}

impl Slot {
    /// The place of a toast.
    pub fn of(toast: &Toast) -> Self {
        let is_digest = toast.reminders.iter().any(|one| matches!(one.kind, Kind::Morning | Kind::Evening));
        if is_digest { Self::Digest } else { Self::Own }
    }
}

/// What somebody pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// To put these off.
    Snooze(Vec<ReminderId>),
    /// To see them.
    Open(Vec<ReminderId>),
}

/// Runs the user's own command, such as one that opens a terminal with the interface.
pub fn run_command(command: &str) {
    if command.is_empty() {
        return;
    }
    let mut shell = crate::platform::shell(command);
    shell.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    match shell.spawn() {
        Ok(mut child) => {
            // reaped when it ends
            std::thread::spawn(move || child.wait());
        }
        Err(error) => tracing::warn!(%error, "running remind.open"),
    }
}
