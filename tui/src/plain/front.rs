//! The plain mode without its edges: a typed line goes in, effects and lines to be told come out. It tells what a line
//! has changed, and of what comes by itself only what nobody may miss.

use super::form::{self, Answered};
use super::linear;
use super::lock;
use super::prompt::{self, Question};
use super::told::Told;
use crate::interface::app::{App, TICK_MS};
use crate::interface::effect::Effect;
use crate::interface::event::Event;
use crate::interface::layers::Layer;
use crate::interface::screens::sync;
use crate::interface::screens::today::Pane;
use crate::interface::screens::{Screen, customers::CustomersFocus, reports};
use crate::interface::widgets::browser::Focus;
use crate::interface::widgets::panes::{Content, Panes};

/// What is told once the answers are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wish {
    /// What has changed.
    #[default]
    Changes,
    /// Nothing beside messages.
    Nothing,
    /// The list, from a row on.
    List(Option<usize>),
    /// What is selected.
    Item,
    /// The same with what can be logged.
    Whole,
}

/// The plain mode.
#[derive(Debug)]
pub struct Front {
    /// The interface's app.
    pub app: App,
    /// Whether the guide has left.
    pub has_left: bool,
    pub(super) told: Told,
    pub(super) wish: Wish,
    /// Whether a line was typed since something was told.
    pub(super) is_commanded: bool,
    pub(super) at_lock: lock::Asked,
    pub(super) out: Vec<String>,
    /// The lines of a text that is being written.
    writing: Option<Vec<String>>,
}

impl Front {
    /// A front of an app that has not started.
    pub fn new(app: App) -> Self {
        Self {
            app,
            has_left: false,
            told: Told::default(),
            wish: Wish::default(),
            is_commanded: true,
            at_lock: lock::Asked::default(),
            out: Vec::new(),
            writing: None,
        }
    }

    /// Asks for what is told first.
    pub fn start(&mut self) -> Vec<Effect> {
        let effects = self.app.start();
        self.keep(effects)
    }

    /// Takes a typed line.
    pub fn line(&mut self, line: &str) -> Vec<Effect> {
        self.is_commanded = true;
        self.wish = Wish::Changes;
        if let Some(lesson) = &mut self.app.lesson {
            lesson.n_keys += 1;
        }
        let effects = match self.writing.take() {
            Some(lines) => self.write(lines, line),
            None if self.app.lock.is_some() => self.line_at_lock(line),
            None if self.app.layer.is_some() => self.answer(line),
            None => self.command(line),
        };
        self.keep(effects)
    }

    /// Takes what came from outside.
    pub fn event(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.app.update(event);
        self.keep(effects)
    }

    /// What is to be told: messages, then the question that is open, else what has changed.
    pub fn tell(&mut self) -> Vec<String> {
        if self.app.lock.is_some() {
            return self.tell_lock();
        }
        self.at_lock = lock::Asked::default();
        // here nothing lies under it that would have to be seen first
        self.app.show_result();
        let mut out = std::mem::take(&mut self.out);
        out.extend(self.told.messages(&mut self.app, self.is_commanded));
        match self.app.told(prompt::question) {
            Some(question) => out.extend(self.ask(question)),
            None => {
                self.told.question = None;
                out.extend(self.content());
            }
        }
        if matches!(self.app.layer, Some(Layer::Page(_))) {
            // it is told, so there is nothing to be closed
            self.app.layer = None;
            self.told.question = None;
        }
        self.is_commanded = false;
        out
    }

    /// Whether a text is written line by line, so that what is typed is nobody's command.
    pub fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    pub(super) fn answer(&mut self, line: &str) -> Vec<Effect> {
        match form::answer(&mut self.app, line) {
            Answered::Taken(effects) => effects,
            Answered::NoChoice => {
                self.out.push(form::no_choice(&self.app));
                Vec::new()
            }
            Answered::Writing => {
                self.writing = Some(Vec::new());
                Vec::new()
            }
        }
    }

    fn write(&mut self, mut lines: Vec<String>, line: &str) -> Vec<Effect> {
        if !matches!(line.trim(), "." | "。" | "．") {
            lines.push(line.to_owned());
            self.writing = Some(lines);
            return Vec::new();
        }
        if lines.is_empty() { Vec::new() } else { form::rewrite(&mut self.app, &lines) }
    }

    /// Keeps what is said here, and hands on what is done elsewhere.
    fn keep(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        self.settle_focus();
        let mut others = Vec::new();
        for effect in effects {
            match effect {
                Effect::Print(text) => {
                    self.app.is_printing = false;
                    self.out.extend(text.lines().map(linear::clean));
                    self.wish = Wish::Nothing;
                }
                Effect::Quit => self.has_left = true,
                // a line once told does not go away by itself
                Effect::Capture(_) | Effect::Resume | Effect::ExpireToast(..) => {}
                effect => others.push(effect),
            }
        }
        others
    }

    /// Here no list, card or filter has keys of its own.
    fn settle_focus(&mut self) {
        let app = &mut self.app;
        app.prefix = None;
        app.today.pane = Pane::Detail;
        app.customers.focus = CustomersFocus::List;
        app.templates.browser.focus = Focus::List;
        app.plans.browser.focus = Focus::List;
        let (of_reports, of_sync) = (reports::content(app), sync::content(app));
        for (panes, content) in [(&mut app.reports.panes, of_reports), (&mut app.sync.panes, of_sync)] {
            panes.rows.focus = if content == Content::Lines { Focus::Detail } else { Focus::List };
            let n_rows = if let Content::Rows(n) = content { n } else { 0 };
            panes.rows.list.selected = panes.rows.list.selected.min(n_rows.saturating_sub(1));
        }
    }

    fn ask(&mut self, question: Question) -> Vec<String> {
        let before = self.told.question.take().unwrap_or_default();
        let mut out = Vec::new();
        if question.heading != before.heading {
            out.extend(question.heading.iter().cloned());
        }
        out.extend(question.error.clone());
        let is_same = question.asked == before.asked;
        if !is_same && question.heading == before.heading {
            out.extend(question.asked.iter().filter(|line| !before.asked.contains(line)).cloned());
        } else if !is_same || (self.is_commanded && !self.is_writing()) {
            out.extend(question.asked.iter().cloned());
        }
        self.told.question = Some(question);
        // what lay over is told anew when it is closed
        out
    }
}

/// The sections of the open screen.
pub(super) fn panes(app: &App) -> Option<&Panes> {
    match app.screen {
        Screen::Reports => Some(&app.reports.panes),
        Screen::Sync => Some(&app.sync.panes),
        _ => None,
    }
}

/// So long something under way is waited for between two lines of a person, in milliseconds.
pub const PATIENCE_MS: u64 = 10 * TICK_MS;
