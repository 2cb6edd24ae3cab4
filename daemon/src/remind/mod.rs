//! Reminders: what stands is gathered from the terminal's state, the ledger says what was told already, and between two
//! turns nothing runs: the next one comes at the next time, or when something changes. What a turn shows is in the ledger
//! and on disk before anybody sees it, so that no restart repeats it; the list in the interface has it in any case.

mod gather;
mod keep;
pub mod notify;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use guide_common::id::{GuideId, ReminderId};
use guide_common::remind::{Ledger, Reminder, Toast, Turn, comes_at, turn};
use guide_common::wire::local::{ClockKind, Notice};
use guide_common::wire::remind::{ReminderRow, ReminderState, ReminderTest, Reminders};
use tokio::sync::{Notify, broadcast, watch};

use crate::core::Core;
use crate::remind::gather::Standing;
use crate::remind::keep::LedgerFile;
use crate::remind::notify::{Message, Notifier, Pressed, Slot};
use crate::seat::Desk;
use crate::settings::SettingsHolder;

/// How long changes are gathered before what stands is looked at again.
const GATHER: Duration = Duration::from_millis(300);
/// How far ahead the list looks.
const AHEAD: TimeDelta = TimeDelta::days(2);

/// The reminders of one terminal.
#[derive(Debug)]
pub struct Reminding {
    core: Arc<Core>,
    settings: Arc<SettingsHolder>,
    notifier: Arc<dyn Notifier>,
    file: LedgerFile,
    ledger: Mutex<Ledger>,
    /// Where it is asked who is at the terminal, and for which guide.
    desk: (Arc<Desk>, GuideId),
    /// Whether the guide was there at the last turn.
    was_there: AtomicBool,
    /// Told when what was decided here changes what comes next.
    wake: Notify,
}

impl Reminding {
    /// Reads what was told from a guide's folder.
    pub fn open(
        core: Arc<Core>,
        folder: &Path,
        settings: Arc<SettingsHolder>,
        notifier: Arc<dyn Notifier>,
        desk: (Arc<Desk>, GuideId),
    ) -> std::io::Result<Self> {
        let file = LedgerFile::of(folder);
        let ledger = Mutex::new(file.read()?);
        Ok(Self { core, settings, notifier, file, ledger, desk, was_there: AtomicBool::default(), wake: Notify::new() })
    }

    /// Has it look again at what comes next.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Whether the guide is in front, and whether the guide is at the terminal, so that customers may be named.
    fn attended(&self) -> (bool, bool) {
        let (desk, guide) = &self.desk;
        desk.attends(guide)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // replaced as a whole
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reminds until the daemon stops.
    pub async fn run(self: Arc<Self>, mut shutdown: watch::Receiver<bool>) {
        let mut events = self.core.events.listen();
        loop {
            let next_at = self.turn();
            let is_change = tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                () = self.wake.notified() => false,
                () = self.settings.changed() => false,
                () = self.until(next_at) => false,
                () = heard(&mut events) => true,
            };
            if is_change {
                tokio::time::sleep(GATHER).await;
            }
        }
    }

    async fn until(&self, next_at: Option<NaiveDateTime>) {
        match next_at {
            Some(at) => self.core.clock.wait_until(at).await,
            None => self.core.clock.wait_for_change().await,
        }
    }

    /// Shows what comes now; returns when the next comes.
    fn turn(self: &Arc<Self>) -> Option<NaiveDateTime> {
        let settings = self.settings.get();
        let remind = settings.remind();
        let now = self.core.clock.now();
        // a queue that was not checked may still hold what is done
        if !remind.enabled || !self.core.is_checked() || self.core.day() != now.date() {
            return None;
        }
        let (in_front, is_there) = self.attended();
        // what another guide has to do is told when it is that one's turn, and no name stays on the screen of a locked
        // terminal
        if !in_front || self.was_there.swap(is_there, Ordering::Relaxed) && !is_there {
            self.notifier.keep_only(&BTreeSet::new());
        }
        if !in_front {
            return None;
        }
        let standing = self.core.standing(&remind);
        self.close_what_is_over(&standing);
        let found = {
            let mut ledger = self.ledger();
            let found = turn(&standing.reminders, &standing.hours, &ledger, remind.per_hour as usize, now);
            if found.toasts.is_empty() {
                return found.next_at;
            }
            let mut next = ledger.clone();
            next.note(&found, now);
            next.prune(&standing.reminders, now);
            if let Err(error) = self.file.write(&next) {
                // what cannot be remembered would be repeated for ever
                tracing::warn!(%error, "noting reminders: they are shown when that is possible again");
                return Some(now + TimeDelta::minutes(1));
            }
            *ledger = next;
            found
        };
        let Turn { toasts, next_at } = found;
        for toast in toasts {
            self.show(&toast, &standing);
        }
        next_at
    }

    fn show(self: &Arc<Self>, toast: &Toast, standing: &Standing) {
        let settings = self.settings.get();
        let remind = settings.remind();
        let lang = self.settings.lang();
        let may_name = remind.names && self.attended().1;
        let name = |reminder: &Reminder| {
            let customer = reminder.customer.as_ref().filter(|_| may_name)?;
            standing.names.get(customer).cloned()
        };
        let ids: Vec<ReminderId> = toast.reminders.iter().map(|reminder| reminder.id).collect();
        let words = words::message(toast, &standing.counts, name, self.core.clock.now(), lang);
        let message = Message {
            title: words.title,
            body: words.body,
            is_urgent: toast.is_urgent,
            slot: Slot::of(toast),
            ids: ids.clone(),
            snooze: words::snooze(remind.snooze_minutes, lang),
            open: self.can_open().then(|| words::open(lang)),
        };
        // told over the socket it names nobody, whatever the settings say
        let title = words::message(toast, &standing.counts, |_| None, self.core.clock.now(), lang).title;
        let on_desktop = self.is_for_desktop();
        let (this, is_urgent) = (Arc::clone(self), toast.is_urgent);
        tokio::spawn(async move {
            let shown = match on_desktop {
                true => this.notifier.show(message).await,
                false => Err("switched off".to_owned()),
            };
            if let Err(fault) = &shown {
                tracing::debug!(fault, "the desktop does not show a reminder");
            }
            let notice = Notice::Reminder { ids, title, urgent: is_urgent, shown: shown.is_ok() };
            match this.attended().1 {
                true => this.core.events.tell(notice),
                // a locked screen rings too
                false => this.desk.0.events.tell(notice),
            }
        });
    }

    /// Whether the desktop shows them: in training only where the settings say so, so that nobody takes practice for work.
    fn is_for_desktop(&self) -> bool {
        let said = self.settings.get().flag("remind.desktop");
        said.unwrap_or(self.core.clock.kind() == ClockKind::Real)
    }

    /// Whether opening a reminder leads anywhere.
    fn can_open(&self) -> bool {
        self.core.events.is_heard() || !self.settings.get().remind().open.is_empty()
    }

    fn close_what_is_over(&self, standing: &Standing) {
        let ids = standing.reminders.iter().map(|reminder| reminder.id).collect();
        self.notifier.keep_only(&ids);
    }

    /// What somebody pressed on the desktop.
    pub fn pressed(&self, pressed: &Pressed) {
        match pressed {
            Pressed::Snooze(ids) => {
                if let Err(error) = self.snooze(ids, None) {
                    tracing::warn!(%error, "putting a reminder off");
                }
            }
            Pressed::Open(ids) => {
                let standing = self.core.standing(&self.settings.get().remind());
                let first = standing.reminders.iter().find(|reminder| ids.contains(&reminder.id));
                let customer = first.and_then(|reminder| reminder.customer.clone());
                if self.core.events.is_heard() {
                    self.core.events.tell(Notice::Open { customer });
                } else {
                    notify::run_command(&self.settings.get().remind().open);
                }
            }
        }
    }

    /// Puts reminders off by so many minutes, or by those of the settings; returns until when.
    pub fn snooze(&self, ids: &[ReminderId], minutes: Option<u32>) -> std::io::Result<NaiveDateTime> {
        let minutes = minutes.unwrap_or(self.settings.get().remind().snooze_minutes);
        let until = self.core.clock.now() + TimeDelta::minutes(i64::from(minutes));
        let mut ledger = self.ledger();
        let mut next = ledger.clone();
        for id in ids {
            next.snooze(*id, until);
        }
        self.file.write(&next)?;
        *ledger = next;
        drop(ledger);
        self.wake.notify_one();
        Ok(until)
    }

    /// The list: what was told and still stands, and what comes within two days, the next one first.
    pub fn list(&self) -> Reminders {
        let remind = self.settings.get().remind();
        let now = self.core.clock.now();
        if !remind.enabled || !self.core.is_checked() {
            return Reminders::default();
        }
        let Standing { reminders, hours, names, .. } = self.core.standing(&remind);
        let ledger = self.ledger().clone();
        let row = |reminder: Reminder| {
            let (at, state) = match (ledger.told.get(&reminder.id), ledger.snoozed.contains_key(&reminder.id)) {
                (Some(told), _) => (Some(*told), ReminderState::Told),
                (None, is_snoozed) => {
                    let state = if is_snoozed { ReminderState::Snoozed } else { ReminderState::Waiting };
                    (comes_at(&reminder, &hours, &ledger, now), state)
                }
            };
            let Reminder { id, kind, moment, customer, about, .. } = reminder;
            let name = customer.as_ref().and_then(|id| names.get(id)).cloned().unwrap_or_default();
            ReminderRow { id, kind, moment, customer, name, at, about, state }
        };
        // one whose hours are over and that was not told is of no use
        let is_near = |row: &ReminderRow| row.at.is_some_and(|at| at <= now + AHEAD);
        let mut rows: Vec<ReminderRow> = reminders.into_iter().map(row).filter(is_near).collect();
        rows.sort_by(|a, b| (a.at, a.kind, &a.customer).cmp(&(b.at, b.kind, &b.customer)));
        Reminders { enabled: true, reminders: rows }
    }

    /// Whether there is such a reminder.
    pub fn stands(&self, id: ReminderId) -> bool {
        let standing = self.core.standing(&self.settings.get().remind());
        standing.reminders.iter().any(|reminder| reminder.id == id)
    }

    /// Shows how a reminder looks here.
    pub async fn test(&self) -> ReminderTest {
        let lang = self.settings.lang();
        let (title, body) = words::example(lang);
        let message = Message {
            title: title.clone(),
            body,
            is_urgent: false,
            slot: Slot::Test,
            ids: Vec::new(),
            snooze: words::snooze(self.settings.get().remind().snooze_minutes, lang),
            open: self.can_open().then(|| words::open(lang)),
        };
        let fault = self.notifier.show(message).await.err();
        self.core.events.tell(Notice::Reminder { ids: Vec::new(), title, urgent: false, shown: fault.is_none() });
        ReminderTest { shown: fault.is_none(), fault, actions: self.notifier.has_actions() }
    }
}

/// Waits for a change of what stands.
async fn heard(events: &mut broadcast::Receiver<Notice>) {
    loop {
        match events.recv().await {
            Ok(Notice::Today | Notice::Customers { .. } | Notice::Clock)
            | Err(broadcast::error::RecvError::Lagged(_)) => {
                // what follows at once is heard with it
                while events.try_recv().is_ok() {}
                return;
            }
            Ok(_) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// How many of each there are on a day.
pub type Counts = BTreeMap<words::Count, usize>;
