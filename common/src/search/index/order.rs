//! What decides the order of customers who match equally well: who has a task today, then who was contacted or bought
//! last, then the reading. One number, the least first.

use chrono::NaiveDate;

use crate::search::Rank;

/// Above the rest: whether there is no task.
const NO_TASK: u128 = 1 << 125;
const RECENT_SHIFT: u32 = 109;
const RANK_SHIFT: u32 = 126;
/// So many letters of the reading count.
const N_LETTERS: usize = 20;

/// A customer's place among those who match equally well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order(u128);

impl Order {
    /// The place by the reading, the last day of a contact or purchase, and whether there is a task.
    pub fn new(reading: &str, recent_on: Option<NaiveDate>, has_task: bool) -> Self {
        let epoch = NaiveDate::default();
        let days = recent_on.map_or(0, |on| (on - epoch).num_days().clamp(1, i64::from(u16::MAX)));
        let recent = u128::from(u16::MAX) - days as u128;
        let letters = reading.chars().map(letter).chain(std::iter::repeat(0)).take(N_LETTERS);
        let reading = letters.fold(0, |all, letter| all << 5 | letter);
        let mut order = Self(recent << RECENT_SHIFT | reading);
        order.set_task(has_task);
        order
    }

    /// Says whether there is a task.
    pub fn set_task(&mut self, has_task: bool) {
        self.0 = if has_task { self.0 & !NO_TASK } else { self.0 | NO_TASK };
    }

    /// The place among all that match.
    pub fn with(self, rank: Rank) -> Self {
        Self(self.0 | (rank as u128) << RANK_SHIFT)
    }
}

/// A space before the letters, so that 李娜 stands before 林; what is no letter behind them.
fn letter(c: char) -> u128 {
    match c {
        ' ' => 0,
        'a'..='z' => u128::from(c as u32 - u32::from('a')) + 1,
        _ => 27,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_goes_before_task_before_day_before_reading() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 8, day);
        let ordered = [
            Order::new("zhao", None, false).with(Rank::Exact),
            Order::new("zhao", day(1), true).with(Rank::Inside),
            Order::new("zhao", day(2), false).with(Rank::Inside),
            Order::new("li na", day(1), false).with(Rank::Inside),
            Order::new("lin", day(1), false).with(Rank::Inside),
            Order::new("a", None, false).with(Rank::Inside),
        ];
        assert!(ordered.is_sorted_by(|one, next| one < next), "{ordered:?}");
        assert!(Order::new("😀".repeat(40).as_str(), NaiveDate::from_ymd_opt(9999, 1, 1), false) > Order::default());
    }
}
