//! Where keys and pasted text go: to what lies over the screen, to the filter, or to an action.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, ActionSpec, When, spec};
use super::app::{App, Refresh};
use super::effect::Effect;
use super::keymap::{Key, Meaning};
use super::layers::Layer;
use super::layers::palette::Command;
use super::layers::picker::Picker;
use super::queries::Slot;
use super::screens::Screen;
use super::screens::customers::CustomersFocus;
use super::widgets::browser::{Browser, Focus, Typed};
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
        if self.is_printing {
            self.is_printing = false;
            return self.effects.push(Effect::Resume);
        }
        if self.lock.is_some() {
            return self.on_lock_key(&key);
        }
        self.note_pressed(&key);
        if key.code == KeyCode::F(12) {
            // somebody steps up: whatever has the keys, the mask comes at once
            return self.act(Action::Privacy);
        }
        if self.goes_back && self.awaits_director() {
            // it would be done to what is about to be gone
            return self.refuse(Msg::StillMoving);
        }
        if self.recording.is_some() || self.awaits_sheet() {
            // what is typed meanwhile is meant for the row after, or the sheet; beyond the bound nobody types knowingly
            if self.typed_ahead.len() < MAX_TYPED_AHEAD {
                self.typed_ahead.push_back(key);
            }
            return;
        }
        if self.trouble.take().is_some() || self.show_result() {
            return;
        }
        match self.layer.take() {
            Some(layer) => self.on_layer_key(layer, &key),
            None if self.is_filtering() => self.on_filter_key(&key),
            None if self.is_typing() => self.on_browser_key(&key),
            None => self.on_command_key(&key),
        }
    }

    /// Whether a sheet is on its way that gets the keys: until it is there a digit must not log an outcome.
    pub(super) fn awaits_sheet(&self) -> bool {
        self.layer.is_none()
            && [Slot::TagGroups, Slot::Steps, Slot::Amnesty].iter().any(|slot| self.queries.awaits(slot))
    }

    /// Whether the keys are typed into the filter of the customers.
    pub fn is_filtering(&self) -> bool {
        self.layer.is_none() && self.screen == Screen::Customers && self.customers.focus == CustomersFocus::Filter
    }

    /// The list of the open screen, where that has a browser.
    fn browser(&self) -> Option<&Browser> {
        match self.screen {
            Screen::Today | Screen::Customers => None,
            Screen::Templates => Some(&self.templates.browser),
            Screen::Plans => Some(&self.plans.browser),
            Screen::Reports => Some(self.reports.panes.typing()),
            Screen::Sync => Some(self.sync.panes.typing()),
        }
    }

    pub(super) fn browser_mut(&mut self) -> Option<&mut Browser> {
        match self.screen {
            Screen::Today | Screen::Customers => None,
            Screen::Templates => Some(&mut self.templates.browser),
            Screen::Plans => Some(&mut self.plans.browser),
            Screen::Reports => Some(self.reports.panes.typing_mut()),
            Screen::Sync => Some(self.sync.panes.typing_mut()),
        }
    }

    /// Whether the keys are typed into the filter of such a list.
    pub fn is_typing(&self) -> bool {
        self.layer.is_none() && self.browser().is_some_and(|browser| browser.focus == Focus::Filter)
    }

    fn on_browser_key(&mut self, event: &KeyEvent) {
        match self.browser_mut().map_or(Typed::Nothing, |browser| browser.type_key(event)) {
            Typed::Changed => self.ask_details(Refresh::Missing),
            Typed::Taken => {}
            Typed::Command => self.on_command_key(event),
            Typed::Nothing => self.refuse(Msg::NoSuchKey),
        }
    }

    pub(super) fn on_command_key(&mut self, event: &KeyEvent) {
        let prefix = self.prefix.take();
        if prefix.is_some() && event.code == KeyCode::Esc {
            return;
        }
        let meaning = Key::of(event).map_or(Meaning::Nothing, |key| self.keymap.meaning(self.screen, prefix, key));
        match meaning {
            Meaning::Action(action) => {
                // Enter does what the key before said, whatever Enter means here
                let held = self.audience.held.filter(|_| event.code == KeyCode::Enter);
                return self.press(held.unwrap_or(action));
            }
            Meaning::Prefix => {
                let prefix = Key::of(event);
                let follows = prefix.map(|prefix| self.continuations(prefix)).unwrap_or_default();
                if follows.is_empty() {
                    return self.refuse(Msg::TrainingOnly);
                }
                self.prefix = prefix;
                return;
            }
            Meaning::Elsewhere | Meaning::Nothing => {}
        }
        self.audience.held = None;
        match event.code {
            KeyCode::Char(c) if !c.is_ascii() && self.screen == Screen::Customers => {
                self.customers.focus = CustomersFocus::Filter;
                self.on_filter_key(event);
            }
            KeyCode::Char(c) if !c.is_ascii() => self.refuse(Msg::SwitchInput),
            // pressed on the way to another key
            KeyCode::Modifier(_) | KeyCode::CapsLock | KeyCode::NumLock | KeyCode::Null => {}
            _ if meaning == Meaning::Elsewhere => self.refuse(Msg::OnlyElsewhere),
            _ => self.refuse(Msg::NoSuchKey),
        }
    }

    /// What may follow the first of two keys here; what is of training only in training.
    pub(super) fn continuations(&self, prefix: Key) -> Vec<(Key, &'static ActionSpec)> {
        let is_training = self.data.is_training();
        let mut all = self.keymap.continuations(self.screen, prefix);
        all.retain(|(_, spec)| is_training || spec.when == When::Always);
        all
    }

    /// Whether a key is one of training and not a letter of a name: the clock and the lessons are there also where nothing
    /// was typed yet.
    fn is_for_training(&self, event: &KeyEvent) -> bool {
        if self.prefix.is_some() {
            return true;
        }
        let Some(key) = Key::of(event).filter(|_| self.customers.input.value().is_empty()) else { return false };
        let is_training = |spec: &ActionSpec| spec.when == When::Training;
        self.data.is_training()
            && match self.keymap.meaning(self.screen, None, key) {
                Meaning::Action(action) => spec(action).is_some_and(is_training),
                Meaning::Prefix => self.continuations(key).iter().any(|(_, spec)| is_training(spec)),
                Meaning::Elsewhere | Meaning::Nothing => false,
            }
    }

    pub(super) fn on_filter_key(&mut self, event: &KeyEvent) {
        if self.is_for_training(event) {
            return self.on_command_key(event);
        }
        match event.code {
            KeyCode::Esc if self.customers.input.value().is_empty() => self.goto(Screen::Today),
            KeyCode::Esc => self.filter_by(tui_input::Input::default()),
            KeyCode::Enter | KeyCode::Down => self.customers.focus = CustomersFocus::List,
            KeyCode::Up => {}
            KeyCode::Tab | KeyCode::BackTab | KeyCode::F(_) | KeyCode::PageDown | KeyCode::PageUp | KeyCode::Insert => {
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
            Some(Layer::Palette(palette)) => field::insert(&mut palette.input, text),
            Some(Layer::Ask(form)) => form.paste(text),
            Some(Layer::Picker(picker)) => {
                field::insert(&mut picker.input, text);
                let q = picker.input.value().to_owned();
                Picker::ask(self, &q);
            }
            Some(Layer::Editor(editor)) => editor.clone().paste(self, text),
            None if self.screen == Screen::Customers => {
                let mut input = self.customers.input.clone();
                field::insert(&mut input, text);
                self.customers.focus = CustomersFocus::Filter;
                self.filter_by(input);
            }
            // pasted text never triggers commands
            Some(
                Layer::NoteFirst
                | Layer::Promise(_)
                | Layer::Confirm(_)
                | Layer::Settings(_)
                | Layer::Amnesty(_)
                | Layer::Page(_)
                | Layer::Steps(_)
                | Layer::Lists(_)
                | Layer::Reminders(_)
                | Layer::Tags(_)
                | Layer::Training(_),
            ) => self.refuse(Msg::PasteInField),
            None => match self.browser_mut() {
                Some(browser) => {
                    browser.paste(text);
                    self.ask_details(Refresh::Missing);
                }
                None => self.refuse(Msg::PasteInField),
            },
        }
    }

    /// Does what a row of the palette says.
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Set(setting) => self.choose(setting),
            Command::Act(action) if spec(action).is_some_and(|spec| !spec.reaches(self.screen)) => {
                self.refuse(Msg::OnlyElsewhere);
            }
            // the palette says what each does
            Command::Act(action) => self.act(action),
        }
    }
}
