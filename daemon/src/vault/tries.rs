//! How often a wrong PIN may be tried: five times at once, then after waits that double, up to a quarter of an hour. How
//! many were wrong is on disk before the answer is given; the wait begins again with a start of the daemon, and no clock
//! that is set shortens it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::outbox::recover::replace;

/// So many wrong ones cost nothing.
const FREE: u32 = 5;
/// The wait after one more.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest wait.
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);

/// The wrong PINs of one guide.
#[derive(Debug)]
pub struct Tries {
    path: PathBuf,
    n_wrong: u32,
    last: Instant,
}

impl Tries {
    /// Of a guide's folder. A file that is damaged counts as the most that nothing has to be waited for.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join("tries");
        let n_wrong = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().unwrap_or(FREE),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(_) => FREE,
        };
        Self { path, n_wrong, last: Instant::now() }
    }

    /// How long the next try has to wait; none where it may be made.
    pub fn wait(&self) -> Option<Duration> {
        let over = self.n_wrong.checked_sub(FREE)?;
        let wait = FIRST_WAIT.saturating_mul(1 << over.min(16)).min(MAX_WAIT);
        wait.checked_sub(self.last.elapsed()).filter(|left| !left.is_zero())
    }

    /// How many more may be wrong before the next has to wait.
    pub fn n_left(&self) -> u32 {
        FREE.saturating_sub(self.n_wrong)
    }

    /// Counts a try as wrong, until `right` says otherwise: a kill in the middle gives no try away.
    pub fn begin(&mut self) -> io::Result<()> {
        self.n_wrong = self.n_wrong.saturating_add(1);
        self.last = Instant::now();
        replace(&self.path, self.n_wrong.to_string().as_bytes())
    }

    /// Forgets the wrong ones.
    pub fn right(&mut self) {
        self.n_wrong = 0;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "forgetting the wrong PINs");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_wrong_ones_each_waits_twice_as_long_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut tries = Tries::of(folder.path());
        for n_left in (0..FREE).rev() {
            assert_eq!(tries.wait(), None);
            tries.begin().unwrap();
            assert_eq!(tries.n_left(), n_left);
        }
        let seconds = |tries: &Tries| tries.wait().map(|wait| wait.as_secs_f64().round() as u64);
        assert_eq!(seconds(&tries), Some(30));
        assert_eq!(seconds(&Tries::of(folder.path())), Some(30), "a restart gives nothing away");
        tries.begin().unwrap();
        assert_eq!(seconds(&tries), Some(60));
        for _ in 0..40 {
            tries.begin().unwrap();
        }
        assert_eq!(seconds(&tries), Some(900));
        std::fs::write(folder.path().join("tries"), "?").unwrap();
        assert_eq!(seconds(&Tries::of(folder.path())), Some(30), "nothing is gained by damaging the file");
        tries.right();
        assert_eq!(Tries::of(folder.path()).n_left(), FREE);
    }
}
