//! Limits on how often somebody may ask: a bucket of requests a terminal, filled steadily, and one of enrolments an
//! address. They are kept in memory, by every process for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a terminal may ask for in a second, over a while.
pub const DEVICE_RATE: u32 = 20;
/// How many seconds' worth of requests a terminal may make at once.
const BURST_S: u32 = 5;
/// How many enrolments an address may try in a minute.
const ENROLMENTS_A_MINUTE: u32 = 10;
/// How many keys are kept before full buckets are dropped.
const SWEEP_AT: usize = 4_096;

/// The limits of a serving hub.
#[derive(Debug)]
pub struct Limits {
    /// By device.
    pub requests: Buckets,
    /// By address.
    pub enrolments: Buckets,
}

impl Limits {
    /// With so many requests a second for each terminal, five times as many at once; 0 for no limit.
    pub fn new(device_rate: u32) -> Self {
        Self {
            requests: Buckets::new(Duration::from_secs(1), device_rate, device_rate.saturating_mul(BURST_S)),
            enrolments: Buckets::new(Duration::from_secs(60), ENROLMENTS_A_MINUTE, ENROLMENTS_A_MINUTE),
        }
    }
}

/// A bucket a key.
#[derive(Debug)]
pub struct Buckets {
    /// The time in which one more may be taken; zero for no limit.
    interval: Duration,
    /// How far ahead of the steady rate a key may be.
    ahead: Duration,
    /// When each bucket is full again.
    full_at: Mutex<(HashMap<String, Instant>, usize)>,
}

impl Buckets {
    /// Buckets of `burst` that fill by `n` in a time.
    pub fn new(time: Duration, n: u32, burst: u32) -> Self {
        let interval = time.checked_div(n).unwrap_or_default();
        Self { interval, ahead: interval * burst.saturating_sub(1), full_at: Mutex::default() }
    }

    /// Takes one, or says how long to wait for the next.
    pub fn take(&self, key: &str, now: Instant) -> Result<(), Duration> {
        if self.interval.is_zero() {
            return Ok(());
        }
        let mut guard = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let (full_at, sweep_at) = &mut *guard;
        let full = full_at.get(key).copied().unwrap_or(now).max(now);
        let early = (full - now).saturating_sub(self.ahead);
        if !early.is_zero() {
            return Err(early);
        }
        if full_at.len() >= (*sweep_at).max(SWEEP_AT) {
            full_at.retain(|_, full_at| *full_at > now);
            *sweep_at = full_at.len() * 2;
        }
        full_at.insert(key.to_owned(), full + self.interval);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_allows_its_burst_and_then_the_steady_rate() {
        let buckets = Buckets::new(Duration::from_secs(1), 20, 100);
        let start = Instant::now();
        for _ in 0..100 {
            assert_eq!(buckets.take("D1", start), Ok(()));
        }
        assert_eq!(buckets.take("D1", start), Err(Duration::from_millis(50)));
        assert_eq!(buckets.take("D2", start), Ok(()), "another terminal has its own");
        assert_eq!(buckets.take("D1", start + Duration::from_millis(50)), Ok(()));
        assert!(buckets.take("D1", start + Duration::from_millis(50)).is_err());
        let later = start + Duration::from_secs(60);
        for _ in 0..100 {
            assert_eq!(buckets.take("D1", later), Ok(()), "a bucket holds no more than its burst");
        }
        assert!(buckets.take("D1", later).is_err());
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let buckets = Buckets::new(Duration::from_secs(1), 20, 100);
        let start = Instant::now();
        for n in 0..20_000_u32 {
            let now = start + Duration::from_millis(n.into());
            assert_eq!(buckets.take(&n.to_string(), now), Ok(()));
        }
        assert!(buckets.full_at.lock().unwrap().0.len() <= SWEEP_AT);
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        let buckets = Limits::new(0).requests;
        let now = Instant::now();
        assert!((0..10_000).all(|_| buckets.take("D1", now).is_ok()));
    }
}
