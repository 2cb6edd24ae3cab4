//! The sheets of training: what can be made to go wrong, the moments that can be gone back to, and what customers did.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::CustomerId;

use super::outcome_form::Step;
use crate::interface::app::App;
use crate::interface::keymap::fold;
use crate::lesson::{Lesson, library};

/// A sheet.
#[derive(Clone, Debug)]
pub struct TrainingSheet {
    /// Which one.
    pub which: Which,
    /// The selected row.
    pub selected: usize,
}

/// Which sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// What can be made to go wrong.
    Faults,
    /// The moments that can be gone back to.
    Moments,
    /// What customers did.
    Answers,
    /// The lessons.
    Lessons,
}

/// What can be made to go wrong with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Nothing gets through.
    Cable,
    /// Every request is late.
    SlowLine,
    /// Answers of the hub are lost.
    LostReplies,
    /// The machine's clock is hours ahead.
    WrongClock,
    /// The hub does not know the token.
    ExpiredToken,
    /// The disk has no room.
    FullDisk,
    /// The daemon is killed.
    KilledDaemon,
}

impl Switch {
    /// Every switch, in the order of the rows.
    pub const ALL: [Self; 7] = [
        Self::Cable,
        Self::SlowLine,
        Self::LostReplies,
        Self::WrongClock,
        Self::ExpiredToken,
        Self::FullDisk,
        Self::KilledDaemon,
    ];

    /// Its name in lessons.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cable => "cable",
            Self::SlowLine => "slow-line",
            Self::LostReplies => "lost-replies",
            Self::WrongClock => "wrong-clock",
            Self::ExpiredToken => "expired-token",
            Self::FullDisk => "full-disk",
            Self::KilledDaemon => "killed-daemon",
        }
    }
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingChoice {
    /// Switch it on, or off.
    Turn(Switch),
    /// Go back there.
    Moment(usize),
    /// Show this customer.
    Show(CustomerId),
    /// Begin this lesson.
    Lesson(Arc<Lesson>),
}

impl TrainingSheet {
    /// A sheet on its first row.
    pub fn new(which: Which) -> Self {
        Self { which, selected: 0 }
    }

    /// How many rows it has.
    pub fn n_rows(&self, app: &App) -> usize {
        let of_training = |n: fn(&crate::training::State) -> usize| app.training.as_deref().map_or(0, n);
        match self.which {
            Which::Faults => Switch::ALL.len(),
            Which::Moments => of_training(|training| training.moments.len()),
            Which::Answers => of_training(|training| training.happened.len()),
            Which::Lessons => library::all().len(),
        }
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent, app: &App) -> Step<TrainingChoice> {
        let last = self.n_rows(app).saturating_sub(1);
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        match code {
            KeyCode::Esc | KeyCode::Left | KeyCode::Char('q' | 'T') => return Step::Cancel,
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown | KeyCode::End => self.selected = last,
            KeyCode::PageUp | KeyCode::Home => self.selected = 0,
            KeyCode::Char(digit @ '1'..='9') if matches!(self.which, Which::Faults | Which::Lessons) => {
                let idx = usize::from(digit as u8 - b'1');
                if idx <= last {
                    self.selected = idx;
                    return self.choose(app);
                }
            }
            KeyCode::Enter | KeyCode::Right | KeyCode::Char(' ') => return self.choose(app),
            _ => {}
        }
        Step::Stay
    }

    fn choose(&self, app: &App) -> Step<TrainingChoice> {
        let happened = app.training.as_ref().and_then(|training| training.happened.get(self.selected));
        let choice = match self.which {
            Which::Faults => Switch::ALL.get(self.selected).copied().map(TrainingChoice::Turn),
            Which::Moments => (self.selected < self.n_rows(app)).then_some(TrainingChoice::Moment(self.selected)),
            Which::Lessons => library::all().get(self.selected).cloned().map(TrainingChoice::Lesson),
            Which::Answers => happened.map(|one| TrainingChoice::Show(one.customer.clone())),
        };
        choice.map_or(Step::Stay, Step::Save)
    }
}
