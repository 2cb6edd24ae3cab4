//! Bad input and bad circumstances: a clear error with the next step, and nothing lost.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;

use guide::client::Client;
use guide_common::wire::local::EnrollLocalRequest;
use guide_common::wire::record::OutcomeRequest;
use guide_tests::program::{Hub, Running, Terminal, command, demo, folder, run, run_ok, runtime, wait_for};

fn outcome(code: &str) -> OutcomeRequest {
    serde_json::from_value(serde_json::json!({ "code": code })).unwrap()
}

/// Today's first task, once the engine has checked the queue.
async fn first_task(client: &Client) -> String {
    for _ in 0..400 {
        let today = client.today().await.unwrap();
        if today.checked && !today.tasks.is_empty() {
            return today.tasks[0].id.to_string();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no task came");
}

/// What a command that must fail says, and its exit code.
fn failure(program: &str, home: &Path, args: &[&str]) -> (i32, String) {
    let output = run(program, home, args);
    assert!(!output.status.success(), "{program} {args:?} succeeded");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().unwrap(), said)
}

#[test]
fn a_malformed_purchase_file_names_its_lines_and_imports_the_good_rows() {
    let folder = folder();
    let hub = Hub::new(&folder.path().join("h"), "2026-08-12T10:00:00");
    let csv = folder.path().join("p.csv");
    std::fs::write(&csv, "customer_id,purchased_on,amount\nC1,2026-08-01,100.00\nC2,2026-02-30,5\nC3,2026-08-01,1e3\n")
        .unwrap();
    hub.cli(&["store", "add", "--id", "s1", "--name", "店"]);
    let data = hub.data();
    let args = ["import", "purchases", csv.to_str().unwrap(), "--store", "s1", "--data", data.to_str().unwrap()];
    let output = run("guide-hub", &hub.home, &args);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains('3') && said.contains("2026-02-30"), "{said}");
    assert!(said.contains('4') && said.contains("1e3"), "{said}");
    hub.cli(&["guide", "add", "--id", "g1", "--name", "导购", "--store", "s1"]);
    hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", "g1"]);
    let inspection: serde_json::Value = serde_json::from_str(&hub.cli(&["inspect", "g1", "--json"])).unwrap();
    assert_eq!(inspection["counts"]["purchase"], 1);
}

#[test]
fn a_malformed_plan_is_refused_with_file_and_line_and_nothing_is_published() {
    let folder = folder();
    let hub = Hub::new(&folder.path().join("h"), "2026-08-12T10:00:00");
    hub.cli(&["store", "add", "--id", "S1", "--name", "云杉路店"]);
    let plan = folder.path().join("bad.toml");
    std::fs::write(&plan, "id = \"P1\"\nversion = 1\nname = { zh = \"一\", en = \"one\" }\nthrottle = 8\n").unwrap();
    let data = hub.data();
    let (code, said) = failure(
        "guide-hub",
        &hub.home,
        &["publish", "plans", plan.to_str().unwrap(), "--data", data.to_str().unwrap()],
    );
    assert_eq!(code, 1);
    assert!(said.contains("bad.toml") && said.contains("line"), "{said}");
    let (_, said) =
        failure("guide-hub", &hub.home, &["publish", "plans", "absent.toml", "--data", data.to_str().unwrap()]);
    assert!(said.contains("absent.toml"), "{said}");
}

#[test]
fn without_a_daemon_that_can_start_the_command_line_says_why() {
    let folder = folder();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "not a folder").unwrap();
    let (code, said) = failure("guide", &blocked, &["today"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("file"), "the folder is named: {said}");
}

#[test]
fn a_home_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = folder();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "not a folder").unwrap();
    let (code, said) = failure("guided", &blocked, &["run"]);
    assert_eq!(code, 1);
    assert!(said.contains(blocked.to_str().unwrap()), "{said}");
}

#[test]
fn a_second_daemon_is_refused_and_the_first_goes_on() {
    runtime().block_on(async {
        let folder = folder();
        let (_hub, terminal) = demo(folder.path()).await;
        let (code, said) = failure("guided", &terminal.home, &["run"]);
        assert_eq!(code, 1);
        assert!(said.contains(&terminal.daemon.as_ref().unwrap().pid().to_string()), "the first is named: {said}");
        assert_eq!(terminal.client().health().await.unwrap().program, "guided");
    });
}

#[test]
fn a_wrong_enrolment_code_is_refused_and_the_terminal_stays_as_it_was() {
    runtime().block_on(async {
        let folder = folder();
        let mut hub = Hub::new(&folder.path().join("h"), "2026-08-12T10:00:00");
        hub.cli(&["import", "demo"]);
        hub.serve();
        let terminal = Terminal::start(&folder.path().join("t"), &hub);
        let request = EnrollLocalRequest::new(&hub.url, "AAAA-AAAA");
        let error = terminal.client().enroll(&request).await.unwrap_err();
        assert!(!error.to_string().is_empty());
        assert_eq!(terminal.client().status().await.unwrap().guide, None);
        terminal.enroll(&hub, "linzhixia").await;
        assert!(terminal.client().status().await.unwrap().guide.is_some());
    });
}

#[test]
fn a_hub_that_is_not_there_costs_nothing_but_time() {
    runtime().block_on(async {
        let folder = folder();
        let (mut hub, mut terminal) = demo(folder.path()).await;
        hub.stop();
        let client = terminal.client();
        let task = first_task(&client).await;
        let saved = client.log_outcome(&task, &outcome("interested")).await.unwrap();
        let status = client.status().await.unwrap();
        assert_eq!(status.sync.n_unsent, 1);
        // the power goes
        terminal.daemon.as_mut().unwrap().kill();
        terminal.start_daemon();
        let client = terminal.client();
        assert_eq!(client.status().await.unwrap().sync.n_unsent, 1);
        hub.serve();
        client.sync_now().await.unwrap();
        assert_eq!(client.status().await.unwrap().sync.n_unsent, 0);
        let facts = hub.facts("linzhixia");
        assert_eq!(facts.matches(&saved.op_id.to_string()).count(), 1, "once, and not twice");
    });
}

#[test]
fn a_stopped_daemon_leaves_neither_socket_nor_note_and_a_killed_one_is_no_obstacle() {
    let folder = folder();
    let home = folder.path().join("t");
    let start = |home: &Path| {
        let mut command = command("guided", home);
        command.arg("run");
        let running = Running::start(command);
        let socket = home.join("run/guided.sock");
        wait_for("the socket", || std::os::unix::net::UnixStream::connect(&socket).ok());
        running
    };
    std::fs::create_dir_all(&home).unwrap();
    let mut daemon = start(&home);
    assert!(daemon.terminate().success());
    assert!(!home.join("run/guided.sock").exists());
    assert!(!home.join("state/socket").exists());
    let mut daemon = start(&home);
    daemon.kill();
    assert!(home.join("run/guided.sock").exists(), "the leftover");
    start(&home);
}

#[test]
fn on_a_full_disk_nothing_is_said_to_be_saved_and_work_goes_on_when_there_is_room() {
    let folder = folder();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs"])
        .arg(&disk)
        .stderr(std::process::Stdio::null())
        .status();
    if !mount.is_ok_and(|status| status.success()) {
        eprintln!("left out: a small file system cannot be mounted here");
        return;
    }
    struct Unmount<'a>(&'a Path);
    impl Drop for Unmount<'_> {
        fn drop(&mut self) {
            let _ = std::process::Command::new("umount").arg("-l").arg(self.0).status();
        }
    }
    let _unmount = Unmount(&disk);
    runtime().block_on(async {
        let mut hub = Hub::new(&folder.path().join("h"), "2026-08-12T10:00:00");
        hub.cli(&["import", "demo"]);
        hub.serve();
        let terminal = Terminal::start(&disk, &hub);
        terminal.enroll(&hub, "linzhixia").await;
        let client = terminal.client();
        first_task(&client).await;
        let ballast = disk.join("ballast");
        let full = std::process::Command::new("dd")
            .args(["if=/dev/zero", "bs=4096", &format!("of={}", ballast.display())])
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(!full.success(), "the disk is full");
        // the journal's last page may still have room for a few
        let mut saved = Vec::new();
        let mut refused = None;
        for row in client.today().await.unwrap().tasks {
            match client.log_outcome(&row.id.to_string(), &outcome("interested")).await {
                Ok(answer) => saved.push(answer.op_id.to_string()),
                Err(error) => {
                    refused = Some((row.id.to_string(), error));
                    break;
                }
            }
        }
        let (task, error) = refused.expect("a full disk refuses");
        assert_eq!(error.code(), "store", "{error}");
        assert!(client.today().await.unwrap().tasks.iter().any(|row| row.id.to_string() == task), "reads go on");
        std::fs::remove_file(&ballast).unwrap();
        saved.push(client.log_outcome(&task, &outcome("interested")).await.unwrap().op_id.to_string());
        client.sync_now().await.unwrap();
        assert_eq!(client.status().await.unwrap().sync.n_unsent, 0);
        let facts = hub.facts("linzhixia");
        for id in &saved {
            assert_eq!(facts.matches(id.as_str()).count(), 1, "{id} once");
        }
        drop(terminal);
    });
}

#[test]
fn the_logs_hold_no_personal_data() {
    runtime().block_on(async {
        let folder = folder();
        let (hub, terminal) = demo(folder.path()).await;
        let client = terminal.client();
        let task = first_task(&client).await;
        let mut request = outcome("complaint");
        request.note = Some("备注里的私事".to_owned());
        client.log_outcome(&task, &request).await.unwrap();
        client.sync_now().await.unwrap();
        let customers = client.customers("", 10_000).await.unwrap().rows;
        assert!(customers.len() > 50);
        let mut logs = String::new();
        for entry in std::fs::read_dir(terminal.home.join("state/log")).unwrap() {
            logs.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
        }
        assert!(!logs.is_empty(), "there is a log");
        assert!(!logs.contains("备注里的私事"));
        assert!(!logs.contains("gdt_"), "a token");
        for customer in customers {
            assert!(!logs.contains(&customer.name), "a name");
        }
        drop(hub);
    });
}

#[test]
fn the_help_of_every_program_is_there() {
    let folder = folder();
    for program in ["guide", "guided", "guide-hub"] {
        assert!(run_ok(program, folder.path(), &["--help"]).len() > 100, "{program}");
        assert!(run_ok(program, folder.path(), &["--version"]).contains("0.1.0"), "{program}");
    }
}
