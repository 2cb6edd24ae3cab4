//! The floor that `guided` is measured against: tokio, axum and sled on a Unix socket with 2,000 rows; one read, and
//! one durable write. `minimal_daemon SOCKET FOLDER`.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, serve};

#[derive(Clone)]
struct Floor {
    db: sled::Db,
    file: Arc<File>,
    n_written: Arc<AtomicU64>,
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1);
    let socket = args.next().context("minimal_daemon SOCKET FOLDER")?;
    let folder = std::path::PathBuf::from(args.next().context("minimal_daemon SOCKET FOLDER")?);
    let db = sled::Config::new().path(&folder).cache_capacity(64 << 20).flush_every_ms(Some(5_000)).open()?;
    for n in 0..2_000_u64 {
        db.insert(n.to_be_bytes(), vec![b'x'; 600])?;
    }
    db.flush()?;
    let file = Arc::new(File::open(folder.join("db"))?);
    let floor = Floor { db, file, n_written: Arc::new(AtomicU64::new(1 << 32)) };
    let _ = std::fs::remove_file(&socket);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = Router::new().route("/read", get(read)).route("/write", post(write)).with_state(floor);
        serve(tokio::net::UnixListener::bind(socket)?, app).await?;
        Ok(())
    })
}

async fn read(State(floor): State<Floor>) -> Result<Vec<u8>, StatusCode> {
    let row = floor.db.get(7_u64.to_be_bytes()).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    row.map(|row| row.to_vec()).ok_or(StatusCode::NOT_FOUND)
}

async fn write(State(floor): State<Floor>, body: Bytes) -> Result<&'static str, StatusCode> {
    // a new key each time: sled writes nothing for an unchanged value
    let key = floor.n_written.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let written = floor.db.insert(key, body.to_vec()).and_then(|_| floor.db.flush());
    written.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    floor.file.sync_data().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok("ok")
}
