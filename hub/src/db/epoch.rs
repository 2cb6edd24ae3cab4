//! The epoch of the whole hub: sequence numbers, cursors and "received" mean nothing under another one. It changes when
//! the database is not the continuation of the one that was served from before: a promoted standby, a restored dump, an
//! older copy of the file. Terminals then compare contents, and push again what they keep.

use std::path::{Path, PathBuf};

use sqlx::Connection;

use super::{Conn, Db, Engine, commit, count, text};
use crate::error::{DatabaseContext, HubError};

mod marker;
mod origin;

use self::marker::{Marker, Verdict};
use self::origin::Origin;

/// The key of the epoch in the table of the hub's state.
const EPOCH: &str = "epoch";
/// Where PostgreSQL's rows came from.
const ORIGIN: &str = "origin";
/// What the file beside an SQLite database holds too.
const MARKER: &str = "marker";

/// The seed of the demo's chain, in a hub that was filled with it.
const DEMO_SEED: &str = "demo_seed";

/// The seed of the demo's chain; none in a hub that holds anything else.
pub async fn demo_seed(conn: &mut Conn) -> Result<Option<String>, HubError> {
    state(conn, DEMO_SEED).await
}

/// Notes the seed of the demo's chain.
pub async fn note_demo_seed(conn: &mut Conn, seed: u64) -> Result<(), HubError> {
    put(conn, DEMO_SEED, &seed.to_string()).await
}

/// The epoch that every feed tells.
pub async fn current(conn: &mut Conn) -> Result<String, HubError> {
    state(conn, EPOCH).await?.ok_or_else(|| HubError::corrupt("the hub's state (no epoch)"))
}

/// Begins an epoch, whatever the database's origin: after a restore that nothing else would notice.
pub async fn renew(db: &Db) -> Result<String, HubError> {
    let mut conn = db.conn().await?;
    set_epoch(&mut conn).await
}

/// Compares the database with the one that was served from before; returns the epoch that it had to begin. Of several
/// processes that find out at once one begins it. To be called at the start and every ten seconds; on PostgreSQL every
/// connection is checked besides, before its first use.
pub async fn check_epoch(db: &Db) -> Result<Option<String>, HubError> {
    let mut conn = db.conn().await?;
    match (db.engine(), db.marker_file()) {
        (Engine::Postgres, _) => check_origin(&mut conn).await,
        (Engine::Sqlite, Some(file)) => {
            drop(conn);
            check_marker(db, file).await
        }
        (Engine::Sqlite, None) => Ok(None),
    }
}

/// Notes that a server begins to serve from an SQLite database, in the database and in the file beside it.
pub async fn begin_serving(db: &Db) -> Result<(), HubError> {
    let Some(file) = db.marker_file() else { return Ok(()) };
    check_marker(db, file).await?;
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    let Some(before) = state(&mut tx, MARKER).await?.and_then(|text| Marker::parse(&text)) else {
        return Err(HubError::corrupt("the hub's state (no marker)"));
    };
    // one ahead of the file: another hub has just counted on, or ended before it wrote the file; two would be another
    // database
    let in_file = read_marker(file).await?.map_or(before.generation, |in_file| in_file.generation);
    let next = Marker { generation: before.generation.min(in_file) + 1, ..before };
    put(&mut tx, MARKER, &next.of_database()).await?;
    commit(tx).await?;
    // after the commit: a program that ends between the two leaves the database one ahead, which is no other database
    let heads = heads(&mut *db.conn().await?).await?;
    write_marker(file, Marker { heads, ..next }).await
}

/// Makes the rows of the hub's state that an open database has.
pub(super) async fn create_state(db: &Db, now_s: i64) -> Result<(), HubError> {
    let mut conn = db.conn().await?;
    for (key, value) in [(EPOCH, uuid::Uuid::now_v7().to_string()), (super::purge::SINCE, now_s.to_string())] {
        if state(&mut conn, key).await?.is_none() {
            sqlx::query("INSERT INTO hub_state (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
                .bind(key)
                .bind(value)
                .execute(&mut *conn)
                .await
                .doing("writing the hub's state")?;
        }
    }
    Ok(())
}

/// A row of the hub's state.
pub(super) async fn state(conn: &mut Conn, key: &str) -> Result<Option<String>, HubError> {
    let row = sqlx::query("SELECT value FROM hub_state WHERE key = $1").bind(key).fetch_optional(conn).await;
    row.doing("reading the hub's state")?.map(|row| text(&row, 0)).transpose()
}

/// Compares a PostgreSQL connection's database with the noted origin.
pub(super) async fn check_origin(conn: &mut Conn) -> Result<Option<String>, HubError> {
    let seen = Origin::of(conn).await?;
    let noted = state(conn, ORIGIN).await?;
    let Some(noted_text) = noted else {
        sqlx::query("INSERT INTO hub_state (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
            .bind(ORIGIN)
            .bind(seen.to_string())
            .execute(conn)
            .await
            .doing("noting the database's origin")?;
        return Ok(None);
    };
    let noted = Origin::parse(&noted_text);
    let next = seen.or(&noted).to_string();
    if next == noted_text {
        return Ok(None);
    }
    let mut tx = conn.begin().await.doing("beginning a transaction")?;
    // who comes second finds another text and changes nothing
    let swapped = sqlx::query("UPDATE hub_state SET value = $1 WHERE key = $2 AND value = $3")
        .bind(&next)
        .bind(ORIGIN)
        .bind(&noted_text)
        .execute(&mut *tx)
        .await;
    if swapped.doing("noting the database's origin")?.rows_affected() == 0 {
        return Ok(None);
    }
    let epoch = if seen.differs(&noted) { Some(set_epoch(&mut tx).await?) } else { None };
    tx.commit().await.doing("committing a transaction")?;
    if let Some(epoch) = &epoch {
        tracing::warn!(before = noted_text, found = next, epoch, "the database is another one: an epoch begins");
    }
    Ok(epoch)
}

/// Compares an SQLite database with the file beside it.
async fn check_marker(db: &Db, file: &Path) -> Result<Option<String>, HubError> {
    let mut conn = db.conn().await?;
    let in_file = read_marker(file).await?;
    let in_database = state(&mut conn, MARKER).await?.and_then(|text| Marker::parse(&text));
    let heads_now = heads(&mut conn).await?;
    drop(conn);
    if marker::compare(in_file.as_ref(), in_database.as_ref(), heads_now) == Verdict::Same {
        if let Some(in_file) = in_file.filter(|in_file| in_file.heads < heads_now) {
            write_marker(file, Marker { heads: heads_now, ..in_file }).await?;
        }
        return Ok(None);
    }
    // once more under the lock: of two programs that open the database at once one must be right
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    let in_file = read_marker(file).await?;
    let in_database = state(&mut tx, MARKER).await?.and_then(|text| Marker::parse(&text));
    let heads = heads(&mut tx).await?;
    let verdict = marker::compare(in_file.as_ref(), in_database.as_ref(), heads);
    let epoch = match verdict {
        Verdict::Same => return Ok(None),
        Verdict::First => None,
        Verdict::Other => Some(set_epoch(&mut tx).await?),
    };
    let next = Marker::first(heads);
    put(&mut tx, MARKER, &next.of_database()).await?;
    write_marker(file, next).await?;
    commit(tx).await?;
    if let Some(epoch) = &epoch {
        tracing::warn!(epoch, "the database is not the one that was served from last: an epoch begins");
    }
    Ok(epoch)
}

/// Holds off every other program that would compare or count on.
async fn lock(conn: &mut Conn) -> Result<(), HubError> {
    sqlx::query("UPDATE hub_state SET value = value WHERE key = $1")
        .bind(EPOCH)
        .execute(conn)
        .await
        .doing("locking the hub's state")?;
    Ok(())
}

/// The sum of all heads: it never falls, unless the database is an older copy.
async fn heads(conn: &mut Conn) -> Result<u64, HubError> {
    let row = sqlx::query("SELECT COALESCE(SUM(head), 0) FROM guide_feed").fetch_one(conn).await;
    count(&row.doing("adding up the feeds' heads")?, 0)
}

async fn set_epoch(conn: &mut Conn) -> Result<String, HubError> {
    let epoch = uuid::Uuid::now_v7().to_string();
    put(conn, EPOCH, &epoch).await?;
    Ok(epoch)
}

async fn put(conn: &mut Conn, key: &str, value: &str) -> Result<(), HubError> {
    sqlx::query(
        "INSERT INTO hub_state (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(conn)
    .await
    .doing("writing the hub's state")?;
    Ok(())
}

async fn read_marker(file: &Path) -> Result<Option<Marker>, HubError> {
    on_a_thread(file, "reading", |file| match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        // what was written in another form counts like a marker of another database
        text => text.map(|text| Some(Marker::parse(&text).unwrap_or_default())),
    })
    .await
}

async fn write_marker(file: &Path, marker: Marker) -> Result<(), HubError> {
    on_a_thread(file, "writing", move |file| marker.write(file)).await
}

async fn on_a_thread<T: Send + 'static>(
    file: &Path,
    doing: &'static str,
    work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
) -> Result<T, HubError> {
    let path: PathBuf = file.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    let done = done.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    done.map_err(|source| HubError::File { doing, path: file.to_owned(), source })
}
