//! Chance from a seed: SplitMix64 (Steele, Lea and Flood 2014), integers only.

/// 2^64 divided by the golden ratio: its multiples fill a range evenly however many there are.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers. Every customer has one of their own, so that a change to one leaves the others as they were.
pub(super) struct Dice(u64);

impl Dice {
    /// The stream of a seed for a purpose and a number.
    pub(super) fn new(seed: u64, purpose: &str, number: u64) -> Self {
        let mut dice = Self(seed);
        for byte in purpose.bytes() {
            dice.0 = dice.next() ^ u64::from(byte);
        }
        dice.0 = dice.next() ^ number;
        dice.next();
        dice
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        scaled(self.next(), n)
    }

    /// A number from `low` to `high`, both inclusive.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).unsigned_abs() + 1) as i64
    }

    /// Whether something with this chance in a thousand happens.
    pub(super) fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of several.
    pub(super) fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// One of several by their weights.
    pub(super) fn weighted<'t, T>(&mut self, of: &'t [(u64, T)]) -> &'t T {
        let mut left = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in of {
            if left < *weight {
                return one;
            }
            left -= weight;
        }
        &of[of.len() - 1].1
    }
}

/// The `n`th point of an even spread over 0 to 2^64, beginning at `start`.
pub(super) fn spread(start: u64, n: u64) -> u64 {
    start.wrapping_add(n.wrapping_mul(GOLDEN))
}

/// Scales a point of 0 to 2^64 to a number below `n`.
pub(super) fn scaled(point: u64, n: u64) -> u64 {
    ((u128::from(point) * u128::from(n)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_on_every_machine() {
        let mut dice = Dice::new(1, "test", 2);
        let mut again = Dice::new(1, "test", 2);
        assert!((0..100).all(|_| dice.next() == again.next()));
        assert_eq!(Dice(0).next(), 0xe220_a839_7b1d_cdaf, "the first number of the published generator");
    }

    #[test]
    fn streams_of_different_purposes_differ() {
        assert_ne!(Dice::new(1, "a", 2).next(), Dice::new(1, "b", 2).next());
        assert_ne!(Dice::new(1, "a", 2).next(), Dice::new(1, "a", 3).next());
        assert_ne!(Dice::new(1, "a", 2).next(), Dice::new(2, "a", 2).next());
    }

    #[test]
    fn a_spread_leaves_no_wide_gap() {
        let mut hits = [0; 10];
        for n in 0..100 {
            hits[scaled(spread(77, n), 10) as usize] += 1;
        }
        assert!(hits.iter().all(|n| (8..=12).contains(n)), "{hits:?}");
    }
}
