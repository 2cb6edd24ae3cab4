//! A newer `guide` meets an older daemon, and the reverse, with records that headquarters has not received: the newer
//! daemon takes over by itself, what was recorded arrives once, and going back is refused with a sentence.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use guide_common::wire::record::OutcomeRequest;
use guide_tests::install::{Detached, folder_of, guide_in};
use guide_tests::later;
use guide_tests::program::{Hub, ShopClock, Terminal, folder, runtime};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below a folder, whole.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => drop(found.insert(path.clone(), std::fs::read(&path).unwrap())),
        }
    }
}

#[test]
fn a_newer_guide_has_the_older_daemon_make_way_and_an_older_one_is_refused_and_nothing_is_lost() {
    later::build();
    let folder = folder();
    let old = folder_of(&folder.path().join("old"), [("guide", "guide"), ("guided", "guided")]);
    let new = folder_of(&folder.path().join("new"), [("guide", later::GUIDE), ("guided", later::GUIDED)]);
    let home = folder.path().join("t");
    let _daemons = Detached::new(&home);
    let status = |programs: &Path| guide_in(programs, &home, &["status", "--lang", "en"]);
    runtime().block_on(async {
        let mut hub = Hub::on_real_clock(&folder.path().join("h"));
        hub.cli(&["store", "add", "--id", "s1", "--name", "云杉路店"]);
        hub.cli(&["guide", "add", "--id", "g1", "--name", "林知夏", "--store", "s1"]);
        std::fs::write(hub.home.join("customers.csv"), "customer_id,name\nc-1,单雅琴\n").unwrap();
        let rows = hub.home.join("customers.csv");
        hub.cli(&["import", "customers", rows.to_str().unwrap(), "--store", "s1"]);
        hub.cli(&["guide", "assign", "--unassigned", "--store", "s1", "--to", "g1"]);
        hub.serve();
        assert!(status(&old).status.success(), "{}", said(&status(&old)));
        let terminal =
            Terminal { home: home.clone(), clock: ShopClock::Real, program: "guided", vars: Vec::new(), daemon: None };
        terminal.enroll(&hub, "g1").await;
        hub.stop();
        let log = async || {
            let request = OutcomeRequest::new("1");
            terminal.client().log_contact(&"c-1".parse().unwrap(), &request).await.unwrap().op_id
        };
        let unsent =
            async || terminal.client().outbox().await.unwrap().ops.iter().map(|op| op.op_id).collect::<Vec<_>>();
        let before = log().await;
        let older = terminal.client().health().await.unwrap();
        assert_eq!(older.version, env!("CARGO_PKG_VERSION"));

        // the newer one takes over, once
        let output = status(&new);
        assert!(output.status.success(), "{}", said(&output));
        let newer = terminal.client().health().await.unwrap();
        assert_eq!((newer.version.as_str(), newer.schema), ("0.2.0", 2));
        assert_eq!(unsent().await, [before], "what was not sent is there");
        assert!(status(&new).status.success());
        assert_eq!(terminal.client().health().await.unwrap().pid, newer.pid);
        let after = log().await;

        // an older guide does not understand it, and leaves it alone
        let output = status(&old);
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        let text = said(&output);
        assert!(text.contains("0.2.0 is newer") && text.contains("next:") && !text.contains("panicked"), "{text}");
        assert_eq!(terminal.client().health().await.unwrap().pid, newer.pid);

        // nor does the older daemon open what the newer one wrote
        assert!(guide_in(&new, &home, &["stop"]).status.success());
        let (mut then, mut now) = (BTreeMap::new(), BTreeMap::new());
        files(&home.join("data"), &mut then);
        let output = status(&old);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(4), "{text}");
        assert!(text.contains("a newer version wrote") && text.contains("next: install the newer version"), "{text}");
        let chinese = said(&guide_in(&old, &home, &["status", "--lang", "zh"]));
        assert!(chinese.contains("更新的版本") && chinese.contains("下一步"), "{chinese}");
        files(&home.join("data"), &mut now);
        assert!(then == now, "the older version changed a file");

        // everything arrives once
        hub.serve();
        assert!(status(&new).status.success());
        assert_eq!(unsent().await.len(), 2);
        let sync = terminal.client().sync_now().await.unwrap();
        assert_eq!((sync.n_unsent, sync.n_rejected, sync.last_error), (0, 0, None));
        let facts = hub.facts("g1");
        for op in [before, after] {
            assert_eq!(facts.matches(&format!("\"id\":\"{op}\"")).count(), 1, "{facts}");
        }
        assert!(guide_in(&new, &home, &["stop"]).status.success());
    });
}
