//! Template files: TOML, read strictly, so that a mistake is named with its line before it is published.

use unicode_normalization::UnicodeNormalization;

use super::Template;
use super::notation::{NotationError, Segment, parse as parse_notation};
use super::render::MAX_SCRIPT_BYTES;
use super::variable::Variable;
use crate::file_error::FileError;
use crate::id::TemplateId;
use crate::outcome::Channel;
use crate::sop::plan::Text;
use crate::sop::plan_file::name;
use crate::text::{Lines, sanitise};
use crate::toml_file::{Key, Table, read};

/// Reads a template file and checks everything in it. The error is the first one found, with its line.
pub fn parse(text: &str) -> Result<Template, FileError> {
    let document = read(text)?;
    let mut table = Table::new(text, "the template", document.get_ref(), document.span());
    let template = Template {
        id: table.required("id")?.parse_str(TemplateId::new)?,
        version: table.required("version")?.integer(1..=i64::from(u32::MAX))? as u32,
        name: table.required("name")?.table(name)?,
        channel: table.required("channel")?.parse_str(str::parse::<Channel>)?,
        text: table.required("text")?.table(scripts)?,
    };
    table.finish()?;
    Ok(template)
}

/// Reads the table of both texts.
fn scripts(mut table: Table<'_>) -> Result<Text, FileError> {
    let (zh, en) = (table.required("zh")?, table.required("en")?);
    let (required_zh, required_en) = (check_script(&zh)?, check_script(&en)?);
    compare(&required_zh, &required_en).map_err(|message| en.error(message))?;
    let clean = |key: &Key<'_>| key.str().map(|script| sanitise(script, Lines::Many, MAX_SCRIPT_BYTES));
    let text = Text { zh: clean(&zh)?, en: clean(&en)? };
    table.finish()?;
    Ok(text)
}

/// Checks a script and returns the variables that it cannot do without.
fn check_script(key: &Key<'_>) -> Result<Vec<Variable>, FileError> {
    let script = key.str()?;
    if script.trim().is_empty() {
        return Err(key.error("the text is empty"));
    }
    if script.len() > MAX_SCRIPT_BYTES {
        return Err(key.error(format!("the text has {} bytes; a script has at most {MAX_SCRIPT_BYTES}", script.len())));
    }
    let mut offset = 0;
    for line in script.split_inclusive('\n') {
        let plain: String = line.nfc().filter(|c| *c != '\r').collect();
        if sanitise(&plain, Lines::Many, MAX_SCRIPT_BYTES) != plain.trim() {
            let message = "the text holds a control or invisible character; write it again by hand";
            return Err(key.error_inside(offset, message));
        }
        offset += line.len();
    }
    let segments =
        parse_notation(script).map_err(|NotationError { offset, message }| key.error_inside(offset, message))?;
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
        check("channel =", "colour = \"red\"\nchannel =", 4, "has no key \"colour\"");
        check("zh = \"{称", "de = \"x\"\nzh = \"{称", 6, "has no key \"de\"");
        check("version = 1\n", "", 1, "lacks the key \"version\"");
        check("zh = \"{称呼|您好}，{购买日}选的{商品}该保养了。\"\n", "", 5, "lacks the key \"zh\"");
    }

    #[test]
    fn wrong_types_and_values_are_errors_with_their_line() {
        check("version = 1", "version = \"1\"", 2, "must be a whole number");
        check("version = 1", "version = 0", 2, "must lie between 1");
        check("\"wecom\"", "\"fax\"", 4, "is no channel");
        check("\"T10\"", "\"T 10\"", 1, "only letters");
        check("\"保养提醒\"", "\"\"", 3, "zh is empty");
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
    }
}
