//! Taking back and recording again, step by step: what was saved together, after a kill, after headquarters has it.

use guide_common::outcome::OutcomeCode;
use guide_common::wire::card::*;
use guide_common::wire::record::*;
use serde_json::{Value, json};

use crate::support::{Daemon, outcome};

async fn log(daemon: &Daemon, customer: &str, code: &str) -> SavedResponse {
    daemon.post(&format!("/v1/customers/{customer}/contacts"), &outcome(code)).await.unwrap()
}

async fn undo(daemon: &Daemon) -> StepRow {
    daemon.post::<SavedResponse>("/v1/undo", &json!({})).await.unwrap().step.unwrap()
}

async fn redo(daemon: &Daemon) -> StepRow {
    let saved: SavedResponse = daemon.post("/v1/redo", &()).await.unwrap();
    assert!(saved.redone.is_some() && saved.undone.is_none());
    saved.step.unwrap()
}

async fn steps(daemon: &Daemon) -> (Vec<String>, Vec<String>) {
    let steps: Steps = daemon.get("/v1/undo").await.unwrap();
    let names = |rows: Vec<StepRow>| rows.into_iter().map(|row| row.customer.to_string()).collect();
    (names(steps.undo), names(steps.redo))
}

async fn card(daemon: &Daemon, customer: &str) -> CustomerCard {
    daemon.get(&format!("/v1/customers/{customer}")).await.unwrap()
}

#[tokio::test]
async fn undos_walk_back_and_redos_forth_also_after_a_kill() {
    let (home, _hub, _serving, daemon) = crate::support::enrolled(3).await;
    for customer in ["C0000", "C0001", "C0002"] {
        log(&daemon, customer, "3").await;
    }
    let row = undo(&daemon).await;
    assert_eq!((row.customer.as_str(), row.kind.as_str(), row.code), ("C0002", "outcome", Some(OutcomeCode::Visited)));
    assert!(!row.name.is_empty() && !row.received);
    undo(&daemon).await;
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(steps(&daemon).await, (names(&["C0000"]), names(&["C0001", "C0002"])));
    assert_eq!(redo(&daemon).await.customer.as_str(), "C0001");
    assert_eq!(card(&daemon, "C0001").await.contacts.len(), 1);
    assert_eq!(redo(&daemon).await.customer.as_str(), "C0002");
    let nothing = daemon.post::<SavedResponse>("/v1/redo", &()).await.unwrap_err();
    assert_eq!((nothing.status, nothing.code.as_str()), (409, "nothing_to_redo"));
    assert_eq!(steps(&daemon).await.0, names(&["C0002", "C0001", "C0000"]));
}

#[tokio::test]
async fn a_record_after_an_undo_ends_what_can_be_redone() {
    let (_home, _hub, _serving, daemon) = crate::support::enrolled(2).await;
    log(&daemon, "C0000", "3").await;
    undo(&daemon).await;
    log(&daemon, "C0001", "1").await;
    assert_eq!(daemon.post::<SavedResponse>("/v1/redo", &()).await.unwrap_err().code, "nothing_to_redo");
    assert!(card(&daemon, "C0000").await.contacts.is_empty());
}

#[tokio::test]
async fn an_outcome_goes_and_comes_back_with_its_promise_and_its_visit_whichever_of_them_is_named() {
    let (_home, hub, _serving, daemon) = crate::support::enrolled(1).await;
    let mut request: Value = json!({ "code": "interested" });
    request["promise"] = json!({ "text": "带戒指样", "due_on": "2026-08-20" });
    request["appointment"] = json!({ "visit_on": "2026-08-21" });
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &request).await.unwrap();
    assert_eq!(saved.n_ops, 3);
    let promise = card(&daemon, "C0000").await.promises[0].op_id;
    daemon.sync_now().await;
    assert_eq!(hub.facts().len(), 3);
    for named in [json!({}), json!({ "op_id": promise })] {
        let undone: SavedResponse = daemon.post("/v1/undo", &named).await.unwrap();
        assert_eq!((undone.n_ops, undone.step.unwrap().received), (3, true));
        let gone = card(&daemon, "C0000").await;
        assert_eq!((gone.contacts.len(), gone.promises.len(), gone.appointments.len()), (0, 0, 0));
        assert_eq!(daemon.today().await.tasks.len(), 1, "its task is open again");
        daemon.sync_now().await;
        assert!(hub.facts().is_empty());
        assert_eq!(redo(&daemon).await.n_ops, 3);
        let back = card(&daemon, "C0000").await;
        assert_eq!((back.contacts.len(), back.promises[0].op_id, back.appointments.len()), (1, promise, 1));
        assert!(daemon.today().await.tasks.is_empty());
        let sync = daemon.sync_now().await;
        assert_eq!((sync.n_unsent, sync.n_rejected, hub.facts().len()), (0, 0, 3));
    }
}

#[tokio::test]
async fn fifty_steps_go_back_and_the_fifty_first_stays() {
    let (_home, _hub, _serving, daemon) = crate::support::enrolled(1).await;
    for _ in 0..52 {
        log(&daemon, "C0000", "1").await;
    }
    assert_eq!(steps(&daemon).await.0.len(), 50);
    for _ in 0..50 {
        undo(&daemon).await;
    }
    assert_eq!(daemon.post::<SavedResponse>("/v1/undo", &json!({})).await.unwrap_err().code, "nothing_to_undo");
    assert_eq!(card(&daemon, "C0000").await.contacts.len(), 2);
    assert_eq!(steps(&daemon).await.1.len(), 50);
}
