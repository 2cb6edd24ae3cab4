//! The daemon's life as a process: one at a time, a leftover socket, a clean stop, folders that cannot be used, logs.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use guide_common::wire::local::{Clock, ClockKind, CustomerList, Health, Status};

use crate::support::{Daemon, VIRTUAL, command, enrolled, hub::Hub};

fn refused(home: &Path, args: &[&str]) -> String {
    let output = command(home, args).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_second_daemon_is_refused_with_the_pid_of_the_first() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(home.path()).await;
    let text = refused(home.path(), &VIRTUAL);
    assert!(text.contains(&format!("another guided (pid {}) serves this folder", daemon.child.id())), "{text}");
    let _: Health = daemon.get("/v1/health").await.unwrap();
}

#[tokio::test]
async fn a_socket_that_a_killed_daemon_left_is_taken_over() {
    let home = tempfile::tempdir().unwrap();
    Daemon::start(home.path()).await.kill();
    assert!(home.path().join("run/guided.sock").exists());
    let _: Health = Daemon::start(home.path()).await.get("/v1/health").await.unwrap();
}

#[tokio::test]
async fn why_it_cannot_serve_ends_with_a_code_for_whoever_started_it() {
    let (home, _hub, _serving, daemon) = enrolled(0).await;
    assert!(refused(home.path(), &VIRTUAL).trim_end().ends_with("(already_serves)"));
    daemon.kill();
    // as `guide today` starts it after the training daemon was killed
    let text = refused(home.path(), &["run"]);
    assert!(text.contains("--clock virtual") && text.trim_end().ends_with("(training_terminal)"), "{text}");
    let _: Health = Daemon::start(home.path()).await.get("/v1/health").await.unwrap();
}

#[tokio::test]
async fn a_terminate_signal_stops_cleanly_also_while_someone_listens_for_events() {
    let home = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::start(home.path()).await;
    let stream = daemon.stream().await;
    let note = home.path().join("state/socket");
    let socket = home.path().join("run/guided.sock");
    assert_eq!(std::fs::read_to_string(&note).unwrap().trim_end(), socket.to_str().unwrap());
    daemon.signal(rustix::process::Signal::TERM);
    assert!(daemon.ended().await.success());
    assert!(!socket.exists() && !note.exists());
    drop(stream);
}

#[tokio::test]
async fn socket_and_folders_are_open_to_this_user_alone() {
    let home = tempfile::tempdir().unwrap();
    let _daemon = Daemon::start(home.path()).await;
    let mode = |path: &str| std::fs::metadata(home.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("run/guided.sock"), 0o600);
    for folder in ["run", "data", "state", "state/log"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
}

#[test]
fn a_home_that_cannot_be_written_gives_a_clear_error() {
    let home = tempfile::tempdir().unwrap();
    // a file where a folder should be: root is refused too
    let blocked = home.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let text = refused(&blocked, &["run"]);
    assert!(text.contains("cannot be written") && text.contains("GUIDE_HOME"), "{text}");
}

#[test]
fn a_socket_path_that_is_too_long_is_refused_with_the_reason() {
    let home = tempfile::tempdir().unwrap();
    let text = refused(&home.path().join("x".repeat(100)), &["run"]);
    assert!(text.contains("100") && text.contains("GUIDE_HOME"), "{text}");
}

#[test]
fn a_socket_folder_that_others_can_write_is_refused() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("run")).unwrap();
    std::fs::set_permissions(home.path().join("run"), std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(refused(home.path(), &["run"]).contains("can be written by others"));
}

#[tokio::test]
async fn without_enrolment_it_serves_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start_with(home.path(), &[]).await;
    let status: Status = daemon.get("/v1/status").await.unwrap();
    assert!(status.guide.is_none());
    assert_eq!(status.clock, ClockKind::Real);
    for path in ["/v1/today", "/v1/customers?q=x", "/v1/plans", "/v1/outbox", "/v1/tasks/1"] {
        let problem = daemon.get::<serde_json::Value>(path).await.unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (409, "not_enrolled"), "{path}");
    }
    assert_eq!(daemon.get::<Status>("/v1/nothing").await.unwrap_err().code, "unknown_path");
    let clock = Clock { kind: ClockKind::Real, now: status.now };
    assert_eq!(daemon.put::<Clock>("/v1/clock", &clock).await.unwrap_err().code, "clock_is_real");
}

#[tokio::test]
async fn no_name_phone_number_text_or_token_is_in_the_log() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    hub.add_customer("C9", "机密芳名", "13912345678");
    let _serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    let mut request = crate::support::outcome("interested");
    request.note = Some("私密备注".to_owned());
    daemon.post::<serde_json::Value>("/v1/tasks/C9/outcome", &request).await.unwrap();
    daemon.get::<CustomerList>("/v1/customers?q=13912345678").await.unwrap();
    hub.inner.lock().unwrap().reject = Some("because".to_owned());
    daemon.post::<serde_json::Value>("/v1/customers/C9/contacts", &request).await.unwrap();
    daemon.sync_now().await;
    daemon.kill();
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(home.path().join("state/log")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for secret in ["机密芳名", "13912345678", "私密备注", "gdt_", crate::support::hub::CODE, "顾客"] {
            assert!(!text.contains(secret), "{secret} is in the log");
        }
        logs.push(text);
    }
    assert_eq!(logs.len(), 2, "what the daemon did, and the cycles");
    assert!(logs.iter().any(|text| text.contains("an op was saved")));
    // both ops may have gone in one cycle
    assert!(logs.iter().any(|text| text.contains("\"n_pushed\":1") || text.contains("\"n_pushed\":2")));
}

/// How often the daemon's own thread has woken.
fn n_wakes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
    line.trim().parse().unwrap()
}

#[tokio::test]
async fn an_idle_daemon_wakes_at_most_once_a_second_by_itself() {
    let (_home, _hub, _serving, daemon) = enrolled(3).await;
    // an idle second can only be measured by letting it pass; a busy start is given time to end
    let measured = crate::support::eventually("an idle second", || async {
        let before = n_wakes(daemon.child.id());
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        (n_wakes(daemon.child.id()) - before <= 1).then_some(())
    });
    measured.await;
}
