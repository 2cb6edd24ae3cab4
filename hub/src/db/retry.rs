//! Trying a transaction again that lost against another one. A transaction that failed has done nothing, so whatever
//! runs here may run several times, and must begin its transaction itself.

use std::time::{Duration, Instant};

use crate::error::HubError;

/// How often a transaction is tried in all.
pub const MAX_TRIES: u32 = 25;
/// The longest pause before the second try; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
/// The longest pause at all: with serializable transactions one of those who meet wins each time.
const LONGEST_PAUSE: Duration = Duration::from_millis(128);
/// After so long no further try begins, so that a request is answered before its time is over.
const LIMIT: Duration = Duration::from_secs(10);

/// Runs a transaction until it meets no other one, at most [`MAX_TRIES`] times and ten seconds, with pauses of random
/// length between.
pub async fn retry<T, Tried>(mut once: impl FnMut() -> Tried) -> Result<T, HubError>
where
    Tried: Future<Output = Result<T, HubError>>,
{
    let began = Instant::now();
    let mut n_tries = 1;
    loop {
        match once().await {
            Err(error) if n_tries < MAX_TRIES && began.elapsed() < LIMIT && lost_against_another(&error) => {
                tracing::debug!(n_tries, error = error.chain(), "a transaction is tried again");
                // full jitter: whoever met once does not meet again
                let longest = FIRST_PAUSE.saturating_mul(1 << (n_tries - 1).min(16)).min(LONGEST_PAUSE);
                tokio::time::sleep(longest.mul_f64(rand::random())).await;
                n_tries += 1;
            }
            result => return result,
        }
    }
}

/// Whether the database undid a transaction only because of another one: serialization failures, deadlocks and locks
/// that took too long on PostgreSQL, a busy file or an overtaken snapshot on SQLite. A lost connection is not among
/// them: the commit may have arrived.
pub fn lost_against_another(error: &HubError) -> bool {
    let HubError::Database { source: sqlx::Error::Database(fault), .. } = error else {
        return false;
    };
    let code = fault.code();
    matches!(code.as_deref(), Some("40001" | "40P01" | "55P03" | "5" | "261" | "517"))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cell::Cell;
    use std::fmt;

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;
    use crate::error::DatabaseContext;

    #[derive(Debug)]
    struct Fault(&'static str);

    impl fmt::Display for Fault {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Fault {}

    impl DatabaseError for Fault {
        fn message(&self) -> &str {
            self.0
        }
        fn code(&self) -> Option<Cow<'_, str>> {
            Some(Cow::Borrowed(self.0))
        }
        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    /// How often a transaction is tried that fails so many times with this code, and whether it ends well.
    async fn tries(code: &'static str, n_failures: u32) -> (u32, bool) {
        let n = Cell::new(0);
        let result = retry(async || {
            n.set(n.get() + 1);
            let fault = || sqlx::Error::Database(Box::new(Fault(code)));
            if n.get() <= n_failures { Err(fault()) } else { Ok(()) }.doing("writing")
        });
        let is_ok = result.await.is_ok();
        (n.get(), is_ok)
    }

    #[tokio::test]
    async fn what_lost_against_another_transaction_is_tried_again() {
        for code in ["40001", "40P01", "55P03", "5", "517"] {
            assert_eq!(tries(code, 3).await, (4, true), "{code}");
        }
    }

    #[tokio::test]
    async fn a_transaction_is_tried_a_bounded_number_of_times() {
        assert_eq!(tries("40001", 1_000).await, (MAX_TRIES, false));
    }

    #[tokio::test]
    async fn other_faults_are_told_at_once() {
        for code in ["23505", "57014", "57P01", "13"] {
            assert_eq!(tries(code, 1).await, (1, false), "{code}");
        }
    }
}
