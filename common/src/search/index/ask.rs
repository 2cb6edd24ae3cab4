//! What the words of a filter mean for the customers who are there: which tags, tiers and levels, and what is not
//! understood.

use crate::customer::Tier;
use crate::record::Level;
use crate::search::filter::{Asked, Filter, Key, Word};
use crate::search::fold::Folded;
use crate::search::glyph::Glyphs;
use crate::search::index::digits::Digits;
use crate::search::index::find::marks;
use crate::search::index::vocabulary::TagId;
use crate::search::index::{Index, STAGE_GROUP};
use crate::search::needle::Needle;
use crate::search::note::{self, Note, NoteCode};
use crate::search::{MAX_TEXT_CHARS, Rank};
use crate::sop::settings::Settings;

/// The fewest characters of an id that are looked for, one of them a digit: letters alone are a name.
const MIN_ID_CHARS: usize = 3;
/// The tiers that can be asked for.
const TIERS: [Tier; 4] = [Tier::S, Tier::A, Tier::B, Tier::C];

/// One condition that a customer must meet, or must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub negated: bool,
    pub check: Check,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Name, phone, id.
    Bare(Bare),
    /// One of these tags.
    Tags(Vec<TagId>),
    /// One of these tiers.
    Tiers(Vec<Tier>),
    /// One of these levels.
    Levels(Vec<Level>),
}

/// A word without a key: a customer meets it by the name, the phone or the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    pub needle: Needle,
    pub digits: Option<Digits>,
    pub id: Option<IdWord>,
    plain: String,
}

/// A part of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdWord {
    /// In lower case.
    pub text: String,
    /// What an id that has it is marked with at least.
    pub marks: u64,
}

impl IdWord {
    fn new(plain: &str) -> Self {
        Self { text: plain.to_owned(), marks: marks(plain) }
    }
}

impl Bare {
    fn new(needle: &Needle, plain: &str) -> Self {
        let chars: Vec<char> = plain.chars().collect();
        let is_id = chars.len() >= MIN_ID_CHARS && chars.iter().any(char::is_ascii_digit);
        Self {
            needle: needle.clone(),
            digits: Digits::word(&chars),
            id: is_id.then(|| IdWord::new(plain)),
            plain: plain.to_owned(),
        }
    }

    /// Whether whoever meets this word meets `before` too.
    fn narrows(&self, before: &Self) -> bool {
        self.plain.starts_with(&before.plain)
            && self.needle.extends(&before.needle)
            && (self.digits.is_none() || before.digits.is_some())
            && (self.id.is_none() || before.id.is_some())
    }
}

impl Condition {
    fn narrows(&self, before: &Self) -> bool {
        match (&self.check, &before.check) {
            (Check::Bare(bare), Check::Bare(other)) if !self.negated && !before.negated => bare.narrows(other),
            _ => self == before,
        }
    }
}

/// Whether whoever meets these conditions meets those before too: each stands in its place, further ones behind.
pub fn narrow(conditions: &[Condition], before: &[Condition]) -> bool {
    conditions.len() >= before.len()
        && conditions.iter().zip(before).all(|(condition, before)| condition.narrows(before))
}

/// A filter as it is to be looked for.
#[derive(Debug, Default)]
pub struct Query {
    /// None where a word was not understood: nobody is found.
    pub conditions: Option<Vec<Condition>>,
    /// What was not understood.
    pub notes: Vec<Note>,
}

impl Index {
    /// What a filter means here.
    pub(super) fn understand(&self, filter: &Filter, settings: &Settings) -> Query {
        let mut conditions = Some(Vec::with_capacity(filter.words.len()));
        let mut notes = filter.notes.clone();
        for word in &filter.words {
            match self.check(word, settings) {
                Ok(None) => {}
                Ok(Some(check)) => {
                    if let Some(conditions) = &mut conditions {
                        conditions.push(Condition { negated: word.negated, check });
                    }
                }
                Err(note) => {
                    match note.code {
                        NoteCode::NoValue => {}
                        // who does not have what nobody has is everybody
                        NoteCode::NobodyHas if word.negated => {}
                        _ => conditions = None,
                    }
                    notes.push(note);
                }
            }
        }
        Query { conditions, notes }
    }

    fn check(&self, word: &Word, settings: &Settings) -> Result<Option<Check>, Note> {
        let note = |code, suggestions| Err(Note { code, word: word.text.clone(), suggestions });
        let (key, value) = match &word.asked {
            Asked::Bare(needle) => return Ok(Some(Check::Bare(Bare::new(needle, &word.plain)))),
            Asked::UnknownKey(needle, key) => {
                // names and ids may be written so
                let bare = Bare { id: Some(IdWord::new(&word.plain)), ..Bare::new(needle, &word.plain) };
                return match self.is_anybody(&bare) {
                    true => Ok(Some(Check::Bare(bare))),
                    false => note(NoteCode::UnknownKey, keys_like(key)),
                };
            }
            Asked::Value(key, value) => (*key, value),
        };
        let Some(needle) = Needle::new(value) else {
            return note(NoteCode::NoValue, self.values(key, &[]));
        };
        let check = match key {
            Key::Tag => Check::Tags(self.vocabulary.named(&needle, None, settings)),
            Key::Stage => Check::Tags(self.vocabulary.named(&needle, Some(STAGE_GROUP), settings)),
            Key::Tier => Check::Tiers(tiers(&needle)),
            Key::Level => Check::Levels(levels(&needle)),
        };
        let is_held = match &check {
            Check::Tags(tags) => !tags.is_empty(),
            Check::Tiers(tiers) => self.has_any(|facets| tiers.contains(&facets.tier)),
            Check::Levels(levels) => self.has_any(|facets| facets.level.is_some_and(|level| levels.contains(&level))),
            Check::Bare(_) => true,
        };
        if is_held { Ok(Some(check)) } else { note(NoteCode::NobodyHas, self.values(key, needle.chars())) }
    }

    /// The values of a key that may be meant by a word; without one what there is.
    fn values(&self, key: Key, word: &[char]) -> Vec<String> {
        let both = |(zh, en): (&str, &str)| format!("{zh} {en}");
        match key {
            Key::Tag => self.vocabulary.suggestions(word, None),
            Key::Stage => self.vocabulary.suggestions(word, Some(STAGE_GROUP)),
            Key::Tier => TIERS.iter().map(|tier| tier.letter().to_owned()).collect(),
            Key::Level => Level::ALL.iter().map(|level| both(level.title())).collect(),
        }
    }

    fn has_any(&self, is_it: impl Fn(&super::Facets) -> bool) -> bool {
        self.facets.iter().flatten().any(is_it)
    }
}

fn keys_like(key: &str) -> Vec<String> {
    let word: Vec<char> = key.chars().collect();
    let names = Key::ALL.iter().flat_map(|(_, names)| names.iter().take(2));
    note::nearest(&word, names.map(|name| (name.chars().collect(), *name)))
}

/// The tiers of a word's letters; none where one of them is no tier.
fn tiers(word: &Needle) -> Vec<Tier> {
    let tier = |c: &char| TIERS.into_iter().find(|tier| tier.letter().eq_ignore_ascii_case(&c.to_string()));
    word.chars()
        .iter()
        .filter(|c| !matches!(c, ',' | '、' | '/'))
        .map(tier)
        .collect::<Option<Vec<_>>>()
        .unwrap_or_default()
}

/// The levels that a word names or begins.
fn levels(word: &Needle) -> Vec<Level> {
    let names = |level: &Level| {
        let (zh, en) = level.title();
        let glyphs = Glyphs::of(zh, MAX_TEXT_CHARS).glyphs;
        let step = |at: usize, idx: usize| word.step(at, &glyphs[idx]);
        let begins = word.is_in(glyphs.len(), step) && word.rank(glyphs.len(), step) != Rank::Inside;
        begins || [en, level.name()].iter().any(|name| Folded::of(name).chars.starts_with(word.chars()))
    };
    Level::ALL.into_iter().filter(names).collect()
}
