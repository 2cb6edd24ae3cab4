//! What a line does that answers no question: it selects, finds, turns pages, or does an action of the registry.

use tui_input::Input;

use super::command::{Said, parse};
use super::front::{Front, Wish, panes};
use super::told::PAGE;
use super::{help, list, words};
use crate::interface::action::{Action, Place, spec};
use crate::interface::effect::Effect;
use crate::interface::event::Event;
use crate::interface::layers::Layer;
use crate::interface::layers::palette::Command;
use crate::interface::screens::Screen;
use crate::interface::screens::sync::{self, Section};
use crate::interface::widgets::panes::Panes;
use crate::interface::words::Msg;

impl Front {
    pub(super) fn command(&mut self, line: &str) -> Vec<Effect> {
        match parse(&self.app, line) {
            Said::Show => self.wish = Wish::Whole,
            Said::List => self.wish = Wish::List(None),
            Said::More => return self.turn_page(true),
            Said::Row(n) => return self.select(n),
            Said::Help(word) => self.out(help::lines(&self.app, &word)),
            Said::Screens => self.out(help::screens(&self.app)),
            Said::Find(text) => return self.find(&text),
            Said::Set(setting) => return self.app.update(Event::Commanded(Command::Set(setting))),
            Said::Several(specs) => self.out(help::several(&self.app, &specs)),
            Said::Dot => self.out(vec![words::nothing_asked(self.app.lang).to_owned()]),
            Said::Elsewhere => self.out(vec![help::elsewhere(&self.app)]),
            Said::Act(action, rest) if rest.is_empty() => return self.act(action),
            Said::Act(action, rest) if asks(action) => return self.act_and_answer(action, &rest),
            Said::Unknown(line) if !line.is_ascii() && self.app.screen == Screen::Customers => return self.find(&line),
            Said::Act(..) | Said::Unknown(_) => self.out(vec![help::unknown(&self.app, line)]),
        }
        Vec::new()
    }

    /// Says something and nothing else.
    fn out(&mut self, lines: Vec<String>) {
        self.out.extend(lines);
        self.wish = Wish::Nothing;
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(why) = help::why_not(&self.app, action) {
            self.out(vec![why.to_owned()]);
            return Vec::new();
        }
        let is_personal = spec(action).is_some_and(|spec| spec.place != Place::ALL);
        if is_personal && self.has_changed_since() {
            self.out.push(words::changed(self.app.lang).to_owned());
            self.wish = Wish::Item;
            return Vec::new();
        }
        match action {
            Action::Help => self.out(help::lines(&self.app, "")),
            Action::Palette => self.out(help::screens(&self.app)),
            Action::Filter => return self.find(""),
            Action::PageDown => return self.turn_page(true),
            Action::PageUp => return self.turn_page(false),
            Action::Open if !self.opens() => self.wish = Wish::Whole,
            _ => {
                self.wish = match action {
                    Action::Down | Action::Up | Action::First | Action::Last => Wish::Item,
                    Action::Goto(_) | Action::GroupBy => Wish::List(None),
                    Action::Forward(_) | Action::NextDue => Wish::List(None),
                    Action::Walk if self.told.item.is_none() => Wish::Item,
                    Action::Privacy | Action::Messages | Action::About => Wish::Nothing,
                    _ => Wish::Changes,
                };
                if action == Action::SyncNow {
                    self.told.state.clear();
                }
                return self.app.update(Event::Commanded(Command::Act(action)));
            }
        }
        Vec::new()
    }

    /// An outcome that asks nothing takes what follows as its note; every other form takes it as its first answer.
    fn act_and_answer(&mut self, action: Action, rest: &str) -> Vec<Effect> {
        let mut effects = self.act(action_with_note(action));
        if let Action::Log(code) = action {
            if self.app.layer.is_none() {
                return effects;
            }
            effects.extend(self.answer(&code.names().0.to_string()));
            if !matches!(&self.app.layer, Some(Layer::Outcome(form)) if form.fields.len() == 1) {
                effects.extend(self.answer("."));
                effects.extend(self.act(action));
            }
        }
        if self.app.layer.is_some() {
            effects.extend(self.answer(rest));
        }
        effects
    }

    /// Whether “open” does more than tell what is selected.
    fn opens(&self) -> bool {
        match self.app.screen {
            Screen::Today => true,
            Screen::Customers | Screen::Templates | Screen::Plans => false,
            Screen::Reports => self.app.reports.panes.is_at_sections(),
            Screen::Sync => self.app.sync.panes.is_at_sections() || sync::section(&self.app) == Section::Faults,
        }
    }

    /// Whether another row is selected than the one that was told.
    fn has_changed_since(&self) -> bool {
        let is_guarded = matches!(self.app.screen, Screen::Today | Screen::Customers | Screen::Sync);
        let told = self.told.key.as_ref().filter(|_| is_guarded && self.told.list == list::name(&self.app));
        told.is_some_and(|told| Some(told) != self.selected_key().as_ref())
    }

    pub(super) fn selected_key(&self) -> Option<String> {
        list::rows(&self.app).into_iter().nth(list::selected(&self.app)).map(|row| row.key)
    }

    /// Selects the row that was told with a number, wherever it stands by then.
    fn select(&mut self, n: usize) -> Vec<Effect> {
        let rows = list::rows(&self.app);
        let Some(key) = n.checked_sub(1).and_then(|idx| self.told.rows.get(idx)) else {
            self.out(vec![words::no_row(self.app.lang).to_owned()]);
            return Vec::new();
        };
        let Some(idx) = rows.iter().position(|row| row.key == *key) else {
            self.out.push(words::row_gone(self.app.lang).to_owned());
            self.wish = Wish::List(None);
            return Vec::new();
        };
        let is_section = panes(&self.app).is_some_and(Panes::is_at_sections);
        if is_section {
            let section = Action::Section(u8::try_from(n).unwrap_or(u8::MAX));
            return self.app.update(Event::Commanded(Command::Act(section)));
        }
        self.wish = Wish::Item;
        self.app.update(Event::Selected(idx))
    }

    /// Tells the page after the one that was told last, or the one before, and selects its first row.
    fn turn_page(&mut self, forward: bool) -> Vec<Effect> {
        let n_rows = list::rows(&self.app).len();
        let to = match forward {
            true => Some(self.told.page + PAGE).filter(|to| *to < n_rows),
            false => self.told.page.checked_sub(PAGE),
        };
        let Some(to) = to else {
            self.out(vec![words::no_more(self.app.lang).to_owned()]);
            return Vec::new();
        };
        self.wish = Wish::List(Some(to));
        match panes(&self.app).is_some_and(Panes::is_at_sections) {
            true => Vec::new(),
            false => self.app.update(Event::Selected(to)),
        }
    }

    /// Finds customers, or filters the open list; without a text the filter goes.
    fn find(&mut self, text: &str) -> Vec<Effect> {
        if panes(&self.app).is_some_and(|panes| panes.is_at_sections()) || list::is_prose(&self.app) {
            self.out(vec![Msg::NothingHere.text(self.app.lang).to_owned()]);
            return Vec::new();
        }
        let mut effects = Vec::new();
        if self.app.screen == Screen::Today {
            effects.extend(self.app.update(Event::Commanded(Command::Act(Action::Goto(Screen::Customers)))));
        }
        let app = &mut self.app;
        match app.screen {
            Screen::Today | Screen::Customers => app.customers.input = Input::default(),
            Screen::Templates => app.templates.browser.filter = Input::default(),
            Screen::Plans => app.plans.browser.filter = Input::default(),
            Screen::Reports => app.reports.panes.rows.filter = Input::default(),
            Screen::Sync => app.sync.panes.rows.filter = Input::default(),
        }
        self.wish = Wish::List(Some(0));
        match text.trim() {
            "" if self.app.screen == Screen::Customers => {
                let goto = Command::Act(Action::Goto(Screen::Customers));
                effects.extend(self.app.update(Event::Commanded(goto)));
            }
            text => effects.extend(self.app.update(Event::Paste(text.to_owned()))),
        }
        effects
    }
}

/// Whether what follows an action on its line answers something.
fn asks(action: Action) -> bool {
    use Action as A;
    let is_form = matches!(action, A::Log(_) | A::Note | A::Fill | A::Snooze | A::WriteNote | A::CloseComplaint);
    is_form || matches!(action, A::ForWhom | A::Propose | A::Parameters | A::Compare | A::OwnDates | A::Export)
}

fn action_with_note(action: Action) -> Action {
    if matches!(action, Action::Log(_)) { Action::Note } else { action }
}
