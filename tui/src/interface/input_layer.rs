//! What keys and clicks do in what lies over the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::Action;
use super::app::{App, Recording, Refresh, ToastKind};
use super::effect::Request;
use super::keymap::{Key, Meaning};
use super::layers::Layer;
use super::layers::outcome_form::{Step, WithNote};
use super::layers::picker::Picker;
use super::layers::settings_sheet::Turned;
use super::layers::text_form::TextPurpose;
use super::layers::training_sheet::TrainingChoice;
use super::screens::{plans, templates};
use super::words::Msg;

impl App {
    /// A click on a row of what lies over the screen is Enter on it.
    pub(super) fn on_layer_click(&mut self, idx: usize) {
        match &mut self.layer {
            Some(Layer::Palette(palette)) => palette.selected = idx,
            Some(Layer::Settings(sheet)) => sheet.selected = idx,
            Some(Layer::Promise(choice)) => choice.selected = idx,
            Some(Layer::Steps(sheet)) => sheet.selected = idx,
            Some(Layer::Lists(sheet)) => sheet.selected = idx,
            Some(Layer::Reminders(sheet)) => sheet.selected = idx,
            Some(Layer::Picker(picker)) => picker.selected = idx,
            Some(Layer::Tags(sheet)) => sheet.selected = idx,
            Some(Layer::Training(sheet)) => sheet.selected = idx,
            Some(Layer::Confirm(confirm)) => confirm.selected = idx.min(1),
            _ => return,
        }
        self.on_key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
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
                    TextPurpose::FillPreview => templates::save_fills(self, texts),
                    TextPurpose::Propose(template) => {
                        let why = texts.into_values().next().unwrap_or_default();
                        templates::propose(self, template, why);
                        self.layer = Some(Layer::Text(form));
                    }
                    TextPurpose::Parameters(plan) => plans::save_parameters(self, &plan, form),
                    TextPurpose::Compare(plan) => plans::compare(self, plan, form),
                    TextPurpose::CloseComplaint { customer, .. } => {
                        let words = texts.into_values().next().unwrap_or_default();
                        self.record(Recording::ComplaintClosed, Request::CloseComplaint(customer, words));
                        self.layer = Some(Layer::Text(form));
                    }
                    TextPurpose::SaveList { filter } => {
                        let name = texts.into_values().next().unwrap_or_default();
                        self.save_list(form, name, filter);
                    }
                    TextPurpose::Note { customer, .. } => {
                        let text = texts.into_values().next().unwrap_or_default();
                        self.record(Recording::Noted, Request::AddNote(customer, text));
                        self.layer = Some(Layer::Text(form));
                    }
                    purpose @ TextPurpose::Snooze { .. } => {
                        if !self.save_snooze(&purpose, &texts.into_values().next().unwrap_or_default()) {
                            form.error = Some(Msg::ErrUntil.text(self.lang).to_owned());
                        }
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
            Layer::Ask(mut form) => match form.key(key, self.lang, self.data.on()) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Ask(form)),
                Step::Save(answers) => self.answer_form(form, answers),
            },
            Layer::Confirm(mut confirm) => match confirm.key(key) {
                Step::Cancel => self.layer = confirm.back().map(Layer::Ask),
                Step::Stay => self.layer = Some(Layer::Confirm(confirm)),
                Step::Save(()) => self.confirmed(confirm),
            },
            Layer::NoteFirst => {
                let meaning = Key::of(key).map(|key| self.keymap.meaning(self.screen, None, key));
                match meaning {
                    Some(Meaning::Action(Action::Log(code))) => self.begin_log(code, WithNote::Yes),
                    Some(Meaning::Action(Action::Back)) => {}
                    _ => self.layer = Some(Layer::NoteFirst),
                }
            }
            Layer::Picker(mut picker) => {
                let before = picker.input.value().to_owned();
                match picker.key(key) {
                    Step::Cancel => {}
                    Step::Stay => {
                        let q = picker.input.value().to_owned();
                        self.layer = Some(Layer::Picker(picker));
                        if q != before {
                            Picker::ask(self, &q);
                        }
                    }
                    Step::Save(chosen) => {
                        self.chosen = Some(chosen);
                        self.ask_details(Refresh::Shown);
                    }
                }
            }
            Layer::Editor(editor) => editor.key(self, key),
            Layer::Palette(mut palette) => match palette.key(key, self) {
                Step::Cancel => self.theme = palette.theme_before,
                Step::Stay => {
                    self.theme = palette.preview(self);
                    self.layer = Some(Layer::Palette(palette));
                }
                Step::Save(command) => {
                    self.theme = palette.theme_before;
                    self.command(command);
                }
            },
            Layer::Settings(mut sheet) => match sheet.key(key, self) {
                Turned::Closed => {}
                Turned::Stay => self.layer = Some(Layer::Settings(sheet)),
                Turned::To(setting) => {
                    self.choose(setting);
                    self.toast = None;
                    self.layer = Some(Layer::Settings(sheet));
                }
            },
            Layer::Steps(mut sheet) => match sheet.key(key) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Steps(sheet)),
                Step::Save(walk) => self.walk_steps(walk),
            },
            Layer::Tags(mut sheet) => match sheet.key(key) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Tags(sheet)),
                Step::Save(request) => {
                    self.turn_tag(&sheet.customer.clone(), request);
                    self.layer = Some(Layer::Tags(sheet));
                }
            },
            Layer::Lists(mut sheet) => match sheet.key(key) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Lists(sheet)),
                Step::Save(choice) => self.choose_list(choice),
            },
            Layer::Reminders(mut sheet) => match sheet.key(key) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Reminders(sheet)),
                Step::Save(choice) => self.choose_reminder(sheet, choice),
            },
            Layer::Amnesty(mut sheet) => match sheet.key(key) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Amnesty(sheet)),
                Step::Save(()) => self.apply_amnesty(sheet),
            },
            Layer::Training(mut sheet) => match sheet.key(key, self) {
                Step::Cancel => {}
                Step::Stay => self.layer = Some(Layer::Training(sheet)),
                Step::Save(choice) => {
                    // switches are turned one after the other
                    let stays = matches!(choice, TrainingChoice::Turn(_));
                    self.choose_in_training(choice);
                    self.layer = stays.then_some(Layer::Training(sheet));
                }
            },
            Layer::Page(mut page) => {
                if page.key(key) {
                    self.layer = Some(Layer::Page(page));
                }
            }
        }
    }
}
