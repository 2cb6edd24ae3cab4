//! The hub of the tests: both feeds in memory, one guide, ops applied as the hub applies them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::customer::Customer;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::op::Op;
use guide_common::wire::Problem;
use guide_common::wire::hub::*;
use serde_json::value::{RawValue, to_raw_value};

pub const CODE: &str = "424242";
pub const TOKEN: &str = "gdt_0000000000000000000000000000000000000000000000000000secret";

#[derive(Default)]
pub struct Inner {
    pub epoch: String,
    guide: Feed,
    shared: Feed,
    files: BTreeMap<CustomerId, CustomerFile>,
    /// Answers by op id.
    answered: BTreeMap<OpId, OpAnswer>,
    /// Every op that came, also those that came again.
    pub received: Vec<Op>,
    /// Rejects every op with this code.
    pub reject: Option<String>,
    /// Refuses every push whole that has an op about this customer.
    pub poison: Option<CustomerId>,
    /// How many pushes came.
    pub n_pushes: usize,
    /// Answers the next pushes with 503.
    pub busy: usize,
    pub revoked: bool,
    /// Speaks to newer versions only.
    pub needs_newer: bool,
    /// Refuses every question for changes.
    pub changes_fail: bool,
    /// Answers resets, and refuses pages.
    pub pages_fail: bool,
    /// Knows no snapshots, as a hub of an older version.
    pub is_old: bool,
    /// How many pages of snapshots were asked for.
    pub n_snapshot_pages: usize,
    /// Says that nothing has changed, whatever has.
    pub lie: Option<()>,
    /// Breaks off the next page of a snapshot but so many.
    pub break_snapshot_after: Option<usize>,
    pub n_not_modified: usize,
    /// How many items were sent.
    pub n_sent: usize,
}

impl Inner {
    /// Judges every op anew.
    pub fn forget_answers(&mut self) {
        self.answered.clear();
    }
}

#[derive(Default)]
struct Feed {
    head: u64,
    items: BTreeMap<(String, String), Item>,
}

const KEYS: DigestKeys = DigestKeys { guide: DigestKey([3; 16]), shared: DigestKey([4; 16]) };

impl Feed {
    fn put(&mut self, kind: &str, id: &str, customer: Option<&CustomerId>, body: Box<RawValue>) {
        self.head += 1;
        let item = Item {
            seq: self.head,
            kind: kind.to_owned(),
            id: id.to_owned(),
            customer: customer.cloned(),
            rev: self.head,
            op: ItemOp::Put,
            body: Some(body),
        };
        self.items.insert((kind.to_owned(), id.to_owned()), item);
    }

    fn digest(&self, key: &DigestKey) -> (u64, FeedDigest) {
        let digest = self.items.values().fold(FeedDigest::default(), |digest, item| {
            digest.with(item_hash(key, &item.kind, &item.id, item.rev, item.body.as_ref().unwrap().get()))
        });
        (self.items.len() as u64, digest)
    }
}

#[derive(Clone)]
pub struct Hub {
    pub inner: Arc<Mutex<Inner>>,
    port: u16,
}

/// A hub that serves until it is dropped.
pub struct Serving(tokio::task::JoinHandle<()>);

impl Serving {
    pub async fn stop(self) {
        self.0.abort();
        let _ = self.0.await;
    }
}

impl Hub {
    /// A hub with the plans and templates below and some customers who bought on 2026-08-12 or before.
    pub fn new(n_customers: usize) -> Self {
        let hub = Self { inner: Arc::new(Mutex::new(Inner { epoch: "e1".to_owned(), ..Inner::default() })), port: 0 };
        {
            let mut inner = hub.inner.lock().unwrap();
            let plan = guide_common::sop::plan_file::parse(PLAN).unwrap();
            inner.shared.put("plan", plan.id.as_str(), None, to_raw_value(&plan).unwrap());
            let template = guide_common::template::file::parse(TEMPLATE).unwrap();
            inner.shared.put("template", template.id.as_str(), None, to_raw_value(&template).unwrap());
            inner.shared.put("horoscope", "leo", None, to_raw_value(&"unknown").unwrap());
            inner.guide.put("guide", "G1", None, to_raw_value(&profile()).unwrap());
        }
        for n in 0..n_customers {
            hub.add_customer(&format!("C{n:04}"), &format!("顾客{n:04}"), &format!("1390000{n:04}"));
        }
        hub
    }

    pub fn add_customer(&self, id: &str, name: &str, phone: &str) {
        self.add_buyer(id, name, phone, "2026-08-12", 880_000);
    }

    /// Adds a customer who bought once.
    pub fn add_buyer(&self, id: &str, name: &str, phone: &str, bought_on: &str, amount_fen: i64) {
        let id = CustomerId::new(id).unwrap();
        let mut customer = Customer::new(id.clone(), name.to_owned());
        customer.phone = Some(phone.to_owned());
        let purchase = sale(&id, &format!("p-{id}"), bought_on, amount_fen, "钻石戒指");
        let mut inner = self.inner.lock().unwrap();
        inner.guide.put("customer", id.as_str(), Some(&id), to_raw_value(&customer).unwrap());
        inner.guide.put("purchase", &format!("p-{id}"), Some(&id), to_raw_value(&purchase).unwrap());
        let mut file = CustomerFile::new(customer);
        file.purchases.push(serde_json::from_value(purchase).unwrap());
        inner.files.insert(id, file);
    }

    /// Adds a sale of one piece to a customer.
    pub fn add_sale(&self, customer: &str, id: &str, bought_on: &str, amount_fen: i64, piece: &str) {
        let customer = CustomerId::new(customer).unwrap();
        let purchase = sale(&customer, id, bought_on, amount_fen, piece);
        let mut inner = self.inner.lock().unwrap();
        inner.guide.put("purchase", id, Some(&customer), to_raw_value(&purchase).unwrap());
        inner.files.get_mut(&customer).unwrap().purchases.push(serde_json::from_value(purchase).unwrap());
    }

    /// Publishes something that all guides share.
    pub fn publish(&self, kind: &str, id: &str, body: &impl serde::Serialize) {
        self.inner.lock().unwrap().shared.put(kind, id, None, to_raw_value(body).unwrap());
    }

    /// Puts a document as it is into the guide's feed.
    pub fn put_raw(&self, kind: &str, id: &str, customer: &str, body: &serde_json::Value) {
        let customer = CustomerId::new(customer).unwrap();
        self.inner.lock().unwrap().guide.put(kind, id, Some(&customer), to_raw_value(body).unwrap());
    }

    /// The bytes of a document in the guide's feed.
    pub fn raw(&self, kind: &str, id: &str) -> String {
        let inner = self.inner.lock().unwrap();
        let item = &inner.guide.items[&(kind.to_owned(), id.to_owned())];
        item.body.as_ref().unwrap().get().to_owned()
    }

    /// Publishes a plan.
    pub fn publish_plan(&self, text: &str) {
        let plan = guide_common::sop::plan_file::parse(text).unwrap();
        self.publish("plan", plan.id.as_str(), &plan);
    }

    /// Says who the guide is.
    pub fn put_profile(&self, profile: &GuideProfile) {
        self.inner.lock().unwrap().guide.put("guide", "G1", None, to_raw_value(profile).unwrap());
    }

    /// Records a fact of headquarters' own.
    pub fn record(&self, customer: &str, n: u64, body: FactBody) {
        let customer = CustomerId::new(customer).unwrap();
        let fact = Fact {
            id: OpId(uuid::Uuid::from_u64_pair(7, n)),
            customer: customer.clone(),
            guide: "hq".parse().unwrap(),
            device: "hq".parse().unwrap(),
            at: "2026-08-12T00:00:00Z".parse().unwrap(),
            body,
            number: 0,
            undone: None,
        };
        let mut inner = self.inner.lock().unwrap();
        inner.guide.put("fact", &fact.id.to_string(), Some(&customer), to_raw_value(&fact).unwrap());
        inner.files.get_mut(&customer).unwrap().facts.push(fact);
    }

    /// Serves on a port of its own; a second time on the same one.
    pub async fn serve(&mut self) -> Serving {
        let listener = super::eventually("the port", || async {
            tokio::net::TcpListener::bind(("127.0.0.1", self.port)).await.ok()
        })
        .await;
        self.port = listener.local_addr().unwrap().port();
        let router = Router::new()
            .route("/v1/enroll", post(enroll))
            .route("/v1/changes", get(changes))
            .route("/v1/snapshot", get(snapshot))
            .route("/v1/inventory", get(inventory))
            .route("/v1/health", get(async || Json(serde_json::json!({"version": "0.1.0", "schema": 1}))))
            .route("/v1/ops", post(push))
            .with_state(self.clone());
        Serving(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The ids of facts that the hub holds.
    pub fn facts(&self) -> Vec<OpId> {
        let inner = self.inner.lock().unwrap();
        inner.files.values().flat_map(|file| file.standing().map(|fact| fact.id)).collect()
    }

    /// Forgets what it was told, as a hub restored from a backup does.
    pub fn lose_everything_recorded(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.epoch = "e2".to_owned();
        inner.answered.clear();
        inner.files.values_mut().for_each(|file| file.facts.clear());
        inner.guide.items.retain(|(kind, _), _| kind != "fact");
    }

    /// Forgets the last recorded fact as if it had never come, in the same epoch: a copy from before was put back.
    pub fn lose_quietly(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.answered.clear();
        inner.files.values_mut().for_each(|file| file.facts.clear());
        let n_before = inner.guide.items.len();
        inner.guide.items.retain(|(kind, _), _| kind != "fact");
        inner.guide.head -= (n_before - inner.guide.items.len()) as u64;
    }

    /// Forgets a fact, and goes on as if nothing had happened.
    pub fn forge_quietly(&self, fact: &str) {
        let mut inner = self.inner.lock().unwrap();
        inner.forget_answers();
        inner.files.values_mut().for_each(|file| file.facts.retain(|of| of.id.to_string() != fact));
        inner.guide.items.remove(&("fact".to_owned(), fact.to_owned()));
        inner.lie = Some(());
    }

    /// Begins a new epoch with the same content, as after a failover without loss.
    pub fn begin_epoch(&self, epoch: &str) {
        self.inner.lock().unwrap().epoch = epoch.to_owned();
    }

    /// Changes an item without telling: what a defect would do.
    pub fn forge(&self, name: &str) {
        let mut inner = self.inner.lock().unwrap();
        let item = inner.guide.items.get_mut(&("customer".to_owned(), "C0000".to_owned())).unwrap();
        let mut customer: Customer = serde_json::from_str(item.body.as_ref().unwrap().get()).unwrap();
        customer.name = name.to_owned();
        item.body = Some(to_raw_value(&customer).unwrap());
    }

    pub fn digest(&self) -> (u64, FeedDigest) {
        self.inner.lock().unwrap().guide.digest(&KEYS.guide)
    }
}

fn sale(customer: &CustomerId, id: &str, bought_on: &str, fen: i64, piece: &str) -> serde_json::Value {
    serde_json::json!({
        "id": id, "customer": customer, "bought_on": bought_on, "amount_fen": fen, "items": [{ "name": piece }] })
}

pub fn profile() -> GuideProfile {
    serde_json::from_value(
        serde_json::json!({"id": "G1", "name": "导购一", "store": {"id": "S1", "name": "一店", "phone": "10000000001"}}),
    )
    .unwrap()
}

fn problem(status: u16, code: &str) -> Response {
    let problem = Problem::new(status, code, format!("the test's hub says {code}"));
    (StatusCode::from_u16(status).unwrap(), Json(problem)).into_response()
}

async fn enroll(Json(request): Json<EnrollRequest>) -> Response {
    if request.code != CODE {
        return problem(403, "wrong_code");
    }
    Json(EnrollResponse {
        token: TOKEN.to_owned(),
        device: "D1".parse().unwrap(),
        role: Role::Guide,
        guide: profile(),
        zone: "Asia/Shanghai".to_owned(),
        digest_keys: KEYS,
    })
    .into_response()
}

fn refused(inner: &Inner, headers: &HeaderMap) -> Option<Response> {
    let is_right = headers.get("authorization").is_some_and(|value| value == &format!("Bearer {TOKEN}"));
    if inner.needs_newer {
        return Some(problem(426, "upgrade_required"));
    }
    match (inner.revoked, is_right) {
        (true, _) => Some(problem(401, "token_revoked")),
        (false, false) => Some(problem(401, "unauthorized")),
        (false, true) => None,
    }
}

async fn changes(State(hub): State<Hub>, Query(query): Query<ChangesQuery>, headers: HeaderMap) -> Response {
    let mut inner = hub.inner.lock().unwrap();
    if let Some(response) = refused(&inner, &headers) {
        return response;
    }
    if inner.changes_fail {
        return problem(500, "broken");
    }
    let (feed, key) = match query.feed {
        FeedName::Guide => (&inner.guide, &KEYS.guide),
        FeedName::Shared => (&inner.shared, &KEYS.shared),
    };
    let (n_live, digest) = feed.digest(key);
    if inner.lie.is_some() && query.since > 0 {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let holds = (query.epoch.as_ref(), query.since, query.n_live, query.digest);
    if holds == (Some(&inner.epoch), feed.head, Some(n_live), Some(digest)) {
        inner.n_not_modified += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let reason = match query.epoch {
        Some(epoch) if epoch != inner.epoch => Some(ResetReason::Epoch),
        _ if query.since > feed.head => Some(ResetReason::Ahead),
        Some(_) if query.since == feed.head && query.digest != Some(digest) => Some(ResetReason::Digest),
        _ => None,
    };
    if let Some(reason) = reason {
        let reset = ResetResponse { reset: true, epoch: inner.epoch.clone(), head: feed.head, reason };
        return (StatusCode::CONFLICT, Json(reset)).into_response();
    }
    if inner.pages_fail {
        return problem(500, "broken");
    }
    let mut items: Vec<Item> = feed.items.values().filter(|item| item.seq > query.since).cloned().collect();
    items.sort_by_key(|item| item.seq);
    let limit = query.limit.unwrap_or(200);
    let more = items.len() > limit;
    items.truncate(limit);
    let n_sent = items.len();
    let response = Json(ChangesResponse {
        epoch: inner.epoch.clone(),
        head: feed.head,
        floor: 0,
        n_live,
        digest,
        items,
        more,
        schema_min: 1,
        schema_max: 1,
    })
    .into_response();
    inner.n_sent += n_sent;
    response
}

async fn snapshot(State(hub): State<Hub>, Query(query): Query<SnapshotQuery>, headers: HeaderMap) -> Response {
    let mut inner = hub.inner.lock().unwrap();
    if let Some(response) = refused(&inner, &headers) {
        return response;
    }
    if inner.is_old {
        return problem(404, "unknown_path");
    }
    if inner.pages_fail || inner.break_snapshot_after == Some(0) {
        inner.break_snapshot_after = None;
        return problem(500, "broken");
    }
    inner.n_snapshot_pages += 1;
    inner.break_snapshot_after = inner.break_snapshot_after.map(|n| n - 1);
    let epoch = inner.epoch.clone();
    let feed = match query.feed {
        FeedName::Guide => &inner.guide,
        FeedName::Shared => &inner.shared,
    };
    let after: usize = query.after.map_or(0, |after| after.parse().unwrap());
    let limit = query.limit.unwrap_or(1_000).min(100);
    let items: Vec<Item> = feed.items.values().skip(after).take(limit).cloned().collect();
    let next = (after + items.len() < feed.items.len()).then(|| (after + items.len()).to_string());
    let (n_sent, head, n_live) = (items.len(), feed.head, feed.items.len() as u64);
    inner.n_sent += n_sent;
    Json(SnapshotResponse { epoch, head, n_live, items, next, schema_min: 1, schema_max: 1 }).into_response()
}

async fn inventory(State(hub): State<Hub>, Query(query): Query<InventoryQuery>) -> Response {
    let inner = hub.inner.lock().unwrap();
    let (feed, key) = match query.feed {
        FeedName::Guide => (&inner.guide, &KEYS.guide),
        FeedName::Shared => (&inner.shared, &KEYS.shared),
    };
    let (n_live, digest) = feed.digest(key);
    let hash = |item: &Item| item_hash(key, &item.kind, &item.id, item.rev, item.body.as_ref().unwrap().get());
    let mut answer = InventoryResponse {
        epoch: inner.epoch.clone(),
        head: feed.head,
        n_live,
        digest,
        kinds: Vec::new(),
        entries: Vec::new(),
        more: false,
    };
    match query.kind {
        Some(kind) => {
            let of_kind = feed.items.values().filter(|item| item.kind == kind);
            let entry = |item: &Item| Entry { id: item.id.clone(), rev: item.rev, hash: FeedDigest(hash(item)) };
            answer.entries = of_kind.map(entry).collect();
        }
        None => {
            let mut kinds: BTreeMap<String, (u64, FeedDigest)> = BTreeMap::new();
            for item in feed.items.values() {
                let (n, digest) = kinds.entry(item.kind.clone()).or_default();
                (*n, *digest) = (*n + 1, digest.with(hash(item)));
            }
            answer.kinds = kinds.into_iter().map(|(kind, (n, digest))| KindCount { kind, n, digest }).collect();
        }
    }
    Json(answer).into_response()
}

async fn push(State(hub): State<Hub>, headers: HeaderMap, Json(request): Json<PushRequest>) -> Response {
    let mut inner = hub.inner.lock().unwrap();
    let inner = &mut *inner;
    if let Some(response) = refused(inner, &headers) {
        return response;
    }
    if inner.busy > 0 {
        inner.busy -= 1;
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")]).into_response();
    }
    inner.n_pushes += 1;
    if request.ops.iter().any(|op| Some(&op.customer) == inner.poison.as_ref()) {
        return problem(400, "bad_request");
    }
    let guide = GuideId::new("G1").unwrap();
    let mut answers = Vec::new();
    for op in request.ops {
        assert!(op.hash_is_right());
        inner.received.push(op.clone());
        let answer = inner.answered.get(&op.op_id).cloned().unwrap_or_else(|| {
            let answer = |result, code: Option<String>| OpAnswer {
                op_id: op.op_id,
                result,
                detail: code.as_ref().map(|_| "because\u{202e} of the test".to_owned()),
                code,
            };
            if let Some(code) = &inner.reject {
                return answer(OpResult::Rejected, Some(code.clone()));
            }
            let file = inner.files.entry(op.customer.clone()).or_insert_with(|| {
                assert!(op.customer.is_guide_itself());
                CustomerFile::of_guide_itself(Vec::new())
            });
            match file.apply(&op, &guide) {
                Ok(Applied::Changed(id)) => {
                    let fact = file.facts.iter().find(|fact| fact.id == id).unwrap();
                    let body = to_raw_value(fact).unwrap();
                    inner.guide.put("fact", &id.to_string(), Some(&op.customer), body);
                    answer(OpResult::Applied, None)
                }
                Ok(Applied::Already) => answer(OpResult::Duplicate, None),
                Err(refusal) => answer(OpResult::Rejected, Some(refusal.code())),
            }
        });
        inner.answered.insert(op.op_id, answer.clone());
        answers.push(answer);
    }
    Json(PushResponse { answers, head: inner.guide.head, epoch: Some(inner.epoch.clone()) }).into_response()
}

const PLAN: &str = r#"
id = "P01"
version = 1
name = { zh = "售后", en = "After sale" }
priority = 80
restart = "supersede"
ends_on = ["do_not_contact", "returned"]
[trigger]
on = "purchase"
min_amount_fen = 30000
[[step]]
id = "thanks"
offset = "0d"
until = "0d"
keep = true
purpose = "answer"
channels = ["wecom"]
template = "T01"
[[step]]
id = "satisfaction"
offset = "+3d"
until = "+7d"
channels = ["wecom", "phone"]
template = "T01"
asks = "satisfaction"
"#;

const TEMPLATE: &str = r#"
id = "T01"
version = 1
name = { zh = "感谢", en = "Thanks" }
channel = "wecom"
[text]
zh = "{称呼|您好}，谢谢惠顾。"
en = "{salutation|Hello}, thank you."
"#;
