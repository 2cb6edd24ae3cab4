//! The help: every action with its keys, filtered while typing; Enter runs the selected one.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::sop::plan::Lang;
use tui_input::Input;

use super::outcome_form::Step;
use crate::interface::action::{Action, ActionSpec, Place, registry};
use crate::interface::widgets::field;

/// The help.
#[derive(Clone, Debug)]
pub struct Help {
    /// The filter.
    pub input: Input,
    /// The selected row of those that match.
    pub selected: usize,
    /// Where it was opened: it shows what works there.
    pub place: Place,
    /// Whether the virtual clock's actions work.
    pub training: bool,
}

impl Help {
    /// The help of a place.
    pub fn new(place: Place, training: bool) -> Self {
        Self { input: Input::default(), selected: 0, place, training }
    }

    /// The actions that match the filter.
    pub fn rows(&self, lang: Lang) -> Vec<&'static ActionSpec> {
        let wanted = self.input.value().trim().to_lowercase();
        let matches = |spec: &ActionSpec| {
            spec.help(lang).to_lowercase().contains(&wanted)
                || spec.label(lang).to_lowercase().contains(&wanted)
                || spec.keys.iter().any(|key| key.label().to_lowercase() == wanted)
        };
        registry()
            .iter()
            .filter(|spec| spec.reaches(self.place) && (self.training || spec.place != Place::Training))
            .filter(|spec| matches(spec))
            .collect()
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent, lang: Lang) -> Step<Action> {
        let n = self.rows(lang).len();
        match key.code {
            KeyCode::Esc | KeyCode::F(1) => return Step::Cancel,
            KeyCode::Char('?' | '？') if self.input.value().is_empty() => return Step::Cancel,
            KeyCode::Enter => {
                return self.rows(lang).get(self.selected).map_or(Step::Stay, |spec| Step::Save(spec.action));
            }
            KeyCode::Down => self.selected = (self.selected + 1).min(n.saturating_sub(1)),
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(n.saturating_sub(1)),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            _ => {
                if field::edit(&mut self.input, key) {
                    self.selected = 0;
                }
            }
        }
        Step::Stay
    }
}
