//! What devices may do by their role, and how their tokens are replaced and revoked.

use std::time::{Duration, Instant};

use guide_common::time::Zone;
use guide_common::wire::hub::{Role, RotateResponse};
use guide_hub::app::App;
use guide_hub::clock::Clock;
use guide_hub::db::device;
use hyper::{Method, StatusCode};

use crate::support::{TODAY, Terminal, TestDb, TestHub, assign, at_head, guide_id, hub_command, send, serve_app};

async fn hub() -> TestHub {
    TestHub::serve(one_customer().await).await
}

async fn one_customer() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-12,500\n").await;
    assign(&test, &["C1"], "G1").await;
    test
}

async fn rotate(terminal: &Terminal) -> Terminal {
    let answer = terminal.send(Method::POST, "/v1/token/rotate", String::new()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let RotateResponse { token } = serde_json::from_slice(&answer.body).unwrap();
    let mut next = terminal.clone();
    next.enrolled.token = token;
    next
}

async fn status(terminal: &Terminal) -> StatusCode {
    terminal.get("/v1/changes?feed=guide").await.status
}

#[tokio::test]
async fn support_reads_and_does_not_record() {
    let hub = hub().await;
    let terminal = hub.terminal_as("G1", Role::Support).await;
    assert_eq!(terminal.enrolled.role, Role::Support);
    for path in ["/v1/changes?feed=guide", "/v1/snapshot?feed=guide", "/v1/inventory?feed=shared"] {
        assert_eq!(terminal.get(path).await.status, StatusCode::OK, "{path}");
    }
    let (before, _) = at_head(&terminal, "guide").await;
    terminal.push(&[terminal.outcome("C1", TODAY, |_| {})]).await.check_problem(403, "role_forbids");
    terminal.push(&[]).await.check_problem(403, "role_forbids");
    assert_eq!(at_head(&terminal, "guide").await.0.head, before.head);
}

#[tokio::test]
async fn a_role_that_this_hub_does_not_know_reads_and_does_not_record() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let mut conn = hub.test_db.db.conn().await.unwrap();
    sqlx::query("UPDATE device SET role = 'auditor'").execute(&mut *conn).await.unwrap();
    drop(conn);
    assert_eq!(status(&terminal).await, StatusCode::OK);
    terminal.push(&[terminal.outcome("C1", TODAY, |_| {})]).await.check_problem(403, "role_forbids");
}

#[tokio::test]
async fn a_trainer_s_terminal_is_enrolled_at_a_training_hub_only() {
    let test = one_customer().await;
    let (address, _serving) = serve_app(App::new(test.db.clone(), Clock::Real, Zone::default())).await;
    let code = device::create_code(&test.db, &guide_id("G1"), Role::Trainer).await.unwrap();
    let body = serde_json::json!({"code": code, "device_name": "till", "training": false}).to_string();
    send(address, Method::POST, "/v1/enroll", &[], body).await.check_problem(403, "role_forbids");
    let training = TestHub::serve(test).await;
    let answer = training.enroll(&code).await;
    assert_eq!(answer.status, StatusCode::OK, "the code was not used up: {}", answer.text());
    let trainer = Terminal { address: training.address, enrolled: serde_json::from_slice(&answer.body).unwrap() };
    let pushed = trainer.push(&[trainer.outcome("C1", TODAY, |_| {})]).await;
    assert_eq!(pushed.json()["answers"][0]["result"], "applied");
}

#[tokio::test]
async fn a_rotated_token_takes_the_old_one_s_place_with_its_first_use() {
    let hub = hub().await;
    let old = hub.terminal("G1").await;
    let lost = rotate(&old).await;
    assert_eq!(status(&old).await, StatusCode::OK, "the answer may be lost");
    let next = rotate(&old).await;
    assert_eq!(status(&lost).await, StatusCode::UNAUTHORIZED, "asking again replaces the unused one");
    assert_eq!(status(&old).await, StatusCode::OK);
    assert_eq!(status(&next).await, StatusCode::OK);
    old.get("/v1/changes?feed=guide").await.check_problem(401, "unauthorized");
    old.send(Method::POST, "/v1/token/rotate", String::new()).await.check_problem(401, "unauthorized");
    let third = rotate(&next).await;
    assert_eq!((status(&next).await, status(&third).await), (StatusCode::OK, StatusCode::OK));
    assert_eq!(status(&next).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn rotation_changes_the_token_and_nothing_else() {
    let hub = hub().await;
    let old = hub.terminal("G1").await;
    let op = old.outcome("C1", TODAY, |_| {});
    let first = old.push(std::slice::from_ref(&op)).await;
    let next = rotate(&old).await;
    assert_eq!(next.push(&[op]).await.text(), first.text(), "the same device, the same answers");
    let mut conn = hub.test_db.db.conn().await.unwrap();
    let devices = device::list(&mut conn, Some(&guide_id("G1"))).await.unwrap();
    assert_eq!((devices.len(), &devices[0].id), (1, &old.enrolled.device));
}

#[tokio::test]
async fn a_terminal_is_asked_to_change_a_token_that_is_old() {
    let hub = TestHub::serve_with(one_customer().await, |app| app.rotate_after_s = 3_600).await;
    let old = hub.terminal("G1").await;
    let asked =
        async |terminal: &Terminal| terminal.get("/v1/changes?feed=guide").await.header("x-guide-rotate") == "1";
    let mut conn = hub.test_db.db.conn().await.unwrap();
    sqlx::query("UPDATE device SET token_at = token_at - 3700").execute(&mut *conn).await.unwrap();
    drop(conn);
    assert!(asked(&old).await);
    old.push(&[]).await.headers.get("x-guide-rotate").expect("on every answer");
    let next = rotate(&old).await;
    assert!(asked(&old).await, "until the other one is used");
    assert!(!asked(&next).await);
}

#[tokio::test]
async fn a_revoked_token_is_refused_within_ten_seconds_also_by_a_hub_that_had_just_used_it() {
    let hub = hub().await;
    let (address, _serving) = hub.another().await;
    let here = hub.terminal("G1").await;
    let there = Terminal { address, ..here.clone() };
    let (_, query) = at_head(&here, "guide").await;
    assert_eq!(there.get(&query).await.status, StatusCode::NOT_MODIFIED);
    device::revoke(&hub.test_db.open_again().await, &here.enrolled.device).await.unwrap();
    let begun = Instant::now();
    for terminal in [&here, &there] {
        // a wait of a second each paces the tries
        while terminal.get(&format!("{query}&wait=1")).await.status != StatusCode::UNAUTHORIZED {
            assert!(begun.elapsed() < Duration::from_secs(10));
        }
        terminal.get("/v1/snapshot?feed=guide").await.check_problem(401, "token_revoked");
        terminal.push(&[]).await.check_problem(401, "token_revoked");
        terminal.send(Method::POST, "/v1/token/rotate", String::new()).await.check_problem(401, "token_revoked");
    }
}

#[tokio::test]
async fn a_revoked_terminal_s_handed_out_token_is_good_for_nothing_either() {
    let hub = hub().await;
    let old = hub.terminal("G1").await;
    let next = rotate(&old).await;
    device::revoke(&hub.test_db.db, &old.enrolled.device).await.unwrap();
    next.get("/v1/changes?feed=guide").await.check_problem(401, "token_revoked");
}

#[test]
fn a_code_names_its_role_and_the_list_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    let hub = |args: &[&str]| hub_command(dir.path(), args);
    hub(&["store", "add", "--id", "S1", "--name", "云杉路店"]).check(0, "S1");
    hub(&["guide", "add", "--id", "G1", "--name", "林", "--store", "S1"]).check(0, "G1");
    hub(&["device", "code", "G1", "--role", "support"]).check(0, "-");
    hub(&["device", "code", "G1", "--role", "owner"]).check(2, "support");
    hub(&["device", "list"]).check(0, "ROLE");
}

#[tokio::test]
async fn inspect_tells_roles_how_far_terminals_have_read_and_what_was_rejected() {
    if std::env::var_os("GUIDE_HUB_TEST_POSTGRES").is_some() {
        return; // the program is run on the folder of an SQLite database
    }
    let mut cursors = None;
    let hub = TestHub::serve_with(one_customer().await, |app| cursors = Some(app.cursors.clone())).await;
    let (terminal, support) = (hub.terminal("G1").await, hub.terminal_as("G1", Role::Support).await);
    let (_, query) = at_head(&terminal, "guide").await;
    terminal.get(&query).await;
    support.get("/v1/changes?feed=guide&epoch=another&since=1").await;
    let good = terminal.outcome("C1", TODAY, |outcome| outcome.note = Some("喜欢珍珠".to_owned()));
    let bad = terminal.outcome("C99", TODAY, |_| {});
    terminal.push(&[good.clone(), bad.clone()]).await;
    cursors.unwrap().write(&hub.test_db.db).await.unwrap();
    let dir = hub.test_db.dir.path().to_owned();
    let shown = tokio::task::spawn_blocking(move || {
        let text = hub_command(&dir, &["inspect", "G1"]);
        text.check(0, "another epoch");
        assert!(!text.text().contains("珍珠"), "no texts: {}", text.text());
        hub_command(&dir, &["inspect", "G1", "--json"]).json()
    });
    let shown = shown.await.unwrap();
    let of = |id: &str| shown["devices"].as_array().unwrap().iter().find(|device| device["id"] == id).unwrap().clone();
    let (terminal, support) = (of(terminal.enrolled.device.as_str()), of(support.enrolled.device.as_str()));
    assert_eq!((&terminal["role"], &terminal["cursors"]["guide"]["behind"]), (&"guide".into(), &1.into()));
    assert_eq!(
        (&support["role"], &support["cursors"]["guide"]["behind"]),
        (&"support".into(), &serde_json::Value::Null)
    );
    assert_eq!((&shown["n_rejected"], &shown["rejected"][0]["code"]), (&1.into(), &"unknown_customer".into()));
    assert_eq!(shown["rejected"][0]["op_id"], bad.op_id.to_string());
    assert_eq!(shown["last_ops"].as_array().unwrap().len(), 2);
}
