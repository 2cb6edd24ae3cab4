//! What a guide can choose: language, colours, keys, glyphs, mouse. A choice is in force at once and written to
//! `config.toml`.

use guide_common::config::Value;
use guide_common::file_error::FileError;
use guide_common::sop::plan::Lang;

use super::app::{App, ToastKind};
use super::effect::Effect;
use super::glyph::GlyphSet;
use super::keyfile;
use super::keymap::Keymap;
use super::theme::{ColorEnv, Library};
use super::words::{self, Msg};

/// Which glyphs are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// What fits the terminal, which was asked.
    #[default]
    Auto,
    /// One set, whatever the terminal says.
    Always(GlyphSet),
}

impl Glyphs {
    /// Every choice.
    pub const ALL: [Self; 4] =
        [Self::Auto, Self::Always(GlyphSet::Unicode), Self::Always(GlyphSet::Safe), Self::Always(GlyphSet::Ascii)];

    /// The name in `config.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always(set) => set.name(),
        }
    }

    /// The choice of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|glyphs| glyphs.name() == name)
    }
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The language.
    Lang(Lang),
    /// The theme by name.
    Theme(String),
    /// The keymap preset by name.
    Keys(String),
    /// The glyphs.
    Glyphs(Glyphs),
    /// Whether clicks come to the program.
    Mouse(Mouse),
}

/// Who gets the mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mouse {
    /// The program.
    #[default]
    Captured,
    /// The terminal, for selecting text.
    Free,
}

impl Setting {
    /// The key in `config.toml`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Lang(_) => "lang",
            Self::Theme(_) => "theme",
            Self::Keys(_) => "keys",
            Self::Glyphs(_) => "glyphs",
            Self::Mouse(_) => "mouse",
        }
    }

    /// The value in `config.toml`.
    pub fn value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        match self {
            Self::Lang(Lang::Zh) => text("zh"),
            Self::Lang(Lang::En) => text("en"),
            Self::Theme(name) | Self::Keys(name) => text(name),
            Self::Glyphs(glyphs) => text(glyphs.name()),
            Self::Mouse(mouse) => Value::Bool(*mouse == Mouse::Captured),
        }
    }
}

/// The choices in force, and what there is to choose from.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What the terminal can show.
    pub colors: ColorEnv,
    /// All themes.
    pub themes: Library,
    /// The keymap preset's name; `default` where none was chosen.
    pub keys: Option<String>,
    /// The guide's own key file.
    pub own_keys: String,
    /// The chosen glyphs.
    pub glyphs: Glyphs,
    /// What the terminal was found to need.
    pub found_glyphs: GlyphSet,
    /// Who gets the mouse.
    pub mouse: Mouse,
    /// What is wrong with the file of settings.
    pub faults: Vec<String>,
}

impl Settings {
    /// The keymap preset in force.
    pub fn preset(&self) -> &str {
        self.keys.as_deref().unwrap_or("default")
    }

    /// The keys of the preset with the guide's own over them, and what is wrong with those.
    pub fn keymap(&self) -> (Keymap, Vec<FileError>) {
        let base = keyfile::preset(self.preset()).unwrap_or_default();
        let read = keyfile::over(base, &self.own_keys);
        let mut faults = read.faults;
        faults.extend(read.taken);
        faults.sort_by_key(|fault| fault.line);
        (read.keymap, faults)
    }

    /// The glyph set in force.
    pub fn glyph_set(&self) -> GlyphSet {
        match self.glyphs {
            Glyphs::Auto => self.found_glyphs,
            Glyphs::Always(set) => set,
        }
    }
}

impl App {
    /// Begins with a guide's settings.
    pub fn with_settings(mut self, mut settings: Settings) -> Self {
        let (keymap, faults) = settings.keymap();
        self.keymap = keymap;
        let of_file = std::mem::take(&mut settings.faults);
        self.settings = settings;
        for fault in of_file {
            self.say(ToastKind::Refused, words::settings_fault(&fault, self.lang));
        }
        for fault in faults {
            self.note(ToastKind::Refused, words::key_fault(fault.line, &fault.message, self.lang));
        }
        self
    }

    /// Puts a choice in force and has it written down.
    pub(super) fn choose(&mut self, setting: Setting) {
        if matches!(setting, Setting::Lang(_)) && self.training.is_some() {
            // the people and what they say were made in the language in which the demo was opened
            return self.refuse(Msg::DemoLang);
        }
        self.put_in_force(&setting);
        self.effects.push(Effect::SaveSetting(setting));
    }

    /// Puts a choice in force; a theme that cannot be read is refused with the reason.
    pub(super) fn put_in_force(&mut self, setting: &Setting) {
        match setting {
            Setting::Lang(lang) if *lang == self.lang => {}
            Setting::Lang(lang) => {
                self.lang = *lang;
                self.refresh_now();
            }
            Setting::Theme(name) => match self.settings.themes.choose(Some(name), None, self.settings.colors) {
                Ok(theme) => self.theme = theme,
                Err(error) => self.say(ToastKind::Refused, error.to_string()),
            },
            Setting::Keys(name) => {
                self.settings.keys = Some(name.clone());
                self.keymap = self.settings.keymap().0;
            }
            Setting::Glyphs(glyphs) => self.settings.glyphs = *glyphs,
            Setting::Mouse(mouse) => {
                self.settings.mouse = *mouse;
                self.effects.push(Effect::Capture(*mouse));
                let msg = if *mouse == Mouse::Captured { Msg::MouseOn } else { Msg::MouseOff };
                self.say(ToastKind::Done, msg.text(self.lang));
            }
        }
    }
}
