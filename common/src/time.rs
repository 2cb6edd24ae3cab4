//! Dates: shop-local days, and the offsets of plans. Nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The shop's time zone unless configured.
pub const DEFAULT_ZONE: &str = "Asia/Shanghai";

/// A shop's time zone; it turns instants into the shop's dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(chrono_tz::Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::Asia::Shanghai)
    }
}

impl FromStr for Zone {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| format!("{name:?} is no time zone; try {DEFAULT_ZONE}"))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Zone {
    /// The wall time in the shop at an instant.
    pub fn shop_time(self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.with_timezone(&self.0).naive_local()
    }

    /// The instant of a wall time in the shop; of a time that a clock change skips, the first one after it.
    pub fn instant(self, shop_time: NaiveDateTime) -> DateTime<Utc> {
        use chrono::TimeZone;
        let later = |hours| self.0.from_local_datetime(&(shop_time + chrono::TimeDelta::hours(hours))).earliest();
        later(0).or_else(|| later(1)).map_or_else(|| shop_time.and_utc(), |local| local.with_timezone(&Utc))
    }
}

/// A distance from an anchor: `0d`, `+3d`, `+3w` (21 days), `+3m` (calendar months, clamped to the month's end), `-7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offset {
    /// Days; weeks are held as days.
    Days(i32),
    /// Calendar months, counted from the anchor and clamped to the month's last day.
    Months(i32),
}

/// The farthest offset that a plan may name: ten years.
const MAX_OFFSET_DAYS: i32 = 3_653;

impl Offset {
    /// The date at this distance from `anchor`, or `None` beyond the calendar's range.
    pub fn from(self, anchor: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(n) if n >= 0 => anchor.checked_add_days(Days::new(n.unsigned_abs().into())),
            Self::Days(n) => anchor.checked_sub_days(Days::new(n.unsigned_abs().into())),
            Self::Months(n) if n >= 0 => anchor.checked_add_months(Months::new(n.unsigned_abs())),
            Self::Months(n) => anchor.checked_sub_months(Months::new(n.unsigned_abs())),
        }
    }

    /// The longest this offset can be, in days, for comparing and for bounding a search.
    pub fn max_days(self) -> i32 {
        match self {
            Self::Days(n) => n,
            Self::Months(n) => n * 31,
        }
    }
}

impl FromStr for Offset {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("{text:?} is no offset; write 0d, +3d, +3w, +3m or -7d");
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(error)?;
        let signed = number.starts_with(['+', '-']);
        let n: i32 = number.parse().map_err(|_| error())?;
        if !signed && n != 0 {
            return Err(format!("{text:?} needs a sign: +{text} or -{text}"));
        }
        let offset = match unit {
            "d" => Self::Days(n),
            "w" => Self::Days(n.checked_mul(7).ok_or_else(error)?),
            "m" => Self::Months(n),
            _ => return Err(error()),
        };
        let in_range = match offset {
            Self::Days(n) => (-MAX_OFFSET_DAYS..=MAX_OFFSET_DAYS).contains(&n),
            Self::Months(n) => (-120..=120).contains(&n),
        };
        if in_range { Ok(offset) } else { Err(format!("{text:?} is more than ten years")) }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(0) => f.write_str("0d"),
            Self::Days(n) if n % 7 == 0 => write!(f, "{:+}w", n / 7),
            Self::Days(n) => write!(f, "{n:+}d"),
            Self::Months(n) => write!(f, "{n:+}m"),
        }
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A span of days, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Period {
    /// A period, or `None` when it ends before it begins.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// Whether the day lies in the period.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(anchor: &str, offset: &str, expected: &str) {
        let day = offset.parse::<Offset>().unwrap().from(anchor.parse().unwrap()).unwrap();
        assert_eq!(day.to_string(), expected);
    }

    #[test]
    fn months_are_clamped_to_the_months_end() {
        check("2025-11-30", "+3m", "2026-02-28");
        check("2027-11-30", "+3m", "2028-02-29");
        check("1997-01-31", "+3m", "1997-04-30");
        check("2024-02-29", "+12m", "2025-02-28");
        check("2026-05-31", "-3m", "2026-02-28");
    }

    #[test]
    fn weeks_are_seven_days() {
        check("2026-08-12", "+3w", "2026-09-02");
        check("2026-08-12", "-7d", "2026-08-05");
        check("2026-08-12", "0d", "2026-08-12");
    }

    #[test]
    fn malformed_offsets_are_refused() {
        for text in ["", "3d", "+d", "+3", "+3y", "+ 3d", "++3d", "+9999999999d", "+4000d", "三天", "d"] {
            assert!(text.parse::<Offset>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_offset_of_the_smallest_number_is_refused() {
        for unit in ["d", "w", "m"] {
            assert!(format!("{}{unit}", i32::MIN).parse::<Offset>().is_err(), "{unit}");
        }
    }

    #[test]
    fn the_shop_s_date_changes_at_its_own_midnight() {
        let zone = Zone::default();
        let instant: DateTime<Utc> = "2026-08-11T16:00:00Z".parse().unwrap();
        assert_eq!(zone.shop_time(instant).to_string(), "2026-08-12 00:00:00");
        assert_eq!(zone.instant(zone.shop_time(instant)), instant);
    }
}
