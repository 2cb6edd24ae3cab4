//! The tokens that terminals used lately, so that a request need not ask the database who it is. Revocations are counted
//! in one row that is asked for every five seconds: none stays unheard for longer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::app::App;
use crate::db::device::{self, Holder};
use crate::problem::ProblemAnswer;
use crate::secret;

/// How often the count of revocations is asked for.
const ASK: Duration = Duration::from_secs(5);
/// How long a token is remembered; one that was replaced by rotation may be good for so long at another process.
const REMEMBERED: Duration = Duration::from_secs(60);
/// How many are remembered before old ones are dropped.
const SWEEP_AT: usize = 4_096;

/// The tokens of one process.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_hash: HashMap<String, (Arc<Holder>, Instant)>,
    /// How many revocations there were, and when that was asked.
    revocations: Option<(i64, Instant)>,
    sweep_at: usize,
}

impl Tokens {
    /// The holder of a token, revoked ones too, or `None`.
    pub async fn holder(&self, app: &App, token: &str) -> Result<Option<Arc<Holder>>, ProblemAnswer> {
        let hash = secret::hash(token);
        if let Some(holder) = self.remembered(&hash) {
            return Ok(Some(holder));
        }
        let _permit = app.admit()?;
        let mut conn = app.db.conn().await?;
        let n_revoked = match self.revocations() {
            Some(n) => n,
            None => {
                let n = device::revocations(&mut conn).await?;
                self.heard(n);
                n
            }
        };
        if let Some(holder) = self.remembered(&hash) {
            return Ok(Some(holder));
        }
        let Some(holder) = device::by_token(&mut conn, &hash).await?.map(Arc::new) else {
            return Ok(None);
        };
        let mut known = self.lock();
        if holder.first_use {
            known.by_hash.retain(|_, (known, _)| known.device.id != holder.device.id);
        }
        // a revocation that was heard of meanwhile may be of this terminal
        if known.revocations.is_some_and(|(n, _)| n == n_revoked) {
            known.sweep();
            known.by_hash.insert(hash, (holder.clone(), Instant::now()));
        }
        Ok(Some(holder))
    }

    fn remembered(&self, hash: &str) -> Option<Arc<Holder>> {
        let known = self.lock();
        known.revocations.filter(|(_, asked)| asked.elapsed() < ASK)?;
        let (holder, at) = known.by_hash.get(hash)?;
        (at.elapsed() < REMEMBERED).then(|| holder.clone())
    }

    fn revocations(&self) -> Option<i64> {
        self.lock().revocations.filter(|(_, asked)| asked.elapsed() < ASK).map(|(n, _)| n)
    }

    fn heard(&self, n: i64) {
        let mut known = self.lock();
        if known.revocations.is_none_or(|(before, _)| before != n) {
            known.by_hash.clear();
        }
        known.revocations = Some((n, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn sweep(&mut self) {
        if self.by_hash.len() >= self.sweep_at.max(SWEEP_AT) {
            self.by_hash.retain(|_, (_, at)| at.elapsed() < REMEMBERED);
            self.sweep_at = self.by_hash.len() * 2;
        }
    }
}
