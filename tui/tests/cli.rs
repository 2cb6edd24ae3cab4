//! The program `guide` as a process: what it prints where, and its exit codes. The daemon is a script here; the real
//! one is met in the crate `guide-tests`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use guide_common::sop::plan::Lang;

const STATUS: &str = r#"{"guide":null,"now":"2026-08-12T10:00:00","clock":"virtual","n_customers":0,
    "queue":{"n_open":1,"n_held":0,"n_done":0},
    "sync":{"state":"received","hub":null,"last_ok_at":null,"last_error":null,"next_at":null,"n_unsent":0,"n_rejected":0,
    "guide_feed":{"epoch":null,"seq":0,"n_live":0,"digest":"0000000000000000"},
    "shared_feed":{"epoch":null,"seq":0,"n_live":0,"digest":"0000000000000000"}}}"#;
const HEALTH: &str = r#"{"program":"guided","version":"0.1.0","schema":1,"uptime_ms":5,"pid":7}"#;
const TODAY: &str = r#"{"on":"2026-08-12","checked":true,"tasks":[],"held":[],"done":[]}"#;
const NEEDS_AMOUNT: &str = r#"{"status":422,"code":"needs_amount","detail":"a purchase needs its amount"}"#;
const SAVED: &str = r#"{"op_id":"01989b0e-8a1e-7000-8000-000000000001","customer":"C1","name":"曾予墨",
    "queue":{"n_open":0,"n_held":0,"n_done":1}}"#;

/// What was asked of the scripted daemon: request line and body.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

struct Shop {
    home: tempfile::TempDir,
    asked: Asked,
}

impl Shop {
    /// A home with a daemon that answers by script.
    fn open() -> Self {
        let shop = Self::closed();
        let socket = shop.home.path().join("run/guided.sock");
        std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
        let listener = UnixListener::bind(&socket).unwrap();
        let asked = shop.asked.clone();
        // ends with the test's process
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let asked = asked.clone();
                std::thread::spawn(move || serve(stream.unwrap(), &asked));
            }
        });
        shop
    }

    /// A home without a daemon.
    fn closed() -> Self {
        Self { home: tempfile::Builder::new().prefix("gt").tempdir().unwrap(), asked: Asked::default() }
    }

    fn command(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env_clear().env("GUIDE_HOME", self.home.path()).env("HOME", self.home.path());
        command
    }

    fn guide(&self, words: &[&str]) -> Output {
        self.command(Path::new(env!("CARGO_BIN_EXE_guide")), words).stdin(Stdio::null()).output().unwrap()
    }

    fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: UnixStream, asked: &Asked) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        let path = request.trim().trim_end_matches(" HTTP/1.1").to_owned();
        let (status, answer) = answer(&path, &body);
        asked.lock().unwrap().push((path, body));
        write!(writer, "HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).unwrap();
    }
}

fn answer(path: &str, body: &str) -> (u16, &'static str) {
    match path {
        "GET /v1/health" => (200, HEALTH),
        "GET /v1/status" | "POST /v1/enroll" => (200, STATUS),
        "POST /v1/sync/now" => (502, r#"{"status":502,"code":"hub_unreachable","detail":"x"}"#),
        "GET /v1/today" => (200, TODAY),
        "POST /v1/tasks/1a2b/outcome" if body.contains("amount_fen") => (200, SAVED),
        "POST /v1/tasks/1a2b/outcome" => (422, NEEDS_AMOUNT),
        _ => (404, r#"{"status":404,"code":"unknown_customer","detail":"no such customer"}"#),
    }
}

#[track_caller]
fn check(output: &Output, exit_code: i32, stdout: &[&str], stderr: &[&str]) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(exit_code), "stdout: {out}\nstderr: {err}");
    for (text, expected) in [(&out, stdout), (&err, stderr)] {
        assert_eq!(text.is_empty(), expected.is_empty(), "stdout: {out}\nstderr: {err}");
        assert!(expected.iter().all(|part| text.contains(part)), "stdout: {out}\nstderr: {err}");
        assert!(!text.contains('\u{1b}'), "colours only on a terminal: {text:?}");
    }
}

#[test]
fn data_goes_to_standard_output_as_text_or_as_json_with_a_schema() {
    let shop = Shop::open();
    check(&shop.guide(&["today"]), 0, &["2026年8月12日 周三", "待办 0"], &[]);
    check(&shop.guide(&["today", "--lang", "en"]), 0, &["Wed 12 Aug 2026", "0 open"], &[]);
    let output = shop.guide(&["today", "--json"]);
    check(&output, 0, &["tasks"], &[]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((value["schema"].as_u64(), value["on"].as_str()), (Some(1), Some("2026-08-12")));
}

#[test]
fn a_refusal_ends_with_3_and_says_the_next_step_on_standard_error() {
    let shop = Shop::open();
    check(&shop.guide(&["log", "1a2b", "4"]), 3, &[], &["成交需要填写金额", "--amount"]);
    check(&shop.guide(&["--lang=en", "log", "1a2b", "BUY"]), 3, &[], &["a purchase needs its amount", "--amount"]);
    check(&shop.guide(&["log", "1a2b", "bought", "--amount", "1,280.50"]), 0, &["已保存在本机", "曾予墨"], &[]);
    let (_, body) = shop.asked().pop().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap()["amount_fen"], 128_050);
}

#[test]
fn what_does_not_exist_ends_with_1_and_a_wrong_command_line_with_2() {
    let shop = Shop::open();
    check(&shop.guide(&["customer", "show", "C9"]), 1, &[], &["没有这位客户", "guide customer find"]);
    check(&shop.guide(&["tody"]), 2, &[], &["没有“tody”这个命令"]);
    check(&shop.guide(&["log", "1a2b", "44"]), 2, &[], &["44", "1 有意向"]);
    check(&shop.guide(&["report", "--from", "8-20", "--to", "8-1"]), 2, &[], &["2026-08-20", "2026-08-01"]);
    check(&shop.guide(&[]), 2, &[], &["没有终端"]);
}

#[test]
fn the_enrolment_code_is_read_from_standard_input() {
    let shop = Shop::open();
    let mut command = shop.command(Path::new(env!("CARGO_BIN_EXE_guide")), &["enroll", "http://127.0.0.1:7600"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"  ABCD-1234\n").unwrap();
    check(&child.wait_with_output().unwrap(), 0, &["登记"], &[]);
    let (_, body) = shop.asked().into_iter().find(|(path, _)| path == "POST /v1/enroll").unwrap();
    assert_eq!(body, r#"{"url":"http://127.0.0.1:7600","code":"ABCD-1234"}"#);
}

#[test]
fn without_a_daemon_and_without_its_program_the_code_is_4() {
    let shop = Shop::closed();
    // a second name in a folder of its own: no daemon lies beside it (a copy could be “busy” while others fork)
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let alone = folder.path().join("guide");
    std::fs::hard_link(env!("CARGO_BIN_EXE_guide"), &alone).unwrap();
    let output = shop.command(&alone, &["today"]).output().unwrap();
    check(&output, 4, &[], &["找不到后台程序 guided"]);
}

#[test]
fn a_bad_configuration_is_warned_of_and_does_not_stop_the_work() {
    let shop = Shop::open();
    std::fs::create_dir_all(shop.home.path().join("config")).unwrap();
    std::fs::write(shop.home.path().join("config/config.toml"), "lang = \"en\"\nbeep = true\n").unwrap();
    check(&shop.guide(&["today"]), 0, &["Wed 12 Aug 2026"], &["config.toml:2", "beep"]);
}

#[test]
fn a_relative_guide_home_is_taken_from_the_current_folder() {
    let shop = Shop::open();
    let mut command = shop.command(Path::new(env!("CARGO_BIN_EXE_guide")), &["today"]);
    let parent = shop.home.path().parent().unwrap();
    command.current_dir(parent).env("GUIDE_HOME", shop.home.path().file_name().unwrap());
    check(&command.output().unwrap(), 0, &["待办 0"], &[]);
}

#[test]
fn help_completions_and_the_manual_need_no_daemon() {
    let shop = Shop::closed();
    check(&shop.guide(&["--help"]), 0, &["用法：", "今日队列"], &[]);
    check(&shop.guide(&["--lang", "en", "help", "log"]), 0, &["Usage: guide log", "--amount"], &[]);
    for shell in ["bash", "zsh", "fish"] {
        check(&shop.guide(&["completions", shell]), 0, &["complaint"], &[]);
    }
    check(&shop.guide(&["man"]), 0, &[".TH guide 1"], &[]);
}

#[test]
fn the_keys_in_force_are_listed_and_a_fault_of_the_own_file_is_told_with_its_line() {
    let shop = Shop::closed();
    let all = shop.guide(&["keys", "--lang", "en"]);
    assert!(all.status.success());
    let text = String::from_utf8(all.stdout).unwrap();
    for spec in guide::interface::action::registry() {
        assert!(text.contains(spec.name) && text.contains(spec.help(Lang::En)), "{}", spec.name);
    }
    std::fs::create_dir_all(shop.home.path().join("config")).unwrap();
    std::fs::write(shop.home.path().join("config/keys.toml"), "[keys]\ncopy = \"Q\"\nnothing = \"W\"\n").unwrap();
    let own = shop.guide(&["keys", "--lang", "en", "copy"]);
    let (text, told) = (String::from_utf8(own.stdout).unwrap(), String::from_utf8(own.stderr).unwrap());
    assert!(text.contains("Q"), "{text}");
    assert_eq!(own.status.code(), Some(1));
    assert!(told.contains("line 3") && told.contains("nothing"), "{told}");
    let preset = shop.guide(&["keys", "--preset", "none"]);
    assert_eq!(preset.status.code(), Some(2));
}

#[test]
fn the_manual_has_every_action_of_the_interface_too() {
    let shop = Shop::closed();
    let page = String::from_utf8(shop.guide(&["man"]).stdout).unwrap();
    let folder = shop.home.path().join("man");
    assert!(shop.guide(&["man", "--dir", folder.to_str().unwrap()]).status.success());
    let written = std::fs::read_to_string(folder.join("guide.1")).unwrap();
    for spec in guide::interface::action::registry() {
        let name = spec.name.replace('-', "\\-");
        assert!(page.contains(&name) && written.contains(&name), "{}", spec.name);
    }
}

#[test]
fn themes_are_listed_and_a_faint_one_is_refused() {
    let shop = Shop::closed();
    let listed = String::from_utf8(shop.guide(&["theme", "--json"]).stdout).unwrap();
    for (name, _) in guide::interface::theme::BUILT_IN {
        assert!(listed.contains(&format!("\"{name}\"")), "{listed}");
    }
    let file = shop.home.path().join("faint.toml");
    let text = "name = { zh = \"淡\", en = \"Faint\" }\ninherits = \"day\"\n[role]\nmoney = { fg = \"#f0f0f0\" }\n";
    std::fs::write(&file, text).unwrap();
    let checked = shop.guide(&["theme", "check", file.to_str().unwrap(), "--lang", "en"]);
    let told = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1));
    assert!(told.starts_with("! money has a contrast of 1."), "{told}");
    std::fs::write(&file, text.replace("#f0f0f0", "#101010")).unwrap();
    assert!(shop.guide(&["theme", "check", file.to_str().unwrap()]).status.success());
}
