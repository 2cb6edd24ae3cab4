//! A trainer proposes another text of a template, headquarters answers, and every terminal has what came of it: over the
//! command lines of the real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;

use guide_tests::program::{Hub, Terminal, command, folder, run, run_ok, runtime};
use serde_json::Value;

const TEXT: &str = r#"id = "T03"
version = 1
name = { zh = "三天满意度", en = "Three-day satisfaction" }
channel = "wecom"

[text]
zh = "{称呼|您好}，{商品}戴着还顺手吗？1 到 5 分您给几分？"
en = "Hello {salutation|there}, how do you like the {item}? From 1 to 5, what would you give it?"
"#;

fn hub(home: &Path) -> Hub {
    let mut hub = Hub::new(&home.join("h"), "2026-08-12T10:00:00");
    hub.cli(&["import", "demo"]);
    hub.serve();
    hub
}

fn guide(terminal: &Terminal, args: &[&str]) -> Value {
    let printed = run_ok("guide", &terminal.home, &[args, &["--json"]].concat());
    serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{args:?} printed no JSON:\n{printed}"))
}

/// Exit code and words of a command that does not succeed.
fn refused(terminal: &Terminal, args: &[&str]) -> (Option<i32>, String) {
    let output = run("guide", &terminal.home, args);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn propose(terminal: &Terminal, text: &str, why: &str) -> String {
    let file = terminal.home.join("T03.toml");
    std::fs::write(&file, text).unwrap();
    let saved = guide(terminal, &["template", "propose", file.to_str().unwrap(), "--why", why]);
    saved["op_id"].as_str().unwrap().to_owned()
}

fn states(terminal: &Terminal) -> Vec<String> {
    let rows = guide(terminal, &["template", "proposals"])["proposals"].as_array().unwrap().clone();
    rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_a_trainer_proposes_is_published_everywhere_once_headquarters_accepts_it() {
    let folder = folder();
    runtime().block_on(async {
        let mut hub = hub(folder.path());
        let trainer = Terminal::start(&folder.path().join("t"), &hub);
        trainer.enroll_trainer(&hub, "linzhixia").await;
        hub.stop();
        let op = propose(&trainer, TEXT, "更口语\u{1b}[31m");
        assert_eq!(states(&trainer), ["unsent"], "it is safe without the network");
        hub.serve();
        guide(&trainer, &["sync", "now"]);
        assert_eq!(states(&trainer), ["open"]);

        let listed = hub.cli(&["proposals", "list"]);
        assert!(listed.contains(&op) && listed.contains("更口语[31m") && !listed.contains('\u{1b}'), "{listed}");
        let shown = hub.cli(&["proposals", "show", &op]);
        assert!(shown.contains("  - ") && shown.contains("  + {称呼|您好}，{商品}戴着还顺手吗"), "{shown}");
        let accepted = hub.cli(&["proposals", "accept", &op, "--by", "陈"]);
        assert!(accepted.contains("T03 is published as version 2"), "{accepted}");
        assert_eq!(hub.cli(&["proposals", "accept", &op]), accepted, "accepting it again changes nothing");
        assert!(hub.cli(&["proposals", "list"]).contains("no proposal waits"));

        guide(&trainer, &["sync", "now"]);
        let rows = guide(&trainer, &["template", "proposals"]);
        let row = &rows["proposals"][0];
        assert_eq!(
            (&row["state"], &row["version"], &row["by"]),
            (&"accepted".into(), &2.into(), &"陈".into()),
            "{row}"
        );
        let other = Terminal::start(&folder.path().join("o"), &hub);
        other.enroll(&hub, "zhouyuan").await;
        let template = guide(&other, &["template", "show", "T03"]);
        assert_eq!(template["version"], 2);
        assert!(template["text"]["zh"].as_str().unwrap().contains("戴着还顺手吗"), "{template}");
        let (code, said) = refused(&other, &["template", "propose", trainer.home.join("T03.toml").to_str().unwrap()]);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("培训终端"), "{said}");
    });
}

#[test]
fn a_rejection_reaches_the_trainer_with_its_reason_and_a_stale_proposal_is_not_published_by_accident() {
    let folder = folder();
    runtime().block_on(async {
        let hub = hub(folder.path());
        let trainer = Terminal::start(&folder.path().join("t"), &hub);
        trainer.enroll_trainer(&hub, "linzhixia").await;
        let first = propose(&trainer, TEXT, "一");
        let second = propose(&trainer, &TEXT.replace("顺手", "合手"), "二");
        let third = propose(&trainer, &TEXT.replace("顺手", "趁手"), "三");
        guide(&trainer, &["sync", "now"]);
        hub.cli(&["proposals", "reject", &first, "--why", "太长"]);
        let (code, said) = hub.refused(&["proposals", "accept", &first]);
        assert!(code == Some(1) && said.contains("rejected already"), "{said}");
        hub.cli(&["proposals", "accept", &second]);
        let (code, said) = hub.refused(&["proposals", "accept", &third]);
        assert!(code == Some(1) && said.contains("made of version 1") && said.contains("--anyway"), "{said}");
        let said = hub.cli(&["proposals", "accept", &third, "--anyway"]);
        assert!(said.contains("version 3"), "{said}");
        guide(&trainer, &["sync", "now"]);
        assert_eq!(states(&trainer), ["accepted", "accepted", "rejected"]);
        assert_eq!(guide(&trainer, &["template", "proposals"])["proposals"][2]["reason"], "太长");
    });
}

#[test]
fn what_headquarters_would_not_publish_does_not_leave_the_terminal() {
    let folder = folder();
    runtime().block_on(async {
        let hub = hub(folder.path());
        let trainer = Terminal::start(&folder.path().join("t"), &hub);
        trainer.enroll_trainer(&hub, "linzhixia").await;
        let file = folder.path().join("T03.toml");
        let published = include_str!("../../content/templates/T03-satisfaction.toml");
        for (text, code, words) in [
            (TEXT.replace("还顺手吗", "全网最佳"), 3, "总部不会发布"),
            (TEXT.replace("T03", "T99"), 1, "没有这个话术模板"),
            (TEXT.replace("{商品}", "{商瓶}"), 1, "line 7"),
            (published.to_owned(), 3, "总部发布的一样"),
            (format!("{TEXT}# {}", "长".repeat(8_000)), 3, "8000"),
        ] {
            std::fs::write(&file, &text).unwrap();
            let (found, said) = refused(&trainer, &["template", "propose", file.to_str().unwrap()]);
            assert!(found == Some(code) && said.contains(words), "{words}: {found:?} {said}");
        }
        assert!(states(&trainer).is_empty());
    });
}

#[test]
fn an_edit_sends_what_was_changed_and_leaves_no_file_behind() {
    let folder = folder();
    runtime().block_on(async {
        let hub = hub(folder.path());
        let trainer = Terminal::start(&folder.path().join("t"), &hub);
        trainer.enroll_trainer(&hub, "linzhixia").await;
        let edit = |editor: &str| {
            let mut command = command("guide", &trainer.home);
            command.env("EDITOR", editor).args(["template", "edit", "T03", "--why", "试"]);
            let output = command.output().unwrap();
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let kept = || {
            let state = std::fs::read_dir(trainer.home.join("state")).unwrap();
            let names = state.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.starts_with("template-")).count()
        };
        assert_eq!(edit("true").0, Some(0), "nothing was changed");
        assert_eq!((kept(), states(&trainer).len()), (0, 0));
        // the file is its user's alone while it is open
        let (code, said) =
            edit("sh -c 'test $(stat -c %a \"$1\") = 600 && sed -i s/三天，感觉/三天了，感觉/ \"$1\"' sh");
        assert_eq!((code, kept()), (Some(0), 0), "{said}");
        assert_eq!(states(&trainer).len(), 1);
        let (code, said) = edit("sed -i s/感觉怎么样/全网最佳/");
        assert_eq!((code, kept()), (Some(3), 1), "what was typed stays: {said}");
    });
}
