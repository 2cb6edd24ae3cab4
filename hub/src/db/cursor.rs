//! How far terminals have read, as support sees it. Nothing is decided by it.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::{Conn, MAX_ROWS, count, int, placeholders, signed, text};
use crate::error::{DatabaseContext, HubError};

/// The cursor with which a terminal asked last.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cursor {
    /// The epoch that it named; empty in a first pull.
    pub epoch: String,
    /// The last change that it had.
    pub seq: u64,
    /// When it asked, in seconds since 1970, to a minute.
    pub at: i64,
}

/// Whose cursor it is, in which feed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CursorKey {
    /// The guide.
    pub guide: String,
    /// The terminal.
    pub device: String,
    /// `guide` or `shared`.
    pub feed: &'static str,
}

/// Writes cursors; later ones replace earlier ones.
pub async fn put(conn: &mut Conn, cursors: &[(CursorKey, Cursor)]) -> Result<(), HubError> {
    for cursors in cursors.chunks(MAX_ROWS) {
        let sql = format!(
            "INSERT INTO device_cursor (guide_id, device_id, feed, epoch, seq, at) VALUES {} \
             ON CONFLICT (guide_id, device_id, feed) DO UPDATE \
             SET epoch = excluded.epoch, seq = excluded.seq, at = excluded.at",
            placeholders(1, cursors.len(), 6)
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (CursorKey { guide, device, feed }, cursor) in cursors {
            query = query.bind(guide).bind(device).bind(*feed);
            query = query.bind(&cursor.epoch).bind(signed(cursor.seq)).bind(cursor.at);
        }
        query.execute(&mut *conn).await.doing("writing terminals' cursors")?;
    }
    Ok(())
}

/// The cursors of a guide's terminals, by device and feed.
pub async fn of_guide(conn: &mut Conn, guide_id: &str) -> Result<HashMap<(String, String), Cursor>, HubError> {
    let rows = sqlx::query("SELECT device_id, feed, epoch, seq, at FROM device_cursor WHERE guide_id = $1")
        .bind(guide_id)
        .fetch_all(conn)
        .await
        .doing("reading terminals' cursors")?;
    let cursor = |row| {
        Ok(((text(row, 0)?, text(row, 1)?), Cursor { epoch: text(row, 2)?, seq: count(row, 3)?, at: int(row, 4)? }))
    };
    rows.iter().map(cursor).collect()
}
