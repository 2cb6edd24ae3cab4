//! The notification service of a Linux or BSD desktop, over D-Bus.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use guide_common::id::ReminderId;
use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Timeout, Urgency};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{Message, Notifier, PATIENCE, Pressed, Slot};

/// The name under which the desktop finds the icon.
const DESKTOP_ENTRY: &str = "guide";
const SNOOZE: &str = "snooze";
/// A click on the message itself.
const OPEN: &str = "default";

/// The desktop's service.
#[derive(Debug)]
pub struct Desktop {
    pressed: mpsc::UnboundedSender<Pressed>,
    state: Arc<Mutex<State>>,
    /// Held while a message is shown.
    sending: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// What the service can do; none while it was not asked with success.
    abilities: Option<Abilities>,
    /// Whether a question is under way; a service that hangs is asked once.
    is_asking: bool,
    shown: Vec<Shown>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Abilities {
    actions: bool,
    markup: bool,
}

/// A message on the screen.
#[derive(Debug)]
struct Shown {
    id: u32,
    slot: Slot,
    ids: Vec<ReminderId>,
    /// Takes it away.
    close: Option<oneshot::Sender<()>>,
}

impl Desktop {
    /// The service; what is pressed there comes out of `pressed`.
    pub fn new(pressed: mpsc::UnboundedSender<Pressed>) -> Self {
        Self { pressed, state: Arc::default(), sending: tokio::sync::Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Asks what the service can do, on a thread of its own: the question has no end where the service hangs.
    async fn abilities(&self) -> Abilities {
        {
            let mut state = self.state();
            if let Some(known) = state.abilities {
                return known;
            }
            if std::mem::replace(&mut state.is_asking, true) {
                return Abilities::default();
            }
        }
        let (tell, told) = oneshot::channel();
        let state = Arc::clone(&self.state);
        let asked = std::thread::Builder::new().name("notify".to_owned()).spawn(move || {
            let found = notify_rust::get_capabilities().ok().map(|names| Abilities {
                actions: names.iter().any(|name| name == "actions"),
                markup: names.iter().any(|name| name == "body-markup"),
            });
            let mut state = lock(&state);
            (state.abilities, state.is_asking) = (found, false);
            drop(state);
            // who asked may have given up
            let _ = tell.send(found);
        });
        if asked.is_err() {
            self.state().is_asking = false;
            return Abilities::default();
        }
        told.await.ok().flatten().unwrap_or_default()
    }

    async fn send(&self, message: Message) -> Result<(), String> {
        // one after the other: what takes another's place must know it
        let _turn = self.sending.lock().await;
        let abilities = self.abilities().await;
        let mut notification = Notification::new();
        let body = if abilities.markup { escaped(&message.body) } else { message.body.clone() };
        notification.appname("guide").summary(&message.title).body(&body);
        notification.hint(Hint::DesktopEntry(DESKTOP_ENTRY.to_owned()));
        notification.urgency(match (message.is_urgent, message.slot) {
            (true, _) => Urgency::Critical,
            (false, Slot::Digest) => Urgency::Low,
            (false, _) => Urgency::Normal,
        });
        notification.timeout(if message.is_urgent { Timeout::Never } else { Timeout::Default });
        if abilities.actions {
            if let Some(open) = &message.open {
                notification.action(OPEN, open);
            }
            if !message.ids.is_empty() {
                notification.action(SNOOZE, &message.snooze);
            }
        }
        if let Some(before) = self.taken_by(message.slot) {
            notification.id(before);
        }
        let handle = notification.show_async().await.map_err(|error| {
            // another service may take its place
            self.state().abilities = None;
            error.to_string()
        })?;
        self.watch(handle, message);
        Ok(())
    }

    /// What a message of this slot takes the place of.
    fn taken_by(&self, slot: Slot) -> Option<u32> {
        let state = self.state();
        let shown = state.shown.iter().rev().find(|shown| slot != Slot::Own && shown.slot == slot);
        shown.map(|shown| shown.id)
    }

    /// Waits for what is pressed, or for the end of the message.
    fn watch(&self, handle: NotificationHandle, message: Message) {
        let (close, closing) = oneshot::channel();
        let id = handle.id();
        let ids = message.ids.clone();
        {
            let mut state = self.state();
            state.shown.retain(|shown| shown.id != id);
            state.shown.push(Shown { id, slot: message.slot, ids: message.ids, close: Some(close) });
        }
        let (pressed, state) = (self.pressed.clone(), Arc::clone(&self.state));
        tokio::spawn(async move {
            let on_response = |response: &NotificationResponse| {
                let told = match response {
                    NotificationResponse::Action(name) if name == SNOOZE => Pressed::Snooze(ids),
                    NotificationResponse::Default | NotificationResponse::Action(_) => Pressed::Open(ids),
                    _ => return,
                };
                // nobody is told while the daemon stops
                let _ = pressed.send(told);
            };
            tokio::select! {
                () = handle.wait_for_action_async(on_response) => {
                    lock(&state).shown.retain(|shown| shown.id != id);
                }
                is_wanted = closing => if is_wanted.is_ok() {
                    let _ = timeout(PATIENCE, handle.close_async()).await;
                },
            }
        });
    }
}

impl Notifier for Desktop {
    fn show(&self, message: Message) -> BoxFuture<'_, Result<(), String>> {
        // with the wait for its turn: behind a service that hangs, nobody waits longer for being later
        let sent = timeout(PATIENCE, self.send(message));
        sent.map(|sent| sent.unwrap_or_else(|_| Err("the notification service does not answer".to_owned()))).boxed()
    }

    fn keep_only(&self, standing: &BTreeSet<ReminderId>) {
        let mut state = self.state();
        let is_over = |shown: &Shown| !shown.ids.is_empty() && !shown.ids.iter().any(|id| standing.contains(id));
        for shown in state.shown.extract_if(.., |shown| is_over(shown)) {
            if let Some(close) = shown.close {
                // whoever waited for it may have ended
                let _ = close.send(());
            }
        }
    }

    fn has_actions(&self) -> bool {
        self.state().abilities.is_some_and(|abilities| abilities.actions)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // lists that are good after every change
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A text as markup shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
