//! Anything at all through everything that reads templates: the body of a fuzz target and of a seeded test. It fails
//! only where a promise is broken.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::compiled::CompiledTemplate;
use super::file;
use super::lint::script::{Delivery, lint_script};
use super::lint::source::lint_source;
use super::lint::words::LintWords;
use super::lint::{Finding, Place, lint, lint_text};
use super::render::MAX_SCRIPT_BYTES;
use super::value::Value;
use super::values::Values;
use super::variable::{Kind, Variable};
use super::{Piece, Script, Template};
use crate::id::TemplateId;
use crate::outcome::Channel;
use crate::sop::plan::{Lang, Text};

/// Reads a text as a template file, as a template's text, as a word list and as a value, renders and lints what comes
/// of it.
///
/// # Panics
/// Where a script is longer than it may be, is sent with something missing, or a finding lies outside of its text.
pub fn never_panics(text: &str) {
    let words = LintWords::standard();
    let name: String = text.chars().take(40).collect();
    let names = ["解闻溪", name.as_str()];
    let now = NaiveDate::from_ymd_opt(2026, 8, 12).unwrap_or_default().and_time(NaiveTime::MIN);
    let values = [full(text, now), Values::default()];
    let trial = Trial { words, names: &names, now, values: &values };
    if let Ok(template) = file::parse(text) {
        trial.template(template);
        assert!(
            lint_source(text, words, Place::Headquarters, &names).is_ok(),
            "a file that can be read can be checked"
        );
    }
    if let Ok(id) = TemplateId::new("T99") {
        let with_zh = |zh: &str| Text { zh: zh.to_owned(), en: "{item}".to_owned() };
        let channel = if text.contains("sms") { Channel::Sms } else { Channel::Wecom };
        trial.template(Template { id, version: 1, name: with_zh("试"), channel, text: with_zh(text) });
    }
    if let Ok(own) = LintWords::parse(text) {
        check_findings(&lint_text(text, Lang::Zh, &own, Place::Shop, &names), text);
    }
}

struct Trial<'t> {
    words: &'t LintWords,
    names: &'t [&'t str],
    now: NaiveDateTime,
    values: &'t [Values],
}

impl Trial<'_> {
    fn template(&self, template: Template) {
        let findings = lint(&template, self.words, Place::Headquarters, self.names);
        check_findings(&findings, &(template.text.zh.clone() + &template.text.en));
        let compiled = CompiledTemplate::new(template);
        for (values, lang) in self.values.iter().zip([Lang::Zh, Lang::En]) {
            let script = compiled.script(values, self.now, lang);
            check_script(&script);
            let (place, now) = (Place::Shop, self.now);
            let delivery = Delivery { place, now, lang, names: self.names, linked_items: self.names };
            for finding in lint_script(&script, &compiled, values, self.words, &delivery) {
                assert!(finding.line >= 1 && finding.column >= 1, "{finding:?}");
            }
        }
    }
}

/// A value for every variable.
fn full(text: &str, now: NaiveDateTime) -> Values {
    let mut values = Values::default();
    for variable in Variable::all() {
        match variable.kind() {
            Kind::Text => values.set_text(variable, text),
            Kind::Date => values.set(variable, Value::Date(now.date())),
            Kind::Time => values.set(variable, Value::Time(now.time())),
            Kind::Amount => values.set(variable, Value::Amount(i64::MIN)),
            Kind::Number => values.set(variable, Value::Number(i64::MAX)),
            Kind::Ordinal => values.set(variable, Value::Ordinal(u32::MAX)),
            Kind::Price | Kind::Moment => values.set_gold_price(i64::MAX, now),
        }
    }
    values
}

fn check_script(script: &Script) {
    let said = |piece: &Piece| if let Piece::Text(text) = piece { text.len() } else { 0 };
    let n_bytes: usize = script.pieces.iter().map(said).sum();
    assert!(n_bytes <= MAX_SCRIPT_BYTES, "{n_bytes} bytes");
    let is_whole = script.pieces.iter().all(|piece| matches!(piece, Piece::Text(_)));
    assert!(is_whole || script.filled(&BTreeMap::new()).is_err(), "a script with something missing is not sent");
}

fn check_findings(findings: &[Finding], text: &str) {
    for finding in findings {
        assert!(text.contains(&finding.found), "{finding:?}");
        assert!(finding.line >= 1 && finding.column >= 1, "{finding:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::template_files;

    /// SplitMix64: a seeded stream of numbers below a bound.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
        }

        fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
            from[self.below(from.len())]
        }
    }

    /// What the notation, the file format and the word lists are made of, and what breaks them.
    const SCRAPS: [&str; 48] = [
        "{",
        "}",
        "{{",
        "}}",
        "|",
        "!",
        "！",
        "｜",
        "｛",
        "{%",
        "%}",
        "\"",
        "\"\"\"",
        "'''",
        "\\",
        "\\u0000",
        "\n",
        "\r\n",
        "\t",
        "=",
        "[",
        "]",
        "[[words]]",
        "[text]",
        "zh = ",
        "en = ",
        "{称呼|您好}",
        "{今日金价!30min}",
        "{gold_price!1d|x}",
        "{商品}",
        "{公示}",
        "30min",
        "盲盒",
        "最 佳",
        "第一次",
        "保值",
        "13800138000",
        "【示范珠宝】",
        "拒收请回复R",
        "\u{202e}",
        "\u{200d}",
        "\u{301}",
        "😀",
        "ﷺ",
        "\u{e000}",
        "version = 99999999999",
        "channel = \"sms\"",
        "长长长长长长长长长长长长长长长长",
    ];

    fn mutated(seed: &str, chance: &mut Chance) -> String {
        let mut chars: Vec<char> = seed.chars().collect();
        for _ in 0..=chance.below(4) {
            let at = chance.below(chars.len() + 1);
            let n_gone = chance.below(6).min(chars.len() - at);
            match chance.below(4) {
                0 => drop(chars.drain(at..at + n_gone)),
                1 => {
                    let copied: Vec<char> = chars[at..at + n_gone].to_vec();
                    let to = chance.below(chars.len() + 1);
                    chars.splice(to..to, copied);
                }
                _ => drop(chars.splice(at..at, chance.pick(&SCRAPS).chars())),
            }
        }
        chars.into_iter().collect()
    }

    #[test]
    fn ten_thousand_broken_texts_never_panic() {
        let files = template_files();
        let lint = include_str!("../../../content/lint.toml");
        let mut chance = Chance(20_260_812);
        for case in 0..10_000 {
            let text = match case % 4 {
                0 => (0..chance.below(12)).map(|_| chance.pick(&SCRAPS)).collect(),
                1 if case % 100 == 1 => mutated(lint, &mut chance),
                _ => mutated(files[chance.below(files.len())].1, &mut chance),
            };
            never_panics(&text);
        }
    }
}
