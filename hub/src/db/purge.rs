//! Removing what no terminal can ask for any more, from one feed at a time and under its lock.

use sqlx::AssertSqlSafe;

use super::feed::Feed;
use super::{Conn, Db, MAX_ROWS, commit, count, epoch, int, placeholders, signed, text};
use crate::error::{DatabaseContext, HubError};

/// Since when tombstones carry their time, in the table of the hub's state.
pub(super) const SINCE: &str = "tombstones_since";

/// What a batch removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Tombstones.
    pub n_tombstones: u64,
    /// Answers to ops.
    pub n_ops: u64,
}

/// Up to when something may go.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Tombstones made by then, in seconds since 1970.
    pub made_by: i64,
    /// Whether those without a time are that old too.
    pub untimed: bool,
    /// Answers given before, as they are written.
    pub answered_before: String,
}

/// When tombstones began to carry their time, in seconds since 1970: those without one are no younger than that.
pub async fn timed_since(conn: &mut Conn) -> Result<i64, HubError> {
    let since = epoch::state(conn, SINCE).await?.and_then(|text| text.parse().ok());
    since.ok_or_else(|| HubError::corrupt("the hub's state (no time of tombstones)"))
}

/// The next feeds after one, by id: at most as many as one statement takes.
pub async fn feeds_after(conn: &mut Conn, guide_id: &str) -> Result<Vec<String>, HubError> {
    let rows = sqlx::query("SELECT guide_id FROM guide_feed WHERE guide_id > $1 ORDER BY guide_id LIMIT $2")
        .bind(guide_id)
        .bind(signed(MAX_ROWS as u64))
        .fetch_all(conn)
        .await;
    rows.doing("listing the feeds")?.iter().map(|row| text(row, 0)).collect()
}

/// Removes one batch from a feed. The cursors before the last removed tombstone can no longer be read from: the feed's
/// floor rises to it in the same transaction.
pub async fn purge_batch(db: &Db, guide_id: &str, limits: &Limits) -> Result<Removed, HubError> {
    // a look without the lock first: most feeds have nothing to remove, and their writers are not held up
    let mut conn = db.conn().await?;
    if old_tombstones(&mut conn, guide_id, limits).await?.is_empty()
        && !has_old_ops(&mut conn, guide_id, limits).await?
    {
        return Ok(Removed::default());
    }
    drop(conn);
    let mut tx = db.begin().await?;
    if Feed::lock(&mut tx, guide_id).await?.is_none() {
        return Ok(Removed::default());
    }
    let seqs = old_tombstones(&mut tx, guide_id, limits).await?;
    if let Some(last) = seqs.last() {
        let sql = format!(
            "DELETE FROM entity WHERE guide_id = $1 AND deleted = 1 AND seq IN {}",
            placeholders(2, 1, seqs.len())
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(guide_id);
        for seq in &seqs {
            query = query.bind(*seq);
        }
        query.execute(&mut *tx).await.doing("removing tombstones")?;
        sqlx::query("UPDATE guide_feed SET floor = $1 WHERE guide_id = $2 AND floor < $1")
            .bind(*last)
            .bind(guide_id)
            .execute(&mut *tx)
            .await
            .doing("raising a feed's floor")?;
    }
    let removed_ops = sqlx::query(
        "DELETE FROM applied_ops WHERE guide_id = $1 AND op_id IN \
         (SELECT op_id FROM applied_ops WHERE guide_id = $1 AND at < $2 ORDER BY at LIMIT $3)",
    )
    .bind(guide_id)
    .bind(&limits.answered_before)
    .bind(signed(MAX_ROWS as u64))
    .execute(&mut *tx)
    .await;
    let n_ops = removed_ops.doing("forgetting old answers")?.rows_affected();
    commit(tx).await?;
    Ok(Removed { n_tombstones: seqs.len() as u64, n_ops })
}

/// The sequence numbers of the next tombstones to remove, in their order.
async fn old_tombstones(conn: &mut Conn, guide_id: &str, limits: &Limits) -> Result<Vec<i64>, HubError> {
    let rows = sqlx::query(
        "SELECT seq FROM entity WHERE guide_id = $1 AND deleted = 1 AND deleted_at <= $2 AND deleted_at > $3 \
         ORDER BY seq LIMIT $4",
    )
    .bind(guide_id)
    .bind(limits.made_by)
    .bind(if limits.untimed { -1_i64 } else { 0 })
    .bind(signed(MAX_ROWS as u64))
    .fetch_all(conn)
    .await;
    rows.doing("looking for old tombstones")?.iter().map(|row| int(row, 0)).collect()
}

async fn has_old_ops(conn: &mut Conn, guide_id: &str, limits: &Limits) -> Result<bool, HubError> {
    let row =
        sqlx::query("SELECT COUNT(*) FROM (SELECT op_id FROM applied_ops WHERE guide_id = $1 AND at < $2 LIMIT 1) o")
            .bind(guide_id)
            .bind(&limits.answered_before)
            .fetch_one(conn)
            .await;
    Ok(count(&row.doing("looking for old answers")?, 0)? > 0)
}
