//! What plans would do, and what is published.

use guide_common::id::GuideId;
use guide_common::sop::plan::Plan;
use guide_common::sop::plan_diff::RunningDiff;
use guide_common::sop::plan_file;
use guide_common::sop::rules::Rules;
use guide_common::sop::simulate::{Assumption, simulate};
use guide_common::time::Period;
use guide_hub::db::file;
use guide_hub::publish::{Source, What, checked_plans};
use guide_hub::what_if::{ChainSimulation, WhatIf, chain_diff, chain_simulation};

use crate::support::{TODAY, TestDb, assign, day, guide_id, hub_command, moment, publish_texts};

const PLAN: &str = r#"
id = "X1"
version = 1
name = { zh = "回访", en = "Call" }
[trigger]
on = "purchase"
[[step]]
id = "call"
offset = "+3d"
until = "+7d"
channels = ["wecom"]
"#;

/// Two guides with customers who bought in July, and a published plan.
async fn shop() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let rows: String = (1..=9).map(|n| format!("C{n},2026-07-{:02},{}\n", n * 3, n * 100)).collect();
    test.import(format!("customer_id,purchased_on,amount\n{rows}")).await;
    assign(&test, &["C1", "C2", "C3", "C4", "C5", "C6"], "G1").await;
    assign(&test, &["C7", "C8"], "G2").await;
    publish_texts(&test, What::Plans, &[PLAN]).await;
    test
}

fn what_if(texts: &[&str]) -> WhatIf {
    let plans: Vec<Plan> = texts.iter().map(|text| plan_file::parse(text).unwrap()).collect();
    let period = Period::new(day("2026-05-15"), day(TODAY)).unwrap();
    WhatIf { plans, period, guide: None, store: None, assume: Assumption::default() }
}

async fn run(test: &TestDb, what_if: &WhatIf) -> ChainSimulation {
    chain_simulation(&test.db, what_if, moment(TODAY), &mut |_, _| {}).await.unwrap()
}

#[tokio::test]
async fn each_guide_s_days_are_those_that_the_terminal_s_engine_finds() {
    let test = shop().await;
    let edited = PLAN.replace("+3d", "+5d").replace("[trigger]", "throttle = 1\n[trigger]");
    let what_if = what_if(&[&edited]);
    let found = run(&test, &what_if).await;
    let rules = Rules::new(vec![plan_file::parse(&edited).unwrap()]);
    let mut conn = test.db.conn().await.unwrap();
    for guide in ["G1", "G2"] {
        let files = file::of_feed(&mut conn, guide).await.unwrap();
        let expected = simulate(files.values(), &rules, what_if.period, &what_if.assume);
        assert!(expected.total.contacts > 0);
        assert_eq!(found.by_guide[&guide_id(guide)], expected);
    }
    let sum = |figure: fn(&ChainSimulation, &GuideId) -> u64| {
        ["G1", "G2"].map(|id| figure(&found, &guide_id(id))).iter().sum::<u64>()
    };
    assert_eq!(found.total.total.contacts, sum(|found, id| found.by_guide[id].total.contacts));
    assert_eq!(found.total.n_customers, 8, "C9 has no guide");
}

#[tokio::test]
async fn a_file_takes_the_place_of_the_published_plan_or_stands_beside_it() {
    let test = shop().await;
    let contacts = async |texts: &[&str]| {
        let found = run(&test, &what_if(texts)).await;
        found.total.by_plan.into_iter().map(|(id, plan)| (id.to_string(), plan.dues > 0)).collect::<Vec<_>>()
    };
    let never = PLAN.replace("on = \"purchase\"", "on = \"lead\"");
    let other = PLAN.replace("\"X1\"", "\"X2\"");
    assert_eq!(contacts(&[]).await, [("X1".to_owned(), true)]);
    assert_eq!(contacts(&[&never]).await, [("X1".to_owned(), false)]);
    assert_eq!(contacts(&[&other]).await, [("X1".to_owned(), true), ("X2".to_owned(), true)]);
    let published = file::plans(&mut test.db.conn().await.unwrap()).await.unwrap();
    assert_eq!(published, [plan_file::parse(PLAN).unwrap()], "nothing was published by it");
}

#[tokio::test]
async fn a_file_that_could_not_be_published_is_not_simulated() {
    let test = shop().await;
    let check = async |text: &str| {
        let source = Source { file: "p.toml".into(), text: text.to_owned() };
        checked_plans(&mut test.db.conn().await.unwrap(), &[source]).await.map_err(|error| error.to_string())
    };
    assert!(check(&PLAN.replace("+7d", "+1d")).await.unwrap_err().starts_with("p.toml: line 10: "));
    let error = check(&format!("{PLAN}recovery = \"X9\"\n")).await.unwrap_err();
    assert!(error.starts_with("p.toml: line 12: it names the plan X9"), "{error}");
    assert_eq!(check(PLAN).await.unwrap().len(), 1);
}

const LONG: &str = r#"
id = "X5"
version = 1
name = { zh = "回访", en = "Call" }
[trigger]
on = "purchase"
[[step]]
id = "call"
offset = "+3d"
until = "+7d"
channels = ["wecom"]
[[step]]
id = "care"
offset = "+40d"
until = "+60d"
channels = ["wecom"]
"#;

#[tokio::test]
async fn a_diff_counts_whose_steps_stay_move_and_go_in_both_ways_over_all_guides() {
    let test = shop().await;
    publish_texts(&test, What::Plans, &[LONG]).await;
    let edited = LONG.replace("version = 1", "version = 2").replace("+40d", "+45d");
    let edited = edited.replace("\"call\"", "\"ring\"");
    let new = plan_file::parse(&edited).unwrap();
    let old = file::plans(&mut test.db.conn().await.unwrap()).await.unwrap().pop().unwrap();
    let both = (Some(&old), Some(&new));
    let found = chain_diff(&test.db, both, (None, None), moment(TODAY)).await.unwrap();
    // nine bought in July, of whom eight have a guide: all wait for care, nobody for a call any more
    let figures = |running: &RunningDiff, step: &str| {
        let of_step = running.steps.iter().find(|figures| figures.step.as_str() == step).unwrap();
        [&of_step.kept, &of_step.moved, &of_step.dropped, &of_step.added].map(|class| class.n)
    };
    assert_eq!((found.total.migrate.n_runs, figures(&found.total.migrate, "care")), (8, [0, 8, 0, 0]));
    assert_eq!((found.total.keep.n_runs, figures(&found.total.keep, "care")), (8, [8, 0, 0, 0]));
    let n_of = |guide: &str| found.by_guide[&guide_id(guide)].migrate.n_runs;
    assert_eq!((n_of("G1"), n_of("G2")), (6, 2));
    let one = chain_diff(&test.db, both, (Some(&guide_id("G2")), None), moment(TODAY)).await.unwrap();
    assert_eq!(one.total.migrate.n_runs, 2);
}

#[test]
fn a_diff_is_told_of_files_published_plans_and_published_versions() {
    let dir = tempfile::tempdir().unwrap();
    let (data, clock) = (dir.path().join("hub"), dir.path().join("clock"));
    std::fs::write(&clock, "2026-08-12T10:00:00").unwrap();
    let clock = clock.to_str().unwrap();
    let put = |name: &str, text: &str| {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let hub = |args: &[&str]| hub_command(&data, &[args, &["--clock", "virtual", "--clock-file", clock]].concat());
    let csv = put("c.csv", "customer_id,purchased_on,amount\nC1,2026-08-05,10\n");
    let first = put("1.toml", LONG);
    let second = put("2.toml", &LONG.replace("version = 1", "version = 2\npriority = 9").replace("+7d", "+9d"));
    let third = put("3.toml", &LONG.replace("version = 1", "version = 3").replace("\"care\"", "\"later\""));
    let other = put("4.toml", PLAN);
    for args in [
        &["store", "add", "--id", "S1", "--name", "云杉路店"][..],
        &["guide", "add", "--id", "G1", "--name", "林", "--store", "S1"],
        &["import", "purchases", &csv],
        &["guide", "assign", "--unassigned", "--to", "G1"],
        &["publish", "plans", &first],
        &["publish", "plans", &second],
    ] {
        hub(args).check(0, "");
    }
    let alone = hub(&["plan", "diff", &third]);
    alone.check(0, "X5, version 2 to 3\n  priority: 9 to 0\n  step call: until: +9d to +1w");
    alone.check(0, "step care is removed");
    alone.check(0, "care dropped: C1\nlater added: C1\n");
    alone.check(0, "C1 call: 2026-08-08 to 2026-08-14 becomes 2026-08-08 to 2026-08-12");
    hub(&["plan", "diff", "X5/1", "X5"]).check(0, "X5, version 1 to 2");
    hub(&["plan", "diff", "X5/2", "X5"]).check(0, "nothing differs");
    hub(&["plan", "diff", "X5", &third, "--json"]).check(0, "\"old_version\":2,\"new_version\":3");
    hub(&["plan", "diff", "X5", &other]).check(1, "X5 and X1 are two plans");
    hub(&["plan", "diff", &other]).check(0, "X1, version none to 1");
    hub(&["plan", "diff", "X5/7", "X5"]).check(1, "X5/7 is neither a file nor a published plan");
}

#[test]
fn a_diff_tells_triggers_as_plan_files_write_them_and_not_the_first_day_that_the_hub_gave() {
    let dir = tempfile::tempdir().unwrap();
    let (data, clock) = (dir.path().join("hub"), dir.path().join("clock"));
    std::fs::write(&clock, "2026-08-12T10:00:00").unwrap();
    let clock = clock.to_str().unwrap();
    let hub = |args: &[&str]| hub_command(&data, &[args, &["--clock", "virtual", "--clock-file", clock]].concat());
    hub(&["store", "add", "--id", "S1", "--name", "云杉路店"]).check(0, "");
    hub(&["guide", "add", "--id", "G1", "--name", "林", "--store", "S1"]).check(0, "");
    let dormant = |version: &str, days: &str, more: &str| {
        let text = LONG.replace("version = 1", &format!("version = {version}\n{more}"));
        let (head, rest) = text.split_once("[trigger]").unwrap();
        let (_, steps) = rest.split_once("[[step]]").unwrap();
        let file = dir.path().join(format!("{version}.toml"));
        std::fs::write(&file, format!("{head}[trigger]\non = \"dormant\"\n{days}\n[[step]]{steps}")).unwrap();
        file.to_str().unwrap().to_owned()
    };
    hub(&["publish", "plans", &dormant("1", "days = 270", "")]).check(0, "");
    std::fs::write(dir.path().join("clock"), "2026-08-14T10:00:00").unwrap();
    hub(&["publish", "plans", &dormant("2", "days = 300\nsince = \"purchase\"", "")]).check(0, "");
    let found = hub(&["plan", "diff", "X5/1", "X5/2"]);
    let words = "  trigger: on = \"dormant\", days = 270 to on = \"dormant\", days = 300, since = \"purchase\"\n";
    found.check(0, words);
    assert!(!found.text().contains("starts on"), "{}", found.text());
    hub(&["publish", "plans", &dormant("3", "days = 300", "starts_on = \"2026-09-01\"")]).check(0, "");
    hub(&["plan", "diff", "X5/2", "X5/3"]).check(0, "starts on: none to 2026-09-01");
}

#[test]
fn the_command_draws_days_and_guides_and_shows_what_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let (data, clock, plan) = (dir.path().join("hub"), dir.path().join("clock"), dir.path().join("p.toml"));
    std::fs::write(&clock, "2026-08-12T10:00:00").unwrap();
    std::fs::write(&plan, PLAN).unwrap();
    let (plan, clock) = (plan.to_str().unwrap(), clock.to_str().unwrap());
    let hub = |args: &[&str]| hub_command(&data, &[args, &["--clock", "virtual", "--clock-file", clock]].concat());
    let csv = dir.path().join("c.csv");
    std::fs::write(&csv, "customer_id,purchased_on,amount\nC1,2026-08-01,10\nC2,2026-08-01,20\n").unwrap();
    hub(&["store", "add", "--id", "S1", "--name", "云杉路店"]).check(0, "");
    hub(&["plan", "simulate", plan]).check(1, "guide-hub guide list");
    hub(&["guide", "add", "--id", "G1", "--name", "林知夏", "--store", "S1"]).check(0, "");
    hub(&["import", "purchases", csv.to_str().unwrap()]).check(0, "2 new");
    hub(&["guide", "assign", "--unassigned", "--to", "G1"]).check(0, "");
    let told = hub(&["plan", "simulate", plan, "--days", "30"]);
    told.check(0, "2026-07-14 to 2026-08-12, 1 guides, 2 customers");
    told.check(0, "peak 2026-08-04 Tue: 2");
    told.check(0, &format!("2026-08-04 Tue         2       0     0       2     0     0  {}", "█".repeat(30)));
    let json = hub(&["plan", "simulate", plan, "--days", "30", "--json"]).json();
    assert_eq!(json["by_guide"]["G1"]["days"].as_array().unwrap().len(), 30);
    assert_eq!((&json["plans"][0], &json["peak_on"]), (&"X1".into(), &"2026-08-04".into()));
    hub(&["plan", "simulate", plan, "--days", "0"]).check(2, "--days");
    hub(&["plan", "simulate", plan, "--guide", "G9"]).check(1, "guide-hub guide list");
    hub(&["plan", "list"]).check(0, "TRIGGERS");
    hub(&["plan", "show", "X1"]).check(1, "no published plan X1");
    hub(&["publish", "plans", plan]).check(0, "new");
    hub(&["plan", "list"]).check(0, "X1        1  Call  purchase      1");
    assert_eq!(hub(&["plan", "show", "X1"]).0.stdout, PLAN.as_bytes());
    hub(&["plan", "show", "X1", "--version", "7"]).check(1, "version 7 of the plan X1 was never published");
    assert_eq!(hub(&["plan", "show", "X1", "--json"]).json()["id"], "X1");
}
