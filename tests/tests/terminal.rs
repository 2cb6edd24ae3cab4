//! The interface in a real pseudo-terminal, over the real programs, walked by keys only.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;

use guide_tests::program::{command, folder, path_of, wait_for};
use guide_tests::pty::Pty;
use portable_pty::CommandBuilder;

fn demo(folder: &Path, lang: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(path_of("guide"));
    command.args(["demo", "--lang", lang]);
    command.env_clear();
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "zh_CN.UTF-8"), ("PATH", "/usr/bin:/bin")] {
        command.env(name, value);
    }
    command.env("HOME", folder);
    command.env("TMPDIR", folder);
    command
}

/// Processes whose environment names the folder: the interface, its hub and its daemon.
fn n_processes(folder: &Path) -> usize {
    let name = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let environments = processes.filter_map(|process| std::fs::read(process.path().join("environ")).ok());
    environments.filter(|environment| String::from_utf8_lossy(environment).contains(name)).count()
}

fn wait_until_nothing_is_left(folder: &Path) {
    wait_for("the demo's programs to end", || (n_processes(folder) == 0).then_some(()));
    wait_for("the demo's folder to go", || std::fs::read_dir(folder).unwrap().next().is_none().then_some(()));
}

#[test]
fn a_guide_logs_takes_back_and_moves_a_day_on_by_keys_and_leaves_nothing_behind() {
    let folder = folder();
    let mut pty = Pty::start(demo(folder.path(), "zh"), &["林知夏", "曾予墨", "话术", "训练"]).unwrap();
    assert_eq!(n_processes(folder.path()), 3, "the interface, a hub and a daemon");
    pty.press("6", &["已保存 曾予墨"]).unwrap();
    pty.press("z", &["已撤销", "曾予墨"]).unwrap();
    pty.press("\t", &["客户"]).unwrap();
    // back to the queue, whatever screens follow
    pty.press("\x1b[Z", &["找同款"]).unwrap();
    pty.press("]", &["8月13日"]).unwrap();
    // words that only the help shows, and words that it hides: else the next key could come before it opens or closes
    pty.press("?", &["筛选"]).unwrap();
    pty.press("\x1b", &["找同款"]).unwrap();
    pty.type_only("q").unwrap();
    assert!(pty.wait().unwrap());
    wait_until_nothing_is_left(folder.path());
}

#[test]
fn a_script_walks_the_demo_line_by_line_and_the_end_of_its_lines_is_the_end() {
    for (lang, told) in
        [("zh", ["已保存 曾予墨", "已撤销 曾予墨", "8月13日"]), ("en", ["Saved", "Taken back", "13 Aug"])]
    {
        let folder = folder();
        let mut command = command("guide", folder.path());
        command.env_remove("GUIDE_HOME").env("TMPDIR", folder.path()).args(["demo", "--plain", "--lang", lang]);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), "1\n=6\nz\n］\n".as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        let places: Vec<_> = told.iter().map(|text| said.find(text)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told:?} in\n{said}");
        assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
        wait_until_nothing_is_left(folder.path());
    }
}

#[test]
fn a_terminal_that_goes_away_leaves_no_process_and_no_file() {
    let folder = folder();
    let pty = Pty::start(demo(folder.path(), "en"), &["TRAINING", "Script"]).unwrap();
    let pid = pty.pid().unwrap();
    let hang_up = std::process::Command::new("kill").args(["-HUP", &pid.to_string()]).status().unwrap();
    assert!(hang_up.success());
    wait_until_nothing_is_left(folder.path());
}

#[test]
fn the_demo_checks_itself_in_both_languages() {
    for lang in ["zh", "en"] {
        let folder = folder();
        let mut command = command("guide", folder.path());
        command.env_remove("GUIDE_HOME").env("TMPDIR", folder.path()).args(["demo", "--check", "--lang", lang]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("FAIL") && said.lines().count() > 10, "{said}");
        wait_until_nothing_is_left(folder.path());
    }
}
