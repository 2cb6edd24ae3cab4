//! Finding customers of the demo chain over the command line of the real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use guide_tests::program::{demo, folder, run, run_ok, runtime};
use serde_json::Value;

#[test]
fn a_guide_finds_customers_of_the_demo_by_pinyin_and_keeps_a_filter() {
    let folder = folder();
    runtime().block_on(async {
        let (_hub, terminal) = demo(folder.path()).await;
        terminal.client().sync_now().await.unwrap();
        let guide = |args: &[&str]| -> Value {
            let printed = run_ok("guide", &terminal.home, &[args, &["--json"]].concat());
            serde_json::from_str(&printed).unwrap()
        };
        let names = |filter: &str| -> Vec<String> {
            let list = guide(&["customer", "find", filter]);
            list["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
        };
        for filter in ["syn", "dyn", "shanyaning", "单yn", "10000000001"] {
            assert_eq!(names(filter).first().map(String::as_str), Some("单雅宁"), "{filter}");
        }
        assert_eq!(names("yuchi")[0], "尉迟嘉");
        assert_eq!(names("ycj")[0], "尉迟嘉");
        assert_eq!(names("zengym")[0], "曾予墨");
        let all = guide(&["customer", "find"])["n_found"].as_u64().unwrap();
        let (with, without) = (guide(&["customer", "find", "tag:材质"]), guide(&["customer", "find", "!tag:材质"]));
        assert!(with["n_found"].as_u64().unwrap() > 0);
        assert_eq!(with["n_found"].as_u64().unwrap() + without["n_found"].as_u64().unwrap(), all);
        let saved = guide(&["customer", "list", "save", "要紧的", "tier:SA", "!stage:沉睡"]);
        assert_eq!(saved["filter"], "tier:SA !stage:沉睡");
        let lists = guide(&["customer", "list"]);
        assert_eq!((&lists["lists"][0]["name"], &lists["lists"][0]["n_found"]), (&saved["name"], &saved["n_found"]));
        let shown = guide(&["customer", "list", "show", "要紧的", "-n", "3"]);
        assert_eq!(shown["n_found"], saved["n_found"]);
        assert!(
            shown["rows"].as_array().unwrap().iter().all(|row| ["S", "A"].contains(&row["tier"].as_str().unwrap()))
        );
        let page = run_ok("guide", &terminal.home, &["--lang", "zh", "customer", "find", "levl:金卡"]);
        assert!(page.contains("不认识“levl:金卡”里的条件名；可用：level"), "{page}");
        assert_eq!(guide(&["customer", "list", "remove", "要紧的"])["name"], "要紧的");
        let output = run("guide", &terminal.home, &["customer", "list", "show", "要紧的"]);
        assert_eq!(output.status.code(), Some(1));
    });
}
