//! The state of the interface and what changes it: events in, effects out. It never waits and never reads a clock.

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use guide_common::id::{CustomerId, TaskId};
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{Notice, SavedResponse};

use super::action::{Action, Place};
use super::data::{Data, Entry};
use super::effect::{Effect, Request};
use super::event::{Answer, Event, Failure, FailureKind, QueryId, ToastId};
use super::keymap::{self, Key};
use super::layers::Layer;
use super::layers::outcome_form::Step;
use super::layers::text_form::TextPurpose;
use super::queries::{Queries, Slot};
use super::screens::Screen;
use super::screens::customers::{CustomersFocus, CustomersScreen, MAX_ROWS};
use super::screens::today::TodayScreen;
use super::theme::Theme;
use super::widgets::field;
use super::words::{self, Msg};

/// The most keys kept while something is being saved.
const MAX_TYPED_AHEAD: usize = 64;

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
    pub failure: Option<Failure>,
    /// Whether a cycle of sync was asked for and runs.
    pub is_syncing: bool,
    pub(super) recording: Option<Recording>,
    pub(super) queries: Queries,
    pub(super) effects: Vec<Effect>,
    /// What the daemon does not know; asking again before anything has changed would go round in circles.
    absent: Vec<Slot>,
    typed_ahead: VecDeque<KeyEvent>,
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
            failure: None,
            is_syncing: false,
            recording: None,
            queries: Queries::default(),
            effects: Vec::new(),
            absent: Vec::new(),
            typed_ahead: VecDeque::new(),
            n_toasts: 0,
        }
    }

    /// Asks for what the first frame shows.
    pub fn start(&mut self) -> Vec<Effect> {
        self.ask(Slot::Status, Request::Status);
        self.ask(Slot::Today, Request::Today);
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

    fn on_key(&mut self, key: KeyEvent) {
        let is_interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if is_interrupt {
            return self.effects.push(Effect::Quit);
        }
        if self.recording.is_some() {
            // what is typed meanwhile is meant for the row after; beyond the bound nobody types knowingly
            if self.typed_ahead.len() < MAX_TYPED_AHEAD {
                self.typed_ahead.push_back(key);
            }
            return;
        }
        if self.failure.take().is_some() {
            return;
        }
        match self.layer.take() {
            Some(layer) => self.on_layer_key(layer, &key),
            None if self.is_filtering() => self.on_filter_key(&key),
            None => self.on_command_key(&key),
        }
    }

    /// Whether the keys are typed into the filter of the customers.
    pub fn is_filtering(&self) -> bool {
        self.layer.is_none() && self.screen == Screen::Customers && self.customers.focus == CustomersFocus::Filter
    }

    fn on_command_key(&mut self, event: &KeyEvent) {
        let Some(key) = Key::of(event) else { return };
        if let Some(action) = keymap::action(self.place(), key) {
            return self.act(action);
        }
        let KeyCode::Char(c) = event.code else { return };
        if c.is_ascii() {
            return;
        }
        if self.screen == Screen::Customers {
            self.customers.focus = CustomersFocus::Filter;
            self.on_filter_key(event);
        } else {
            self.refuse(Msg::SwitchInput);
        }
    }

    fn on_filter_key(&mut self, event: &KeyEvent) {
        match event.code {
            KeyCode::Esc if self.customers.input.value().is_empty() => self.act(Action::OtherScreen),
            KeyCode::Esc => self.filter_by(tui_input::Input::default()),
            KeyCode::Enter | KeyCode::Down => self.customers.focus = CustomersFocus::List,
            KeyCode::Up => {}
            KeyCode::Tab | KeyCode::BackTab | KeyCode::F(_) | KeyCode::PageDown | KeyCode::PageUp => {
                self.on_command_key(event);
            }
            _ => {
                let mut input = self.customers.input.clone();
                if field::edit(&mut input, event) {
                    self.filter_by(input);
                }
            }
        }
    }

    pub(super) fn filter_by(&mut self, input: tui_input::Input) {
        let changed = input.value() != self.customers.input.value();
        self.customers.input = input;
        if changed {
            self.ask_customers();
        }
    }

    pub(super) fn ask_customers(&mut self) {
        let q = self.customers.input.value().trim().to_owned();
        self.ask(Slot::Customers, Request::Customers { q, limit: MAX_ROWS });
    }

    fn on_paste(&mut self, text: &str) {
        match &mut self.layer {
            Some(Layer::Outcome(form)) => form.paste(text),
            Some(Layer::Text(form)) => form.paste(text),
            Some(Layer::Help(help)) => field::insert(&mut help.input, text),
            None if self.screen == Screen::Customers => {
                let mut input = self.customers.input.clone();
                field::insert(&mut input, text);
                self.customers.focus = CustomersFocus::Filter;
                self.filter_by(input);
            }
            // pasted text never triggers commands
            Some(Layer::NoteFirst) | None => self.refuse(Msg::PasteInField),
        }
    }

    fn on_layer_key(&mut self, layer: Layer, key: &KeyEvent) {
        match layer {
            Layer::Outcome(mut form) => match form.key(key, self.lang) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Outcome(form)),
                Step::Save(request) => {
                    self.log(&form.target.clone(), form.code, request);
                    self.layer = Some(Layer::Outcome(form));
                }
            },
            Layer::Text(mut form) => match form.key(key, self.lang) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Text(form)),
                Step::Save(texts) => match form.purpose.clone() {
                    TextPurpose::Fill(task) => {
                        self.today.fills.insert(task, texts);
                        self.say(ToastKind::Done, Msg::Filled.text(self.lang));
                    }
                    TextPurpose::CloseComplaint { customer, .. } => {
                        let words = texts.into_values().next().unwrap_or_default();
                        self.record(Recording::ComplaintClosed, Request::CloseComplaint(customer, words));
                        self.layer = Some(Layer::Text(form));
                    }
                },
            },
            Layer::NoteFirst => {
                let action = Key::of(key).and_then(|key| keymap::action(self.place(), key));
                match action {
                    Some(Action::Log(code)) => self.begin_log(code, super::layers::outcome_form::WithNote::Yes),
                    Some(Action::Back) => {}
                    _ => self.layer = Some(Layer::NoteFirst),
                }
            }
            Layer::Help(mut help) => match help.key(key, self.lang) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Help(help)),
                Step::Save(action) => self.act(action),
            },
        }
    }

    fn on_notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Sync => self.ask(Slot::Status, Request::Status),
            Notice::Today | Notice::Clock | Notice::Customers { .. } | Notice::Unknown => self.refresh(),
        }
    }

    fn on_connected(&mut self) {
        // the first frame has asked for everything itself
        if matches!(self.link, Link::Down(_)) {
            self.refresh();
        }
        self.link = Link::Up;
    }

    /// Asks again for everything that is shown.
    pub(super) fn refresh(&mut self) {
        self.absent.clear();
        self.ask(Slot::Status, Request::Status);
        self.ask(Slot::Today, Request::Today);
        if self.data.customers.is_some() {
            self.ask_customers();
        }
        self.ask_details(Refresh::Shown);
    }

    /// Asks for the selected row's task or customer, and ahead for the task that comes after.
    pub(super) fn ask_details(&mut self, refresh: Refresh) {
        let shown_task = self.shown_task();
        let shown_customer = self.shown_customer();
        if refresh == Refresh::Shown {
            self.queries.forget_details();
            self.data.forget_details(shown_task, shown_customer.as_ref());
        }
        let next = self.data.entry(self.today.list.selected + 1);
        let next_task = match next {
            Some(Entry::Task(row)) => Some(row.id),
            _ => None,
        };
        if let Some(id) = shown_task {
            self.ask_task(id, refresh);
        }
        if let Some(id) = next_task {
            self.ask_task(id, Refresh::Missing);
        }
        if let Some(id) = shown_customer.filter(|_| shown_task.is_none()) {
            let is_there = self.data.cards.contains_key(&id);
            self.ask_detail(is_there, refresh, Slot::Card(id.clone()), Request::Card(id));
        }
    }

    fn ask_task(&mut self, id: TaskId, refresh: Refresh) {
        let is_there = self.data.details.contains_key(&id);
        self.ask_detail(is_there, refresh, Slot::Task(id), Request::Task(id, self.lang));
    }

    fn ask_detail(&mut self, is_there: bool, refresh: Refresh, slot: Slot, request: Request) {
        let is_missing = !is_there && !self.queries.awaits(&slot) && !self.absent.contains(&slot);
        if is_missing || refresh == Refresh::Shown {
            self.ask(slot, request);
        }
    }

    /// The task whose script is on the screen.
    pub(super) fn shown_task(&self) -> Option<TaskId> {
        match self.data.entry(self.today.list.selected) {
            Some(Entry::Task(row)) if self.screen == Screen::Today => Some(row.id),
            _ => None,
        }
    }

    /// The customer who is on the screen.
    pub(super) fn shown_customer(&self) -> Option<CustomerId> {
        match self.screen {
            Screen::Today => self.data.entry(self.today.list.selected).map(|entry| entry.customer().clone()),
            Screen::Customers => self.customers.selected(&self.data).map(|row| row.id.clone()),
        }
    }

    fn on_answer(&mut self, query: QueryId, answer: Result<Answer, Failure>) {
        let Some(slot) = self.queries.answered(query) else { return };
        match answer {
            Ok(answer) => {
                self.link = Link::Up;
                self.take_answer(answer);
            }
            Err(failure) => self.on_failure(&slot, failure),
        }
        if slot == Slot::Recording {
            self.replay();
        }
    }

    /// Presses the keys that were typed while something was being saved.
    fn replay(&mut self) {
        if self.failure.is_some() || self.layer.is_some() {
            self.typed_ahead.clear();
        }
        while self.recording.is_none() {
            let Some(key) = self.typed_ahead.pop_front() else { return };
            self.on_key(key);
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Status(status) => self.data.status = Some(*status),
            Answer::Today(today) => {
                let before = self.today.selected_key(&self.data);
                self.data.today = Some(*today);
                self.today.reselect(&self.data, before);
                self.ask_details(Refresh::Missing);
            }
            Answer::Task(id, detail) => self.data.keep_detail(id, *detail),
            Answer::Card(id, card) => self.data.keep_card(id, *card),
            Answer::Customers(list) => {
                let before = self.customers.selected(&self.data).map(|row| row.id.clone());
                self.data.customers = Some(list);
                self.customers.reselect(&self.data, before.as_ref());
                self.ask_details(Refresh::Missing);
            }
            Answer::Saved(saved) => self.on_saved(&saved),
            Answer::Clock(clock) => {
                if let Some(status) = &mut self.data.status {
                    status.now = clock.now;
                }
                self.refresh();
            }
            Answer::Synced(sync) => {
                self.is_syncing = false;
                if let Some(status) = &mut self.data.status {
                    status.sync = *sync;
                }
                self.refresh();
            }
        }
    }

    /// Something is on disk: the row leaves the queue at once, the next is selected, and the rest follows.
    fn on_saved(&mut self, saved: &SavedResponse) {
        let Some(recording) = self.recording.take() else { return };
        self.layer = None;
        match recording {
            Recording::Outcome { task, code } => {
                if let Some(task) = task {
                    self.leave_queue(task);
                }
                self.say(ToastKind::Done, words::saved(&saved.name, code, saved.gone.len(), self.lang));
            }
            Recording::ComplaintClosed => {
                self.say(ToastKind::Done, words::complaint_closed(&saved.name, self.lang));
            }
            Recording::Undo => {
                self.today.wanted = Some(saved.customer.clone());
                self.say(ToastKind::Done, words::undone(&saved.name, self.lang));
            }
        }
        if let Some(status) = &mut self.data.status {
            status.queue = saved.queue;
        }
        self.refresh();
    }

    fn leave_queue(&mut self, task: TaskId) {
        let before = self.today.selected_key(&self.data);
        if let Some(today) = &mut self.data.today {
            today.tasks.retain(|row| row.id != task);
        }
        self.today.fills.remove(&task);
        self.today.reselect(&self.data, before);
    }

    fn on_failure(&mut self, slot: &Slot, failure: Failure) {
        let unreachable = failure.kind == FailureKind::Unreachable;
        if unreachable {
            self.link = Link::Down(failure.clone());
        }
        match slot {
            Slot::Recording => {
                self.recording = None;
                self.fail_recording(failure);
            }
            Slot::Machine => {
                self.is_syncing = false;
                self.failure = Some(failure);
                self.ask(Slot::Status, Request::Status);
            }
            Slot::Task(_) | Slot::Card(_) if failure.code.starts_with("unknown_") => {
                self.absent.push(slot.clone());
                self.ask(Slot::Today, Request::Today);
            }
            _ if unreachable || failure.code == "not_enrolled" => {}
            _ => self.failure = Some(failure),
        }
    }

    /// Nothing typed is lost: the form stays open and says what is wrong.
    fn fail_recording(&mut self, failure: Failure) {
        let sentence = words::problem(&failure.code, self.lang).map_or_else(|| failure.detail.clone(), str::to_owned);
        let sentence = format!("{sentence} · {}", Msg::NotSaved.text(self.lang));
        match &mut self.layer {
            Some(Layer::Outcome(form)) => form.error = Some(sentence),
            Some(Layer::Text(form)) => form.error = Some(sentence),
            _ => self.failure = Some(failure),
        }
    }
}
