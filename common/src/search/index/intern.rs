//! The characters of all names, each kept once under a number: a name is a few numbers, and what a word makes of a
//! character is worked out once a search.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::search::glyph::Glyph;
use crate::search::index::LONG;
use crate::search::needle::{Needle, Step};
use crate::search::reading::{readings, usual};

/// Stands for a character for which no number is left: it matches nothing.
const STRANGE: u16 = 1;
/// The first number of a character: 0 ends a name.
const FIRST: usize = 2;

/// Characters and their numbers. They are never forgotten: there are some thousands in the names of a whole city.
#[derive(Debug, Default)]
pub struct Interner {
    known: Vec<Known>,
    /// Of characters with the readings that everybody gives them.
    plain: HashMap<char, u16>,
    /// Of characters with a reading that a guide wrote down, or without any.
    other: HashMap<Glyph, u16>,
}

#[derive(Debug)]
struct Known {
    glyph: Glyph,
    usual: Option<Cow<'static, str>>,
}

impl Interner {
    /// The number of a character.
    pub fn number(&mut self, c: char) -> u16 {
        if let Some(number) = self.plain.get(&c) {
            return *number;
        }
        let number = self.add(Glyph { c, readings: readings(c) });
        if number != STRANGE {
            self.plain.insert(c, number);
        }
        number
    }

    /// The number of a character with readings of its own.
    pub fn number_of(&mut self, glyph: Glyph) -> u16 {
        if let Some(number) = self.other.get(&glyph) {
            return *number;
        }
        let number = self.add(glyph.clone());
        if number != STRANGE {
            self.other.insert(glyph, number);
        }
        number
    }

    fn add(&mut self, glyph: Glyph) -> u16 {
        let number = u16::try_from(self.known.len() + FIRST).ok().filter(|number| *number < LONG);
        if number.is_some() {
            self.known.push(Known { usual: usual(glyph.c), glyph });
        }
        number.unwrap_or(STRANGE)
    }

    fn known(&self, number: u16) -> Option<&Known> {
        self.known.get((number as usize).checked_sub(FIRST)?)
    }

    /// The character of a number.
    pub fn glyph(&self, number: u16) -> Option<&Glyph> {
        Some(&self.known(number)?.glyph)
    }

    /// How the character of a number is mostly read.
    pub fn usual(&self, number: u16) -> Option<&str> {
        self.known(number)?.usual.as_deref()
    }
}

/// What a word makes of each character, from each of its own places, as far as it was asked.
#[derive(Debug)]
pub struct Steps<'i> {
    needle: &'i Needle,
    interner: &'i Interner,
    /// By place of the word; empty where it was not reached.
    rows: Vec<Vec<Step>>,
}

/// Not worked out: no word is so long.
const UNKNOWN: Step = Step { whole: u64::MAX, any: u64::MAX };

impl<'i> Steps<'i> {
    /// Nothing is worked out yet.
    pub fn new(needle: &'i Needle, interner: &'i Interner) -> Self {
        Self { needle, interner, rows: vec![Vec::new(); needle.chars().len()] }
    }

    /// By number: whether a name may hold the word because it has the character, 1 or 0. It is 1 where only the name
    /// itself can tell.
    pub fn begins(&mut self) -> Box<[u8]> {
        let mut begins = vec![0; usize::from(LONG) + 1].into_boxed_slice();
        for number in 0..self.interner.known.len() + FIRST {
            begins[number] = u8::from(self.step(0, number as u16).any != 0);
        }
        begins[usize::from(LONG)] = 1;
        begins
    }

    /// How far a character takes the word from a place on.
    pub fn step(&mut self, at: usize, number: u16) -> Step {
        let row = &mut self.rows[at];
        if row.is_empty() {
            row.resize(self.interner.known.len() + FIRST, UNKNOWN);
        }
        let known = &mut row[number as usize];
        if known.any == u64::MAX {
            *known = self.interner.glyph(number).map_or(Step::default(), |glyph| self.needle.step(at, glyph));
        }
        *known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_for_which_no_number_is_left_matches_nothing() {
        let mut interner = Interner::default();
        let strange = |n: u32| char::from_u32(0x2_0000 + n).unwrap();
        let numbers: Vec<u16> = (0..70_000).map(|n| interner.number(strange(n))).collect();
        assert_eq!((numbers[0], numbers[1], *numbers.last().unwrap()), (2, 3, STRANGE));
        assert_eq!(interner.number(strange(1)), 3);
        let needle = Needle::new(&strange(69_999).to_string()).unwrap();
        assert_eq!(Steps::new(&needle, &interner).step(0, STRANGE), Step::default());
    }
}
