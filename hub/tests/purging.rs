//! Old tombstones and recorded answers go, and the floor tells who came too late.

use guide_common::wire::hub::OpResult;
use guide_hub::db::{Db, epoch_seconds, page};
use guide_hub::purge::{ANSWER_DAYS, Purged, TOMBSTONE_DAYS, purge};
use sqlx::Row;

use crate::support::without_http::{outcome_op, push_ops};
use crate::support::{TODAY, TestDb, TestHub, assign, check_feeds, hub_command};

const DAY_S: i64 = 24 * 60 * 60;

/// Three customers of G1 of whom two have gone to G2.
async fn with_tombstones() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let rows = "C1,2026-08-01,10\nC2,2026-08-01,10\nC3,2026-08-01,10\n";
    test.import(format!("customer_id,purchased_on,amount\n{rows}")).await;
    assign(&test, &["C1", "C2", "C3"], "G1").await;
    assign(&test, &["C1", "C2"], "G2").await;
    test
}

async fn tombstones(test: &TestDb, feed: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM entity WHERE guide_id = $1 AND deleted = 1";
    sqlx::query(sql).bind(feed).fetch_one(&mut test.admin().await).await.unwrap().get(0)
}

async fn head_and_floor(db: &Db, feed: &str) -> (u64, u64) {
    let page = page::read(&mut db.conn().await.unwrap(), feed, 0, 1).await.unwrap().unwrap();
    (page.state.head, page.floor)
}

#[tokio::test]
async fn tombstones_go_after_ninety_days_and_the_floor_rises_to_the_last_of_them() {
    let test = with_tombstones().await;
    let now = epoch_seconds();
    let n_before = tombstones(&test, "G1").await;
    assert!(n_before >= 4, "two customers with a purchase each");
    assert_eq!(purge(&test.db, now + (TOMBSTONE_DAYS - 1) * DAY_S).await.unwrap().n_tombstones, 0);
    assert_eq!(head_and_floor(&test.db, "G1").await.1, 0);
    let head = head_and_floor(&test.db, "G1").await.0;
    // one thing more changes, which is no tombstone
    push_ops(&test.db, "G1", &[outcome_op("C3", TODAY)]).await;
    let purged = purge(&test.db, now + (TOMBSTONE_DAYS + 1) * DAY_S).await.unwrap();
    assert_eq!(tombstones(&test, "G1").await, 0);
    assert!(purged.n_tombstones >= n_before as u64);
    assert_eq!(head_and_floor(&test.db, "G1").await, (head + 1, head));
    check_feeds(&test.db, &["G1", "G2", "@pool", "@shared"]).await;
    let again = purge(&test.db, now + (TOMBSTONE_DAYS + 1) * DAY_S).await.unwrap();
    assert_eq!(again, Purged::default());
}

#[tokio::test]
async fn a_cursor_from_before_what_was_purged_is_reset_and_a_later_one_goes_on() {
    let test = with_tombstones().await;
    let hub = TestHub::serve(test).await;
    let terminal = hub.terminal("G1").await;
    let page = terminal.get("/v1/changes?feed=guide&since=0").await.json();
    let (epoch, head) = (page["epoch"].as_str().unwrap().to_owned(), page["head"].as_u64().unwrap());
    purge(&hub.test_db.db, epoch_seconds() + (TOMBSTONE_DAYS + 1) * DAY_S).await.unwrap();
    let late = terminal.get(&format!("/v1/changes?feed=guide&epoch={epoch}&since={}", head - 1)).await;
    assert_eq!((late.status.as_u16(), late.json()["reason"].as_str()), (409, Some("too_old")), "{}", late.text());
    let on_time = terminal.get(&format!("/v1/changes?feed=guide&epoch={epoch}&since={head}")).await;
    assert_eq!(on_time.status, 200, "{}", on_time.text());
}

#[tokio::test]
async fn tombstones_of_an_older_version_count_from_the_day_on_which_tombstones_got_a_time() {
    let test = with_tombstones().await;
    let mut admin = test.admin().await;
    sqlx::query("UPDATE entity SET deleted_at = 0").execute(&mut admin).await.unwrap();
    let now = epoch_seconds();
    assert_eq!(purge(&test.db, now + (TOMBSTONE_DAYS - 1) * DAY_S).await.unwrap().n_tombstones, 0);
    assert!(purge(&test.db, now + (TOMBSTONE_DAYS + 1) * DAY_S).await.unwrap().n_tombstones >= 4);
    assert_eq!(tombstones(&test, "G1").await, 0);
}

#[tokio::test]
async fn an_op_whose_answer_was_forgotten_is_still_known_by_its_fact() {
    let test = with_tombstones().await;
    let op = outcome_op("C3", TODAY);
    assert_eq!(push_ops(&test.db, "G1", std::slice::from_ref(&op)).await, [OpResult::Applied]);
    let now = epoch_seconds();
    assert_eq!(purge(&test.db, now + (ANSWER_DAYS - 1) * DAY_S).await.unwrap().n_ops, 0);
    assert_eq!(purge(&test.db, now + (ANSWER_DAYS + 1) * DAY_S).await.unwrap().n_ops, 1);
    let head = head_and_floor(&test.db, "G1").await;
    assert_eq!(push_ops(&test.db, "G1", &[op]).await, [OpResult::Duplicate]);
    assert_eq!(head_and_floor(&test.db, "G1").await, head);
}

#[tokio::test]
async fn more_than_one_batch_goes_and_two_hubs_purge_side_by_side() {
    let test = TestDb::with_guides(&["G1"]).await;
    let rows: String = (0..700).map(|n| format!("C{n},2026-08-01,10\n")).collect();
    test.import(format!("customer_id,purchased_on,amount\n{rows}")).await;
    let ids: Vec<String> = (0..700).map(|n| format!("C{n}")).collect();
    assign(&test, &ids.iter().map(String::as_str).collect::<Vec<_>>(), "G1").await;
    let n_before = tombstones(&test, "@pool").await;
    assert!(n_before > 1_000);
    let other = test.open_again().await;
    let later = epoch_seconds() + (TOMBSTONE_DAYS + 1) * DAY_S;
    let (one, two) = tokio::join!(purge(&test.db, later), purge(&other, later));
    assert_eq!(one.unwrap().n_tombstones + two.unwrap().n_tombstones, n_before as u64);
    check_feeds(&test.db, &["G1", "@pool"]).await;
}

#[test]
fn the_command_says_what_it_removed() {
    let dir = tempfile::tempdir().unwrap();
    hub_command(dir.path(), &["store", "add", "--id", "S01", "--name", "云杉路店"]).check(0, "");
    hub_command(dir.path(), &["purge"]).check(0, "0 tombstones older than 90 days");
    assert_eq!(hub_command(dir.path(), &["purge", "--json"]).json()["n_tombstones"], 0);
}
