//! What lies where on the last frame, and what clicks and the wheel do there.

use std::cell::RefCell;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::action::Action;
use super::app::{App, Refresh};
use super::screens::customers::CustomersFocus;
use super::screens::{Screen, sync};
use super::widgets::browser::Focus;

/// What a piece of the screen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A tab.
    Tab(Screen),
    /// An action that is offered.
    Act(Action),
    /// A row of the list.
    Row(usize),
    /// What is selected, beside the list.
    Detail,
}

/// The pieces of a frame, noted while it is drawn; those that lie above come last.
#[derive(Debug, Default)]
pub struct Hits(RefCell<Vec<(Rect, Hit)>>);

impl Hits {
    /// Forgets everything: a frame begins, or something covers what was drawn.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Notes a piece.
    pub fn note(&self, area: Rect, hit: Hit) {
        if !area.is_empty() {
            self.0.borrow_mut().push((area, hit));
        }
    }

    /// The topmost piece at a place.
    pub fn at(&self, column: u16, row: u16) -> Option<Hit> {
        let place = Position::new(column, row);
        self.0.borrow().iter().rev().find(|(area, _)| area.contains(place)).map(|(_, hit)| *hit)
    }
}

impl App {
    pub(super) fn on_mouse(&mut self, event: &MouseEvent) {
        if self.recording.is_some() {
            return;
        }
        let hit = self.hits.at(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) if self.trouble.take().is_some() => {}
            MouseEventKind::Down(MouseButton::Left) => self.on_click(hit),
            MouseEventKind::ScrollDown => self.on_wheel(KeyCode::Down, Action::ScrollDown, hit),
            MouseEventKind::ScrollUp => self.on_wheel(KeyCode::Up, Action::ScrollUp, hit),
            _ => {}
        }
    }

    fn on_click(&mut self, hit: Option<Hit>) {
        self.prefix = None;
        match hit {
            Some(Hit::Row(idx)) if self.layer.is_some() => self.on_layer_click(idx),
            _ if self.layer.is_some() => {}
            Some(Hit::Tab(screen)) => self.goto(screen),
            Some(Hit::Act(action)) => self.press(action),
            Some(Hit::Row(idx)) => self.on_row_click(idx),
            Some(Hit::Detail) | None => {}
        }
    }

    /// A click selects; one on what is selected opens it.
    fn on_row_click(&mut self, idx: usize) {
        match self.screen {
            // the sections are opened by their own actions, so a row is one of the open section's
            Screen::Sync => self.sync.panes.enter(),
            Screen::Reports => self.reports.panes.enter(),
            _ => {}
        }
        let selected = match self.screen {
            Screen::Today => self.today.list.selected,
            Screen::Customers => self.customers.list.selected,
            _ => self.browser_mut().map_or(idx, |browser| browser.list.selected),
        };
        let by = isize::try_from(idx).unwrap_or(isize::MAX) - isize::try_from(selected).unwrap_or(0);
        match self.screen {
            Screen::Customers => self.customers.focus = CustomersFocus::List,
            Screen::Today => {}
            _ => {
                if let Some(browser) = self.browser_mut() {
                    browser.focus = Focus::List;
                }
            }
        }
        match by {
            0 => self.act(Action::Open),
            by => self.select_by(by),
        }
    }

    /// Selects a row of the open list by its place.
    pub(super) fn select(&mut self, idx: usize) {
        let by = |selected: usize| isize::try_from(idx).unwrap_or(isize::MAX).saturating_sub_unsigned(selected);
        match self.screen {
            Screen::Today => self.select_by(by(self.today.list.selected)),
            Screen::Customers => {
                self.customers.focus = CustomersFocus::List;
                self.select_by(by(self.customers.list.selected));
            }
            screen => {
                if let Some(browser) = self.browser_mut() {
                    browser.list.selected = idx;
                    browser.scroll = 0;
                }
                match screen {
                    Screen::Sync => sync::ask_selected(self),
                    _ => self.ask_details(Refresh::Missing),
                }
            }
        }
    }

    fn on_wheel(&mut self, key: KeyCode, scroll: Action, hit: Option<Hit>) {
        if self.layer.is_some() {
            return self.on_key(KeyEvent::new(key, KeyModifiers::NONE));
        }
        match (hit, key) {
            (Some(Hit::Detail), _) => self.act(scroll),
            (_, KeyCode::Down) => self.select_by(1),
            _ => self.select_by(-1),
        }
    }
}
