//! A list with what is selected beside it: moving, filtering and scrolling, the same on every screen that has one.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use tui_input::Input;

use super::field;
use super::list::ListState;
use crate::interface::action::Action;

/// Where a screen has room for two panes.
const WIDE: (u16, u16) = (72, 12);

/// The state.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The selected row.
    pub list: ListState,
    /// What has the keys.
    pub focus: Focus,
    /// How far the detail is scrolled, in lines.
    pub scroll: usize,
    /// The filter.
    pub filter: Input,
}

/// What has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// What is selected.
    Detail,
    /// The filter: letters and digits are typed into it.
    Filter,
}

/// What an action did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Another row is selected.
    Row,
    /// The same row is seen otherwise.
    View,
    /// It goes back from the list.
    Out,
    /// The action is not the browser's.
    Nothing,
}

/// What a key in the filter did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The filter says something else.
    Changed,
    /// The key was for the filter.
    Taken,
    /// The key is a command's.
    Command,
    /// The key means nothing here.
    Nothing,
}

impl Browser {
    /// Moves, opens, scrolls and goes back, in a list of `n` rows.
    pub fn act(&mut self, action: Action, n: usize) -> Moved {
        let page = self.list.page();
        match (action, self.focus) {
            (Action::Down, Focus::Detail) => self.scroll_by(1),
            (Action::Up, Focus::Detail) => self.scroll_by(-1),
            (Action::PageDown, Focus::Detail) => self.scroll_by(page),
            (Action::PageUp, Focus::Detail) => self.scroll_by(-page),
            (Action::First, Focus::Detail) => self.scroll_by(isize::MIN),
            (Action::Last, Focus::Detail) => self.scroll_by(isize::MAX / 2),
            (Action::Down, _) => self.select(1, n),
            (Action::Up, _) => self.select(-1, n),
            (Action::PageDown, _) => self.select(page, n),
            (Action::PageUp, _) => self.select(-page, n),
            (Action::First, _) => self.select(isize::MIN, n),
            (Action::Last, _) => self.select(isize::MAX, n),
            (Action::ScrollDown, _) => self.scroll_by(1),
            (Action::ScrollUp, _) => self.scroll_by(-1),
            (Action::Filter, _) => self.turn(Focus::Filter),
            (Action::Open, Focus::List) if n > 0 => self.turn(Focus::Detail),
            (Action::Back, Focus::Detail) => self.turn(Focus::List),
            (Action::Back, Focus::List) if !self.filter.value().is_empty() => {
                self.filter = Input::default();
                Moved::Row
            }
            (Action::Back, _) => Moved::Out,
            _ => Moved::Nothing,
        }
    }

    /// Applies a key to the filter, which has the keys.
    pub fn type_key(&mut self, key: &KeyEvent) -> Typed {
        match key.code {
            KeyCode::Esc => {
                self.focus = Focus::List;
                let was_empty = self.filter.value().is_empty();
                self.filter = Input::default();
                if was_empty { Typed::Taken } else { self.rewind() }
            }
            KeyCode::Enter | KeyCode::Down => {
                self.focus = Focus::List;
                Typed::Taken
            }
            KeyCode::Up => Typed::Taken,
            KeyCode::Tab | KeyCode::BackTab | KeyCode::F(_) | KeyCode::PageDown | KeyCode::PageUp => Typed::Command,
            _ => {
                let before = self.filter.value().to_owned();
                match field::edit(&mut self.filter, key) {
                    true if before != self.filter.value() => self.rewind(),
                    true => Typed::Taken,
                    false => Typed::Nothing,
                }
            }
        }
    }

    /// Inserts pasted text into the filter.
    pub fn paste(&mut self, text: &str) {
        self.focus = Focus::Filter;
        field::insert(&mut self.filter, text);
        self.rewind();
    }

    /// The areas of list and detail; where there is no room for both, of the one that has the keys.
    pub fn areas(&self, area: Rect, list_cols: u16) -> (Option<Rect>, Option<Rect>) {
        if area.width < WIDE.0 || area.height < WIDE.1 {
            return if self.focus == Focus::Detail { (None, Some(area)) } else { (Some(area), None) };
        }
        let [left, right] = Layout::horizontal([Constraint::Length(list_cols), Constraint::Min(0)]).areas(area);
        (Some(left), Some(right))
    }

    /// The first line of the detail that is shown, of so many in so many rows.
    pub fn first_line(&mut self, n_lines: usize, n_rows: usize) -> usize {
        self.scroll = self.scroll.min(n_lines.saturating_sub(n_rows));
        self.scroll
    }

    fn rewind(&mut self) -> Typed {
        self.list.selected = 0;
        self.scroll = 0;
        Typed::Changed
    }

    fn select(&mut self, by: isize, n: usize) -> Moved {
        let before = self.list.selected;
        if by == -1 && before == 0 && !self.filter.value().is_empty() {
            return self.turn(Focus::Filter);
        }
        self.list.move_by(by, n);
        if self.list.selected != before {
            self.scroll = 0;
        }
        Moved::Row
    }

    fn scroll_by(&mut self, by: isize) -> Moved {
        self.scroll = self.scroll.saturating_add_signed(by.clamp(-1_000_000, 1_000_000));
        Moved::View
    }

    fn turn(&mut self, focus: Focus) -> Moved {
        self.focus = focus;
        Moved::View
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_scrolls_while_it_has_the_keys() {
        let mut browser = Browser::default();
        assert_eq!(browser.act(Action::Down, 3), Moved::Row);
        assert_eq!(browser.act(Action::Open, 3), Moved::View);
        browser.act(Action::Down, 3);
        assert_eq!((browser.list.selected, browser.scroll), (1, 1));
        assert_eq!(browser.first_line(10, 9), 1);
        browser.act(Action::Last, 3);
        assert_eq!(browser.first_line(10, 4), 6);
        assert_eq!(browser.act(Action::Back, 3), Moved::View);
        assert_eq!(browser.act(Action::Back, 3), Moved::Out);
    }

    #[test]
    fn typing_a_filter_selects_its_first_row() {
        let mut browser = Browser::default();
        browser.act(Action::Last, 5);
        browser.act(Action::Filter, 5);
        let key = |code| KeyEvent::new(code, crossterm::event::KeyModifiers::NONE);
        assert_eq!(browser.type_key(&key(KeyCode::Char('t'))), Typed::Changed);
        assert_eq!((browser.filter.value(), browser.list.selected), ("t", 0));
        assert_eq!(browser.type_key(&key(KeyCode::Tab)), Typed::Command);
        assert_eq!(browser.type_key(&key(KeyCode::Enter)), Typed::Taken);
        assert_eq!(browser.focus, Focus::List);
        assert_eq!(browser.act(Action::Back, 5), Moved::Row);
        assert_eq!(browser.filter.value(), "");
    }
}
