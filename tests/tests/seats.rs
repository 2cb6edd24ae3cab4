//! Several guides at one terminal: turns, PINs, the lock, and whom reminders name.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use guide::client::{Client, ClientError};
use guide_common::id::{CustomerId, OpId, ReminderId};
use guide_common::wire::record::NoteRequest;
use guide_tests::chain::until;
use guide_tests::program::{Terminal, folder, run_ok, runtime, wait_for};
use guide_tests::seats::{GUIDES, InProcess, PINS, customers, enroll, hub_with_demo, id, shared};
use guided::clock::Clock;
use guided::remind::notify::{Message, Notifier};
use tokio::sync::watch;

fn is_refused<T: std::fmt::Debug>(answer: Result<T, ClientError>, code: &str) -> bool {
    match answer {
        Err(error) => error.code() == code,
        Ok(answer) => panic!("{code} was expected, not {answer:?}"),
    }
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
