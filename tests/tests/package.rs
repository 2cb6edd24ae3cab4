//! The scripts are sound, and the Debian package that `install.sh --pack` and cargo-deb make installs and runs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs;
use std::process::Command;

use guide_tests::user::{THIS, User, real, root, said};

#[test]
fn shellcheck_finds_nothing_in_the_scripts() {
    if !Command::new("shellcheck").arg("--version").output().is_ok_and(|found| found.status.success()) {
        eprintln!("LEFT OUT: there is no shellcheck here");
        return;
    }
    let scripts = ["install.sh", "test.sh", "tests/postgres.sh", "tests/windows.sh", ".ci/run"];
    let output = Command::new("shellcheck").args(scripts).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// No PowerShell is at hand: what can be read without one is.
#[test]
fn the_installation_for_windows_is_whole_text_for_powershell_5_and_names_what_is_there() {
    let text = fs::read_to_string(root().join("install.ps1")).unwrap();
    // without the mark PowerShell 5.1 reads the Chinese texts in the old code page
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let code = without_texts(text);
    for later in ["&&", "||", "??", "?.", "-Parallel", "#Requires -Version 7"] {
        assert!(!code.contains(later), "PowerShell 5.1 does not know {later}");
    }
    let mut open = Vec::new();
    for c in code.chars() {
        match c {
            '(' | '{' | '[' => open.push(c),
            ')' => assert_eq!(open.pop(), Some('(')),
            '}' => assert_eq!(open.pop(), Some('{')),
            ']' => assert_eq!(open.pop(), Some('[')),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let defined = code.lines().filter_map(|line| line.strip_prefix("function ")?.split(['(', ' ']).next());
    for function in defined {
        assert!(code.matches(function).count() > 1, "{function} is called by nobody");
    }
    let pack = fs::read_to_string(root().join("tests/windows.sh")).unwrap();
    let doc = fs::read_to_string(root().join("docs/install.md")).unwrap();
    for program in ["guide", "guided", "guidedw", "guide-hub"] {
        assert!(text.contains(&format!("'{program}.exe'")) && pack.contains(program), "{program}");
    }
    for option in ["From", "Prefix", "NoDaemon", "Demo", "Uninstall", "Purge", "Yes", "DryRun"] {
        assert!(code.contains(&format!("${option}")) && doc.contains(&format!("-{option}")), "{option}");
    }
}

/// A PowerShell script without what its strings and comments say.
fn without_texts(script: &str) -> String {
    let mut code = String::new();
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        let n = match c {
            '<' if rest.starts_with("<#") => rest.find("#>").expect("a comment's end") + 2,
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '\'' => 2 + rest[1..].find('\'').expect("a string's end"),
            '"' => {
                let mut escaped = false;
                let end = rest[1..].find(|c| match (escaped, c) {
                    (true, _) => {
                        escaped = false;
                        false
                    }
                    (false, '`') => {
                        escaped = true;
                        false
                    }
                    (false, c) => c == '"',
                });
                2 + end.expect("a string's end")
            }
            c => {
                code.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[n..];
    }
    code
}

#[test]
fn the_debian_package_installs_into_a_root_of_its_own_and_its_programs_run() {
    let has =
        |program: &str, word: &str| Command::new(program).arg(word).output().is_ok_and(|found| found.status.success());
    if !has("cargo-deb", "--version") || !has("dpkg", "--version") {
        eprintln!("LEFT OUT: there is no cargo-deb here, the Debian package was not built");
        return;
    }
    let user = User::open();
    let pack = real(&user, "this", THIS);
    // the package's list of files names this folder
    let dist = root().join("target/dist");
    let _ = fs::remove_dir_all(&dist);
    fs::create_dir_all(dist.parent().unwrap()).unwrap();
    assert!(Command::new("cp").args(["-r", &pack]).arg(&dist).status().unwrap().success());
    let package = user.folder.path().join("guide.deb");
    let mut build = Command::new("cargo-deb");
    build.args(["-p", "guide", "--no-build", "--no-strip", "--fast", "--output"]).arg(&package).current_dir(root());
    let output = build.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    fs::remove_dir_all(&dist).unwrap();

    let tree = user.folder.path().join("root");
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"] {
        fs::create_dir_all(tree.join(folder)).unwrap();
    }
    fs::write(tree.join("var/lib/dpkg/status"), "").unwrap();
    let dpkg = |words: &[&str]| {
        let mut command = Command::new("dpkg");
        command.arg(format!("--root={}", tree.display())).args(["--force-not-root", "--force-depends"]).args(words);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", said(&output));
    };
    dpkg(&["-i", package.to_str().unwrap()]);
    for file in [
        "usr/bin/guided",
        "usr/bin/guide-hub",
        "usr/share/man/man1/guide.1.gz",
        "usr/share/bash-completion/completions/guide",
        "usr/share/zsh/vendor-completions/_guide",
        "usr/share/fish/vendor_completions.d/guide.fish",
        "usr/share/applications/guide.desktop",
        "usr/lib/systemd/user/guided.service",
        "usr/lib/systemd/user/guided.socket",
        "usr/share/guide/themes/day.toml",
    ] {
        assert!(tree.join(file).is_file(), "{file} is not in the package");
    }
    let home = user.home();
    let status = || user.command(&tree.join("usr/bin/guide")).arg("status").output().unwrap();
    assert!(status().status.success(), "{}", said(&status()));
    let stopped = user.command(&tree.join("usr/bin/guide")).args(["stop", "--lang", "en"]).output().unwrap();
    assert!(said(&stopped).contains("has stopped"), "{}", said(&stopped));
    assert!(home.join(".local/state/guide/log").is_dir());
    dpkg(&["-r", "guide-terminal"]);
    assert!(!tree.join("usr/bin/guide").exists());
}
