//! What lies over a screen and has the keys until it is closed.

pub mod amnesty_sheet;
mod amnesty_view;
pub mod ask_form;
pub mod ask_view;
pub mod confirm;
pub mod editor;
mod library_view;
mod list_view;
pub mod lists_sheet;
pub mod outcome_form;
pub mod page;
pub mod palette;
pub mod picker;
pub mod promise_choice;
pub mod reminders_sheet;
pub mod settings_sheet;
mod sheet_view;
pub mod steps_sheet;
pub mod tag_sheet;
pub mod text_form;
pub mod training_sheet;
pub mod training_view;
pub mod view;

use self::amnesty_sheet::AmnestySheet;
use self::ask_form::AskForm;
use self::confirm::Confirm;
use self::editor::Editor;
use self::lists_sheet::ListsSheet;
use self::outcome_form::OutcomeForm;
use self::page::Page;
use self::palette::Palette;
use self::picker::Picker;
use self::promise_choice::PromiseChoice;
use self::reminders_sheet::RemindersSheet;
use self::settings_sheet::SettingsSheet;
use self::steps_sheet::StepsSheet;
use self::tag_sheet::TagSheet;
use self::text_form::TextForm;
use self::training_sheet::TrainingSheet;

/// A layer.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The form of an outcome.
    Outcome(OutcomeForm),
    /// Gaps, or words that close a complaint.
    Text(TextForm),
    /// Which promise was kept.
    Promise(PromiseChoice),
    /// Fields of something else: a rejected op, a file's path, dates.
    Ask(AskForm),
    /// Whether something is really meant.
    Confirm(Confirm),
    /// The next outcome gets a note.
    NoteFirst,
    /// The help, or the palette.
    Palette(Box<Palette>),
    /// The settings.
    Settings(SettingsSheet),
    /// What can be taken back and recorded again.
    Steps(StepsSheet),
    /// Tags by number keys.
    Tags(TagSheet),
    /// The saved lists.
    Lists(ListsSheet),
    /// The reminders.
    Reminders(RemindersSheet),
    /// What becomes of the backlog after a leave.
    Amnesty(AmnestySheet),
    /// Something to read.
    Page(Page),
    /// A customer to choose.
    Picker(Picker),
    /// A template's text.
    Editor(Editor),
    /// Faults, moments or answers of training.
    Training(TrainingSheet),
}
