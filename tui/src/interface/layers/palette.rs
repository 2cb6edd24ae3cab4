//! Everything that can be done, filtered while typing; Enter does it. As help it shows the keys of the open screen, as
//! palette the names of all actions and choices.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::sop::plan::Lang;
use tui_input::Input;

use super::outcome_form::Step;
use crate::interface::action::{Action, When};
use crate::interface::app::App;
use crate::interface::keyfile;
use crate::interface::keymap::fold;
use crate::interface::settings::{Glyphs, Mouse, Setting};
use crate::interface::text::matches;
use crate::interface::theme::Theme;
use crate::interface::widgets::field;
use crate::interface::words::{self, Msg};

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The keys of the open screen.
    Help,
    /// All actions and choices by name.
    Commands,
}

/// The palette.
#[derive(Clone, Debug)]
pub struct Palette {
    /// Which of the two it is.
    pub kind: Kind,
    /// The filter.
    pub input: Input,
    /// The selected row of those that match.
    pub selected: usize,
    /// The colours to go back to: the selected theme is shown at once.
    pub theme_before: Theme,
}

/// What a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// An action.
    Act(Action),
    /// A choice.
    Set(Setting),
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is typed for it.
    pub name: String,
    /// Its keys.
    pub keys: String,
    /// What it does.
    pub help: String,
    /// What Enter does.
    pub command: Command,
    /// Why it does nothing here.
    pub why_not: Option<Msg>,
}

impl Palette {
    /// A palette over an app.
    pub fn new(kind: Kind, app: &App) -> Self {
        Self { kind, input: Input::default(), selected: 0, theme_before: app.theme.clone() }
    }

    /// The rows that match the filter; those whose name begins with it come first, what works here before the rest.
    pub fn rows(&self, app: &App) -> Vec<Entry> {
        let wanted: String = self.input.value().trim().chars().map(fold).collect();
        let all = actions(app).into_iter().chain(if self.kind == Kind::Commands { choices(app) } else { Vec::new() });
        let mut rows: Vec<Entry> = all
            .filter(|entry| self.kind == Kind::Commands || entry.why_not.is_none())
            .filter(|entry| entry.matches(&wanted))
            .collect();
        if !wanted.is_empty() {
            rows.sort_by_key(|entry| (!entry.name.starts_with(&wanted), entry.why_not.is_some()));
        }
        rows
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent, app: &App) -> Step<Command> {
        let n = self.rows(app).len();
        let opener = if self.kind == Kind::Help { ['?', '？'] } else { [':', '：'] };
        match key.code {
            KeyCode::Esc | KeyCode::F(1) => return Step::Cancel,
            KeyCode::Char(c) if opener.contains(&c) && self.input.value().is_empty() => return Step::Cancel,
            KeyCode::Enter => {
                let rows = self.rows(app);
                return rows.into_iter().nth(self.selected).map_or(Step::Stay, |entry| Step::Save(entry.command));
            }
            KeyCode::Down => self.selected = (self.selected + 1).min(n.saturating_sub(1)),
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(n.saturating_sub(1)),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            KeyCode::Tab => self.complete(app),
            _ => {
                if field::edit(&mut self.input, key) {
                    self.selected = 0;
                }
            }
        }
        Step::Stay
    }

    /// The theme of the selected row, to be shown while it is selected.
    pub fn preview(&self, app: &App) -> Theme {
        let selected = self.rows(app).into_iter().nth(self.selected).map(|entry| entry.command);
        let shown = match selected {
            Some(Command::Set(Setting::Theme(name))) => {
                app.settings.themes.choose(Some(&name), None, app.settings.colors).ok()
            }
            _ => None,
        };
        shown.unwrap_or_else(|| self.theme_before.clone())
    }

    /// Writes the name of the selected row into the filter.
    fn complete(&mut self, app: &App) {
        if let Some(entry) = self.rows(app).into_iter().nth(self.selected) {
            self.input = Input::new(entry.name);
            self.selected = 0;
        }
    }
}

impl Entry {
    fn matches(&self, wanted: &str) -> bool {
        wanted.is_empty()
            || self.name.contains(wanted)
            || self.keys.split("  ").any(|key| key.eq_ignore_ascii_case(wanted))
            || matches(&self.help, wanted)
    }
}

/// Every action of the registry.
fn actions(app: &App) -> Vec<Entry> {
    let training = app.data.is_training();
    let rows = app.keymap.rows().filter(|(spec, _)| training || spec.when != When::Training);
    rows.map(|(spec, chords)| Entry {
        name: spec.name.to_owned(),
        keys: chords.iter().map(|chord| chord.label()).collect::<Vec<_>>().join("  "),
        help: spec.help(app.lang).to_owned(),
        command: Command::Act(spec.action),
        why_not: (!spec.reaches(app.screen)).then_some(Msg::Elsewhere),
    })
    .collect()
}

/// Every choice there is.
fn choices(app: &App) -> Vec<Entry> {
    let entry = |name: String, help: String, setting: Setting| Entry {
        name,
        keys: String::new(),
        help,
        command: Command::Set(setting),
        why_not: None,
    };
    let lang = app.lang;
    let themes = app.settings.themes.names();
    let theme = |name: &str| {
        let shown = app.settings.themes.theme(name, app.settings.colors.depth);
        let title = shown.map_or_else(|error| error.to_string(), |theme| theme.name.in_lang(lang).to_owned());
        let help = format!("{} · {title}", Msg::SetTheme.text(lang));
        entry(format!("theme {name}"), help, Setting::Theme(name.to_owned()))
    };
    let mut all: Vec<Entry> = themes.into_iter().map(theme).collect();
    for (name, to) in [("zh", Lang::Zh), ("en", Lang::En)] {
        let help = format!("{} · {}", Msg::SetLang.text(lang), words::lang_name(to));
        all.push(entry(format!("lang {name}"), help, Setting::Lang(to)));
    }
    for name in keyfile::presets() {
        let help = format!("{} · {name}", Msg::SetKeys.text(lang));
        all.push(entry(format!("keys {name}"), help, Setting::Keys(name.to_owned())));
    }
    for glyphs in Glyphs::ALL {
        let help = format!("{} · {}", Msg::SetGlyphs.text(lang), words::glyphs_name(glyphs, lang));
        all.push(entry(format!("glyphs {}", glyphs.name()), help, Setting::Glyphs(glyphs)));
    }
    for (name, mouse, msg) in [("on", Mouse::Captured, Msg::MouseOn), ("off", Mouse::Free, Msg::MouseOff)] {
        let help = format!("{} · {}", Msg::SetMouse.text(lang), msg.text(lang));
        all.push(entry(format!("mouse {name}"), help, Setting::Mouse(mouse)));
    }
    all
}
