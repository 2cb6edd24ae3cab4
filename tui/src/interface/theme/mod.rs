//! Themes: TOML files of `themes/` that give every semantic role a style. Screens name roles, never colours.

mod color;
mod file;
mod library;

use guide_common::sop::plan::Text;
use ratatui::style::{Color, Style};
use serde::Deserialize;

pub use self::color::{Depth, MIN_CONTRAST, contrast};
pub use self::file::ThemeError;
pub use self::library::{BUILT_IN, ColorEnv, Library};

/// A style for every role.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Its name in files and in the palette.
    pub id: String,
    /// What it is called.
    pub name: Text,
    pub(super) styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The contrast of a role's text with its ground: its own, else the theme's, else a black terminal's. None where a
    /// colour is the terminal's own.
    pub fn contrast(&self, role: Role) -> Option<f64> {
        let (style, base) = (self.style(role), self.style(Role::Text));
        let ground = style.bg.or(base.bg).unwrap_or(Color::Black);
        contrast(style.fg.or(base.fg)?, ground)
    }

    /// Whether any role has a colour.
    pub fn has_colors(&self) -> bool {
        self.styles.iter().any(|style| style.fg.or(style.bg).is_some())
    }

    /// A built-in theme in all its colours.
    pub fn built_in(name: &str) -> Result<Self, ThemeError> {
        Library::default().theme(name, Depth::TrueColor)
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident,)*) => {
        /// What a piece of the screen means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            /// Every role.
            pub const ALL: [Self; [$(Self::$role),*].len()] = [$(Self::$role),*];

            /// Its name in theme files.
            pub fn name(self) -> String {
                let mut name = String::new();
                for c in format!("{self:?}").chars() {
                    if c.is_ascii_uppercase() && !name.is_empty() {
                        name.push('_');
                    }
                    name.push(c.to_ascii_lowercase());
                }
                name
            }

            /// Whether it is text that must be read.
            pub fn is_text(self) -> bool {
                !matches!(self, Self::Border | Self::BorderFocus)
            }
        }
    };
}

roles! {
    /// Ordinary text and the ground beneath it.
    Text,
    /// What matters less.
    Muted,
    /// What matters more.
    Strong,
    /// Draws the eye.
    Accent,
    /// Frames.
    Border,
    /// The frame of what has the keys.
    BorderFocus,
    /// Titles of frames.
    Title,
    /// The screen that is open, among the tabs.
    TabOn,
    /// The selected row.
    Selection,
    /// The selected row of a list that has not the keys.
    SelectionIdle,
    /// Keys in hints.
    Key,
    /// All is well.
    Good,
    /// Wants attention soon.
    Warn,
    /// Wants attention.
    Bad,
    /// Tier S.
    TierS,
    /// Tier A.
    TierA,
    /// Tier B.
    TierB,
    /// Tier C.
    TierC,
    /// Amounts.
    Money,
    /// A gap in a script.
    Gap,
    /// What was filled into a gap.
    Fill,
    /// A field that takes text.
    Field,
    /// Says that something is done.
    Toast,
    /// Marks training data.
    Training,
}
