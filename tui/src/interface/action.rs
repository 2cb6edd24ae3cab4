//! The one registry of actions: each with its keys, its label and its help line in both languages, and where it works.
//! Keys, footer, help, palette, mouse, manual page and lessons come from it. The actions themselves stand in `table`.

mod table;

use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;

use super::keymap::Chord;
use super::screens::Screen;
use crate::training::Span;

/// What the guide means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Log what came of the contact.
    Log(OutcomeCode),
    /// Select the next row.
    Down,
    /// Select the row before.
    Up,
    /// Select a page further.
    PageDown,
    /// Select a page back.
    PageUp,
    /// Select the first row.
    First,
    /// Select the last row.
    Last,
    /// Open what is selected.
    Open,
    /// Go back.
    Back,
    /// Copy the script.
    Copy,
    /// Fill the gaps of the script.
    Fill,
    /// Show the next script of the task.
    NextScript,
    /// Scroll the script or the card on.
    ScrollDown,
    /// Scroll the script or the card back.
    ScrollUp,
    /// Log the next outcome with a note.
    Note,
    /// Take back what was recorded last.
    Undo,
    /// Record again what was taken back last.
    Redo,
    /// Show what can be taken back and recorded again.
    Steps,
    /// Put the task off.
    Snooze,
    /// Walk through the tasks one by one.
    Walk,
    /// Tag the customer.
    Tag,
    /// Write a note about the customer.
    WriteNote,
    /// Show what happened with the customer.
    Timeline,
    /// Show the whole phone number for a while.
    RevealPhone,
    /// Choose any script for the customer.
    OtherScript,
    /// Enter a person whom nobody has entered yet.
    AddLead,
    /// Show the saved lists.
    Lists,
    /// Show what becomes of the backlog after a leave.
    Amnesty,
    /// Show the reminders.
    Reminders,
    /// Lock the terminal, or choose who is at it.
    Lock,
    /// Keep the filter under a name.
    SaveList,
    /// Close the customer's complaint.
    CloseComplaint,
    /// Mark a promise to the customer as kept.
    KeepPromise,
    /// Choose for whom templates and plans are shown.
    ForWhom,
    /// Group the templates otherwise.
    GroupBy,
    /// Show the templates' texts in the other language.
    TextLang,
    /// Change a template's text.
    Edit,
    /// Change a template's text in the user's own editor.
    EditOutside,
    /// Propose a changed template to headquarters.
    Propose,
    /// Show something else of a plan.
    NextView,
    /// Work out what a plan would have meant.
    Simulate,
    /// Change what a what-if is run with.
    Parameters,
    /// Compare two versions of a plan.
    Compare,
    /// Filter the customers.
    Filter,
    /// Show the screen after this one.
    NextScreen,
    /// Show the screen before this one.
    PrevScreen,
    /// Show a screen.
    Goto(Screen),
    /// Sync at once.
    SyncNow,
    /// Mask names, phones, amounts and purchases on the screen, or show them again.
    Privacy,
    /// Show the other language.
    OtherLang,
    /// Move the training clock.
    Forward(Span),
    /// Move the training clock to the next day on which the selected customer, or anybody, has an open task.
    NextDue,
    /// Let the training clock play, or pause it.
    Play,
    /// Let the training clock play faster.
    Faster,
    /// Let the training clock play slower.
    Slower,
    /// Go back to the moment before.
    Rewind,
    /// Show the moments that can be gone back to.
    Moments,
    /// Go back to the very beginning.
    Reset,
    /// Show what customers have answered in training.
    Answers,
    /// Show what can be made to go wrong.
    Faults,
    /// Show the lessons.
    Lessons,
    /// Show the hint of the lesson's step.
    Hint,
    /// Leave the lesson.
    EndLesson,
    /// Have each key say what it will do before it acts.
    Learn,
    /// Show the pressed keys large.
    CastKeys,
    /// Show what an audience needs, large, and nothing personal.
    Present,
    /// Show the script on the bare terminal.
    Print,
    /// Open a section of the screen, by its number.
    Section(u8),
    /// Change a rejected record and send it again.
    Mend,
    /// Send a rejected record again as it is.
    Resend,
    /// Give a rejected record up.
    Discard,
    /// Look at everything that can be wrong.
    Check,
    /// Compare this terminal with headquarters.
    Verify,
    /// Mend what differs from headquarters.
    Heal,
    /// Go through the cycles of what support takes along, as on another machine.
    Replay,
    /// Report on the period before.
    PeriodBefore,
    /// Report on the period after.
    PeriodAfter,
    /// Report on a period of another length.
    NextSpan,
    /// Report on days that are typed.
    OwnDates,
    /// Write what is shown to a file.
    Export,
    /// Cut the line to headquarters, or join it again.
    CutLine,
    /// End everything that goes wrong on purpose.
    EndFaults,
    /// Show all keys.
    Help,
    /// Show everything that can be done, by name.
    Palette,
    /// Show the settings.
    Settings,
    /// Show what was said so far.
    Messages,
    /// Show what this program is.
    About,
    /// Take the mouse, or leave it to the terminal.
    Mouse,
    /// Leave.
    Quit,
}

/// The screens on which an action works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u8);

impl Place {
    /// The queue.
    pub const TODAY: Self = Self::of(Screen::Today);
    /// The customers.
    pub const CUSTOMERS: Self = Self::of(Screen::Customers);
    /// The reports.
    pub const REPORTS: Self = Self::of(Screen::Reports);
    /// The state of sync.
    pub const SYNC: Self = Self::of(Screen::Sync);
    /// Where a customer is selected.
    pub const PEOPLE: Self = Self::TODAY.and(Self::CUSTOMERS);
    /// The templates.
    pub const TEMPLATES: Self = Self::of(Screen::Templates);
    /// The plans.
    pub const PLANS: Self = Self::of(Screen::Plans);
    /// Where the outcome of a contact is logged.
    pub const CONTACTS: Self = Self::PEOPLE.and(Self::TEMPLATES);
    /// Where there is a script.
    pub const SCRIPTS: Self = Self::TODAY.and(Self::TEMPLATES);
    /// What headquarters published.
    pub const LIBRARY: Self = Self::TEMPLATES.and(Self::PLANS);
    /// Everywhere.
    pub const ALL: Self = Self(u8::MAX);

    /// One screen.
    pub const fn of(screen: Screen) -> Self {
        Self(1 << screen as u8)
    }

    /// These screens and those.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether some screen is among both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether a screen is among them.
    pub const fn covers(self, screen: Screen) -> bool {
        self.0 & (1 << screen as u8) != 0
    }
}

/// On which clock an action works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// On either.
    Always,
    /// In training.
    Training,
}

/// One action of the registry.
#[derive(Clone, Debug)]
pub struct ActionSpec {
    /// The action.
    pub action: Action,
    /// What it is called in the palette, in key files and in lessons.
    pub name: &'static str,
    /// Its keys in the default preset; the first is the one shown.
    pub keys: Vec<Chord>,
    /// Where it works.
    pub place: Place,
    /// On which clock.
    pub when: When,
    /// What it is called in the footer.
    label: [&'static str; 2],
    /// What it does, for the help.
    help: [&'static str; 2],
}

impl ActionSpec {
    /// What it is called in the footer.
    pub fn label(&self, lang: Lang) -> &'static str {
        self.label[lang as usize]
    }

    /// What it does.
    pub fn help(&self, lang: Lang) -> &'static str {
        self.help[lang as usize]
    }

    /// Whether it works on a screen.
    pub fn reaches(&self, screen: Screen) -> bool {
        self.place.covers(screen)
    }
}

/// Every action, in the order of the help.
pub fn registry() -> &'static [ActionSpec] {
    static REGISTRY: std::sync::LazyLock<Vec<ActionSpec>> = std::sync::LazyLock::new(table::build);
    &REGISTRY
}

/// The spec of an action.
pub fn spec(action: Action) -> Option<&'static ActionSpec> {
    registry().iter().find(|spec| spec.action == action)
}

/// The action of a name.
pub fn named(name: &str) -> Option<&'static ActionSpec> {
    registry().iter().find(|spec| spec.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_key_a_name_a_label_and_a_help_line_in_both_languages() {
        for spec in registry() {
            assert!(!spec.keys.is_empty(), "{:?} has no key", spec.action);
            assert!(
                spec.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'),
                "{}",
                spec.name
            );
            for lang in [Lang::Zh, Lang::En] {
                assert!(!spec.label(lang).is_empty(), "{:?} has no label", spec.action);
                assert!(!spec.help(lang).is_empty(), "{:?} has no help line", spec.action);
            }
            assert_ne!(spec.help(Lang::Zh), spec.help(Lang::En), "{:?} is not translated", spec.action);
        }
    }

    #[test]
    fn every_action_and_every_name_stands_in_the_registry_once() {
        for spec in registry() {
            assert_eq!(registry().iter().filter(|other| other.action == spec.action).count(), 1, "{:?}", spec.action);
            assert_eq!(registry().iter().filter(|other| other.name == spec.name).count(), 1, "{}", spec.name);
        }
    }
}
