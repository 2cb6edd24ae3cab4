//! The notation of templates: plain text with `{变量}`, `{变量|fallback}` and `{变量!30min}`. It has no code: what is no
//! known variable is an error, and braces never stand for themselves.

use super::fresh::Limit;
use super::variable::{Kind, Variable};

/// A part of a template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'t> {
    /// Said as it stands; it holds no braces.
    Text(&'t str),
    /// Said with the customer's value, without one with the fallback.
    Variable {
        /// Which.
        variable: Variable,
        /// What to say without a value.
        fallback: Option<&'t str>,
        /// How old the value may be.
        limit: Option<Limit>,
    },
    /// Something in braces that this version cannot fill.
    Unknown(&'t str),
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotationError {
    /// The byte in the text.
    pub offset: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// Reads a text strictly, as a publication needs it.
pub fn parse(text: &str) -> Result<Vec<Segment<'_>>, NotationError> {
    let (segments, first_error) = scan(text);
    first_error.map_or(Ok(segments), Err)
}

/// Reads a text of any version: what is not known becomes [`Segment::Unknown`], stray braces are left out.
pub fn parse_lenient(text: &str) -> Vec<Segment<'_>> {
    scan(text).0
}

fn scan(text: &str) -> (Vec<Segment<'_>>, Option<NotationError>) {
    let mut segments = Vec::new();
    let mut first_error: Option<NotationError> = None;
    let mut report = |offset: usize, message: String| {
        first_error.get_or_insert(NotationError { offset, message });
    };
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
        let n_text = rest.find(['{', '}', '｛', '｝']).unwrap_or(rest.len());
        if n_text > 0 {
            segments.push(Segment::Text(&rest[..n_text]));
            offset += n_text;
            continue;
        }
        let Some(inner) = rest.strip_prefix('{') else {
            let brace = rest.chars().next().unwrap_or_default();
            report(offset, stray_brace(brace));
            offset += brace.len_utf8();
            continue;
        };
        let end = inner.find(['{', '}']);
        let Some(end) = end.filter(|end| inner[*end..].starts_with('}')) else {
            report(offset, "`{` is never closed by a `}`".to_owned());
            offset += 1;
            continue;
        };
        match placeholder(&inner[..end]) {
            Ok(segment) => segments.push(segment),
            Err(message) => {
                report(offset, message);
                segments.push(Segment::Unknown(&inner[..end]));
            }
        }
        offset += end + 2;
    }
    (segments, first_error)
}

fn stray_brace(brace: char) -> String {
    match brace {
        '}' => "`}` closes nothing".to_owned(),
        '｛' => "`｛` is the full-width brace; write `{`".to_owned(),
        _ => "`｝` is the full-width brace; write `}`".to_owned(),
    }
}

fn placeholder(inner: &str) -> Result<Segment<'_>, String> {
    let (before, fallback) = match inner.split_once('|') {
        Some((before, fallback)) => (before, Some(fallback)),
        None => (inner, None),
    };
    let (name, limit) = match before.split_once(['!', '！']) {
        Some((name, limit)) => (name.trim(), Some(limit.trim())),
        None => (before.trim(), None),
    };
    let Some(variable) = Variable::named(name) else {
        return Err(unknown_variable(name));
    };
    if before.contains('！') {
        return Err(format!("`{{{name}！…}}` has the full-width `！`; write `!`"));
    }
    if fallback.is_some_and(|fallback| fallback.trim().is_empty()) {
        return Err(format!("`{{{name}|}}` has an empty fallback; write one after the `|`, or remove the `|`"));
    }
    if fallback.is_some_and(|fallback| fallback.contains('|')) {
        return Err(format!("`{{{name}|…}}` has more than one fallback"));
    }
    let limit = limit.map(|limit| freshness(variable, name, limit)).transpose()?;
    if limit.is_some() && fallback.is_some() {
        return Err(format!("`{{{name}!…|…}}` has a limit and a fallback; a value that is too old is never replaced"));
    }
    Ok(Segment::Variable { variable, fallback, limit })
}

/// Reads the limit of a variable whose value is read at an instant; the others have no age.
fn freshness(variable: Variable, name: &str, limit: &str) -> Result<Limit, String> {
    if !matches!(variable.kind(), Kind::Price | Kind::Moment) {
        let (price, at) = (Variable::GoldPrice.zh(), Variable::GoldPriceAt.zh());
        return Err(format!(
            "`{{{name}}}` has no age; only `{{{price}}}` and `{{{at}}}` can have a limit such as `!30min`"
        ));
    }
    Limit::parse(limit)
}

fn unknown_variable(name: &str) -> String {
    if name.is_empty() {
        return "`{}` names no variable".to_owned();
    }
    let shown: String = name.chars().take(40).collect();
    if let Some((name, _)) = name.split_once('｜')
        && Variable::named(name.trim()).is_some()
    {
        return format!("`{{{shown}}}` has the full-width `｜`; write `|`");
    }
    match Variable::nearest(name) {
        Some(nearest) => format!("unknown variable `{{{shown}}}`; is `{{{nearest}}}` meant?"),
        None => format!("unknown variable `{{{shown}}}`; docs/templates.md lists the variables"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(text: &str, offset: usize, message: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.message.contains(message), "{}", error.message);
        assert_eq!(error.offset, offset, "{}", error.message);
    }

    #[test]
    fn text_and_variables_are_told_apart() {
        assert_eq!(
            parse("{称呼|您好}，我是{ guide }。").unwrap(),
            [
                Segment::Variable { variable: Variable::Salutation, fallback: Some("您好"), limit: None },
                Segment::Text("，我是"),
                Segment::Variable { variable: Variable::Guide, fallback: None, limit: None },
                Segment::Text("。"),
            ]
        );
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn an_english_name_is_the_same_variable_as_the_chinese_one() {
        for variable in Variable::all() {
            let zh = format!("{{{}|x}}", variable.zh());
            let en = format!("{{{}|x}}", variable.en());
            assert_eq!(parse(&zh).unwrap(), parse(&en).unwrap());
        }
    }

    #[test]
    fn unbalanced_braces_are_errors() {
        check_error("您好{称呼", 6, "never closed");
        check_error("您好}", 6, "closes nothing");
        check_error("{称{呼}", 0, "never closed");
        check_error("｛称呼}", 0, "full-width");
        check_error("{称呼｜您}", 0, "full-width");
    }

    #[test]
    fn unknown_variables_are_errors_with_a_suggestion() {
        check_error("您好{称乎}", 6, "is `{称呼}` meant?");
        check_error("{Guide}", 0, "is `{guide}` meant?");
        check_error("{天气}", 0, "docs/templates.md");
        check_error("{}", 0, "names no variable");
    }

    #[test]
    fn a_limit_stands_behind_the_name_of_a_value_that_has_an_age() {
        for text in ["{今日金价!30min}", "{ gold_price ! 30min }"] {
            let limit = Some(Limit::parse("30min").unwrap());
            assert_eq!(
                parse(text).unwrap(),
                [Segment::Variable { variable: Variable::GoldPrice, fallback: None, limit }]
            );
        }
        check_error("每克{今日金价!30}元", 6, "is no limit");
        check_error("每克{今日金价!}元", 6, "is no limit");
        check_error("每克{今日金价!30min|？}元", 6, "a limit and a fallback");
        check_error("每克{今日金价！30min}元", 6, "full-width `！`; write `!`");
        check_error("{商品!30min}", 0, "`{商品}` has no age");
        check_error("{今日金介!30min}", 0, "is `{今日金价}` meant?");
    }

    #[test]
    fn an_empty_fallback_is_refused() {
        check_error("{称呼|}", 0, "empty fallback");
        check_error("{称呼|a|b}", 0, "more than one");
    }

    #[test]
    fn code_of_the_template_engine_is_refused() {
        for text in ["{{ 7*7 }}", "{% for x in y %}", "{# note #}", "{称呼.__class__}", "{称呼()}", "{\"称呼\"}"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_of_a_newer_version_keeps_what_is_known() {
        assert_eq!(
            parse_lenient("{称呼|您}}，{今日金价!30s}{天气}{"),
            [
                Segment::Variable { variable: Variable::Salutation, fallback: Some("您"), limit: None },
                Segment::Text("，"),
                Segment::Unknown("今日金价!30s"),
                Segment::Unknown("天气"),
            ]
        );
    }
}
