//! What support does at a terminal, with the real programs: it finds what is wrong, proves that nothing is missing, heals,
//! takes a bundle along that holds nobody's data, and deals with what headquarters rejected.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use guide_common::wire::record::OutcomeRequest;
use guide_tests::program::{Hub, ShopClock, Terminal, command, demo, folder, run, run_ok, runtime};
use serde_json::Value;
use sqlx::{Connection, Row};

const GUIDE: &str = "linzhixia";

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    })
}

/// What the doctor found, and its exit code.
fn doctor(home: &Path) -> (i32, Value) {
    let output = run("guide", home, &["doctor", "--json"]);
    (output.status.code().unwrap(), json(&output))
}

#[track_caller]
fn state(doctor: &Value, code: &str) -> String {
    let checks = doctor["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["code"] == code).unwrap_or_else(|| panic!("no {code}: {doctor:#}"));
    if check["state"] == "fail" {
        assert!(check["fix"]["zh"].is_string() && check["fix"]["en"].is_string(), "{check}");
    }
    check["state"].as_str().unwrap().to_owned()
}

/// The hub's database, opened beside the hub that serves it.
async fn database(hub: &Hub) -> sqlx::AnyConnection {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", hub.data().join("hub.db").display());
    sqlx::AnyConnection::connect(&url).await.unwrap()
}

#[test]
fn the_doctor_finds_a_hub_that_is_gone_and_a_terminal_that_was_revoked() {
    runtime().block_on(async {
        let folder = folder();
        let (mut hub, terminal) = demo(folder.path()).await;
        let (code, found) = doctor(&terminal.home);
        assert_eq!((code, state(&found, "daemon_version").as_str()), (0, "ok"), "{found:#}");
        for check in ["locale", "terminal", "journal", "store", "hub_tcp", "token"] {
            assert_eq!(state(&found, check), "ok", "{check}");
        }
        let devices: Value = serde_json::from_str(&hub.cli(&["device", "list", "--json"])).unwrap();
        hub.cli(&["device", "revoke", devices["devices"][0]["id"].as_str().unwrap()]);
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let (code, found) = doctor(&terminal.home);
            if (code, state(&found, "token").as_str()) == (1, "fail") {
                break;
            }
            assert!(Instant::now() < deadline, "a revocation counts after ten seconds at the latest: {found:#}");
        }
        let output = run("guide", &terminal.home, &["sync", "now", "--lang", "en"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("guide enroll"), "{output:?}");
        hub.stop();
        let (code, found) = doctor(&terminal.home);
        assert_eq!((code, state(&found, "hub_tcp").as_str()), (1, "fail"));
    });
}

#[test]
fn the_doctor_and_a_bundle_need_no_daemon() {
    runtime().block_on(async {
        let folder = folder();
        let (_hub, mut terminal) = demo(folder.path()).await;
        terminal.stop_daemon();
        let (code, found) = doctor(&terminal.home);
        assert_eq!((code, state(&found, "daemon_version").as_str()), (0, "warn"), "{found:#}");
        for check in ["journal", "store", "hub_tcp", "token"] {
            assert_eq!(state(&found, check), "ok", "{check}");
        }
        assert!(!terminal.socket().exists(), "no daemon was started for it");
        let file = folder.path().join("b.json");
        run_ok("guide", &terminal.home, &["bundle", "--yes", "-o", file.to_str().unwrap()]);
        assert!(std::fs::read_to_string(&file).unwrap().contains("\"traces\""));
        assert!(!terminal.socket().exists(), "nor for the bundle");
    });
}

/// Every text of the hub's that belongs to a person: names, phones, notes, words, scripts and ids.
async fn personal_texts(hub: &Hub) -> BTreeSet<String> {
    fn collect(key: &str, value: &Value, texts: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| collect(key, value, texts)),
            Value::Array(values) => values.iter().for_each(|value| collect(key, value, texts)),
            Value::String(text) if PERSONAL.contains(&key) => drop(texts.insert(text.clone())),
            _ => {}
        }
    }
    const PERSONAL: [&str; 12] = [
        "name",
        "phone",
        "phone_tail",
        "note",
        "text",
        "words",
        "reply",
        "salutation",
        "remark",
        "external_user_id",
        "wecom_name",
        "by",
    ];
    let mut db = database(hub).await;
    let rows = sqlx::query("SELECT kind, id, body FROM entity WHERE kind IN ('customer', 'purchase', 'fact', 'guide')");
    let mut texts = BTreeSet::new();
    for row in rows.fetch_all(&mut db).await.unwrap() {
        let (kind, id, body): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        if kind == "customer" {
            texts.insert(id);
        }
        if let Ok(body) = serde_json::from_str(&body) {
            collect("", &body, &mut texts);
        }
    }
    // shorter ones are words that anything may hold, such as a digit
    texts.retain(|text| text.chars().count() > 1 && text.len() > 3);
    texts
}

#[test]
fn a_bundle_holds_no_name_phone_or_note_of_the_demo_and_can_be_replayed() {
    runtime().block_on(async {
        let folder = folder();
        let (hub, terminal) = demo(folder.path()).await;
        let note = "私下的备注，谁也不给看";
        run_ok("guide", &terminal.home, &["log", "next", "1", "--note", note]);
        run_ok("guide", &terminal.home, &["sync", "now"]);
        let file = folder.path().join("b.json");
        let path = file.to_str().unwrap();
        let asked = run("guide", &terminal.home, &["bundle", "-o", path, "--lang", "en"]);
        assert_eq!((asked.status.code(), file.exists()), (Some(2), false), "without a terminal it needs --yes");
        assert!(String::from_utf8_lossy(&asked.stdout).contains("Not in it"), "what would be in it is shown first");
        run_ok("guide", &terminal.home, &["bundle", "--yes", "-o", path]);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let bundle = std::fs::read_to_string(&file).unwrap();
        let texts = personal_texts(&hub).await;
        assert!(texts.len() > 1_000, "{}", texts.len());
        assert!(texts.contains(note) && texts.contains("曾予墨"), "the search knows what to look for");
        for text in &texts {
            assert!(!bundle.contains(text.as_str()), "{text:?} is in the bundle");
        }
        let replay = run("guide", &terminal.home, &["replay", path, "--json"]);
        assert!(replay.status.success());
        let cycles = json(&replay)["cycles"].as_array().unwrap().clone();
        assert!(cycles.len() > 1 && cycles.iter().all(|cycle| cycle["differs"].is_null()), "{cycles:?}");
        // a version that took another step
        std::fs::write(&file, bundle.replacen("\"step\": \"confirm\"", "\"step\": \"work_out\"", 1)).unwrap();
        assert_eq!(run("guide", &terminal.home, &["replay", path]).status.code(), Some(3));
    });
}

/// Changes a customer's body in the hub's database, without a word to the digest of its feed.
async fn forge(db: &mut sqlx::AnyConnection, id: &str) {
    let of = "WHERE guide_id = 'linzhixia' AND kind = 'customer' AND id = $1";
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT body FROM entity {of}")));
    let body: String = row.bind(id).fetch_one(&mut *db).await.unwrap().get(0);
    let forged = body.replace("\"曾予墨\"", "\"曾某\"");
    assert_ne!(forged, body);
    let update = sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE entity SET body = $2 {of}")));
    update.bind(id).bind(&forged).execute(&mut *db).await.unwrap();
}

#[test]
fn a_row_that_was_forged_at_the_hub_is_named_and_mended_in_thirty_seconds() {
    runtime().block_on(async {
        let folder = folder();
        let (hub, terminal) = demo(folder.path()).await;
        let verify = |args: &[&str]| run("guide", &terminal.home, &[&["verify", "--lang", "en"], args].concat());
        assert_eq!(verify(&[]).status.code(), Some(0));
        let mut db = database(&hub).await;
        assert!(hub.cli(&["verify"]).contains("each says what its rows say"));
        forge(&mut db, "C00002").await;
        let output = verify(&["--json"]);
        let verified = json(&output);
        assert_eq!(output.status.code(), Some(3), "{verified:#}");
        let differences = verified["differences"].as_array().unwrap();
        assert_eq!((differences.len(), &differences[0]["id"]), (1, &Value::from("C00002")));
        let said = String::from_utf8_lossy(&verify(&[]).stdout).into_owned();
        assert!(said.contains("C00002") && said.contains("guide verify --heal"), "{said}");
        // while the hub contradicts itself the terminal keeps what it has, and does not say that all is well
        assert_eq!(verify(&["--heal"]).status.code(), Some(3));
        assert_eq!(terminal.client().customers("曾予墨", 9).await.unwrap().n_found, 1);
        let looked = run("guide-hub", &hub.home, &["verify", "--json", "--data", hub.data().to_str().unwrap()]);
        let found = json(&looked);
        assert_eq!((looked.status.code(), &found["contradictions"][0]["feed"]), (Some(1), &Value::from("linzhixia")));
        let said = hub.cli(&["verify", "linzhixia", "--heal"]);
        assert!(said.contains("healed"), "{said}");
        assert!(hub.cli(&["verify"]).contains("each says what its rows say"));
        let began = Instant::now();
        let healed = verify(&["--heal"]);
        let took = began.elapsed();
        assert!(healed.status.success(), "{}", String::from_utf8_lossy(&healed.stdout));
        assert!(took < Duration::from_secs(30), "{took:?}");
        assert_eq!(terminal.client().customers("曾某", 9).await.unwrap().n_found, 1);
    });
}

/// The rejected records of a terminal whose clock runs four days ahead of the hub's.
async fn rejected(hub: &Hub, terminal: &mut Terminal, n: usize) -> Vec<Value> {
    let customers = terminal.client().customers("", n).await.unwrap().rows;
    assert_eq!(customers.len(), n);
    terminal.daemon.as_mut().unwrap().kill();
    let clock = terminal.home.join("clock");
    std::fs::write(&clock, "2026-08-16T10:00:00").unwrap();
    terminal.clock = ShopClock::Virtual(clock);
    terminal.start_daemon();
    let client = terminal.client();
    let outcome: OutcomeRequest = serde_json::from_value(serde_json::json!({ "code": "interested" })).unwrap();
    for row in customers {
        client.log_contact(&row.id, &outcome).await.unwrap();
    }
    client.sync_now().await.unwrap();
    let ops = outbox(terminal);
    assert!(ops.len() == n && ops.iter().all(|op| op["code"] == "from_the_future"), "{ops:#?} {}", hub.url);
    ops
}

fn outbox(terminal: &Terminal) -> Vec<Value> {
    let outbox = run_ok("guide", &terminal.home, &["outbox", "--json"]);
    serde_json::from_str::<Value>(&outbox).unwrap()["ops"].as_array().unwrap().clone()
}

#[track_caller]
fn state_of(terminal: &Terminal, op: &Value) -> String {
    let all = outbox(terminal);
    all.iter().find(|other| other["op_id"] == op["op_id"]).unwrap()["state"].as_str().unwrap().to_owned()
}

/// Edits a record with a program in the place of a person.
fn edit(terminal: &Terminal, n: &str, editor: &str) -> Output {
    let mut command = command("guide", &terminal.home);
    command.args(["outbox", "edit", n, "--lang", "en"]).env("EDITOR", editor).env_remove("VISUAL");
    command.stdin(Stdio::null()).output().unwrap()
}

/// The facts that the hub holds, without what it rejected.
fn facts(hub: &Hub) -> String {
    let inspection: Value = serde_json::from_str(&hub.cli(&["inspect", GUIDE, "--facts", "--json"])).unwrap();
    inspection["facts"].to_string()
}

#[test]
fn a_rejected_record_is_edited_sent_again_exported_or_given_up() {
    runtime().block_on(async {
        let folder = folder();
        let (hub, mut terminal) = demo(folder.path()).await;
        let ops = rejected(&hub, &mut terminal, 3).await;
        let id = |idx: usize| ops[idx]["op_id"].as_str().unwrap().to_owned();
        let number = |idx: usize| ops[idx]["local_seq"].to_string();
        let home = terminal.home.clone();
        let shown = run_ok("guide", &home, &["outbox", "show", &number(0), "--lang", "en"]);
        assert!(shown.contains("interested") && shown.contains("headquarters' future"), "{shown}");

        let exported = home.join("rejected.json");
        run_ok("guide", &home, &["outbox", "export", exported.to_str().unwrap()]);
        let text = std::fs::read_to_string(&exported).unwrap();
        assert!((0..3).all(|idx| text.contains(&id(idx))) && text.contains("\"body\""), "{text}");
        assert_eq!(std::fs::metadata(&exported).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(edit(&terminal, &number(0), "true").status.success());
        assert_eq!(state_of(&terminal, &ops[0]), "rejected", "unchanged is not sent");
        let broken = edit(&terminal, &number(0), "sh -c 'echo { > \"$0\"'");
        let said = String::from_utf8_lossy(&broken.stderr).into_owned();
        let kept = home.join(format!("state/outbox-{}.json", id(0)));
        assert!(broken.status.code() == Some(1) && said.contains(kept.to_str().unwrap()) && kept.exists(), "{said}");
        let good = home.join("good.json");
        std::fs::write(&good, "// why\n{\"on\":\"2026-08-12\",\"code\":\"interested\",\"channel\":\"phone\"}").unwrap();
        let edited = edit(&terminal, &number(0), &format!("cp {}", good.display()));
        assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));
        assert!(!kept.exists());
        assert_eq!(state_of(&terminal, &ops[0]), "replaced");

        assert_eq!(run("guide", &home, &["outbox", "discard", &id(1)]).status.code(), Some(2), "it asks first");
        assert_eq!(state_of(&terminal, &ops[1]), "rejected");
        run_ok("guide", &home, &["outbox", "discard", &id(1), "--yes"]);
        assert_eq!(state_of(&terminal, &ops[1]), "discarded");
        assert_eq!(run("guide", &home, &["outbox", "resend", &number(1)]).status.code(), Some(3));

        let ShopClock::Virtual(clock) = &hub.clock else { panic!("the demo's clock is virtual") };
        std::fs::write(clock, "2026-08-16T10:00:00").unwrap();
        run_ok("guide", &home, &["outbox", "resend", &number(2)]);
        run_ok("guide", &home, &["sync", "now"]);
        assert_eq!(state_of(&terminal, &ops[2]), "applied");
        let facts = facts(&hub);
        assert!(facts.contains(&id(2)) && !facts.contains(&id(0)) && !facts.contains(&id(1)));
        let by_edit = outbox(&terminal).into_iter().find(|op| op["local_seq"].as_u64() > ops[2]["local_seq"].as_u64());
        let by_edit = by_edit.unwrap();
        assert!(by_edit["state"] == "applied" && facts.contains(by_edit["op_id"].as_str().unwrap()), "{by_edit}");
    });
}

#[test]
fn a_trainer_cuts_the_line_and_mends_it() {
    runtime().block_on(async {
        let folder = folder();
        let (_hub, terminal) = demo(folder.path()).await;
        run_ok("guide", &terminal.home, &["faults", "set", "offline=on"]);
        assert_eq!(run("guide", &terminal.home, &["sync", "now"]).status.code(), Some(4));
        let log: Value = serde_json::from_str(&run_ok("guide", &terminal.home, &["sync", "log", "--json"])).unwrap();
        assert_eq!(log["cycles"][0]["end"], "unreachable");
        run_ok("guide", &terminal.home, &["faults", "off"]);
        assert!(run("guide", &terminal.home, &["sync", "now"]).status.success());
    });
}
