//! Checks the values of a condition: fields, groups of tags, literals, lists, and what stands in parentheses.

use unicode_normalization::UnicodeNormalization;

use super::check::{Checked, Checker};
use super::cursor::{KEYWORDS, keyword};
use super::field::{Field, Kind};
use super::operand::{Literal, Operand, Type};
use super::token::{Spanned, Token, shown};
use super::{ConditionError, Read, Scope};

impl<'t> Checker<'t> {
    /// A value, without what stands before or behind it.
    pub(super) fn value(&mut self) -> Checked<Operand<'t>> {
        let Some(spanned) = self.cursor.next() else {
            return Err(self.cursor.error("the condition ends where a value is missing"));
        };
        let literal = |ty| self.cursor.part(spanned.start, spanned.end, ty);
        match spanned.token {
            Token::Number => Ok(literal(Type::Number)),
            Token::Text(text) => {
                Ok(Operand { literals: vec![Literal { start: spanned.start, text }], ..literal(Type::Text) })
            }
            Token::Name("true" | "false") => Ok(literal(Type::Bool)),
            Token::Name(name) => self.field(name, spanned),
            Token::Sign("[") => self.list(spanned.start),
            Token::Sign("(") => self.nested(spanned.start, |checker| checker.parenthesis(spanned.start)),
            Token::Sign(sign) => Err(spanned.error(match sign {
                ")" | "]" => format!("`{sign}` closes nothing, or a value is missing before it"),
                _ => format!("a value is missing before `{sign}`"),
            })),
        }
    }

    fn parenthesis(&mut self, start: usize) -> Checked<Operand<'t>> {
        let inner = self.either()?;
        match self.cursor.next() {
            Some(Spanned { token: Token::Sign(")"), end, .. }) => {
                Ok(Operand { start, end, shown: self.cursor.piece(start, end), ..inner })
            }
            Some(Spanned { token: Token::Sign(","), start: offset, .. }) => {
                Err(ConditionError { offset, message: "a list stands in `[` and `]`".to_owned() })
            }
            Some(_) => {
                self.cursor.back();
                Err(self.cursor.unexpected_after_operand())
            }
            None => Err(ConditionError { offset: start, message: "`(` is never closed by a `)`".to_owned() }),
        }
    }

    /// Texts or numbers between brackets.
    fn list(&mut self, start: usize) -> Checked<Operand<'t>> {
        let never_closed = || ConditionError { offset: start, message: "`[` is never closed by a `]`".to_owned() };
        let mut first: Option<Type> = None;
        let mut literals = Vec::new();
        loop {
            let has_minus = self.cursor.skip_sign(&["-"]).is_some();
            let spanned = self.cursor.next().ok_or_else(never_closed)?;
            let ty = match spanned.token {
                Token::Number => Type::Number,
                Token::Text(text) if !has_minus => {
                    literals.push(Literal { start: spanned.start, text });
                    Type::Text
                }
                Token::Sign("]") if first.is_none() && !has_minus => return Err(spanned.error("the list is empty")),
                _ => return Err(spanned.error("a list holds texts in quotes, or numbers")),
            };
            if first.is_some_and(|first| first != ty) {
                return Err(spanned.error("a list holds texts or numbers, not both"));
            }
            first = Some(ty);
            let separator = self.cursor.next().ok_or_else(never_closed)?;
            match separator.token {
                Token::Sign(",") => {}
                Token::Sign("]") => {
                    let ty = if ty == Type::Text { Type::List } else { Type::Numbers };
                    return Ok(Operand { literals, ..self.cursor.part(start, separator.end, ty) });
                }
                _ => return Err(separator.error("the values of a list are divided by `,`; `]` closes it")),
            }
        }
    }

    fn field(&mut self, name: &'t str, spanned: Spanned<'t>) -> Checked<Operand<'t>> {
        if KEYWORDS.contains(&name) {
            return Err(spanned.error(match name {
                "none" => "a missing value is asked for with `is undefined`, as in `age is undefined`".to_owned(),
                "if" | "else" => format!("`{name}` has no meaning here: a condition has only and, or, not"),
                _ => format!("a value is missing before `{name}`"),
            }));
        }
        if self.cursor.next_is_sign("(") {
            return Err(spanned.error(format!("`{name}(` calls a function, and conditions have none")));
        }
        let Some(field) = Field::named(name) else { return Err(spanned.error(unknown(name, self.scope))) };
        if field.scope() == Scope::Step && self.scope == Scope::Customer {
            return Err(spanned.error(format!("`{name}` is a field of steps; an audience asks only about customers")));
        }
        let group = self.group(field, spanned)?;
        let ty = match field.kind() {
            Kind::Bool => Type::Bool,
            Kind::Int => Type::Number,
            Kind::Text | Kind::Word(_) => Type::Text,
            Kind::List | Kind::Groups => Type::List,
        };
        self.note_read(field, group);
        Ok(Operand { field: Some(field), ..self.cursor.part(spanned.start, self.cursor.end(), ty) })
    }

    /// The group behind `tags`: `.MAT` or `["MAT"]`.
    fn group(&mut self, field: Field, spanned: Spanned<'t>) -> Checked<Option<&'t str>> {
        let has_groups = field.kind() == Kind::Groups;
        let Some(sign) = self.cursor.skip_sign(&[".", "["]) else {
            let message = "tags are asked about by group, as in `tags.MAT`";
            return if has_groups { Err(spanned.error(message)) } else { Ok(None) };
        };
        if !has_groups {
            self.cursor.back();
            return Err(self.cursor.error(&format!("`{}` has no parts", field.name())));
        }
        let group = match (sign, self.cursor.peek().map(|next| next.token)) {
            (".", Some(Token::Name(group))) | ("[", Some(Token::Text(group))) => group,
            _ => {
                return Err(self.cursor.error("the group of the tags is missing, as in `tags.MAT` or `tags[\"MAT\"]`"));
            }
        };
        self.cursor.next();
        if sign == "[" && self.cursor.skip_sign(&["]"]).is_none() {
            return Err(self.cursor.error("`[` is never closed by a `]`"));
        }
        Ok(Some(group))
    }

    fn note_read(&mut self, field: Field, group: Option<&str>) {
        let idx = self.reads.iter().position(|read| read.field == field).unwrap_or_else(|| {
            self.reads.push(Read { field, groups: Vec::new() });
            self.reads.len() - 1
        });
        let groups = &mut self.reads[idx].groups;
        if let Some(group) = group.map(|group| group.nfc().collect()).filter(|group| !groups.contains(group)) {
            groups.push(group);
        }
    }
}

fn unknown(name: &str, scope: Scope) -> String {
    let piece = shown(name);
    if let Some(keyword) = keyword(name) {
        return format!("`{piece}` has no meaning here: write `{keyword}`");
    }
    match Field::nearest(name) {
        Some(field) if field.scope() == Scope::Step && scope == Scope::Customer => {
            format!("unknown field `{piece}`; `{}` is a field of steps, not of an audience", field.name())
        }
        Some(field) => format!("unknown field `{piece}`; is `{}` meant?", field.name()),
        None => format!("unknown field `{piece}`; docs/conditions.md lists the fields, and texts stand in quotes"),
    }
}
