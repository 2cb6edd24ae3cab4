//! Templates (话术模板) and the scripts rendered from them.

pub mod care;
pub mod compiled;
pub mod file;
pub mod fresh;
pub mod length;
pub mod lint;
#[cfg(test)]
mod malformed;
pub mod notation;
pub mod render;
pub mod source;
pub mod usage;
pub mod value;
pub mod values;
pub mod variable;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::TemplateId;
use crate::outcome::{Channel, Quote};
use crate::sop::plan::{Lang, Text};
use crate::template::length::{Excess, excess};
use crate::template::value::format_day;

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

impl Template {
    /// Whether it says what another one says, whatever their versions.
    pub fn has_content_of(&self, other: &Self) -> bool {
        (&self.id, &self.name, self.channel, &self.text) == (&other.id, &other.name, other.channel, &other.text)
    }
}

/// A template rendered for one customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The template.
    pub template: TemplateId,
    /// Over what it is said; its length depends on it.
    #[serde(default)]
    pub channel: Channel,
    /// The text in pieces, in order.
    pub pieces: Vec<Piece>,
    /// The gold price that it says: an outcome records it with the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quote>,
}

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Text to say.
    Text(String),
    /// A variable without a value: the script cannot be copied until it is filled by hand.
    Gap(String),
    /// A value that is too old, or was never read: the script cannot be copied, and no hand can fill it.
    Stale {
        /// The variable.
        name: String,
        /// The value's age; negative where its instant has not come yet, none where it was never read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        age_minutes: Option<i64>,
        /// The age that it may have.
        limit_minutes: u32,
    },
    /// A value that a surprise keeps from this customer: the script cannot be copied, and no hand can fill it.
    Blocked {
        /// The variable.
        name: String,
        /// The last day on which it is kept.
        until_on: NaiveDate,
    },
    /// The script has more than a template may say and ends here.
    CutOff,
}

/// Why a script cannot be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld<'s> {
    /// A variable has no value and was not filled by hand.
    Gap {
        /// The variable.
        name: &'s str,
    },
    /// A value is too old.
    Stale {
        /// The variable.
        name: &'s str,
        /// The value's age, where it was ever read.
        age_minutes: Option<i64>,
        /// The age that it may have.
        limit_minutes: u32,
    },
    /// A surprise is kept from this customer.
    Secret {
        /// The variable.
        name: &'s str,
        /// The last day on which it is kept.
        until_on: NaiveDate,
    },
    /// The channel does not take a message of this length.
    TooLong(Excess),
    /// The script was cut off.
    CutOff,
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

    /// What keeps the script from being copied whatever is filled in.
    pub fn withheld(&self) -> Option<Withheld<'_>> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Text(_) | Piece::Gap(_) => None,
            Piece::Stale { name, age_minutes, limit_minutes } => {
                Some(Withheld::Stale { name, age_minutes: *age_minutes, limit_minutes: *limit_minutes })
            }
            Piece::Blocked { name, until_on } => Some(Withheld::Secret { name, until_on: *until_on }),
            Piece::CutOff => Some(Withheld::CutOff),
        })
    }

    /// The text with gaps filled from `fills`, or the first reason why it cannot be copied. Nothing but a gap can be
    /// filled; an empty fill fills nothing.
    pub fn filled(&self, fills: &BTreeMap<String, String>) -> Result<String, Withheld<'_>> {
        if let Some(withheld) = self.withheld() {
            return Err(withheld);
        }
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Gap(name) => {
                    let fill = fills.get(name).filter(|fill| !fill.trim().is_empty());
                    text.push_str(fill.ok_or(Withheld::Gap { name })?);
                }
                Piece::Stale { .. } | Piece::Blocked { .. } | Piece::CutOff => {}
            }
        }
        match excess(self.channel, &text) {
            Some(excess) => Err(Withheld::TooLong(excess)),
            None => Ok(text),
        }
    }
}

impl Withheld<'_> {
    /// The stable name of the rule.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Stale { .. } => "stale_value",
            Self::Secret { .. } => "secrecy",
            Self::TooLong(_) => "too_long",
            Self::CutOff => "cut_off",
        }
    }

    /// What is wrong and what to do, for the guide.
    pub fn sentence(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Gap { name }, Lang::Zh) => format!("「{name}」还没有内容，请先填上"),
            (Self::Gap { name }, Lang::En) => format!("“{name}” has no value yet: fill it in first"),
            (Self::Stale { name, age_minutes, limit_minutes }, lang) => stale(name, age_minutes, limit_minutes, lang),
            (Self::Secret { name, until_on }, Lang::Zh) => {
                format!("惊喜保密到{}：之前不能对这位客户说「{name}」", format_day(until_on, until_on, lang))
            }
            (Self::Secret { name, until_on }, Lang::En) => {
                let day = format_day(until_on, until_on, lang);
                format!("a surprise is kept from this customer up to {day}: “{name}” cannot be said before")
            }
            (Self::TooLong(Excess { n, most, unit }), lang) => match lang {
                Lang::Zh => format!("共 {n} {0}，最多 {most} {0}：请把填写的内容缩短", unit.name(lang)),
                Lang::En => format!("{n} {0} of at most {most}: shorten what was filled in", unit.name(lang)),
            },
            (Self::CutOff, Lang::Zh) => "话术过长，没有显示完整：请联系总部修改模板".to_owned(),
            (Self::CutOff, Lang::En) => {
                "the script is too long and was cut off: ask headquarters for a shorter one".to_owned()
            }
        }
    }
}

fn stale(name: &str, age_minutes: Option<i64>, limit_minutes: u32, lang: Lang) -> String {
    match (age_minutes, lang) {
        (None, Lang::Zh) => format!("还没有「{name}」：先取得最新的，才能发送"),
        (None, Lang::En) => format!("“{name}” is not known: get a fresh one first"),
        (Some(age), Lang::Zh) if age < 0 => format!("「{name}」的时间在未来：请核对时钟，再取最新的"),
        (Some(age), Lang::En) if age < 0 => {
            format!("“{name}” is dated in the future: check the clock, then get a fresh one")
        }
        (Some(age), Lang::Zh) => {
            format!("「{name}」是 {age} 分钟前的，最多 {limit_minutes} 分钟：先取得最新的，才能发送")
        }
        (Some(age), Lang::En) => {
            format!("“{name}” is {age} minutes old, at most {limit_minutes} are allowed: get a fresh one first")
        }
    }
}
