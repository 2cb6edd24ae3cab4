//! Themes: TOML files of `themes/` that give every semantic role a style. Screens name roles, never colours.

use std::collections::BTreeMap;

use guide_common::sop::plan::Text;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// The themes built in, by name.
const BUILT_IN: [(&str, &str); 3] = [
    ("ansi", include_str!("../../../themes/ansi.toml")),
    ("night", include_str!("../../../themes/night.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// A style for every role.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// What it is called.
    pub name: Text,
    /// Whether it needs 24-bit colours.
    pub truecolor: bool,
    styles: [Style; Role::ALL.len()],
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    name: Text,
    #[serde(default)]
    truecolor: bool,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    role: BTreeMap<Role, RoleStyle>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleStyle {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    add: Vec<Weight>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Weight {
    Bold,
    Dim,
    Italic,
    Underlined,
    Reversed,
}

/// Why a text is no theme.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// It is not TOML of a theme's form.
    #[error("reading the theme")]
    Malformed(#[source] toml::de::Error),
    /// A role names no colour.
    #[error("role {role:?}: {color:?} is neither in the palette nor a colour")]
    UnknownColor {
        /// The role.
        role: Role,
        /// What it names.
        color: String,
    },
    /// A role has no style.
    #[error("role {0:?} is missing")]
    MissingRole(Role),
    /// No theme is called so.
    #[error("there is no theme {0:?}; use one of {list}", list = names().join(", "))]
    UnknownName(String),
}

/// What the environment says about colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColorEnv {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `COLORTERM` names 24-bit colours.
    pub truecolor: bool,
}

impl ColorEnv {
    /// Reads `NO_COLOR` and `COLORTERM`.
    pub fn of(var: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            no_color: var("NO_COLOR").is_some_and(|value| !value.is_empty()),
            truecolor: var("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit"),
        }
    }
}

/// The names of the built-in themes.
pub fn names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}

impl Theme {
    /// A theme by name. Without one, `NO_COLOR` selects `mono`, else it is `ansi`; a theme in 24-bit colours gives way
    /// to `ansi` where the terminal does not announce them.
    pub fn choose(name: Option<&str>, env: ColorEnv) -> Result<Self, ThemeError> {
        let theme = Self::built_in(name.unwrap_or(if env.no_color { "mono" } else { "ansi" }))?;
        if theme.truecolor && !env.truecolor { Self::built_in("ansi") } else { Ok(theme) }
    }

    /// A built-in theme.
    pub fn built_in(name: &str) -> Result<Self, ThemeError> {
        let (_, text) = BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| ThemeError::UnknownName(name.chars().take(40).collect()))?;
        Self::parse(text)
    }

    /// Reads a theme file.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let file: ThemeFile = toml::from_str(text).map_err(ThemeError::Malformed)?;
        let mut styles = [Style::default(); Role::ALL.len()];
        for role in Role::ALL {
            let style = file.role.get(&role).ok_or(ThemeError::MissingRole(role))?;
            styles[role as usize] = style.resolve(role, &file.palette)?;
        }
        Ok(Self { name: file.name, truecolor: file.truecolor, styles })
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

impl RoleStyle {
    fn resolve(&self, role: Role, palette: &BTreeMap<String, String>) -> Result<Style, ThemeError> {
        let color = |name: &Option<String>| -> Result<Option<Color>, ThemeError> {
            let Some(name) = name else { return Ok(None) };
            let unknown = || ThemeError::UnknownColor { role, color: name.clone() };
            palette.get(name).unwrap_or(name).parse().map(Some).map_err(|_| unknown())
        };
        let add = self.add.iter().fold(Modifier::empty(), |all, weight| all | weight.modifier());
        let mut style = Style::default().add_modifier(add);
        style.fg = color(&self.fg)?;
        style.bg = color(&self.bg)?;
        Ok(style)
    }
}

impl Weight {
    fn modifier(self) -> Modifier {
        match self {
            Self::Bold => Modifier::BOLD,
            Self::Dim => Modifier::DIM,
            Self::Italic => Modifier::ITALIC,
            Self::Underlined => Modifier::UNDERLINED,
            Self::Reversed => Modifier::REVERSED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_styles_every_role() {
        for name in names() {
            Theme::built_in(name).unwrap();
        }
    }

    #[test]
    fn the_default_theme_never_sets_a_background() {
        let theme = Theme::choose(None, ColorEnv::default()).unwrap();
        assert!(Role::ALL.iter().all(|role| theme.style(*role).bg.is_none()));
    }

    #[test]
    fn no_color_selects_a_theme_of_modifiers_only() {
        let theme = Theme::choose(None, ColorEnv { no_color: true, truecolor: true }).unwrap();
        assert!(Role::ALL.iter().all(|role| theme.style(*role).fg.is_none() && theme.style(*role).bg.is_none()));
    }

    #[test]
    fn a_theme_that_the_terminal_cannot_show_gives_way() {
        let theme = Theme::choose(Some("night"), ColorEnv::default()).unwrap();
        assert_eq!(theme, Theme::built_in("ansi").unwrap());
        let theme = Theme::choose(Some("night"), ColorEnv { no_color: false, truecolor: true }).unwrap();
        assert!(theme.truecolor);
    }

    #[test]
    fn a_selected_row_differs_from_text_in_every_theme() {
        for name in names() {
            let theme = Theme::built_in(name).unwrap();
            for role in [Role::Selection, Role::SelectionIdle] {
                assert_ne!(theme.style(role), theme.style(Role::Text), "{name}");
            }
        }
    }
}
