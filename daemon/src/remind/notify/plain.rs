//! The notifications of Windows and macOS, as notify-rust offers them: without buttons, and not taken away again.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use guide_common::id::ReminderId;
use notify_rust::Notification;
use tokio::sync::mpsc;

use super::{Message, Notifier, PATIENCE, Pressed};

/// The system's notifications.
#[derive(Debug)]
pub struct Desktop;

impl Desktop {
    /// The system's notifications; nothing can be pressed there.
    pub fn new(_pressed: mpsc::UnboundedSender<Pressed>) -> Self {
        Self
    }
}

impl Notifier for Desktop {
    fn show(&self, message: Message) -> BoxFuture<'_, Result<(), String>> {
        async move {
            let show = move || {
                let mut notification = Notification::new();
                notification.appname("guide").summary(&message.title).body(&message.body);
                notification.show().map(drop).map_err(|error| error.to_string())
            };
            let shown = tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(show)).await;
            let shown = shown.map_err(|_| "the system does not answer".to_owned())?;
            shown.unwrap_or_else(|error| Err(error.to_string()))
        }
        .boxed()
    }

    fn keep_only(&self, _standing: &BTreeSet<ReminderId>) {}

    fn has_actions(&self) -> bool {
        false
    }
}
