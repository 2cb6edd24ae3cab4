//! Waiting for a time of the shop. Nothing looks at the clock meanwhile: the system wakes whoever waits at the time, also
//! after a sleep of the machine, and as soon as somebody sets the machine's clock.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use guide_common::wire::local::ClockKind;

use super::Clock;

/// Where the system cannot tell of a clock that is set, it is looked at so often.
const LOOK: Duration = Duration::from_secs(60);

impl Clock {
    /// Waits until a shop-local time, or until the clock may have become another one: whoever waits looks again.
    pub async fn wait_until(&self, at: NaiveDateTime) {
        // from here on, so that no change is missed
        let changed = self.changed.notified();
        let wait = (self.zone().instant(at) - self.instant()).to_std().unwrap_or_default();
        if wait.is_zero() {
            return;
        }
        match self.kind() {
            ClockKind::Virtual => changed.await,
            ClockKind::Real => tokio::select! {
                () = changed => {}
                () = alarm(wait) => {}
            },
        }
    }

    /// Waits until the clock may have become another one.
    pub async fn wait_for_change(&self) {
        self.wait_until(self.now() + TimeDelta::days(365)).await;
    }
}

/// Wakes after a while of the machine's clock, also where the machine slept through the end of it, and when that clock is
/// set.
#[cfg(target_os = "linux")]
pub async fn alarm(wait: Duration) {
    if let Err(error) = system_alarm(wait).await {
        tracing::debug!(%error, "a timer of the system's clock");
        tokio::time::sleep(wait.min(LOOK)).await;
    }
}

#[cfg(target_os = "linux")]
async fn system_alarm(wait: Duration) -> std::io::Result<()> {
    use std::time::{SystemTime, UNIX_EPOCH};

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use tokio::net::unix::pipe::Receiver;

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // a year is as good as for ever
    let at = now + wait.min(Duration::from_secs(365 * 24 * 60 * 60));
    let seconds = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
    let value = Timespec { tv_sec: seconds, tv_nsec: i64::from(at.subsec_nanos()) };
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
    // readable at the time, and also when the clock was set
    timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &once)?;
    // tokio waits for it as for any other file that becomes readable
    Receiver::from_owned_fd_unchecked(timer)?.readable().await
}

/// Wakes after a while.
#[cfg(not(target_os = "linux"))]
pub async fn alarm(wait: Duration) {
    tokio::time::sleep(wait.min(LOOK)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_time_that_has_come_is_not_waited_for_and_the_next_one_is() {
        let clock = Clock::real();
        clock.wait_until(clock.now()).await;
        let at = clock.now() + TimeDelta::milliseconds(30);
        clock.wait_until(at).await;
        assert!(clock.now() >= at);
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_a_clock_that_is_moved() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::virtual_at(&folder.path().join("clock"), None).unwrap();
        let at = clock.now() + TimeDelta::days(3);
        let (waited, ()) = tokio::join!(
            async {
                clock.wait_until(at).await;
                clock.now()
            },
            async {
                tokio::task::yield_now().await;
                clock.set(at).unwrap();
            },
        );
        assert_eq!(waited, at);
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_another_time_zone() {
        let clock = Clock::real();
        let waits = clock.wait_for_change();
        let mut waits = std::pin::pin!(waits);
        tokio::select! {
            biased;
            () = &mut waits => panic!("nothing has changed"),
            () = tokio::task::yield_now() => {}
        }
        clock.set_zone("Asia/Tokyo".parse().unwrap());
        waits.await;
    }
}
