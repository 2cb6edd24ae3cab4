//! Freshness (`!30min`): how old a value may be when it is said. What is older, or comes from the future, is refused.

use chrono::NaiveDateTime;

/// The longest limit: a week.
const MAX_MINUTES: u32 = 7 * 24 * 60;

/// The greatest age that a value may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    minutes: u32,
}

impl Limit {
    /// Reads what stands behind the `!`: `30min`, `2h`, `1d`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(20).collect();
        let error = || format!("`!{shown}` is no limit; write one such as `!30min`, `!2h` or `!1d`");
        let n_digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(n_digits);
        let number: u32 = number.parse().map_err(|_| error())?;
        let minutes = match unit {
            "min" => Some(number),
            "h" => number.checked_mul(60),
            "d" => number.checked_mul(24 * 60),
            _ => return Err(error()),
        };
        match minutes {
            Some(0) => Err(format!("`!{shown}` would refuse every value; the shortest limit is `!1min`")),
            Some(minutes) if minutes <= MAX_MINUTES => Ok(Self { minutes }),
            _ => Err(format!("`!{shown}` is longer than a week; the longest limit is `!7d`")),
        }
    }

    /// The limit in minutes.
    pub fn minutes(self) -> u32 {
        self.minutes
    }

    /// Whether a value that was read at an instant may be said at another.
    pub fn admits(self, read_at: NaiveDateTime, now: NaiveDateTime) -> bool {
        let age = now - read_at;
        age >= chrono::TimeDelta::zero() && age <= chrono::TimeDelta::minutes(self.minutes.into())
    }
}

/// The age of a value in whole minutes, rounded away from zero: what is a second too old shows as too old.
pub fn age_minutes(read_at: NaiveDateTime, now: NaiveDateTime) -> i64 {
    let age_ms = (now - read_at).num_milliseconds();
    age_ms.signum() * i64::try_from(age_ms.unsigned_abs().div_ceil(60_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> NaiveDateTime {
        format!("2026-08-12T{time}").parse().unwrap()
    }

    #[test]
    fn a_limit_is_read_in_minutes_hours_or_days() {
        for (text, minutes) in [("1min", 1), ("30min", 30), ("2h", 120), ("1d", 1_440), ("7d", 10_080)] {
            assert_eq!(Limit::parse(text).map(Limit::minutes), Ok(minutes), "{text}");
        }
        for text in ["", "30", "min", "30 min", "30s", "-1h", "1.5h", "30min2", "99999999999999999999d", "３０min"] {
            assert!(Limit::parse(text).unwrap_err().contains("is no limit"), "{text}");
        }
        assert!(Limit::parse("0min").unwrap_err().contains("shortest"));
        for text in ["8d", "169h", "4294967295h"] {
            assert!(Limit::parse(text).unwrap_err().contains("longest"), "{text}");
        }
    }

    #[test]
    fn a_value_is_fresh_to_the_end_of_its_limit_and_not_a_second_longer() {
        let limit = Limit::parse("30min").unwrap();
        for (read_at, admitted, age) in [
            ("10:00:00", true, 0),
            ("09:30:00", true, 30),
            ("09:29:59", false, 31),
            ("09:29:59.999", false, 31),
            ("10:00:01", false, -1),
            ("11:00:00", false, -60),
        ] {
            let (read_at, now) = (at(read_at), at("10:00:00"));
            assert_eq!((limit.admits(read_at, now), age_minutes(read_at, now)), (admitted, age), "{read_at}");
        }
    }
}
