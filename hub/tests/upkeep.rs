//! What a serving hub does without being asked: epochs, purges and cursors.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use guide_hub::db::{Db, epoch};
use guide_hub::upkeep::{self, PAUSES, Pauses};
use sqlx::Row;

use crate::support::without_http::{outcome_op, push_ops};
use crate::support::{TODAY, TestDb, assign, training_app};

const AT_ONCE: Duration = Duration::from_millis(5);
const NEVER: Duration = Duration::from_secs(3_600);
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until something is so.
async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !look().await {
        assert!(began.elapsed() < PATIENCE, "waited for {what}");
        tokio::time::sleep(AT_ONCE).await;
    }
}

async fn epoch_of(db: &Db) -> String {
    epoch::current(&mut db.conn().await.unwrap()).await.unwrap()
}

async fn n_rows(test: &TestDb, sql: &'static str) -> i64 {
    sqlx::query(sql).fetch_one(&mut test.admin().await).await.unwrap().get(0)
}

const OLD_ANSWERS: &str = "SELECT COUNT(*) FROM applied_ops";
const OLD_TOMBSTONES: &str = "SELECT COUNT(*) FROM entity WHERE guide_id = 'G1' AND deleted = 1";

/// A hub with an answer and with tombstones of long ago.
async fn with_old_rows() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-01,10\nC2,2026-08-01,10\n").await;
    assign(&test, &["C1", "C2"], "G1").await;
    push_ops(&test.db, "G1", &[outcome_op("C1", TODAY)]).await;
    assign(&test, &["C2"], "G2").await;
    let mut admin = test.admin().await;
    for sql in ["UPDATE entity SET deleted_at = 1 WHERE deleted = 1", "UPDATE applied_ops SET at = '2020-01-01'"] {
        assert!(sqlx::query(sql).execute(&mut admin).await.unwrap().rows_affected() > 0, "{sql}");
    }
    test
}

#[tokio::test]
async fn a_serving_hub_finds_out_that_its_database_is_another_one() {
    let test = TestDb::with_guides(&["G1"]).await;
    epoch::begin_serving(&test.db).await.unwrap();
    let app = training_app(&test, test.db.clone());
    let upkeep = tokio::spawn(upkeep::run(app, Pauses { cursors: NEVER, epoch: AT_ONCE, purge: NEVER }));
    let mut epoch = epoch_of(&test.db).await;
    // twice: not only at the start
    for other in ["one", "two"] {
        if test.is_postgres() {
            let sql = "UPDATE hub_state SET value = regexp_replace(value, '^\\S+', $1) WHERE key = 'origin'";
            sqlx::query(sql).bind(other).execute(&mut test.admin().await).await.unwrap();
        } else {
            std::fs::write(test.dir.path().join("hub.epoch"), format!("{other} 1 0\n")).unwrap();
        }
        until("another epoch", async || epoch_of(&test.db).await != epoch).await;
        epoch = epoch_of(&test.db).await;
    }
    upkeep.abort();
}

#[tokio::test]
async fn a_serving_hub_removes_old_tombstones_and_answers_again_and_again() {
    let test = with_old_rows().await;
    let app = training_app(&test, test.db.clone());
    let upkeep = tokio::spawn(upkeep::run(app, Pauses { cursors: NEVER, epoch: NEVER, purge: AT_ONCE }));
    until("the purge", async || n_rows(&test, OLD_ANSWERS).await == 0 && n_rows(&test, OLD_TOMBSTONES).await == 0)
        .await;
    push_ops(&test.db, "G1", &[outcome_op("C1", TODAY)]).await;
    sqlx::query("UPDATE applied_ops SET at = '2020-01-01'").execute(&mut test.admin().await).await.unwrap();
    until("the next purge", async || n_rows(&test, OLD_ANSWERS).await == 0).await;
    upkeep.abort();
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_keeps_its_database_up_while_it_serves() {
    assert_eq!((PAUSES.epoch, PAUSES.purge), (Duration::from_secs(10), Duration::from_secs(3_600)));
    let test = with_old_rows().await;
    let serve = Command::new(env!("CARGO_BIN_EXE_guide-hub"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database-url", &test.url])
        .env_remove("GUIDE_HUB_DATA")
        .stderr(Stdio::null())
        .spawn();
    let _serving = Serving(serve.unwrap());
    until("the purge", async || n_rows(&test, OLD_ANSWERS).await == 0).await;
}
