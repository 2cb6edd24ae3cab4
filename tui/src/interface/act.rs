//! What each action does to the app.

use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::Lang;
use guide_common::template::Withheld;
use guide_common::wire::local::ScriptView;

use super::action::Action;
use super::app::{App, Recording, Refresh, ToastKind};
use super::effect::{Effect, Request};
use super::layers::Layer;
use super::layers::outcome_form::WithNote;
use super::layers::page::Page;
use super::layers::palette::{Kind, Palette};
use super::layers::promise_choice::PromiseChoice;
use super::layers::settings_sheet::SettingsSheet;
use super::layers::text_form::{TextForm, TextPurpose};
use super::privacy::Privacy;
use super::queries::Slot;
use super::screens::customers::CustomersFocus;
use super::screens::customers_view::BESIDE_COLS;
use super::screens::today::Pane;
use super::screens::{Screen, plans, reports, sync, templates};
use super::settings::{Mouse, Setting};
use super::words::{self, Msg};
use crate::lang::withheld;
use crate::lesson::want::Seen;

impl App {
    pub(super) fn act(&mut self, action: Action) {
        // a script that cannot be copied is not: it is noted where it was
        if self.lesson.is_some() && action != Action::Copy {
            let customer = self.shown_customer();
            self.note_seen(Seen::Action(action, customer));
        }
        match action {
            Action::Log(code) => self.begin_log(code, WithNote::IfAsked),
            _ if self.act_on_screen(action) => {}
            Action::Down => self.move_by(1),
            Action::Up => self.move_by(-1),
            Action::PageDown => self.move_by(self.list().page()),
            Action::PageUp => self.move_by(-self.list().page()),
            Action::First => self.move_by(isize::MIN),
            Action::Last => self.move_by(isize::MAX),
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Copy => self.copy(),
            Action::Fill => self.fill(),
            Action::NextScript => self.next_script(),
            Action::ScrollDown => self.scroll(1),
            Action::ScrollUp => self.scroll(-1),
            Action::Note => self.layer = Some(Layer::NoteFirst),
            Action::Undo => self.record(Recording::Undo, Request::Undo(None)),
            Action::Redo => self.record(Recording::Redo, Request::Redo),
            Action::Steps => self.ask(Slot::Steps, Request::Steps),
            Action::Snooze => self.snooze(),
            Action::Walk => self.today.walking = !self.today.walking,
            Action::Tag => self.tag(),
            Action::WriteNote => self.write_note(),
            Action::Timeline => self.turn_timeline(),
            Action::RevealPhone => self.reveal_phone(),
            Action::OtherScript => self.other_script(),
            Action::AddLead => self.begin_lead(),
            Action::Lists => self.show_lists(),
            Action::Reminders => self.show_reminders(),
            Action::Amnesty => self.preview_amnesty(),
            Action::Lock => self.leave_turn(),
            Action::SaveList => self.begin_list(),
            Action::CloseComplaint => self.close_complaint(),
            Action::KeepPromise => self.keep_promise(),
            Action::ForWhom
            | Action::GroupBy
            | Action::TextLang
            | Action::Edit
            | Action::EditOutside
            | Action::Propose
            | Action::NextView
            | Action::Simulate
            | Action::Parameters
            | Action::Compare => self.refuse(Msg::NothingHere),
            Action::Filter => self.filter(),
            Action::NextScreen => self.goto(self.screen.turn(1)),
            Action::PrevScreen => self.goto(self.screen.turn(Screen::ALL.len() - 1)),
            Action::Goto(screen) => self.goto(screen),
            Action::SyncNow => {
                self.is_syncing = true;
                self.ask(Slot::Machine, Request::SyncNow);
            }
            // the steps of a lesson name people, and those are invented
            Action::Privacy if self.audience.presents && self.lesson.is_none() => self.refuse(Msg::PresentHides),
            Action::Privacy => {
                self.privacy = match self.privacy {
                    Privacy::Off => Privacy::On,
                    Privacy::On => Privacy::Off,
                };
            }
            Action::OtherLang => self.other_lang(),
            Action::Forward(_) | Action::NextDue | Action::Play | Action::Rewind => self.act_training(action),
            Action::Moments | Action::Reset | Action::Answers | Action::Faults => self.act_training(action),
            Action::Lessons | Action::Faster | Action::Slower => self.act_training(action),
            Action::Learn | Action::CastKeys | Action::Present => self.act_audience(action),
            Action::Hint => self.ask_hint(),
            Action::EndLesson => self.end_lesson(),
            Action::Section(_) | Action::Mend | Action::Resend | Action::Discard => self.refuse(Msg::NothingHere),
            Action::Check | Action::Verify | Action::Heal | Action::Export | Action::Replay => {
                self.refuse(Msg::NothingHere);
            }
            Action::PeriodBefore | Action::PeriodAfter | Action::NextSpan | Action::OwnDates => {
                self.refuse(Msg::NothingHere);
            }
            Action::CutLine | Action::EndFaults => self.refuse(Msg::TrainingFaults),
            Action::Help => self.layer = Some(Layer::Palette(Box::new(Palette::new(Kind::Help, self)))),
            Action::Palette => self.layer = Some(Layer::Palette(Box::new(Palette::new(Kind::Commands, self)))),
            Action::Settings => self.layer = Some(Layer::Settings(SettingsSheet::default())),
            Action::Messages => self.layer = Some(Layer::Page(Page::messages(self))),
            Action::About => self.layer = Some(Layer::Page(Page::about(self))),
            Action::Mouse => self.choose(Setting::Mouse(match self.settings.mouse {
                Mouse::Captured => Mouse::Free,
                Mouse::Free => Mouse::Captured,
            })),
            Action::Print => self.print(),
            Action::Quit => self.effects.push(Effect::Quit),
        }
    }

    /// What an action does on the screens that keep their own; false where it is everyone's.
    fn act_on_screen(&mut self, action: Action) -> bool {
        match self.screen {
            Screen::Today | Screen::Customers => false,
            Screen::Templates => templates::act(self, action),
            Screen::Plans => plans::act(self, action),
            Screen::Reports => reports::act(self, action),
            Screen::Sync => sync::act(self, action),
        }
    }

    fn list(&self) -> &super::widgets::list::ListState {
        match self.screen {
            Screen::Customers => &self.customers.list,
            _ => &self.today.list,
        }
    }

    fn move_by(&mut self, by: isize) {
        match self.screen {
            Screen::Today => {
                self.today.move_by(by, &self.data);
                self.read_on();
            }
            Screen::Customers if self.customers.focus == CustomersFocus::Card => return self.scroll(by),
            Screen::Customers => {
                let at_top = self.customers.list.selected == 0 && by == -1;
                if at_top && self.customers.focus == CustomersFocus::List {
                    self.customers.focus = CustomersFocus::Filter;
                    return;
                }
                let n = self.data.customers.as_ref().map_or(0, |list| list.rows.len());
                self.customers.list.move_by(by, n);
                self.customers.scroll = 0;
            }
            _ => return,
        }
        self.ask_details(Refresh::Missing);
    }

    fn scroll(&mut self, by: isize) {
        let by = by.clamp(-10_000, 10_000);
        match self.screen {
            Screen::Today => self.today.scroll = self.today.scroll.saturating_add_signed(by),
            Screen::Customers => self.customers.scroll = self.customers.scroll.saturating_add_signed(by),
            _ => {}
        }
    }

    fn open(&mut self) {
        match self.screen {
            Screen::Today if self.today.pane == Pane::List => self.today.pane = Pane::Detail,
            // says so where there is nothing to fill
            Screen::Today => self.fill(),
            Screen::Customers if self.customers.selected(&self.data).is_some() => {
                self.customers.focus = CustomersFocus::Card;
                // beside the list the card is there already
                if self.size.0 >= BESIDE_COLS {
                    self.say(ToastKind::Done, Msg::CardHasKeys.text(self.lang));
                }
            }
            _ => self.refuse(Msg::SelectFirst),
        }
    }

    fn back(&mut self) {
        match (self.screen, self.customers.focus) {
            (Screen::Today, _) if self.today.walking => self.today.walking = false,
            (Screen::Today, _) => self.today.pane = Pane::List,
            (Screen::Customers, CustomersFocus::Card) => {
                self.customers.focus = CustomersFocus::List;
                self.customers.scroll = 0;
            }
            (Screen::Customers, _) if !self.customers.input.value().is_empty() => {
                self.filter_by(tui_input::Input::default());
            }
            (Screen::Templates, _) if self.from_customers => {
                self.goto(Screen::Customers);
                self.customers.focus = CustomersFocus::List;
            }
            _ => self.goto(Screen::Today),
        }
    }

    pub(super) fn goto(&mut self, screen: Screen) {
        self.remember_customer();
        self.from_customers = false;
        self.screen = screen;
        match screen {
            Screen::Today => {}
            Screen::Customers => {
                self.customers.focus = CustomersFocus::Filter;
                self.ask_customers();
            }
            Screen::Templates => templates::enter(self),
            Screen::Plans => plans::enter(self),
            Screen::Reports => reports::enter(self),
            Screen::Sync => sync::enter(self),
        }
        self.ask_details(Refresh::Missing);
    }

    fn filter(&mut self) {
        if self.screen != Screen::Customers {
            self.goto(Screen::Customers);
        }
        self.customers.focus = CustomersFocus::Filter;
    }

    fn other_lang(&mut self) {
        self.choose(Setting::Lang(match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }));
    }

    /// Selects the row so many rows further.
    pub(super) fn select_by(&mut self, by: isize) {
        match self.screen {
            Screen::Today => self.move_by(by),
            Screen::Customers if self.customers.focus == CustomersFocus::Card => self.scroll(by),
            Screen::Customers => {
                self.customers.focus = CustomersFocus::List;
                let n = self.data.customers.as_ref().map_or(0, |list| list.rows.len());
                self.customers.list.move_by(by, n);
                self.customers.scroll = 0;
                self.ask_details(Refresh::Missing);
            }
            _ => {
                let action = if by > 0 { Action::Down } else { Action::Up };
                for _ in 0..by.unsigned_abs() {
                    self.act(action);
                }
            }
        }
    }

    /// The script as it may be said; why not is said at once.
    fn ready_script(&mut self) -> Option<String> {
        let nothing = Default::default();
        let script = match self.screen {
            Screen::Templates => templates::script(self).map(|view| (view, &self.templates.fills)),
            _ => self.script().zip(self.shown_task()).map(|(view, task)| {
                let fills = self.today.fills.get(&task);
                (view, fills.unwrap_or(&nothing))
            }),
        };
        let Some((view, fills)) = script else {
            let is_open = self.screen == Screen::Templates && self.chosen.is_none();
            self.refuse(if is_open { Msg::ChooseFirst } else { Msg::NoScriptToCopy });
            return None;
        };
        match view.script.filled(fills) {
            Ok(text) => Some(text),
            Err(withheld) => {
                let sentence = match withheld {
                    Withheld::Gap { name } => words::has_gap(name, self.lang),
                    why => withheld::sentence(&why, self.lang),
                };
                self.say(ToastKind::Refused, sentence);
                None
            }
        }
    }

    /// Shows the script on the bare terminal, where it can be selected whatever the terminal.
    fn print(&mut self) {
        if self.privacy == Privacy::On {
            return self.refuse(Msg::NotWhileHidden);
        }
        if let Some(text) = self.ready_script() {
            self.is_printing = true;
            self.effects.push(Effect::Print(text));
        }
    }

    /// The script on the screen.
    pub(super) fn script(&self) -> Option<&ScriptView> {
        let detail = self.data.details.get(&self.shown_task()?)?;
        detail.scripts.get(self.today.script_idx.min(detail.scripts.len().saturating_sub(1)))
    }

    fn next_script(&mut self) {
        let n = self.shown_task().and_then(|id| self.data.details.get(&id)).map_or(0, |detail| detail.scripts.len());
        if n < 2 {
            return self.refuse(Msg::OneScript);
        }
        self.today.script_idx = (self.today.script_idx + 1) % n;
        self.today.scroll = 0;
    }

    fn copy(&mut self) {
        if let Some(text) = self.ready_script() {
            self.effects.push(Effect::Copy(text));
            self.note_seen(Seen::Action(Action::Copy, self.shown_customer()));
            self.tell_sent();
        }
    }

    fn fill(&mut self) {
        let nothing = Default::default();
        let form = self.shown_task().zip(self.script()).map(|(task, view)| {
            TextForm::fill(task, &view.script.gaps(), self.today.fills.get(&task).unwrap_or(&nothing))
        });
        match form {
            Some(form) if !form.fields.is_empty() => self.layer = Some(Layer::Text(form)),
            _ => self.refuse(Msg::NothingToFill),
        }
    }

    /// Shows every script for the customer on the screen.
    fn other_script(&mut self) {
        match self.shown_customer() {
            Some(_) => {
                let from_customers = self.screen == Screen::Customers;
                self.goto(Screen::Templates);
                self.from_customers = from_customers;
            }
            None => self.refuse(Msg::SelectFirst),
        }
    }

    fn close_complaint(&mut self) {
        let Some(customer) = self.shown_customer() else {
            return self.refuse(Msg::SelectFirst);
        };
        match self.data.card(&customer) {
            Some(card) if self.shown_complaint() => {
                let purpose = TextPurpose::CloseComplaint { customer, name: card.name.clone() };
                let form = TextForm::one(purpose, Msg::FieldWords, self.lang);
                self.layer = Some(Layer::Text(form));
            }
            _ => self.refuse(Msg::NoComplaint),
        }
    }

    /// Marks the customer's one open promise as kept, or asks which of several.
    fn keep_promise(&mut self) {
        let Some(customer) = self.shown_customer() else {
            return self.refuse(Msg::SelectFirst);
        };
        let Some(card) = self.data.card(&customer) else {
            return self.refuse(Msg::StillReading);
        };
        match card.promises.as_slice() {
            [] => self.refuse(Msg::NoPromise),
            [one] => self.record(Recording::PromiseKept, Request::KeepPromise(one.op_id)),
            several => {
                let choice = PromiseChoice::new(card.name.clone(), several.to_vec());
                self.layer = Some(Layer::Promise(choice));
            }
        }
    }
}

impl App {
    /// Whether the customer on the screen has an open complaint.
    pub(super) fn shown_complaint(&self) -> bool {
        let card = self.shown_customer().and_then(|customer| self.data.card(&customer));
        card.is_some_and(|card| card.holds.iter().any(|hold| hold.reason == HoldReason::OpenComplaint))
    }

    /// Whether something promised to the customer on the screen is open.
    pub(super) fn shown_promise(&self) -> bool {
        let card = self.shown_customer().and_then(|customer| self.data.card(&customer));
        card.is_some_and(|card| !card.promises.is_empty())
    }
}
