//! The epoch of the hub: what begins one, and that every feed tells it.

use std::path::Path;

use guide_hub::db::{Db, epoch, page};

use crate::support::without_http::{outcome_op, push_ops};
use crate::support::{TODAY, TestDb, TestHub, hub_command};

async fn epoch_of(db: &Db) -> String {
    epoch::current(&mut db.conn().await.unwrap()).await.unwrap()
}

/// A hub with one customer of one guide, in a folder that can be copied.
async fn in_a_folder(dir: &Path) {
    let hub = |args: &[&str]| hub_command(dir, args).check(0, "");
    hub(&["store", "add", "--id", "S01", "--name", "云杉路店"]);
    hub(&["guide", "add", "--id", "G1", "--name", "周静", "--store", "S01"]);
    let file = dir.join("purchases.csv");
    std::fs::write(&file, "customer_id,purchased_on,amount\nC1,2026-08-01,10\n").unwrap();
    hub(&["import", "purchases", file.to_str().unwrap()]);
    hub(&["guide", "assign", "--customers", "C1", "--to", "G1"]);
}

/// A life of a server: what it notes at its start, what terminals push, what it notes from time to time.
async fn serve_once(dir: &Path, n_ops: usize) -> String {
    let db = Db::open_dir(dir).await.unwrap();
    epoch::begin_serving(&db).await.unwrap();
    for _ in 0..n_ops {
        push_ops(&db, "G1", &[outcome_op("C1", TODAY)]).await;
    }
    assert_eq!(epoch::check_epoch(&db).await.unwrap(), None);
    let epoch = epoch_of(&db).await;
    db.close().await;
    epoch
}

/// Puts the database itself back as it was, and leaves the file beside it.
fn put_back(dir: &Path, copy: &Path) {
    for ending in ["db-wal", "db-shm"] {
        let _ = std::fs::remove_file(dir.join(format!("hub.{ending}")));
    }
    std::fs::copy(copy, dir.join("hub.db")).unwrap();
}

#[tokio::test]
async fn stops_starts_and_commands_keep_the_epoch_of_an_embedded_hub() {
    let dir = tempfile::tempdir().unwrap();
    in_a_folder(dir.path()).await;
    let first = serve_once(dir.path(), 2).await;
    hub_command(dir.path(), &["guide", "list"]).check(0, "G1");
    assert_eq!(serve_once(dir.path(), 1).await, first);
    assert_eq!(serve_once(dir.path(), 0).await, first);
}

#[tokio::test]
async fn hubs_that_begin_to_serve_at_once_never_leave_the_database_two_starts_ahead_of_its_file() {
    let dir = tempfile::tempdir().unwrap();
    in_a_folder(dir.path()).await;
    let first = serve_once(dir.path(), 1).await;
    let generation = || {
        let text = std::fs::read_to_string(dir.path().join("hub.epoch")).unwrap();
        text.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = generation();
    let db = Db::open_dir(dir.path()).await.unwrap();
    // another hub has counted on in the database, and not yet in the file
    let sql = "UPDATE hub_state SET value = replace(value, ' ' || $1, ' ' || $2) WHERE key = 'marker'";
    let counted = sqlx::query(sql).bind(before.to_string()).bind((before + 1).to_string());
    assert_eq!(counted.execute(&mut *db.conn().await.unwrap()).await.unwrap().rows_affected(), 1);
    epoch::begin_serving(&db).await.unwrap();
    assert_eq!(generation(), before + 1, "both stand at the same start");
    assert_eq!(epoch_of(&db).await, first);
}

#[tokio::test]
async fn an_older_copy_put_back_over_an_embedded_hub_begins_an_epoch_also_within_one_run_of_the_server() {
    let dir = tempfile::tempdir().unwrap();
    in_a_folder(dir.path()).await;
    let first = serve_once(dir.path(), 1).await;
    let copy = dir.path().join("copy");
    // the same generation: only the heads tell
    std::fs::copy(dir.path().join("hub.db"), &copy).unwrap();
    let db = Db::open_dir(dir.path()).await.unwrap();
    push_ops(&db, "G1", &[outcome_op("C1", TODAY)]).await;
    epoch::check_epoch(&db).await.unwrap();
    db.close().await;
    put_back(dir.path(), &copy);
    let second = serve_once(dir.path(), 1).await;
    assert_ne!(second, first);
    assert_eq!(serve_once(dir.path(), 0).await, second);
    // another generation: nothing was written since, and still it is an older copy
    std::fs::copy(dir.path().join("hub.db"), &copy).unwrap();
    serve_once(dir.path(), 0).await;
    serve_once(dir.path(), 0).await;
    put_back(dir.path(), &copy);
    assert_ne!(serve_once(dir.path(), 0).await, second);
}

#[tokio::test]
async fn an_embedded_hub_that_was_moved_without_its_file_begins_an_epoch_once() {
    let dir = tempfile::tempdir().unwrap();
    in_a_folder(dir.path()).await;
    let first = serve_once(dir.path(), 1).await;
    std::fs::remove_file(dir.path().join("hub.epoch")).unwrap();
    let second = serve_once(dir.path(), 1).await;
    assert_ne!(second, first);
    assert_eq!(serve_once(dir.path(), 1).await, second);
}

#[tokio::test]
async fn every_feed_tells_the_hub_s_epoch_and_hears_of_another_at_once() {
    let hub = TestHub::serve(TestDb::with_guides(&["G1", "G2"]).await).await;
    let terminal = hub.terminal("G1").await;
    let before = epoch_of(&hub.test_db.db).await;
    for feed in ["guide", "shared"] {
        let page = terminal.get(&format!("/v1/changes?feed={feed}&since=0")).await.json();
        assert_eq!(page["epoch"], before.as_str(), "{feed}");
    }
    let head = crate::support::head(&hub.test_db.db, "G1").await;
    let next = epoch::renew(&hub.test_db.open_again().await).await.unwrap();
    assert_ne!(next, before);
    let db = &hub.test_db.db;
    for feed in ["G1", "G2", "@shared", "@pool"] {
        let mut conn = db.conn().await.unwrap();
        assert_eq!(page::read(&mut conn, feed, 0, 1).await.unwrap().unwrap().state.epoch, next, "{feed}");
    }
    let answer = terminal.get(&format!("/v1/changes?feed=guide&epoch={before}&since={head}")).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert_eq!((answer.json()["reason"].as_str(), answer.json()["epoch"].as_str()), (Some("epoch"), Some(&*next)));
}

#[tokio::test]
async fn a_database_of_another_cluster_timeline_or_restore_begins_one_epoch_whoever_finds_out() {
    let test = TestDb::with_guides(&["G1"]).await;
    if !test.is_postgres() {
        return;
    }
    let mut epochs = vec![epoch_of(&test.db).await];
    let others = [test.open_again().await, test.open_again().await];
    assert_eq!(epoch_of(&test.db).await, epochs[0]);
    let mut admin = test.admin().await;
    for part in 1..=3 {
        // as if the rows had come from elsewhere: a part of what was noted is another one
        let sql = format!(
            "UPDATE hub_state SET value = regexp_replace(value, '^((\\S+ ){{{}}})\\S+', '\\1x') WHERE key = 'origin'",
            part - 1
        );
        assert_eq!(sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.unwrap().rows_affected(), 1);
        let (one, two) = tokio::join!(epoch::check_epoch(&others[0]), epoch::check_epoch(&others[1]));
        let began: Vec<String> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
        assert_eq!(began.len(), 1, "part {part}");
        assert_eq!(epoch_of(&test.db).await, began[0]);
        assert!(!epochs.contains(&began[0]));
        epochs.push(began[0].clone());
    }
    // an engine that does not tell a part keeps the epoch
    let sql = "UPDATE hub_state SET value = '- - -' WHERE key = 'origin'";
    sqlx::query(sql).execute(&mut admin).await.unwrap();
    assert_eq!(epoch::check_epoch(&test.db).await.unwrap(), None);
}

#[tokio::test]
async fn a_connection_to_another_database_is_used_only_after_the_epoch_s_change() {
    let test = TestDb::with_guides(&["G1"]).await;
    if !test.is_postgres() {
        return;
    }
    let before = epoch_of(&test.db).await;
    let mut admin = test.admin().await;
    let sql = "UPDATE hub_state SET value = replace(value, '00000001', '00000009') WHERE key = 'origin'";
    assert_eq!(sqlx::query(sql).execute(&mut admin).await.unwrap().rows_affected(), 1);
    // every connection of the hub breaks, as when the server dies
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(sql).fetch_all(&mut admin).await.unwrap();
    assert_ne!(epoch_of(&test.db).await, before);
}
