//! Template files with one mistake each: every one is refused with its line and reason.

use super::file::parse;

const GOOD: &str = r#"# care
id = "T10"
version = 2
name = { zh = "保养提醒", en = "Care reminder" }
channel = "wecom"

[text]
zh = """
{称呼|您好}，{购买日}选的{商品}该保养了，
本店牌价每克{今日金价!30min}元。"""
en = """
Hello {salutation|there}, the {item} of {bought_on} is due for care,
a gram is {gold_price!30min} yuan."""
"#;

/// What is replaced, by what, the line and a part of the reason.
const CASES: &[(&str, &str, usize, &str)] = &[
    ("id = \"T10\"\n", "", 1, "lacks the key \"id\""),
    ("version = 2\n", "", 1, "lacks the key \"version\""),
    ("channel = \"wecom\"\n", "", 1, "lacks the key \"channel\""),
    ("name = {", "title = {", 1, "lacks the key \"name\""),
    ("[text]", "[texts]", 1, "lacks the key \"text\""),
    ("channel = \"wecom\"", "channel = \"wecom\"\nchanel = \"sms\"", 6, "did you mean \"channel\"?"),
    ("channel = \"wecom\"", "channel = \"wecom\"\nchannel = \"sms\"", 6, ""),
    ("\"T10\"", "10", 2, "id must be a text"),
    ("\"T10\"", "\"\"", 2, ""),
    ("\"T10\"", "\"T 10\"", 2, "only letters"),
    ("\"T10\"", "\"T/10\"", 2, "only letters"),
    ("version = 2", "version = 2.5", 3, "must be a whole number"),
    ("version = 2", "version = -2", 3, "must lie between 1"),
    ("version = 2", "version = 4294967296", 3, "must lie between 1"),
    ("version = 2", "version = 99999999999999999999", 3, ""),
    ("version = 2", "version == 2", 3, ""),
    ("name = {", "name = \"保养\"\n#{", 4, "must be a table"),
    (", en = \"Care reminder\"", "", 4, "lacks the key \"en\""),
    ("\"Care reminder\"", "\"\\u200b\"", 4, "en is empty"),
    ("\"wecom\"", "\"we com\"", 5, "is no channel"),
    ("\"wecom\"", "[\"wecom\"]", 5, "channel must be a text"),
    ("zh = \"\"\"\n", "de = \"x\"\nzh = \"\"\"\n", 8, "has no key \"de\""),
    ("{商品}", "{商品", 9, "never closed"),
    ("{商品}", "商品}", 9, "closes nothing"),
    ("{商品}", "｛商品}", 9, "full-width brace"),
    ("{商品}", "{商品｝", 9, ""),
    ("{商品}", "{商 品}", 9, "is `{商品}` meant?"),
    ("{商品}", "{商品.name}", 9, "unknown variable"),
    ("{商品}", "{{商品}}", 9, "never closed"),
    ("{商品}", "{}", 9, "names no variable"),
    ("{称呼|您好}", "{称呼|}", 9, "empty fallback"),
    ("{称呼|您好}", "{称呼|您|好}", 9, "more than one fallback"),
    ("{称呼|您好}", "{称呼｜您好}", 9, "write `|`"),
    ("{今日金价!30min}", "{今日金价！30min}", 10, "write `!`"),
    ("{今日金价!30min}", "{今日金价!30分钟}", 10, "is no limit"),
    ("{今日金价!30min}", "{今日金价!0h}", 10, "shortest limit"),
    ("{今日金价!30min}", "{今日金价!30d}", 10, "longest limit"),
    ("{今日金价!30min}", "{今日金价!30min|问店里}", 10, "a limit and a fallback"),
    ("{商品}", "{商品!30min}", 9, "has no age"),
    ("{今日金价!30min}", "{今日金价!2h}", 11, "the same limit in both texts"),
    ("{item}", "piece", 11, "the Chinese text needs `{商品}`"),
    ("yuan", "yuan {guide}", 11, "the English text needs `{guide}`"),
    ("yuan", "yuan {gude}", 13, "is `{guide}` meant?"),
    ("yuan", "yu\u{202e}an", 13, "invisible character"),
    ("yuan", "yu\\u0007an", 13, "control"),
    ("due for care", "\\q", 12, ""),
    ("\"\"\"\nen", "\"\nen", 12, ""),
];

#[test]
fn every_malformed_file_is_refused_with_its_line_and_reason() {
    parse(GOOD).unwrap();
    for (from, to, line, reason) in CASES {
        assert!(GOOD.contains(from), "{from}");
        let error = parse(&GOOD.replacen(from, to, 1)).expect_err(to);
        assert!(error.message.contains(reason) && !error.message.is_empty(), "{to}: {error}");
        assert_eq!(error.line, *line, "{to}: {error}");
    }
}

#[test]
fn texts_that_are_too_long_or_empty_are_refused() {
    let too_long = format!("{}元", "长".repeat(700));
    for (zh, reason) in [("", "the text is empty"), (" \\n", "the text is empty"), (&too_long, "2103 bytes")] {
        let text = GOOD.replacen(
            &GOOD[GOOD.find("\"\"\"\n{称").unwrap()..GOOD.find("en = \"\"\"").unwrap()],
            &format!("\"{zh}\"\n"),
            1,
        );
        let error = parse(&text).unwrap_err();
        assert!(error.message.contains(reason), "{error}");
        assert_eq!(error.line, 8, "{error}");
    }
}

#[test]
fn what_is_no_toml_at_all_is_refused() {
    for text in ["", "\u{feff}", "{", "id", "\"", "[[", "﻿id = 1", "= = =", "\0", "[text]\n[text]"] {
        assert!(parse(text).is_err(), "{text:?}");
    }
}
