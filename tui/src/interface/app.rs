//! The state of the interface and what changes it: events in, effects out. It never waits and never reads a clock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::NaiveDateTime;
use crossterm::event::{KeyEvent, KeyEventKind};
use guide_common::id::{CustomerId, TaskId};
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::Notice;

use super::audience::Audience;
use super::clipboard::Copied;
use super::data::{Data, Entry};
use super::effect::{Effect, Linger, Request};
use super::event::{Event, Failure, ToastId};
use super::keymap::{Key, Keymap};
use super::layers::Layer;
use super::lock::Lock;
use super::mouse::Hits;
use super::privacy::Privacy;
use super::queries::{Queries, Slot};
use super::screens::Screen;
use super::screens::customers::CustomersScreen;
use super::screens::plans::{self, PlansScreen};
use super::screens::reports::ReportsScreen;
use super::screens::sync::SyncScreen;
use super::screens::templates::{self, TemplatesScreen};
use super::screens::today::TodayScreen;
use super::session::Session;
use super::settings::{Mouse, Settings};
use super::theme::Theme;
use super::words::{self, Msg};
use crate::lesson::run::Running;
use crate::lesson::want::Seen;
use crate::training::State;

/// So long a moment lasts, in milliseconds: what takes no longer shows no sign that it goes on.
pub const TICK_MS: u64 = 150;

/// The state.
#[derive(Debug)]
pub struct App {
    /// The language shown.
    pub lang: Lang,
    /// The colours.
    pub theme: Theme,
    /// The choices in force.
    pub settings: Settings,
    /// Which keys mean what.
    pub keymap: Keymap,
    /// The first of two keys that was pressed.
    pub prefix: Option<Key>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether the daemon answers.
    pub link: Link,
    /// What was read of it.
    pub data: Data,
    /// The open screen.
    pub screen: Screen,
    /// The queue's screen.
    pub today: TodayScreen,
    /// The customers' screen.
    pub customers: CustomersScreen,
    /// The templates' screen.
    pub templates: TemplatesScreen,
    /// The plans' screen.
    pub plans: PlansScreen,
    /// The reports' screen.
    pub reports: ReportsScreen,
    /// The screen of sync.
    pub sync: SyncScreen,
    /// For whom templates and plans are shown: who was selected last, or was chosen.
    pub chosen: Option<Chosen>,
    /// Whether the templates were opened for a customer of the list: Esc leads back there.
    pub from_customers: bool,
    /// While nobody is at the terminal, or it is chosen who is.
    pub lock: Option<Lock>,
    /// Whether the terminal is to be locked once it is known who is there.
    pub(super) wants_lock: bool,
    /// What lies over the screen.
    pub layer: Option<Layer>,
    /// Whether the list of reminders is to be shown when it comes.
    pub(super) wants_reminders: bool,
    /// A reminder that is shown when nothing else is.
    pub(super) waiting_reminder: Option<(ToastKind, String)>,
    /// The message that is a reminder.
    pub(super) reminder_toast: Option<ToastId>,
    /// Says for a moment what was done.
    pub toast: Option<Toast>,
    /// What went wrong; it stays until a key is pressed.
    pub trouble: Option<Trouble>,
    /// What was said so far, the newest last.
    pub messages: VecDeque<Message>,
    /// Whether a text stands on the bare terminal, until a key is pressed.
    pub is_printing: bool,
    /// What lies where on the last frame.
    pub hits: Hits,
    /// Whether names and purchases are masked on the screen.
    pub privacy: Privacy,
    /// What a learner or an audience is shown.
    pub audience: Audience,
    /// How the demo's training stands; none at a terminal without a director.
    pub training: Option<Arc<State>>,
    /// Whether the last order goes back, or sets a scene: what is shown is about to be gone.
    pub(super) goes_back: bool,
    /// How long a day lasts while the training clock plays, in milliseconds.
    pub(super) day_ms: u64,
    /// How many orders were given to the director.
    pub(super) n_ordered: u64,
    /// The lesson that runs.
    pub lesson: Option<Box<Running>>,
    /// How it stood when the clock came to each moment.
    pub(super) lesson_at: Vec<Running>,
    /// Whether the clock goes back because the lesson's step says so.
    pub(super) lesson_keeps: bool,
    /// The lessons that were played to their end, with the best score.
    pub finished: BTreeMap<String, usize>,
    /// What was done since the lesson looked last.
    pub(super) seen: Vec<Seen>,
    /// What is being recorded, as it was asked for.
    pub(super) recorded: Option<Request>,
    /// Whether a cycle of sync was asked for and runs.
    pub is_syncing: bool,
    pub(super) recording: Option<Recording>,
    /// What was kept last of where the interface is.
    pub(super) kept: Session,
    /// Where the interface was left, until the queue is there to come back to it.
    pub(super) left: Option<Box<Session>>,
    pub(super) queries: Queries,
    pub(super) effects: Vec<Effect>,
    /// What the daemon does not know; asking again before anything has changed would go round in circles.
    pub(super) absent: Vec<Slot>,
    pub(super) typed_ahead: VecDeque<KeyEvent>,
    pub(super) stale: Stale,
    /// How many tasks the last request for the queue asked for.
    pub(super) asked_tasks: usize,
    pub(super) n_toasts: u64,
}

/// A customer for whom something is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Who.
    pub id: CustomerId,
    /// The name.
    pub name: String,
}

/// Whether the daemon answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing has come yet.
    Opening,
    /// It answers.
    Up,
    /// It does not.
    Down(Failure),
}

/// What went wrong, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Something could not be read or moved.
    Reading(Failure),
    /// Something was not saved.
    Recording(Failure),
}

/// A short message about something done or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Names it.
    pub id: ToastId,
    /// What it says.
    pub text: String,
    /// Whether it says that something was done.
    pub kind: ToastKind,
}

/// The most messages that are kept.
const MAX_MESSAGES: usize = 200;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When, shop-local.
    pub at: Option<NaiveDateTime>,
    /// What.
    pub text: String,
    /// Whether it said that something was done.
    pub kind: ToastKind,
}

/// What a toast is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something was done.
    Done,
    /// Something cannot be done so.
    Refused,
}

/// What is being recorded.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Recording {
    Outcome {
        task: Option<TaskId>,
        code: OutcomeCode,
    },
    ComplaintClosed,
    PromiseKept,
    Proposal,
    Undo,
    Redo,
    Snoozed,
    Noted,
    Tagged,
    Lead,
    List,
    /// What becomes of the backlog after a leave.
    Amnesty,
    /// A rejected op is sent again.
    Resent,
    /// A rejected op is given up.
    Discarded,
}

/// Which details to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresh {
    /// Those that are not there.
    Missing,
    /// Those on the screen, as they may have changed.
    Shown,
}

/// What has changed and is not read again yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    Nothing,
    Status,
    All,
}

impl App {
    /// An app without data; [`Self::start`] asks for it.
    pub fn new(lang: Lang, theme: Theme, size: (u16, u16)) -> Self {
        Self {
            lang,
            theme,
            settings: Settings::default(),
            keymap: Keymap::default(),
            prefix: None,
            size,
            link: Link::Opening,
            data: Data::default(),
            screen: Screen::Today,
            today: TodayScreen::default(),
            customers: CustomersScreen::default(),
            templates: TemplatesScreen::default(),
            plans: PlansScreen::default(),
            reports: ReportsScreen::default(),
            sync: SyncScreen::default(),
            chosen: None,
            from_customers: false,
            lock: None,
            wants_lock: false,
            layer: None,
            wants_reminders: false,
            waiting_reminder: None,
            reminder_toast: None,
            toast: None,
            trouble: None,
            messages: VecDeque::new(),
            is_printing: false,
            hits: Hits::default(),
            privacy: Privacy::Off,
            audience: Audience::default(),
            training: None,
            goes_back: false,
            day_ms: super::act_training::DAY_MS,
            n_ordered: 0,
            lesson: None,
            lesson_at: Vec::new(),
            lesson_keeps: false,
            finished: BTreeMap::new(),
            seen: Vec::new(),
            recorded: None,
            is_syncing: false,
            recording: None,
            kept: Session::default(),
            left: None,
            queries: Queries::default(),
            effects: Vec::new(),
            absent: Vec::new(),
            typed_ahead: VecDeque::new(),
            stale: Stale::Nothing,
            asked_tasks: 0,
            n_toasts: 0,
        }
    }

    /// Asks for what the first frame shows.
    pub fn start(&mut self) -> Vec<Effect> {
        self.ask_first();
        std::mem::take(&mut self.effects)
    }

    pub(super) fn ask_first(&mut self) {
        // the first task can be asked for once the queue is there
        self.ask_today();
        self.ask(Slot::Status, Request::Status);
        // a lesson begins where its scene does, not where the interface was left
        if self.lesson.is_none() {
            self.ask(Slot::Session, Request::Session);
        }
    }

    /// Whether the first frame can show the queue and the first script, or why it cannot.
    pub fn is_ready(&self) -> bool {
        if self.lock.is_some() {
            return !self.queries.awaits(&Slot::Seats);
        }
        let queue_is_there = !self.queries.awaits(&Slot::Status) && !self.queries.awaits(&Slot::Today);
        let script_is_there = match self.data.entry(self.today.list.selected) {
            Some(Entry::Task(row)) => !self.queries.awaits(&Slot::Task(row.id)),
            _ => true,
        };
        queue_is_there && script_is_there
    }

    /// Applies one event and says what is to be done.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(key) => {
                self.tell_here();
                self.on_key(key);
                // a key that only said what it will do counts when it does it
                if let Some(lesson) = self.lesson.as_mut().filter(|_| self.audience.held.is_none()) {
                    lesson.n_keys += 1;
                }
            }
            Event::Commanded(_) | Event::Selected(_) | Event::Paste(_) | Event::Mouse(_) | Event::Edited(_)
                if self.lock.is_some() => {}
            Event::Commanded(command) => self.command(command),
            Event::Selected(idx) => self.select(idx),
            Event::Paste(text) => self.on_paste(&text),
            Event::Mouse(mouse) if self.settings.mouse == Mouse::Captured => {
                self.tell_here();
                self.on_mouse(&mouse);
            }
            Event::Mouse(_) => {}
            Event::Copied(copied) => self.on_copied(&copied),
            Event::NotSaved(why) => self.say(ToastKind::Refused, words::setting_not_saved(&why, self.lang)),
            Event::Resized(cols, rows) => self.size = (cols, rows),
            Event::InputEnded => self.effects.push(Effect::Quit),
            Event::Answered { query, answer } => self.on_answer(query, answer),
            Event::Noticed(notice) => self.on_notice(&notice),
            Event::Connected => self.on_connected(),
            Event::Lost(failure) => self.link = Link::Down(failure),
            Event::Waited { query, seconds } => {
                if self.queries.slot(query).is_some() {
                    self.sync.waited_s = seconds;
                }
            }
            Event::Ticked => plans::tick(self),
            Event::Training(state) => self.on_training(state),
            Event::Second => {
                if let Some(lesson) = &mut self.lesson {
                    lesson.tick();
                }
            }
            Event::Edited(edited) => templates::edited(self, edited),
            Event::ToastExpired(id) => self.toast = self.toast.take().filter(|toast| toast.id != id),
        }
        self.show_waiting_reminder();
        self.follow_lesson();
        self.keep_session();
        std::mem::take(&mut self.effects)
    }

    /// A guide's turn goes on for as long as keys are pressed.
    fn tell_here(&mut self) {
        if self.lock.is_none() && self.data.status.as_ref().is_some_and(|status| status.turn.is_some()) {
            self.effects.push(Effect::Here);
        }
    }

    /// Whether an answer of the daemon is on its way.
    pub fn awaits_answer(&self) -> bool {
        !self.queries.is_idle()
    }

    /// Whether the demo's director has not carried out everything yet.
    pub fn awaits_director(&self) -> bool {
        self.training.as_ref().is_some_and(|state| state.n_orders < self.n_ordered)
    }

    /// Whether something is being saved.
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Remembers who is selected, for the screens that show something for a customer.
    pub(super) fn remember_customer(&mut self) {
        let selected = match self.screen {
            Screen::Today => self.data.entry(self.today.list.selected).map(|entry| (entry.customer(), entry.name())),
            Screen::Customers => self.customers.selected(&self.data).map(|row| (&row.id, row.name.as_str())),
            Screen::Templates | Screen::Plans | Screen::Reports | Screen::Sync => None,
        };
        if let Some((id, name)) = selected {
            self.chosen = Some(Chosen { id: id.clone(), name: name.to_owned() });
        }
    }

    pub(super) fn ask(&mut self, slot: Slot, request: Request) {
        let query = self.queries.ask(slot);
        self.effects.push(Effect::Ask { query, request });
    }

    pub(super) fn record(&mut self, recording: Recording, request: Request) {
        self.recording = Some(recording);
        self.recorded = Some(request.clone());
        self.ask(Slot::Recording, request);
    }

    pub(super) fn say(&mut self, kind: ToastKind, text: impl Into<String>) {
        if kind == ToastKind::Refused {
            self.note_seen(Seen::Refused);
        }
        self.n_toasts += 1;
        let id = ToastId(self.n_toasts);
        let text = text.into();
        self.note(kind, text.clone());
        self.toast = Some(Toast { id, text, kind });
        self.effects.push(Effect::ExpireToast(id, Linger::Short));
    }

    /// Shows something for a while without keeping it among the messages.
    pub(super) fn show_once(&mut self, kind: ToastKind, text: String) {
        self.n_toasts += 1;
        let id = ToastId(self.n_toasts);
        self.toast = Some(Toast { id, text, kind });
        self.effects.push(Effect::ExpireToast(id, Linger::Long));
    }

    /// Keeps a message without showing it.
    pub(super) fn note(&mut self, kind: ToastKind, text: String) {
        if self.messages.len() >= MAX_MESSAGES {
            self.messages.pop_front();
        }
        let at = self.data.status.as_ref().map(|status| status.now);
        self.messages.push_back(Message { at, text, kind });
    }

    pub(super) fn refuse(&mut self, msg: Msg) {
        self.say(ToastKind::Refused, msg.text(self.lang));
    }

    fn on_copied(&mut self, copied: &Copied) {
        let kind = if matches!(copied, Copied::Nowhere(_)) { ToastKind::Refused } else { ToastKind::Done };
        self.say(kind, words::copied(copied, self.lang));
    }

    fn on_notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Seat => self.on_turn(),
            Notice::Reminder { title, urgent, shown, .. } => self.on_reminder(title, *urgent, *shown),
            _ if self.lock.is_some() => {}
            Notice::Sync => self.refresh(Stale::Status),
            Notice::Today | Notice::Clock | Notice::Customers { .. } | Notice::Unknown => self.refresh(Stale::All),
            Notice::Open { customer } => self.on_opened(customer.as_ref()),
        }
    }

    fn on_connected(&mut self) {
        // the first frame has asked for everything itself
        if matches!(self.link, Link::Down(_)) {
            // what was kept meanwhile may not have arrived
            self.kept = Session::default();
            match self.lock {
                Some(_) => self.ask(Slot::Seats, Request::Seats { leaves: true }),
                None => self.refresh_now(),
            }
        }
        self.link = Link::Up;
    }
}
