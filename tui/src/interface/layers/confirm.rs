//! Whether something is really meant that cannot be taken back. The answer that does nothing is selected first.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::OpId;

use super::ask_form::AskForm;
use super::outcome_form::Step;
use crate::interface::effect::FileRequest;
use crate::interface::keymap::fold;

/// What is to be agreed to.
#[derive(Clone, Debug)]
pub enum ConfirmPurpose {
    /// A rejected op is given up.
    Discard(OpId),
    /// What differs from headquarters is mended.
    Heal,
    /// A list gets another filter.
    ReplaceList {
        /// What it is called.
        name: String,
        /// The new filter.
        filter: String,
    },
    /// A list is taken away.
    RemoveList(String),
    /// A file takes the place of another one.
    Replace {
        /// Where the path was typed.
        form: Box<AskForm>,
        /// What is written.
        request: FileRequest,
    },
}

/// The question.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What it is about.
    pub purpose: ConfirmPurpose,
    /// The question.
    pub title: String,
    /// What happens.
    pub note: String,
    /// What is said to keep things as they are, and to go on.
    pub answers: [String; 2],
    /// The selected answer.
    pub selected: usize,
}

impl Confirm {
    /// A question, with the answer that does nothing selected.
    pub fn new(purpose: ConfirmPurpose, title: String, note: String, answers: [&str; 2]) -> Self {
        Self { purpose, title, note, answers: answers.map(str::to_owned), selected: 0 }
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent) -> Step<()> {
        match key.code {
            KeyCode::Esc => return Step::Cancel,
            KeyCode::Down | KeyCode::Up | KeyCode::Tab | KeyCode::BackTab | KeyCode::Char('j' | 'k') => {
                self.selected = 1 - self.selected;
            }
            KeyCode::Enter if self.selected == 0 => return Step::Cancel,
            KeyCode::Enter => return Step::Save(()),
            KeyCode::Char(c) if fold(c) == '1' => return Step::Cancel,
            KeyCode::Char(c) if fold(c) == '2' => return Step::Save(()),
            _ => {}
        }
        Step::Stay
    }

    /// The form to which a refusal leads back.
    pub fn back(self) -> Option<AskForm> {
        match self.purpose {
            ConfirmPurpose::Replace { form, .. } => Some(*form),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn enter_alone_agrees_to_nothing() {
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let confirm = || Confirm::new(ConfirmPurpose::Heal, String::new(), String::new(), ["no", "yes"]);
        assert_eq!(confirm().key(&key(KeyCode::Enter)), Step::Cancel);
        let mut agreed = confirm();
        assert_eq!(agreed.key(&key(KeyCode::Down)), Step::Stay);
        assert_eq!(agreed.key(&key(KeyCode::Enter)), Step::Save(()));
        assert_eq!(confirm().key(&key(KeyCode::Char('２'))), Step::Save(()));
    }
}
