//! Waiting calls: what ends them, what they cost, and that nobody waits for what is there already.

use std::time::{Duration, Instant};

use guide_common::sop::settings::GoldPrice;
use guide_common::wire::hub::{FeedDigest, FeedPlace};
use guide_hub::db::feed::{Change, Feed};
use guide_hub::db::{Db, commit, epoch, page};
use guide_hub::price;
use hyper::StatusCode;
use tokio::task::JoinHandle;

use crate::support::{Answer, TODAY, Terminal, TestDb, TestHub, assign, at_head, day};

/// Far longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-12,500\nC2,2026-08-10,500\n").await;
    assign(&test, &["C1"], "G1").await;
    assign(&test, &["C2"], "G2").await;
    TestHub::serve(test).await
}

/// Begins a call and returns when the hub waits for so many feeds.
async fn wait_for(db: &Db, terminal: &Terminal, query: &str, n_feeds: usize) -> JoinHandle<Answer> {
    let (terminal, query) = (terminal.clone(), format!("{query}&wait=25"));
    let call = tokio::spawn(async move { terminal.get(&query).await });
    tokio::time::timeout(LIMIT, async {
        while db.heads().n_awaited() < n_feeds {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(!call.is_finished(), "the call was answered at once");
    call
}

async fn ended(call: JoinHandle<Answer>) -> Answer {
    tokio::time::timeout(LIMIT, call).await.unwrap().unwrap()
}

async fn set_price(db: &Db, price_fen: i64) {
    let at = day(TODAY).and_hms_opt(9, 0, 0).unwrap();
    price::set(db, GoldPrice { price_fen, at }, at).await.unwrap();
}

#[tokio::test]
async fn a_push_through_the_same_hub_ends_the_wait_with_the_change() {
    let hub = hub().await;
    let (terminal, other) = (hub.terminal("G1").await, hub.terminal("G1").await);
    let (_, query) = at_head(&terminal, "guide").await;
    let call = wait_for(&hub.test_db.db, &terminal, &query, 1).await;
    let op = other.outcome("C1", TODAY, |_| {});
    let pushed = other.push(std::slice::from_ref(&op)).await.json();
    let answer = ended(call).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["items"][0]["id"], op.op_id.to_string());
    assert_eq!((&answer.json()["head"], &answer.json()["epoch"]), (&pushed["head"], &pushed["epoch"]));
}

#[tokio::test]
async fn a_commit_has_woken_who_waits_for_the_feeds_that_it_locked_when_it_returns() {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let mut moves = test.db.heads().watch(&test.db, "G1");
    // the first poll tells where the feed is
    tokio::time::timeout(LIMIT, moves.changed()).await.unwrap().unwrap();
    let write = async |guide: &str, body: &str| {
        let mut tx = test.db.begin().await.unwrap();
        let mut feed = Feed::lock_known(&mut tx, guide).await.unwrap();
        feed.apply(&mut tx, vec![Change::put("fact", "F1", "C1", body.to_owned())]).await.unwrap();
        tx
    };
    drop(write("G1", "1").await);
    commit(write("G2", "2").await).await.unwrap();
    assert!(!moves.has_changed().unwrap(), "neither a rollback nor another feed");
    commit(write("G1", "3").await).await.unwrap();
    assert!(moves.has_changed().unwrap());
}

#[tokio::test]
async fn content_that_is_forged_at_an_equal_head_is_noticed_while_somebody_waits() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let call = wait_for(&hub.test_db.db, &terminal, &query, 1).await;
    let forge = "UPDATE guide_feed SET digest = '0000000000000001' WHERE guide_id = 'G1'";
    sqlx::query(forge).execute(&mut *hub.test_db.db.conn().await.unwrap()).await.unwrap();
    let answer = ended(call).await;
    assert_eq!((answer.status, &answer.json()["reason"]), (StatusCode::CONFLICT, &"digest".into()));
}

#[tokio::test]
async fn another_guide_s_push_ends_no_wait() {
    let hub = hub().await;
    let (terminal, other) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let (_, query) = at_head(&terminal, "guide").await;
    let call = wait_for(&hub.test_db.db, &terminal, &query, 1).await;
    other.push(&[other.outcome("C2", TODAY, |_| {})]).await;
    terminal.push(&[terminal.outcome("C1", TODAY, |_| {})]).await;
    let items = ended(call).await.json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["customer"], "C1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_through_another_process_reaches_a_waiting_terminal() {
    let hub = hub().await;
    let (address, _serving) = hub.another().await;
    let terminal = hub.terminal("G1").await;
    let other = Terminal { address, ..terminal.clone() };
    let mut latencies = Vec::new();
    for _ in 0..8 {
        let (_, query) = at_head(&terminal, "guide").await;
        let call = wait_for(&hub.test_db.db, &terminal, &query, 1).await;
        let begun = Instant::now();
        other.push(&[other.outcome("C1", TODAY, |_| {})]).await;
        assert_eq!(ended(call).await.status, StatusCode::OK);
        latencies.push(begun.elapsed());
    }
    latencies.sort_unstable();
    println!("from another process's push to the waiting terminal: {latencies:?}");
}

#[tokio::test]
async fn a_change_of_the_other_feed_ends_the_wait_and_its_place_is_told() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (shared, _) = at_head(&terminal, "shared").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let place = FeedPlace { epoch: shared.epoch.clone(), seq: shared.head };
    let query = format!("{query}&other={place}");
    let at_once = terminal.get(&query).await;
    assert_eq!((at_once.status, at_once.header("x-guide-other")), (StatusCode::NOT_MODIFIED, &*place.to_string()));
    let call = wait_for(&hub.test_db.db, &terminal, &query, 2).await;
    // headquarters is another process
    set_price(&hub.test_db.open_again().await, 103_450).await;
    let answer = ended(call).await;
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
    let moved = FeedPlace { seq: shared.head + 1, ..place };
    assert_eq!(answer.header("x-guide-other"), moved.to_string());
    let behind = tokio::time::timeout(LIMIT, terminal.get(&format!("{query}&wait=25"))).await.unwrap();
    assert_eq!(behind.header("x-guide-other"), moved.to_string(), "who is behind is told at once");
}

#[tokio::test]
async fn a_wait_in_which_nothing_changes_ends_with_304() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let begun = Instant::now();
    let answer = terminal.get(&format!("{query}&wait=1")).await;
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
    assert!(begun.elapsed() >= Duration::from_millis(950), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn who_waits_holds_no_connection() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let mut calls = Vec::new();
    for _ in 0..40 {
        calls.push(wait_for(&hub.test_db.db, &terminal, &query, 1).await);
    }
    let mut connections = Vec::new();
    for _ in 0..7 {
        connections.push(tokio::time::timeout(LIMIT, hub.test_db.db.conn()).await.unwrap().unwrap());
    }
    drop(connections);
    terminal.push(&[terminal.outcome("C1", TODAY, |_| {})]).await;
    for call in calls {
        assert_eq!(ended(call).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_stop_ends_waits_at_once() {
    let mut hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let call = wait_for(&hub.test_db.db, &terminal, &query, 1).await;
    let begun = Instant::now();
    hub.stop();
    assert_eq!(ended(call).await.status, StatusCode::NOT_MODIFIED);
    assert!(begun.elapsed() < Duration::from_secs(10), "not by the limit of stops");
}

#[tokio::test]
async fn a_new_epoch_ends_waits_with_a_reset() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let call = wait_for(&hub.test_db.db, &terminal, &query, 1).await;
    let epoch = epoch::renew(&hub.test_db.open_again().await).await.unwrap();
    let answer = ended(call).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!((&answer.json()["reason"], &answer.json()["epoch"]), (&"epoch".into(), &epoch.into()));
}

#[tokio::test]
async fn a_terminal_s_own_push_is_seen_by_its_next_poll() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    for _ in 0..20 {
        let (_, query) = at_head(&terminal, "guide").await;
        // the hub remembers this state
        assert_eq!(terminal.get(&query).await.status, StatusCode::NOT_MODIFIED);
        let op = terminal.outcome("C1", TODAY, |_| {});
        terminal.push(std::slice::from_ref(&op)).await;
        assert_eq!(terminal.get(&query).await.json()["items"][0]["id"], op.op_id.to_string());
    }
}

#[tokio::test]
async fn a_hub_that_ends_before_what_a_terminal_was_told_resets_it_as_ahead() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (before, query) = at_head(&terminal, "guide").await;
    assert_eq!(terminal.get(&format!("{query}&seen={}", before.head)).await.status, StatusCode::NOT_MODIFIED);
    // as after a restored copy without a change of the epoch: the push's answer named a head that is gone
    let answer = terminal.get(&format!("{query}&seen={}", before.head + 1)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.json()["reason"], "ahead");
}

#[tokio::test]
async fn of_ten_thousand_awaited_feeds_one_statement_names_those_that_moved() {
    let test = TestDb::with_guides(&["G1"]).await;
    let mut conn = test.db.conn().await.unwrap();
    let numbers = if test.is_postgres() {
        "SELECT n FROM generate_series(1, 10000) AS s (n)"
    } else {
        "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 10000) SELECT n FROM s"
    };
    let insert = format!(
        "INSERT INTO guide_feed (guide_id, epoch, head, floor, n_live, digest, digest_key) SELECT \
         'W' || CAST(n AS TEXT), 'e', 7, 0, 7, '0000000000000007', '00000000000000000000000000000007' FROM ({numbers}) t"
    );
    sqlx::query(sqlx::AssertSqlSafe(insert)).execute(&mut *conn).await.unwrap();
    let digest: FeedDigest = "0000000000000007".parse().unwrap();
    let known: Vec<_> = (1..=10_000).map(|n| (format!("W{n}"), Some((7, digest)))).collect();
    assert!(page::moved(&mut conn, &known).await.unwrap().is_empty());
    sqlx::query("UPDATE guide_feed SET head = 8 WHERE guide_id IN ('W3', 'W9999')").execute(&mut *conn).await.unwrap();
    // equal heads with other content are as good as a move
    let forge = "UPDATE guide_feed SET digest = '0000000000000008' WHERE guide_id = 'W500'";
    sqlx::query(forge).execute(&mut *conn).await.unwrap();
    let begun = Instant::now();
    let mut moved = page::moved(&mut conn, &known).await.unwrap();
    println!("asking for the heads of 10,000 feeds: {:?}", begun.elapsed());
    moved.sort_by(|(one, _), (other, _)| one.cmp(other));
    let moved: Vec<(&str, u64)> = moved.iter().map(|(id, state)| (id.as_str(), state.head)).collect();
    assert_eq!(moved, [("W3", 8), ("W500", 7), ("W9999", 8)]);
}
