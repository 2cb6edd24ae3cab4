//! Where keys and pasted text go: to what lies over the screen, to the filter, or to an action.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Place};
use super::app::{App, Recording, ToastKind};
use super::effect::{Effect, Request};
use super::keymap::{self, Key};
use super::layers::Layer;
use super::layers::outcome_form::{Step, WithNote};
use super::layers::text_form::TextPurpose;
use super::screens::Screen;
use super::screens::customers::CustomersFocus;
use super::widgets::field;
use super::words::Msg;

/// The most keys kept while something is being saved.
const MAX_TYPED_AHEAD: usize = 64;

impl App {
    pub(super) fn on_key(&mut self, key: KeyEvent) {
        let is_interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if is_interrupt {
            return self.effects.push(Effect::Quit);
        }
        if key.code == KeyCode::F(12) {
            // somebody steps up: whatever has the keys, the mask comes at once
            return self.act(Action::Privacy);
        }
        if self.recording.is_some() {
            // what is typed meanwhile is meant for the row after; beyond the bound nobody types knowingly
            if self.typed_ahead.len() < MAX_TYPED_AHEAD {
                self.typed_ahead.push_back(key);
            }
            return;
        }
        if self.trouble.take().is_some() {
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

    pub(super) fn on_command_key(&mut self, event: &KeyEvent) {
        let key = Key::of(event);
        if let Some(action) = key.and_then(|key| keymap::action(self.place(), key)) {
            return self.act(action);
        }
        let is_of_today = key.is_some_and(|key| keymap::action(Place::Today, key).is_some());
        match event.code {
            KeyCode::Char(c) if !c.is_ascii() && self.screen == Screen::Customers => {
                self.customers.focus = CustomersFocus::Filter;
                self.on_filter_key(event);
            }
            KeyCode::Char(c) if !c.is_ascii() => self.refuse(Msg::SwitchInput),
            // pressed on the way to another key
            KeyCode::Modifier(_) | KeyCode::CapsLock | KeyCode::NumLock | KeyCode::Null => {}
            _ if is_of_today => self.refuse(Msg::OnlyToday),
            _ => self.refuse(Msg::NoSuchKey),
        }
    }

    pub(super) fn on_filter_key(&mut self, event: &KeyEvent) {
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
                match field::edit(&mut input, event) {
                    true => self.filter_by(input),
                    false => self.refuse(Msg::NoSuchKey),
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

    pub(super) fn on_paste(&mut self, text: &str) {
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
            Some(Layer::NoteFirst | Layer::Promise(_)) | None => self.refuse(Msg::PasteInField),
        }
    }

    pub(super) fn on_layer_key(&mut self, layer: Layer, key: &KeyEvent) {
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
            Layer::Promise(mut choice) => match choice.key(key) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Promise(choice)),
                Step::Save(promise) => {
                    self.record(Recording::PromiseKept, Request::KeepPromise(promise));
                    self.layer = Some(Layer::Promise(choice));
                }
            },
            Layer::NoteFirst => {
                let action = Key::of(key).and_then(|key| keymap::action(self.place(), key));
                match action {
                    Some(Action::Log(code)) => self.begin_log(code, WithNote::Yes),
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
}
