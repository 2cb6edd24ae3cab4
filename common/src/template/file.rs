//! Template files: TOML, read strictly, so that a mistake is named with its line before it is published.

use unicode_normalization::UnicodeNormalization;

use super::Template;
use super::fresh::Limit;
use super::length::{excess, sms_fault};
use super::notation::{NotationError, Segment, parse as parse_notation};
use super::render::MAX_SCRIPT_BYTES;
use super::variable::Variable;
use crate::file_error::FileError;
use crate::id::TemplateId;
use crate::outcome::Channel;
use crate::sop::plan::{Lang, Text};
use crate::sop::plan_file::name;
use crate::text::{Lines, sanitise};
use crate::toml_file::{Key, Table, read};

/// Reads a template file and checks everything in it. The error is the first one found, with its line.
pub fn parse(text: &str) -> Result<Template, FileError> {
    let document = read(text)?;
    let mut table = Table::new(text, "the template", document.get_ref(), document.span());
    let channel = table.required("channel")?.parse_str(str::parse::<Channel>)?;
    let template = Template {
        id: table.required("id")?.parse_str(TemplateId::new)?,
        version: table.required("version")?.integer(1..=i64::from(u32::MAX))? as u32,
        name: table.required("name")?.table(name)?,
        channel,
        text: table.required("text")?.table(|table| scripts(table, channel))?,
    };
    table.finish()?;
    Ok(template)
}

/// The file that says a template, as [`parse`] reads it.
pub fn write(template: &Template) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let Template { id, version, name, channel, text: said } = template;
    format!(
        "id = {}\nversion = {version}\nname = {{ zh = {}, en = {} }}\nchannel = {}\n\n[text]\nzh = {}\nen = {}\n",
        text(id.as_str()),
        text(&name.zh),
        text(&name.en),
        text(channel.name()),
        text(&said.zh),
        text(&said.en)
    )
}

/// Reads the table of both texts.
fn scripts(mut table: Table<'_>, channel: Channel) -> Result<Text, FileError> {
    let (zh, en) = (table.required("zh")?, table.required("en")?);
    let (needs_zh, needs_en) = (check_script(&zh, channel, Lang::Zh)?, check_script(&en, channel, Lang::En)?);
    compare(&needs_zh, &needs_en).map_err(|message| en.error(message))?;
    let clean = |key: &Key<'_>| key.str().map(|script| sanitise(script, Lines::Many, MAX_SCRIPT_BYTES));
    let text = Text { zh: clean(&zh)?, en: clean(&en)? };
    table.finish()?;
    Ok(text)
}

/// A variable that a text cannot do without, and how fresh it must be.
type Need = (Variable, Option<Limit>);

/// Checks a script and returns what it needs.
fn check_script(key: &Key<'_>, channel: Channel, lang: Lang) -> Result<Vec<Need>, FileError> {
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
    check_length(&segments, channel).map_err(|message| key.error(message))?;
    if channel == Channel::Sms
        && let Some(fault) = sms_fault(script, lang)
    {
        return Err(key.error(fault.fix().1));
    }
    Ok(needs(&segments))
}

/// Refuses a text that its channel would not take however short its values are.
fn check_length(segments: &[Segment<'_>], channel: Channel) -> Result<(), String> {
    let literal: String = segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Text(text) => Some(*text),
            Segment::Variable { .. } | Segment::Unknown(_) => None,
        })
        .collect();
    let Some(excess) = excess(channel, literal.trim()) else {
        return Ok(());
    };
    let (n, most, unit) = (excess.n, excess.most, excess.unit.name(Lang::En));
    Err(format!("the text is {n} {unit} long without its values; {} takes at most {most}: shorten it", channel.name()))
}

fn needs(segments: &[Segment<'_>]) -> Vec<Need> {
    let mut needs: Vec<Need> = segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Variable { variable, fallback: None, limit } => Some((*variable, *limit)),
            _ => None,
        })
        .collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// A script that needs a value in one language must need it in the other, and as fresh: else what withholds it would
/// come and go with the language.
fn compare(zh: &[Need], en: &[Need]) -> Result<(), String> {
    let lacks = |needs: &[Need], wanted: Variable| !needs.iter().any(|(variable, _)| *variable == wanted);
    if let Some((missing, _)) = zh.iter().find(|(variable, _)| lacks(en, *variable)) {
        return Err(format!("the Chinese text needs `{{{}}}`, the English one does not", missing.zh()));
    }
    if let Some((missing, _)) = en.iter().find(|(variable, _)| lacks(zh, *variable)) {
        return Err(format!("the English text needs `{{{}}}`, the Chinese one does not", missing.en()));
    }
    match zh.iter().chain(en).find(|need| !(zh.contains(need) && en.contains(need))) {
        Some((differs, _)) => Err(format!("`{{{}}}` must have the same limit in both texts", differs.en())),
        None => Ok(()),
    }
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
    fn a_template_that_is_written_is_read_as_the_same() {
        let good = parse(GOOD).unwrap();
        let said = |zh: &str| Template { text: Text { zh: zh.to_owned(), ..good.text.clone() }, ..good.clone() };
        for template in
            [good.clone(), said("{购买日}选的{商品}\n\n“该”\"保养\"了\\n"), said("{购买日}''{商品}\"\"\" = 1")]
        {
            assert_eq!(parse(&write(&template)).unwrap(), template, "{}", write(&template));
        }
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
    fn both_languages_must_want_a_price_equally_fresh() {
        let priced = GOOD.replace("{购买日}", "{今日金价!30min}").replace("{bought_on}", "{gold_price!30min}");
        assert!(parse(&priced).is_ok());
        let error = parse(&priced.replace("{gold_price!30min}", "{gold_price!2h}")).unwrap_err();
        assert_eq!(error.to_string(), "line 7: `{gold_price}` must have the same limit in both texts");
    }

    #[test]
    fn what_is_too_long_for_its_channel_is_refused_whatever_its_values() {
        check("is due", &format!("is due{}", "x".repeat(600)), 7, "wecom takes at most 600");
        let phone = GOOD.replace("wecom", "phone").replace("is due", &format!("is due{}", "x".repeat(600)));
        assert!(parse(&phone).is_ok());
    }

    #[test]
    fn a_text_message_needs_its_sender_its_way_out_and_few_parts() {
        let sms = r#"id = "T28"
version = 1
name = { zh = "短信", en = "Text message" }
channel = "sms"
[text]
zh = "【示范珠宝】{称呼|您好}，礼遇至{截止}。拒收请回复R"
en = "【Demo Jeweller】Hello {salutation|there}, until {deadline}. Reply R to opt out"
"#;
        assert_eq!(parse(sms).map(|template| template.channel), Ok(Channel::Sms));
        for (from, to, line, message) in [
            ("【示范珠宝】", "", 6, "sender's name in 【】"),
            ("【Demo Jeweller】", "", 7, "sender's name in 【】"),
            ("拒收请回复R", "", 6, "Reply R to opt out"),
            ("Reply R to opt out", "", 7, "Reply R to opt out"),
            ("礼遇", &"礼".repeat(201), 6, "4 text messages long without its values; sms takes at most 3"),
        ] {
            let error = parse(&sms.replacen(from, to, 1)).unwrap_err();
            assert!(error.message.contains(message), "{error}");
            assert_eq!(error.line, line, "{error}");
        }
    }

    #[test]
    fn quotes_and_backslashes_are_written_so_that_they_are_read() {
        let odd = GOOD.replace("该保养了", "说\\\"该保养了\\\"\\\\");
        let template = parse(&odd).unwrap();
        assert!(template.text.zh.ends_with("\"该保养了\"\\。"));
        assert_eq!(parse(&write(&template)).as_ref(), Ok(&template), "{}", write(&template));
    }

    #[test]
    fn control_characters_and_overlong_texts_are_refused() {
        check("is due", "is\u{202e} due", 10, "invisible character");
        check("is due", &format!("is due{}", "x".repeat(2_048)), 7, "bytes");
    }
}
