//! The hub's database: SQLite or PostgreSQL behind one set of statements. Nothing outside this folder names a table.
//!
//! A transaction that writes into a feed begins by locking that feed's row, so that the order of commits is the order
//! of sequence numbers; where it needs two feeds it locks them in the order of their ids.

pub mod device;
pub mod directory;
pub mod feed;
pub mod file;
pub mod loan;
pub mod op;
pub mod page;
pub mod publication;
pub mod sale;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Row, SqlSafeStr, Transaction};

use crate::error::{DatabaseContext, HubError};
use crate::heads::Heads;

/// A connection, in a transaction or not.
pub type Conn = AnyConnection;
/// A transaction; dropped without a commit it is rolled back. It knows which feeds it locked, so that those who wait for
/// them are woken by its commit.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    locked: Vec<String>,
    heads: Heads,
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.inner
    }
}

/// The hub's database.
#[derive(Clone, Debug)]
pub struct Db {
    /// The connections.
    pool: AnyPool,
    /// Which of the two engines.
    engine: Engine,
    /// What this process knows of the feeds' heads.
    heads: Heads,
}

/// Which database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite: the demo, one shop.
    Sqlite,
    /// PostgreSQL: a chain.
    Postgres,
}

impl Db {
    /// Opens the SQLite database of a folder in which there is one.
    pub async fn open_existing_dir(dir: &Path) -> Result<Self, HubError> {
        if !dir.join("hub.db").is_file() {
            return Err(HubError::refused(format!(
                "there is no hub's database in {}: check --data or GUIDE_HUB_DATA; \
                 `guide-hub serve`, `import` and `store add` begin one",
                dir.display()
            )));
        }
        Self::open_dir(dir).await
    }

    /// Opens the SQLite database of a folder, which is made where it is missing.
    pub async fn open_dir(dir: &Path) -> Result<Self, HubError> {
        std::fs::create_dir_all(dir).map_err(|source| HubError::File {
            doing: "making the hub's folder",
            path: dir.to_owned(),
            source,
        })?;
        let file = dir.join("hub.db");
        Self::open(&sqlite_url(&file)).await.map_err(|error| match error {
            HubError::Database { source, .. } => {
                HubError::refused(format!("the database {} cannot be opened: {source}", file.display()))
            }
            other => other,
        })
    }

    /// Opens a database by its URL, `sqlite://…` or `postgres://…`, and brings its tables to this version.
    pub async fn open(url: &str) -> Result<Self, HubError> {
        let engine = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Engine::Sqlite,
            Some("postgres" | "postgresql") => Engine::Postgres,
            _ => {
                return Err(HubError::refused(
                    "a database URL begins with sqlite:// or postgres://; for a folder use --data DIR",
                ));
            }
        };
        sqlx::any::install_default_drivers();
        let options =
            AnyPoolOptions::new().max_connections(8).acquire_timeout(CONNECT_LIMIT).after_connect(|conn, _| {
                Box::pin(async move {
                    if conn.backend_name() == "SQLite" {
                        for pragma in SQLITE_PRAGMAS {
                            sqlx::raw_sql(pragma).execute(&mut *conn).await?;
                        }
                    }
                    Ok(())
                })
            });
        let pool = match options.connect(url).await {
            Err(sqlx::Error::PoolTimedOut) => {
                return Err(HubError::refused(
                    "the database did not answer within ten seconds: check that it runs and that the URL is right",
                ));
            }
            pool => pool.doing("opening the database")?,
        };
        let migrator = Migrator::with_migrations(migrations());
        if migrator.run(&pool).await.is_err() {
            // two programs that open an empty database at once: the loser finds the winner's tables
            migrator.run(&pool).await.map_err(migration_fault)?;
        }
        let db = Self { pool, engine, heads: Heads::default() };
        directory::create_common_feeds(&db).await?;
        directory::tell_of_guides(&db).await?;
        Ok(db)
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx, HubError> {
        let inner = self.pool.begin().await.doing("beginning a transaction")?;
        Ok(Tx { inner, locked: Vec::new(), heads: self.heads.clone() })
    }

    /// What this process knows of the feeds' heads.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// A connection for statements of their own.
    pub async fn conn(&self) -> Result<sqlx::pool::PoolConnection<Any>, HubError> {
        self.pool.acquire().await.doing("taking a connection")
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), HubError> {
        sqlx::query("SELECT head FROM guide_feed WHERE guide_id = $1")
            .bind(feed::SHARED)
            .fetch_optional(&self.pool)
            .await
            .doing("asking the database")?;
        Ok(())
    }

    /// Closes the connections, so that SQLite folds its log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Commits a transaction, and wakes those who wait for the feeds that it had locked.
pub async fn commit(tx: Tx) -> Result<(), HubError> {
    let Tx { inner, locked, heads } = tx;
    let committed = inner.commit().await.doing("committing a transaction");
    // also after an error: the commit may have arrived
    heads.moved(&locked);
    committed
}

/// A column's text.
fn text(row: &AnyRow, column: usize) -> Result<String, HubError> {
    row.try_get(column).doing("reading a row")
}

/// A column's number.
fn int(row: &AnyRow, column: usize) -> Result<i64, HubError> {
    row.try_get(column).doing("reading a row")
}

/// A column's number that is never negative.
fn count(row: &AnyRow, column: usize) -> Result<u64, HubError> {
    int(row, column)?.try_into().map_err(|_| HubError::corrupt("a negative count"))
}

/// Counters stay far below 2⁶³.
fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Seconds since 1970 on the real clock: for tokens, codes and logs, never for facts.
pub fn epoch_seconds() -> i64 {
    chrono::Utc::now().timestamp()
}

/// The most rows or ids in one statement, well under both engines' limit of parameters.
const MAX_ROWS: usize = 500;

/// `($1, $2), ($3, $4)` for rows of a number of columns, counted from `$first`.
fn placeholders(first: usize, n_rows: usize, n_columns: usize) -> String {
    let mut text = String::with_capacity(n_rows * n_columns * 7);
    for row in 0..n_rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..n_columns {
            let n = first + row * n_columns + column;
            text.push_str(if column == 0 { "$" } else { ", $" });
            text.push_str(&n.to_string());
        }
        text.push(')');
    }
    text
}

/// The longest wait for a connection, also while all of them are in use.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// `WAL` lets readers go on beside the writer; `FULL` makes a commit durable before a terminal hears of it.
const SQLITE_PRAGMAS: [&str; 3] =
    ["PRAGMA busy_timeout = 10000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"];

/// The steps that bring a database from nothing to this version, in order.
pub fn migrations() -> Vec<Migration> {
    let migration = |version, description: &'static str, sql: &'static str| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    vec![
        migration(1, "hub", include_str!("../../migrations/0001_hub.sql")),
        migration(2, "sop", include_str!("../../migrations/0002_sop.sql")),
    ]
}

fn migration_fault(error: MigrateError) -> HubError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) | MigrateError::VersionTooNew(..) => {
            HubError::refused(
                "this database was made by another, probably newer version of guide-hub: use that one; \
                 nothing was changed",
            )
        }
        error => HubError::Migration(error),
    }
}

fn sqlite_url(file: &Path) -> String {
    let mut url = String::from("sqlite://");
    for byte in std::path::absolute(file).unwrap_or_else(|_| file.to_owned()).to_string_lossy().bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02x}")),
        }
    }
    url.push_str("?mode=rwc");
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on_over_rows() {
        assert_eq!(placeholders(2, 2, 3), "($2, $3, $4), ($5, $6, $7)");
    }

    #[test]
    fn a_folder_s_name_may_hold_anything() {
        assert_eq!(
            sqlite_url(Path::new("/店 1/a?b#c%/hub.db")),
            "sqlite:///%e5%ba%97%201/a%3fb%23c%25/hub.db?mode=rwc"
        );
    }
}
