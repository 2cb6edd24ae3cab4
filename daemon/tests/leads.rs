//! Leads: a person whom the guide enters is there at once, also without the network and after a kill, and stays until the
//! feed has the customer.

use guide_common::wire::Problem;
use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use serde_json::json;

use crate::support::hub::Hub;
use crate::support::{Daemon, outcome};

const LEAD_PLAN: &str = r#"
id = "P02"
version = 1
name = { zh = "线索", en = "Leads" }
[trigger]
on = "lead"
[[step]]
id = "hello"
offset = "0d"
until = "+2d"
purpose = "answer"
channels = ["wecom"]
"#;

async fn shop() -> (tempfile::TempDir, Hub, crate::support::hub::Serving, Daemon) {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(2);
    hub.publish_plan(LEAD_PLAN);
    let serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    (home, hub, serving, daemon)
}

async fn add(daemon: &Daemon, body: serde_json::Value) -> Result<LeadResponse, Problem> {
    daemon.post("/v1/customers", &body).await
}

async fn enter(daemon: &Daemon) -> LeadResponse {
    let lead = json!({ "name": "林知夏", "phone": "138 0000 1234", "looked_at": "对戒", "budget_fen": 2_000_000,
        "wedding_on": "2026-10-01" });
    add(daemon, lead).await.unwrap()
}

async fn found(daemon: &Daemon, q: &str) -> Vec<String> {
    let list: CustomerList = daemon.get(&format!("/v1/customers?q={q}")).await.unwrap();
    list.rows.into_iter().map(|row| row.id.to_string()).collect()
}

async fn card(daemon: &Daemon, id: &str) -> Result<CustomerCard, Problem> {
    daemon.get(&format!("/v1/customers/{id}")).await
}

#[tokio::test]
async fn a_lead_is_found_and_has_its_task_at_once_without_the_network_and_after_a_kill() {
    let (home, hub, serving, daemon) = shop().await;
    serving.stop().await;
    let added = enter(&daemon).await;
    let id = added.saved.customer.to_string();
    assert_eq!(id, format!("L-{}", added.saved.op_id.0.simple()));
    for q in ["林知夏", "1234", &id] {
        assert_eq!(found(&daemon, q).await, std::slice::from_ref(&id), "{q}");
    }
    let note = json!({ "text": "下周带男友来" });
    daemon.post::<SavedResponse>(&format!("/v1/customers/{id}/notes"), &note).await.unwrap();
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    crate::support::eventually("the check", || async {
        daemon.today().await.tasks.iter().any(|t| t.customer.as_str() == id).then_some(())
    })
    .await;
    let shown = card(&daemon, &id).await.unwrap();
    assert_eq!((shown.phone_masked.as_deref(), shown.notes.len()), (Some("138****1234"), 1));
    let lead = shown.member.lead.unwrap();
    assert_eq!((lead.looked_at.as_deref(), lead.budget_fen), (Some("对戒"), Some(2_000_000)));
    assert_eq!((shown.member.is_lead, shown.member.wedding_on), (true, "2026-10-01".parse().ok()));
    daemon.post::<SavedResponse>(&format!("/v1/tasks/{id}/outcome"), &outcome("1")).await.unwrap();
    let mut hub = hub;
    let _serving = hub.serve().await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.n_unsent, sync.n_rejected, hub.facts().len()), (0, 0, 3));
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
    assert_eq!(card(&daemon, &id).await.unwrap().contacts.len(), 1);
    assert_eq!(found(&daemon, "林知夏").await, [id]);
}

#[tokio::test]
async fn a_lead_that_is_acknowledged_and_not_in_the_feed_yet_stays() {
    let (home, hub, _serving, daemon) = shop().await;
    hub.inner.lock().unwrap().changes_fail = true;
    let id = enter(&daemon).await.saved.customer.to_string();
    daemon.sync_now().await;
    assert_eq!(daemon.outbox().await[0].state, "applied", "it was received");
    assert_eq!(found(&daemon, "林知夏").await, std::slice::from_ref(&id));
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    crate::support::eventually("the check", || async { (!found(&daemon, "林知夏").await.is_empty()).then_some(()) })
        .await;
    hub.inner.lock().unwrap().changes_fail = false;
    daemon.sync_now().await;
    assert_eq!(found(&daemon, "林知夏").await, std::slice::from_ref(&id));
    // a hub that went back to before it: the lead is sent again
    hub.lose_leads();
    let sync = daemon.sync_now().await;
    assert_eq!(sync.last_error, None);
    daemon.sync_now().await;
    assert_eq!((found(&daemon, "林知夏").await, hub.facts().len()), (vec![id], 1));
}

#[tokio::test]
async fn a_lead_that_went_to_another_guide_is_gone_here() {
    let (_home, hub, _serving, daemon) = shop().await;
    let id = enter(&daemon).await.saved.customer.to_string();
    daemon.sync_now().await;
    assert_eq!(found(&daemon, "林知夏").await.len(), 1);
    hub.take_away(&id);
    daemon.sync_now().await;
    assert!(found(&daemon, "林知夏").await.is_empty());
    assert_eq!(card(&daemon, &id).await.unwrap_err().code, "unknown_customer");
    let verified: guide_common::wire::support::Verified = daemon.post("/v1/verify", &json!({})).await.unwrap();
    assert!(verified.lost.is_empty());
}

#[tokio::test]
async fn a_lead_taken_back_is_hidden_and_a_redo_brings_it_back() {
    let (_home, hub, _serving, daemon) = shop().await;
    let id = enter(&daemon).await.saved.customer.to_string();
    daemon.sync_now().await;
    for is_received in [true, true] {
        let undone: SavedResponse = daemon.post("/v1/undo", &json!({})).await.unwrap();
        let step = undone.step.unwrap();
        assert_eq!((step.kind.as_str(), step.name.as_str(), step.received), ("lead_added", "林知夏", is_received));
        assert!(found(&daemon, "林知夏").await.is_empty());
        assert_eq!(card(&daemon, &id).await.unwrap_err().code, "unknown_customer");
        assert_eq!(daemon.today().await.tasks.iter().filter(|task| task.customer.as_str() == id).count(), 0);
        let note = daemon.post::<SavedResponse>(&format!("/v1/customers/{id}/notes"), &json!({ "text": "x" })).await;
        assert_eq!(note.unwrap_err().code, "unknown_customer");
        daemon.sync_now().await;
        assert!(hub.facts().is_empty() && found(&daemon, "林知夏").await.is_empty());
        daemon.post::<SavedResponse>("/v1/redo", &()).await.unwrap();
        assert_eq!(found(&daemon, "林知夏").await, std::slice::from_ref(&id));
        daemon.sync_now().await;
    }
    assert_eq!(hub.facts().len(), 1);
}

#[tokio::test]
async fn what_a_lead_lacks_is_said_and_the_same_phone_among_ones_own_customers_too() {
    let (_home, _hub, _serving, daemon) = shop().await;
    let refused = |body: serde_json::Value| {
        let daemon = &daemon;
        async move { add(daemon, body).await.unwrap_err().code }
    };
    assert_eq!(refused(json!({ "name": " " })).await, "needs_text");
    assert_eq!(refused(json!({ "name": "林", "phone": "abc" })).await, "malformed_value");
    assert_eq!(refused(json!({ "name": "林", "budget_fen": 0 })).await, "amount_not_positive");
    assert_eq!(refused(json!({ "name": "林", "wedding_on": "2099-01-01" })).await, "date_out_of_range");
    assert!(daemon.outbox().await.is_empty());
    let added = add(&daemon, json!({ "name": "林\u{202e}知夏", "phone": "13900000001" })).await.unwrap();
    assert_eq!(added.saved.name, "林知夏");
    assert_eq!(added.same_phone[0].customer.as_str(), "C0001");
}
