//! Terminals and hubs of different versions, and what every answer says of the hub.

use chrono::{DateTime, TimeDelta, Utc};
use guide_common::op::Op;
use hyper::{Method, StatusCode};

use crate::support::{Answer, TODAY, Terminal, TestDb, TestHub, assign, at_head, send};

async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-12,500\n").await;
    assign(&test, &["C1"], "G1").await;
    TestHub::serve(test).await
}

async fn get_as(terminal: &Terminal, schema: &str, path: &str) -> Answer {
    let token = format!("Bearer {}", terminal.enrolled.token);
    let headers = [("authorization", &*token), ("x-guide-schema", schema)];
    send(terminal.address, Method::GET, path, &headers, "").await
}

#[tokio::test]
async fn a_terminal_that_is_too_old_is_told_to_upgrade_and_that_nothing_is_lost() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    for path in ["/v1/changes?feed=guide", "/v1/snapshot?feed=guide", "/v1/enroll"] {
        let refused = get_as(&terminal, "0", path).await;
        refused.check_problem(426, "upgrade_required");
        assert!(refused.json()["hint"].as_str().unwrap().contains("stays on the terminal"));
    }
    assert_eq!(get_as(&terminal, "0", "/v1/health").await.status, StatusCode::OK, "so that support can see why");
}

#[tokio::test]
async fn a_newer_terminal_and_one_that_names_no_schema_are_served() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (state, _) = at_head(&terminal, "guide").await;
    assert_eq!((state.schema_min, state.schema_max), (1, 1));
    for schema in ["1", "2", "99", "", "newest"] {
        let path = "/v1/changes?feed=guide&flavour=vanilla&wait=0";
        assert_eq!(get_as(&terminal, schema, path).await.status, StatusCode::OK, "schema {schema:?}");
    }
}

#[tokio::test]
async fn fields_kinds_and_roles_of_a_newer_terminal_fail_nothing() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let known = terminal.outcome("C1", TODAY, |_| {});
    let unknown = Op { kind: "hologram".to_owned(), ..terminal.outcome("C1", TODAY, |_| {}) };
    // as text: the hash counts the bytes of the op's body
    let known = serde_json::to_string(&known).unwrap().replacen('{', r#"{"mood":"sunny","#, 1);
    let unknown = serde_json::to_string(&unknown).unwrap();
    let push = format!(r#"{{"ops":[{known},{unknown}],"batch":7}}"#);
    let answer = terminal.send(Method::POST, "/v1/ops", push).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["answers"][0]["result"], "applied");
    assert_eq!(answer.json()["answers"][1]["result"], "rejected");
}

#[tokio::test]
async fn every_answer_tells_the_hub_s_real_time() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (_, query) = at_head(&terminal, "guide").await;
    let answers = [
        terminal.get("/v1/changes?feed=guide").await,
        terminal.get(&query).await,
        terminal.get("/v1/changes?feed=guide&epoch=x&since=1").await,
        terminal.get("/nowhere").await,
        terminal.push(&[]).await,
        get_as(&terminal, "0", "/v1/ops").await,
        send(hub.address, Method::GET, "/v1/health", &[], "").await,
        send(hub.address, Method::GET, "/v1/changes?feed=guide", &[], "").await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [200, 304, 409, 404, 200, 426, 200, 401]);
    for answer in answers {
        let text = answer.header("x-guide-time");
        let time: DateTime<Utc> = text.parse().unwrap_or_else(|_| panic!("{}: {text:?}", answer.status));
        // the virtual clock of this hub shows another year or day
        assert!((Utc::now() - time).abs() < TimeDelta::minutes(1), "{text}");
        assert_eq!(text.len(), "2026-08-12T02:00:00.000Z".len());
    }
}
