//! Conditions (条件): the expressions of plans, over documented fields of a customer and a step. minijinja's expression
//! engine evaluates them; what is no comparison of known fields is refused before.

mod check;
mod cursor;
pub mod field;
mod operand;
#[cfg(test)]
mod tests;
mod token;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use minijinja::value::{Object, Value, ValueKind};
use minijinja::{Environment, Expression, UndefinedBehavior};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

use field::{Field, Kind};

/// The longest condition, in characters.
pub const MAX_CHARS: usize = 500;

/// Strict, and empty but for the two tests: no functions, no filters.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.add_test("defined", minijinja::tests::is_defined);
    engine.add_test("undefined", minijinja::tests::is_undefined);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(10_000));
    engine
});

/// Where a condition stands, and so what it can ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A plan's audience: fields of the customer.
    Customer,
    /// A step or a variant: the step's fields too.
    Step,
}

/// Where the values of fields come from. Asked only for the fields that a condition names.
pub trait Fields {
    /// A field's value. One of another type than the field's counts as missing.
    fn value(&self, field: Field) -> FieldValue<'_>;
}

/// A field's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FieldValue<'f> {
    /// Not known: comparisons with it are not met.
    #[default]
    Missing,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(Cow<'f, str>),
    /// A list of texts.
    List(Vec<&'f str>),
    /// Lists of texts by group; a group that is not there is an empty list.
    Groups(BTreeMap<&'f str, Vec<&'f str>>),
}

impl<'f, T: Into<Cow<'f, str>>> From<Option<T>> for FieldValue<'f> {
    /// A text, or that it is missing.
    fn from(text: Option<T>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(text.into()))
    }
}

/// What is wrong with a condition, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    /// The byte in the text.
    pub offset: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// A condition of a plan. One that this version does not understand is kept, and never met.
#[derive(Clone)]
pub struct Condition {
    text: Arc<str>,
    compiled: Option<Arc<Compiled>>,
}

struct Compiled {
    expression: Expression<'static, 'static>,
    reads: Vec<Read>,
}

/// A field that a condition reads; of fields with groups, which ones.
#[derive(Debug)]
struct Read {
    field: Field,
    groups: Vec<String>,
}

impl Condition {
    /// Reads a condition. The error is the first one found.
    pub fn parse(text: &str, scope: Scope) -> Result<Self, ConditionError> {
        if let Some((offset, _)) = text.char_indices().nth(MAX_CHARS) {
            let message = format!("the condition is longer than {MAX_CHARS} characters; divide it among plans");
            return Err(ConditionError { offset, message });
        }
        let reads = check::check(text, scope)?;
        // values are in normal form C, and quotes have the same bytes in every form
        let source: String = text.nfc().collect();
        let expression = ENGINE.compile_expression_owned(source);
        let expression = expression.map_err(|error| ConditionError { offset: 0, message: error.to_string() })?;
        Ok(Self { text: text.into(), compiled: Some(Arc::new(Compiled { expression, reads })) })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this version can evaluate it.
    pub fn is_understood(&self) -> bool {
        self.compiled.is_some()
    }

    /// The fields that it reads, in the order of their first mention.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.compiled.iter().flat_map(|compiled| compiled.reads.iter().map(|read| read.field))
    }

    /// The same, with the groups that it names of fields with groups.
    pub(crate) fn reads(&self) -> impl Iterator<Item = (Field, &[String])> {
        let reads = self.compiled.iter().flat_map(|compiled| &compiled.reads);
        reads.map(|read| (read.field, read.groups.as_slice()))
    }

    /// Whether it is met. Whatever cannot be evaluated, such as a comparison with a missing value, is not met.
    pub fn is_met(&self, facts: &dyn Fields) -> bool {
        let result = self.compiled.as_ref().map(|compiled| compiled.evaluate(facts));
        result.is_some_and(|result| result.is_ok_and(|value| value.kind() == ValueKind::Bool && value.is_true()))
    }
}

impl Compiled {
    fn evaluate(&self, facts: &dyn Fields) -> Result<Value, minijinja::Error> {
        let values = self.reads.iter().filter_map(|read| Some((read.field.name(), read.value(facts)?))).collect();
        self.expression.eval(Value::from_object(Facts(values)))
    }
}

impl Read {
    fn value(&self, facts: &dyn Fields) -> Option<Value> {
        let list = |texts: &[&str]| Value::from(texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>());
        match (self.field.kind(), facts.value(self.field)) {
            (Kind::Bool, FieldValue::Bool(value)) => Some(Value::from(value)),
            (Kind::Int, FieldValue::Int(value)) => Some(Value::from(value)),
            (Kind::Text | Kind::Word(_), FieldValue::Text(value)) => Some(Value::from(&*value)),
            (Kind::List, FieldValue::List(texts)) => Some(list(&texts)),
            (Kind::Groups, FieldValue::Groups(groups)) => {
                let texts_of = |group: &String| groups.get(group.as_str()).map_or(&[][..], Vec::as_slice);
                let groups = self.groups.iter().map(|group| (group.clone(), list(texts_of(group)))).collect();
                Some(Value::from_object(Groups(groups)))
            }
            _ => None,
        }
    }
}

/// The values of an evaluation: a handful, found fastest one by one.
#[derive(Debug)]
struct Facts(Vec<(&'static str, Value)>);

impl Object for Facts {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }
}

/// The groups of an evaluation that the condition names.
#[derive(Debug)]
struct Groups(Vec<(String, Value)>);

impl Object for Groups {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Condition {}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.text).finish()
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Condition {
    /// A text that this version does not understand is kept.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self::parse(&text, Scope::Step).unwrap_or_else(|_| Self { text: text.into(), compiled: None }))
    }
}
