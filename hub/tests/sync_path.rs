//! What the statements of the sync path may not hold, so that they mean the same on every engine and touch one guide.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use guide_common::fact::FactBody;
use guide_common::id::DueId;
use guide_common::op::OpBody;
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::wire::hub::OpResult;
use support::TODAY;
use support::without_http::{op, outcome_op, push_ops, with_customers};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The files of `hub/src/db` whose statements terminals' requests run.
const SYNC_PATH: [&str; 9] =
    ["cursor.rs", "feed.rs", "file.rs", "inventory.rs", "known.rs", "loan.rs", "op.rs", "page.rs", "snapshot.rs"];
/// The tables whose rows belong to one guide.
const BY_GUIDE: [&str; 4] = guide_hub::db::distribute::BY_GUIDE;

/// Statements over many guides in these files, with the reason why they may be there.
const EXCEPTIONS: [(&str, &str); 3] = [
    ("about_guides", "headquarters' list of proposals; no request of a terminal comes here"),
    ("facts_of_kind", "headquarters' lists of dispatches and rushes; no request of a terminal comes here"),
    ("moved", "asks for the heads that a whole process awaits: one read, beside every transaction"),
];

/// The statements of a file with the functions in which they stand.
fn statements(source: &str) -> Vec<(String, String)> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let mut function = String::new();
    let mut found = Vec::new();
    let mut text: Option<String> = None;
    let mut concat = false;
    for line in code.lines() {
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        if let Some(rest) = line.split("fn ").nth(1).filter(|_| text.is_none()) {
            function = rest.split(['(', '<']).next().unwrap().to_owned();
        }
        let mut rest = line;
        loop {
            match text.take() {
                Some(mut open) => {
                    let Some(end) = rest.find('"') else {
                        open.push_str(rest.trim_end_matches('\\'));
                        text = Some(open);
                        break;
                    };
                    open.push_str(&rest[..end]);
                    found.push((function.clone(), open, concat));
                    rest = &rest[end + 1..];
                }
                None => {
                    concat |= rest.contains("concat!(");
                    if rest.starts_with(')') {
                        concat = false;
                    }
                    let Some(begin) = rest.find('"') else { break };
                    text = Some(String::new());
                    rest = &rest[begin + 1..];
                }
            }
        }
    }
    // the parts of a `concat!` are one statement
    let mut statements: Vec<(String, String)> = Vec::new();
    let mut in_concat = false;
    for (function, part, concat) in found {
        match statements.last_mut().filter(|(before, _)| concat && in_concat && *before == function) {
            Some((_, statement)) => statement.push_str(&part),
            None => statements.push((function, part)),
        }
        in_concat = concat;
    }
    statements.retain(|(_, text)| ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| text.starts_with(verb)));
    statements
}

fn source(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is wrong with a statement of the sync path.
fn fault(statement: &str) -> Option<String> {
    let lower = statement.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for bad in ["notify", "listen", "pg_notify", "nextval", "serial", "bigserial", "xmin", "now", "clock_timestamp"] {
        if words.contains(&bad) {
            return Some(format!("holds {bad}"));
        }
    }
    if ["advisory", "current_timestamp", "pg_snapshot", "pg_current_xact", "txid_"]
        .iter()
        .any(|bad| lower.contains(bad))
    {
        return Some("holds what only one engine or one node knows".to_owned());
    }
    let is_by_guide = BY_GUIDE.iter().any(|table| words.contains(table));
    let is_confined = if lower.starts_with("insert") { "(guide_id" } else { "guide_id = $" };
    (is_by_guide && !lower.contains(is_confined)).then(|| "is not confined to one guide".to_owned())
}

#[test]
fn the_sync_path_holds_no_notify_sequence_advisory_lock_xmin_or_database_time_and_no_statement_without_a_guide() {
    let mut n_checked = 0;
    for file in SYNC_PATH {
        for (function, statement) in statements(&source(&format!("db/{file}"))) {
            if EXCEPTIONS.iter().any(|(name, _)| *name == function) {
                continue;
            }
            n_checked += 1;
            assert_eq!(fault(&statement), None, "{file}, {function}: {statement}");
        }
    }
    assert!(n_checked > 25, "only {n_checked} statements were found");
}

#[test]
fn no_request_of_a_terminal_runs_a_statement_of_headquarters() {
    let mut files = vec!["push.rs".to_owned(), "push/context.rs".to_owned(), "push/read.rs".to_owned()];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files.extend(names.filter(|name| name.ends_with(".rs")).map(|name| format!("routes/{name}")));
    for file in files {
        for name in ["facts_of_kind", "sale::", "publication::", "purge::", "distribute::"] {
            assert!(!source(&file).contains(name), "{file} calls {name}");
        }
    }
}

#[test]
fn no_table_has_a_sequence_or_a_time_of_the_database() {
    for migration in guide_hub::db::migrate::migrations(guide_hub::db::Engine::Postgres) {
        let sql = migration.sql.as_str().to_lowercase();
        let statements: String =
            sql.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join("\n");
        for bad in ["serial", "identity", "sequence", "now()", "current_timestamp", "timestamptz"] {
            assert!(!statements.contains(bad), "{} holds {bad}", migration.description);
        }
    }
}

#[test]
fn the_check_finds_what_it_looks_for() {
    let check = |statement: &str| fault(statement).is_some();
    assert!(check("SELECT head FROM guide_feed"));
    assert!(check("SELECT body FROM entity WHERE id = $1"));
    assert!(check("INSERT INTO applied_ops (op_id) VALUES ($1)"));
    assert!(check("SELECT pg_advisory_lock(1)"));
    assert!(check("SELECT nextval('ids')"));
    assert!(check("NOTIFY feeds"));
    assert!(check("UPDATE guide_feed SET head = head WHERE guide_id = $1 AND at < now()"));
    assert!(!check("UPDATE guide_feed SET head = head WHERE guide_id = $1 RETURNING head"));
    let found =
        statements("fn a() { q(\"SELECT 1 \\\n  FROM x\") }\nfn b() { q(concat!(\n\"SELECT \",\ne!(),\n\", 2\"\n)) }");
    let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["SELECT 1 FROM x", "SELECT , 2"]);
}

/// Notes what the database is asked.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// Those since the last call, but for the beginning and the end of a transaction, and for what a connection is told
    /// when it is opened: one comes back to the pool a moment after it was used, so that another may be opened.
    fn take(&self) -> Vec<String> {
        let mut statements = std::mem::take(&mut *self.0.lock().unwrap());
        let is_of_connection = |text: &str| ["BEGIN", "COMMIT", "PRAGMA", "SET "].iter().any(|of| text.starts_with(of));
        statements.retain(|text| !is_of_connection(text));
        statements
    }
}

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut summary = Summary::default();
            event.record(&mut summary);
            self.0.lock().unwrap().push(summary.0);
        }
    }
}

/// The beginning of a statement.
#[derive(Default)]
struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.0);
        }
    }
}

#[tokio::test]
async fn a_push_is_one_transaction_of_at_most_five_statements_however_many_ops_it_has() {
    let test = with_customers().await;
    let statements = Statements::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(statements.clone())).unwrap();
    for n_ops in [1, 2, 20] {
        let ops: Vec<_> = (0..n_ops).map(|n| outcome_op(["C1", "C2"][n % 2], TODAY)).collect();
        statements.take();
        assert_eq!(push_ops(&test.db, "G1", &ops).await, vec![OpResult::Applied; n_ops]);
        let asked = statements.take();
        assert!((3..=5).contains(&asked.len()), "{n_ops} ops: {asked:#?}");
    }
    let naming = || {
        let mut outcome = Outcome::new(TODAY.parse().unwrap(), OutcomeCode::Interested);
        outcome.due_ids = vec![DueId(7)];
        op("C1", &OpBody::Fact(FactBody::Outcome(outcome)))
    };
    // the first one reads the rules
    push_ops(&test.db, "G1", &[naming()]).await;
    statements.take();
    assert_eq!(push_ops(&test.db, "G1", &[naming()]).await, [OpResult::Superseded]);
    let asked = statements.take();
    assert!((3..=6).contains(&asked.len()), "an outcome that names a due: {asked:#?}");
}
