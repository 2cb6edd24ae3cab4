//! What a guide records beside outcomes, over the real programs: a person who comes in while headquarters cannot be
//! reached, what is noted and said, a task put off, steps taken back and recorded again; and what headquarters has of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;

use guide_tests::program::{Hub, Terminal, folder, run, run_ok, runtime};
use serde_json::Value;

struct Stage {
    hub: Hub,
    terminal: Terminal,
    other: Terminal,
}

impl Stage {
    async fn open(folder: &Path) -> Self {
        let mut hub = Hub::new(&folder.join("h"), "2026-08-13T11:00:00");
        hub.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
        for (id, name) in [("g1", "林知夏"), ("g2", "沈岳")] {
            hub.cli(&["guide", "add", "--id", id, "--name", name, "--store", "s1"]);
        }
        let people = "customer_id,name,phone\nc-hua,华绍棠,13800000008\nc-ou,区若彤,13800000006\n";
        let file = folder.join("people.csv");
        std::fs::write(&file, people).unwrap();
        hub.cli(&["import", "customers", file.to_str().unwrap(), "--store", "s1"]);
        hub.cli(&["guide", "assign", "--to", "g1", "--customers", "c-hua"]);
        hub.cli(&["guide", "assign", "--to", "g2", "--customers", "c-ou"]);
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
        hub.cli(&["publish", "settings", content.join("settings.toml").to_str().unwrap()]);
        let plan = folder.join("lead.toml");
        std::fs::write(&plan, PLAN).unwrap();
        hub.cli(&["publish", "plans", plan.to_str().unwrap()]);
        hub.serve();
        let (terminal, other) = (Terminal::start(&folder.join("a"), &hub), Terminal::start(&folder.join("b"), &hub));
        terminal.enroll(&hub, "g1").await;
        other.enroll(&hub, "g2").await;
        Self { hub, terminal, other }
    }

    /// What `guide` prints as JSON.
    #[track_caller]
    fn guide(&self, args: &[&str]) -> Value {
        let args = [args, &["--json"]].concat();
        let printed = run_ok("guide", &self.terminal.home, &args);
        serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{args:?} printed no JSON:\n{printed}"))
    }

    #[track_caller]
    fn exit_code(&self, args: &[&str]) -> Option<i32> {
        run("guide", &self.terminal.home, args).status.code()
    }

    fn n_found(&self, words: &str) -> u64 {
        self.guide(&["customer", "find", words])["n_found"].as_u64().unwrap()
    }

    /// Syncs, and says whether headquarters has everything.
    fn is_synced(&self) -> bool {
        let sync = self.guide(&["sync", "now"]);
        (&sync["n_unsent"], &sync["n_rejected"]) == (&0.into(), &0.into())
    }
}

const PLAN: &str = r#"
id = "P90"
version = 1
name = { zh = "新客", en = "New" }
[trigger]
on = "lead"
[[step]]
id = "hello"
offset = "0d"
until = "+3d"
purpose = "answer"
channels = ["wecom"]
"#;

#[test]
fn a_person_who_comes_in_without_the_network_is_served_and_reaches_headquarters_once() {
    let folder = folder();
    runtime().block_on(async {
        let mut stage = Stage::open(folder.path()).await;
        stage.hub.stop();
        let lead =
            ["customer", "add", "陶映雪", "13800000006", "--tag", "MAT:zz", "--looked", "对戒", "--budget", "20000"];
        let added = stage.guide(&lead);
        let id = added["customer"].as_str().unwrap().to_owned();
        assert!(added["same_phone"].is_null(), "of another guide's customer nothing is said");
        assert_eq!(stage.n_found("陶映雪"), 1);
        stage.guide(&["customer", "note", &id, "下周带男友来"]);
        let contact =
            ["log", &id, "1", "--sent", "您好，对戒到店了", "--reply", "周末来", "--promise", "留款", "--by", "+3"];
        stage.guide(&contact);
        stage.terminal.kill_daemon();
        stage.terminal.start_daemon();
        assert_eq!(stage.n_found("陶映雪"), 1, "after a kill");
        stage.hub.serve();
        assert!(stage.is_synced());
        let leads: Value = serde_json::from_str(&stage.hub.cli(&["leads", "--duplicates", "--json"])).unwrap();
        assert_eq!(
            (&leads["leads"][0]["customer"], &leads["leads"][0]["same_phone"][0]),
            (&id.clone().into(), &"c-ou".into())
        );
        let card = stage.guide(&["customer", "show", &id]);
        assert_eq!((&card["possible_duplicate"], &card["is_lead"]), (&true.into(), &true.into()));
        assert_eq!(
            (&card["lead"]["budget_fen"], &card["tags"][0]["group_name"]["zh"]),
            (&2_000_000.into(), &"材质".into())
        );
        let told = stage.guide(&["customer", "timeline", &id]).to_string();
        assert!(
            told.contains("您好，对戒到店了") && told.contains("周末来") && told.contains("下周带男友来"),
            "{told}"
        );
        assert!(!card.to_string().contains("c-ou") && !told.contains("c-ou"));
        let others = run_ok("guide", &stage.other.home, &["customer", "find", "陶映雪", "--json"]);
        assert!(others.contains("\"n_found\": 0"), "{others}");
        // the contact with its promise goes and comes back; then the lead itself
        let undone = stage.guide(&["undo"]);
        assert_eq!((&undone["n_ops"], &undone["step"]["received"]), (&2.into(), &true.into()));
        assert_eq!(stage.guide(&["undo", "--list"])["redo"][0]["kind"], "outcome");
        assert_eq!(stage.guide(&["redo"])["n_ops"], 2);
        for _ in 0..3 {
            stage.guide(&["undo"]);
        }
        assert_eq!((stage.exit_code(&["undo"]), stage.n_found("陶映雪")), (Some(3), 0));
        assert!(stage.is_synced());
        assert_eq!(stage.n_found("陶映雪"), 0);
        for _ in 0..3 {
            stage.guide(&["redo"]);
        }
        assert_eq!((stage.exit_code(&["redo"]), stage.n_found("陶映雪")), (Some(3), 1));
        assert!(stage.is_synced());
        let facts: Value = serde_json::from_str(&stage.hub.facts("g1")).unwrap();
        let of_lead: Vec<&Value> =
            facts.as_array().unwrap().iter().filter(|fact| fact["customer"] == id.as_str()).collect();
        assert!(of_lead.len() == 4 && of_lead.iter().all(|fact| fact["undone"] == false), "{of_lead:?}");
        // headquarters gives the person to the other guide
        stage.hub.cli(&["guide", "assign", "--to", "g2", "--customers", &id]);
        assert!(stage.is_synced());
        assert_eq!(stage.n_found("陶映雪"), 0);
        run_ok("guide", &stage.other.home, &["sync", "now"]);
        let others = run_ok("guide", &stage.other.home, &["customer", "show", &id, "--json"]);
        assert!(others.contains("下周带男友来"), "{others}");
    });
}

#[test]
fn a_task_is_put_off_a_phone_is_looked_at_and_tags_are_listed() {
    let folder = folder();
    runtime().block_on(async {
        let stage = Stage::open(folder.path()).await;
        let id = stage.guide(&["customer", "add", "陶映雪"])["customer"].as_str().unwrap().to_owned();
        assert_eq!(stage.exit_code(&["snooze", &id, "2026-08-20"]), Some(3), "past its window");
        stage.guide(&["snooze", &id, "2h"]);
        let today = stage.guide(&["today"]);
        let hold = &today["held"][0]["hold"];
        assert_eq!((&hold["reason"], &hold["until_time"]), (&"snoozed".into(), &"13:00:00".into()));
        stage.guide(&["snooze", &id, "tomorrow"]);
        assert_eq!(stage.guide(&["today"])["held"][0]["hold"]["until_on"], "2026-08-14");
        stage.guide(&["undo"]);
        assert_eq!(stage.guide(&["today"])["held"][0]["hold"]["until_time"], "13:00:00");
        assert_eq!(stage.guide(&["customer", "phone", "c-hua"])["phone"], "13800000008");
        let doctor = stage.guide(&["doctor"]).to_string();
        assert!(doctor.contains("1 on record") && !doctor.contains("13800000008"), "{doctor}");
        let groups = stage.guide(&["tag", "list"]);
        let group = groups["groups"].as_array().unwrap().iter().find(|group| group["code"] == "MAT").unwrap();
        assert_eq!((&group["choice"], &group["name"]["zh"]), (&"multi".into(), &"材质".into()));
        assert!(stage.is_synced());
    });
}
