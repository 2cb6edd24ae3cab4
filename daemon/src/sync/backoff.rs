//! When the next cycle begins: a minute after a good one, after a bad one between nothing and a limit that doubles.

use std::time::Duration;

use rand::RngExt;
use tokio::time::Instant;

/// The pause after a cycle that succeeded.
const PAUSE: Duration = Duration::from_secs(60);
/// The same while the hub tells at once of what changes: both sides still compare what they hold.
const WAITING_PAUSE: Duration = Duration::from_secs(300);
/// By how much a pause varies, as a part of it, so that terminals do not come together.
const JITTER: u32 = 10;
/// The first limit of the back-off.
const FIRST: Duration = Duration::from_secs(1);
/// The last limit of the back-off.
const LAST: Duration = Duration::from_secs(300);
/// The least time between two attempts at a hub that failed.
const LEAST: Duration = Duration::from_millis(200);
/// How soon after a failed attempt a fresh op may cause the next.
const AFTER_OP: Duration = Duration::from_secs(5);
/// The longest time that a hub may send a terminal away for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3_600);

/// The times of the cycles.
#[derive(Clone, Debug)]
pub struct Schedule {
    n_failed: u32,
    last: Option<Instant>,
    not_before: Option<Instant>,
    next: Instant,
}

impl Schedule {
    /// The first cycle is due at once.
    pub fn new(now: Instant) -> Self {
        Self { n_failed: 0, last: None, not_before: None, next: now }
    }

    /// When the next cycle is due.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// A cycle succeeded.
    pub fn succeeded(&mut self, now: Instant, is_waiting: bool, rng: &mut impl rand::Rng) {
        let pause = if is_waiting { WAITING_PAUSE } else { PAUSE };
        let jitter = pause / JITTER;
        self.n_failed = 0;
        self.not_before = None;
        self.last = Some(now);
        self.next = now + pause - jitter + rng.random_range(Duration::ZERO..=jitter * 2);
    }

    /// Whether the last cycle failed: then only time, an op or a person begins the next.
    pub fn is_failing(&self) -> bool {
        self.n_failed > 0
    }

    /// A cycle got something done: whatever ends it, the network carries, and the limit begins afresh. So a week's work
    /// is not held up for minutes by a connection that breaks every other second.
    pub fn progressed(&mut self) {
        self.n_failed = 0;
    }

    /// A cycle failed; the hub may have said for how long it wants to be left alone.
    pub fn failed(&mut self, now: Instant, retry_after: Option<Duration>, rng: &mut impl rand::Rng) {
        let limit = FIRST.saturating_mul(1 << self.n_failed.min(16)).min(LAST);
        self.n_failed = self.n_failed.saturating_add(1);
        self.last = Some(now);
        self.next = now + rng.random_range(Duration::ZERO..=limit).max(LEAST);
        self.not_before = retry_after.map(|after| now + after.min(MAX_RETRY_AFTER));
        self.next = self.not_before.map_or(self.next, |earliest| self.next.max(earliest));
    }

    /// An op was saved: the next cycle is due at once, or, where the hub failed, soon.
    pub fn op_saved(&mut self, now: Instant) {
        let soon = match self.last {
            Some(last) if self.n_failed > 0 => last + AFTER_OP,
            _ => now,
        };
        let soon = self.not_before.map_or(soon, |earliest| soon.max(earliest));
        self.next = self.next.min(soon.max(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(n: u32) -> Vec<Duration> {
        let mut rng = rand::rng();
        let now = Instant::now();
        let mut schedule = Schedule::new(now);
        (0..n)
            .map(|_| {
                schedule.failed(now, None, &mut rng);
                schedule.next() - now
            })
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_back_off_doubles_up_to_five_minutes_with_full_jitter() {
        let many: Vec<Vec<Duration>> = (0..200).map(|_| failures(12)).collect();
        for n in 0..12 {
            let limit = Duration::from_secs(1 << n).min(LAST);
            let waits: Vec<Duration> = many.iter().map(|waits| waits[n]).collect();
            assert!(waits.iter().all(|wait| *wait <= limit && *wait >= LEAST), "failure {n}");
            assert!(waits.iter().any(|wait| *wait > limit / 2), "failure {n}");
            assert!(waits.iter().any(|wait| *wait <= (limit / 2).max(LEAST)), "failure {n}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cycle_that_got_something_done_before_it_failed_is_soon_followed_by_the_next() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now);
        for _ in 0..20 {
            schedule.progressed();
            schedule.failed(now, None, &mut rand::rng());
            assert!(schedule.next() - now <= FIRST);
        }
        schedule.progressed();
        schedule.failed(now, Some(Duration::from_secs(40)), &mut rand::rng());
        assert_eq!(schedule.next() - now, Duration::from_secs(40), "the hub's wish stands");
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_obeyed_also_when_an_op_is_saved() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now);
        schedule.failed(now, Some(Duration::from_secs(40)), &mut rand::rng());
        schedule.op_saved(now);
        assert_eq!(schedule.next(), now + Duration::from_secs(40));
    }

    #[tokio::test(start_paused = true)]
    async fn an_op_is_sent_at_once_and_soon_where_the_hub_failed() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now);
        schedule.succeeded(now, false, &mut rand::rng());
        let wait = schedule.next() - now;
        assert!((54..=66).contains(&wait.as_secs()), "{wait:?}");
        schedule.op_saved(now);
        assert_eq!(schedule.next(), now);
        for _ in 0..12 {
            schedule.failed(now, None, &mut rand::rng());
        }
        schedule.op_saved(now);
        assert!(schedule.next() <= now + AFTER_OP && schedule.next() > now);
        schedule.succeeded(now, true, &mut rand::rng());
        assert!(schedule.next() > now);
    }
}
