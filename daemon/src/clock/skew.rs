//! How far the machine's clock is off, measured by the hub's. Between two measurements time runs by the clock that no
//! hand can move, so that setting the machine's clock, forward or back, moves nothing; before the first one the
//! machine's clock counts, less what it was off by when it was last measured.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Smaller differences are left alone: the machine's clock and the shown time agree.
const TOLERATED: TimeDelta = TimeDelta::seconds(2);
/// An older measurement gives way to one that is less exact.
const KEEP: Duration = Duration::from_secs(600);

/// A reading of both of this machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The wall clock.
    pub wall: DateTime<Utc>,
    /// Time since the machine's start, sleep included: nobody can set it.
    pub steady: Duration,
}

/// The hub's time, as an answer brought it.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// What the hub's clock said.
    pub hub: DateTime<Utc>,
    /// This machine's clocks when the request was sent.
    pub sent: Reading,
    /// And when the answer had come.
    pub received: Reading,
}

impl Sample {
    fn round_trip(&self) -> Duration {
        self.received.steady.saturating_sub(self.sent.steady)
    }
}

/// What is known of the hub's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skew {
    anchor: Option<Anchor>,
    /// What an earlier run has measured.
    remembered: Remembered,
    /// The steady clock when this run began.
    began: Duration,
}

/// What one run leaves for the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Remembered {
    /// Wall clock minus the hub's, in ms.
    pub ahead_ms: i64,
    /// The hub's time when that was measured: it cannot be earlier than that.
    #[serde(default)]
    pub hub_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    /// The hub's time at `steady`.
    hub: DateTime<Utc>,
    steady: Duration,
    round_trip: Duration,
}

impl Skew {
    /// Begins with what an earlier run has measured.
    pub fn remembered(remembered: Remembered, now: Reading) -> Self {
        Self { anchor: None, remembered, began: now.steady }
    }

    /// Takes a measurement, unless a recent one was more exact and does not contradict it.
    pub fn measure(&mut self, sample: &Sample) {
        let round_trip = sample.round_trip();
        let hub = sample.hub + TimeDelta::from_std(round_trip / 2).unwrap_or_default();
        let steady = sample.received.steady;
        let keeps = self.anchor.is_some_and(|anchor| {
            let age = steady.saturating_sub(anchor.steady);
            let error = (anchor.at(steady) - hub).abs().to_std().unwrap_or(Duration::MAX);
            age < KEEP && anchor.round_trip < round_trip && error <= round_trip
        });
        if !keeps {
            self.anchor = Some(Anchor { hub, steady, round_trip });
        }
        let hub_at = self.anchor.map_or(hub, |anchor| anchor.at(steady));
        let ahead = sample.received.wall - hub_at;
        self.remembered = Remembered { ahead_ms: ahead.num_milliseconds(), hub_at: Some(hub_at) };
    }

    /// How far the wall clock is ahead, where it was measured in this run.
    pub fn ahead(&self, now: Reading) -> Option<TimeDelta> {
        self.anchor.map(|anchor| now.wall - anchor.at(now.steady))
    }

    /// What the next run should begin with.
    pub fn to_remember(&self) -> Remembered {
        self.remembered
    }

    /// The time by the hub's clock, as well as it is known.
    pub fn correct(&self, now: Reading) -> DateTime<Utc> {
        let off = self.ahead(now);
        let remembered = TimeDelta::try_milliseconds(self.remembered.ahead_ms).unwrap_or_default();
        let (off, is_measured) = (off.unwrap_or(remembered), off.is_some());
        let time = if off.abs() < TOLERATED { now.wall } else { now.wall.checked_sub_signed(off).unwrap_or(now.wall) };
        // a clock whose battery is empty begins in 1970: the day that is known to be over is not begun again
        let run = TimeDelta::from_std(now.steady.saturating_sub(self.began)).unwrap_or_default();
        let earliest = self.remembered.hub_at.and_then(|hub_at| hub_at.checked_add_signed(run));
        match earliest {
            Some(earliest) if !is_measured && time < earliest => earliest,
            _ => time,
        }
    }
}

impl Anchor {
    fn at(&self, steady: Duration) -> DateTime<Utc> {
        self.hub + TimeDelta::from_std(steady.saturating_sub(self.steady)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reading(wall: &str, steady_ms: u64) -> Reading {
        Reading { wall: time(wall), steady: Duration::from_millis(steady_ms) }
    }

    fn sample(hub: &str, sent: Reading, round_trip_ms: u64) -> Sample {
        let round_trip = Duration::from_millis(round_trip_ms);
        let received =
            Reading { wall: sent.wall + TimeDelta::from_std(round_trip).unwrap(), steady: sent.steady + round_trip };
        Sample { hub: time(hub), sent, received }
    }

    #[test]
    fn a_clock_that_is_off_by_a_year_is_put_right() {
        let mut skew = Skew::default();
        skew.measure(&sample("2026-08-12T02:00:00Z", reading("2027-08-12T02:00:00Z", 1_000), 100));
        let now = reading("2027-08-12T03:00:00.100Z", 3_601_100);
        assert_eq!(skew.correct(now), time("2026-08-12T03:00:00.050Z"));
        assert_eq!(skew.ahead(now).unwrap().num_days(), 365);
    }

    #[test]
    fn jumps_of_the_wall_clock_move_nothing_once_the_hub_was_heard() {
        let mut skew = Skew::default();
        skew.measure(&sample("2026-08-12T02:00:00Z", reading("2026-08-12T02:00:00Z", 0), 0));
        for wall in ["1970-01-01T00:00:10Z", "2099-12-31T00:00:00Z", "2026-08-12T01:00:10Z"] {
            assert_eq!(skew.correct(reading(wall, 10_000)), time("2026-08-12T02:00:10Z"));
        }
        assert_eq!(skew.correct(reading("2026-08-12T02:00:11Z", 10_000)), time("2026-08-12T02:00:11Z"), "a second");
    }

    #[test]
    fn what_was_measured_is_used_after_a_start_without_the_hub() {
        let mut skew = Skew::default();
        skew.measure(&sample("2026-08-12T02:00:00Z", reading("2026-08-12T05:00:00Z", 0), 0));
        let skew = Skew::remembered(skew.to_remember(), reading("2026-08-13T05:00:00Z", 7));
        assert_eq!(skew.correct(reading("2026-08-13T05:00:00Z", 7)), time("2026-08-13T02:00:00Z"));
        assert_eq!(skew.ahead(reading("2026-08-13T05:00:00Z", 7)), None);
    }

    #[test]
    fn a_clock_that_begins_in_1970_goes_on_from_the_last_time_that_is_known() {
        let mut skew = Skew::default();
        skew.measure(&sample("2026-08-12T02:00:00Z", reading("2026-08-12T02:00:00Z", 0), 0));
        let skew = Skew::remembered(skew.to_remember(), reading("1970-01-01T00:00:00Z", 5_000));
        assert_eq!(skew.correct(reading("1970-01-01T01:00:00Z", 3_605_000)), time("2026-08-12T03:00:00Z"));
        assert_eq!(skew.correct(reading("2026-08-20T01:00:00Z", 3_605_000)), time("2026-08-20T01:00:00Z"));
    }

    #[test]
    fn a_slow_answer_does_not_spoil_what_a_fast_one_measured_and_a_changed_hub_clock_is_followed() {
        let mut skew = Skew::default();
        skew.measure(&sample("2026-08-12T02:00:00Z", reading("2026-08-12T02:00:10Z", 0), 20));
        skew.measure(&sample("2026-08-12T02:00:01Z", reading("2026-08-12T02:00:11Z", 1_000), 4_000));
        let off = skew.ahead(reading("2026-08-12T02:00:20Z", 10_000)).unwrap();
        assert!((off - TimeDelta::seconds(10)).abs() < TimeDelta::milliseconds(20), "{off}");
        skew.measure(&sample("2026-08-12T03:00:06Z", reading("2026-08-12T02:00:16Z", 6_000), 500));
        assert!(skew.ahead(reading("2026-08-12T02:00:20Z", 10_000)).unwrap() < TimeDelta::minutes(-59));
    }
}
