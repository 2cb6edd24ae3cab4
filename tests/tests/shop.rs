//! A real shop: 6,919 purchases of 2,357 customers, five guides with a terminal each, and a week of work.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use guide_common::outcome::OutcomeCode;
use guide_common::wire::local::{DueRow, Today};
use guide_common::wire::record::{ComplaintCloseRequest, OutcomeRequest};
use guide_tests::ledger::{Column, Ledger};
use guide_tests::oracle::{DueName, Rule, Shop, ymd};
use guide_tests::program::{Hub, Terminal, runtime};

const PURCHASES: &str = include_str!("../data/purchases.csv");
const PURCHASES_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/purchases.csv");
const P01: &str = include_str!("../../content/plans/P01-after-sale.toml");
/// The plan's minimum in the week that is walked: low enough that purchases supersede what is open.
const WEEK_MIN: i64 = 1_000;
const GUIDES: [&str; 5] = ["g1", "g2", "g3", "g4", "g5"];

/// A hub with the shop's purchases, imported twice, assigned to five guides; and their terminals, enrolled.
async fn open_shop(folder: &Path, now: &str) -> (Hub, Vec<Terminal>) {
    let mut hub = Hub::new(&folder.join("hub"), now);
    hub.cli(&["store", "add", "--id", "s1", "--name", "一号店"]);
    for guide in GUIDES {
        hub.cli(&["guide", "add", "--id", guide, "--name", guide, "--store", "s1"]);
    }
    for _ in 0..2 {
        hub.cli(&["import", "purchases", PURCHASES_FILE, "--store", "s1"]);
    }
    hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", "g1,g2,g3,g4,g5"]);
    publish_templates(&hub);
    hub.serve();
    let mut terminals = Vec::new();
    for guide in GUIDES {
        let terminal = Terminal::start(&folder.join(guide), &hub);
        terminal.enroll(&hub, guide).await;
        terminals.push(terminal);
    }
    (hub, terminals)
}

/// How many entities of a kind the hub holds of all guides.
fn held(hub: &Hub, kind: &str) -> u64 {
    let count = |guide| {
        let inspection: serde_json::Value = serde_json::from_str(&hub.cli(&["inspect", guide, "--json"])).unwrap();
        inspection["counts"][kind].as_u64().unwrap()
    };
    GUIDES.into_iter().map(count).sum()
}

fn publish_templates(hub: &Hub) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/templates");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    let mut args = vec!["publish", "templates"];
    args.extend(files.iter().map(String::as_str));
    hub.cli(&args);
}

/// Publishes P01 with another minimum and restart rule, as the next version, and waits until all have it.
async fn publish_p01(hub: &Hub, terminals: &[Terminal], version: u32, min_cents: i64, restart: &str) {
    let text = P01
        .replace("version = 2", &format!("version = {version}"))
        .replace("min_amount_fen = 30000", &format!("min_amount_fen = {min_cents}"))
        .replace("\"supersede\"", &format!("{restart:?}"));
    let file = hub.home.join("P01.toml");
    std::fs::write(&file, text).unwrap();
    hub.cli(&["publish", "plans", file.to_str().unwrap()]);
    for terminal in terminals {
        terminal.client().sync_now().await.unwrap();
    }
}

async fn today(terminal: &Terminal, on: NaiveDate) -> Today {
    let client = terminal.client();
    client.set_clock(on.and_hms_opt(10, 0, 0).unwrap()).await.unwrap();
    for _ in 0..200 {
        let today = client.today().await.unwrap();
        if today.checked && today.on == on {
            return today;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the queue of {on} was not checked within four seconds");
}

fn rows(today: &Today) -> impl Iterator<Item = (&str, &[DueRow])> {
    let tasks = today.tasks.iter().map(|task| (task.customer.as_str(), task.dues.as_slice()));
    tasks.chain(today.held.iter().map(|held| (held.customer.as_str(), held.dues.as_slice())))
}

async fn all_queues(terminals: &[Terminal], on: NaiveDate) -> BTreeSet<DueName> {
    let mut names = BTreeSet::new();
    for terminal in terminals {
        let today = today(terminal, on).await;
        for (customer, dues) in rows(&today) {
            for due in dues {
                let name = (customer.to_owned(), due.step.to_string(), due.anchor_on.to_string());
                assert!(names.insert(name), "{customer} {due:?} is due twice");
            }
        }
    }
    names
}

#[test]
fn five_queues_together_hold_exactly_what_an_independent_calculation_finds() {
    let folder = tempfile::Builder::new().prefix("gs").tempdir_in("/tmp").unwrap();
    runtime().block_on(async {
        let (hub, terminals) = open_shop(folder.path(), "1997-04-28T10:00:00").await;
        let shop = Shop::read(PURCHASES);
        let on: NaiveDate = "1997-04-28".parse().unwrap();
        assert_eq!(held(&hub, "purchase"), 6_919);
        assert_eq!(held(&hub, "customer"), 2_357);

        let cases = [(3_000, Rule::Supersede, 300), (1_000, Rule::Supersede, 700), (1_000, Rule::Every, 700)];
        for (idx, (min_cents, rule, more_than)) in cases.into_iter().enumerate() {
            let restart = if rule == Rule::Supersede { "supersede" } else { "every" };
            publish_p01(&hub, &terminals, idx as u32 + 1, min_cents, restart).await;
            let found = all_queues(&terminals, on).await;
            let expected = shop.dues(min_cents, rule, ymd("1997-04-28"));
            assert_eq!(found, expected, "{min_cents} {rule:?}");
            assert!(found.len() > more_than, "{} dues", found.len());
            println!("{} dues at a minimum of {min_cents} with {rule:?}", found.len());
        }
        let mut n_merged = 0;
        for terminal in &terminals {
            n_merged += today(terminal, on).await.tasks.iter().filter(|task| task.dues.len() > 1).count();
        }
        assert!(n_merged > 0, "with `every`, tasks merge");
    });
}

/// What is logged for the n-th task of a day: every code in turn, more left undone, so that purchases supersede some.
fn choose(n: usize) -> Option<OutcomeCode> {
    let choices = OutcomeCode::ALL.len() + 14;
    OutcomeCode::ALL.get(n % choices).copied()
}

#[test]
fn a_week_walked_with_every_outcome_code_agrees_with_the_hub_s_report_to_the_due() {
    let folder = tempfile::Builder::new().prefix("gs").tempdir_in("/tmp").unwrap();
    runtime().block_on(async {
        let (hub, terminals) = open_shop(folder.path(), "1997-04-28T10:00:00").await;
        publish_p01(&hub, &terminals, 1, WEEK_MIN, "supersede").await;
        let shop = Shop::read(PURCHASES);
        let mut ledger = Ledger::default();
        let first: NaiveDate = "1997-04-28".parse().unwrap();
        let last: NaiveDate = "1997-05-04".parse().unwrap();
        let mut n_logged = 0;
        let mut clamped = 0;
        for on in first.iter_days().take_while(|on| *on <= last) {
            for terminal in &terminals {
                let client = terminal.client();
                let queue = today(terminal, on).await;
                let date = ymd(&on.to_string());
                for customer in client.customers("", 10_000).await.unwrap().rows {
                    if shop.sum(customer.id.as_str(), date) >= WEEK_MIN {
                        ledger.bought(customer.id.as_str(), on);
                    }
                }
                for (customer, dues) in rows(&queue) {
                    for due in dues {
                        ledger.see(customer, due);
                        clamped +=
                            usize::from(due.step.as_str() == "care" && due.anchor_on.to_string() == "1997-01-31");
                    }
                }
                for task in &queue.tasks {
                    n_logged += 1;
                    let Some(code) = choose(n_logged) else { continue };
                    let next_on = matches!(code, OutcomeCode::CallLater | OutcomeCode::Appointment)
                        .then(|| on + chrono::Days::new(1 + n_logged as u64 % 4));
                    let asks_score = code.completes() && n_logged % 2 == 0;
                    let score = asks_score.then_some(1 + (n_logged / 2 % 5) as u8);
                    let meets = n_logged % 2 == 0 && !has_purchase_near(&shop, task.customer.as_str(), on);
                    let amount_fen = (code == OutcomeCode::Bought).then_some(if meets { 5_000 } else { 900 });
                    let request = OutcomeRequest {
                        due_ids: task.dues.iter().map(|due| due.due_id).collect(),
                        score,
                        next_on,
                        amount_fen,
                        reason: (code == OutcomeCode::Skipped).then(|| "b".to_owned()),
                        ..OutcomeRequest::new(code.names().2)
                    };
                    let saved = client.log_outcome(&task.id.to_string(), &request).await.unwrap();
                    assert_eq!(saved.gone, []);
                    let customer = task.customer.as_str();
                    ledger.log(customer, &task.dues, code, on, next_on);
                    if let Some(score) = score {
                        ledger.satisfaction[usize::from(score) - 1] += 1;
                    }
                    if amount_fen.is_some_and(|fen| fen >= WEEK_MIN) {
                        ledger.bought(customer, on);
                    }
                    if code == OutcomeCode::Complaint && n_logged % 3 == 0 {
                        let words = ComplaintCloseRequest { words: "可以了".to_owned() };
                        client.close_complaint(&task.customer, &words).await.unwrap();
                    }
                }
                let left = client.today().await.unwrap();
                // a purchase that was just reported starts its own run
                for (customer, dues) in rows(&left) {
                    dues.iter().for_each(|due| ledger.see(customer, due));
                }
                client.sync_now().await.unwrap();
                assert_eq!(client.sync_status().await.unwrap().n_unsent, 0);
            }
            if on < last {
                ledger.end_day(on);
            }
        }
        assert!(clamped > 0, "from 30 April the queue holds care steps of 31 January");

        let json = hub.cli(&["report", "--from", "1997-04-28", "--to", "1997-05-04", "--json"]);
        let report: serde_json::Value = serde_json::from_str(&json).unwrap();
        let total = &report["total"];
        let columns = ledger.columns();
        let count = |column| columns.get(&column).copied().unwrap_or(0);
        println!("{total:#}\n{columns:?}");
        assert_eq!(total["due"], ledger.n_due());
        for (name, column) in [
            ("done", Column::Done),
            ("skipped", Column::Skipped),
            ("not_reached", Column::NotReached),
            ("expired", Column::Expired),
            ("superseded", Column::Superseded),
            ("ended", Column::Ended),
            ("open", Column::Open),
        ] {
            assert_eq!(total[name], count(column), "{name}");
        }
        assert_eq!(total["on_time"], ledger.n_on_time());
        for (code, n) in &ledger.outcomes {
            assert_eq!(total["outcomes"][code.names().2], *n, "{code:?}");
        }
        assert_eq!(ledger.outcomes.len(), 10, "every code was used");
        assert_eq!(total["satisfaction"], serde_json::json!(ledger.satisfaction));
        assert!(columns.len() == 7, "every column is used: {columns:?}");
    });
}

/// Whether the file has a purchase of the customer within a day, which takes a reported one's place.
fn has_purchase_near(shop: &Shop, customer: &str, on: NaiveDate) -> bool {
    let days = [on - chrono::Days::new(1), on, on + chrono::Days::new(1)];
    days.into_iter().any(|on| shop.sum(customer, ymd(&on.to_string())) > 0)
}
