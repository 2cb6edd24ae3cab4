//! Programs of this version beside those of a later one, which has a field in a document, one in an outcome, a channel
//! and a kind of fact more, and another layout of the cache (`tests/src/later.rs`): nothing of what either wrote is
//! lost, whoever is the older one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use guide_common::id::{CustomerId, OpId};
use guide_common::wire::local::SyncStatus;
use guide_common::wire::record::{OutcomeRequest, PromiseRequest};
use guide_common::wire::support::ResendRequest;
use guide_tests::later;
use guide_tests::program::{Hub, Terminal, command, folder, runtime};
use serde_json::{Value, json};
use sqlx::{Connection, Row};

const GUIDE: &str = "g1";
const CUSTOMER: &str = "c-1";

/// A hub with one guide and a customer who has a birthday, and a terminal of this version.
async fn shop(home: &Path, hub_program: &'static str) -> (Hub, Terminal) {
    later::build();
    let mut hub = Hub::new(&home.join("h"), "2026-08-12T10:00:00");
    hub.program = hub_program;
    hub.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
    hub.cli(&["guide", "add", "--id", GUIDE, "--name", "林知夏", "--store", "s1"]);
    import(&hub, "customer_id,name,birthday\nc-1,单雅琴,1990-05-01\n");
    hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", GUIDE]);
    hub.serve();
    let terminal = Terminal::start(&home.join("t"), &hub);
    terminal.enroll(&hub, GUIDE).await;
    (hub, terminal)
}

fn import(hub: &Hub, rows: &str) {
    let file = hub.home.join("customers.csv");
    std::fs::write(&file, rows).unwrap();
    hub.cli(&["import", "customers", file.to_str().unwrap(), "--store", "s1"]);
}

/// What lies in the hub's database, whoever could read it.
async fn body(hub: &Hub, kind: &str, id: &str) -> Value {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", hub.data().join("hub.db").display());
    let mut database = sqlx::AnyConnection::connect(&url).await.unwrap();
    let query = sqlx::query("SELECT body FROM entity WHERE guide_id = $1 AND kind = $2 AND id = $3");
    let row = query.bind(GUIDE).bind(kind).bind(id).fetch_one(&mut database).await.unwrap();
    serde_json::from_str(&row.try_get::<String, _>(0).unwrap()).unwrap()
}

/// Stops a program and starts another version of it.
fn change_hub(hub: &mut Hub, program: &'static str) {
    hub.stop();
    hub.program = program;
    hub.serve();
}

fn change_terminal(terminal: &mut Terminal, program: &'static str) {
    terminal.stop_daemon();
    terminal.program = program;
    terminal.start_daemon();
}

async fn log(terminal: &Terminal) -> OpId {
    let customer: CustomerId = CUSTOMER.parse().unwrap();
    terminal.client().log_contact(&customer, &OutcomeRequest::new("1")).await.unwrap().op_id
}

/// A cycle after which hub and terminal hold the same.
async fn synced(terminal: &Terminal) -> SyncStatus {
    let sync = terminal.client().sync_now().await.unwrap();
    assert_eq!((sync.n_unsent, &sync.last_error), (0, &None));
    let verified = terminal.client().verify(false).await.unwrap();
    assert!(verified.same && verified.lost.is_empty(), "{verified:?}");
    sync
}

#[test]
fn a_hub_older_than_its_terminal_keeps_what_it_does_not_know() {
    runtime().block_on(async {
        let folder = folder();
        let (mut hub, mut terminal) = shop(folder.path(), "guide-hub").await;
        change_terminal(&mut terminal, later::GUIDED);
        let outcome = log(&terminal).await;
        let promise =
            PromiseRequest { text: "fitting 12".to_owned(), item: None, due_on: "2026-08-20".parse().unwrap() };
        let fitting = terminal.client().promise(&CUSTOMER.parse().unwrap(), &promise).await.unwrap().op_id;
        assert_eq!(synced(&terminal).await.n_rejected, 1, "a kind that the hub does not know is kept at the terminal");
        let refused = &terminal.client().outbox().await.unwrap().ops[0];
        assert_eq!((refused.op_id, refused.code.as_deref()), (fitting, Some("unknown_kind")));
        let said = body(&hub, "fact", &outcome.to_string()).await["body"].clone();
        assert_eq!((&said["channel"], &said["mood"]), (&json!("video"), &json!("cheerful")), "{said}");
        // the older hub writes the fact once more
        terminal.client().undo(Some(outcome)).await.unwrap();
        synced(&terminal).await;
        let undone = body(&hub, "fact", &outcome.to_string()).await;
        assert!(undone["undone"].is_object(), "{undone}");
        assert_eq!(undone["body"], said);
        // the hub learns the kind
        change_hub(&mut hub, later::HUB);
        terminal.client().resend(fitting, &ResendRequest::default()).await.unwrap();
        assert_eq!(synced(&terminal).await.n_rejected, 0);
        let sent = &terminal.client().outbox().await.unwrap().ops;
        let fitting = sent.iter().find(|op| op.kind == "fitting" && op.state == "applied").unwrap();
        let fact = body(&hub, "fact", &fitting.op_id.to_string()).await;
        assert_eq!((&fact["kind"], &fact["body"]["size"]), (&json!("fitting"), &json!("12")));
    });
}

#[test]
fn a_terminal_and_a_hub_older_than_what_a_hub_wrote_keep_all_of_it() {
    runtime().block_on(async {
        let folder = folder();
        let (mut hub, mut terminal) = shop(folder.path(), later::HUB).await;
        let born = json!({ "year": 1990, "month": 5, "day": 1, "calendar": "solar", "hour": 7 });
        assert_eq!(body(&hub, "customer", CUSTOMER).await["birthday"], born);
        let by_older = log(&terminal).await;
        synced(&terminal).await;
        let mut other = Terminal::start(&folder.path().join("o"), &hub);
        other.enroll(&hub, GUIDE).await;
        change_terminal(&mut other, later::GUIDED);
        let by_later = log(&other).await;
        synced(&other).await;
        synced(&terminal).await;
        // the hub is set back to the older version, which writes the customer and the fact anew
        change_hub(&mut hub, "guide-hub");
        import(&hub, "customer_id,phone\nc-1,13800001111\n");
        terminal.client().undo(Some(by_older)).await.unwrap();
        other.client().undo(Some(by_later)).await.unwrap();
        synced(&other).await;
        synced(&terminal).await;
        let customer = body(&hub, "customer", CUSTOMER).await;
        assert_eq!((&customer["phone"], &customer["birthday"]), (&json!("13800001111"), &born));
        let fact = body(&hub, "fact", &by_later.to_string()).await;
        assert_eq!((&fact["body"]["channel"], &fact["undone"]["on"]), (&json!("video"), &json!("2026-08-12")));
        // and forward again, the older terminal too
        change_hub(&mut hub, later::HUB);
        change_terminal(&mut terminal, later::GUIDED);
        synced(&terminal).await;
        assert_eq!(body(&hub, "customer", CUSTOMER).await, customer);
    });
}

/// Every file below a folder, whole.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_terminal_goes_forward_with_its_outbox_and_back_only_by_a_refusal_that_changes_nothing() {
    runtime().block_on(async {
        let folder = folder();
        let (mut hub, mut terminal) = shop(folder.path(), "guide-hub").await;
        hub.stop();
        let before = log(&terminal).await;
        change_terminal(&mut terminal, later::GUIDED);
        let unsent: Vec<OpId> = terminal.client().outbox().await.unwrap().ops.iter().map(|op| op.op_id).collect();
        assert_eq!(unsent, [before], "the later version has the outbox, and the cache in its own layout");
        assert_eq!(terminal.client().customers("", 10).await.unwrap().n_all, 1);
        let after = log(&terminal).await;
        terminal.stop_daemon();
        let (mut then, mut now) = (BTreeMap::new(), BTreeMap::new());
        files(&terminal.home.join("data"), &mut then);
        let mut older = command("guided", &terminal.home);
        older.args(["run", "--clock", "virtual", "--clock-file"]).arg(hub.home.join("clock"));
        let output = older.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("newer version") && said.contains("nothing was changed"), "{said}");
        files(&terminal.home.join("data"), &mut now);
        assert!(then == now, "the older version changed a file");
        terminal.start_daemon();
        hub.serve();
        synced(&terminal).await;
        for op in [before, after] {
            assert_eq!(body(&hub, "fact", &op.to_string()).await["id"], op.to_string());
        }
    });
}
