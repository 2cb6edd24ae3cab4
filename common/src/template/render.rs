//! Rendering: the parts of a template are said one after the other. There is no engine and no code to run: a value is
//! only ever text, a missing one is a gap, and parts and bytes are bounded.

use chrono::NaiveDateTime;

use super::compiled::{CompiledTemplate, Part};
use super::fresh::{Limit, age_minutes};
use super::value::Value;
use super::values::{Held, Values};
use super::variable::Variable;
use super::{Piece, Script, Template};
use crate::outcome::Quote;
use crate::sop::plan::Lang;

/// The longest script, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 2_048;

/// The most parts that are rendered; a text that was checked has fewer.
const FUEL: usize = 1_000;

/// Renders a template that is not kept in a library.
pub fn script(template: &Template, values: &Values, now: NaiveDateTime, lang: Lang) -> Script {
    CompiledTemplate::new(template.clone()).script(values, now, lang)
}

impl CompiledTemplate {
    /// Renders it for one customer at a shop-local time. A variable without value and fallback becomes a gap, never an
    /// empty text; a value that is too old, or kept from the customer, withholds the script.
    pub fn script(&self, values: &Values, now: NaiveDateTime, lang: Lang) -> Script {
        let template = self.template();
        let mut page = Page { values, now, lang, pieces: Vec::new(), n_bytes: 0, quoted: None };
        let parts = self.parts(lang);
        let reached_end = parts.iter().take(FUEL).all(|part| page.say(part)) && parts.len() <= FUEL;
        if !reached_end {
            page.pieces.push(Piece::CutOff);
        }
        Script { template: template.id.clone(), channel: template.channel, pieces: page.pieces, quoted: page.quoted }
    }
}

/// A script on its way.
struct Page<'v> {
    values: &'v Values,
    now: NaiveDateTime,
    lang: Lang,
    pieces: Vec<Piece>,
    n_bytes: usize,
    quoted: Option<Quote>,
}

impl Page<'_> {
    /// Says a part; false where there is no room for it.
    fn say(&mut self, part: &Part) -> bool {
        match part {
            Part::Text(text) => self.text(text),
            Part::Unknown(inner) => self.push(Piece::Gap(inner.clone())),
            Part::Variable { variable, fallback, limit } => self.variable(*variable, fallback.as_deref(), *limit),
        }
    }

    fn variable(&mut self, variable: Variable, fallback: Option<&str>, limit: Option<Limit>) -> bool {
        let name = || variable.name(self.lang).to_owned();
        // a fallback too would tell that there is something to hide
        if let Some(until_on) = self.values.kept_until(variable, self.now.date()) {
            return self.push(Piece::Blocked { name: name(), until_on });
        }
        let values = self.values;
        let held = values.held(variable);
        if let Some(limit) = limit {
            let read_at = held.and_then(|held| held.read_at);
            if !read_at.is_some_and(|read_at| limit.admits(read_at, self.now)) {
                let age_minutes = read_at.map(|read_at| age_minutes(read_at, self.now));
                return self.push(Piece::Stale { name: name(), age_minutes, limit_minutes: limit.minutes() });
            }
        }
        match (held, fallback) {
            (Some(held), _) => self.value(held),
            (None, Some(fallback)) => self.text(fallback),
            (None, None) => self.push(Piece::Gap(name())),
        }
    }

    fn value(&mut self, held: &Held) -> bool {
        if let (Value::Price(price_fen), Some(at)) = (&held.value, held.read_at) {
            self.quoted = Some(Quote { price_fen: *price_fen, at });
        }
        self.text(&held.value.write(self.lang, self.now.date()))
    }

    /// Says text whole or not at all.
    fn text(&mut self, text: &str) -> bool {
        if !self.takes(text.len()) {
            return false;
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
        true
    }

    fn push(&mut self, piece: Piece) -> bool {
        let n_bytes = match &piece {
            Piece::Gap(name) | Piece::Stale { name, .. } | Piece::Blocked { name, .. } => name.len(),
            Piece::Text(_) | Piece::CutOff => 0,
        };
        let takes = self.takes(n_bytes);
        if takes {
            self.pieces.push(piece);
        }
        takes
    }

    fn takes(&mut self, n_bytes: usize) -> bool {
        let takes = self.n_bytes + n_bytes <= MAX_SCRIPT_BYTES;
        self.n_bytes += if takes { n_bytes } else { 0 };
        takes
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;
    use crate::id::TemplateId;
    use crate::outcome::Channel;
    use crate::sop::plan::Text;
    use crate::template::Withheld;
    use crate::text::{Lines, sanitise};

    fn template(zh: &str) -> Template {
        let text = |zh: &str| Text { zh: zh.to_owned(), en: zh.to_owned() };
        let id = TemplateId::new("T99").unwrap();
        Template { id, version: 1, name: text("试"), channel: Channel::Wecom, text: text(zh) }
    }

    fn values(pairs: &[(Variable, &str)]) -> Values {
        let mut values = Values::default();
        for (variable, value) in pairs {
            values.set_text(*variable, value);
        }
        values
    }

    fn at(time: &str) -> NaiveDateTime {
        format!("2026-08-12T{time}:00").parse().unwrap()
    }

    fn said(zh: &str, values: &Values) -> Script {
        script(&template(zh), values, at("10:00"), Lang::Zh)
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn gap(name: &str) -> Piece {
        Piece::Gap(name.to_owned())
    }

    #[track_caller]
    fn check(zh: &str, pairs: &[(Variable, &str)], expected: &[Piece]) {
        assert_eq!(said(zh, &values(pairs)).pieces, expected);
    }

    #[test]
    fn a_value_wins_over_the_fallback() {
        check("{称呼|您好}，今天好", &[(Variable::Salutation, "王姐")], &[text("王姐，今天好")]);
        check("{称呼|您好}，今天好", &[], &[text("您好，今天好")]);
        check("{salutation|您好}，今天好", &[(Variable::Salutation, "王姐")], &[text("王姐，今天好")]);
    }

    #[test]
    fn a_missing_value_is_a_gap_never_an_empty_text() {
        check(
            "{商品}戴了{商品}，{导购}",
            &[(Variable::Guide, "林")],
            &[gap("商品"), text("戴了"), gap("商品"), text("，林")],
        );
        check("选的{商品}", &[(Variable::Item, " \u{200b} ")], &[text("选的"), gap("商品")]);
    }

    #[test]
    fn a_gap_is_named_in_the_script_s_language_and_filled_by_that_name() {
        let script = script(&template("Your {商品} and {item}"), &Values::default(), at("10:00"), Lang::En);
        assert_eq!(script.gaps(), ["item"]);
        assert_eq!(script.filled(&fill("item", "ring")), Ok("Your ring and ring".to_owned()));
        assert_eq!(script.filled(&fill("商品", "ring")), Err(Withheld::Gap { name: "item" }));
        assert_eq!(script.filled(&fill("item", " ")), Err(Withheld::Gap { name: "item" }));
    }

    fn fill(name: &str, text: &str) -> std::collections::BTreeMap<String, String> {
        [(name.to_owned(), text.to_owned())].into()
    }

    #[test]
    fn a_value_is_written_for_the_language() {
        let mut values = Values::default();
        values.set(Variable::BoughtOn, Value::Date("2025-05-12".parse().unwrap()));
        values.set(Variable::Level, Value::words(("银卡", "Silver")));
        let [zh, en] =
            [Lang::Zh, Lang::En].map(|lang| script(&template("{level} {bought_on}"), &values, at("10:00"), lang));
        assert_eq!([zh.pieces, en.pieces], [vec![text("银卡 2025年5月12日")], vec![text("Silver 12 May 2025")]]);
    }

    #[test]
    fn a_fresh_price_is_said_with_its_time_and_quoted() {
        let mut values = Values::default();
        values.set_gold_price(101_250, at("09:40"));
        let script = said("{金价时间}每克{今日金价!30min}元", &values);
        assert_eq!(script.pieces, [text("09:40每克1,012.50元")]);
        assert_eq!(script.quoted, Some(Quote { price_fen: 101_250, at: at("09:40") }));
        assert_eq!(said("{金价时间}", &values).quoted, None, "a time is no price");
    }

    #[test]
    fn a_price_that_is_old_from_the_future_or_unknown_withholds_the_script() {
        for (read_at, age_minutes) in [(Some("09:29"), Some(31)), (Some("10:01"), Some(-1)), (None, None)] {
            let mut values = Values::default();
            if let Some(read_at) = read_at {
                values.set_gold_price(101_250, at(read_at));
            }
            let script = said("每克{今日金价!30min}元", &values);
            let name = "今日金价".to_owned();
            assert_eq!(script.pieces[1], Piece::Stale { name, age_minutes, limit_minutes: 30 });
            assert_eq!(script.quoted, None);
            let expected = Withheld::Stale { name: "今日金价", age_minutes, limit_minutes: 30 };
            assert_eq!(script.filled(&fill("今日金价", "1000")), Err(expected), "no hand can fill it");
            assert_eq!((script.gaps(), expected.rule()), (vec![], "stale_value"));
        }
    }

    #[test]
    fn what_tells_of_a_gift_is_blocked_while_the_secret_is_kept_even_with_a_fallback() {
        let until_on: NaiveDate = "2026-08-12".parse().unwrap();
        let mut values = values(&[(Variable::Item, "戒指"), (Variable::Guide, "林")]);
        values.keep_secret_until(until_on);
        for notation in ["{商品}", "{商品|首饰}", "{上次保养|还没做过}", "{纪念日}"] {
            let script = said(&format!("{notation}，{{导购}}"), &values);
            let name = notation.trim_matches(['{', '}']).split('|').next().unwrap();
            assert_eq!(script.pieces, [Piece::Blocked { name: name.to_owned(), until_on }, text("，林")]);
            let expected = Withheld::Secret { name, until_on };
            assert_eq!(script.filled(&fill(name, "戒指")), Err(expected), "no hand can fill it");
            assert_eq!((script.gaps(), expected.rule()), (vec![], "secrecy"));
        }
    }

    #[test]
    fn a_message_that_grew_too_long_for_its_channel_is_not_sent() {
        let script = said("选的{商品}", &Values::default());
        assert!(script.filled(&fill("商品", &"长".repeat(598))).is_ok());
        let withheld = script.filled(&fill("商品", &"长".repeat(599))).map_err(Withheld::rule);
        assert_eq!(withheld, Err("too_long"));
    }

    #[test]
    fn quotes_backslashes_and_line_breaks_stand_for_themselves() {
        check("“\"\\n'`\n{称呼|\"您\\\"}", &[], &[text("“\"\\n'`\n\"您\\\"")]);
        check("<b>&amp; {称呼|<您>}", &[(Variable::Salutation, "<&>")], &[text("<b>&amp; <&>")]);
    }

    #[test]
    fn what_a_newer_version_knows_is_a_gap() {
        check("每克{银价}元", &[], &[text("每克"), gap("银价"), text("元")]);
    }

    #[test]
    fn a_script_that_is_too_long_is_cut_off_and_not_sent() {
        let long = "{称呼}".repeat(60);
        let script = said(&long, &values(&[(Variable::Salutation, &"长".repeat(100))]));
        assert_eq!(script.filled(&Default::default()), Err(Withheld::CutOff));
        let n_bytes: usize = script
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.len(),
                _ => 0,
            })
            .sum();
        assert!((1..=MAX_SCRIPT_BYTES).contains(&n_bytes), "{n_bytes}");
    }

    #[test]
    fn a_script_of_too_many_parts_runs_out_of_fuel_and_is_not_sent() {
        let script = said(&"{x}".repeat(1_300), &Values::default());
        assert_eq!((script.pieces.len(), script.withheld()), (FUEL + 1, Some(Withheld::CutOff)));
    }

    #[test]
    fn values_are_data_never_code() {
        for value in ["{{ 7*7 }}", "{% raw %}", "{称呼}", "\" ~ 7 ~ \""] {
            check("{称呼}", &[(Variable::Salutation, value)], &[text(value)]);
        }
    }

    #[test]
    fn a_script_survives_its_way_over_the_wire() {
        let mut values = Values::default();
        values.set_gold_price(101_250, at("09:00"));
        values.keep_secret_until("2026-08-21".parse().unwrap());
        for notation in ["{今日金价!30min}{商品}{导购}好", "{今日金价!2h}"] {
            let script = said(notation, &values);
            let wire = serde_json::to_string(&script).unwrap();
            assert_eq!(serde_json::from_str::<Script>(&wire).unwrap(), script, "{wire}");
        }
    }

    proptest! {
        #[test]
        fn literal_text_comes_out_as_it_went_in(literal in "[^{}｛｝\\p{C}\\p{M}]{0,80}") {
            let clean = sanitise(&literal, Lines::Many, 100);
            let expected: Vec<Piece> = if clean.is_empty() { vec![] } else { vec![text(&clean)] };
            prop_assert_eq!(said(&literal, &Values::default()).pieces, expected);
        }

        #[test]
        fn a_value_comes_out_as_it_went_in(value in "\\PC{0,60}") {
            let values = values(&[(Variable::Salutation, &value)]);
            let expected = match values.get(Variable::Salutation) {
                Some(Value::Text(value)) => text(value),
                _ => gap("称呼"),
            };
            prop_assert_eq!(said("{称呼}", &values).pieces, vec![expected]);
        }

        #[test]
        fn no_checked_text_is_cut_off(notation in "[{}|!%#\"\\\\a-z称呼导购 \n]{0,120}") {
            prop_assert!(said(&notation, &Values::default()).withheld().is_none());
        }
    }
}
