//! The hub's database: SQLite or PostgreSQL behind one set of statements. Nothing outside this folder names a table.
//!
//! A transaction that writes into a feed begins by locking that feed's row, so that the order of commits is the order
//! of sequence numbers; where it needs two feeds it locks them in the order of their ids.

pub mod cursor;
pub mod device;
pub mod directory;
pub mod distribute;
pub mod epoch;
pub mod feed;
pub mod file;
pub mod inventory;
pub mod known;
pub mod lead;
pub mod loan;
pub mod migrate;
pub mod op;
pub mod page;
pub mod publication;
pub mod purge;
pub mod retry;
pub mod sale;
pub mod snapshot;
mod warm;

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyConnection, AnyPool, Row, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::migrate::Brought;
use self::warm::{Warm, WarmConn};
use crate::desk::KnownRules;
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
    _turn: Option<OwnedSemaphorePermit>,
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
    /// Stands beside an SQLite database.
    marker_file: Option<Arc<Path>>,
    /// What opening it did to its tables.
    brought: Arc<Brought>,
    /// Connections that were used a moment ago.
    warm: Warm,
    /// SQLite has one writer: who begins a transaction of this process waits here, in the order in which they came.
    /// SQLite's own waiting has no order and sleeps in steps.
    writing: Option<Arc<Semaphore>>,
    /// The rules that all guides share, as they were read last.
    rules: KnownRules,
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
        let has_tables = Arc::new(AtomicBool::new(false));
        let options =
            AnyPoolOptions::new().max_connections(MAX_CONNECTIONS + warm::MAX_WARM).acquire_timeout(CONNECT_LIMIT);
        let prepared = has_tables.clone();
        let options = options.after_connect(move |conn, _| {
            let has_tables = prepared.load(Ordering::Acquire);
            Box::pin(async move { prepare(conn, has_tables).await })
        });
        let pool = match options.connect(url).await {
            Err(sqlx::Error::PoolTimedOut) => {
                return Err(HubError::refused(
                    "the database did not answer within ten seconds: check that it runs and that the URL is right",
                ));
            }
            pool => pool.doing("opening the database")?,
        };
        let brought = Arc::new(migrate::run(&pool, engine).await?);
        let mut db = Self {
            pool,
            engine,
            heads: Heads::default(),
            marker_file: None,
            brought,
            warm: Warm::default(),
            writing: (engine == Engine::Sqlite).then(|| Arc::new(Semaphore::new(1))),
            rules: KnownRules::default(),
        };
        epoch::create_state(&db, epoch_seconds()).await?;
        directory::create_common_feeds(&db).await?;
        db.marker_file = db.find_marker_file().await?.map(Arc::from);
        epoch::check_epoch(&db).await?;
        has_tables.store(true, Ordering::Release);
        directory::tell_of_guides(&db).await?;
        Ok(db)
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Copies an SQLite database into a new file, as of one moment, while others read and write it.
    pub async fn copy_into(&self, file: &Path) -> Result<(), HubError> {
        let name = file.to_str().ok_or_else(|| HubError::refused(format!("{} is no text", file.display())))?;
        let copied = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut *self.conn().await?).await;
        copied.doing("copying the database").map(drop)
    }

    /// What opening it did to its tables.
    pub fn brought(&self) -> &Brought {
        &self.brought
    }

    /// The file beside an SQLite database by which an older copy of it is noticed.
    fn marker_file(&self) -> Option<&Path> {
        self.marker_file.as_deref()
    }

    async fn find_marker_file(&self) -> Result<Option<PathBuf>, HubError> {
        if self.engine != Engine::Sqlite {
            return Ok(None);
        }
        let row = sqlx::query("SELECT file FROM pragma_database_list WHERE name = 'main'").fetch_one(&self.pool).await;
        let file = text(&row.doing("asking for the database's file")?, 0)?;
        // empty: a database in memory
        Ok((!file.is_empty()).then(|| Path::new(&file).with_extension("epoch")))
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx, HubError> {
        let turn = match &self.writing {
            Some(writing) => {
                let turn = tokio::time::timeout(CONNECT_LIMIT, writing.clone().acquire_owned()).await;
                let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut).doing("beginning a transaction")?;
                Some(turn.map_err(|_| sqlx::Error::PoolClosed).doing("beginning a transaction")?)
            }
            None => None,
        };
        let inner = self.pool.begin().await.doing("beginning a transaction")?;
        Ok(Tx { inner, locked: Vec::new(), heads: self.heads.clone(), _turn: turn })
    }

    /// The rules that all guides share, as they were read last.
    pub fn rules(&self) -> &KnownRules {
        &self.rules
    }

    /// What this process knows of the feeds' heads.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// A connection for reads, taken from those that a moment ago served others where there is one: the pool asks every
    /// connection whether it lives when it gives it out and again when it comes back, which costs more than a read.
    pub async fn warm(&self) -> Result<WarmConn, HubError> {
        let turn = self.warm.turn().await.doing("taking a connection")?;
        let conn = match self.warm.take() {
            Some(conn) => conn,
            None => self.conn().await?,
        };
        Ok(WarmConn { conn, warm: self.warm.clone(), _turn: turn })
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
        self.warm.clear();
        self.pool.close().await;
    }
}

/// Makes a connection fit for use, before its first statement.
async fn prepare(conn: &mut Conn, has_tables: bool) -> Result<(), sqlx::Error> {
    if conn.backend_name() == "SQLite" {
        for pragma in SQLITE_PRAGMAS {
            sqlx::raw_sql(pragma).execute(&mut *conn).await?;
        }
        return Ok(());
    }
    for limit in POSTGRES_LIMITS {
        sqlx::raw_sql(limit).execute(&mut *conn).await?;
    }
    if has_tables {
        // a connection to another server than before, such as a promoted standby, comes after the epoch's change
        match sqlx::query("SELECT CAST(pg_is_in_recovery() AS INT)").fetch_one(&mut *conn).await {
            Ok(row) if row.try_get::<i32, _>(0)? != 0 => {
                return Err(sqlx::Error::AnyDriverError("the server is a standby: it takes no writes".into()));
            }
            // an engine without that function has no such standbys
            Ok(_) | Err(sqlx::Error::Database(_)) => {}
            Err(error) => return Err(error),
        }
        let checked = epoch::check_origin(conn).await;
        checked.map_err(|error| sqlx::Error::AnyDriverError(error.into()))?;
    }
    Ok(())
}

/// Commits a transaction, and wakes those who wait for the feeds that it had locked.
pub async fn commit(tx: Tx) -> Result<(), HubError> {
    let Tx { inner, locked, heads, _turn } = tx;
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

/// How many connections a process has, beside those that are kept warm.
const MAX_CONNECTIONS: u32 = 8;

/// The longest wait for a connection, also while all of them are in use.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// `WAL` lets readers go on beside the writer; `FULL` makes a commit durable before a terminal hears of it; each connection
/// keeps half a MiB of pages, and the system the rest.
const SQLITE_PRAGMAS: [&str; 4] = [
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -512",
];

/// A feed's row is held for milliseconds: who waits for seconds tries again instead ([`retry`]), and a transaction whose
/// program hangs lets go of it.
const POSTGRES_LIMITS: [&str; 3] =
    ["SET lock_timeout = '2s'", "SET idle_in_transaction_session_timeout = '15s'", "SET statement_timeout = '60s'"];

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
