//! The characters of a text as a search sees them: what each is, and all that it may be read as.

use std::borrow::Cow;

use crate::search::fold::Folded;
use crate::search::reading::readings;

/// One character.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glyph {
    /// The character in its compared form.
    pub c: char,
    /// Its readings.
    pub readings: Vec<Cow<'static, str>>,
}

impl Glyph {
    /// A character with all of its readings.
    pub fn of(c: char) -> Self {
        Self { c, readings: readings(c) }
    }

    /// A character that is only itself.
    pub fn letter(c: char) -> Self {
        Self { c, readings: Vec::new() }
    }

    /// The same with one more reading.
    #[must_use]
    pub fn with(mut self, reading: &str) -> Self {
        if !self.readings.iter().any(|known| known == reading) {
            self.readings.push(Cow::Owned(reading.to_owned()));
        }
        self
    }
}

/// A text ready to be searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glyphs {
    /// Its characters.
    pub glyphs: Vec<Glyph>,
    /// Of each its place in the text.
    pub places: Vec<usize>,
}

impl Glyphs {
    /// A text of which at most so many characters count.
    pub fn of(text: &str, max_chars: usize) -> Self {
        let Folded { mut chars, mut places } = Folded::of(text);
        chars.truncate(max_chars);
        places.truncate(max_chars);
        Self { glyphs: chars.into_iter().map(Glyph::of).collect(), places }
    }
}
