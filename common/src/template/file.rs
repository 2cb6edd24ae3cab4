//! Template files: TOML, read strictly, so that a mistake is named with its line before it is published.

use serde::Deserialize;
use toml::Spanned;
use unicode_normalization::UnicodeNormalization;

use super::Template;
use super::notation::{NotationError, Segment, parse as parse_notation};
use super::render::MAX_SCRIPT_BYTES;
use super::variable::Variable;
use crate::file_error::{FileError, line_at};
use crate::id::TemplateId;
use crate::outcome::Channel;
use crate::sop::plan::Text;
use crate::text::{Lines, sanitise};

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    id: Spanned<String>,
    version: Spanned<u32>,
    name: TextFile,
    channel: Spanned<String>,
    text: TextFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    zh: Spanned<String>,
    en: Spanned<String>,
}

/// Reads a template file and checks everything in it.
pub fn parse(text: &str) -> Result<Template, FileError> {
    let file: TemplateFile = toml::from_str(text).map_err(|error| FileError::toml(text, &error))?;
    let id = TemplateId::new(file.id.get_ref())
        .map_err(|error| FileError::at(text, file.id.span().start, error.to_string()))?;
    if *file.version.get_ref() == 0 {
        return Err(FileError::at(text, file.version.span().start, "versions count from 1"));
    }
    let channel: Channel = file
        .channel
        .get_ref()
        .parse()
        .map_err(|message: String| FileError::at(text, file.channel.span().start, message))?;
    let name = Text { zh: name(text, &file.name.zh)?, en: name(text, &file.name.en)? };
    let required_zh = check_script(text, &file.text.zh)?;
    let required_en = check_script(text, &file.text.en)?;
    compare(&required_zh, &required_en).map_err(|message| FileError::at(text, file.text.en.span().start, message))?;
    let script = |value: &Spanned<String>| sanitise(value.get_ref(), Lines::Many, MAX_SCRIPT_BYTES);
    let text = Text { zh: script(&file.text.zh), en: script(&file.text.en) };
    Ok(Template { id, version: *file.version.get_ref(), name, channel, text })
}

fn name(text: &str, value: &Spanned<String>) -> Result<String, FileError> {
    let name = value.get_ref();
    let clean = sanitise(name, Lines::One, MAX_NAME_CHARS);
    let message = match name.chars().count() {
        _ if clean.is_empty() => "the name is empty".to_owned(),
        n if n > MAX_NAME_CHARS => format!("the name is longer than {MAX_NAME_CHARS} characters"),
        _ if clean != name.trim().nfc().collect::<String>() => "the name holds a control character".to_owned(),
        _ => return Ok(clean),
    };
    Err(FileError::at(text, value.span().start, message))
}

/// Checks a script and returns the variables that it cannot do without.
fn check_script(text: &str, value: &Spanned<String>) -> Result<Vec<Variable>, FileError> {
    let script = value.get_ref();
    if script.trim().is_empty() {
        return Err(FileError::at(text, value.span().start, "the text is empty"));
    }
    if script.len() > MAX_SCRIPT_BYTES {
        let message = format!("the text has {} bytes; a script has at most {MAX_SCRIPT_BYTES}", script.len());
        return Err(FileError::at(text, value.span().start, message));
    }
    let mut offset = 0;
    for line in script.split_inclusive('\n') {
        let plain: String = line.nfc().filter(|c| *c != '\r').collect();
        if sanitise(&plain, Lines::Many, MAX_SCRIPT_BYTES) != plain.trim() {
            let message = "the text holds a control or invisible character; write it again by hand";
            return Err(FileError::new(line_in_value(text, value, offset), message));
        }
        offset += line.len();
    }
    let segments = parse_notation(script)
        .map_err(|NotationError { offset, message }| FileError::new(line_in_value(text, value, offset), message))?;
    let mut required: Vec<Variable> = segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Variable { variable, fallback: None } => Some(*variable),
            _ => None,
        })
        .collect();
    required.sort_unstable();
    required.dedup();
    Ok(required)
}

/// The file's line of an offset in a string value. Strings of several lines keep their line breaks, so counting them
/// finds the line; where escapes make that uncertain the value's last line bounds it.
fn line_in_value(text: &str, value: &Spanned<String>, offset: usize) -> usize {
    let span = value.span();
    let first = line_at(text, span.start);
    let raw = text.get(span.clone()).unwrap_or_default();
    if !raw.starts_with("\"\"\"") && !raw.starts_with("'''") {
        return first;
    }
    // the line break right after the opening quotes is no part of the value
    let trimmed = usize::from(raw[3..].starts_with('\n') || raw[3..].starts_with("\r\n"));
    (first + trimmed + line_at(value.get_ref(), offset) - 1).min(line_at(text, span.end))
}

/// A script that needs a value in one language must need it in the other: else a gap would come and go with the
/// language.
fn compare(zh: &[Variable], en: &[Variable]) -> Result<(), String> {
    if let Some(missing) = zh.iter().find(|variable| !en.contains(variable)) {
        return Err(format!("the Chinese text needs `{{{}}}`, the English one does not", missing.zh()));
    }
    if let Some(missing) = en.iter().find(|variable| !zh.contains(variable)) {
        return Err(format!("the English text needs `{{{}}}`, the Chinese one does not", missing.en()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"id = "T10"
version = 1
name = { zh = "保养提醒", en = "Care reminder" }
channel = "wecom"
[text]
zh = "{称呼|您好}，{购买日}选的{商品}该保养了。"
en = """
Hello {salutation|there},
the {item} you chose on {bought_on}
is due for care."""
"#;

    #[track_caller]
    fn check(from: &str, to: &str, line: usize, message: &str) {
        assert!(GOOD.contains(from), "{from}");
        let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
        assert!(error.message.contains(message), "{error}");
        assert_eq!(error.line, line, "{error}");
    }

    #[test]
    fn a_good_file_becomes_a_template() {
        let template = parse(GOOD).unwrap();
        assert_eq!((template.id.as_str(), template.version, template.channel), ("T10", 1, Channel::Wecom));
        assert!(template.text.en.starts_with("Hello {salutation|there},\nthe {item}"));
    }

    #[test]
    fn unknown_and_missing_keys_are_errors_with_their_line() {
        check("channel =", "colour = \"red\"\nchannel =", 4, "unknown field `colour`");
        check("zh = \"{称", "de = \"x\"\nzh = \"{称", 6, "unknown field `de`");
        check("version = 1\n", "", 1, "missing field `version`");
        check("zh = \"{称呼|您好}，{购买日}选的{商品}该保养了。\"\n", "", 5, "missing field `zh`");
    }

    #[test]
    fn wrong_types_and_values_are_errors_with_their_line() {
        check("version = 1", "version = \"1\"", 2, "invalid type");
        check("version = 1", "version = 0", 2, "count from 1");
        check("\"wecom\"", "\"fax\"", 4, "is no channel");
        check("\"T10\"", "\"T 10\"", 1, "only letters");
        check("\"保养提醒\"", "\"\"", 3, "the name is empty");
        check("version = 1", "version 1", 2, "");
    }

    #[test]
    fn notation_errors_name_the_line_inside_a_text_of_several_lines() {
        check("{bought_on}", "{bougt_on}", 9, "is `{bought_on}` meant?");
        check("is due", "} is due", 10, "closes nothing");
        check("{商品}", "{商品", 6, "never closed");
    }

    #[test]
    fn both_languages_must_need_the_same_variables() {
        check("{bought_on}", "12 August", 7, "the Chinese text needs `{购买日}`");
        check("is due", "{guide} is due", 7, "the English text needs `{guide}`");
        check("{bought_on}", "{bought_on|that day}", 7, "the Chinese text needs `{购买日}`");
    }

    #[test]
    fn control_characters_and_overlong_texts_are_refused() {
        check("is due", "is\u{202e} due", 10, "invisible character");
        check("is due", &format!("is due{}", "x".repeat(2_048)), 7, "bytes");
        check("\"保养提醒\"", &format!("\"{}\"", "长".repeat(61)), 3, "longer than");
    }
}
