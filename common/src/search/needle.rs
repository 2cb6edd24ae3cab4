//! One word that is looked for, and how it lies in a text. Each of its letters is spent on a character of the text: on
//! the character itself, on the whole of one of its readings, or on the beginning of one (`z`, `zh`); the word may end
//! within a reading. All ways are followed at once, as sets of the places up to which the word is spent.

use std::ops::Range;

use crate::search::Rank;
use crate::search::fold::Folded;
use crate::search::glyph::Glyph;

/// The longest word, in characters: its places fit into a set of 64.
pub const MAX_WORD_CHARS: usize = 56;

/// In a [`Step`]: the word ended within the character's reading.
const WITHIN: u64 = 1 << 63;

/// How far a character takes a word: bit `n` says that its first `n` characters can be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// By the character itself or a whole reading, with [`WITHIN`].
    pub whole: u64,
    /// Also by the beginning of a reading.
    pub any: u64,
}

/// A word in the form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    chars: Vec<char>,
}

impl Needle {
    /// A word, cut to its longest; none where nothing of it counts.
    pub fn new(word: &str) -> Option<Self> {
        let mut chars = Folded::of(word).chars;
        chars.truncate(MAX_WORD_CHARS);
        (!chars.is_empty()).then_some(Self { chars })
    }

    /// Its characters.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// Whether whatever this word finds, `shorter` finds too: it begins so.
    pub fn extends(&self, shorter: &Self) -> bool {
        self.chars.starts_with(&shorter.chars)
    }

    fn end(&self) -> u64 {
        1 << self.chars.len()
    }

    /// How far a character takes the word from a place on.
    pub fn step(&self, at: usize, glyph: &Glyph) -> Step {
        let rest = &self.chars[at..];
        let mut step = Step::default();
        if rest[0] == glyph.c {
            step.whole |= 1 << (at + 1);
        }
        for reading in &glyph.readings {
            let reading = reading.as_bytes();
            let n_same = rest.iter().zip(reading).take_while(|(c, byte)| **c == char::from(**byte)).count();
            if n_same == 0 {
                continue;
            }
            step.any |= 1 << (at + 1);
            // zh, ch and sh are initials of two letters
            if n_same >= 2 && reading[1] == b'h' {
                step.any |= 1 << (at + 2);
            }
            if n_same == reading.len() {
                step.whole |= 1 << (at + n_same);
            } else if n_same == rest.len() {
                step.whole |= WITHIN;
                step.any |= self.end();
            }
        }
        step.any |= step.whole & !WITHIN;
        step
    }

    /// Whether the word lies in a text of so many characters; `step` says how far one takes it from a place on.
    pub fn is_in(&self, n_chars: usize, mut step: impl FnMut(usize, usize) -> Step) -> bool {
        let mut places = 0;
        for idx in 0..n_chars {
            // it may begin with any character
            let mut reached = 0;
            each_place(places | 1, |at| reached |= step(at, idx).any);
            if reached & self.end() != 0 {
                return true;
            }
            places = reached;
        }
        false
    }

    /// How well the word lies in a text in which it does.
    pub fn rank(&self, n_chars: usize, mut step: impl FnMut(usize, usize) -> Step) -> Rank {
        let mut places = 1;
        let mut is_prefix = false;
        for idx in 0..n_chars {
            let mut reached = 0;
            each_place(places, |at| reached |= step(at, idx).whole);
            if reached & self.end() != 0 && idx + 1 == n_chars {
                return Rank::Exact;
            }
            is_prefix |= reached & (self.end() | WITHIN) != 0;
            places = reached & !WITHIN & !self.end();
            if places == 0 {
                break;
            }
        }
        match is_prefix {
            true => Rank::Prefix,
            false if self.begins(n_chars, step, |_| true) => Rank::Initials,
            false => Rank::Inside,
        }
    }

    /// Whether the word takes up all of a text, each character by itself, a reading or the beginning of one.
    pub fn covers(&self, n_chars: usize, step: impl FnMut(usize, usize) -> Step) -> bool {
        self.begins(n_chars, step, |idx| idx + 1 == n_chars)
    }

    /// Whether a text begins with the word, which ends with a character that may be its last.
    fn begins(
        &self,
        n_chars: usize,
        mut step: impl FnMut(usize, usize) -> Step,
        may_end: impl Fn(usize) -> bool,
    ) -> bool {
        let mut places = 1;
        for idx in 0..n_chars {
            let mut reached = 0;
            each_place(places, |at| reached |= step(at, idx).any);
            if reached & self.end() != 0 && may_end(idx) {
                return true;
            }
            places = reached & !self.end();
            if places == 0 {
                break;
            }
        }
        false
    }

    /// The characters of a text on which the word is spent, in the place where it lies best; none where it lies nowhere.
    pub fn trace(&self, n_chars: usize, step: impl Fn(usize, usize) -> Step) -> Option<Range<usize>> {
        let whole = |step: Step| step.whole;
        let any = |step: Step| step.any;
        // the best first, as `rank` has it; then the leftmost
        let at_start = self.ends(0, n_chars, &step, whole).or_else(|| self.ends(0, n_chars, &step, any));
        at_start
            .or_else(|| (1..n_chars).find_map(|begin| self.ends(begin, n_chars, &step, whole)))
            .or_else(|| (1..n_chars).find_map(|begin| self.ends(begin, n_chars, &step, any)))
    }

    fn ends(
        &self,
        begin: usize,
        n_chars: usize,
        step: impl Fn(usize, usize) -> Step,
        of: impl Fn(Step) -> u64,
    ) -> Option<Range<usize>> {
        let mut places = 1;
        for idx in begin..n_chars {
            let mut reached = 0;
            each_place(places, |at| reached |= of(step(at, idx)));
            if reached & (self.end() | WITHIN) != 0 {
                return Some(begin..idx + 1);
            }
            places = reached;
        }
        None
    }
}

fn each_place(mut places: u64, mut work: impl FnMut(usize)) {
    while places != 0 {
        work(places.trailing_zeros() as usize);
        places &= places - 1;
    }
}
