//! Reminders on a desktop: a server of the freedesktop interface on a private bus, as the daemon finds one in a session.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use guide_common::id::CustomerId;
use guide_common::remind::Kind;
use guide_common::wire::record::AppointmentRequest;
use guide_common::wire::remind::{ReminderRow, ReminderState};
use guide_tests::program::{Hub, Terminal, demo, runtime, wait_for};
use zbus::OwnedVariant;
use zbus::object_server::SignalEmitter;

/// A session bus of the test's own.
struct Bus {
    daemon: Child,
    address: String,
    /// Holds the socket.
    _folder: tempfile::TempDir,
}

impl Bus {
    /// None where there is no dbus-daemon.
    fn start() -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("gb").tempdir_in("/tmp").unwrap();
        let socket = format!("--address=unix:path={}", folder.path().join("bus").display());
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1", &socket])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Some(Self { daemon, address: address.trim().to_owned(), _folder: folder })
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// A message as the server has it.
#[derive(Clone, Debug)]
struct Shown {
    id: u32,
    replaces: u32,
    title: String,
    body: String,
    actions: Vec<String>,
    urgency: u8,
    closed: bool,
}

#[derive(Clone)]
struct Server {
    shown: Arc<Mutex<Vec<Shown>>>,
    abilities: Vec<String>,
    hangs: bool,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Server {
    async fn get_capabilities(&self) -> Vec<String> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.abilities.clone()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("test".to_owned(), "guide".to_owned(), "1".to_owned(), "1.2".to_owned())
    }

    #[allow(clippy::too_many_arguments, reason = "the interface is the desktop's")]
    async fn notify(
        &self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        _timeout: i32,
    ) -> u32 {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let urgency = hints.get("urgency").and_then(|value| u8::try_from(value).ok()).unwrap_or(9);
        let mut shown = self.shown.lock().unwrap();
        let id = if replaces > 0 { replaces } else { u32::try_from(shown.len()).unwrap() + 1 };
        shown.push(Shown { id, replaces, title, body, actions, urgency, closed: false });
        id
    }

    fn close_notification(&self, id: u32) {
        for shown in self.shown.lock().unwrap().iter_mut().filter(|shown| shown.id == id) {
            shown.closed = true;
        }
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

/// The server, and the connection that holds its name, on a thread that ends with the test.
struct Desktop {
    connection: zbus::Connection,
    server: Server,
}

impl Desktop {
    fn open(bus: &Bus, abilities: &[&str], hangs: bool) -> Self {
        let abilities = abilities.iter().map(|name| (*name).to_owned()).collect();
        let server = Server { shown: Arc::default(), abilities, hangs };
        let served = server.clone();
        let address = bus.address.clone();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            runtime().block_on(async {
                let connection = zbus::connection::Builder::address(address.as_str())
                    .name("org.freedesktop.Notifications")
                    .serve_at("/org/freedesktop/Notifications", served)
                    .build()
                    .await
                    .unwrap();
                tell.send(connection).unwrap();
                std::future::pending::<()>().await;
            });
        });
        Self { connection: told.recv().unwrap(), server }
    }

    fn shown(&self) -> Vec<Shown> {
        self.server.shown.lock().unwrap().clone()
    }

    fn press(&self, id: u32, action: &str) {
        runtime().block_on(async {
            let emitter = SignalEmitter::new(&self.connection, "/org/freedesktop/Notifications").unwrap();
            Server::action_invoked(&emitter, id, action).await.unwrap();
        });
    }
}

/// A terminal in training whose daemon has a desktop, and a customer of its queue.
struct Shop {
    _folder: tempfile::TempDir,
    _hub: Hub,
    terminal: Terminal,
    customer: CustomerId,
}

impl Shop {
    fn open(address: &str, settings: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("gd").tempdir_in("/tmp").unwrap();
        let (hub, mut terminal) = runtime().block_on(demo(folder.path()));
        write_settings(&terminal.home, settings);
        terminal.stop_daemon();
        terminal.vars.push(("DBUS_SESSION_BUS_ADDRESS", address.to_owned()));
        terminal.start_daemon();
        let customer = runtime().block_on(async {
            let client = terminal.client();
            loop {
                let today = client.today().await.unwrap();
                // somebody of whom nothing else is told
                let task = today.tasks.iter().find(|task| task.rush.is_none() && task.dues.len() == 1);
                if let Some(task) = task.filter(|_| today.checked) {
                    break task.customer.clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        Self { _folder: folder, _hub: hub, terminal, customer }
    }

    /// Agrees on a visit today at a time at which nothing else is told.
    fn agree(&self) {
        let visit = serde_json::json!({ "visit_on": "2026-08-12", "visit_time": "15:07:00" });
        let visit: AppointmentRequest = serde_json::from_value(visit).unwrap();
        runtime().block_on(async { self.terminal.client().appoint(&self.customer, &visit).await }).unwrap();
    }

    fn set_clock(&self, time: &str) {
        let now = format!("2026-08-12T{time}:00").parse().unwrap();
        runtime().block_on(async { self.terminal.client().set_clock(now).await }).unwrap();
    }

    fn reminders(&self) -> Vec<ReminderRow> {
        runtime().block_on(async { self.terminal.client().reminders().await }).unwrap().reminders
    }

    /// Waits until everything of which the time has come was told, before the settings were written or since.
    fn until_told(&self) {
        let now = runtime().block_on(async { self.terminal.client().clock().await }).unwrap().now;
        let is_late = |row: &ReminderRow| row.state == ReminderState::Waiting && row.at.is_some_and(|at| at <= now);
        wait_for("what came until then", || (!self.reminders().iter().any(is_late)).then_some(()));
    }

    /// The reminder of the visit.
    fn visit(&self) -> Option<ReminderRow> {
        self.reminders()
            .into_iter()
            .find(|row| row.kind == Kind::Appointment && row.customer.as_ref() == Some(&self.customer))
    }

    fn until_state(&self, state: ReminderState) -> ReminderRow {
        wait_for("the state of the reminder", || self.visit().filter(|row| row.state == state))
    }
}

fn write_settings(home: &Path, settings: &str) {
    let folder = home.join("config");
    std::fs::create_dir_all(&folder).unwrap();
    let digests = if settings.contains("morning") { "" } else { "morning = \"off\"\nevening = \"off\"\n" };
    let text = format!("lang = \"zh\"\n[remind]\ndesktop = true\n{digests}{settings}");
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

fn bus() -> Option<Bus> {
    let bus = Bus::start();
    if bus.is_none() {
        // past the test's captured output
        let _ = writeln!(std::io::stderr(), "ATTENTION: LEFT OUT: there is no dbus-daemon here");
    }
    bus
}

const ALL: [&str; 3] = ["actions", "body", "body-markup"];

#[test]
fn a_visit_is_shown_without_a_name_put_off_by_its_button_and_taken_away_when_it_is_over() {
    let Some(bus) = bus() else { return };
    let desktop = Desktop::open(&bus, &ALL, false);
    let shop = Shop::open(&bus.address, "snooze_minutes = 10\n");
    shop.set_clock("11:00");
    shop.agree();
    wait_for("the visit in the list", || shop.visit());
    shop.set_clock("14:00");
    shop.until_told();
    let before = desktop.shown().len();
    shop.set_clock("14:07");
    let is_visit = |shown: &&Shown| shown.title.contains("15:07");
    let visit = wait_for("the message", || desktop.shown()[before..].iter().find(is_visit).cloned());
    let name = runtime().block_on(async { shop.terminal.client().customer(&shop.customer).await }).unwrap().name;
    assert!(!visit.title.contains(&name) && !visit.body.contains(&name), "{visit:?}");
    assert_eq!((visit.title.as_str(), visit.urgency, visit.replaces), ("15:07 有客户到店", 1, 0));
    assert_eq!(visit.actions, ["snooze", "10 分钟后再提醒"], "no interface is open that could be shown");
    // the daemon listens a moment after the server has shown it; a person takes longer than this test
    let row = wait_for("the reminder to be put off", || {
        desktop.press(visit.id, "snooze");
        shop.visit().filter(|row| row.state == ReminderState::Snoozed)
    });
    assert_eq!(row.at.unwrap().to_string(), "2026-08-12 14:17:00");
    let n_shown = desktop.shown().len();
    shop.set_clock("14:17");
    let again = wait_for("it again", || desktop.shown()[n_shown..].iter().find(is_visit).cloned());
    // the customer has come: nobody needs the message any more
    runtime().block_on(async {
        let client = shop.terminal.client();
        let visits = client.appointments().await.unwrap().appointments;
        let visit = visits.iter().find(|row| row.customer == shop.customer).unwrap();
        let kept = serde_json::from_value(serde_json::json!({ "result": "kept" })).unwrap();
        client.close_appointment(visit.row.op_id, kept).await.unwrap();
    });
    wait_for("its end", || desktop.shown().iter().any(|shown| shown.id == again.id && shown.closed).then_some(()));
}

#[test]
fn the_evening_s_digest_takes_the_place_of_the_morning_s() {
    let Some(bus) = bus() else { return };
    let desktop = Desktop::open(&bus, &ALL, false);
    let shop = Shop::open(&bus.address, "morning = \"09:30\"\nevening = \"20:00\"\n");
    let digests = || desktop.shown().into_iter().filter(|shown| shown.urgency == 0).collect::<Vec<_>>();
    let morning = wait_for("the morning's digest", || digests().pop());
    assert_eq!((morning.replaces, morning.closed), (0, false));
    shop.set_clock("20:01");
    let evening = wait_for("the evening's digest", || digests().pop().filter(|last| last.title != morning.title));
    assert_eq!((evening.id, evening.replaces), (morning.id, morning.id), "{:#?}", desktop.shown());
}

#[test]
fn names_are_shown_where_the_settings_say_so_and_markup_in_them_is_text() {
    let Some(bus) = bus() else { return };
    let desktop = Desktop::open(&bus, &["body", "body-markup"], false);
    let shop = Shop::open(&bus.address, "names = true\n");
    shop.set_clock("11:00");
    shop.agree();
    wait_for("the visit in the list", || shop.visit());
    shop.set_clock("14:00");
    shop.until_told();
    shop.set_clock("14:07");
    let card = runtime().block_on(async { shop.terminal.client().customer(&shop.customer).await }).unwrap();
    let visit = wait_for("the message", || desktop.shown().into_iter().find(|shown| shown.body.contains(&card.name)));
    assert_eq!(visit.actions, [""; 0], "this server offers no buttons");
}

#[test]
fn without_a_server_and_with_one_that_hangs_the_list_has_it_and_nothing_waits() {
    let Some(bus) = bus() else { return };
    for hangs in [None, Some(true)] {
        let desktop = hangs.map(|hangs| Desktop::open(&bus, &ALL, hangs));
        let shop = Shop::open(&bus.address, "");
        shop.set_clock("11:00");
        shop.agree();
        wait_for("the visit in the list", || shop.visit());
        shop.set_clock("14:07");
        shop.until_state(ReminderState::Told);
        let started = Instant::now();
        runtime().block_on(async { shop.terminal.client().today().await }).unwrap();
        assert!(started.elapsed() < Duration::from_secs(2), "the daemon waits for the desktop");
        let test = runtime().block_on(async { shop.terminal.client().test_reminder().await }).unwrap();
        assert!(!test.shown && test.fault.is_some(), "{test:?}");
        drop(desktop);
    }
}
