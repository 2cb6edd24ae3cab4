//! Templates (话术模板) and the scripts rendered from them.

pub mod care;
pub mod file;
pub mod notation;
pub mod render;
pub mod values;
pub mod variable;

use serde::{Deserialize, Serialize};

use crate::id::TemplateId;
use crate::outcome::Channel;
use crate::sop::plan::Text;

/// A template as published. The notation of `text` is described in `docs/templates.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Stable over versions.
    pub id: TemplateId,
    /// Grows with every publication.
    pub version: u32,
    /// What it is called.
    pub name: Text,
    /// Over what it is said.
    pub channel: Channel,
    /// What to say, with variables such as `{称呼|您好}`.
    pub text: Text,
}

/// A template rendered for one customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The template.
    pub template: TemplateId,
    /// The text in pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Text to say.
    Text(String),
    /// A variable without a value: the script cannot be copied until it is filled by hand.
    Gap(String),
}

impl Script {
    /// The names of the gaps, in order, each once.
    pub fn gaps(&self) -> Vec<&str> {
        let mut gaps: Vec<&str> = Vec::new();
        for piece in &self.pieces {
            if let Piece::Gap(name) = piece
                && !gaps.contains(&name.as_str())
            {
                gaps.push(name);
            }
        }
        gaps
    }

    /// The text with gaps filled from `fills`, or the first gap that has no fill.
    pub fn filled(&self, fills: &std::collections::BTreeMap<String, String>) -> Result<String, &str> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Gap(name) => text.push_str(fills.get(name).ok_or(name.as_str())?),
            }
        }
        Ok(text)
    }
}
