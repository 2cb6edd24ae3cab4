//! The form in which texts are compared: full-width and composed forms unified, lower case, simplified characters, no
//! accents, spaces, apostrophes and dots between the parts of a name. `ü` is `v`, as it is typed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::search::traditional::simplified;

/// The two dots of `ü`.
const DIAERESIS: char = '\u{308}';

/// A text in the form in which it is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Its characters.
    pub chars: Vec<char>,
    /// Of each the place of the character of the text that it comes from.
    pub places: Vec<usize>,
}

impl Folded {
    /// The form of a text.
    pub fn of(text: &str) -> Self {
        let mut folded = Self { chars: Vec::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
        for (place, c) in text.chars().enumerate() {
            match c {
                'a'..='u' | 'w'..='z' | '0'..='9' => folded.push(c, place),
                '\u{4e00}'..='\u{9fff}' => folded.push(simplified(c), place),
                c => std::iter::once(c).nfkd().flat_map(char::to_lowercase).for_each(|part| folded.take(part, place)),
            }
        }
        folded
    }

    fn push(&mut self, c: char, place: usize) {
        self.chars.push(c);
        self.places.push(place);
    }

    fn take(&mut self, part: char, place: usize) {
        let last = self.chars.len().checked_sub(1);
        match part {
            DIAERESIS => {
                // an umlaut elsewhere is an accent like any other
                if let Some(idx) = last.filter(|idx| self.chars[*idx] == 'u' && *idx > 0)
                    && matches!(self.chars[idx - 1], 'l' | 'n')
                {
                    self.chars[idx] = 'v';
                }
            }
            // after these `ü` is written without its dots
            'v' if last.is_some_and(|idx| matches!(self.chars[idx], 'j' | 'q' | 'x' | 'y')) => self.push('u', place),
            '\'' | '’' | '‘' | '`' | '´' | '·' | '•' | '・' | '‧' => {}
            '–' | '—' | '‐' | '‑' | '−' => self.push('-', place),
            part if part.is_whitespace() || is_combining_mark(part) => {}
            part => self.push(simplified(part), place),
        }
    }

    /// The characters as a text.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Folded::of(text).text(), expected);
    }

    #[test]
    fn what_is_the_same_to_people_has_the_same_form() {
        check("ＺＨＡＮＧ　３", "zhang3");
        check("Xi'an xi’an", "xianxian");
        check("lü LÜ nǚ lv", "lvlvnvlv");
        check("jü xv Müller vivian", "juxumullervivian");
        check("单 雅·宁", "单雅宁");
        check("張曉明", "张晓明");
        check("José shàn", "joseshan");
        check("1–3千 ㎡", "1-3千m2");
    }

    #[test]
    fn every_character_knows_its_place() {
        assert_eq!(Folded::of("王 ㈱ü").places, [0, 2, 2, 2, 3]);
    }
}
