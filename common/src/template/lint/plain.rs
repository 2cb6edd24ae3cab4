//! Text as a reader sees it, for finding words in it: letters, digits and ideographs in one form, whatever was put
//! between them to hide a word.

use unicode_normalization::UnicodeNormalization;

/// What stands between a letter and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// Nothing, or what cannot be seen.
    None,
    /// A space, a sign or a picture: it can stand inside a word that is meant to be overlooked.
    Soft,
    /// The end of a clause, a line or a bracket: no word goes on behind it.
    Hard,
}

/// One letter in plain form.
#[derive(Clone, Copy, Debug)]
struct Glyph {
    plain: char,
    before: Gap,
    /// The bytes of the text that it stands for.
    start: usize,
    end: usize,
}

/// A text in plain form.
#[derive(Clone, Debug, Default)]
pub struct Plain(Vec<Glyph>);

/// The letters of a text, to tell at once which words it cannot hold.
#[derive(Clone, Debug)]
pub struct LetterSet(Box<[u64; 1_024]>);

impl Default for LetterSet {
    fn default() -> Self {
        Self(Box::new([0; 1_024]))
    }
}

impl LetterSet {
    fn add(&mut self, letter: char) {
        if let Ok(code) = u16::try_from(u32::from(letter)) {
            self.0[usize::from(code / 64)] |= 1 << (code % 64);
        }
    }

    fn has(&self, letter: char) -> bool {
        // what lies beyond the first plane is not known
        u16::try_from(u32::from(letter)).map_or(true, |code| self.0[usize::from(code / 64)] & (1 << (code % 64)) != 0)
    }

    /// Whether a text with these letters may hold a word; false only where a letter of it is certainly missing.
    pub fn may_hold(&self, word: &str) -> bool {
        word.chars().all(|c| match c {
            '0'..='9' | 'a'..='z' | '\u{4e00}'..='\u{9fff}' => self.has(c),
            'A'..='Z' => self.has(c.to_ascii_lowercase()),
            _ => true,
        })
    }
}

/// Where a word was found, in bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

impl Span {
    /// Whether all of another span lies in this one.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl Plain {
    /// Reads a text: full-width and circled forms become plain, capitals small, invisible characters nothing.
    pub fn new(text: &str) -> Self {
        let mut glyphs: Vec<Glyph> = Vec::new();
        let mut before = Gap::None;
        for (start, c) in text.char_indices() {
            if is_invisible(c) {
                continue;
            }
            let mut add = |plain: char| {
                if plain.is_alphanumeric() || plain == '%' {
                    glyphs.push(Glyph { plain, before, start, end: start + c.len_utf8() });
                    before = Gap::None;
                } else {
                    before = before.max(gap(plain));
                }
            };
            match c {
                // the usual ones are plain already
                '\0'..='\x7f' => add(c.to_ascii_lowercase()),
                '\u{4e00}'..='\u{9fff}' => add(c),
                _ => std::iter::once(c).nfkc().flat_map(char::to_lowercase).for_each(add),
            }
        }
        Self(glyphs)
    }

    /// Which letters it has.
    pub fn letter_set(&self) -> LetterSet {
        let mut set = LetterSet::default();
        for letter in &self.0 {
            set.add(letter.plain);
        }
        set
    }

    /// How many letters it has.
    pub fn n_letters(&self) -> usize {
        self.0.len()
    }

    /// Where a word stands. Between ideographs anything soft is overlooked; a word in letters is a whole word, either
    /// written together or with something between all of its letters; a space in it can be any gap or none.
    pub fn find(&self, word: &Self) -> Vec<Span> {
        let Some(first) = word.first() else {
            return Vec::new();
        };
        let starts = self.letters().filter(|(_, letter)| *letter == first);
        starts.filter_map(|(idx, _)| self.at(idx, word)).collect()
    }

    /// Where a word stands that begins with a letter of this place.
    pub fn at(&self, idx: usize, word: &Self) -> Option<Span> {
        self.has_at(idx, word).then(|| self.span(idx, word.n_letters()))
    }

    /// The first letter.
    pub fn first(&self) -> Option<char> {
        self.0.first().map(|glyph| glyph.plain)
    }

    /// The letters with their places.
    pub fn letters(&self) -> impl Iterator<Item = (usize, char)> {
        self.0.iter().map(|glyph| glyph.plain).enumerate()
    }

    /// Runs of digits with what keeps them apart, such as `138-0013 8000`, and in each the runs without anything
    /// between them.
    pub fn digit_runs(&self) -> impl Iterator<Item = (String, Span)> {
        let apart = |a: &Glyph, b: &Glyph| a.plain.is_ascii_digit() == b.plain.is_ascii_digit() && b.before < Gap::Hard;
        let joined =
            |a: &Glyph, b: &Glyph| a.plain.is_ascii_digit() == b.plain.is_ascii_digit() && b.before == Gap::None;
        let run = |run: &[Glyph]| {
            let digits: String = run.iter().map(|glyph| glyph.plain).filter(char::is_ascii_digit).collect();
            let span = Span { start: run.first().map_or(0, |g| g.start), end: run.last().map_or(0, |g| g.end) };
            (digits, span)
        };
        self.0.chunk_by(apart).chain(self.0.chunk_by(joined)).map(run).filter(|(digits, _)| !digits.is_empty())
    }

    fn span(&self, idx: usize, n: usize) -> Span {
        Span { start: self.0[idx].start, end: self.0[idx + n - 1].end }
    }

    fn has_at(&self, idx: usize, word: &Self) -> bool {
        let Some(here) = self.0.get(idx..idx + word.n_letters()) else {
            return false;
        };
        if !here.iter().zip(&word.0).all(|(glyph, wanted)| glyph.plain == wanted.plain) {
            return false;
        }
        let (mut n_pairs, mut n_spaced) = (0, 0);
        for ((previous, glyph), wanted) in here.iter().zip(&here[1..]).zip(&word.0[1..]) {
            match (glyph.before, wanted.before) {
                (Gap::Hard, Gap::None | Gap::Soft) => return false,
                (before, Gap::None) if is_letter(previous.plain) && is_letter(glyph.plain) => {
                    n_pairs += 1;
                    n_spaced += usize::from(before == Gap::Soft);
                }
                _ => {}
            }
        }
        (n_spaced == 0 || n_spaced == n_pairs)
            && !self.is_within_word(idx)
            && !self.is_within_word(idx + word.n_letters())
    }

    /// Whether a word in letters goes on over the place before a letter.
    fn is_within_word(&self, idx: usize) -> bool {
        let before = idx.checked_sub(1).and_then(|before| self.0.get(before));
        before.zip(self.0.get(idx)).is_some_and(|(previous, glyph)| {
            glyph.before == Gap::None && is_letter(previous.plain) && is_letter(glyph.plain)
        })
    }
}

/// Whether words in this script have gaps between them.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '\u{c0}'..='\u{24f}')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
    ) || unicode_normalization::char::is_combining_mark(c)
}

fn gap(c: char) -> Gap {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Gap::Hard,
        ',' | ';' | '!' | '?' | '。' | '、' | '…' | '—' | '→' => Gap::Hard,
        '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' => Gap::Hard,
        '【' | '】' | '《' | '》' | '〈' | '〉' | '「' | '」' | '『' | '』' => Gap::Hard,
        _ => Gap::Soft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, found: &[&str]) {
        let spans = Plain::new(text).find(&Plain::new(word));
        let found_there: Vec<&str> = spans.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(found_there, found, "{word} in {text}");
    }

    #[test]
    fn an_ideographic_word_is_found_whatever_soft_stands_in_it() {
        for text in ["最佳", "最 佳", "最\u{200b}佳", "最·佳", "最*佳", "最  -  佳", "最✨佳", "最\u{3000}佳", "最“佳”"]
        {
            let found = text.trim_end_matches('”');
            check(text, "最佳", &[found]);
        }
        for text in ["最，佳", "最。佳", "最\n佳", "最{称呼}佳", "最（佳）", "佳最", "最"] {
            check(text, "最佳", &[]);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_is_never_told_to_be_impossible(text in "[最佳王Ａa1①é .*]{0,12}", word in "[最佳王Ａa1①é]{1,3}") {
            let plain = Plain::new(&text);
            let is_found = !plain.find(&Plain::new(&word)).is_empty();
            proptest::prop_assert!(!is_found || plain.letter_set().may_hold(&word));
        }
    }

    #[test]
    fn a_word_with_a_letter_that_is_missing_cannot_be_there() {
        let letters = Plain::new("单姐，珍珠耳钉戴了三天").letter_set();
        assert!(letters.may_hold("珍珠") && letters.may_hold("单"));
        assert!(!letters.may_hold("单雅宁") && !letters.may_hold("Li"));
    }

    #[test]
    fn full_width_circled_and_capital_letters_are_plain_ones() {
        check("我们是ＮＯ.１哦", "no.1", &["ＮＯ.１"]);
        check("ｎo.1", "no.1", &["ｎo.1"]);
        check("NO①", "no.1", &["NO①"]);
    }

    #[test]
    fn a_word_in_letters_is_a_whole_word() {
        check("the best ring", "best", &["best"]);
        check("这是best的", "best", &["best"]);
        check("bestow, Bester, abest", "best", &[]);
        check("no.12 and no 1", "no.1", &["no 1"]);
        check("b e s t", "best", &["b e s t"]);
        check("b.e.s.t!", "best", &["b.e.s.t"]);
        check("be st", "best", &[]);
    }

    #[test]
    fn a_space_in_a_word_is_any_gap_or_none_but_no_end_of_a_clause() {
        for text in ["last chance", "last-chance", "LAST  CHANCE", "lastchance"] {
            check(text, "last chance", &[text]);
        }
        check("at last, chance", "last chance", &[]);
    }

    #[test]
    fn digits_are_read_together_and_apart() {
        let runs: Vec<String> = Plain::new("电138-0013 8000，5").digit_runs().map(|(digits, _)| digits).collect();
        assert_eq!(runs, ["13800138000", "5", "138", "0013", "8000", "5"]);
    }

    #[test]
    fn marks_and_strange_text_are_read_without_a_panic() {
        for text in ["", "\u{301}", "e\u{301}", "ﷺ", "🇨🇳", "\u{fdfa}\u{200d}"] {
            check(text, "最佳", &[]);
            check("最佳", text, &[]);
        }
    }
}
