//! The hub of the tests: both feeds in memory, one guide, ops applied as the hub applies them.

mod routes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::routing::{get, post};
use axum::{Json, Router};
use guide_common::apply::CustomerFile;
use guide_common::customer::Customer;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, OpId};
use guide_common::op::Op;
use guide_common::undone::Undos;
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
    /// So many pages of snapshots are still served, and none after them.
    pub break_snapshot_after: Option<usize>,
    pub n_not_modified: usize,
    /// How many items were sent.
    pub n_sent: usize,
    /// How many terminals were enrolled; each has a name of its own.
    n_devices: usize,
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
        let live = || self.items.values().filter(|item| item.body.is_some());
        let digest = live().fold(FeedDigest::default(), |digest, item| {
            digest.with(item_hash(key, &item.kind, &item.id, item.rev, item.body.as_ref().unwrap().get()))
        });
        (live().count() as u64, digest)
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

    /// Changes a customer's document.
    pub fn change_customer(&self, id: &str, change: impl FnOnce(&mut Customer)) {
        let id = CustomerId::new(id).unwrap();
        let mut inner = self.inner.lock().unwrap();
        let mut customer = inner.files[&id].customer.clone();
        change(&mut customer);
        inner.guide.put("customer", id.as_str(), Some(&id), to_raw_value(&customer).unwrap());
        inner.files.get_mut(&id).unwrap().customer = customer;
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
            undone: Undos::default(),
            group: None,
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
            .route("/v1/enroll", post(routes::enroll))
            .route("/v1/changes", get(routes::changes))
            .route("/v1/snapshot", get(routes::snapshot))
            .route("/v1/inventory", get(routes::inventory))
            .route("/v1/health", get(async || Json(serde_json::json!({"version": "0.1.0", "schema": 1}))))
            .route("/v1/ops", post(routes::push))
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

    /// Goes back to before any lead, in another epoch.
    pub fn lose_leads(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.epoch = "e2".to_owned();
        inner.answered.clear();
        inner.files.retain(|id, _| !id.as_str().starts_with("L-"));
        inner.guide.items.retain(|_, item| !item.customer.as_ref().is_some_and(|id| id.as_str().starts_with("L-")));
    }

    /// Gives a customer to another guide: tombstones in this feed.
    pub fn take_away(&self, id: &str) {
        let mut inner = self.inner.lock().unwrap();
        let id = CustomerId::new(id).unwrap();
        inner.files.remove(&id);
        let keys: Vec<_> = inner
            .guide
            .items
            .iter()
            .filter(|(_, item)| item.customer.as_ref() == Some(&id))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            inner.guide.head += 1;
            let seq = inner.guide.head;
            let item = inner.guide.items.get_mut(&key).unwrap();
            (item.seq, item.op, item.body) = (seq, ItemOp::Del, None);
        }
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
