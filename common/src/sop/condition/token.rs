//! The words and signs of a condition: a strict part of what the engine reads, so that both read the same.

use unicode_normalization::UnicodeNormalization;

use super::ConditionError;
use crate::text::{Lines, sanitise};

/// A word or sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A field, a group of tags, or a word such as `and`.
    Name(&'t str),
    /// What stands in quotes.
    Text(&'t str),
    /// A number.
    Number,
    /// An operator, bracket, comma or dot.
    Sign(&'static str),
}

/// A token and the bytes where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spanned<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) token: Token<'t>,
}

/// Longer ones first.
const SIGNS: [&str; 18] =
    ["==", "!=", "<=", ">=", "//", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", "."];

/// What people write instead, and what to write.
const MISTAKES: [(&str, &str); 16] = [
    ("<>", "write `!=`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("**", "a condition has no powers; write `*`"),
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("=", "write `==` to compare"),
    ("!", "write `not`"),
    ("&", "write `and`"),
    ("|", "a condition has no filters; it only compares"),
    ("~", "a condition joins no texts; it only compares"),
    ("{", "write the fields without braces"),
    ("}", "write the fields without braces"),
    ("≥", "write `>=`"),
    ("≤", "write `<=`"),
    ("≠", "write `!=`"),
];

/// The tokens of a text, or what is wrong with it first.
pub(super) fn tokens(text: &str) -> Result<Vec<Spanned<'_>>, ConditionError> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let n_space = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        if n_space > 0 {
            start += n_space;
            continue;
        }
        let (token, n_bytes) = token(rest).map_err(|message| ConditionError { offset: start, message })?;
        tokens.push(Spanned { start, end: start + n_bytes, token });
        start += n_bytes;
    }
    Ok(tokens)
}

fn token(rest: &str) -> Result<(Token<'_>, usize), String> {
    let first = rest.chars().next().unwrap_or_default();
    match first {
        '"' | '\'' => quoted(rest, first),
        '0'..='9' => number(rest).map(|n_bytes| (Token::Number, n_bytes)),
        'a'..='z' | 'A'..='Z' | '_' => {
            let name = leading(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            Ok((Token::Name(name), name.len()))
        }
        _ => {
            if let Some((mistake, hint)) = MISTAKES.iter().find(|(mistake, _)| rest.starts_with(mistake))
                && !rest.starts_with("==")
                && !rest.starts_with("!=")
            {
                return Err(format!("`{mistake}` has no meaning here: {hint}"));
            }
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            sign.map(|sign| (Token::Sign(sign), sign.len())).ok_or_else(|| stray(rest, first))
        }
    }
}

fn leading(rest: &str, belongs: impl Fn(char) -> bool) -> &str {
    let n_bytes = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    &rest[..n_bytes]
}

fn quoted(rest: &str, quote: char) -> Result<(Token<'_>, usize), String> {
    let Some(n_bytes) = rest[1..].find(quote) else {
        return Err(format!("the text is never closed by a `{quote}`"));
    };
    let inner = &rest[1..=n_bytes];
    if inner.contains('\\') {
        return Err("a text in quotes holds no `\\`".to_owned());
    }
    let plain: String = inner.nfc().collect();
    if sanitise(inner, Lines::One, inner.len()) != plain.trim() || inner.contains(['\n', '\r', '\t']) {
        return Err("the text holds a control or invisible character; write it again by hand".to_owned());
    }
    if plain.trim().is_empty() {
        return Err("the text is empty; ask `is undefined` for a missing value".to_owned());
    }
    Ok((Token::Text(inner), n_bytes + 2))
}

/// The bytes of `12`, `10_000` or `1.5`.
fn number(rest: &str) -> Result<usize, String> {
    let word = leading(rest, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let (whole, fraction) = word.split_once('.').unwrap_or((word, "0"));
    let is_whole = whole.ends_with(|c: char| c.is_ascii_digit()) && !whole.contains("__");
    let digits: String = whole.chars().filter(|c| *c != '_').collect();
    let is_number = [digits.as_str(), fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_whole || !is_number || fraction.is_empty() {
        return Err(format!("`{}` is no number", shown(word)));
    }
    if digits.len() > 15 || fraction.len() > 15 {
        return Err(format!("`{}` has too many digits", shown(word)));
    }
    Ok(word.len())
}

/// What to say of a character that begins nothing.
fn stray(rest: &str, first: char) -> String {
    match first {
        '“' | '”' | '‘' | '’' | '「' | '」' | '『' | '』' | '＂' | '＇' => {
            format!("`{first}` is no quotation mark of conditions; write `\"`")
        }
        '\u{3000}' => "a full-width space; write an ordinary one".to_owned(),
        '！'..='～' => {
            let half: String = first.nfkc().collect();
            format!("`{first}` is the full-width sign; write `{half}`")
        }
        c if c.is_alphabetic() => {
            let word = shown(leading(rest, |c| c.is_alphanumeric() || c == '_'));
            format!("`{word}` stands outside of quotes; write `\"{word}\"` for a text")
        }
        c if c.is_ascii_graphic() => format!("`{c}` has no meaning here"),
        c => format!("the character {} has no meaning here", c.escape_unicode()),
    }
}

/// A piece of the text for a message: short, and without what hides.
pub(super) fn shown(piece: &str) -> String {
    sanitise(piece, Lines::One, 40)
}
