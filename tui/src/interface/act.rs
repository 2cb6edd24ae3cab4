//! What each action does to the app.

use chrono::{Days, Months, NaiveDateTime};
use guide_common::id::TaskId;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{Asks, Lang};
use guide_common::template::Withheld;
use guide_common::wire::local::{ScriptView, TaskRow};
use guide_common::wire::record::OutcomeRequest;

use super::action::Action;
use super::app::{App, Recording, Refresh, ToastKind};
use super::data::Entry;
use super::effect::{Effect, Request};
use super::layers::Layer;
use super::layers::help::Help;
use super::layers::outcome_form::{OutcomeForm, Target, WithNote};
use super::layers::promise_choice::PromiseChoice;
use super::layers::text_form::TextForm;
use super::privacy::Privacy;
use super::queries::Slot;
use super::screens::Screen;
use super::screens::customers::CustomersFocus;
use super::screens::today::Pane;
use super::screens::today_view::WIDE;
use super::words::{self, Msg};
use crate::lang::withheld;

impl App {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Log(code) => self.begin_log(code, WithNote::IfAsked),
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
            Action::Undo => self.record(Recording::Undo, Request::Undo),
            Action::CloseComplaint => self.close_complaint(),
            Action::KeepPromise => self.keep_promise(),
            Action::Filter => self.filter(),
            Action::OtherScreen => self.other_screen(),
            Action::SyncNow => {
                self.is_syncing = true;
                self.ask(Slot::Machine, Request::SyncNow);
            }
            Action::Privacy => {
                self.privacy = match self.privacy {
                    Privacy::Off => Privacy::On,
                    Privacy::On => Privacy::Off,
                };
            }
            Action::OtherLang => self.other_lang(),
            Action::DayForward => self.move_clock(|now| now.checked_add_days(Days::new(1))),
            Action::WeekForward => self.move_clock(|now| now.checked_add_days(Days::new(7))),
            Action::MonthForward => self.move_clock(|now| now.checked_add_months(Months::new(1))),
            Action::Help => self.layer = Some(Layer::Help(Help::new(self.place(), self.data.is_training()))),
            Action::Quit => self.effects.push(Effect::Quit),
        }
    }

    fn list(&self) -> &super::widgets::list::ListState {
        match self.screen {
            Screen::Today => &self.today.list,
            Screen::Customers => &self.customers.list,
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
        }
        self.ask_details(Refresh::Missing);
    }

    fn scroll(&mut self, by: isize) {
        let by = by.clamp(-10_000, 10_000);
        match self.screen {
            Screen::Today => self.today.scroll = self.today.scroll.saturating_add_signed(by),
            Screen::Customers => self.customers.scroll = self.customers.scroll.saturating_add_signed(by),
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
                if self.size.0 >= WIDE.0 {
                    self.say(ToastKind::Done, Msg::CardHasKeys.text(self.lang));
                }
            }
            Screen::Customers => self.refuse(Msg::SelectFirst),
        }
    }

    fn back(&mut self) {
        match (self.screen, self.customers.focus) {
            (Screen::Today, _) => self.today.pane = Pane::List,
            (Screen::Customers, CustomersFocus::Card) => {
                self.customers.focus = CustomersFocus::List;
                self.customers.scroll = 0;
            }
            (Screen::Customers, _) if !self.customers.input.value().is_empty() => {
                self.filter_by(tui_input::Input::default());
            }
            (Screen::Customers, _) => self.other_screen(),
        }
    }

    fn other_screen(&mut self) {
        self.screen = match self.screen {
            Screen::Today => Screen::Customers,
            Screen::Customers => Screen::Today,
        };
        if self.screen == Screen::Customers {
            self.customers.focus = CustomersFocus::Filter;
            self.ask_customers();
        }
        self.ask_details(Refresh::Missing);
    }

    fn filter(&mut self) {
        if self.screen == Screen::Today {
            self.other_screen();
        }
        self.customers.focus = CustomersFocus::Filter;
    }

    fn other_lang(&mut self) {
        self.lang = match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        self.refresh_now();
    }

    fn move_clock(&mut self, forward: impl Fn(NaiveDateTime) -> Option<NaiveDateTime>) {
        let now = self.data.status.as_ref().filter(|_| self.data.is_training()).map(|status| status.now);
        match now.and_then(forward) {
            Some(to) => self.ask(Slot::Machine, Request::SetClock(to)),
            None => self.refuse(Msg::TrainingOnly),
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
        let (Some(task), Some(view)) = (self.shown_task(), self.script()) else {
            return self.refuse(Msg::NoScriptToCopy);
        };
        let nothing = Default::default();
        match view.script.filled(self.today.fills.get(&task).unwrap_or(&nothing)) {
            Ok(text) => {
                self.effects.push(Effect::Copy(text));
                self.say(ToastKind::Done, Msg::AskedCopy.text(self.lang));
            }
            Err(withheld) => {
                let sentence = match withheld {
                    Withheld::Gap { name } => words::has_gap(name, self.lang),
                    why => withheld::sentence(&why, self.lang),
                };
                self.say(ToastKind::Refused, sentence);
            }
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

    fn close_complaint(&mut self) {
        let Some(customer) = self.shown_customer() else {
            return self.refuse(Msg::SelectFirst);
        };
        match self.data.card(&customer) {
            Some(card) if self.shown_complaint() => {
                let form = TextForm::close_complaint(customer, card.name.clone(), self.lang);
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

    /// Opens the form of an outcome, or records it at once where nothing is asked.
    pub(super) fn begin_log(&mut self, code: OutcomeCode, with_note: WithNote) {
        if matches!(self.data.entry(self.today.list.selected), Some(Entry::Done(_))) && self.screen == Screen::Today {
            return self.refuse(Msg::AlreadyDone);
        }
        let Some(target) = self.target() else {
            return self.refuse(Msg::SelectFirst);
        };
        let form = OutcomeForm::new(target, code, with_note, self.data.on());
        match form.request() {
            Ok(request) if form.fields.is_empty() => self.log(&form.target, code, Box::new(request)),
            _ => self.layer = Some(Layer::Outcome(form)),
        }
    }

    pub(super) fn log(&mut self, target: &Target, code: OutcomeCode, request: Box<OutcomeRequest>) {
        let recording = Recording::Outcome { task: target.task, code };
        let request = match target.task {
            Some(task) => Request::LogTask(task, request),
            None => Request::LogContact(target.customer.clone(), request),
        };
        self.record(recording, request);
    }

    /// Whom an outcome is for: the selected task; on the customers' screen the customer's task, where there is one.
    fn target(&self) -> Option<Target> {
        match self.screen {
            Screen::Today => match self.data.entry(self.today.list.selected)? {
                Entry::Task(row) => Some(self.task_target(row)),
                // what waits for its time alone is closed like any task, by what was said before
                Entry::Held(row) if is_of_time(row.hold.reason) => Some(Target {
                    task: Some(TaskId::of(&row.customer, self.data.on())),
                    due_ids: row.dues.iter().map(|due| due.due_id).collect(),
                    asks_score: row.dues.iter().any(|due| due.asks == Some(Asks::Satisfaction)),
                    ..contact(row.customer.clone(), &row.name)
                }),
                entry => Some(contact(entry.customer().clone(), entry.name())),
            },
            Screen::Customers => {
                let row = self.customers.selected(&self.data)?;
                let tasks = self.data.today.as_ref().map_or(&[][..], |today| &today.tasks);
                let read = tasks.iter().find(|task| task.customer == row.id);
                let task = read.or_else(|| Some(&self.data.details.get(&self.unread_task(&row.id)?)?.task));
                // without its steps the daemon takes all that are open
                let unread = || Target { task: self.unread_task(&row.id), ..contact(row.id.clone(), &row.name) };
                Some(task.map_or_else(unread, |task| self.task_target(task)))
            }
        }
    }

    fn task_target(&self, row: &TaskRow) -> Target {
        let shown = self.shown_task() == Some(row.id);
        Target {
            task: Some(row.id),
            customer: row.customer.clone(),
            name: row.name.clone(),
            channel: Some(row.channel),
            due_ids: row.dues.iter().map(|due| due.due_id).collect(),
            asks_score: row.dues.iter().any(|due| due.asks == Some(Asks::Satisfaction)),
            template: self.script().filter(|_| shown).map(|view| view.script.template.clone()),
            fills: self.today.fills.get(&row.id).filter(|_| shown).cloned().unwrap_or_default(),
            quoted: self.script().filter(|_| shown).and_then(|view| view.script.quoted),
        }
    }
}

/// Whether only the time of the day holds a task.
fn is_of_time(reason: HoldReason) -> bool {
    matches!(reason, HoldReason::ContactHours | HoldReason::NotYet)
}

fn contact(customer: guide_common::id::CustomerId, name: &str) -> Target {
    Target {
        task: None,
        customer,
        name: name.to_owned(),
        channel: None,
        due_ids: Vec::new(),
        asks_score: false,
        template: None,
        fills: Default::default(),
        quoted: None,
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
