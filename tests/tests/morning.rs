//! A morning by keys only, over the real programs: every outcome and what stands around it, while headquarters is away,
//! the daemon is killed and the line drops. What was pressed is at headquarters in the end, each once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use guide_common::fact::Fact;
use guide_tests::chain::until;
use guide_tests::program::{Hub, Terminal, demo, folder, run, runtime};
use guide_tests::pty::{Pty, interface};
use guide_tests::tmux::Tmux;
use serde_json::{Value, json};
use sqlx::{Connection, Row};

const GUIDE: &str = "linzhixia";

/// What a fact says that was typed; the rest is worked out.
const TYPED: [&str; 13] = [
    "code",
    "score",
    "amount_fen",
    "next_on",
    "next_time",
    "reason",
    "note",
    "text",
    "until_on",
    "until_time",
    "group",
    "value",
    "fills",
];

/// A fact in one line: who, of what kind, what was typed, and whether it was taken back.
fn fact_line(name: &str, kind: &str, body: &Value, is_undone: bool) -> String {
    let typed = TYPED.iter().filter_map(|key| Some(format!(" {key}={}", body.get(key)?)));
    format!("{name} {kind}{}{}", typed.collect::<String>(), if is_undone { " taken back" } else { "" })
}

/// The guide's facts at headquarters, by id.
async fn facts(hub: &Hub, names: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", hub.data().join("hub.db").display());
    let mut db = sqlx::AnyConnection::connect(&url).await.unwrap();
    let query = "SELECT id, body FROM entity WHERE guide_id = $1 AND kind = 'fact' AND deleted = 0";
    let rows = sqlx::query(query).bind(GUIDE).fetch_all(&mut db).await.unwrap();
    let line = |row: &sqlx::any::AnyRow| {
        let text: String = row.get(1);
        let fact: Fact = serde_json::from_str(&text).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let name = names.get(fact.customer.as_str()).map_or(fact.customer.as_str(), String::as_str);
        let kind = value["kind"].as_str().unwrap();
        (row.get(0), fact_line(name, kind, &value["body"], fact.undone.now().is_some()))
    };
    rows.iter().map(line).collect()
}

/// Waits until the daemon keeps what is half typed; it is written once the writing before it is done.
async fn kept(terminal: &Terminal, typed: &str) {
    until("what is half typed to be kept", Duration::from_secs(20), async || {
        let session = terminal.client().session().await.unwrap().session;
        session.is_some_and(|session| session.to_string().contains(typed))
    })
    .await;
}

/// How often a task is looked for in the queue.
const N_TRIES: usize = 20;

/// A guide at a terminal, and what headquarters is to hold in the end.
struct Morning {
    hub: Hub,
    terminal: Terminal,
    pty: Pty,
    pressed: Vec<String>,
}

fn sit_down(terminal: &Terminal, texts: &[&str]) -> Pty {
    Pty::start(interface(&terminal.home, &["--lang", "zh"]), texts).unwrap()
}

impl Morning {
    #[track_caller]
    fn see(&mut self, keys: &str, text: &str) {
        self.pty.see(keys, |shown| shown.contains(text)).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }

    /// Selects a customer's task by moving down the queue, again where that has just changed.
    async fn select(&mut self, name: &str) {
        for _ in 0..N_TRIES {
            let today = self.terminal.client().today().await.unwrap();
            let idx = today.tasks.iter().position(|task| task.name == name);
            let idx = idx.unwrap_or_else(|| panic!("{name} is not in the queue"));
            self.pty.type_only(&format!("gg{}", "j".repeat(idx))).unwrap();
            self.pty.settle();
            if self.pty.text().contains(&format!("╭ {name} ")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{name} cannot be selected:\n{}", self.pty.text());
    }

    /// Selects a customer, presses keys until the screen shows a text, and expects a fact of it.
    async fn record(&mut self, name: &str, keys: &str, shows: &str, kind: &str, body: Value) {
        self.select(name).await;
        self.see(keys, shows);
        self.pressed.push(fact_line(name, kind, &body, false));
    }

    /// Logs an outcome.
    async fn log(&mut self, name: &str, keys: &str, body: Value) {
        self.record(name, keys, &format!("已保存 {name}"), "outcome", body).await;
    }
}

#[test]
fn a_morning_by_keys_arrives_at_headquarters_each_once_though_hub_daemon_and_line_fail() {
    let folder = folder();
    runtime().block_on(async {
        let (hub, terminal) = demo(folder.path()).await;
        let customers = terminal.client().customers("", 1_000).await.unwrap().rows;
        let names: BTreeMap<String, String> =
            customers.into_iter().map(|row| (row.id.as_str().to_owned(), row.name)).collect();
        let before = facts(&hub, &names).await;
        let pty = sit_down(&terminal, &["曾予墨", "话术", "训练"]);
        let mut morning = Morning { hub, terminal, pty, pressed: Vec::new() };

        with_all_well(&mut morning).await;
        morning.hub.stop();
        without_headquarters(&mut morning).await;
        without_a_daemon(&mut morning).await;
        with_a_dropped_line(&mut morning).await;
        look_around(&mut morning).await;
        morning.hub.serve();
        morning.see("r", "总部已收到");
        assert_eq!(morning.terminal.client().sync_status().await.unwrap().n_unsent, 0);
        morning.pty.type_only("q").unwrap();
        assert!(morning.pty.wait().unwrap());

        check(&morning, &names, &before).await;
    });
}

/// Headquarters holds what was pressed, each once, rejected none of it, and the terminal holds the same.
async fn check(morning: &Morning, names: &BTreeMap<String, String>, before: &BTreeMap<String, String>) {
    let after = facts(&morning.hub, names).await;
    let mut came: Vec<String> =
        after.into_iter().filter(|(id, _)| !before.contains_key(id)).map(|(_, line)| line).collect();
    let mut pressed = morning.pressed.clone();
    came.sort();
    pressed.sort();
    assert_eq!(came, pressed);
    let inspection: Value = serde_json::from_str(&morning.hub.cli(&["inspect", GUIDE, "--json"])).unwrap();
    assert_eq!(inspection["n_rejected"], 0);
    let verified = run("guide", &morning.terminal.home, &["verify", "--json"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Walking, a script with a gap, and the outcomes that need a form.
async fn with_all_well(morning: &mut Morning) {
    morning.see("w", "走任务 1/42");
    morning.see("j", "╭ 盖青禾 ");
    morning.see("w", "╭ 今日 ");
    morning.select("吴嘉川").await;
    morning.see("y", "还空着，不能复制");
    morning.see("f蓝宝吊坠\t8月17日\r", "已填好");
    let n_before = morning.pty.bytes.len();
    morning.see("y", "复制");
    let copied = String::from_utf8_lossy(&morning.pty.bytes[n_before..]).contains("\x1b]52;c;");
    assert!(copied, "the terminal was asked to copy");
    let filled = json!({ "商品": "蓝宝吊坠", "截止": "8月17日" });
    morning.log("吴嘉川", "1", json!({ "code": "interested", "fills": filled })).await;
    morning.select("曾予墨").await;
    morning.see("s", "话术 2/2");
    morning.log("曾予墨", "1", json!({ "code": "interested" })).await;
    let visit = json!({ "code": "appointment", "next_on": "2026-08-15", "next_time": "14:30:00" });
    morning.log("盖青禾", "28-15 14:30\r", visit).await;
    morning.log("韩月舟", "3", json!({ "code": "visited" })).await;
    let bought = json!({ "code": "bought", "amount_fen": 1_280_000, "score": 5 });
    morning.log("尉迟嘉", "412800\t5", bought).await;
    morning.log("高言磊", "13", json!({ "code": "interested", "score": 3 })).await;
    morning.log("单雅宁", "n5再看看\r", json!({ "code": "no_need", "note": "再看看" })).await;
}

/// Headquarters is away: everything goes on.
async fn without_headquarters(morning: &mut Morning) {
    morning.log("谢诗雪", "6", json!({ "code": "no_reply" })).await;
    morning.log("赵明远", "7+3\r", json!({ "code": "call_later", "next_on": "2026-08-15" })).await;
    morning.log("田心萱", "8手链断了\r", json!({ "code": "complaint", "note": "手链断了" })).await;
    morning.log("何艺宁", "0b", json!({ "code": "skipped", "reason": "travelling" })).await;
    morning.see("z", "已撤销 何艺宁");
    morning.see("Z", "已恢复 何艺宁");
    morning.log("罗欣瑶", "6", json!({ "code": "no_reply" })).await;
    morning.see("z", "已撤销 罗欣瑶");
    morning.pressed.pop();
    morning.pressed.push(fact_line("罗欣瑶", "outcome", &json!({ "code": "no_reply" }), true));
    let until = json!({ "until_on": "2026-08-12", "until_time": "14:30:00" });
    morning.record("罗欣瑶", "d14:30\r", "已放到以后：罗欣瑶", "snooze", until).await;
    morning.record("程真", "N喜欢素圈\r", "已记下备注：程真", "note", json!({ "text": "喜欢素圈" })).await;
    morning.record("程真", "t11", "√", "tag_added", json!({ "group": "STY", "value": "戒指" })).await;
    morning.see("\x1b", "沟通偏好");
    morning.see("\x1b", "6 没回复");
}

/// The daemon is killed under a half-filled form: the form stays, says so, and saves once there is a daemon again.
async fn without_a_daemon(morning: &mut Morning) {
    morning.select("何若鹏").await;
    morning.see("n9不要再联系", "不要再联系");
    morning.terminal.kill_daemon();
    morning.see("", "后台断开");
    morning.see("\r", "还没有保存");
    morning.terminal.start_daemon();
    morning.pty.see("", |shown| !shown.contains("后台断开")).unwrap();
    morning.see("\r", "已保存 何若鹏");
    let body = json!({ "code": "do_not_contact", "note": "不要再联系" });
    morning.pressed.push(fact_line("何若鹏", "outcome", &body, false));
}

/// The line drops under a half-typed note, and the daemon is killed after it: both are back, and so is the note.
async fn with_a_dropped_line(morning: &mut Morning) {
    morning.select("冼清越").await;
    morning.see("8链子又", "链子又");
    // what is typed last is kept on the way out
    morning.pty.hang_up().unwrap();
    morning.pty = sit_down(&morning.terminal, &["链子又"]);
    morning.see("断", "链子又断");
    kept(&morning.terminal, "链子又断").await;
    morning.pty.hang_up().unwrap();
    morning.terminal.kill_daemon();
    morning.terminal.start_daemon();
    morning.pty = sit_down(&morning.terminal, &["链子又断"]);
    morning.see("了\r", "已保存 冼清越");
    let body = json!({ "code": "complaint", "note": "链子又断了" });
    morning.pressed.push(fact_line("冼清越", "outcome", &body, false));
}

/// Nothing of this leaves a fact: finding by pinyin, timeline, mask, and the other screens.
async fn look_around(morning: &mut Morning) {
    // both readings of a family name
    for typed in ["syn", "dyn"] {
        let is_found = |shown: &str| {
            let rows: Vec<&str> = shown.lines().filter(|line| line.contains("100****")).collect();
            shown.contains(&format!("找客户 {typed} "))
                && rows.len() < 5
                && rows.iter().any(|row| row.contains("单雅宁"))
        };
        morning.pty.see(&format!("/\x15{typed}"), is_found).unwrap();
    }
    morning.see("\r", "╭ 单雅宁 ");
    morning.see("v", "消费 ¥12,800");
    morning.see("gt", "╭ 今日 ");
    morning.pty.see("x", |shown| !["单雅宁", "程真", "韩阳"].iter().any(|name| shown.contains(name))).unwrap();
    morning.see("x", "韩阳");
    morning.see("gm", "T01");
    morning.see("gp", "P01");
    morning.see("w", "高峰");
    morning.see("gr", "到期");
    morning.see("gs", "未发");
}

/// A daemon that a program started by itself; dropped, it is ended by its id.
struct Detached(std::path::PathBuf);

impl Drop for Detached {
    fn drop(&mut self) {
        let pid = std::fs::read_to_string(&self.0).unwrap_or_default();
        let _ = std::process::Command::new("kill").args(["-KILL", pid.trim()]).status();
    }
}

#[test]
fn guide_starts_the_daemon_that_was_killed_and_is_where_it_was_left() {
    let folder = folder();
    runtime().block_on(async {
        let mut hub = Hub::on_real_clock(&folder.path().join("h"));
        hub.cli(&["import", "demo"]);
        hub.serve();
        let mut terminal = Terminal::start(&folder.path().join("t"), &hub);
        terminal.enroll(&hub, GUIDE).await;
        let before = facts(&hub, &BTreeMap::new()).await;
        let mut pty = sit_down(&terminal, &["客户 161"]);
        pty.see("/ycj", |shown| shown.contains("1/161")).unwrap();
        kept(&terminal, "ycj").await;
        pty.hang_up().unwrap();
        terminal.kill_daemon();
        let _detached = Detached(terminal.home.join("state/guided.lock"));
        let mut pty = sit_down(&terminal, &["找客户 ycj", "1/161"]);
        pty.see("\r", |shown| shown.contains("╭ 尉迟嘉 ")).unwrap();
        pty.see("N喜欢素圈\r", |shown| shown.contains("已记下备注")).unwrap();
        pty.see("r", |shown| shown.contains("总部已收到")).unwrap();
        pty.type_only("q").unwrap();
        assert!(pty.wait().unwrap());
        let after = facts(&hub, &BTreeMap::new()).await;
        let came: Vec<&String> =
            after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, line)| line).collect();
        assert_eq!(came, ["C00011 note text=\"喜欢素圈\""]);
    });
}

#[test]
fn in_tmux_a_morning_is_recorded_and_a_closed_pane_leaves_the_half_typed_note() {
    let folder = folder();
    let tmux = match Tmux::find(folder.path()) {
        Ok(tmux) => tmux,
        Err(why) => return eprintln!("left out: {why}"),
    };
    runtime().block_on(async {
        let (hub, terminal) = demo(folder.path()).await;
        let names = BTreeMap::new();
        let before = facts(&hub, &names).await;
        tmux.open(&terminal.home, "曾予墨");
        tmux.see("6", "已保存 曾予墨");
        tmux.see("x", "***");
        tmux.see("x", "盖青禾");
        tmux.see("/syn", "单雅宁");
        tmux.press("Escape", "找客户 姓名");
        tmux.press("F2", "按渠道");
        tmux.see("gt", "╭ 盖青禾 ");
        tmux.see("8链子又", "链子又");
        kept(&terminal, "链子又").await;
        tmux.close();
        tmux.open(&terminal.home, "链子又");
        tmux.see("断了", "链子又断了");
        tmux.press("Enter", "已保存 盖青禾");
        tmux.see("z", "已撤销 盖青禾");
        tmux.see("Z", "已恢复 盖青禾");
        tmux.see("r", "总部已收到");
        let n_unsent = terminal.client().sync_now().await.unwrap().n_unsent;
        assert_eq!(n_unsent, 0);
        tmux.close();
        let after = facts(&hub, &names).await;
        let came: BTreeSet<&str> =
            after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, line)| line.as_str()).collect();
        let expected = ["C00002 outcome code=\"no_reply\"", "C00009 outcome code=\"complaint\" note=\"链子又断了\""];
        assert_eq!((came, after.len()), (expected.into(), before.len() + 2));
    });
}
