//! What headquarters publishes for all guides: the feed holds what terminals need, a table keeps every file as it was.

use sqlx::AssertSqlSafe;

use super::feed::{Change, Feed, SHARED, Written};
use super::{Conn, MAX_ROWS, epoch_seconds, int, placeholders, text};
use crate::error::{DatabaseContext, HubError};

/// One file to publish.
#[derive(Clone, Debug)]
pub struct NewPublication {
    /// What is published, a kind of entity.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What goes into the feed.
    pub body: String,
    /// The file.
    pub source: String,
}

/// Puts publications into the shared feed, whose row is locked; says of each what it did.
pub async fn put(conn: &mut Conn, feed: &mut Feed, new: &[NewPublication]) -> Result<Vec<Written>, HubError> {
    debug_assert_eq!(feed.guide_id, SHARED);
    let changes = new.iter().map(|new| Change::put(new.kind, &new.id, "", new.body.clone())).collect();
    let written = feed.apply(conn, changes).await?;
    let changed: Vec<_> =
        new.iter().zip(&written).filter(|(_, did)| **did != Written::Unchanged).map(|(new, _)| new).collect();
    for rows in changed.chunks(MAX_ROWS) {
        let sql = format!(
            "INSERT INTO publication (kind, id, version, source, published_at) VALUES {} \
             ON CONFLICT (kind, id, version) DO UPDATE SET source = excluded.source, published_at = excluded.published_at",
            placeholders(1, rows.len(), 5)
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in rows {
            query = query.bind(row.kind).bind(&row.id).bind(i64::from(row.version)).bind(&row.source);
            query = query.bind(epoch_seconds());
        }
        query.execute(&mut *conn).await.doing("keeping what was published")?;
    }
    Ok(written)
}

/// A published file as it was.
pub async fn source(conn: &mut Conn, kind: &str, id: &str, version: u32) -> Result<Option<String>, HubError> {
    let row = sqlx::query("SELECT source FROM publication WHERE kind = $1 AND id = $2 AND version = $3")
        .bind(kind)
        .bind(id)
        .bind(i64::from(version))
        .fetch_optional(conn)
        .await
        .doing("reading what was published")?;
    row.map(|row| text(&row, 0)).transpose()
}

/// The files of the versions after one.
pub async fn sources_after(conn: &mut Conn, kind: &str, id: &str, version: u32) -> Result<Vec<String>, HubError> {
    let rows = sqlx::query("SELECT source FROM publication WHERE kind = $1 AND id = $2 AND version > $3")
        .bind(kind)
        .bind(id)
        .bind(i64::from(version))
        .fetch_all(conn)
        .await;
    rows.doing("reading what was published")?.iter().map(|row| text(row, 0)).collect()
}

/// When a version was published, in seconds since 1970.
pub async fn published_at(conn: &mut Conn, kind: &str, id: &str, version: u32) -> Result<Option<i64>, HubError> {
    let row = sqlx::query("SELECT published_at FROM publication WHERE kind = $1 AND id = $2 AND version = $3")
        .bind(kind)
        .bind(id)
        .bind(i64::from(version))
        .fetch_optional(conn)
        .await
        .doing("reading when something was published")?;
    row.map(|row| int(&row, 0)).transpose()
}
