//! Walks over a condition's tokens, and says what is wrong at the place where it stands.

use super::ConditionError;
use super::operand::{Operand, Type};
use super::token::{Spanned, Token, shown, tokens};

/// The words of the language, which name no field.
pub(super) const KEYWORDS: [&str; 10] = ["and", "or", "not", "in", "is", "true", "false", "none", "if", "else"];

/// The tokens of a text, and the next one of them.
pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Spanned<'t>>,
    idx: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Result<Self, ConditionError> {
        Ok(Self { text, tokens: tokens(text)?, idx: 0 })
    }

    pub(super) fn peek(&self) -> Option<Spanned<'t>> {
        self.tokens.get(self.idx).copied()
    }

    pub(super) fn next(&mut self) -> Option<Spanned<'t>> {
        let next = self.peek();
        self.idx += usize::from(next.is_some());
        next
    }

    pub(super) fn next_is_name(&self, word: &str) -> bool {
        self.peek().is_some_and(|next| next.token == Token::Name(word))
    }

    pub(super) fn next_is_sign(&self, sign: &'static str) -> bool {
        self.peek().is_some_and(|next| next.token == Token::Sign(sign))
    }

    pub(super) fn skip_name(&mut self, word: &str) -> bool {
        let is_next = self.next_is_name(word);
        self.idx += usize::from(is_next);
        is_next
    }

    pub(super) fn skip_sign(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let sign = signs.iter().find(|sign| self.next_is_sign(sign)).copied()?;
        self.idx += 1;
        Some(sign)
    }

    /// An error at the next token, or at the end.
    pub(super) fn error(&self, message: &str) -> ConditionError {
        let offset = self.peek().map_or(self.text.len(), |next| next.start);
        ConditionError { offset, message: message.to_owned() }
    }

    /// Where the latest token ends.
    pub(super) fn end(&self) -> usize {
        self.idx.checked_sub(1).and_then(|idx| self.tokens.get(idx)).map_or(0, |last| last.end)
    }

    /// One token back, so that it is the next one again.
    pub(super) fn back(&mut self) {
        self.idx = self.idx.saturating_sub(1);
    }

    /// The operand that begins and ends there.
    pub(super) fn part(&self, start: usize, end: usize, ty: Type) -> Operand<'t> {
        Operand::new(self.text, start, end, ty)
    }

    pub(super) fn piece(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The error of a token that cannot follow a value.
    pub(super) fn unexpected_after_operand(&self) -> ConditionError {
        let Some(next) = self.peek() else { return self.error("the condition ends too early") };
        let piece = shown(self.piece(next.start, next.end));
        next.error(match next.token {
            Token::Sign(")" | "]") => format!("`{piece}` closes nothing"),
            Token::Sign(",") => "a list stands in `[` and `]`".to_owned(),
            Token::Name("if" | "else") => format!("`{piece}` has no meaning here: a condition has only and, or, not"),
            _ => match keyword(&piece) {
                Some(keyword) => format!("`{piece}` has no meaning here: write `{keyword}`"),
                None => format!("`{piece}` cannot follow here; is `and` or `or` missing before it?"),
            },
        })
    }
}

impl<'t> Spanned<'t> {
    pub(super) fn error(self, message: impl Into<String>) -> ConditionError {
        ConditionError { offset: self.start, message: message.into() }
    }
}

/// The word of the language that another spelling of it means.
pub(super) fn keyword(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    KEYWORDS.into_iter().find(|keyword| *keyword == lower && *keyword != name && *keyword != "none")
}
