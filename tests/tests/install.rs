//! `install.sh` in an empty home: what it puts where, upgrades with records that were not sent, goes back where a version
//! does not work, and takes away what it brought; each of it twice.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use guide_common::wire::local::EnrollLocalRequest;
use guide_common::wire::record::OutcomeRequest;
use guide_tests::later;
use guide_tests::program::{Hub, path_of, runtime};
use guide_tests::user::{THIS, User, pretended, real, script};

fn hub(home: &Path) -> Hub {
    let mut hub = Hub::on_real_clock(home);
    hub.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
    hub.cli(&["guide", "add", "--id", "g1", "--name", "林知夏", "--store", "s1"]);
    let rows = hub.home.join("customers.csv");
    fs::write(&rows, "customer_id,name\nc-1,单雅琴\n").unwrap();
    hub.cli(&["import", "customers", rows.to_str().unwrap(), "--store", "s1"]);
    hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", "g1"]);
    hub.serve();
    hub
}

async fn enroll(user: &User, hub: &Hub) {
    let code: serde_json::Value = serde_json::from_str(&hub.cli(&["device", "code", "g1", "--json"])).unwrap();
    let request = EnrollLocalRequest::new(&hub.url, code["code"].as_str().unwrap());
    user.client().enroll(&request).await.unwrap();
    user.client().sync_now().await.unwrap();
}

/// Records something, and says how many records were not sent.
async fn log(user: &User) -> usize {
    let customer = "c-1".parse().unwrap();
    user.client().log_contact(&customer, &OutcomeRequest::new("1")).await.unwrap();
    unsent(user).await
}

async fn unsent(user: &User) -> usize {
    user.client().sync_status().await.unwrap().n_unsent
}

#[test]
fn install_upgrade_uninstall_and_purge_lose_nothing_that_was_not_sent_and_leave_nothing_behind() {
    later::build();
    let user = User::open();
    let empty = user.files();
    let pack = real(&user, "this", THIS);
    for _ in 0..2 {
        let text = user.installs(&["--from", &pack]);
        assert!(
            text.contains("export PATH=") && text.contains("systemctl --user enable --now guided.socket"),
            "{text}"
        );
    }
    let installed = user.files();
    for file in [
        "bin/guide",
        "bin/guided",
        "bin/guide-hub",
        "share/man/man1/guide.1",
        "share/man/man1/guide-today.1",
        "share/man/man1/guided.1",
        "share/man/man1/guide-hub-serve.1",
        "share/bash-completion/completions/guide",
        "share/zsh/site-functions/_guide",
        "share/fish/vendor_completions.d/guide.fish",
        "share/applications/guide.desktop",
        "share/systemd/user/guided.service",
        "share/systemd/user/guided.socket",
        "lib/guide/themes/day.toml",
        "lib/guide/receipt",
    ] {
        assert!(user.local(file).is_file(), "{file} is not there");
    }
    assert!(
        !user.local("state/guide").exists() && !user.local("share/guide").exists(),
        "the daemon was tried elsewhere"
    );
    let unit = fs::read_to_string(user.local("share/systemd/user/guided.service")).unwrap();
    assert!(unit.contains(&format!("ExecStart=\"{}\" run\n", user.local("bin/guided").display())), "{unit}");
    let entry = fs::read_to_string(user.local("share/applications/guide.desktop")).unwrap();
    assert!(entry.contains(&format!("Exec=\"{}\"\n", user.local("bin/guide").display())), "{entry}");

    runtime().block_on(async {
        let mut hub = hub(&user.folder.path().join("hub"));
        user.guide(&["status"]);
        enroll(&user, &hub).await;
        hub.stop();
        assert_eq!(log(&user).await, 1);

        let later_pack = real(&user, "later", [later::GUIDE, later::GUIDED, later::HUB]);
        for _ in 0..2 {
            user.installs(&["--from", &later_pack]);
            let health = user.client().health().await.unwrap();
            assert_eq!(health.version, "0.2.0", "the daemon that ran was started again");
            assert_eq!(unsent(&user).await, 1);
        }
        // going back: what the newer version wrote is not opened, so the newer version stays
        user.refused(&["--from", &pack], 1, "a newer version wrote");
        assert_eq!(user.client().health().await.unwrap().version, "0.2.0");
        assert_eq!(unsent(&user).await, 1);

        for _ in 0..2 {
            user.installs(&["--uninstall"]);
            user.is_as_before(&empty, &["--uninstall"]);
            assert!(user.local("share/guide/guides/g1").is_dir(), "records stay");
        }
        assert!(user.client().health().await.is_err(), "the daemon has stopped");

        user.installs(&["--from", &later_pack]);
        for _ in 0..2 {
            user.refused(&["--uninstall", "--purge"], 3, "headquarters lacks 1 records");
        }
        hub.serve();
        user.guide(&["sync", "now"]);
        assert_eq!(unsent(&user).await, 0);
        for _ in 0..2 {
            user.installs(&["--uninstall", "--purge"]);
            user.is_as_before(&empty, &["--uninstall"]);
            for gone in ["share/guide", "state/guide"] {
                assert!(!user.local(gone).exists(), "{gone}");
            }
        }
    });
    assert_ne!(installed, empty);
    user.start_up_files_are_as_they_were();
}

#[test]
fn a_version_that_does_not_work_is_not_installed_or_taken_back_and_the_daemon_goes_on() {
    let user = User::open();
    let pack = real(&user, "this", THIS);
    user.installs(&["--from", &pack]);
    runtime().block_on(async {
        let mut hub = hub(&user.folder.path().join("hub"));
        user.guide(&["status"]);
        enroll(&user, &hub).await;
        hub.stop();
        assert_eq!(log(&user).await, 1);
        let broken = |program: &str, text: &str, name: &str| {
            let copy = user.folder.path().join(name);
            assert!(Command::new("cp").arg("-r").arg(&pack).arg(&copy).status().unwrap().success());
            script(&copy.join("bin").join(program), text);
            // the checksums are right: it is the version that is wrong
            let sums = "find bin share lib -type f | xargs sha256sum >SHA256SUMS";
            assert!(Command::new("sh").args(["-c", sums]).current_dir(&copy).status().unwrap().success());
            copy.display().to_string()
        };
        let real_daemon = path_of("guided").display().to_string();
        let cases = [
            ("guide", "exit 7".to_owned(), "guide does not run on this machine"),
            ("guide-hub", "exit 7".to_owned(), "guide-hub does not run"),
            ("guided", "[ \"$1\" = --version ]".to_owned(), "does not answer, nothing was changed"),
            // it works in an empty home and not in this one
            (
                "guided",
                format!("[ \"$1\" = --version ] || [ -n \"$GUIDE_HOME\" ] || exit 9\nexec {real_daemon} \"$@\""),
                "the programs are those from before",
            ),
        ];
        for (idx, (program, text, reason)) in cases.iter().enumerate() {
            let pack = broken(program, text, &format!("broken-{idx}"));
            for _ in 0..2 {
                user.refused(&["--from", &pack], 1, reason);
                assert_eq!(unsent(&user).await, 1, "the daemon answers, and nothing is lost");
            }
        }
    });
    user.start_up_files_are_as_they_were();
}

#[test]
fn a_folder_or_an_address_that_is_not_what_it_should_be_installs_nothing() {
    let user = User::open();
    let pack = pretended(&user, "1.0.0");
    let changed = |name: &str, change: &dyn Fn(&Path)| {
        let copy = user.folder.path().join(name);
        assert!(Command::new("cp").arg("-r").arg(&pack).arg(&copy).status().unwrap().success());
        change(&copy);
        copy.display().to_string()
    };
    let theme = changed("theme", &|pack| fs::write(pack.join("lib/guide/themes/day.toml"), "name = 1").unwrap());
    let gone = changed("gone", &|pack| fs::remove_file(pack.join("bin/guided")).unwrap());
    let no_sums = changed("no-sums", &|pack| fs::remove_file(pack.join("SHA256SUMS")).unwrap());
    let climbs = changed("climbs", &|pack| {
        let sums = fs::read_to_string(pack.join("SHA256SUMS")).unwrap();
        fs::write(pack.join("SHA256SUMS"), sums.replace("share/man/man1/", "share/../../man1/")).unwrap();
    });
    let no_guided = changed("no-guided", &|pack| {
        let sums = fs::read_to_string(pack.join("SHA256SUMS")).unwrap();
        let without: String =
            sums.lines().filter(|line| !line.ends_with("bin/guided")).map(|l| format!("{l}\n")).collect();
        fs::write(pack.join("SHA256SUMS"), without).unwrap();
    });
    for (from, reason) in [
        (theme.as_str(), "the checksum is wrong, nothing was installed: lib/guide/themes/day.toml"),
        (gone.as_str(), "the checksum is wrong"),
        (no_sums.as_str(), "no SHA256SUMS"),
        (climbs.as_str(), "not understood"),
        (no_guided.as_str(), "does not list bin/guided"),
        ("/nowhere", "no SHA256SUMS"),
        ("http://example.invalid/guide", "plain http"),
        ("http://127.0.0.1.example.invalid/guide.tar.gz", "plain http"),
        ("http://127.0.0.1:80@example.invalid/guide", "@"),
        ("ftp://example.invalid/guide", "a folder, a .tar.gz or an https address"),
    ] {
        user.refused(&["--from", from], 1, reason);
    }
    user.refused(&["--prefix", "a\"b", "--from", &pack], 2, "character");
    user.refused(&["--purge"], 2, "--uninstall");
    user.refused(&["--frob"], 2, "unknown option");
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let user = User::open();
    let pack = pretended(&user, "1.0.0");
    let dry = |words: &[&str], expected: &str| {
        let before = user.files();
        let text = user.installs(&[words, &["--dry-run"]].concat());
        assert!(text.contains(expected), "{words:?}: {text}");
        user.is_as_before(&before, words);
    };
    let guided = user.local("bin/guided").display().to_string();
    dry(&[], "would build");
    dry(&["--demo"], "would open the demo");
    dry(&["--from", &pack], &format!("would install {guided}"));
    dry(&["--from", "https://example.invalid/guide.tar.gz"], "would take");
    dry(&["--pack", user.folder.path().join("out").to_str().unwrap()], "would lay out");
    dry(&["--uninstall"], "not installed");
    user.installs(&["--from", &pack, "--no-daemon"]);
    dry(&["--from", &pack], &format!("would install {guided}"));
    dry(&["--uninstall"], &format!("would remove {guided}"));
    fs::create_dir_all(user.local("share/guide/guides/g1")).unwrap();
    dry(&["--uninstall", "--purge"], &format!("would remove {}", user.local("share/guide").display()));
    assert!(!user.folder.path().join("out").exists());
    assert_eq!(user.asked_of_systemd(), "");
}

#[test]
fn what_one_version_brought_and_the_next_has_not_goes_and_the_rest_of_a_folder_stays() {
    let user = User::open();
    let (first, second) = (pretended(&user, "1.0.0"), pretended(&user, "2.0.0"));
    let old_theme = Path::new(&first).join("lib/guide/themes/old.toml");
    fs::write(&old_theme, "").unwrap();
    let sums = Path::new(&first).join("SHA256SUMS");
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let listed = fs::read_to_string(&sums).unwrap() + of_nothing + "  lib/guide/themes/old.toml\n";
    fs::write(&sums, listed).unwrap();
    user.installs(&["--from", &first]);
    assert!(user.local("lib/guide/themes/old.toml").exists());
    fs::write(user.local("bin/mine"), "").unwrap();
    for _ in 0..2 {
        let text = user.installs(&["--from", &second]);
        assert!(text.contains("guide 2.0.0"), "{text}");
        assert!(!user.local("lib/guide/themes/old.toml").exists());
    }
    user.installs(&["--uninstall"]);
    assert!(user.local("bin/mine").exists(), "it is not the installation's");
    assert!(!user.local("lib").exists() && !user.local("share").exists());
    user.start_up_files_are_as_they_were();
}

#[test]
fn with_a_users_manager_systemd_listens_after_an_installation_and_no_more_after_its_removal() {
    let user = User::open();
    fs::write(user.folder.path().join("manager"), "").unwrap();
    let pack = pretended(&user, "1.0.0");
    let text = user.installs(&["--from", &pack]);
    assert!(text.contains("loginctl enable-linger"), "{text}");
    let asked = user.asked_of_systemd();
    for line in ["daemon-reload", "enable --quiet guided.socket guided.service", "start guided.socket"] {
        assert!(asked.contains(&format!("--user {line}\n")), "{asked}");
    }
    user.installs(&["--uninstall"]);
    let asked = user.asked_of_systemd();
    assert!(asked.contains("--user disable --quiet --now guided.socket guided.service\n"), "{asked}");
    assert!(asked.ends_with("--user daemon-reload\n"), "{asked}");
    assert!(!user.local("share/systemd").exists());

    // asked to leave it alone, it does
    let other = User::open();
    fs::write(other.folder.path().join("manager"), "").unwrap();
    let pack = pretended(&other, "1.0.0");
    other.installs(&["--from", &pack, "--no-daemon", "--prefix", other.home().join("opt").to_str().unwrap()]);
    assert!(other.home().join("opt/bin/guide").exists() && other.local("share/systemd/user/guided.socket").exists());
    assert_eq!(other.asked_of_systemd(), "");
}

/// Serves the files of a folder over loopback.
async fn served(folder: PathBuf) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(move |uri: axum::http::Uri| {
        let file = folder.join(uri.path().trim_start_matches('/'));
        async move { fs::read(file).map_err(|_| axum::http::StatusCode::NOT_FOUND) }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[test]
fn a_folder_and_an_archive_are_fetched_from_an_address_and_refused_where_a_checksum_is_wrong() {
    let user = User::open();
    let pack = pretended(&user, "1.0.0");
    let files = user.folder.path().to_owned();
    let tools = "tar -czf one.tar.gz 1.0.0 && sha256sum one.tar.gz >one.tar.gz.sha256 && cp one.tar.gz two.tar.gz && \
                 sha256sum SUM >two.tar.gz.sha256 && cp -r 1.0.0 bad && echo >>bad/bin/guided && echo >SUM";
    fs::write(files.join("SUM"), "").unwrap();
    assert!(Command::new("sh").args(["-c", tools]).current_dir(&files).status().unwrap().success());
    assert!(Path::new(&pack).is_dir());
    let has_tool = ["curl", "wget"].iter().any(|tool| Command::new(tool).arg("--version").output().is_ok());
    if !has_tool {
        eprintln!("LEFT OUT: there is neither curl nor wget here, nothing was fetched");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let url = runtime.block_on(served(files.clone()));
    for from in [format!("{url}/1.0.0"), format!("{url}/one.tar.gz"), files.join("one.tar.gz").display().to_string()] {
        for _ in 0..2 {
            user.installs(&["--from", &from]);
            assert!(user.guide(&["--version"]).contains("1.0.0"));
        }
        user.installs(&["--uninstall"]);
    }
    for (from, reason) in [
        (format!("{url}/bad"), "the checksum is wrong"),
        (format!("{url}/two.tar.gz"), "the checksum is wrong"),
        (files.join("two.tar.gz").display().to_string(), "the checksum is wrong"),
        (format!("{url}/none.tar.gz"), "cannot fetch"),
        (format!("{url}/none"), "cannot fetch"),
    ] {
        user.refused(&["--from", &from], 1, reason);
    }
}
