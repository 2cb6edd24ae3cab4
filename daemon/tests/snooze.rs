//! Putting a task off: the gate holds it until then, never past its window, and nothing else changes.

use guide_common::sop::gate::HoldReason;
use guide_common::wire::Problem;
use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use serde_json::json;

use crate::support::{Daemon, outcome};

async fn snooze(daemon: &Daemon, until: &str) -> Result<SavedResponse, Problem> {
    daemon.post("/v1/tasks/C0000/snooze", &json!({ "until": until })).await
}

async fn held(daemon: &Daemon) -> Vec<(HoldReason, String)> {
    let end = |row: HeldRow| {
        let time = row.hold.until_time.map(|time| format!(" {time}")).unwrap_or_default();
        (row.hold.reason, row.hold.until_on.unwrap().to_string() + &time)
    };
    daemon.today().await.held.into_iter().map(end).collect()
}

#[tokio::test]
async fn a_task_is_put_off_to_an_hour_and_offered_again_then() {
    let (home, _hub, _serving, daemon) = crate::support::enrolled(1).await;
    snooze(&daemon, "14:30").await.unwrap();
    assert_eq!(held(&daemon).await, [(HoldReason::Snoozed, "2026-08-12 14:30:00".to_owned())]);
    assert!(daemon.today().await.tasks.is_empty());
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    assert_eq!(held(&daemon).await.len(), 1, "after a kill too");
    let earlier = snooze(&daemon, "14:00").await.unwrap();
    assert_eq!(held(&daemon).await, [(HoldReason::Snoozed, "2026-08-12 14:00:00".to_owned())], "the last word counts");
    daemon.set_clock("2026-08-12T14:00:00").await;
    let today = daemon.today().await;
    assert_eq!((today.tasks.len(), today.held.len()), (1, 0));
    assert!(daemon.get::<CustomerCard>("/v1/customers/C0000").await.unwrap().contacts.is_empty(), "it is no contact");
    assert_eq!(today.tasks[0].dues[0].attempt, 0, "nor an attempt");
    assert_eq!(earlier.n_ops, 1);
}

#[tokio::test]
async fn a_task_is_put_off_to_a_day_of_its_window_and_not_beyond() {
    let (_home, hub, _serving, daemon) = crate::support::enrolled(1).await;
    daemon.set_clock("2026-08-15T10:00:00").await;
    let task = daemon.today().await.tasks.remove(0);
    let last = task.dues.iter().map(|due| due.until_on).min().unwrap();
    let beyond = snooze(&daemon, &last.succ_opt().unwrap().to_string()).await.unwrap_err();
    assert_eq!((beyond.status, beyond.code.as_str()), (422, "snooze_too_long"));
    assert!(beyond.detail.contains(&last.to_string()), "{}", beyond.detail);
    assert_eq!(snooze(&daemon, "09:00").await.unwrap_err().code, "snooze_past");
    assert_eq!(snooze(&daemon, "later").await.unwrap_err().code, "bad_request");
    assert_eq!(snooze(&daemon, &format!("{last}T20:30")).await.unwrap_err().code, "snooze_too_long");
    assert!(daemon.outbox().await.is_empty());
    snooze(&daemon, &last.to_string()).await.unwrap();
    assert_eq!(held(&daemon).await, [(HoldReason::Snoozed, last.to_string())]);
    let open = || async { daemon.today().await.tasks.len() };
    assert_eq!(open().await, 0);
    let sync = daemon.sync_now().await;
    assert_eq!((sync.n_unsent, sync.n_rejected, hub.facts().len()), (0, 0, 1));
    let undone: SavedResponse = daemon.post("/v1/undo", &json!({})).await.unwrap();
    assert_eq!((undone.step.unwrap().kind.as_str(), open().await), ("snooze", 1));
    daemon.post::<SavedResponse>("/v1/redo", &()).await.unwrap();
    assert_eq!(open().await, 0);
    daemon.set_clock(&format!("{last}T10:00:00")).await;
    assert_eq!(open().await, 1);
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    assert_eq!(snooze(&daemon, "11:00").await.unwrap_err().code, "task_closed");
}
