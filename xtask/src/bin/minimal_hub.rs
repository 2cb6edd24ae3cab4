//! The ceiling that `guide-hub` is measured against: axum over a database with 50,000 rows; nothing at all, one indexed
//! SELECT, and one durable write of what was sent. `minimal_hub DATABASE-URL ADDRESS-FILE`.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, serve};
use sqlx::{AnyConnection, Connection, Row};
use tokio::sync::Semaphore;

/// As many as the hub has.
const N_CONNECTIONS: usize = 8;
const N_GUIDES: i64 = 50_000;

#[derive(Clone)]
struct Ceiling {
    connections: Arc<Mutex<Vec<AnyConnection>>>,
    free: Arc<Semaphore>,
    is_sqlite: bool,
}

#[derive(serde::Deserialize)]
struct Guide {
    i: i64,
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let url = args.next().context("minimal_hub DATABASE-URL ADDRESS-FILE")?;
    let file = args.next().context("minimal_hub DATABASE-URL ADDRESS-FILE")?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let app = Router::new()
            .route("/nothing", get(async || "nothing"))
            .route("/check", get(check))
            .route("/push", post(push))
            .with_state(Ceiling::open(&url).await?);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        std::fs::write(file, format!("http://{}\n", listener.local_addr()?))?;
        serve(listener, app).await?;
        Ok(())
    })
}

impl Ceiling {
    async fn open(url: &str) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let is_sqlite = url.starts_with("sqlite:");
        let mut connections = Vec::new();
        for _ in 0..N_CONNECTIONS {
            let mut connection = AnyConnection::connect(url).await?;
            if is_sqlite {
                let pragmas = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
                sqlx::raw_sql(pragmas).execute(&mut connection).await?;
            }
            connections.push(connection);
        }
        let connection = connections.first_mut().context("a connection")?;
        for table in [
            "CREATE TABLE IF NOT EXISTS ceiling_guide (id BIGINT PRIMARY KEY, head BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS ceiling_op (guide BIGINT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, \
             PRIMARY KEY (guide, id))",
        ] {
            sqlx::query(table).execute(&mut *connection).await?;
        }
        let fill = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1) \
                    INSERT INTO ceiling_guide SELECT i, 0 FROM n WHERE i >= 0 ON CONFLICT DO NOTHING";
        sqlx::query(fill).bind(N_GUIDES).execute(connection).await?;
        let free = Arc::new(Semaphore::new(N_CONNECTIONS));
        Ok(Self { connections: Arc::new(Mutex::new(connections)), free, is_sqlite })
    }

    async fn with<T>(&self, work: impl AsyncFnOnce(&mut AnyConnection) -> sqlx::Result<T>) -> Result<T, StatusCode> {
        let broken = || StatusCode::INTERNAL_SERVER_ERROR;
        let _permit = self.free.acquire().await.map_err(|_| broken())?;
        let stack = || self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = stack().pop().ok_or_else(broken)?;
        let done = work(&mut connection).await;
        stack().push(connection);
        done.map_err(|_| broken())
    }
}

async fn check(State(ceiling): State<Ceiling>, Query(Guide { i }): Query<Guide>) -> Result<String, StatusCode> {
    let head: i64 = ceiling
        .with(async |connection| {
            sqlx::query("SELECT head FROM ceiling_guide WHERE id = $1").bind(i).fetch_one(connection).await?.try_get(0)
        })
        .await?;
    Ok(head.to_string())
}

async fn push(
    State(ceiling): State<Ceiling>,
    Query(Guide { i }): Query<Guide>,
    body: Bytes,
) -> Result<&'static str, StatusCode> {
    let id = uuid::Uuid::now_v7().to_string();
    let body = String::from_utf8(body.into()).map_err(|_| StatusCode::BAD_REQUEST)?;
    // SQLite changes no rows in a WITH: there the one INSERT is the ceiling
    let sql = if ceiling.is_sqlite {
        "INSERT INTO ceiling_op (guide, id, body) VALUES ($1, $2, $3)"
    } else {
        "WITH op AS (INSERT INTO ceiling_op (guide, id, body) VALUES ($1, $2, $3)) \
         UPDATE ceiling_guide SET head = head + 1 WHERE id = $1"
    };
    ceiling.with(async |connection| sqlx::query(sql).bind(i).bind(id).bind(body).execute(connection).await).await?;
    Ok("ok")
}
