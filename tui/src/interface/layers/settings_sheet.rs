//! The settings: a row each, changed with the arrows; what is shown is in force.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::sop::plan::Lang;

use crate::interface::app::App;
use crate::interface::keyfile;
use crate::interface::keymap::fold;
use crate::interface::settings::{Glyphs, Mouse, Setting};
use crate::interface::words::{self, Msg};
use crate::text;

/// The sheet.
#[derive(Clone, Debug, Default)]
pub struct SettingsSheet {
    /// The selected row.
    pub selected: usize,
}

/// What a key did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// The sheet is closed.
    Closed,
    /// It stays.
    Stay,
    /// A choice was made.
    To(Setting),
}

/// How many rows there are.
pub const N_ROWS: usize = 5;

/// The rows: what is chosen, and the choice in force.
pub fn rows(app: &App) -> [(Msg, String); N_ROWS] {
    let settings = &app.settings;
    let mouse = if settings.mouse == Mouse::Captured { Msg::MouseOn } else { Msg::MouseOff };
    let glyphs = match settings.glyphs {
        Glyphs::Auto => {
            let found = words::glyphs_name(Glyphs::Always(settings.found_glyphs), app.lang);
            let auto = words::glyphs_name(Glyphs::Auto, app.lang);
            text!(app.lang, "{auto}（{found}）", "{auto} ({found})")
        }
        chosen => words::glyphs_name(chosen, app.lang).to_owned(),
    };
    [
        (Msg::SetLang, words::lang_name(app.lang).to_owned()),
        (Msg::SetTheme, format!("{} · {}", app.theme.id, app.theme.name.in_lang(app.lang))),
        (Msg::SetGlyphs, glyphs),
        (Msg::SetKeys, settings.preset().to_owned()),
        (Msg::SetMouse, mouse.text(app.lang).to_owned()),
    ]
}

impl SettingsSheet {
    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent, app: &App) -> Turned {
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        match code {
            KeyCode::Esc | KeyCode::Char('q' | ',') => Turned::Closed,
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => {
                self.selected = (self.selected + 1) % N_ROWS;
                Turned::Stay
            }
            KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => {
                self.selected = (self.selected + N_ROWS - 1) % N_ROWS;
                Turned::Stay
            }
            KeyCode::Enter | KeyCode::Right | KeyCode::Char('l' | ' ') => Turned::To(next(self.selected, 1, app)),
            KeyCode::Left | KeyCode::Char('h') => Turned::To(next(self.selected, -1, app)),
            _ => Turned::Stay,
        }
    }
}

/// The choice after the one in force, or before it.
fn next(row: usize, by: isize, app: &App) -> Setting {
    let settings = &app.settings;
    match row {
        0 => Setting::Lang(if app.lang == Lang::Zh { Lang::En } else { Lang::Zh }),
        1 => Setting::Theme(turn(&settings.themes.names(), &app.theme.id.as_str(), by).to_owned()),
        2 => Setting::Glyphs(turn(&Glyphs::ALL, &settings.glyphs, by)),
        3 => Setting::Keys(turn(&keyfile::presets().collect::<Vec<_>>(), &settings.preset(), by).to_owned()),
        _ => Setting::Mouse(if settings.mouse == Mouse::Captured { Mouse::Free } else { Mouse::Captured }),
    }
}

fn turn<T: Copy + PartialEq>(all: &[T], now: &T, by: isize) -> T {
    let idx = all.iter().position(|one| one == now).unwrap_or(0);
    let n = all.len().max(1);
    let to = idx.wrapping_add_signed(by).wrapping_add(n) % n;
    all.get(to).copied().unwrap_or(*now)
}
