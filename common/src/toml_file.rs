//! Reading TOML files that people write, key by key, with the line of everything that is wrong.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::file_error::{FileError, line_at};
use crate::text::{Lines, sanitise};

/// The longest label, in characters.
const MAX_LABEL_CHARS: usize = 60;
/// The longest sentence, in characters.
const MAX_SENTENCE_CHARS: usize = 300;

/// Reads a file's text as TOML.
pub fn read(text: &str) -> Result<Spanned<DeTable<'_>>, FileError> {
    DeTable::parse(text).map_err(|error| FileError::toml(text, &error))
}

/// A table of which every key must be asked for.
pub struct Table<'t> {
    text: &'t str,
    what: String,
    table: &'t DeTable<'t>,
    start: usize,
    asked: Vec<&'static str>,
}

/// A key's value.
pub struct Key<'t> {
    text: &'t str,
    name: String,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Table<'t> {
    /// A table of a file; `what` names it in errors.
    pub fn new(text: &'t str, what: impl Into<String>, table: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Self { text, what: what.into(), table, start: span.start, asked: Vec::new() }
    }

    /// A key that must be there.
    pub fn required(&mut self, name: &'static str) -> Result<Key<'t>, FileError> {
        let key = self.key(name);
        key.ok_or_else(|| FileError::at(self.text, self.start, format!("{} lacks the key {name:?}", self.what)))
    }

    /// A key that may be there, read by `read`.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Key<'t>) -> Result<T, FileError>,
    ) -> Result<Option<T>, FileError> {
        self.key(name).map(read).transpose()
    }

    fn key(&mut self, name: &'static str) -> Option<Key<'t>> {
        self.asked.push(name);
        let value = self.table.get(name)?;
        Some(Key { text: self.text, name: name.to_owned(), value })
    }

    /// Refuses keys that nobody asked for, with a suggestion.
    pub fn finish(self) -> Result<(), FileError> {
        for name in self.table.keys() {
            let key: &str = name.get_ref();
            if self.asked.contains(&key) {
                continue;
            }
            let shown = sanitise(key, Lines::One, MAX_LABEL_CHARS);
            let message = match nearest(&shown, &self.asked) {
                Some(known) => format!("{} has no key {shown:?}; did you mean {known:?}?", self.what),
                None => format!("{} has no key {shown:?}", self.what),
            };
            return Err(FileError::at(self.text, name.span().start, message));
        }
        Ok(())
    }

    /// The line of a key, or of the table where it is missing.
    pub fn line_of(&self, name: &str) -> usize {
        let offset = self.table.get(name).map_or(self.start, |value| value.span().start);
        line_at(self.text, offset)
    }

    /// An error at a key.
    pub fn error_at(&self, name: &str, message: impl Into<String>) -> FileError {
        FileError::new(self.line_of(name), message)
    }
}

impl<'t> Key<'t> {
    /// An error at this value.
    pub fn error(&self, message: impl Into<String>) -> FileError {
        FileError::at(self.text, self.value.span().start, message)
    }

    /// An error at an offset inside this text, which may have several lines. Counting the line breaks before it finds
    /// its line; where escapes make that uncertain the value's last line bounds it.
    pub fn error_inside(&self, offset: usize, message: impl Into<String>) -> FileError {
        let span = self.value.span();
        let (first, last) = (line_at(self.text, span.start), line_at(self.text, span.end));
        let raw = self.text.get(span).unwrap_or_default();
        let Some(inner) = raw.strip_prefix("\"\"\"").or_else(|| raw.strip_prefix("'''")) else {
            return FileError::new(first, message);
        };
        // the line break right after the opening quotes is no part of the value
        let n_trimmed = usize::from(inner.starts_with(['\n', '\r']));
        let n_before = line_at(self.value.get_ref().as_str().unwrap_or_default(), offset) - 1;
        FileError::new((first + n_trimmed + n_before).min(last), message)
    }

    fn wrong_type(&self, expected: &str) -> FileError {
        self.error(format!("{} must be {expected}, not {}", self.name, self.value.get_ref().type_str()))
    }

    /// The value as text.
    pub fn str(&self) -> Result<&'t str, FileError> {
        self.value.get_ref().as_str().ok_or_else(|| self.wrong_type("a text in quotes"))
    }

    /// The value as a short text for people: not empty, sanitised.
    pub fn label(&self) -> Result<String, FileError> {
        let label = sanitise(self.str()?, Lines::One, MAX_LABEL_CHARS);
        if label.is_empty() { Err(self.error(format!("{} is empty", self.name))) } else { Ok(label) }
    }

    /// The value as a sentence for people: not empty, sanitised.
    pub fn sentence(&self) -> Result<String, FileError> {
        let sentence = sanitise(self.str()?, Lines::One, MAX_SENTENCE_CHARS);
        if sentence.is_empty() { Err(self.error(format!("{} is empty", self.name))) } else { Ok(sentence) }
    }

    /// The value as text, read by `parse`.
    pub fn parse_str<T, E: std::fmt::Display>(&self, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, FileError> {
        parse(self.str()?).map_err(|error| self.error(error.to_string()))
    }

    /// The value as one of the words.
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, FileError> {
        let text = self.str()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.error(format!("{} is {text:?}; use one of {}", self.name, known.join(", ")))
        })
    }

    /// The value as a whole number in a range.
    pub fn integer(&self, range: RangeInclusive<i64>) -> Result<i64, FileError> {
        let integer = self.value.get_ref().as_integer().ok_or_else(|| self.wrong_type("a whole number"))?;
        i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.error(format!("{} must lie between {} and {}", self.name, range.start(), range.end())))
    }

    /// The value as true or false.
    pub fn boolean(&self) -> Result<bool, FileError> {
        self.value.get_ref().as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// The value as a list.
    pub fn list<T>(&self, mut read: impl FnMut(Self) -> Result<T, FileError>) -> Result<Vec<T>, FileError> {
        let values = self.value.get_ref().as_array().ok_or_else(|| self.wrong_type("a list"))?;
        values.iter().map(|value| read(Self { text: self.text, name: self.name.clone(), value })).collect()
    }

    /// The value as a list of so many at most, counted before any of them is read.
    pub fn short_list<T>(
        &self,
        most: usize,
        read: impl FnMut(Self) -> Result<T, FileError>,
    ) -> Result<Vec<T>, FileError> {
        let n_values = self.value.get_ref().as_array().map_or(0, |values| values.len());
        if n_values > most {
            return Err(self.error(format!("{} has {n_values} entries; at most {most} are allowed", self.name)));
        }
        self.list(read)
    }

    /// The value as a list of so many at most, or as a list of one.
    pub fn one_or_more<T>(
        &self,
        most: usize,
        mut read: impl FnMut(Self) -> Result<T, FileError>,
    ) -> Result<Vec<T>, FileError> {
        if self.value.get_ref().as_array().is_some() {
            return self.short_list(most, read);
        }
        Ok(vec![read(Self { text: self.text, name: self.name.clone(), value: self.value })?])
    }

    /// The value as a table with so many keys at most, of its own choice, each a short text for people.
    pub fn map<T>(
        &self,
        most: usize,
        mut read: impl FnMut(Self) -> Result<T, FileError>,
    ) -> Result<Vec<(String, T)>, FileError> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.wrong_type("a table"))?;
        if table.len() > most {
            return Err(self.error(format!("{} has {} entries; at most {most} are allowed", self.name, table.len())));
        }
        let entries = table.iter().map(|(name, value)| {
            let label = sanitise(name.get_ref(), Lines::One, MAX_LABEL_CHARS);
            if label.is_empty() {
                return Err(FileError::at(self.text, name.span().start, format!("a key of {} is empty", self.name)));
            }
            let value = read(Self { text: self.text, name: label.clone(), value })?;
            Ok((label, value))
        });
        entries.collect()
    }

    /// The value as a table.
    pub fn table<T>(&self, read: impl FnOnce(Table<'t>) -> Result<T, FileError>) -> Result<T, FileError> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.wrong_type("a table"))?;
        read(Table::new(self.text, format!("{:?}", self.name), table, self.value.span()))
    }
}

/// The known word that is most like an unknown one, where one is near enough.
fn nearest<'w>(unknown: &str, words: &[&'w str]) -> Option<&'w str> {
    let distance = |word: &&&str| edit_distance(unknown, word);
    words.iter().min_by_key(distance).filter(|word| distance(word) <= 1 + word.len() / 4).copied()
}

/// Levenshtein's distance, in characters.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
