//! A hub on its own port with its own database, and a terminal that talks to it byte by byte.
//!
//! Where `GUIDE_HUB_TEST_POSTGRES` holds the URL of a PostgreSQL server's database in which databases may be made, every
//! test runs on a fresh database there, else on SQLite in a temporary folder.

#![allow(dead_code, reason = "each test file uses its own part of this")]

pub mod without_http;

use std::net::SocketAddr;
use std::path::Path;

use chrono::NaiveDate;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, GuideId, StoreId};
use guide_common::op::{Op, OpBody};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::time::Zone;
use guide_common::wire::hub::{
    ChangesResponse, EnrollResponse, FeedDigest, GuideProfile, PushRequest, Role, StoreProfile, item_hash,
};
use guide_hub::app::App;
use guide_hub::clock::{Clock, Moment};
use guide_hub::db::{Db, Engine, device, directory, page};
use guide_hub::import::{ImportOptions, Summary, purchases};
use guide_hub::publish::{Publishing, Running, Source, What, publish};
use guide_hub::router::router;
use guide_hub::server;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sqlx::Row;
use tokio::sync::oneshot;

/// The day on which these tests play.
pub const TODAY: &str = "2026-08-12";

/// A database that goes with the test.
pub struct TestDb {
    pub db: Db,
    pub dir: tempfile::TempDir,
    /// Where it is opened once more, as another process would.
    pub url: String,
}

impl TestDb {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (db, url) = match std::env::var("GUIDE_HUB_TEST_POSTGRES") {
            Ok(server) => postgres(&server).await,
            Err(_) => {
                let url = format!("sqlite://{}?mode=rwc", dir.path().join("hub.db").display());
                (Db::open_dir(dir.path()).await.unwrap(), url)
            }
        };
        Self { db, dir, url }
    }

    /// The same database as another process sees it.
    pub async fn open_again(&self) -> Db {
        Db::open(&self.url).await.unwrap()
    }

    /// A connection past the hub's own code, as an administrator has one.
    pub async fn admin(&self) -> sqlx::AnyConnection {
        <sqlx::AnyConnection as sqlx::Connection>::connect(&self.url).await.unwrap()
    }

    pub fn is_postgres(&self) -> bool {
        self.db.engine() == Engine::Postgres
    }

    /// One store and guides of these ids.
    pub async fn with_guides(ids: &[&str]) -> Self {
        let this = Self::new().await;
        let store = StoreProfile { id: store_id(), name: "云杉路店".to_owned(), phone: None, tier: None };
        directory::put_store(&this.db, &store).await.unwrap();
        for id in ids {
            directory::put_guide(&this.db, &guide_id(id), &format!("导购{id}"), &store_id(), &[]).await.unwrap();
        }
        this
    }

    pub async fn import(&self, csv: impl AsRef<[u8]>) -> Summary {
        self.import_with(csv, &ImportOptions::default()).await
    }

    pub async fn import_with(&self, csv: impl AsRef<[u8]>, options: &ImportOptions) -> Summary {
        purchases::import(&self.db, csv.as_ref(), options, &mut |_, _| {}).await.unwrap()
    }
}

async fn postgres(server: &str) -> (Db, String) {
    use sqlx::{AssertSqlSafe, Connection};
    sqlx::any::install_default_drivers();
    let name = format!("hub_{}", uuid::Uuid::now_v7().simple());
    let mut admin = sqlx::AnyConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let (before, after) = server.split_once('?').unwrap_or((server, ""));
    let base = before.rsplit_once('/').unwrap().0;
    let url = format!("{base}/{name}?{after}");
    (Db::open(&url).await.unwrap(), url)
}

pub fn store_id() -> StoreId {
    StoreId::new("S01").unwrap()
}

pub fn guide_id(id: &str) -> GuideId {
    GuideId::new(id).unwrap()
}

pub fn customer_id(id: &str) -> CustomerId {
    CustomerId::new(id).unwrap()
}

/// Publishes texts of files on the tests' day.
pub async fn publish_texts(test: &TestDb, what: What, texts: &[&str]) {
    let source = |(n, text): (usize, &&str)| Source { file: format!("{n}.toml").into(), text: (*text).to_owned() };
    let sources: Vec<Source> = texts.iter().enumerate().map(source).collect();
    let publishing = Publishing { running: Running::Keep, today: day(TODAY) };
    publish(&test.db, what, &sources, publishing).await.unwrap();
}

/// Of each op of a push the code of its refusal, else its result.
#[track_caller]
pub fn results(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answers = answer.json()["answers"].as_array().unwrap().clone();
    let word = |answer: &Value| answer["code"].as_str().or(answer["result"].as_str()).unwrap().to_owned();
    answers.iter().map(word).collect()
}

/// Hands customers to a guide.
pub async fn assign(test: &TestDb, customers: &[&str], to: &str) {
    let ids: Vec<_> = customers.iter().map(|id| customer_id(id)).collect();
    let moves = guide_hub::assign::plan_named(&test.db, &ids, &guide_id(to)).await.unwrap();
    guide_hub::assign::carry_out(&test.db, &moves, day(TODAY), |_| {}).await.unwrap();
}

/// The facts on a customer in a feed, the oldest first; changes of owner are left out.
pub async fn facts_of(db: &Db, feed: &str, customer: &str) -> Vec<Fact> {
    let mut facts = all_facts_of(db, feed, customer).await;
    facts.retain(|fact| !matches!(fact.body, FactBody::OwnerChanged(_)));
    facts
}

/// All facts on a customer in a feed, the oldest first.
pub async fn all_facts_of(db: &Db, feed: &str, customer: &str) -> Vec<Fact> {
    let mut conn = db.conn().await.unwrap();
    let rows = sqlx::query(
        "SELECT body FROM entity WHERE guide_id = $1 AND kind = 'fact' AND customer_id = $2 AND deleted = 0",
    );
    let rows = rows.bind(feed).bind(customer).fetch_all(&mut *conn).await.unwrap();
    let fact = |row: &sqlx::any::AnyRow| serde_json::from_str(&row.get::<String, _>(0)).unwrap();
    let mut facts: Vec<Fact> = rows.iter().map(fact).collect();
    facts.sort_by_key(Fact::order);
    facts
}

/// Kind, id and body of what lives in a feed.
pub async fn live_entities(db: &Db, feed: &str) -> Vec<(String, String, String)> {
    let mut conn = db.conn().await.unwrap();
    let rows = sqlx::query("SELECT kind, id, body FROM entity WHERE guide_id = $1 AND deleted = 0 ORDER BY seq");
    let rows = rows.bind(feed).fetch_all(&mut *conn).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// A feed's last change.
pub async fn head(db: &Db, feed: &str) -> u64 {
    let mut conn = db.conn().await.unwrap();
    page::read(&mut conn, feed, 0, 1).await.unwrap().unwrap().state.head
}

/// Ten in the morning of a day, in the default zone.
pub fn moment(date: &str) -> Moment {
    Moment { shop_time: day(date).and_hms_opt(10, 0, 0).unwrap(), zone: Zone::default() }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What a guide's feed says of the guide.
pub async fn profile_in_feed(db: &Db, guide: &str) -> GuideProfile {
    let mut conn = db.conn().await.unwrap();
    let row = sqlx::query("SELECT body FROM entity WHERE guide_id = $1 AND kind = 'guide'").bind(guide);
    let body: String = row.fetch_one(&mut *conn).await.unwrap().get(0);
    serde_json::from_str(&body).unwrap()
}

/// What the program said.
pub struct Ran(pub std::process::Output);

impl Ran {
    pub fn text(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.0.stdout), String::from_utf8_lossy(&self.0.stderr))
    }

    /// Ended with this code and said these words.
    #[track_caller]
    pub fn check(&self, status: i32, words: &str) {
        assert_eq!(self.0.status.code(), Some(status), "{}", self.text());
        assert!(self.text().contains(words), "{}", self.text());
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }
}

/// Runs the program on a folder of its own.
pub fn hub_command(data: &Path, args: &[&str]) -> Ran {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_guide-hub"));
    command.env_remove("GUIDE_HUB_DATABASE_URL").env("GUIDE_HUB_DATA", data).args(args);
    Ran(command.output().unwrap())
}

/// A hub that serves until it is dropped.
pub struct TestHub {
    pub test_db: TestDb,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

impl TestHub {
    pub async fn serve(test_db: TestDb) -> Self {
        Self::serve_with(test_db, |_| {}).await
    }

    pub async fn serve_with(test_db: TestDb, change: impl FnOnce(&mut App)) -> Self {
        let mut app = training_app(&test_db, test_db.db.clone());
        change(&mut app);
        let (address, stop) = serve_app(app).await;
        Self { test_db, address, stop: Some(stop) }
    }

    /// Another process over the same database; it serves until what comes with its address is dropped.
    pub async fn another(&self) -> (SocketAddr, oneshot::Sender<()>) {
        serve_app(training_app(&self.test_db, self.test_db.open_again().await)).await
    }

    pub fn set_clock(&self, time: &str) {
        std::fs::write(self.test_db.dir.path().join("clock"), time).unwrap();
    }

    /// Count and digest of each feed are those of what lives in it.
    pub async fn check_feeds(&self, feeds: &[&str]) {
        check_feeds(&self.test_db.db, feeds).await;
    }

    pub fn clock_dir(&self) -> &Path {
        self.test_db.dir.path()
    }

    pub fn stop(&mut self) {
        self.stop.take();
    }

    pub async fn terminal(&self, guide: &str) -> Terminal {
        self.terminal_as(guide, Role::Guide).await
    }

    pub async fn terminal_as(&self, guide: &str, role: Role) -> Terminal {
        let code = device::create_code(&self.test_db.db, &guide_id(guide), role).await.unwrap();
        let answer = self.enroll(&code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let enrolled: EnrollResponse = serde_json::from_slice(&answer.body).unwrap();
        Terminal { address: self.address, enrolled }
    }

    pub async fn enroll(&self, code: &str) -> Answer {
        let body = serde_json::json!({"code": code, "device_name": "柜台", "training": true});
        send(self.address, Method::POST, "/v1/enroll", &[], body.to_string()).await
    }
}

/// Count and digest of each feed are those of what lives in it.
pub async fn check_feeds(db: &Db, feeds: &[&str]) {
    for feed in feeds {
        let mut conn = db.conn().await.unwrap();
        let key = page::digest_key(&mut conn, feed).await.unwrap();
        let page = page::read(&mut conn, feed, 0, 1).await.unwrap().unwrap();
        let rows = sqlx::query("SELECT kind, id, rev, body FROM entity WHERE guide_id = $1 AND deleted = 0");
        let rows = rows.bind(*feed).fetch_all(&mut *conn).await.unwrap();
        let hash = |row: &sqlx::any::AnyRow| {
            let (kind, id, body): (String, String, String) = (row.get(0), row.get(1), row.get(3));
            item_hash(&key, &kind, &id, row.get::<i64, _>(2).try_into().unwrap(), &body)
        };
        let digest = rows.iter().fold(FeedDigest::default(), |digest, row| digest.with(hash(row)));
        assert_eq!((page.state.n_live, page.state.digest), (rows.len() as u64, digest), "{feed}");
    }
}

/// A hub's state on the tests' day.
pub fn training_app(test: &TestDb, db: Db) -> App {
    let clock_file = test.dir.path().join("clock");
    std::fs::write(&clock_file, format!("{TODAY}T10:00:00\n")).unwrap();
    App::new(db, Clock::Virtual(clock_file), Zone::default())
}

/// Serves until the sender is dropped.
pub async fn serve_app(app: App) -> (SocketAddr, oneshot::Sender<()>) {
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server::serve(listener, router(app), async {
        let _ = stopped.await;
    }));
    (address, stop)
}

/// The query of a terminal that holds exactly what the hub holds of a feed at this moment.
pub async fn at_head(terminal: &Terminal, feed: &str) -> (ChangesResponse, String) {
    let answer = terminal.get(&format!("/v1/changes?feed={feed}&limit=1")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let page: ChangesResponse = serde_json::from_slice(&answer.body).unwrap();
    let ChangesResponse { epoch, head, n_live, digest, .. } = &page;
    let query = format!("/v1/changes?feed={feed}&epoch={epoch}&since={head}&n_live={n_live}&digest={digest}");
    (page, query)
}

/// An enrolled terminal.
#[derive(Clone)]
pub struct Terminal {
    pub address: SocketAddr,
    pub enrolled: EnrollResponse,
}

impl Terminal {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, String::new()).await
    }

    pub async fn push(&self, ops: &[Op]) -> Answer {
        let push = serde_json::to_string(&PushRequest { ops: ops.to_vec() }).unwrap();
        self.send(Method::POST, "/v1/ops", push).await
    }

    pub async fn send(&self, method: Method, path: &str, body: String) -> Answer {
        let token = format!("Bearer {}", self.enrolled.token);
        send(self.address, method, path, &[("authorization", &token)], body).await
    }

    /// An outcome on a day, hash and all.
    pub fn outcome(&self, customer: &str, on: &str, change: impl FnOnce(&mut Outcome)) -> Op {
        let mut outcome = Outcome::new(on.parse().unwrap(), OutcomeCode::Interested);
        change(&mut outcome);
        self.op(customer, &OpBody::Fact(FactBody::Outcome(outcome)))
    }

    pub fn op(&self, customer: &str, body: &OpBody) -> Op {
        without_http::op(customer, body)
    }
}

/// What the hub answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: hyper::HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    pub fn check_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.json()["code"].as_str()), (status, Some(code)), "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
    }
}

/// Sends one request over its own connection.
pub async fn send(
    address: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", address.to_string());
    request = request.header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender.send_request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}
