//! What lies over a screen and has the keys until it is closed.

pub mod help;
pub mod outcome_form;
pub mod promise_choice;
pub mod text_form;
pub mod view;

use self::help::Help;
use self::outcome_form::OutcomeForm;
use self::promise_choice::PromiseChoice;
use self::text_form::TextForm;

/// A layer.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The form of an outcome.
    Outcome(OutcomeForm),
    /// Gaps, or words that close a complaint.
    Text(TextForm),
    /// Which promise was kept.
    Promise(PromiseChoice),
    /// The next outcome gets a note.
    NoteFirst,
    /// The help.
    Help(Help),
}
