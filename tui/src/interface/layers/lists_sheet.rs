//! The saved lists (智能筛选): Enter shows the customers of one, Delete takes one away.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::wire::list::SavedList;

use super::outcome_form::Step;
use crate::interface::keymap::fold;

/// The sheet.
#[derive(Clone, Debug)]
pub struct ListsSheet {
    /// The lists, in the order of their names' readings.
    pub lists: Vec<SavedList>,
    /// The selected one.
    pub selected: usize,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListChoice {
    /// Show the customers whom a filter finds.
    Show(String),
    /// Take a list away.
    Remove(SavedList),
}

impl ListsSheet {
    /// A sheet on the first list.
    pub fn new(lists: Vec<SavedList>) -> Self {
        Self { lists, selected: 0 }
    }

    /// Applies a key; the first nine lists have their digits.
    pub fn key(&mut self, key: &KeyEvent) -> Step<ListChoice> {
        let last = self.lists.len().saturating_sub(1);
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        let choice = match code {
            KeyCode::Esc | KeyCode::Left | KeyCode::F(4) | KeyCode::Char('q' | 'i') => return Step::Cancel,
            KeyCode::Down | KeyCode::Char('j') => {
                self.selected = (self.selected + 1).min(last);
                None
            }
            KeyCode::Up | KeyCode::Char('k') => {
                self.selected = self.selected.saturating_sub(1);
                None
            }
            KeyCode::PageDown | KeyCode::End => {
                self.selected = last;
                None
            }
            KeyCode::PageUp | KeyCode::Home => {
                self.selected = 0;
                None
            }
            KeyCode::Enter | KeyCode::Right => self.shown(self.selected),
            KeyCode::Char(c @ '1'..='9') => self.shown(usize::from(c as u8 - b'1')),
            KeyCode::Delete | KeyCode::Char('D') => self.lists.get(self.selected).cloned().map(ListChoice::Remove),
            _ => None,
        };
        choice.map_or(Step::Stay, Step::Save)
    }

    fn shown(&self, idx: usize) -> Option<ListChoice> {
        self.lists.get(idx).map(|list| ListChoice::Show(list.filter.clone()))
    }
}
