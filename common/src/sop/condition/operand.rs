//! The types of a condition's parts, and which of them can be compared.

use super::ConditionError;
use super::field::{Field, Kind};
use super::token::shown;

/// What a part of a condition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Number,
    Text,
    /// Of texts.
    List,
    /// A list of numbers.
    Numbers,
}

/// A text written in quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
}

/// A part of a condition that has a type.
#[derive(Clone, Debug)]
pub(super) struct Operand<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// As it is written.
    pub(super) shown: &'t str,
    pub(super) ty: Type,
    /// The field, where it is one and nothing else.
    pub(super) field: Option<Field>,
    /// The texts in quotes of a text or a list.
    pub(super) literals: Vec<Literal<'t>>,
}

impl<'t> Operand<'t> {
    pub(super) fn new(text: &'t str, start: usize, end: usize, ty: Type) -> Self {
        Self { start, end, shown: text.get(start..end).unwrap_or_default(), ty, field: None, literals: Vec::new() }
    }

    /// That it can be met or not.
    pub(super) fn check_condition(&self) -> Result<(), ConditionError> {
        match self.ty {
            Type::Bool => Ok(()),
            Type::List => Err(self.error(format!("{}, no condition: ask `\"…\" in` it", self.described()))),
            _ => Err(self.error(format!("{}, no condition: compare it with something", self.described()))),
        }
    }

    pub(super) fn check_number(&self, sign: &str) -> Result<(), ConditionError> {
        match self.ty {
            Type::Number => Ok(()),
            _ => Err(self.error(format!("{}; `{sign}` works with numbers only", self.described()))),
        }
    }

    /// For `==` and `!=`.
    pub(super) fn check_equal(&self, right: &Self) -> Result<(), ConditionError> {
        for list in [self, right] {
            if matches!(list.ty, Type::List | Type::Numbers) {
                return Err(list.error(format!("{}: ask with `in`", list.described())));
            }
        }
        if self.ty != right.ty {
            return Err(right.error(format!("{}, {}: they are never equal", self.described(), right.described())));
        }
        self.check_words(right)?;
        right.check_words(self)
    }

    /// For `<` and its like.
    pub(super) fn check_ordered(&self, right: &Self) -> Result<(), ConditionError> {
        for operand in [self, right] {
            if operand.ty != Type::Number {
                return Err(operand.error(format!("{}; only numbers are greater or less", operand.described())));
            }
        }
        Ok(())
    }

    pub(super) fn check_in(&self, right: &Self) -> Result<(), ConditionError> {
        let element = match right.ty {
            Type::List | Type::Text => Type::Text,
            Type::Numbers => Type::Number,
            Type::Bool | Type::Number => {
                return Err(right.error(format!("{}; after `in` stands a list or a text", right.described())));
            }
        };
        if self.ty != element {
            return Err(self.error(format!("{} and cannot be in `{}`", self.described(), shown(right.shown))));
        }
        if right.ty == Type::Text && !right.literals.is_empty() && !self.words().is_empty() {
            return Err(right.error(format!("write a list: `in [{}]`", shown(right.shown))));
        }
        self.check_words(right)
    }

    /// That the texts of the other side can be values of this field.
    fn check_words(&self, other: &Self) -> Result<(), ConditionError> {
        let words = self.words();
        let is_word = |literal: &&Literal<'_>| words.is_empty() || words.contains(&literal.text);
        match other.literals.iter().find(|literal| !is_word(literal)) {
            None => Ok(()),
            Some(Literal { start, text }) => Err(ConditionError {
                offset: *start,
                message: format!("`{}` is never \"{}\"; it is one of {}", self.shown, shown(text), words.join(", ")),
            }),
        }
    }

    fn words(&self) -> &'static [&'static str] {
        match self.field.map(Field::kind) {
            Some(Kind::Word(words)) => words,
            _ => &[],
        }
    }

    fn described(&self) -> String {
        let ty = match self.ty {
            Type::Bool => "true or false",
            Type::Number => "a number",
            Type::Text => "a text",
            Type::List | Type::Numbers => "a list",
        };
        format!("`{}` is {ty}", shown(self.shown))
    }

    fn error(&self, message: String) -> ConditionError {
        ConditionError { offset: self.start, message }
    }
}
