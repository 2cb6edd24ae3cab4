//! Checks a condition's grammar, fields and types before the engine sees it. The grammar is a part of the engine's,
//! with the same precedence; recursion is bounded, so that no text can overflow a stack.

use super::cursor::Cursor;
use super::operand::{Operand, Type};
use super::token::Token;
use super::{ConditionError, Read, Scope};

/// How deep parentheses and `not` may be nested.
const MAX_NESTING: usize = 16;
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

pub(super) type Checked<T> = Result<T, ConditionError>;

/// Checks a condition and returns the fields that it reads.
pub(super) fn check(text: &str, scope: Scope) -> Checked<Vec<Read>> {
    let mut checker = Checker { cursor: Cursor::new(text)?, nesting: 0, scope, reads: Vec::new() };
    if checker.cursor.peek().is_none() {
        return Err(ConditionError { offset: 0, message: "the condition is empty".to_owned() });
    }
    checker.either()?.check_condition()?;
    match checker.cursor.peek() {
        None => Ok(checker.reads),
        Some(_) => Err(checker.cursor.unexpected_after_operand()),
    }
}

pub(super) struct Checker<'t> {
    pub(super) cursor: Cursor<'t>,
    nesting: usize,
    pub(super) scope: Scope,
    pub(super) reads: Vec<Read>,
}

impl<'t> Checker<'t> {
    /// Operands between `or`.
    pub(super) fn either(&mut self) -> Checked<Operand<'t>> {
        self.logical("or", Self::all)
    }

    /// Operands between `and`.
    fn all(&mut self) -> Checked<Operand<'t>> {
        self.logical("and", Self::negation)
    }

    fn logical(&mut self, word: &str, part: fn(&mut Self) -> Checked<Operand<'t>>) -> Checked<Operand<'t>> {
        let mut left = part(self)?;
        while self.cursor.skip_name(word) {
            left.check_condition()?;
            let right = part(self)?;
            right.check_condition()?;
            left = self.cursor.part(left.start, right.end, Type::Bool);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Checked<Operand<'t>> {
        let Some(start) = self.cursor.peek().map(|spanned| spanned.start).filter(|_| self.cursor.next_is_name("not"))
        else {
            return self.comparison();
        };
        let negated = self.nested(start, |checker| {
            checker.cursor.next();
            checker.negation()
        })?;
        negated.check_condition()?;
        Ok(self.cursor.part(start, negated.end, Type::Bool))
    }

    /// Operands between comparisons; `18 <= age < 30` compares both pairs.
    fn comparison(&mut self) -> Checked<Operand<'t>> {
        let first = self.sum()?;
        let (mut left, mut is_compared) = (first.clone(), false);
        while let Some(operator) = self.comparison_operator()? {
            let right = self.sum()?;
            match operator {
                "in" => left.check_in(&right)?,
                "==" | "!=" => left.check_equal(&right)?,
                _ => left.check_ordered(&right)?,
            }
            (left, is_compared) = (right, true);
        }
        Ok(if is_compared { self.cursor.part(first.start, left.end, Type::Bool) } else { first })
    }

    fn comparison_operator(&mut self) -> Checked<Option<&'static str>> {
        if self.cursor.skip_name("in") {
            return Ok(Some("in"));
        }
        if self.cursor.skip_name("not") {
            let is_in = self.cursor.skip_name("in");
            return if is_in { Ok(Some("in")) } else { Err(self.cursor.error("`in` is missing after `not`")) };
        }
        Ok(self.cursor.skip_sign(&COMPARISONS))
    }

    fn sum(&mut self) -> Checked<Operand<'t>> {
        self.arithmetic(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Checked<Operand<'t>> {
        self.arithmetic(&["*", "/", "//", "%"], Self::unary)
    }

    fn arithmetic(
        &mut self,
        signs: &[&'static str],
        part: fn(&mut Self) -> Checked<Operand<'t>>,
    ) -> Checked<Operand<'t>> {
        let mut left = part(self)?;
        while let Some(sign) = self.cursor.skip_sign(signs) {
            left.check_number(sign)?;
            let right = part(self)?;
            right.check_number(sign)?;
            left = self.cursor.part(left.start, right.end, Type::Number);
        }
        Ok(left)
    }

    /// A value, perhaps negated, perhaps asked whether it is there.
    fn unary(&mut self) -> Checked<Operand<'t>> {
        let Some(start) = self.cursor.peek().filter(|next| next.token == Token::Sign("-")).map(|next| next.start)
        else {
            let value = self.value()?;
            return self.presence(value);
        };
        let negated = self.nested(start, |checker| {
            checker.cursor.next();
            checker.unary()
        })?;
        negated.check_number("-")?;
        Ok(self.cursor.part(start, negated.end, Type::Number))
    }

    /// `is defined` and its like behind a field.
    fn presence(&mut self, value: Operand<'t>) -> Checked<Operand<'t>> {
        if !self.cursor.next_is_name("is") {
            return Ok(value);
        }
        if value.field.is_none() || value.ty == Type::List {
            return Err(self
                .cursor
                .error("`is` asks whether a field is there: `age is defined`; to compare write `==`"));
        }
        self.cursor.next();
        self.cursor.skip_name("not");
        if self.cursor.skip_name("defined") || self.cursor.skip_name("undefined") {
            return Ok(self.cursor.part(value.start, self.cursor.end(), Type::Bool));
        }
        Err(self.cursor.error("after `is` stands `defined` or `undefined`; to compare write `==`"))
    }

    /// Goes one level deeper, where that is allowed.
    pub(super) fn nested<T>(&mut self, start: usize, part: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            let message = format!("the condition is nested deeper than {MAX_NESTING}; write it simpler");
            return Err(ConditionError { offset: start, message });
        }
        let done = part(self);
        self.nesting -= 1;
        done
    }
}
