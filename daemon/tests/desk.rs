//! What the queue is worked out with beside a customer's facts: the time of the day, starts of throttled plans, leaves
//! and days off, settings.

use guide_common::sop::gate::HoldReason;
use guide_common::sop::settings::Settings;
use guide_common::wire::ask::*;
use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;

use crate::support::{Daemon, hub, hub::Hub, outcome};

async fn serve(home: &std::path::Path, hub: &mut Hub) -> (Daemon, hub::Serving) {
    let serving = hub.serve().await;
    (Daemon::enrolled(home, hub).await, serving)
}

const WAKE_UP: &str = r#"
id = "P03"
version = 1
name = { zh = "唤醒", en = "Wake up" }
throttle = 1
[trigger]
on = "dormant"
days = 270
[[step]]
id = "service"
offset = "0d"
until = "+10d"
channels = ["wecom"]
"#;

/// Dormant customers: A is worth more than B, B more than C.
fn dormant(hub: &Hub) {
    hub.publish_plan(WAKE_UP);
    for (id, amount_fen) in [("A", 300_000), ("B", 200_000), ("C", 100_000)] {
        hub.add_buyer(id, &format!("顾客{id}"), "10000000009", "2025-11-14", amount_fen);
    }
}

fn customers(today: &Today) -> Vec<&str> {
    today.tasks.iter().map(|task| task.customer.as_str()).collect()
}

#[tokio::test]
async fn outside_contact_hours_every_task_waits_and_what_was_said_can_still_be_logged() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    assert_eq!(daemon.today().await.tasks.len(), 3);
    daemon.set_clock("2026-08-12T20:29:59").await;
    assert_eq!(daemon.today().await.tasks.len(), 3);
    daemon.set_clock("2026-08-12T20:30:00").await;
    let quiet = daemon.today().await;
    assert_eq!((quiet.tasks.len(), quiet.n_open, quiet.held.len()), (0, 0, 3));
    let hold = quiet.held[0].hold;
    assert_eq!((hold.reason, hold.until_on), (HoldReason::ContactHours, "2026-08-13".parse().ok()));
    assert_eq!(hold.until_time, "09:30:00".parse().ok());
    let count = daemon.get::<Status>("/v1/status").await.unwrap().queue;
    assert_eq!((count.n_open, count.n_held, count.n_done), (0, 3, 0));
    let detail: TaskDetail = daemon.get("/v1/tasks/C0000").await.unwrap();
    assert_eq!(detail.hold, Some(hold));
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    assert_eq!((saved.queue.n_held, saved.queue.n_done), (2, 1));
}

#[tokio::test]
async fn a_step_with_a_time_is_offered_from_its_minute_on() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    hub.publish_plan(
        &WAKE_UP.replace("throttle = 1\n", "").replace("until = \"+10d\"", "until = \"0d\"\nat = \"11:00\""),
    );
    hub.add_buyer("A", "顾客", "10000000009", "2025-11-15", 100_000);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    let early = daemon.today().await;
    assert_eq!((early.tasks.len(), early.held[0].hold.reason), (0, HoldReason::NotYet));
    assert_eq!(early.held[0].hold.until_time, "11:00:00".parse().ok());
    for (time, n_open) in [("10:59:59", 0), ("11:00:00", 1), ("10:00:00", 0)] {
        daemon.set_clock(&format!("2026-08-12T{time}")).await;
        assert_eq!(daemon.today().await.tasks.len(), n_open, "{time}");
    }
}

#[tokio::test]
async fn a_throttled_plan_starts_the_most_valuable_first_and_one_a_day() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    dormant(&hub);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    for (day, started) in [("11", &["A"][..]), ("12", &["A", "B"]), ("13", &["A", "B", "C"]), ("12", &["A", "B"])] {
        daemon.set_clock(&format!("2026-08-{day}T10:00:00")).await;
        let mut found = customers(&daemon.today().await).into_iter().map(str::to_owned).collect::<Vec<_>>();
        found.sort();
        assert_eq!(found, started, "{day}");
    }
}

#[tokio::test]
async fn a_start_that_falls_away_is_the_next_one_s_at_once() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    dormant(&hub);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    daemon.set_clock("2026-08-11T10:00:00").await;
    assert_eq!(customers(&daemon.today().await), ["A"]);
    let came = daemon.post::<SavedResponse>("/v1/customers/A/contacts", &outcome("visited")).await.unwrap();
    assert_eq!(customers(&daemon.today().await), ["B"], "who came to the shop is not dormant");
    let undo = UndoRequest { op_id: Some(came.op_id) };
    daemon.post::<SavedResponse>("/v1/undo", &undo).await.unwrap();
    assert_eq!(customers(&daemon.today().await), ["A"]);
}

#[tokio::test]
async fn a_customer_who_comes_with_a_sync_takes_the_place_of_a_lesser_one() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    dormant(&hub);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    daemon.set_clock("2026-08-11T10:00:00").await;
    assert_eq!(customers(&daemon.today().await), ["A"]);
    hub.add_buyer("S", "顾客", "10000000008", "2025-11-14", 900_000);
    assert_eq!(daemon.sync_now().await.last_error, None);
    assert_eq!(customers(&daemon.today().await), ["S"]);
}

fn leave(from: &str, to: &str) -> LeaveRequest {
    LeaveRequest { from_on: from.parse().unwrap(), to_on: to.parse().unwrap(), deputy: "G2".parse().ok() }
}

#[tokio::test]
async fn a_leave_moves_what_is_due_and_cancelling_it_moves_it_back() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    daemon.set_clock("2026-08-15T10:00:00").await;
    assert_eq!(daemon.today().await.tasks.len(), 3);
    let saved: SavedResponse = daemon.post("/v1/leaves", &leave("2026-08-15", "2026-08-16")).await.unwrap();
    assert_eq!(saved.queue.n_open, 0, "the answer comes when the queue is worked out");
    let today = daemon.today().await;
    assert!(today.tasks.is_empty() && today.checked);
    let leaves: Leaves = daemon.get("/v1/leaves").await.unwrap();
    assert_eq!((leaves.leaves[0].op_id, leaves.leaves[0].leave.deputy.as_ref().unwrap().as_str()), (saved.op_id, "G2"));
    daemon.set_clock("2026-08-17T10:00:00").await;
    assert_eq!(daemon.today().await.tasks.len(), 3);
    daemon.set_clock("2026-08-15T10:00:00").await;
    let cancel = format!("/v1/leaves/{}/cancel", saved.op_id);
    let back: SavedResponse = daemon.post(&cancel, &()).await.unwrap();
    assert_eq!((back.undone, back.queue.n_open), (Some(saved.op_id), 3));
    assert_eq!(daemon.post::<SavedResponse>(&cancel, &()).await.unwrap_err().code, "unknown_record");
    let own = LeaveRequest { deputy: "G1".parse().ok(), ..leave("2026-08-15", "2026-08-16") };
    assert_eq!(daemon.post::<SavedResponse>("/v1/leaves", &own).await.unwrap_err().code, "own_deputy");
    let turned = daemon.post::<SavedResponse>("/v1/leaves", &leave("2026-08-16", "2026-08-15")).await.unwrap_err();
    assert_eq!((turned.status, turned.code.as_str()), (422, "date_out_of_range"));
}

#[tokio::test]
async fn a_leave_lies_in_the_guide_s_feed_without_a_customer_and_outlives_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(2);
    let (mut daemon, _serving) = serve(home.path(), &mut hub).await;
    daemon.post::<SavedResponse>("/v1/leaves", &leave("2026-08-15", "2026-08-16")).await.unwrap();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error, sync.n_unsent, sync.n_rejected), (None, 0, 0));
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
    let status: Status = daemon.get("/v1/status").await.unwrap();
    assert_eq!(status.n_customers, 2, "the guide itself is no customer");
    daemon.signal(rustix::process::Signal::TERM);
    daemon.ended().await;
    let daemon = Daemon::start(home.path()).await;
    daemon.set_clock("2026-08-15T10:00:00").await;
    assert!(daemon.today().await.tasks.is_empty());
    for path in ["/v1/customers/@guide", "/v1/tasks/@guide"] {
        assert_eq!(daemon.get::<serde_json::Value>(path).await.unwrap_err().status, 404, "{path}");
    }
    let contact = daemon.post::<SavedResponse>("/v1/customers/@guide/contacts", &outcome("1")).await;
    assert_eq!(contact.unwrap_err().code, "unknown_customer");
    let report: guide_common::report::Report = daemon.get("/v1/reports?from=2026-08-12&to=2026-08-12").await.unwrap();
    assert_eq!(report.total.due, 2);
}

#[tokio::test]
async fn days_off_and_settings_of_headquarters_count_from_the_next_sync_on() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(2);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    daemon.set_clock("2026-08-15T10:00:00").await;
    assert_eq!(daemon.today().await.tasks.len(), 2);
    // 2026-08-15 is a Saturday
    let profile = guide_common::wire::hub::GuideProfile { days_off: vec![chrono::Weekday::Sat], ..hub::profile() };
    hub.put_profile(&profile);
    daemon.sync_now().await;
    assert!(daemon.today().await.tasks.is_empty());
    hub.put_profile(&hub::profile());
    let settings = Settings { contact_from: "10:30:00".parse().unwrap(), ..Settings::default() };
    hub.publish("settings", "settings", &settings);
    daemon.sync_now().await;
    let today = daemon.today().await;
    assert_eq!((today.tasks.len(), today.held.len()), (0, 2));
    assert_eq!(today.held[0].hold.until_time, Some(settings.contact_from));
}

#[tokio::test]
async fn a_deputy_whom_headquarters_does_not_know_is_refused_at_once_and_by_name() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(1);
    let (daemon, _serving) = serve(home.path(), &mut hub).await;
    let asked = LeaveRequest { deputy: "nobody".parse().ok(), ..leave("2026-08-09", "2026-08-11") };
    let early: SavedResponse = daemon.post("/v1/leaves", &asked).await.unwrap();
    let preview: AmnestyPreview = daemon.get("/v1/amnesty").await.unwrap();
    assert_eq!(preview.amnesty.unwrap().deputy, asked.deputy, "without colleagues the hub judges");
    for (id, store) in [("G1", "S1"), ("G2", "S1"), ("G3", "S2")] {
        hub.publish("colleague", id, &serde_json::json!({ "id": id, "name": "导购", "store": store }));
    }
    assert_eq!(daemon.sync_now().await.last_error, None);
    let again = daemon.get::<AmnestyPreview>("/v1/amnesty").await.unwrap_err();
    assert_eq!((again.status, again.code.as_str()), (422, "unknown_deputy"), "the leave's own deputy counts too");
    daemon.post::<SavedResponse>(&format!("/v1/leaves/{}/cancel", early.op_id), &()).await.unwrap();
    let n_saved = daemon.outbox().await.len();
    let refused = daemon.post::<SavedResponse>("/v1/leaves", &asked).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (422, "unknown_deputy"));
    assert!(refused.detail.contains("nobody") && refused.detail.ends_with("shop: G2"), "{}", refused.detail);
    assert_eq!(daemon.outbox().await.len(), n_saved, "nothing was recorded");
    daemon.post::<SavedResponse>("/v1/leaves", &leave("2026-08-09", "2026-08-11")).await.unwrap();
    let preview = daemon.get::<AmnestyPreview>("/v1/amnesty?deputy=nobody").await.unwrap_err();
    assert_eq!((preview.code.as_str(), preview.detail), ("unknown_deputy", refused.detail));
    let request = AmnestyRequest { deputy: "nobody".parse().ok() };
    assert_eq!(daemon.post::<AmnestyResponse>("/v1/amnesty", &request).await.unwrap_err().code, "unknown_deputy");
    assert!(daemon.get::<AmnestyPreview>("/v1/amnesty?deputy=G3").await.unwrap().amnesty.is_some());
}
