//! Tags by number keys: first the group, then the value; a value that is there already is taken away.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::CustomerId;
use guide_common::sop::plan::Lang;
use guide_common::sop::settings::{TagChoice, TagGroup};
use guide_common::wire::record::TagRequest;

use super::outcome_form::Step;
use crate::interface::keymap::fold;

/// The keys of the rows.
const KEYS: &str = "1234567890abcdefgimnoprstuvwxyz";

/// The sheet.
#[derive(Clone, Debug)]
pub struct TagSheet {
    /// Whose tags.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
    /// The groups that have values to choose from.
    pub groups: Vec<TagGroup>,
    /// The group that was chosen.
    pub group: Option<usize>,
    /// The selected row.
    pub selected: usize,
}

impl TagSheet {
    /// A sheet for a customer.
    pub fn new(customer: CustomerId, name: String, groups: Vec<TagGroup>) -> Self {
        let groups = groups.into_iter().filter(|group| !group.values.is_empty() && group.choice != TagChoice::Date);
        Self { customer, name, groups: groups.collect(), group: None, selected: 0 }
    }

    /// The key of a row.
    pub fn row_key(idx: usize) -> char {
        KEYS.chars().nth(idx).unwrap_or(' ')
    }

    /// The rows: groups, or the values of the chosen one.
    pub fn rows(&self, lang: Lang) -> Vec<&str> {
        match self.chosen() {
            Some(group) => group.values.iter().map(|value| value.name.in_lang(lang)).collect(),
            None => self.groups.iter().map(|group| group.name.in_lang(lang)).collect(),
        }
    }

    /// The group that was chosen.
    pub fn chosen(&self) -> Option<&TagGroup> {
        self.groups.get(self.group?)
    }

    /// Applies a key; a value that is chosen comes back as what to add or take away.
    pub fn key(&mut self, key: &KeyEvent) -> Step<TagRequest> {
        let n = self.rows(Lang::Zh).len();
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        match code {
            KeyCode::Esc | KeyCode::Left | KeyCode::Backspace if self.group.is_some() => {
                self.selected = self.group.take().unwrap_or(0);
            }
            KeyCode::Esc | KeyCode::Left | KeyCode::Backspace => return Step::Cancel,
            KeyCode::Down => self.selected = (self.selected + 1).min(n.saturating_sub(1)),
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Enter | KeyCode::Right => return self.choose(self.selected),
            KeyCode::Char(c) => {
                if let Some(idx) = KEYS.chars().position(|key| key == c).filter(|idx| *idx < n) {
                    return self.choose(idx);
                }
            }
            _ => {}
        }
        Step::Stay
    }

    fn choose(&mut self, idx: usize) -> Step<TagRequest> {
        match self.chosen() {
            None => {
                self.group = Some(idx).filter(|idx| *idx < self.groups.len());
                self.selected = 0;
                Step::Stay
            }
            Some(group) => {
                let request = group
                    .values
                    .get(idx)
                    .map(|value| TagRequest { group: group.code.clone(), value: value.name.zh.clone() });
                self.selected = idx;
                request.map_or(Step::Stay, Step::Save)
            }
        }
    }
}
