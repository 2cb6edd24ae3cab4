//! Rendering: the notation is compiled to a minijinja source made here, so that neither a template's author nor a
//! customer's data can reach the engine as code.

use std::io;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::notation::{Segment, parse_lenient};
use super::values::Values;
use super::variable::Variable;
use super::{Piece, Script, Template};
use crate::sop::plan::Lang;
use crate::text::{Lines, sanitise};

/// The longest script, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 2_048;

/// Stands in the rendered text around a gap's name; sanitised text has no private-use characters.
const GAP_MARK: char = '\u{e000}';

/// Strict, and empty but for the filter that fallbacks need: no functions, tests, loops, includes or macros.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.add_filter("default", minijinja::filters::default);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(10_000));
    engine
});

/// Renders a template for one customer. A variable without value and fallback becomes a gap, never an empty text. A
/// script that would be too long to send ends in a gap, so that it is not copied cut off.
pub fn script(template: &Template, values: &Values, lang: Lang) -> Script {
    let text = sanitise(template.text.in_lang(lang), Lines::Many, MAX_SCRIPT_BYTES * 2);
    let segments = parse_lenient(&text);
    let (rendered, end) = render(&source(&segments, values, lang), values);
    let mut pieces = split_at_gaps(&rendered);
    if end == End::CutOff {
        pieces.push(Piece::Gap(too_long(lang).to_owned()));
    }
    Script { template: template.id.clone(), pieces }
}

/// The name of the gap at the end of a script that was cut off.
fn too_long(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "话术过长",
        Lang::En => "script too long",
    }
}

/// The name under which a variable's gap is shown and filled.
fn gap_name(variable: Variable, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => variable.zh(),
        Lang::En => variable.en(),
    }
}

/// The minijinja source of a text: literals and fallbacks as quoted strings, variables by their English names.
fn source(segments: &[Segment<'_>], values: &Values, lang: Lang) -> String {
    let mut source = String::new();
    for segment in segments {
        source.push_str("{{ ");
        match segment {
            Segment::Text(text) => quote(text, &mut source),
            Segment::Variable { variable, fallback: Some(fallback) } => {
                source.push_str(variable.en());
                source.push_str("|default(");
                quote(fallback, &mut source);
                source.push(')');
            }
            Segment::Variable { variable, fallback: None } if values.get(*variable).is_some() => {
                source.push_str(variable.en());
            }
            Segment::Variable { variable, fallback: None } => quote_gap(gap_name(*variable, lang), &mut source),
            Segment::Unknown(inner) => quote_gap(inner, &mut source),
        }
        source.push_str(" }}");
    }
    source
}

fn quote_gap(name: &str, source: &mut String) {
    quote(&format!("{GAP_MARK}{name}{GAP_MARK}"), source);
}

/// Writes a string literal: every character that could end it or start an escape is escaped.
fn quote(text: &str, source: &mut String) {
    source.push('"');
    for c in text.chars() {
        match c {
            '"' => source.push_str("\\\""),
            '\\' => source.push_str("\\\\"),
            '\n' => source.push_str("\\n"),
            c => source.push(c),
        }
    }
    source.push('"');
}

/// Whether a script was rendered to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Reached,
    CutOff,
}

fn render(source: &str, values: &Values) -> (String, End) {
    let mut output = Bounded(Vec::new());
    let rendered = ENGINE
        .template_from_str(source)
        .and_then(|template| template.render_captured_to(Serde(values), &mut output).map(drop));
    let end = if rendered.is_ok() { End::Reached } else { End::CutOff };
    (String::from_utf8_lossy(&output.0).into_owned(), end)
}

/// Takes at most [`MAX_SCRIPT_BYTES`], each piece of text whole or not at all.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_SCRIPT_BYTES {
            return Err(io::Error::other("the script is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn split_at_gaps(rendered: &str) -> Vec<Piece> {
    let part = |(idx, part): (usize, &str)| match idx % 2 {
        0 => Piece::Text(part.to_owned()),
        _ => Piece::Gap(part.to_owned()),
    };
    let parts = rendered.split(GAP_MARK).enumerate();
    parts.filter(|(idx, part)| idx % 2 == 1 || !part.is_empty()).map(part).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::TemplateId;
    use crate::outcome::Channel;
    use crate::sop::plan::Text;

    fn template(zh: &str) -> Template {
        let text = |zh: &str| Text { zh: zh.to_owned(), en: zh.to_owned() };
        let id = TemplateId::new("T99").unwrap();
        Template { id, version: 1, name: text("试"), channel: Channel::Wecom, text: text(zh) }
    }

    fn values(pairs: &[(Variable, &str)]) -> Values {
        let mut values = Values::default();
        for (variable, value) in pairs {
            values.set(*variable, value);
        }
        values
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn gap(name: &str) -> Piece {
        Piece::Gap(name.to_owned())
    }

    #[track_caller]
    fn check(zh: &str, pairs: &[(Variable, &str)], expected: &[Piece]) {
        assert_eq!(script(&template(zh), &values(pairs), Lang::Zh).pieces, expected);
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
        let script = script(&template("Your {商品} and {item}"), &Values::default(), Lang::En);
        assert_eq!(script.gaps(), ["item"]);
        let fills = [("item".to_owned(), "ring".to_owned())].into();
        assert_eq!(script.filled(&fills), Ok("Your ring and ring".to_owned()));
    }

    #[test]
    fn quotes_backslashes_and_line_breaks_stand_for_themselves() {
        check("“\"\\n'`\n{称呼|\"您\\\"}", &[], &[text("“\"\\n'`\n\"您\\\"")]);
        check("<b>&amp; {称呼|<您>}", &[(Variable::Salutation, "<&>")], &[text("<b>&amp; <&>")]);
    }

    #[test]
    fn what_a_newer_version_knows_is_a_gap() {
        check("每克{今日金价!30min}元", &[], &[text("每克"), gap("今日金价!30min"), text("元")]);
    }

    #[test]
    fn a_script_that_is_too_long_ends_in_a_gap() {
        let long = "{称呼}".repeat(60);
        let script = script(&template(&long), &values(&[(Variable::Salutation, &"长".repeat(100))]), Lang::Zh);
        assert_eq!(script.gaps(), ["话术过长"]);
        let n_bytes: usize = script
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Gap(_) => 0,
            })
            .sum();
        assert!((1..=MAX_SCRIPT_BYTES).contains(&n_bytes), "{n_bytes}");
    }

    #[test]
    fn values_are_data_never_code() {
        for value in ["{{ 7*7 }}", "{% raw %}", "{称呼}", "\" ~ 7 ~ \""] {
            check("{称呼}", &[(Variable::Salutation, value)], &[text(value)]);
        }
    }

    proptest! {
        #[test]
        fn literal_text_comes_out_as_it_went_in(literal in "[^{}｛｝\\p{C}\\p{M}]{0,80}") {
            let clean = sanitise(&literal, Lines::Many, 100);
            let expected: Vec<Piece> = if clean.is_empty() { vec![] } else { vec![text(&clean)] };
            prop_assert_eq!(script(&template(&literal), &Values::default(), Lang::Zh).pieces, expected);
        }

        #[test]
        fn a_value_comes_out_as_it_went_in(value in "\\PC{0,60}") {
            let values = values(&[(Variable::Salutation, &value)]);
            let expected = match values.get(Variable::Salutation) {
                Some(value) => text(value),
                None => gap("称呼"),
            };
            prop_assert_eq!(script(&template("{称呼}"), &values, Lang::Zh).pieces, vec![expected]);
        }

        #[test]
        fn no_text_makes_rendering_fail_or_run_long(notation in "[{}|!%#\"\\\\a-z称呼导购 \n]{0,120}") {
            let script = script(&template(&notation), &Values::default(), Lang::Zh);
            prop_assert!(!script.gaps().contains(&"话术过长"));
        }
    }
}
