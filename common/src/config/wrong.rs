//! What is wrong with a setting, in the language of whoever reads it.

use super::entry::{Entry, Form};
use crate::file_error::line_at;
use crate::sop::plan::Lang;

/// Something wrong in a line of the file; the setting has its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub wrong: Wrong,
}

/// What can be wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The file is no TOML, in the parser's words.
    NoToml(String),
    /// There is no such key.
    UnknownKey {
        /// What stands there.
        name: String,
        /// The key or table that was probably meant.
        meant: Option<String>,
    },
    /// No setting has a value of this kind, as TOML calls it.
    Kind(&'static str),
    /// A number that no setting may have.
    TooLarge,
    /// The key may not have this value.
    Value {
        /// The key.
        key: &'static str,
        /// What it may be.
        form: Form,
    },
}

impl Fault {
    /// Something wrong at a byte offset of the file's text.
    pub fn at(text: &str, offset: usize, wrong: Wrong) -> Self {
        Self { line: line_at(text, offset), wrong }
    }
}

impl Wrong {
    /// That the key may not have a value.
    pub(super) fn value(entry: &Entry) -> Self {
        Self::Value { key: entry.key, form: entry.form }
    }

    /// It as a sentence without its stop.
    pub fn told(&self, lang: Lang) -> String {
        let is_zh = lang == Lang::Zh;
        match self {
            Self::NoToml(words) if is_zh => format!("不是 TOML：{words}"),
            Self::NoToml(words) => format!("this is no TOML: {words}"),
            Self::UnknownKey { name, meant: Some(meant) } if is_zh => format!("没有设置项 {name:?}；是不是 {meant}？"),
            Self::UnknownKey { name, meant: Some(meant) } => format!("there is no key {name:?}; did you mean {meant}?"),
            Self::UnknownKey { name, meant: None } if is_zh => format!("没有设置项 {name:?}"),
            Self::UnknownKey { name, meant: None } => format!("there is no key {name:?}"),
            Self::Kind(kind) if is_zh => format!("值只能是文字、数字、true 或 false，不能是 {kind}"),
            Self::Kind(kind) => format!("a value is a text, a number, true or false, not {kind}"),
            Self::TooLarge if is_zh => "数字太大".to_owned(),
            Self::TooLarge => "the number is too large".to_owned(),
            Self::Value { key, form } => {
                let (zh, en) = may_be(*form);
                if is_zh { format!("{key} {zh}") } else { format!("{key} is {en}") }
            }
        }
    }
}

/// What a value may be, behind the key's name in Chinese and in English.
fn may_be(form: Form) -> (String, String) {
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    match form {
        Form::OneOf(words) => (format!("只能是 {}", words.join("、")), format!("one of {}", words.join(", "))),
        Form::Text => both("是引号里的文字", "a text in quotes"),
        Form::Bool => both("只能是 true 或 false", "true or false"),
        Form::TimeOrOff => both("是时刻，如 \"09:30\"，或 \"off\"", "a time such as \"09:30\", or \"off\""),
        Form::Hours => both("是时段，如 \"20:30-09:30\"", "a span of hours such as \"20:30-09:30\""),
        Form::Number(first, last) => {
            (format!("是 {first} 到 {last} 的整数"), format!("a whole number from {first} to {last}"))
        }
    }
}
