//! Several guides at one terminal: turns, PINs, what a locked terminal says, and what lies on its disk.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;
use futures_util::future::BoxFuture;
use guide::client::{Client, ClientError};
use guide_common::demo;
use guide_common::id::{CustomerId, GuideId, OpId, ReminderId};
use guide_common::paths::{Env, Paths};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{EnrollLocalRequest, Status};
use guide_common::wire::record::NoteRequest;
use guide_common::wire::session::KeptSession;
use guide_tests::chain::until;
use guide_tests::program::{Hub, Terminal, folder, run_ok, runtime, wait_for};
use guided::app::App;
use guided::clock::Clock;
use guided::clock::skew::Reading;
use guided::remind::notify::{Message, Notifier};
use guided::reveals::Peer;
use guided::vault::Effort;
use guided::{api, socket};
use serde_json::Value;
use tokio::sync::watch;

const GUIDES: [&str; 2] = ["linzhixia", "zhouyuan"];
const PINS: [&str; 2] = ["271828", "314159"];

fn hub_with_demo(home: &Path, clock: &str) -> Hub {
    let mut hub = match clock {
        "" => Hub::on_real_clock(&home.join("h")),
        now => Hub::new(&home.join("h"), now),
    };
    hub.cli(&["import", "demo"]);
    hub.serve();
    hub
}

fn code(hub: &Hub, guide: &str) -> String {
    let json: Value = serde_json::from_str(&hub.cli(&["device", "code", guide, "--json"])).unwrap();
    json["code"].as_str().unwrap().to_owned()
}

async fn enroll(client: &Client, hub: &Hub, guide: &str) -> Result<Status, ClientError> {
    let request = EnrollLocalRequest { another: true, ..EnrollLocalRequest::new(&hub.url, &code(hub, guide)) };
    let status = client.enroll(&request).await?;
    client.sync_now().await?;
    Ok(status)
}

fn id(guide: &str) -> GuideId {
    GuideId::new(guide).unwrap()
}

fn is_refused<T: std::fmt::Debug>(answer: Result<T, ClientError>, code: &str) -> bool {
    match answer {
        Err(error) => error.code() == code,
        Ok(answer) => panic!("{code} was expected, not {answer:?}"),
    }
}

async fn customers(client: &Client) -> Result<Vec<CustomerId>, ClientError> {
    let list = client.customers("", 500).await?;
    Ok(list.rows.into_iter().map(|row| row.id).collect())
}

/// A daemon in this process, whose PINs cost next to nothing and whose steady clock can be moved.
struct InProcess {
    home: PathBuf,
    /// By how much the steady clock was moved, in ms.
    idle_ms: Arc<AtomicU64>,
    stopping: watch::Sender<bool>,
    app: Arc<App>,
}

impl InProcess {
    async fn start(home: &Path) -> Self {
        let idle_ms = Arc::new(AtomicU64::new(0));
        let (moved, began) = (Arc::clone(&idle_ms), std::time::Instant::now());
        let clock = Clock::of_machine(move || Reading {
            wall: Utc::now(),
            steady: began.elapsed() + Duration::from_millis(moved.load(Ordering::Relaxed)),
        });
        Self::start_on(home, clock, idle_ms, None).await
    }

    async fn start_on(home: &Path, clock: Clock, idle_ms: Arc<AtomicU64>, notifier: Option<Arc<dyn Notifier>>) -> Self {
        std::fs::create_dir_all(home).unwrap();
        let paths = Paths::of(&Env { guide_home: Some(home.to_owned()), ..Env::default() });
        let (stopping, stop) = watch::channel(false);
        let mut app = App::new(paths, clock, stop);
        app.effort = Effort::LITTLE;
        app.notifier = notifier;
        let lock = socket::take_lock(&app.paths).unwrap();
        let app = Arc::new(app);
        app.open_enrolled().unwrap();
        let listener = socket::bind(&app.paths, &lock).await.unwrap();
        let router = api::router(Arc::clone(&app)).into_make_service_with_connect_info::<Peer>();
        let mut stopped = stopping.subscribe();
        tokio::spawn(async move {
            let _lock = lock;
            let served = axum::serve(listener, router);
            let _ = served.with_graceful_shutdown(async move { drop(stopped.wait_for(|stop| *stop).await) }).await;
        });
        Self { home: home.to_owned(), idle_ms, stopping, app }
    }

    fn client(&self) -> Client {
        Client::at(&self.home.join("run/guided.sock"))
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
        self.app.flush();
    }
}

/// A daemon at which both guides are enrolled with their PINs; the second one is at it.
async fn shared(home: &Path) -> (Hub, InProcess) {
    let hub = hub_with_demo(home, "");
    let daemon = InProcess::start(&home.join("t")).await;
    let client = daemon.client();
    for (guide, pin) in GUIDES.into_iter().zip(PINS) {
        enroll(&client, &hub, guide).await.unwrap();
        client.change_pin(None, Some(pin)).await.unwrap();
    }
    (hub, daemon)
}

/// Asks and records for as long as it goes on, in whichever turn it is; every answer must be of one guide.
async fn use_it(
    client: Client,
    own: [Arc<BTreeSet<CustomerId>>; 2],
    mut stop: watch::Receiver<bool>,
    seen: Arc<[AtomicU64; 2]>,
    n_refused: Arc<AtomicU64>,
) -> [Vec<OpId>; 2] {
    let mut saved = [Vec::new(), Vec::new()];
    let one = own.clone().map(|own| own.first().unwrap().clone());
    let mut round = 0;
    while !*stop.borrow_and_update() {
        client.leave_turn();
        round += 1;
        // the guide of the first answer; what follows in the same turn is of that one or is refused
        let mut guide = None;
        for step in (0..6).map(|step| (round + step) % 6) {
            let ids = match step % 3 {
                0 => customers(&client).await,
                1 => client.today().await.map(|today| today.tasks.into_iter().map(|row| row.customer).collect()),
                _ => {
                    // a record for either guide's customer is taken in that one's turn alone
                    let whose = step / 3;
                    let note = NoteRequest { text: format!("note of {}", GUIDES[whose]) };
                    let added = client.add_note(&one[whose], &note).await;
                    saved[whose].extend(added.as_ref().map(|added| added.op_id));
                    added.map(|added| vec![added.customer])
                }
            };
            let ids = match ids {
                Ok(ids) => ids,
                Err(error) => {
                    let code = error.code().to_owned();
                    assert!(matches!(code.as_str(), "locked" | "other_turn" | "unknown_customer"), "{code}: {error}");
                    if code != "unknown_customer" {
                        n_refused.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    continue;
                }
            };
            for id in &ids {
                let whose = usize::from(own[1].contains(id));
                assert!(own[whose].contains(id), "{id} is nobody's");
                assert_eq!(*guide.get_or_insert(whose), whose, "{id} in the other guide's turn");
                seen[whose].fetch_add(1, Ordering::Relaxed);
            }
        }
        tokio::task::yield_now().await;
    }
    saved
}

#[test]
fn two_guides_switch_a_thousand_times_and_neither_sees_a_byte_of_the_other() {
    let home = folder();
    runtime().block_on(async {
        let (hub, daemon) = shared(home.path()).await;
        let client = daemon.client();
        let mut own = Vec::new();
        for (guide, pin) in GUIDES.into_iter().zip(PINS) {
            client.unlock(Some(&id(guide)), Some(pin)).await.unwrap();
            own.push(Arc::new(customers(&client).await.unwrap().into_iter().collect::<BTreeSet<_>>()));
        }
        let own: [_; 2] = own.try_into().unwrap();
        assert!(own[0].len() > 50 && own[1].len() > 50 && own[0].is_disjoint(&own[1]));
        let (stop, stopped) = watch::channel(false);
        let (seen, n_refused) = (Arc::new([AtomicU64::new(0), AtomicU64::new(0)]), Arc::new(AtomicU64::new(0)));
        let users: Vec<_> = (0..4)
            .map(|_| {
                let (own, seen, n_refused) = (own.clone(), Arc::clone(&seen), Arc::clone(&n_refused));
                tokio::spawn(use_it(daemon.client(), own, stopped.clone(), seen, n_refused))
            })
            .collect();
        for n in 0..1000 {
            let whose = n % 2;
            let status = client.unlock(Some(&id(GUIDES[whose])), Some(PINS[whose])).await.unwrap();
            assert_eq!(status.guide.unwrap().id, id(GUIDES[whose]));
            if n % 10 == 9 {
                client.lock().await.unwrap();
            }
        }
        stop.send_replace(true);
        let mut saved = [Vec::new(), Vec::new()];
        for user in users {
            let of_user = user.await.unwrap();
            saved.iter_mut().zip(of_user).for_each(|(all, of_user)| all.extend(of_user));
        }
        assert!(saved.iter().all(|ops| ops.len() > 20), "{saved:?}");
        let seen = seen.each_ref().map(|n| n.load(Ordering::Relaxed));
        let n_refused = n_refused.load(Ordering::Relaxed);
        assert!(seen[0] > 100 && seen[1] > 100 && n_refused > 20, "{seen:?}, {n_refused} were refused");
        // what each recorded is in the own outbox, and at the hub under the own name
        for (whose, (guide, pin)) in GUIDES.into_iter().zip(PINS).enumerate() {
            client.unlock(Some(&id(guide)), Some(pin)).await.unwrap();
            client.sync_now().await.unwrap();
            let outbox = client.outbox().await.unwrap();
            assert!(outbox.ops.iter().all(|op| own[whose].contains(&op.customer)), "{guide}");
            let facts = hub.facts(guide);
            assert!(saved[whose].iter().all(|op| facts.contains(&op.to_string())), "{guide}");
            assert!(!saved[1 - whose].iter().any(|op| facts.contains(&op.to_string())), "{guide}");
        }
    });
}

#[test]
fn a_terminal_at_which_nobody_was_for_long_is_locked_also_for_a_request_that_names_its_turn() {
    let home = folder();
    runtime().block_on(async {
        let (_hub, daemon) = shared(home.path()).await;
        let client = daemon.client();
        let minutes = |n: u64| {
            daemon.idle_ms.fetch_add(n * 60_000, Ordering::Relaxed);
        };
        assert!(!client.status().await.unwrap().locked);
        minutes(2);
        // what an interface reads by itself is no key
        customers(&client).await.unwrap();
        minutes(2);
        assert!(is_refused(customers(&client).await, "locked"));
        let status = client.status().await.unwrap();
        assert!(status.locked && status.turn.is_none());
        client.unlock(None, Some(PINS[1])).await.unwrap();
        for _ in 0..3 {
            minutes(2);
            client.here().await.unwrap();
        }
        customers(&client).await.unwrap();
        std::fs::create_dir_all(daemon.app.paths.config_file().parent().unwrap()).unwrap();
        std::fs::write(daemon.app.paths.config_file(), "[lock]\nafter_minutes = 0\n").unwrap();
        assert!(client.reload().await.unwrap().faults.is_empty());
        minutes(600);
        customers(&client).await.unwrap();
    });
}

#[test]
fn a_wrong_pin_is_counted_and_the_sixth_try_waits_whatever_it_is() {
    let home = folder();
    runtime().block_on(async {
        let (_hub, daemon) = shared(home.path()).await;
        let client = daemon.client();
        client.lock().await.unwrap();
        for wrong in ["000000", "", "3141590", "271828", "3141"] {
            assert!(is_refused(client.unlock(None, Some(wrong)).await, "wrong_pin"), "{wrong}");
        }
        assert!(is_refused(client.unlock(None, Some(PINS[1])).await, "wait"));
        assert!(is_refused(client.unlock(Some(&id("nobody")), None).await, "unknown_guide"));
        // the other guide has tries of the own
        client.unlock(Some(&id(GUIDES[0])), Some(PINS[0])).await.unwrap();
        assert!(is_refused(client.change_pin(Some(PINS[1]), None).await, "wrong_pin"));
        assert!(is_refused(client.change_pin(Some(PINS[0]), Some("123456")).await, "pin"));
        client.change_pin(Some(PINS[0]), Some("602214")).await.unwrap();
        client.lock().await.unwrap();
        assert!(is_refused(client.unlock(None, Some(PINS[0])).await, "wrong_pin"));
        client.unlock(None, Some("602214")).await.unwrap();
        client.change_pin(Some("602214"), None).await.unwrap();
        assert!(is_refused(client.lock().await, "no_pin"));
    });
}

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

/// A desktop that keeps what it is shown.
#[derive(Debug, Default)]
struct Recorder {
    shown: Mutex<Vec<String>>,
    /// How often everything was taken away.
    n_cleared: AtomicU64,
}

impl Notifier for Recorder {
    fn show(&self, message: Message) -> BoxFuture<'_, Result<(), String>> {
        self.shown.lock().unwrap().push(format!("{}\n{}", message.title, message.body));
        Box::pin(async { Ok(()) })
    }

    fn keep_only(&self, standing: &BTreeSet<ReminderId>) {
        self.n_cleared.fetch_add(u64::from(standing.is_empty()), Ordering::Relaxed);
    }

    fn has_actions(&self) -> bool {
        false
    }
}

#[test]
fn reminders_name_customers_in_the_guides_own_turn_alone() {
    let home = folder();
    runtime().block_on(async {
        let hub = hub_with_demo(home.path(), "2026-08-12T10:00:00");
        let config = home.path().join("t/config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("config.toml"), "[remind]\nnames = true\ndesktop = true\n").unwrap();
        let (recorder, clock) = (Arc::new(Recorder::default()), hub.home.join("clock"));
        let clock = Clock::virtual_at(&clock, None).unwrap();
        let notifier: Arc<dyn Notifier> = Arc::clone(&recorder) as _;
        let daemon = InProcess::start_on(&home.path().join("t"), clock, Arc::default(), Some(notifier)).await;
        let client = daemon.client();
        enroll(&client, &hub, GUIDES[0]).await.unwrap();
        client.change_pin(None, Some(PINS[0])).await.unwrap();
        until("the queue", Duration::from_secs(30), async || client.today().await.unwrap().checked).await;
        let rows = client.customers("", 3).await.unwrap().rows;
        for (row, time) in rows.iter().zip(["13:00:00", "15:00:00", "17:00:00"]) {
            let visit = serde_json::json!({ "visit_on": "2026-08-12", "visit_time": time });
            client.appoint(&row.id, &serde_json::from_value(visit).unwrap()).await.unwrap();
        }
        let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
        let said = |name: &str| recorder.shown.lock().unwrap().iter().any(|text| text.contains(name));
        let at = async |time: &str| {
            let n_before = recorder.shown.lock().unwrap().len();
            daemon.client().set_clock(format!("2026-08-12T{time}").parse().unwrap()).await.unwrap();
            until("a reminder", Duration::from_secs(20), async || recorder.shown.lock().unwrap().len() > n_before)
                .await;
        };
        // what has come together by now is counted, not named
        let is_told = async || !recorder.shown.lock().unwrap().is_empty();
        until("the first message", Duration::from_secs(20), is_told).await;
        at("12:00:00").await;
        assert!(said(&names[0]), "{:?}", recorder.shown);
        let n_cleared = recorder.n_cleared.load(Ordering::Relaxed);
        client.lock().await.unwrap();
        let is_cleared = async || recorder.n_cleared.load(Ordering::Relaxed) > n_cleared;
        until("the names taken off the screen", Duration::from_secs(10), is_cleared).await;
        at("14:00:00").await;
        assert!(!said(&names[1]), "{:?}", recorder.shown);
        // another guide's turn: what the first has to do is told when it is that one's turn again
        enroll(&client, &hub, GUIDES[1]).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let n_before = recorder.shown.lock().unwrap().len();
        client.set_clock("2026-08-12T16:00:00".parse().unwrap()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!said(&names[2]), "{:?}", recorder.shown);
        let shown = recorder.shown.lock().unwrap()[n_before..].join("\n");
        assert!(!names.iter().any(|name| shown.contains(name.as_str())), "{shown}");
        client.unlock(Some(&id(GUIDES[0])), Some(PINS[0])).await.unwrap();
        until("the own reminder", Duration::from_secs(10), async || said(&names[2])).await;
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

#[test]
fn the_command_line_sets_a_pin_locks_and_unlocks() {
    let home = folder();
    runtime().block_on(async {
        let hub = hub_with_demo(home.path(), "2026-08-12T10:00:00");
        let terminal = Terminal::start(&home.path().join("t"), &hub);
        terminal.enroll(&hub, GUIDES[0]).await;
        let typed = |args: &[&str], input: &str| {
            let mut command = guide_tests::program::command("guide", &terminal.home);
            command.args(args).args(["--lang", "en"]);
            let mut child = command
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            (output.status.code(), said)
        };
        let (code, said) = typed(&["lock"], "");
        assert!(code != Some(0) && said.contains("guide pin set"), "{said}");
        assert_eq!(typed(&["pin", "set"], "271828\n").0, Some(0));
        assert_eq!(typed(&["lock"], ""), (Some(0), "locked\n".to_owned()));
        let (code, said) = typed(&["today"], "");
        assert!(code != Some(0) && said.contains("locked") && said.contains("guide unlock"), "{said}");
        let (code, said) = typed(&["unlock"], "111222\n");
        assert!(code != Some(0) && said.contains("4 more") && said.contains("headquarters"), "{said}");
        let (code, said) = typed(&["unlock"], "271828\n");
        assert!(code == Some(0) && said.contains("customers"), "{said}");
        assert!(run_ok("guide", &terminal.home, &["seats"]).contains(GUIDES[0]));
        wait_for("the list", || Some(run_ok("guide", &terminal.home, &["today"])).filter(|said| !said.is_empty()));
    });
}
