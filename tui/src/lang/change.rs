//! What differs between two versions of a plan, in words.

use guide_common::sop::plan::Lang;
use guide_common::sop::plan_diff::Change;
use guide_common::text::{Lines, sanitise};
use serde_json::Value;

use crate::lang::pick;

/// The longest value that is shown.
const MAX_VALUE_CHARS: usize = 200;

/// What differs of one key: `offset: +3d → +5d`.
pub fn change_text(change: &Change, lang: Lang) -> String {
    format!("{}: {} → {}", change.key, value_text(change.old.as_ref(), lang), value_text(change.new.as_ref(), lang))
}

/// A value as plan files have it; a text in both languages in the one that is spoken.
fn value_text(value: Option<&Value>, lang: Lang) -> String {
    let text = match value {
        None | Some(Value::Null) => pick(lang, ("（无）", "(none)")).to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => {
            values.iter().map(|value| value_text(Some(value), lang)).collect::<Vec<_>>().join(", ")
        }
        Some(Value::Object(object)) => match object.get(pick(lang, ("zh", "en"))) {
            Some(Value::String(text)) => text.clone(),
            _ => Value::Object(object.clone()).to_string(),
        },
        Some(other) => other.to_string(),
    };
    sanitise(&text, Lines::One, MAX_VALUE_CHARS)
}
