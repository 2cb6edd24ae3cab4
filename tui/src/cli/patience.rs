//! A line that says that something is still being worked at, on a terminal only.

use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Nothing is said before.
const QUIET: Duration = Duration::from_secs(2);
/// How often it is said again.
const PAUSE: Duration = Duration::from_secs(1);

/// Waits for work. Where that takes longer than two seconds and standard error is a terminal, a line there says what
/// is done and for how long, until the answer comes.
pub async fn patiently<T>(what: &str, work: impl Future<Output = T>) -> T {
    if !std::io::stderr().is_terminal() {
        return work.await;
    }
    watch(work, (QUIET, PAUSE), |line| {
        let mut stderr = std::io::stderr().lock();
        let text = line.map(|seconds| format!("\r{what} {seconds} s")).unwrap_or_else(|| "\r\u{1b}[K".to_owned());
        // a line that nobody can read is no failure
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    })
    .await
}

/// Tells `say` the seconds that have passed, and nothing more to be said when it was told anything.
async fn watch<T>(
    work: impl Future<Output = T>,
    (quiet, pause): (Duration, Duration),
    mut say: impl FnMut(Option<u64>),
) -> T {
    let started = tokio::time::Instant::now();
    let mut ticks = tokio::time::interval_at(started + quiet, pause);
    let mut has_spoken = false;
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => {
                if has_spoken {
                    say(None);
                }
                return done;
            }
            _ = ticks.tick() => {
                has_spoken = true;
                say(Some(started.elapsed().as_secs()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn what_is_done_at_once_is_not_spoken_of() {
        let said = RefCell::new(Vec::new());
        let times = (Duration::from_secs(60), Duration::from_secs(60));
        assert_eq!(run(watch(async { 7 }, times, |line| said.borrow_mut().push(line))), 7);
        assert!(said.borrow().is_empty());
    }

    #[test]
    fn what_takes_long_is_spoken_of_until_it_is_done_and_then_wiped_away() {
        let (said, spoken) = (RefCell::new(Vec::new()), tokio::sync::Notify::new());
        let say = |line: Option<u64>| {
            said.borrow_mut().push(line);
            if said.borrow().len() == 2 {
                spoken.notify_one();
            }
        };
        let work = async {
            spoken.notified().await;
            7
        };
        assert_eq!(run(watch(work, (Duration::ZERO, Duration::from_millis(1)), say)), 7);
        let said = said.borrow();
        assert!(matches!(said[..], [Some(_), Some(_), .., None]), "{said:?}");
    }
}
