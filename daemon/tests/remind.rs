//! Reminders of a daemon that runs on a virtual clock: what comes is told once, also after a kill, and can be put off.

use std::collections::BTreeSet;

use guide_common::remind::{Kind, Moment};
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use guide_common::wire::remind::*;
use serde_json::{Value, json};

use crate::support::{Daemon, LIMIT, eventually};

async fn list(daemon: &Daemon) -> Vec<ReminderRow> {
    daemon.get::<Reminders>("/v1/reminders").await.unwrap().reminders
}

/// What is told over the stream of events, until something is.
async fn told(stream: &mut reqwest::Response) -> Notice {
    let next = async {
        loop {
            let bytes = stream.chunk().await.unwrap().unwrap();
            for line in String::from_utf8_lossy(&bytes).lines() {
                let Some(data) = line.strip_prefix("data:") else { continue };
                let notice: Notice = serde_json::from_str(data.trim()).unwrap();
                if matches!(notice, Notice::Reminder { .. }) {
                    return notice;
                }
            }
        }
    };
    tokio::time::timeout(LIMIT, next).await.unwrap()
}

fn ids(notice: &Notice) -> BTreeSet<guide_common::id::ReminderId> {
    let Notice::Reminder { ids, .. } = notice else { panic!("{notice:?}") };
    ids.iter().copied().collect()
}

async fn agree_on_visit(daemon: &Daemon, on: &str, time: &str) {
    let visit = json!({ "visit_on": on, "visit_time": time });
    daemon.post::<SavedResponse>("/v1/customers/C0000/appointments", &visit).await.unwrap();
}

#[tokio::test]
async fn a_visit_is_told_of_once_an_hour_before_and_again_when_it_is_put_off() {
    let (home, _hub, _serving, daemon) = crate::support::enrolled(1).await;
    agree_on_visit(&daemon, "2026-08-12", "15:00:00").await;
    let visit = |rows: Vec<ReminderRow>| rows.into_iter().find(|row| row.kind == Kind::Appointment);
    let row = eventually("the visit in the list", async || visit(list(&daemon).await)).await;
    assert_eq!((row.moment, row.state, row.name.as_str()), (Moment::Before, ReminderState::Waiting, "顾客0000"));
    assert_eq!(row.at.unwrap().to_string(), "2026-08-12 14:00:00");
    let mut stream = daemon.stream().await;
    daemon.set_clock("2026-08-12T14:00:00").await;
    let notice = told(&mut stream).await;
    assert!(ids(&notice).contains(&row.id), "{notice:?}");
    let Notice::Reminder { title, shown, .. } = &notice else { panic!() };
    assert!(!shown && !title.contains("顾客0000"), "training leaves the desktop alone, and nobody is named: {title}");
    assert_eq!(visit(list(&daemon).await).unwrap().state, ReminderState::Told);
    // neither a kill nor a clock that goes back repeats it
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    eventually("the queue", async || daemon.today().await.checked.then_some(())).await;
    daemon.set_clock("2026-08-12T13:50:00").await;
    daemon.set_clock("2026-08-12T14:10:00").await;
    assert_eq!(visit(list(&daemon).await).unwrap().state, ReminderState::Told);
    let snooze = format!("/v1/reminders/{}/snooze", row.id);
    let rows: Reminders = daemon.post(&snooze, &json!({ "minutes": 20 })).await.unwrap();
    let off = visit(rows.reminders).unwrap();
    assert_eq!((off.state, off.at.unwrap().to_string()), (ReminderState::Snoozed, "2026-08-12 14:30:00".to_owned()));
    let mut stream = daemon.stream().await;
    daemon.set_clock("2026-08-12T14:30:00").await;
    assert!(ids(&told(&mut stream).await).contains(&row.id));
    assert_eq!(
        daemon.post::<Value>("/v1/reminders/0000000000000000/snooze", &json!({})).await.unwrap_err().status,
        404
    );
    assert_eq!(daemon.post::<Value>(&snooze, &json!({ "minutes": 0 })).await.unwrap_err().code, "bad_request");
}

#[tokio::test]
async fn settings_are_read_again_without_a_restart() {
    let (home, _hub, _serving, daemon) = crate::support::enrolled(1).await;
    agree_on_visit(&daemon, "2026-08-12", "15:00:00").await;
    let enabled = async || daemon.get::<Reminders>("/v1/reminders").await.unwrap().enabled;
    eventually("reminders", async || enabled().await.then_some(())).await;
    let folder = home.path().join("config");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[remind]\nenabled = false\nper_hour = 100\n").unwrap();
    let answer: ReloadAnswer = daemon.post("/v1/reload", &()).await.unwrap();
    assert!(answer.faults.len() == 1 && answer.faults[0].contains("config.toml:3:"), "{answer:?}");
    assert!(!enabled().await);
    std::fs::write(folder.join("config.toml"), "remind = 3").unwrap();
    daemon.signal(rustix::process::Signal::HUP);
    eventually("the defaults", async || enabled().await.then_some(())).await;
}
