//! The hub's housekeeping: tombstones that every terminal has heard of or will not ask for, and recorded answers. It
//! goes feed by feed in small batches, so it can end anywhere and be run again, by several hubs at once too.

use chrono::DateTime;

use crate::db::purge::{Limits, feeds_after, purge_batch, timed_since};
use crate::db::retry::retry;
use crate::db::{Db, purge};
use crate::error::HubError;

/// How long a tombstone stays: whoever was away longer pulls everything.
pub const TOMBSTONE_DAYS: i64 = 90;
/// How long an answer stays. Without it the op is judged again, and known by the fact that it made.
pub const ANSWER_DAYS: i64 = 35;
const DAY_S: i64 = 24 * 60 * 60;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Purged {
    /// Feeds of which something was removed.
    pub n_feeds: u64,
    /// Tombstones.
    pub n_tombstones: u64,
    /// Recorded answers to ops.
    pub n_ops: u64,
}

/// Removes what is older than its time; `now_s` is the real clock's, in seconds since 1970.
pub async fn purge(db: &Db, now_s: i64) -> Result<Purged, HubError> {
    let made_by = now_s - TOMBSTONE_DAYS * DAY_S;
    let limits = Limits {
        made_by,
        untimed: timed_since(&mut *db.conn().await?).await? <= made_by,
        answered_before: instant(now_s - ANSWER_DAYS * DAY_S)?,
    };
    let mut purged = Purged::default();
    let mut last = String::new();
    loop {
        let feeds = feeds_after(&mut *db.conn().await?, &last).await?;
        let Some(next) = feeds.last() else { return Ok(purged) };
        for feed in &feeds {
            purge_feed(db, feed, &limits, &mut purged).await?;
        }
        last.clone_from(next);
    }
}

async fn purge_feed(db: &Db, feed: &str, limits: &Limits, purged: &mut Purged) -> Result<(), HubError> {
    let mut is_counted = false;
    loop {
        let removed = retry(|| purge_batch(db, feed, limits)).await?;
        if removed == purge::Removed::default() {
            return Ok(());
        }
        purged.n_feeds += u64::from(!is_counted);
        is_counted = true;
        purged.n_tombstones += removed.n_tombstones;
        purged.n_ops += removed.n_ops;
    }
}

/// An instant in the form in which answers carry theirs.
fn instant(at_s: i64) -> Result<String, HubError> {
    let at = DateTime::from_timestamp(at_s, 0).ok_or_else(|| HubError::refused("the clock shows no date: set it"))?;
    Ok(at.format(crate::db::op::AT).to_string())
}
