//! The settings file: TOML read and checked, key by key, so that every refusal names its line. `docs/plans.md` describes
//! every key.

use std::collections::BTreeSet;

use chrono::NaiveTime;

use crate::file_error::FileError;
use crate::sop::plan::Text;
use crate::sop::plan_file::name;
use crate::sop::settings::{Settings, TagChoice, TagGroup, TagValue};
use crate::toml_file::{Key, Table, read};

/// The most tag groups.
const MAX_GROUPS: usize = 64;
/// The most values of a group.
const MAX_VALUES: usize = 200;
/// The longest code of a group, in characters.
const MAX_CODE_CHARS: usize = 12;
/// The longest signature, in characters.
const MAX_SIGNATURE_CHARS: usize = 20;

const CHOICES: &[(&str, TagChoice)] =
    &[("single", TagChoice::Single), ("multi", TagChoice::Multi), ("date", TagChoice::Date)];

/// Reads a settings file. What it leaves out has the value of [`Settings::default`]. The error is the first one found,
/// with its line.
pub fn parse(text: &str) -> Result<Settings, FileError> {
    let document = read(text)?;
    let mut table = Table::new(text, "the settings", document.get_ref(), document.span());
    let default = Settings::default();
    let settings = Settings {
        version: table.required("version")?.integer(1..=i64::from(u32::MAX))? as u32,
        contact_from: table.optional("contact_from", |key| key.parse_str(time))?.unwrap_or(default.contact_from),
        contact_until: table.optional("contact_until", |key| key.parse_str(time))?.unwrap_or(default.contact_until),
        touch_gap_days: number(&mut table, "touch_gap_days", 0..=30, default.touch_gap_days)?,
        promo_max: number(&mut table, "promo_max", 0..=100, default.promo_max)?,
        promo_days: number(&mut table, "promo_days", 1..=365, default.promo_days)?,
        promo_rest_days: number(&mut table, "promo_rest_days", 0..=365, default.promo_rest_days)?,
        tasks_per_day: number(&mut table, "tasks_per_day", 1..=500, default.tasks_per_day)?,
        sms_signature: table.optional("sms_signature", signature)?.unwrap_or(default.sms_signature),
        tag_groups: table.optional("tag_group", groups)?.unwrap_or_default(),
    };
    if settings.contact_until <= settings.contact_from {
        return Err(table.error_at("contact_until", "contact_until must lie after contact_from, on the same day"));
    }
    table.finish()?;
    Ok(settings)
}

fn number(
    table: &mut Table<'_>,
    name: &'static str,
    range: std::ops::RangeInclusive<i64>,
    default: u32,
) -> Result<u32, FileError> {
    Ok(table.optional(name, |key| key.integer(range))?.map_or(default, |number| number as u32))
}

fn time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is no time; write 09:30"))
}

/// The signature in the brackets in which networks ask for it.
fn signature(key: Key<'_>) -> Result<String, FileError> {
    let signature = key.label()?;
    let inner = signature.strip_prefix('【').and_then(|rest| rest.strip_suffix('】'));
    let is_one = inner.is_some_and(|inner| !inner.trim().is_empty() && !inner.contains(['【', '】']));
    if !is_one || signature.chars().count() > MAX_SIGNATURE_CHARS {
        return Err(key.error(format!(
            "{signature:?} is no signature; write one as 【示范珠宝】, at most {MAX_SIGNATURE_CHARS} characters"
        )));
    }
    Ok(signature)
}

fn groups(key: Key<'_>) -> Result<Vec<TagGroup>, FileError> {
    let mut codes = BTreeSet::new();
    let groups = key.list(|key| {
        let group = key.table(group)?;
        if !codes.insert(group.code.clone()) {
            return Err(key.error(format!("the tag group {:?} stands here twice", group.code)));
        }
        Ok(group)
    })?;
    if groups.len() > MAX_GROUPS {
        return Err(key.error(format!("there are at most {MAX_GROUPS} tag groups")));
    }
    Ok(groups)
}

fn group(mut table: Table<'_>) -> Result<TagGroup, FileError> {
    let group = TagGroup {
        code: table.required("code")?.parse_str(code)?,
        name: table.required("name")?.table(name)?,
        choice: table.required("choice")?.one_of(CHOICES)?,
        ttl_days: table.optional("ttl_days", |key| key.integer(1..=3_653))?.map(|days| days as u32),
        values: table.optional("values", values)?.unwrap_or_default(),
    };
    match (group.choice, group.values.is_empty()) {
        (TagChoice::Date, false) => {
            return Err(table.error_at("values", "the values of this group are dates: leave values out"));
        }
        (TagChoice::Single | TagChoice::Multi, true) => {
            return Err(table.error_at("choice", format!("the tag group {:?} lacks values", group.code)));
        }
        _ => {}
    }
    table.finish()?;
    Ok(group)
}

/// A code as conditions write it behind `tags.`
fn code(text: &str) -> Result<String, String> {
    let is_code = text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.len() <= MAX_CODE_CHARS
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_code {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no code; write capital letters, such as MAT, at most {MAX_CODE_CHARS}"))
    }
}

fn values(key: Key<'_>) -> Result<Vec<TagValue>, FileError> {
    let mut names = BTreeSet::new();
    let values = key.list(|key| {
        let value = key.table(value)?;
        if !names.insert(value.name.zh.clone()) {
            return Err(key.error(format!("the value {:?} stands here twice", value.name.zh)));
        }
        Ok(value)
    })?;
    if values.len() > MAX_VALUES {
        return Err(key.error(format!("a tag group has at most {MAX_VALUES} values")));
    }
    Ok(values)
}

fn value(mut table: Table<'_>) -> Result<TagValue, FileError> {
    let value = TagValue {
        name: Text { zh: table.required("zh")?.label()?, en: table.required("en")?.label()? },
        initials: table.optional("initials", |key| key.parse_str(initials))?.unwrap_or_default(),
    };
    table.finish()?;
    Ok(value)
}

fn initials(text: &str) -> Result<String, String> {
    let is_typed = (1..=MAX_CODE_CHARS).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if is_typed {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} cannot be typed to find a value; write small letters and digits, such as zz"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"version = 3
contact_from = "09:30"
contact_until = "20:30"
touch_gap_days = 3
promo_max = 2
promo_days = 30
promo_rest_days = 60
tasks_per_day = 28
sms_signature = "【示范珠宝】"
[[tag_group]]
code = "MAT"
name = { zh = "材质", en = "material" }
choice = "multi"
ttl_days = 720
values = [
  { zh = "珍珠", en = "pearl", initials = "zz" },
  { zh = "足金", en = "pure gold" },
]
[[tag_group]]
code = "WED"
name = { zh = "婚期", en = "wedding date" }
choice = "date"
"#;

    #[track_caller]
    fn refused(from: &str, to: &str, line: usize, words: &str) {
        assert!(GOOD.contains(from), "the test's own text: {from}");
        let error = parse(&GOOD.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.line, line, "{to}: {error}");
        assert!(error.message.contains(words), "{to}: {error}");
    }

    #[test]
    fn good_settings_are_read_whole() {
        let settings = parse(GOOD).unwrap();
        assert_eq!((settings.version, settings.tasks_per_day), (3, 28));
        assert!(settings.is_contact_hour(time("09:30").unwrap()) && !settings.is_contact_hour(time("20:30").unwrap()));
        let material = settings.tag_group("MAT").unwrap();
        assert_eq!((material.ttl_days, material.values[0].initials.as_str()), (Some(720), "zz"));
        assert_eq!(settings.tag_group("WED").unwrap().choice, TagChoice::Date);
        let again: Settings = serde_json::from_str(&serde_json::to_string(&settings).unwrap()).unwrap();
        assert_eq!(again, settings);
    }

    #[test]
    fn what_a_file_leaves_out_has_its_default() {
        let settings = parse("version = 1").unwrap();
        assert_eq!(settings, Settings { version: 1, ..Settings::default() });
    }

    #[test]
    fn malformed_settings_are_refused_with_their_line() {
        refused("version = 3\n", "", 1, "lacks the key \"version\"");
        refused("version = 3", "version = 0", 1, "between 1");
        refused("\"09:30\"", "\"9 o'clock\"", 2, "no time");
        refused("\"09:30\"", "9.30", 2, "text in quotes");
        refused("\"20:30\"", "\"24:30\"", 3, "no time");
        refused("\"20:30\"", "\"09:30\"", 3, "after contact_from");
        refused("touch_gap_days = 3", "touch_gap_days = -1", 4, "between 0 and 30");
        refused("touch_gap_days", "touch_gap_day", 4, "did you mean \"touch_gap_days\"");
        refused("promo_max = 2", "promo_max = \"two\"", 5, "whole number");
        refused("promo_days = 30", "promo_days = 0", 6, "between 1 and 365");
        refused("promo_rest_days = 60", "promo_rest_days = 1e2", 7, "whole number");
        refused("tasks_per_day = 28", "tasks_per_day = 0", 8, "between 1 and 500");
        refused("【示范珠宝】", "示范珠宝", 9, "no signature");
        refused("【示范珠宝】", "【】", 9, "no signature");
        refused("code = \"MAT\"\n", "", 10, "lacks the key \"code\"");
        refused("\"MAT\"", "\"mat\"", 11, "no code");
        refused("\"MAT\"", "\"WED\"", 19, "twice");
        refused("zh = \"材质\", ", "", 12, "lacks the key \"zh\"");
        refused("\"multi\"", "\"many\"", 13, "single, multi, date");
        refused("\"multi\"", "\"date\"", 15, "leave values out");
        refused("ttl_days = 720", "ttl_days = 0", 14, "between 1 and 3653");
        refused("\"珍珠\"", "\"\\u200b\"", 16, "empty");
        refused("\"zz\"", "\"ZZ\"", 16, "small letters");
        refused("\"足金\"", "\"珍珠\"", 17, "twice");
        refused("initials", "pinyin", 16, "no key \"pinyin\"");
        refused("choice = \"date\"", "choice = \"single\"", 22, "lacks values");
        refused("[[tag_group]]", "[tag_group]", 19, "");
        refused("version = 3", "version = 3 =", 1, "");
    }

    #[test]
    fn no_damage_to_a_settings_file_makes_the_reader_panic() {
        for cut in 0..GOOD.len() {
            let _ = parse(&String::from_utf8_lossy(&GOOD.as_bytes()[..cut]));
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[cut] ^= 0x15;
            let _ = parse(&String::from_utf8_lossy(&bytes));
        }
    }
}
