//! What support asks a terminal, and what a person does about what headquarters rejected.

use guide_common::wire::local::*;
use guide_common::wire::record::*;
use guide_common::wire::support::*;
use serde_json::{Value, json};

use crate::support::{Daemon, enrolled, eventually, hub::Hub, outcome};

async fn rejected(daemon: &Daemon, hub: &Hub) -> SavedResponse {
    hub.inner.lock().unwrap().reject = Some("unknown_customer".to_owned());
    let saved = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    hub.inner.lock().unwrap().reject = None;
    hub.inner.lock().unwrap().forget_answers();
    saved
}

#[tokio::test]
async fn a_rejected_op_is_sent_again_as_it_is_or_edited() {
    let (home, hub, _serving, daemon) = enrolled(3).await;
    let saved = rejected(&daemon, &hub).await;
    let path = format!("/v1/outbox/{}/resend", saved.op_id);
    daemon.post::<SavedResponse>(&path, &json!({})).await.unwrap();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, hub.facts()), (SavedState::Received, vec![saved.op_id]));
    assert_eq!(daemon.post::<SavedResponse>(&path, &json!({})).await.unwrap_err().code, "not_rejected");

    let saved = {
        hub.inner.lock().unwrap().reject = Some("unknown_customer".to_owned());
        let saved: SavedResponse = daemon.post("/v1/tasks/C0001/outcome", &outcome("1")).await.unwrap();
        daemon.sync_now().await;
        hub.inner.lock().unwrap().reject = None;
        saved
    };
    let detail: OpDetail = daemon.get(&format!("/v1/outbox/{}", saved.op_id)).await.unwrap();
    assert_eq!(detail.row.state, "rejected");
    let mut body: Value = serde_json::from_str(detail.body.get()).unwrap();
    body["note"] = json!("更正");
    let path = format!("/v1/outbox/{}/resend", saved.op_id);
    let answer: SavedResponse = daemon.post(&path, &json!({ "body": body, "customer": "C0002" })).await.unwrap();
    assert_ne!(answer.op_id, saved.op_id);
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, sync.n_rejected), (SavedState::Received, 0));
    assert!(hub.facts().contains(&answer.op_id) && !hub.facts().contains(&saved.op_id));
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    let states: Vec<String> = daemon.outbox().await.into_iter().map(|row| row.state).collect();
    assert_eq!(states, ["applied", "replaced", "applied"], "the decision is remembered, and not shown as an entry");
}

#[tokio::test]
async fn a_discarded_op_stays_discarded_though_the_cache_is_lost() {
    let (home, hub, _serving, daemon) = enrolled(3).await;
    let saved = rejected(&daemon, &hub).await;
    let exported: Vec<Value> = daemon.get("/v1/outbox/rejected").await.unwrap();
    assert_eq!(exported[0]["op_id"], saved.op_id.to_string());
    assert_eq!(exported[0]["body"]["code"], "interested");
    let discarded: OpDetail = daemon.post(&format!("/v1/outbox/{}/discard", saved.op_id), &json!({})).await.unwrap();
    assert_eq!(discarded.row.state, "discarded");
    assert_eq!(daemon.sync_now().await.state, SavedState::Received);
    daemon.kill();
    std::fs::remove_dir_all(home.path().join("data/guides/G1/cache")).unwrap();
    let daemon = Daemon::start(home.path()).await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.n_unsent, sync.n_rejected, hub.facts().len()), (0, 0, 0));
    assert_eq!(daemon.outbox().await[0].state, "discarded");
}

#[tokio::test]
async fn the_log_of_cycles_says_what_happened_and_why() {
    let (_home, _hub, serving, daemon) = enrolled(3).await;
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    serving.stop().await;
    daemon.sync_now().await;
    let log: SyncLog = daemon.get("/v1/sync/log").await.unwrap();
    assert_eq!((log.cycles[0].trigger.as_str(), log.cycles[0].end.as_str()), ("asked", "unreachable"));
    assert!(log.cycles[0].cause.as_deref().unwrap().contains("does not answer"));
    let sent = log.cycles.iter().find(|cycle| cycle.n_pushed == 1).unwrap();
    assert!(sent.n_bytes_up > 100 && sent.end == "ok");
    let first = log.cycles.iter().find(|cycle| cycle.n_pulled > 5).unwrap();
    assert!(first.n_bytes_down > 1_000);
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_and_what_mends_it() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    let serving = hub.serve().await;
    let daemon = Daemon::start(home.path()).await;
    let codes = |doctor: &Doctor| -> Vec<(String, CheckState)> {
        doctor.checks.iter().map(|check| (check.code.clone(), check.state)).collect()
    };
    let doctor: Doctor = daemon.get("/v1/doctor").await.unwrap();
    assert!(codes(&doctor).contains(&("enrolled".to_owned(), CheckState::Warn)));
    daemon.enroll(&hub).await;
    daemon.sync_now().await;
    let doctor: Doctor = daemon.get("/v1/doctor").await.unwrap();
    let failed: Vec<_> = doctor.checks.iter().filter(|check| check.state == CheckState::Fail).collect();
    assert!(failed.is_empty(), "{failed:?}");
    for code in ["daemon", "folders", "disk", "token_file", "journal", "store", "hub_dns", "hub_tcp", "hub_tls"] {
        assert!(doctor.checks.iter().any(|check| check.code == code), "{code}");
    }
    hub.inner.lock().unwrap().revoked = true;
    let doctor: Doctor = daemon.get("/v1/doctor").await.unwrap();
    let token = doctor.checks.iter().find(|check| check.code == "token").unwrap();
    assert_eq!((token.state, doctor.state), (CheckState::Fail, CheckState::Fail));
    assert!(token.fix.as_ref().unwrap().en.contains("guide enroll"));
    serving.stop().await;
    let doctor: Doctor = daemon.get("/v1/doctor").await.unwrap();
    assert_eq!(doctor.checks.iter().find(|check| check.code == "hub_tcp").unwrap().state, CheckState::Fail);
    for check in doctor.checks.iter().filter(|check| check.state == CheckState::Fail) {
        assert!(check.fix.is_some() && !check.found.zh.is_empty() && !check.found.en.is_empty(), "{check:?}");
    }
}

#[tokio::test]
async fn a_comparison_names_what_differs_and_healing_mends_it() {
    let (_home, hub, _serving, daemon) = enrolled(3).await;
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    let verified: Verified = daemon.post("/v1/verify", &json!({})).await.unwrap();
    assert!(verified.same && verified.n_ops == 1 && verified.lost.is_empty());
    let customers = verified.kinds.iter().find(|kind| kind.kind == "customer").unwrap();
    assert_eq!((customers.n_here, customers.n_hub, customers.same), (3, 3, true));
    // the hub forgets an op and lies about its digest, so that no cycle notices
    hub.forge_quietly(&saved.op_id.to_string());
    let verified: Verified = daemon.post("/v1/verify", &json!({})).await.unwrap();
    assert!(!verified.same && !verified.healed);
    assert_eq!(verified.differences.len(), 1);
    assert_eq!(
        (verified.differences[0].id.clone(), verified.differences[0].how),
        (saved.op_id.to_string(), How::MissingAtHub)
    );
    hub.inner.lock().unwrap().lie = None;
    let verified: Verified = daemon.post("/v1/verify", &json!({ "heal": true })).await.unwrap();
    assert!(verified.same, "{verified:?}");
    assert_eq!(hub.facts(), [saved.op_id]);
}

#[tokio::test]
async fn a_bundle_holds_nobody_s_data_and_its_cycles_can_be_gone_through_again() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(5);
    hub.add_customer("C-机密", "机密芳名", "13912345678");
    let _serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    let mut request = outcome("interested");
    request.note = Some("私密备注".to_owned());
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &request).await.unwrap();
    hub.lose_everything_recorded();
    daemon.sync_now().await;
    let bundle: Value = daemon.get("/v1/bundle").await.unwrap();
    let text = bundle.to_string();
    for secret in [
        "机密芳名",
        "13912345678",
        "私密备注",
        "gdt_",
        "导购一",
        "顾客",
        "C0000",
        "\"G1\"",
        home.path().to_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret} is in the bundle");
    }
    assert!(text.contains("resend"), "the steps of a reset are in it");
    assert_eq!(bundle["outbox"].as_array().unwrap().len(), 1);
    let file = home.path().join("bundle.json");
    std::fs::write(&file, &text).unwrap();
    let output = crate::support::command(home.path(), &["replay", file.to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let replayed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(replayed.iter().any(|cycle| cycle["n_same"].as_u64().unwrap() > 8));
    daemon.kill();
    let output = crate::support::command(home.path(), &["bundle", "--clock", "virtual"])
        .stdout(std::process::Stdio::piped())
        .output()
        .unwrap();
    let offline: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(offline["outbox"], bundle["outbox"], "the same without a daemon");
}

#[tokio::test]
async fn faults_are_switched_on_in_training_only_and_nothing_is_lost_by_them() {
    let (_home, hub, _serving, daemon) = enrolled(20).await;
    let plan =
        json!({ "seed": 7, "drop_request": 200, "drop_reply": 200, "double": 200, "garbage": 100, "error": 100 });
    let faults: Faults = daemon.put("/v1/faults", &plan).await.unwrap();
    assert_eq!(faults.plan.drop_reply, 200);
    let mut saved = Vec::new();
    for n in 0..20 {
        let answer: SavedResponse = daemon.post(&format!("/v1/tasks/C{n:04}/outcome"), &outcome("1")).await.unwrap();
        saved.push(answer.op_id);
        daemon.sync_now().await;
    }
    let faults: Faults = daemon.get("/v1/faults").await.unwrap();
    assert!(faults.n_made["drop_reply"] > 0 && faults.n_made["garbage"] > 0, "{faults:?}");
    daemon.put::<Faults>("/v1/faults", &json!({})).await.unwrap();
    eventually("the rest", async || (daemon.sync_now().await.n_unsent == 0).then_some(())).await;
    let mut facts = hub.facts();
    facts.sort();
    assert_eq!(facts, saved);
    assert!(daemon.put::<Faults>("/v1/faults", &json!({ "no_such_fault": 1 })).await.is_err());
}
