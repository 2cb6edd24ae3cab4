//! The one place where the daemon reads the time. Real time is the machine's, put right by the hub's. Virtual time is
//! what stands in the clock's file, which the hub reads too; only this daemon writes it, and it does not move by itself.

pub mod skew;
pub mod wait;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use guide_common::time::Zone;
use guide_common::wire::local::ClockKind;
use tokio::sync::Notify;

use crate::clock::skew::{Reading, Remembered, Sample, Skew};
use crate::outbox::recover::replace;

/// Where the demo begins.
pub const DEMO_START: &str = "2026-08-12T10:00:00";

/// A clock of shop time.
#[derive(Debug)]
pub struct Clock {
    zone: Mutex<Zone>,
    source: Source,
    /// Told when it may show another time than a moment ago.
    changed: Notify,
}

enum Source {
    Real { machine: Machine, skew: Mutex<Skew> },
    Virtual { file: PathBuf, ahead_ms: AtomicI64 },
}

/// Reads the machine's clocks.
type Machine = Box<dyn Fn() -> Reading + Send + Sync>;

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Real { .. } => f.write_str("Real"),
            Self::Virtual { file, .. } => f.debug_tuple("Virtual").field(file).finish(),
        }
    }
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Self::of_machine(reading)
    }

    /// The clock of a machine whose own clocks are read so.
    pub fn of_machine(machine: impl Fn() -> Reading + Send + Sync + 'static) -> Self {
        let source = Source::Real { machine: Box::new(machine), skew: Mutex::default() };
        Self { zone: Mutex::new(Zone::default()), source, changed: Notify::new() }
    }

    /// The clock that stands in a file; it is made with `at` where it is missing.
    pub fn virtual_at(file: &Path, at: Option<NaiveDateTime>) -> io::Result<Self> {
        let source = Source::Virtual { file: file.to_owned(), ahead_ms: AtomicI64::new(0) };
        let clock = Self { zone: Mutex::new(Zone::default()), source, changed: Notify::new() };
        if !file.exists() {
            let start = at.or_else(|| DEMO_START.parse().ok()).unwrap_or_default();
            clock.set(start)?;
        }
        read(file)?;
        Ok(clock)
    }

    /// The shops' time zone, known from the enrolment on.
    pub fn set_zone(&self, zone: Zone) {
        *self.zone.lock().unwrap_or_else(PoisonError::into_inner) = zone;
        self.changed.notify_waiters();
    }

    /// The shops' time zone.
    pub fn zone(&self) -> Zone {
        *self.zone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which clock this is.
    pub fn kind(&self) -> ClockKind {
        match self.source {
            Source::Real { .. } => ClockKind::Real,
            Source::Virtual { .. } => ClockKind::Virtual,
        }
    }

    /// The shop-local time.
    pub fn now(&self) -> NaiveDateTime {
        match &self.source {
            Source::Real { machine, skew } => self.zone().shop_time(lock(skew).correct(machine())),
            Source::Virtual { file, .. } => read(file).unwrap_or_else(|error| {
                tracing::error!(%error, "reading the virtual clock");
                DEMO_START.parse().unwrap_or_default()
            }),
        }
    }

    /// The shop-local day.
    pub fn today(&self) -> NaiveDate {
        self.now().date()
    }

    /// The instant that facts are stamped with.
    pub fn instant(&self) -> DateTime<Utc> {
        match &self.source {
            Source::Real { machine, skew } => lock(skew).correct(machine()),
            Source::Virtual { .. } => self.zone().instant(self.now()),
        }
    }

    /// Reads the clocks by which a request to the hub is timed.
    pub fn reading(&self) -> Reading {
        match &self.source {
            Source::Real { machine, .. } => machine(),
            Source::Virtual { .. } => reading(),
        }
    }

    /// Takes the hub's time, which the machine's is measured by; virtual time needs none.
    pub fn measure(&self, sample: &Sample) {
        if let Source::Real { machine, skew } = &self.source {
            let mut skew = lock(skew);
            let before = skew.ahead(machine());
            skew.measure(sample);
            let after = skew.ahead(machine());
            drop(skew);
            let moved = (after.unwrap_or_default() - before.unwrap_or_default()).abs();
            if moved > TimeDelta::seconds(1) {
                self.changed.notify_waiters();
            }
        }
    }

    /// How far the machine's clock is ahead of the hub's; none while that was not measured. A virtual one is right, but
    /// where it was said that it is not.
    pub fn ahead(&self) -> Option<TimeDelta> {
        match &self.source {
            Source::Real { machine, skew } => lock(skew).ahead(machine()),
            Source::Virtual { ahead_ms, .. } => {
                Some(TimeDelta::milliseconds(ahead_ms.load(Ordering::Relaxed))).filter(|ahead| !ahead.is_zero())
            }
        }
    }

    /// Says of a virtual clock how far its machine's is ahead of the hub's; shop time stays right, as it would.
    pub fn pretend_ahead(&self, ahead: TimeDelta) {
        if let Source::Virtual { ahead_ms, .. } = &self.source {
            ahead_ms.store(ahead.num_milliseconds(), Ordering::Relaxed);
        }
    }

    /// How far the machine's clock was off when it was last measured, and when that was, to be kept for the next run.
    pub fn to_remember(&self) -> Option<Remembered> {
        match &self.source {
            Source::Real { skew, .. } => Some(lock(skew).to_remember()),
            Source::Virtual { .. } => None,
        }
    }

    /// Begins with what an earlier run has measured.
    pub fn remember(&self, remembered: Remembered) {
        if let Source::Real { machine, skew } = &self.source {
            *lock(skew) = Skew::remembered(remembered, machine());
        }
    }

    /// Moves the virtual clock; a real one cannot be moved.
    pub fn set(&self, now: NaiveDateTime) -> io::Result<()> {
        match &self.source {
            Source::Real { .. } => Err(io::ErrorKind::Unsupported.into()),
            Source::Virtual { file, .. } => {
                replace(file, now.format("%Y-%m-%dT%H:%M:%S").to_string().as_bytes())?;
                self.changed.notify_waiters();
                Ok(())
            }
        }
    }
}

fn lock(skew: &Mutex<Skew>) -> MutexGuard<'_, Skew> {
    skew.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Both clocks of this machine.
fn reading() -> Reading {
    Reading { wall: Utc::now(), steady: crate::platform::since_boot() }
}

fn read(file: &Path) -> io::Result<NaiveDateTime> {
    let text = std::fs::read_to_string(file)?;
    text.trim().parse().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the clock's file holds no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_stands_still_until_it_is_moved_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock");
        let clock = Clock::virtual_at(&file, None).unwrap();
        assert_eq!(clock.now().to_string(), "2026-08-12 10:00:00");
        clock.set("2026-08-13T09:30:00".parse().unwrap()).unwrap();
        let again = Clock::virtual_at(&file, Some("1997-04-28T10:00:00".parse().unwrap())).unwrap();
        assert_eq!(again.today().to_string(), "2026-08-13");
        assert_eq!(again.instant().to_rfc3339(), "2026-08-13T01:30:00+00:00");
    }

    #[test]
    fn a_file_that_holds_no_time_is_an_error_and_a_real_clock_cannot_be_moved() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock");
        std::fs::write(&file, "noon").unwrap();
        assert!(Clock::virtual_at(&file, None).is_err());
        assert!(Clock::real().set(NaiveDateTime::default()).is_err());
    }
}
