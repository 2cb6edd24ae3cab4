//! 华绍棠 wants no more contact, and says so where one terminal cannot hear it: that one goes on and logs, promises and
//! agrees on a visit. Once both have synced, nothing is due for this customer: not at either terminal, not in the
//! report of headquarters, not on any later day; whichever terminal comes first, and also where headquarters heard it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveTime};
use guide_common::id::CustomerId;
use guide_common::wire::local::Today;
use guide_common::wire::record::{AppointmentRequest, ConsentRequest, OutcomeRequest, PromiseRequest};
use guide_common::wire::support::FaultPlan;
use guide_tests::program::{Hub, Terminal, folder, runtime};
use serde_json::{Value, json};

const HUA: &str = "c-hua";
/// Someone else with the same purchases, who goes on being contacted.
const OTHER: &str = "c-other";
const PLANS: [&str; 3] = ["P01-after-sale.toml", "P04b-visit.toml", "P16-promise.toml"];
const TODAY: &str = "2026-08-13";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(text: &str) -> CustomerId {
    text.parse().unwrap()
}

/// The hub, and two terminals of one guide.
struct Stage {
    hub: Hub,
    here: Terminal,
    basement: Terminal,
}

impl Stage {
    async fn open(folder: &Path) -> Self {
        let mut hub = Hub::new(&folder.join("h"), &format!("{TODAY}T11:00:00"));
        hub.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
        hub.cli(&["guide", "add", "--id", "g1", "--name", "林知夏", "--store", "s1"]);
        let people = format!(
            "customer_id,name,phone,wecom_on\n{HUA},华绍棠,10000000008,2026-01-02\n{OTHER},区若彤,10000000006,2026-01-02\n"
        );
        import(&hub, folder, "customers", &people);
        let sales =
            format!("customer_id,purchased_on,amount,item\n{HUA},2026-08-10,5880,项链\n{OTHER},2026-08-10,5880,项链\n");
        import(&hub, folder, "purchases", &sales);
        hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", "g1"]);
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/plans");
        let plans: Vec<String> = PLANS.iter().map(|plan| content.join(plan).display().to_string()).collect();
        let args: Vec<&str> = ["publish", "plans"].into_iter().chain(plans.iter().map(String::as_str)).collect();
        publish_templates(&hub);
        hub.cli(&args);
        hub.serve();
        let (here, basement) = (Terminal::start(&folder.join("a"), &hub), Terminal::start(&folder.join("b"), &hub));
        for terminal in [&here, &basement] {
            terminal.enroll(&hub, "g1").await;
            assert_eq!(steps(&today(terminal, day(TODAY)).await, HUA), ["satisfaction"], "there is something to stop");
        }
        Self { hub, here, basement }
    }

    async fn set_offline(terminal: &Terminal, offline: bool) {
        let plan = FaultPlan { offline, ..FaultPlan::default() };
        terminal.client().set_faults(&plan).await.unwrap();
    }

    /// Both sync, in this order; then each once more, for what the other one brought.
    async fn sync(&self, order: [&Terminal; 2]) {
        for terminal in order.into_iter().chain(order) {
            Self::set_offline(terminal, false).await;
            let sync = terminal.client().sync_now().await.unwrap();
            assert_eq!((sync.n_unsent, sync.n_rejected, &sync.last_error), (0, 0, &None));
        }
        let [one, two] = order.map(|terminal| terminal.client());
        let (one, two) = (one.sync_status().await.unwrap(), two.sync_status().await.unwrap());
        assert_eq!(one.guide_feed.digest, two.guide_feed.digest, "both hold the same");
    }

    /// On every day around which a step of plan, promise or visit would open nothing is offered, at either terminal.
    async fn nothing_is_due(&self, rest: Rest) {
        let mut other = BTreeSet::new();
        for on in days() {
            self.go_to(on);
            for terminal in [&self.here, &self.basement] {
                let today = today(terminal, on).await;
                assert_eq!(steps(&today, HUA), [""; 0], "{on}");
                let is_held = today.held.iter().any(|row| row.customer == id(HUA));
                assert!(rest == Rest::Held || !is_held, "{on}: {:?}", today.held);
                other.extend(steps(&today, OTHER));
            }
            if rest == Rest::Ended {
                // the other customer has neither promise nor visit
                assert_eq!((self.n_open(on, "P16"), self.n_open(on, "P04b")), (0, 0), "{on}");
                assert!(self.n_open(on, "P01") <= 1, "{on}: the other customer's at most");
            }
        }
        assert!(other.contains("satisfaction"), "the other customer's steps go on: {other:?}");
    }

    /// Both terminals and the hub share the clock's file.
    fn go_to(&self, on: NaiveDate) {
        let now = on.and_time(NaiveTime::from_hms_opt(11, 0, 0).unwrap());
        std::fs::write(self.clock_file(), now.format("%Y-%m-%dT%H:%M:%S").to_string()).unwrap();
    }

    fn clock_file(&self) -> std::path::PathBuf {
        self.hub.home.join("clock")
    }

    /// How many steps of a plan are open at a day's end, by headquarters' report.
    fn n_open(&self, on: NaiveDate, plan: &str) -> u64 {
        let on = on.to_string();
        let report: Value =
            serde_json::from_str(&self.hub.cli(&["report", "--from", &on, "--to", &on, "--json"])).unwrap();
        report["by_plan"][plan]["open"].as_u64().unwrap_or_else(|| panic!("no {plan} in {report}"))
    }
}

/// The days around which steps would open, and then some.
fn days() -> impl Iterator<Item = NaiveDate> {
    (0..=12).chain([17, 18, 19, 25, 32, 60, 88, 89, 90, 100, 118]).map(|n| day(TODAY) + Days::new(n))
}

/// What becomes of the steps of one who opted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// They have come to their end.
    Ended,
    /// The gate holds them, and says why.
    Held,
}

fn import(hub: &Hub, folder: &Path, what: &str, csv: &str) {
    let file = folder.join("import.csv");
    std::fs::write(&file, csv).unwrap();
    hub.cli(&["import", what, file.to_str().unwrap(), "--store", "s1"]);
}

fn publish_templates(hub: &Hub) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/templates");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string());
    let files: Vec<String> = files.collect();
    let args: Vec<&str> = ["publish", "templates"].into_iter().chain(files.iter().map(String::as_str)).collect();
    hub.cli(&args);
}

async fn today(terminal: &Terminal, on: NaiveDate) -> Today {
    for _ in 0..1_000 {
        let today = terminal.client().today().await.unwrap();
        if today.checked && today.on == on {
            return today;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the queue of {on} was not worked out within ten seconds");
}

/// The steps that are offered of a customer.
fn steps(today: &Today, customer: &str) -> Vec<String> {
    let rows = today.tasks.iter().filter(|row| row.customer == id(customer));
    rows.flat_map(|row| &row.dues).map(|due| due.step.to_string()).collect()
}

fn outcome(json: Value) -> OutcomeRequest {
    serde_json::from_value(json).unwrap()
}

/// What the guide does in the basement, where nobody knows: another day is agreed for the task, something is promised,
/// a visit is agreed, a contact is logged.
async fn goes_on(terminal: &Terminal) {
    let (client, customer) = (terminal.client(), id(HUA));
    let task = client.today().await.unwrap().tasks.iter().find(|row| row.customer == customer).unwrap().id.to_string();
    client.log_outcome(&task, &outcome(json!({ "code": "call_later", "next_on": "2026-08-16" }))).await.unwrap();
    let promise = PromiseRequest { text: "找同款".to_owned(), item: None, due_on: day("2026-08-19") };
    client.promise(&customer, &promise).await.unwrap();
    let visit: AppointmentRequest = serde_json::from_value(json!({ "visit_on": "2026-08-22" })).unwrap();
    client.appoint(&customer, &visit).await.unwrap();
    client.log_contact(&customer, &outcome(json!({ "code": "interested", "channel": "phone" }))).await.unwrap();
}

async fn opts_out(terminal: &Terminal) {
    terminal.client().log_contact(&id(HUA), &outcome(json!({ "code": "do_not_contact" }))).await.unwrap();
}

#[test]
fn without_the_opt_out_step_promise_and_visit_come_due() {
    runtime().block_on(async {
        let folder = folder();
        let stage = Stage::open(folder.path()).await;
        Stage::set_offline(&stage.basement, true).await;
        goes_on(&stage.basement).await;
        stage.sync([&stage.basement, &stage.here]).await;
        let (mut offered, mut n_open) = (BTreeSet::new(), 0);
        for on in days() {
            stage.go_to(on);
            offered.extend(steps(&today(&stage.here, on).await, HUA));
            n_open = n_open.max(stage.n_open(on, "P16")).max(stage.n_open(on, "P04b"));
        }
        for step in ["satisfaction", "prepare", "due", "manager", "knowledge"] {
            assert!(offered.contains(step), "{step} in {offered:?}");
        }
        assert!(n_open > 0, "and the report has them");
        eprintln!("{offered:?}");
    });
}

#[test]
fn opted_out_at_one_terminal_while_the_other_is_offline_nothing_is_due_once_both_have_synced() {
    runtime().block_on(async {
        let folder = folder();
        let stage = Stage::open(folder.path()).await;
        Stage::set_offline(&stage.basement, true).await;
        opts_out(&stage.here).await;
        stage.here.client().sync_now().await.unwrap();
        goes_on(&stage.basement).await;
        stage.sync([&stage.basement, &stage.here]).await;
        stage.nothing_is_due(Rest::Ended).await;
    });
}

#[test]
fn opted_out_at_the_terminal_that_syncs_last_nothing_is_due_once_both_have_synced() {
    runtime().block_on(async {
        let folder = folder();
        let stage = Stage::open(folder.path()).await;
        Stage::set_offline(&stage.here, true).await;
        Stage::set_offline(&stage.basement, true).await;
        opts_out(&stage.here).await;
        goes_on(&stage.basement).await;
        stage.sync([&stage.basement, &stage.here]).await;
        stage.nothing_is_due(Rest::Ended).await;
    });
}

#[test]
fn opted_out_by_headquarters_while_both_are_offline_nothing_is_due_once_both_have_synced() {
    runtime().block_on(async {
        let folder = folder();
        let stage = Stage::open(folder.path()).await;
        Stage::set_offline(&stage.here, true).await;
        Stage::set_offline(&stage.basement, true).await;
        import(&stage.hub, folder.path(), "customers", &format!("customer_id,do_not_contact\n{HUA},1\n"));
        goes_on(&stage.basement).await;
        goes_on(&stage.here).await;
        stage.sync([&stage.here, &stage.basement]).await;
        stage.nothing_is_due(Rest::Held).await;
    });
}

#[test]
fn consent_withdrawn_at_one_terminal_while_the_other_is_offline_nothing_is_offered_once_both_have_synced() {
    runtime().block_on(async {
        let folder = folder();
        let stage = Stage::open(folder.path()).await;
        Stage::set_offline(&stage.basement, true).await;
        let withdrawn = ConsentRequest { allowed: false, channel: None, until_on: None };
        stage.here.client().consent(&id(HUA), withdrawn).await.unwrap();
        stage.here.client().sync_now().await.unwrap();
        goes_on(&stage.basement).await;
        stage.sync([&stage.basement, &stage.here]).await;
        stage.nothing_is_due(Rest::Held).await;
    });
}
