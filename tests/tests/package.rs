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
    let scripts = ["install.sh", "test.sh", "tests/postgres.sh", ".ci/run"];
    let output = Command::new("shellcheck").args(scripts).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
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
