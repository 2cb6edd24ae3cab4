//! The state of the interface and what changes it: events in, effects out. It never waits and never reads a clock.

use std::collections::VecDeque;

use crossterm::event::{KeyEvent, KeyEventKind};
use guide_common::id::TaskId;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::Notice;

use super::action::Place;
use super::data::{Data, Entry};
use super::effect::{Effect, Request};
use super::event::{Event, Failure, ToastId};
use super::layers::Layer;
use super::privacy::Privacy;
use super::queries::{Queries, Slot};
use super::screens::Screen;
use super::screens::customers::CustomersScreen;
use super::screens::today::TodayScreen;
use super::theme::Theme;
use super::words::Msg;

/// The state.
#[derive(Debug)]
pub struct App {
    /// The language shown.
    pub lang: Lang,
    /// The colours.
    pub theme: Theme,
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
    /// What lies over the screen.
    pub layer: Option<Layer>,
    /// Says for a moment what was done.
    pub toast: Option<Toast>,
    /// What went wrong; it stays until a key is pressed.
    pub trouble: Option<Trouble>,
    /// Whether names and purchases are masked on the screen.
    pub privacy: Privacy,
    /// Whether a cycle of sync was asked for and runs.
    pub is_syncing: bool,
    pub(super) recording: Option<Recording>,
    pub(super) queries: Queries,
    pub(super) effects: Vec<Effect>,
    /// What the daemon does not know; asking again before anything has changed would go round in circles.
    pub(super) absent: Vec<Slot>,
    pub(super) typed_ahead: VecDeque<KeyEvent>,
    pub(super) stale: Stale,
    /// How many tasks the last request for the queue asked for.
    pub(super) asked_tasks: usize,
    n_toasts: u64,
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
    Outcome { task: Option<TaskId>, code: OutcomeCode },
    ComplaintClosed,
    PromiseKept,
    Undo,
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
            size,
            link: Link::Opening,
            data: Data::default(),
            screen: Screen::Today,
            today: TodayScreen::default(),
            customers: CustomersScreen::default(),
            layer: None,
            toast: None,
            trouble: None,
            privacy: Privacy::Off,
            is_syncing: false,
            recording: None,
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
        // the first task can be asked for once the queue is there
        self.ask_today();
        self.ask(Slot::Status, Request::Status);
        std::mem::take(&mut self.effects)
    }

    /// Whether the first frame can show the queue and the first script, or why it cannot.
    pub fn is_ready(&self) -> bool {
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
            Event::Key(key) => self.on_key(key),
            Event::Paste(text) => self.on_paste(&text),
            Event::Resized(cols, rows) => self.size = (cols, rows),
            Event::InputEnded => self.effects.push(Effect::Quit),
            Event::Answered { query, answer } => self.on_answer(query, answer),
            Event::Noticed(notice) => self.on_notice(&notice),
            Event::Connected => self.on_connected(),
            Event::Lost(failure) => self.link = Link::Down(failure),
            Event::ToastExpired(id) => self.toast = self.toast.take().filter(|toast| toast.id != id),
        }
        std::mem::take(&mut self.effects)
    }

    /// Whether something is being saved.
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// The place whose keys are in force.
    pub fn place(&self) -> Place {
        match self.screen {
            Screen::Today => Place::Today,
            Screen::Customers => Place::Customers,
        }
    }

    pub(super) fn ask(&mut self, slot: Slot, request: Request) {
        let query = self.queries.ask(slot);
        self.effects.push(Effect::Ask { query, request });
    }

    pub(super) fn record(&mut self, recording: Recording, request: Request) {
        self.recording = Some(recording);
        self.ask(Slot::Recording, request);
    }

    pub(super) fn say(&mut self, kind: ToastKind, text: impl Into<String>) {
        self.n_toasts += 1;
        let id = ToastId(self.n_toasts);
        self.toast = Some(Toast { id, text: text.into(), kind });
        self.effects.push(Effect::ExpireToast(id));
    }

    pub(super) fn refuse(&mut self, msg: Msg) {
        self.say(ToastKind::Refused, msg.text(self.lang));
    }

    fn on_notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Sync => self.refresh(Stale::Status),
            Notice::Today | Notice::Clock | Notice::Customers { .. } | Notice::Unknown => self.refresh(Stale::All),
        }
    }

    fn on_connected(&mut self) {
        // the first frame has asked for everything itself
        if matches!(self.link, Link::Down(_)) {
            self.refresh_now();
        }
        self.link = Link::Up;
    }
}
