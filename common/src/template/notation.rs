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
    let (segments, first_fault) = scan(text);
    match first_fault {
        Some((offset, fault)) => Err(NotationError { offset, message: fault.message() }),
        None => Ok(segments),
    }
}

/// Reads a text of any version: what is not known becomes [`Segment::Unknown`], stray braces are left out.
pub fn parse_lenient(text: &str) -> Vec<Segment<'_>> {
    scan(text).0
}

/// The segments of a text, and the first thing that is wrong with it.
fn scan(text: &str) -> (Vec<Segment<'_>>, Option<(usize, Fault<'_>)>) {
    let mut segments = Vec::new();
    let mut first_fault: Option<(usize, Fault<'_>)> = None;
    let mut report = |offset, fault| {
        first_fault.get_or_insert((offset, fault));
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
            report(offset, Fault::Stray(brace));
            offset += brace.len_utf8();
            continue;
        };
        let end = inner.find(['{', '}']);
        let Some(end) = end.filter(|end| inner[*end..].starts_with('}')) else {
            report(offset, Fault::Unclosed);
            offset += 1;
            continue;
        };
        match placeholder(&inner[..end]) {
            Ok(segment) => segments.push(segment),
            Err(fault) => {
                report(offset, fault);
                segments.push(Segment::Unknown(&inner[..end]));
            }
        }
        offset += end + 2;
    }
    (segments, first_fault)
}

fn placeholder(inner: &str) -> Result<Segment<'_>, Fault<'_>> {
    let (before, fallback) = match inner.split_once('|') {
        Some((before, fallback)) => (before, Some(fallback)),
        None => (inner, None),
    };
    let (name, limit) = match before.split_once(['!', '！']) {
        Some((name, limit)) => (name.trim(), Some(limit.trim())),
        None => (before.trim(), None),
    };
    let variable = Variable::named(name).ok_or(Fault::Unknown(name))?;
    if before.contains('！') {
        return Err(Fault::FullWidthMark(name));
    }
    if fallback.is_some_and(|fallback| fallback.trim().is_empty()) {
        return Err(Fault::EmptyFallback(name));
    }
    if fallback.is_some_and(|fallback| fallback.contains('|')) {
        return Err(Fault::SeveralFallbacks(name));
    }
    if limit.is_some() && !matches!(variable.kind(), Kind::Price | Kind::Moment) {
        return Err(Fault::NoAge(name));
    }
    let limit = limit.map(Limit::parse).transpose().map_err(Fault::Limit)?;
    if limit.is_some() && fallback.is_some() {
        return Err(Fault::LimitAndFallback(name));
    }
    Ok(Segment::Variable { variable, fallback, limit })
}

/// What can be wrong; its message is only written for a publication.
#[derive(Clone, Debug)]
enum Fault<'t> {
    Stray(char),
    Unclosed,
    Unknown(&'t str),
    FullWidthMark(&'t str),
    EmptyFallback(&'t str),
    SeveralFallbacks(&'t str),
    NoAge(&'t str),
    Limit(String),
    LimitAndFallback(&'t str),
}

impl Fault<'_> {
    fn message(self) -> String {
        match self {
            Self::Stray('｛') => "`｛` is the full-width brace; write `{`".to_owned(),
            Self::Stray('｝') => "`｝` is the full-width brace; write `}`".to_owned(),
            Self::Stray(_) => "`}` closes nothing".to_owned(),
            Self::Unclosed => "`{` is never closed by a `}`".to_owned(),
            Self::Unknown(name) => unknown_variable(name),
            Self::FullWidthMark(name) => format!("`{{{name}！…}}` has the full-width `！`; write `!`"),
            Self::EmptyFallback(name) => {
                format!("`{{{name}|}}` has an empty fallback; write one after the `|`, or remove the `|`")
            }
            Self::SeveralFallbacks(name) => format!("`{{{name}|…}}` has more than one fallback"),
            Self::NoAge(name) => {
                let (price, at) = (Variable::GoldPrice.zh(), Variable::GoldPriceAt.zh());
                format!("`{{{name}}}` has no age; only `{{{price}}}` and `{{{at}}}` can have a limit such as `!30min`")
            }
            Self::Limit(message) => message,
            Self::LimitAndFallback(name) => {
                format!("`{{{name}!…|…}}` has a limit and a fallback; a value that is too old is never replaced")
            }
        }
    }
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
