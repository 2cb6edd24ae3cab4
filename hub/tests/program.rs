//! The program itself: its exit codes and sentences, what it logs, and how it stops.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use guide_common::op::Op;
use hyper::Method;

use crate::support::{Ran, Terminal, hub_command, send};

fn hub(data: &Path, args: &[&str]) -> Ran {
    hub_command(data, args)
}

#[track_caller]
fn check(ran: &Ran, status: i32, words: &str) {
    ran.check(status, words);
}

/// Waits for the line that says that the hub serves, and returns its lines up to there.
fn lines_until_serving(child: &mut Child) -> (String, BufReader<std::process::ChildStderr>) {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    while !text.contains("serving") {
        assert_ne!(stderr.read_line(&mut text).unwrap(), 0, "the hub ended: {text}");
    }
    (text, stderr)
}

#[test]
fn errors_are_sentences_with_the_next_step() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("hub");
    let csv = dir.path().join("a.csv");
    std::fs::write(&csv, "customer_id,purchased_on,amount\nC1,2026-08-01,10\nC2,never,10\n").unwrap();
    let csv = csv.to_str().unwrap();
    check(&hub(&data, &["import", "purchases", csv]), 1, "line 3: \"never\" is no date");
    check(&hub(&data, &["import", "purchases", "missing.csv"]), 1, "reading missing.csv: No such file");
    check(&hub(&data, &["import", "purchases", csv, "--store", "S9"]), 1, "guide-hub store add --id S9");
    check(&hub(&data, &["guide", "add", "--id", "G1", "--name", "林", "--store", "S1"]), 1, "there is no store S1");
    check(&hub(&data, &["store", "add", "--id", "S1", "--name", "云杉路店"]), 0, "云杉路店");
    check(&hub(&data, &["guide", "add", "--id", "G1", "--name", "林", "--store", "S1"]), 0, "guide G1 林");
    check(&hub(&data, &["guide", "list"]), 0, "1 customers have no guide");
    check(&hub(&data, &["guide", "assign", "--unassigned", "--to", "G1", "--json"]), 0, "\"n_moved\":1");
    check(&hub(&data, &["guide", "assign", "--to", "G1"]), 2, "--unassigned");
    check(&hub(&data, &["device", "code", "G9"]), 1, "guide-hub guide list");
    check(&hub(&data, &["device", "revoke", "none"]), 1, "guide-hub device list");
    check(&hub(&data, &["report", "--from", "2026-08-02", "--to", "2026-08-01"]), 1, "before it begins");
    check(&hub(&data, &["report", "--from", "2026-08-01", "--to", "2026-08-02", "--json"]), 0, "\"by_guide\"");
    check(&hub(&data, &["serve", "--listen", "nowhere"]), 1, "--listen");
    check(&hub(&data, &["serve", "--clock", "virtual", "--clock-file", "none"]), 1, "reading the virtual clock none");
    check(&hub(Path::new("/proc/none"), &["store", "add", "--id", "S1", "--name", "店"]), 1, "making the hub's folder");
    check(&hub(&data, &["--database-url", "mysql://a/b", "guide", "list"]), 2, "cannot be used with");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    check(&hub(dir.path(), &["store", "add", "--id", "S1", "--name", "云杉路店"]), 0, "store S1");
    check(&hub(dir.path(), &["migrate"]), 0, "this version");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = guide_hub::db::Db::open_dir(dir.path()).await.unwrap();
        let mut conn = db.conn().await.unwrap();
        let statement = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                         VALUES (99, 'later', true, x'00', 0)";
        sqlx::query(statement).execute(&mut *conn).await.unwrap();
    });
    check(&hub(dir.path(), &["guide", "list"]), 1, "newer version of guide-hub");
}

#[test]
fn the_log_holds_no_name_note_phone_code_or_token_and_sigterm_ends_the_hub() {
    let dir = tempfile::tempdir().unwrap();
    let (data, address_file) = (dir.path().join("hub"), dir.path().join("address"));
    let csv = dir.path().join("c.csv");
    std::fs::write(&csv, "customer_id,name,phone\nC1,单雅宁,10000000001\n").unwrap();
    check(&hub(&data, &["store", "add", "--id", "S1", "--name", "云杉路店"]), 0, "");
    check(&hub(&data, &["guide", "add", "--id", "G1", "--name", "林知夏", "--store", "S1"]), 0, "");
    check(&hub(&data, &["import", "customers", csv.to_str().unwrap()]), 0, "1 new customers");
    check(&hub(&data, &["guide", "assign", "--customers", "C1", "--to", "G1"]), 0, "G1: 1 customers");
    let clock = dir.path().join("clock");
    std::fs::write(&clock, "2026-08-12T10:00:00").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_guide-hub"))
        .args(["serve", "--listen", "127.0.0.1:0", "--clock", "virtual", "--clock-file"])
        .arg(&clock)
        .arg("--address-file")
        .arg(&address_file)
        .arg("--data")
        .arg(&data)
        .env_remove("GUIDE_HUB_DATABASE_URL")
        .env("GUIDE_LOG", "trace")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut log, mut stderr) = lines_until_serving(&mut child);
    let code = hub(&data, &["device", "code", "G1"]).0.stdout;
    let code = String::from_utf8(code).unwrap().trim().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let token = runtime.block_on(async {
        // the log's line comes just before the file, so that the port is asked for until it is there
        let url = loop {
            if let Ok(url) = std::fs::read_to_string(&address_file) {
                break url;
            }
            tokio::task::yield_now().await;
        };
        let address = url.trim().trim_start_matches("http://").parse().unwrap();
        let body = serde_json::json!({"code": code, "device_name": "柜台一", "training": true}).to_string();
        let answer = send(address, Method::POST, "/v1/enroll", &[], body).await;
        let terminal = Terminal { address, enrolled: serde_json::from_slice(&answer.body).unwrap() };
        let op: Op = terminal.outcome("C1", "2026-08-12", |outcome| outcome.note = Some("喜欢珍珠".to_owned()));
        assert!(terminal.push(&[op]).await.text().contains("applied"));
        assert!(terminal.get("/v1/changes?feed=guide").await.text().contains("单雅宁"));
        terminal.enrolled.token
    });
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    stderr.read_to_string(&mut log).unwrap();
    assert!(child.wait().unwrap().success(), "{log}");
    assert!(log.contains("answered") && log.contains("stopped"), "{log}");
    for secret in ["单雅宁", "林知夏", "10000000001", "喜欢珍珠", "柜台一", &code, &code.replace('-', ""), &token]
    {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
