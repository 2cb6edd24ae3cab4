//! The trainer's scripts, over the command line of the real programs: what an audience is shown must be so.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use guide_tests::program::{Hub, Terminal, folder, run, run_ok, runtime};
use serde_json::Value;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A stage: the demo's hub, and a terminal of one of its guides.
struct Stage {
    hub: Hub,
    terminal: Terminal,
}

impl Stage {
    async fn open(home: &Path, guide: &str) -> Self {
        let mut hub = Hub::new(&home.join("h"), "2026-08-12T10:00:00");
        hub.cli(&["import", "demo"]);
        hub.serve();
        let terminal = Terminal::start(&home.join("t"), &hub);
        terminal.enroll(&hub, guide).await;
        Self { hub, terminal }
    }

    /// Runs `guide`, which must succeed, and reads its JSON.
    #[track_caller]
    fn guide(&self, args: &[&str]) -> Value {
        let args = [args, &["--json"]].concat();
        let printed = run_ok("guide", &self.terminal.home, &args);
        serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{args:?} printed no JSON:\n{printed}"))
    }

    /// Runs `guide`, which a rule must refuse, and returns what it says.
    #[track_caller]
    fn refused(&self, args: &[&str]) -> String {
        let output = run("guide", &self.terminal.home, args);
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
        said.into_owned()
    }

    /// Moves the clock, and waits until the queue of that day has been checked.
    async fn go_to(&self, on: NaiveDate) -> Value {
        self.guide(&["clock", "set", &on.to_string()]);
        self.today(on).await
    }

    async fn today(&self, on: NaiveDate) -> Value {
        for _ in 0..500 {
            let today = self.guide(&["today"]);
            if today["checked"] == true && today["on"] == on.to_string() {
                return today;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the queue of {on} was not checked within ten seconds");
    }
}

/// The steps of a customer that are offered, and those that are held with their reason.
fn steps(today: &Value, customer: &str) -> Vec<String> {
    let of = |row: &Value| row["customer"] == customer;
    let names = |row: &Value, reason: &str| -> Vec<String> {
        let dues = row["dues"].as_array().unwrap().iter();
        dues.map(|due| format!("{}{reason}", due["step"].as_str().unwrap())).collect()
    };
    let open = today["tasks"].as_array().unwrap().iter().filter(|row| of(row)).flat_map(|row| names(row, ""));
    let held = today["held"].as_array().unwrap().iter().filter(|row| of(row));
    let held = held.flat_map(|row| names(row, &format!(" held: {}", row["hold"]["reason"].as_str().unwrap())));
    let mut steps: Vec<String> = open.chain(held).collect();
    steps.sort();
    steps
}

/// D1, ninety days in thirty seconds: a purchase of a customer unknown so far, the score of 3 on the third day, the
/// recovery, and the care three months on, clamped to the month's end.
#[test]
fn d1_ninety_days_show_every_step_on_its_day() {
    let folder = folder();
    runtime().block_on(async {
        let stage = Stage::open(folder.path(), "linzhixia").await;
        let csv = folder.path().join("new.csv");
        std::fs::write(&csv, "customer_id,name\nN1,沈新\n").unwrap();
        stage.hub.cli(&["import", "customers", csv.to_str().unwrap(), "--store", "yunshan"]);
        stage.hub.cli(&["guide", "assign", "--unassigned", "--store", "yunshan", "--to", "linzhixia"]);
        stage.guide(&["sync", "now"]);

        // 30 November: three months on there is no 30th
        let bought_on = day("2026-11-30");
        stage.go_to(bought_on).await;
        stage.guide(&["log", "--customer", "N1", "BUY", "--amount", "3880", "--channel", "visit"]);

        let mut seen: Vec<(String, NaiveDate, NaiveDate)> = Vec::new();
        let mut see = |on: NaiveDate, names: Vec<String>| {
            for name in names {
                match seen.iter_mut().find(|(step, _, _)| *step == name) {
                    Some((_, _, last)) => *last = on,
                    None => seen.push((name, on, on)),
                }
            }
        };
        // every day around the steps' windows; on the others nothing is looked for
        let days = (0..=12).chain(18..=38).chain([60, 88, 89, 90, 91, 105, 119, 120, 121]);
        for n in days {
            let on = bought_on + Days::new(n);
            let today = stage.go_to(on).await;
            let names = steps(&today, "N1");
            if n == 3 {
                assert_eq!(names, ["satisfaction"]);
                stage.guide(&["log", "N1", "INT", "--score", "3", "--note", "戒圈有点紧"]);
                let after = stage.today(on).await;
                assert_eq!(steps(&after, "N1"), ["call", "manager"], "the recovery starts at once");
            }
            if n == 4 {
                stage.guide(&["log", "N1", "INT"]);
            }
            see(on, names);
        }
        let window = |step: &str| {
            let found = seen.iter().find(|(name, _, _)| name == step);
            found.map(|(_, first, last)| (first.to_string(), last.to_string()))
        };
        let span = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        assert_eq!(window("thanks"), span("2026-11-30", "2026-11-30"));
        assert_eq!(window("satisfaction"), span("2026-12-03", "2026-12-03"));
        assert_eq!(window("call"), span("2026-12-04", "2026-12-04"));
        assert_eq!(window("full_marks"), None, "nobody thanks for a score of 3 as for full marks");
        assert_eq!(window("check"), span("2026-12-06", "2026-12-10"), "is it put right? three days after the score");
        assert_eq!(window("knowledge"), span("2026-12-21", "2027-01-04"));
        assert_eq!(window("care"), span("2027-02-28", "2027-03-30"), "three months, clamped to the end of February");
    });
}

/// D2, the surprise: her partner must not learn of the ring that 解闻溪 bought, on no screen, in no script, by no plan,
/// until the day is over.
#[test]
fn d2_a_gift_stays_hidden_from_its_recipient_until_the_date() {
    let folder = folder();
    runtime().block_on(async {
        let stage = Stage::open(folder.path(), "zhouyuan").await;
        let on = day("2026-08-12");
        let he = "C00004";
        assert_eq!(stage.guide(&["customer", "show", he])["name"], "贺明远");
        let said = stage.refused(&["template", "render", "T14", "--customer", he, "--lang", "zh"]);
        assert!(said.contains("保密") && said.contains("8月21日"), "the reason and the date: {said}");
        assert!(!said.contains("戒"), "the refusal itself gives nothing away: {said}");
        assert_eq!(steps(&stage.today(on).await, he), ["partner held: secrecy"], "the plan is silent, not missing");

        // on the giver's file, which another guide holds, the ring is masked unless it is asked for
        let xie = "C00003";
        let terminal = Terminal::start(&folder.path().join("giver"), &stage.hub);
        terminal.enroll(&stage.hub, "linzhixia").await;
        let giver = Stage { terminal, ..stage };
        let card = giver.guide(&["customer", "show", xie]).to_string();
        assert!(!card.contains("钻石") && !card.contains("戒"), "{card}");
        let card = giver.guide(&["customer", "show", xie, "--reveal"]).to_string();
        assert!(card.contains("戒"), "{card}");
        let stage = giver;

        // the day after, nothing is hidden any more
        stage.go_to(day("2026-08-22")).await;
        let card = stage.guide(&["customer", "show", xie]).to_string();
        assert!(card.contains("戒"), "{card}");
    });
}

/// D5, reckon before you publish: P03 edited to 180 days, what it would have meant in the last 90, and again with
/// another throttle.
#[test]
fn d5_an_edited_plan_is_tried_on_the_last_ninety_days() {
    let folder = folder();
    runtime().block_on(async {
        let stage = Stage::open(folder.path(), "linzhixia").await;
        let published =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../content/plans/P03-wake-up.toml")).unwrap();
        let file = folder.path().join("P03.toml");
        let edited = published.replace("version = 1", "version = 2").replace("days = 270", "days = 180");
        assert_ne!(edited, published);
        std::fs::write(&file, edited).unwrap();
        let file = file.to_str().unwrap();

        let simulate = |args: &[&str]| stage.guide(&[&["plan", "simulate", file, "--days", "90"], args].concat());
        let wide = simulate(&[]);
        let narrow = simulate(&["--throttle", "2"]);
        let starts_a_day = |answer: &Value| -> Vec<u64> {
            let days = answer["simulation"]["days"].as_array().unwrap().iter();
            days.map(|day| day["starts"]["P03"].as_u64().unwrap_or(0)).collect()
        };
        assert_eq!(starts_a_day(&wide).len(), 90);
        assert_eq!(starts_a_day(&wide).into_iter().max(), Some(8), "the throttle of the plan is reached");
        assert_eq!(starts_a_day(&narrow).into_iter().max(), Some(2), "the changed one holds");
        let full = |answer: &Value| answer["simulation"]["by_plan"]["P03"]["full_days"].as_u64().unwrap();
        assert!(full(&narrow) > full(&wide), "a narrower throttle is reached on more days");
        assert!(wide["simulation"]["total"]["held"]["touch_cap"].as_u64().unwrap() > 0, "caps are hit");
        let again = simulate(&[]);
        assert_eq!(wide, again, "the same question has the same answer");

        // headquarters asks the same for every guide
        let json = stage.hub.cli(&["plan", "simulate", file, "--days", "90", "--json"]);
        let chain: Value = serde_json::from_str(&json).unwrap();
        let of_guide = &chain["by_guide"]["linzhixia"];
        assert_eq!(of_guide["total"], wide["simulation"]["total"], "one engine, one answer");
        // and nothing of it was published or recorded
        let plan = stage.guide(&["plan", "show", "P03"]);
        assert_eq!(plan["version"], 1);
        assert_eq!(stage.guide(&["status"])["sync"]["n_unsent"], 0);
    });
}

/// D4, back from leave: the backlog of 许未晞, what the amnesty would do, what it does, and that it can be taken back,
/// on the deputy's terminal too.
#[test]
fn d4_a_backlog_of_143_becomes_31_and_can_be_taken_back() {
    let folder = folder();
    runtime().block_on(async {
        let mut stage = Stage::open(folder.path(), "xuweixi").await;
        let deputy = Terminal::start(&folder.path().join("deputy"), &stage.hub);
        deputy.enroll(&stage.hub, "zhouyuan").await;
        let on = day("2026-08-12");
        let n_tasks = |today: &Value| today["tasks"].as_array().unwrap().len();
        let before = stage.today(on).await;
        let own = std::mem::replace(&mut stage.terminal, deputy);
        let n_of_deputy = n_tasks(&stage.today(on).await);
        let deputy = std::mem::replace(&mut stage.terminal, own);

        let preview = stage.guide(&["amnesty"]);
        let count = &preview["amnesty"]["count"];
        let figures = ["n_dues", "n_kept", "n_merged", "n_expired", "n_handed", "n_at_risk"];
        assert_eq!(figures.map(|name| count[name].as_u64().unwrap()), [143, 31, 58, 41, 13, 0]);
        let dues = preview["amnesty"]["dues"].as_array().unwrap();
        let expired: Vec<&Value> = dues.iter().filter(|due| due["fate"]["what"] == "expired").collect();
        assert_eq!(expired.len(), 41);
        assert!(expired.iter().all(|due| due["fate"]["reason"].is_string()), "each with its reason");
        assert_eq!(stage.today(on).await["tasks"], before["tasks"], "a preview changes nothing");

        stage.guide(&["amnesty", "--yes"]);
        assert_eq!(n_tasks(&stage.today(on).await), 31);
        stage.guide(&["sync", "now"]);
        assert_eq!(stage.guide(&["status"])["sync"]["n_unsent"], 0);
        let own = std::mem::replace(&mut stage.terminal, deputy);
        stage.guide(&["sync", "now"]);
        assert_eq!(n_tasks(&stage.today(on).await), n_of_deputy + 13, "the deputy finds what was handed over");

        let deputy = std::mem::replace(&mut stage.terminal, own);
        stage.guide(&["undo"]);
        assert_eq!(stage.today(on).await["tasks"], before["tasks"], "taken back as a whole");
        stage.guide(&["sync", "now"]);
        stage.terminal = deputy;
        stage.guide(&["sync", "now"]);
        assert_eq!(n_tasks(&stage.today(on).await), n_of_deputy, "and from the deputy");
    });
}
