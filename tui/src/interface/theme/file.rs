//! Reading a theme file: a palette, roles, and the theme that it builds on.

use std::collections::BTreeMap;

use guide_common::sop::plan::Text;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::Role;

/// A theme file as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeFile {
    /// What it is called.
    pub name: Text,
    /// The theme that it builds on: roles and colours that it does not name are that one's.
    pub inherits: Option<String>,
    /// Names of colours.
    #[serde(default)]
    pub palette: BTreeMap<String, String>,
    /// Styles.
    #[serde(default)]
    pub role: BTreeMap<Role, RoleStyle>,
}

/// The style of a role as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleStyle {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    add: Vec<Weight>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
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
    #[error("theme {theme:?}, line {line}: {message}")]
    Malformed {
        /// The theme.
        theme: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A role names no colour.
    #[error("theme {theme:?}, role {role:?}: {color:?} is neither in the palette nor a colour")]
    UnknownColor {
        /// The theme.
        theme: String,
        /// The role.
        role: Role,
        /// What it names.
        color: String,
    },
    /// A role has no style.
    #[error("theme {theme:?}: role {role:?} is missing, and it inherits from no theme")]
    MissingRole {
        /// The theme.
        theme: String,
        /// The role.
        role: Role,
    },
    /// Themes that inherit from each other.
    #[error("theme {0:?} inherits from itself")]
    Circle(String),
    /// No theme is called so.
    #[error("there is no theme {name:?}; use one of {known}")]
    UnknownName {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
}

impl ThemeFile {
    /// Reads a file.
    pub fn parse(theme: &str, text: &str) -> Result<Self, ThemeError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count();
            let message = error.message().trim().replace('\n', ", ");
            ThemeError::Malformed { theme: theme.to_owned(), line, message }
        })
    }

    /// This file over the one that it builds on.
    pub fn over(mut self, base: Self) -> Self {
        let mut palette = base.palette;
        palette.append(&mut self.palette);
        let mut role = base.role;
        role.append(&mut self.role);
        Self { name: self.name, inherits: base.inherits, palette, role }
    }

    /// The styles of all roles.
    pub fn styles(&self, theme: &str) -> Result<[Style; Role::ALL.len()], ThemeError> {
        let mut styles = [Style::default(); Role::ALL.len()];
        for role in Role::ALL {
            let style = self.role.get(&role);
            let style = style.ok_or_else(|| ThemeError::MissingRole { theme: theme.to_owned(), role })?;
            styles[role as usize] = style.resolve(theme, role, &self.palette)?;
        }
        Ok(styles)
    }
}

impl RoleStyle {
    fn resolve(&self, theme: &str, role: Role, palette: &BTreeMap<String, String>) -> Result<Style, ThemeError> {
        let color = |name: &Option<String>| -> Result<Option<Color>, ThemeError> {
            let Some(name) = name else { return Ok(None) };
            let unknown =
                || ThemeError::UnknownColor { theme: theme.to_owned(), role, color: name.chars().take(40).collect() };
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
