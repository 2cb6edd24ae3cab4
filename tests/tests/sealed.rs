//! What lies on a terminal's disk is sealed: before a guide unlocks it, after a forgotten PIN, and for whoever searches it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use guide_common::demo;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::EnrollLocalRequest;
use guide_common::wire::record::NoteRequest;
use guide_common::wire::session::KeptSession;
use guide_tests::chain::until;
use guide_tests::program::{Terminal, folder, runtime};
use guide_tests::seats::{GUIDES, PINS, code, customers, enroll, hub_with_demo};

/// Every path of the API that says something of a customer, or records something.
const PATHS: [&str; 27] = [
    "today",
    "tasks/x",
    "customers",
    "customers/x",
    "customers/x/timeline",
    "customers/x/notes",
    "customers/x/history",
    "customers/x/explain",
    "tags",
    "promises",
    "appointments",
    "secrets",
    "leaves",
    "lists",
    "templates",
    "templates/stats",
    "templates/x",
    "proposals",
    "plans",
    "plans/x",
    "amnesty",
    "reports",
    "reminders",
    "undo",
    "session",
    "sync/log",
    "outbox",
];

/// The status with which a request is answered, as `curl --unix-socket` would send it.
fn status_of(socket: &Path, method: &str, path: &str, body: &str) -> u16 {
    let mut stream = UnixStream::connect(socket).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /v1/{path} HTTP/1.1\r\nHost: guided\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn before_the_first_unlocking_only_the_outbox_is_sent_and_a_locked_terminal_counts_and_says_no_more() {
    let home = folder();
    runtime().block_on(async {
        let mut hub = hub_with_demo(home.path(), "2026-08-12T10:00:00");
        let mut terminal = Terminal::start(&home.path().join("t"), &hub);
        terminal.enroll(&hub, GUIDES[0]).await;
        let client = terminal.client();
        client.change_pin(None, Some(PINS[0])).await.unwrap();
        hub.stop();
        let customer = customers(&client).await.unwrap()[0].clone();
        let away = NoteRequest { text: "said while headquarters was away".to_owned() };
        let saved = client.add_note(&customer, &away).await.unwrap().op_id;
        terminal.stop_daemon();
        terminal.start_daemon();
        let client = terminal.client();
        let status = client.status().await.unwrap();
        assert!(status.locked && status.n_customers > 50 && status.sync.n_unsent == 1, "{status:?}");
        assert!(client.seats().await.unwrap().seats[0].sealed);
        for path in PATHS {
            assert_eq!(status_of(&terminal.socket(), "GET", path, ""), 423, "{path}");
        }
        assert_eq!(
            status_of(&terminal.socket(), "POST", &format!("customers/{customer}/notes"), r#"{"text":"x"}"#),
            423
        );
        let doctor = client.doctor().await.unwrap();
        assert!(doctor.checks.iter().any(|check| check.code == "locked"));
        hub.serve();
        let is_sent = async || client.status().await.unwrap().sync.n_unsent == 0;
        until("what was unsent at headquarters", Duration::from_secs(60), is_sent).await;
        assert!(hub.facts(GUIDES[0]).contains(&saved.to_string()));
        assert!(client.status().await.unwrap().locked && client.seats().await.unwrap().seats[0].sealed);
        client.unlock(None, Some(PINS[0])).await.unwrap();
        assert!(customers(&client).await.unwrap().contains(&customer));
        client.add_note(&customer, &NoteRequest { text: "said after it".to_owned() }).await.unwrap();
        let sync = client.sync_now().await.unwrap();
        assert_eq!((sync.n_unsent, sync.last_error), (0, None));
        assert_eq!(client.outbox().await.unwrap().ops.len(), 2);
    });
}

#[test]
fn a_forgotten_pin_costs_the_cache_and_nothing_that_was_recorded() {
    let home = folder();
    runtime().block_on(async {
        let mut hub = hub_with_demo(home.path(), "2026-08-12T10:00:00");
        let mut terminal = Terminal::start(&home.path().join("t"), &hub);
        terminal.enroll(&hub, GUIDES[0]).await;
        let client = terminal.client();
        client.change_pin(None, Some(PINS[0])).await.unwrap();
        let all = customers(&client).await.unwrap();
        client.save_list("mine", "tier:S").await.unwrap();
        hub.stop();
        let saved = client.add_note(&all[0], &NoteRequest { text: "unsent".to_owned() }).await.unwrap().op_id;
        terminal.kill_daemon();
        terminal.start_daemon();
        hub.serve();
        let client = terminal.client();
        // a locked terminal takes a code without being asked to take another guide
        client.enroll(&EnrollLocalRequest::new(&hub.url, &code(&hub, GUIDES[0]))).await.unwrap();
        let sync = client.sync_now().await.unwrap();
        assert_eq!((sync.n_unsent, sync.last_error), (0, None));
        assert_eq!(customers(&client).await.unwrap().len(), all.len());
        assert!(client.lists().await.unwrap().lists.is_empty(), "it was sealed with the key that is gone");
        let seats = client.seats().await.unwrap();
        assert!(!seats.locked && !seats.seats[0].has_pin && !seats.seats[0].sealed);
        assert!(hub.facts(GUIDES[0]).contains(&saved.to_string()));
        terminal.kill_daemon();
        terminal.start_daemon();
        let client = terminal.client();
        until("the queue", Duration::from_secs(30), async || client.today().await.unwrap().checked).await;
        assert_eq!(customers(&client).await.unwrap().len(), all.len());
    });
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// The files that hold one of the words, with the first that each holds.
fn holding(folder: &Path, words: &BTreeSet<String>) -> Vec<(PathBuf, String)> {
    let mut by_start: BTreeMap<[u8; 3], Vec<&str>> = BTreeMap::new();
    // three bytes of a word, as two of them say where it may begin
    let mut may_begin = vec![false; 1 << 16];
    let place = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
    for word in words {
        by_start.entry(word.as_bytes()[..3].try_into().unwrap()).or_default().push(word);
        may_begin[place(word.as_bytes())] = true;
    }
    let first_in = |bytes: &[u8]| {
        let mut starts = bytes.windows(3).enumerate().filter(|(_, start)| may_begin[place(start)]);
        starts.find_map(|(at, start)| {
            let known = by_start.get(start)?;
            known.iter().find(|word| bytes[at..].starts_with(word.as_bytes())).map(ToString::to_string)
        })
    };
    files(folder)
        .into_iter()
        .filter_map(|path| Some((first_in(&std::fs::read(&path).ok()?)?, path)))
        .map(|(word, path)| (path, word))
        .collect()
}

#[test]
fn no_name_and_no_phone_number_of_the_demo_lies_on_the_terminals_disk() {
    let home = folder();
    runtime().block_on(async {
        let hub = hub_with_demo(home.path(), "2026-08-12T10:00:00");
        let mut terminal = Terminal::start(&home.path().join("t"), &hub);
        let client = terminal.client();
        for (guide, pin) in GUIDES.into_iter().zip(PINS) {
            enroll(&client, &hub, guide).await.unwrap();
            let list = client.customers("", 500).await.unwrap().rows;
            for row in list.iter().take(5) {
                client
                    .add_note(&row.id, &NoteRequest { text: format!("{} asked for pearls", row.name) })
                    .await
                    .unwrap();
                client.reveal_phone(&row.id).await.unwrap();
            }
            client.save_list(&list[0].name, &list[1].name).await.unwrap();
            let session = serde_json::json!({"half typed": format!("{} wants", list[2].name)});
            client.keep_session(&KeptSession { session: Some(session) }).await.unwrap();
            client.sync_now().await.unwrap();
            if guide == GUIDES[1] {
                client.change_pin(None, Some(pin)).await.unwrap();
            }
        }
        let chain = demo::chain(demo::SEED, Lang::Zh);
        let customers = chain.customers.iter().flat_map(|(customer, _)| {
            let phone = customer.phone.iter().flat_map(|phone| {
                let bare = phone.trim_start_matches("+86");
                [phone.clone(), bare.to_owned(), format!("{} {}", &bare[..3], &bare[3..])]
            });
            std::iter::once(customer.name.clone()).chain(phone).collect::<Vec<_>>()
        });
        let guides = chain.guides.iter().map(|guide| guide.name.clone());
        let words: BTreeSet<String> = customers.chain(guides).filter(|word| word.chars().count() >= 2).collect();
        assert!(words.len() > 1_000, "{}", words.len());
        let folder = home.path().join("t");
        assert_eq!(holding(&folder, &words), [], "while it runs");
        terminal.kill_daemon();
        assert_eq!(holding(&folder, &words), [], "after a kill");
        terminal.start_daemon();
        terminal.stop_daemon();
        assert_eq!(holding(&folder, &words), [], "after a clean stop");
        // the search finds what lies open
        assert!(!holding(&home.path().join("h"), &words).is_empty(), "the hub's database is headquarters' own");
    });
}
