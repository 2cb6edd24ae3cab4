//! The filter: one line of words that must all be met. A word is a name, an id or digits of a phone, or a key with a
//! value (`tag:`, `#`, `tier:`, `level:`, `stage:`); `-` or `!` before it negates. Reading it cannot fail.

use unicode_normalization::UnicodeNormalization;

use crate::search::fold::Folded;
use crate::search::needle::Needle;
use crate::search::note::{Note, NoteCode};
use crate::text::{Lines, sanitise};

/// The longest line, in characters.
pub const MAX_LINE_CHARS: usize = 200;
/// The most words that count.
pub const MAX_WORDS: usize = 16;

/// A key of the filter with its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A tag by its value, or by its group (标签).
    Tag,
    /// Tiers (客户分层), a letter each.
    Tier,
    /// The member's level (会员等级).
    Level,
    /// The life stage (阶段): a tag of the group `STG`.
    Stage,
}

impl Key {
    /// Every key with its names: the first two are those that are suggested.
    pub const ALL: [(Self, &[&str]); 4] = [
        (Self::Tag, &["tag", "标签"]),
        (Self::Tier, &["tier", "分层", "客户分层"]),
        (Self::Level, &["level", "等级", "会员等级"]),
        (Self::Stage, &["stage", "阶段"]),
    ];

    fn named(name: &str) -> Option<Self> {
        let name = Folded::of(name).text();
        Self::ALL.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(key, _)| *key)
    }
}

/// What a word asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A name, an id, digits of a phone.
    Bare(Needle),
    /// A value of a key.
    Value(Key, String),
    /// A key that there is not, or a name or id with a colon.
    UnknownKey(Needle, String),
}

/// One word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it was typed.
    pub text: String,
    /// Without its sign, in lower case: how it lies in ids and phones.
    pub plain: String,
    /// Whether it must not be met.
    pub negated: bool,
    /// What it asks.
    pub asked: Asked,
}

/// A filter: all of its words must be met, so one without words is met by everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The words.
    pub words: Vec<Word>,
    /// What was not understood in reading it.
    pub notes: Vec<Note>,
}

impl Filter {
    /// Reads a line.
    pub fn read(line: &str) -> Self {
        // one more than counts, so that what is left out is noticed
        let line = sanitise(line, Lines::One, MAX_LINE_CHARS + 1);
        let mut filter = Self::default();
        let mut n_chars = 0;
        for (idx, text) in line.split_whitespace().enumerate() {
            n_chars += text.chars().count() + usize::from(idx > 0);
            if idx == MAX_WORDS || n_chars > MAX_LINE_CHARS {
                filter.note(NoteCode::TooLong, text);
                break;
            }
            filter.take(text);
        }
        filter
    }

    fn take(&mut self, text: &str) {
        let negation = ['-', '!', '！', '－'];
        let rest = text.strip_prefix(negation).unwrap_or(text);
        let negated = rest.len() < text.len();
        let asked = if let Some(value) = rest.strip_prefix(['#', '＃']) {
            Asked::Value(Key::Tag, value.to_owned())
        } else if let Some((key, value)) = rest.split_once([':', '：']) {
            match (Key::named(key), Needle::new(rest)) {
                (Some(key), _) => Asked::Value(key, value.to_owned()),
                (None, Some(needle)) => Asked::UnknownKey(needle, Folded::of(key).text()),
                (None, None) => return,
            }
        } else if let Some(needle) = Needle::new(rest) {
            Asked::Bare(needle)
        } else {
            // a sign alone: a word begins
            return;
        };
        let plain = rest.nfkc().flat_map(char::to_lowercase).collect();
        self.words.push(Word { text: text.to_owned(), plain, negated, asked });
    }

    fn note(&mut self, code: NoteCode, word: &str) {
        self.notes.push(Note { code, word: word.to_owned(), suggestions: Vec::new() });
    }

    /// The names that it asks for: words that are neither negated nor of a key.
    pub fn names(&self) -> impl Iterator<Item = &Needle> {
        self.words.iter().filter(|word| !word.negated).filter_map(|word| match &word.asked {
            Asked::Bare(needle) | Asked::UnknownKey(needle, _) => Some(needle),
            Asked::Value(..) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(bool, Asked)> {
        Filter::read(line).words.into_iter().map(|word| (word.negated, word.asked)).collect()
    }

    fn bare(word: &str) -> Asked {
        Asked::Bare(Needle::new(word).unwrap())
    }

    fn value(key: Key, value: &str) -> Asked {
        Asked::Value(key, value.to_owned())
    }

    #[test]
    fn words_keys_and_their_negation_are_read() {
        assert_eq!(
            read("syn tag:珍珠 -#zz ！分层：SA Level:金卡 stage:复购 !王"),
            [
                (false, bare("syn")),
                (false, value(Key::Tag, "珍珠")),
                (true, value(Key::Tag, "zz")),
                (true, value(Key::Tier, "SA")),
                (false, value(Key::Level, "金卡")),
                (false, value(Key::Stage, "复购")),
                (true, bare("王")),
            ]
        );
    }

    #[test]
    fn a_word_that_only_begins_asks_nothing() {
        assert_eq!(read(" - ! ' "), []);
        assert_eq!(read("-tag:"), [(true, value(Key::Tag, ""))]);
        assert_eq!(read("#"), [(false, value(Key::Tag, ""))]);
    }

    #[test]
    fn a_key_that_there_is_not_stays_with_what_was_typed() {
        let filter = Filter::read("Levl:金卡");
        assert!(matches!(&filter.words[0].asked, Asked::UnknownKey(_, key) if key == "levl"), "{filter:?}");
    }

    #[test]
    fn a_line_is_cut_at_its_limits_and_says_so() {
        let many = Filter::read(&"a ".repeat(40));
        assert_eq!((many.words.len(), many.notes[0].code), (MAX_WORDS, NoteCode::TooLong));
        let long = Filter::read(&format!("a {}", "长".repeat(500)));
        assert_eq!((long.words.len(), long.notes[0].code), (1, NoteCode::TooLong));
        assert!(long.notes[0].word.chars().count() <= MAX_LINE_CHARS);
        let exact = Filter::read(&"长".repeat(MAX_LINE_CHARS));
        assert_eq!((exact.words.len(), exact.notes.len()), (1, 0));
    }
}
