//! The digits of a phone number in one number of 64 bits, so that many are looked through without reading texts.

/// The most digits: those behind are kept of a longer number.
const MAX_DIGITS: usize = 15;
/// The bits of the digits.
const ROOM: u64 = (1 << 60) - 1;
/// The fewest that are looked for.
pub const MIN_DIGITS: usize = 3;

/// How digits lie in a number; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DigitRank {
    /// All of it.
    Whole,
    /// Its last ones.
    End,
    /// Within it.
    Inside,
}

/// Up to fifteen digits, the last one lowest, four bits each, with their count above them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digits(u64);

impl Digits {
    /// The digits of a text.
    pub fn of(text: &str) -> Self {
        let mut all = 0;
        let mut n: u64 = 0;
        for byte in text.bytes().filter(u8::is_ascii_digit) {
            all = (all << 4 | u64::from(byte - b'0')) & ROOM;
            n = (n + 1).min(MAX_DIGITS as u64);
        }
        Self(all | n << 60)
    }

    /// A word of a phone number's digits, where it is one: digits with `-`, `+` and brackets between.
    pub fn word(word: &[char]) -> Option<Self> {
        let is_plain = word.iter().all(|c| c.is_ascii_digit() || "-+()".contains(*c));
        let digits: String = word.iter().filter(|c| c.is_ascii_digit()).collect();
        (is_plain && (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len())).then(|| Self::of(&digits))
    }

    fn n(self) -> u32 {
        (self.0 >> 60) as u32
    }

    /// How a word lies in this number.
    pub fn rank(self, word: Self) -> Option<DigitRank> {
        let n_more = self.n().checked_sub(word.n())?;
        let mask = (1 << (4 * word.n())) - 1;
        let wanted = word.0 & mask;
        let is_at = |shift: u32| (self.0 >> (4 * shift)) & mask == wanted;
        if is_at(0) {
            return Some(if n_more == 0 { DigitRank::Whole } else { DigitRank::End });
        }
        (1..=n_more).any(is_at).then_some(DigitRank::Inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<DigitRank>) {
        let word: Vec<char> = word.chars().collect();
        let found = Digits::word(&word).and_then(|word| Digits::of("138-0000-0421").rank(word));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_end_of_a_number_ranks_before_its_inside() {
        check("13800000421", Some(DigitRank::Whole));
        check("138-0000-0421", Some(DigitRank::Whole));
        check("0421", Some(DigitRank::End));
        check("138", Some(DigitRank::Inside));
        check("042", Some(DigitRank::Inside));
        check("42", None);
        check("422", None);
        check("138000004210", None);
        check("0a421", None);
    }

    #[test]
    fn of_a_number_that_is_too_long_the_end_is_kept() {
        let word: Vec<char> = "3456".chars().collect();
        let long = Digits::of("99912345678901234567890123456");
        assert_eq!(long.rank(Digits::word(&word).unwrap()), Some(DigitRank::End));
        assert_eq!(Digits::default().rank(Digits::word(&word).unwrap()), None);
    }
}
