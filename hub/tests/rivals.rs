//! Transactions that lose against others, and a database server that goes away: nobody is told of a fault that passes,
//! and nothing is done twice.

use guide_common::wire::hub::OpResult;
use sqlx::Row;

use crate::support::without_http::{device_of, outcome_op, push_ops, with_customers};
use crate::support::{TODAY, TestDb, TestHub, assign, check_feeds};

/// From here on four of eleven writes of a feed's row fail with this code; a move, which writes four, gets through in
/// the longest pause. The count survives the rollback.
async fn fail_often(test: &TestDb, code: &str) {
    let sql = format!(
        "CREATE SEQUENCE IF NOT EXISTS tries; \
         CREATE OR REPLACE FUNCTION fail_often() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN \
           IF nextval('tries') % 11 IN (0, 2, 4, 6) THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END IF; \
           RETURN NEW; END $f$; \
         CREATE OR REPLACE TRIGGER fail_often BEFORE UPDATE ON guide_feed FOR EACH ROW EXECUTE FUNCTION fail_often()"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut test.admin().await).await.unwrap();
}

#[tokio::test]
async fn writes_that_fail_to_serialize_or_deadlock_are_tried_again_unseen() {
    let test = with_customers().await;
    if !test.is_postgres() {
        return;
    }
    for code in ["40001", "40P01", "55P03"] {
        fail_often(&test, code).await;
        let op = outcome_op("C1", TODAY);
        assert_eq!(push_ops(&test.db, "G1", std::slice::from_ref(&op)).await, [OpResult::Applied], "{code}");
        // headquarters' writes go through the same door
        test.import(format!("customer_id,purchased_on,amount\nC9,2026-08-02,1{}\n", &code[4..])).await;
        assign(&test, &["C2"], "G2").await;
        assign(&test, &["C2"], "G1").await;
    }
    let n: i64 = sqlx::query("SELECT last_value FROM tries").fetch_one(&mut test.admin().await).await.unwrap().get(0);
    assert!(n > 30, "the trigger ran {n} times only");
    check_feeds(&test.db, &["G1", "G2", "@pool", "@shared"]).await;
}

#[tokio::test]
async fn what_is_no_conflict_is_told_at_once() {
    let test = with_customers().await;
    if !test.is_postgres() {
        return;
    }
    fail_often(&test, "22000").await;
    let raw = [serde_json::value::to_raw_value(&outcome_op("C1", TODAY)).unwrap()];
    let device = device_of("G1");
    let pushed = guide_hub::push::push(&test.db, &device, &raw, crate::support::moment(TODAY)).await;
    assert!(pushed.unwrap_err().chain().contains("injected"));
}

#[tokio::test]
async fn a_hub_outlives_its_database_s_connections_and_answers_try_again_meanwhile() {
    let test = with_customers().await;
    if !test.is_postgres() {
        return;
    }
    let hub = TestHub::serve(test).await;
    let terminal = hub.terminal("G1").await;
    let mut admin = hub.test_db.admin().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut ops = Vec::new();
    for _ in 0..30 {
        let op = outcome_op("C1", TODAY);
        let (answer, killed) =
            tokio::join!(terminal.push(std::slice::from_ref(&op)), sqlx::query(kill).fetch_all(&mut admin));
        killed.unwrap();
        if answer.status != 200 {
            answer.check_problem(503, "store");
            assert!(!answer.header("retry-after").is_empty());
        }
        ops.push(op);
    }
    // the terminal sends all of them again, as it must: some were taken in, and their answer was lost
    let answer = terminal.push(&ops).await;
    assert_eq!(crate::support::results(&answer), vec!["applied"; ops.len()], "stored answers, or the first ones");
    let sql = "SELECT COUNT(*) FROM entity WHERE guide_id = 'G1' AND kind = 'fact' AND body LIKE '%\"outcome\"%'";
    let n: i64 = sqlx::query(sql).fetch_one(&mut admin).await.unwrap().get(0);
    assert_eq!(n, 30);
    hub.check_feeds(&["G1", "@shared"]).await;
}

#[tokio::test]
async fn connections_carry_the_limits_that_let_go_of_a_feed() {
    let test = TestDb::new().await;
    if !test.is_postgres() {
        return;
    }
    let mut conn = test.db.conn().await.unwrap();
    for (name, value) in
        [("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "15s"), ("statement_timeout", "1min")]
    {
        let sql = format!("SELECT current_setting('{name}')");
        let is: String = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap().get(0);
        assert_eq!(is, value, "{name}");
    }
    let sql = "SELECT reloptions::text FROM pg_class WHERE oid = 'guide_feed'::regclass";
    let options: String = sqlx::query(sql).fetch_one(&mut *conn).await.unwrap().get(0);
    assert_eq!(options, "{fillfactor=50}");
}
