//! A terminal of the simulation: the real journal, cache, clock and sync over a transport that ends in the hub's router.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use chrono::{NaiveDate, TimeDelta, Utc};
use guide_common::consent::Consent;
use guide_common::customer::TagChange;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, OpId};
use guide_common::lead::Lead;
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::promise::Promise;
use guide_common::wire::hub::{EnrollRequest, FeedName};
use guide_common::wire::support::{FaultPlan, ResendRequest};
use guided::clock::Clock;
use guided::clock::skew::Reading;
use guided::core::Core;
use guided::core::record::ClosesTask;
use guided::events::Events;
use guided::profile::{GuideFolder, Profile, Token};
use guided::seat::open::open_core;
use guided::sync::client::HubClient;
use guided::sync::drive::{Counted, cycle};
use guided::sync::enroll::profile;
use guided::sync::fault::{FaultLab, Lab};
use guided::sync::transport::{Answered, Broken, Transport, Trust};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::hub::{Door, HubSim};

const BASE: &str = "http://127.0.0.1:1/";

/// Something that another terminal does while a request of this one is under way.
type Nested = (usize, Arc<Core>, HubClient);

/// A way that ends in the hub's router, without a network.
#[derive(Clone)]
struct InProcess {
    door: Door,
    nested: Arc<Mutex<Option<Nested>>>,
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

impl Transport for InProcess {
    fn call(&self, request: Request<Bytes>, _: Duration) -> Answered<'_> {
        Box::pin(async move {
            let due = {
                let mut nested = self.nested.lock().unwrap();
                match nested.take() {
                    Some((0, core, client)) => Some((core, client)),
                    Some((n, core, client)) => {
                        *nested = Some((n - 1, core, client));
                        None
                    }
                    None => None,
                }
            };
            if let Some((core, client)) = due {
                // a cycle of its own, boxed since it may call this again
                let other: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
                    let _ = cycle(&core, &client, &mut Counted::default()).await;
                });
                other.await;
            }
            let router = self.door.lock().unwrap().clone().ok_or(Broken::NoConnection)?;
            let response = TowerToHyperService::new(router).call(request.map(Body::from)).await;
            let (parts, body) = response.map_err(|_| Broken::Cut)?.into_parts();
            let bytes = axum::body::to_bytes(body, 64 << 20).await.map_err(|_| Broken::Cut)?;
            Ok(Response::from_parts(parts, bytes))
        })
    }
}

pub struct TerminalSim {
    folder: PathBuf,
    guide_folder: GuideFolder,
    profile: Profile,
    token: Token,
    clock: Arc<Clock>,
    /// How far the machine's clock is off, in ms.
    offset_ms: Arc<AtomicI64>,
    way: InProcess,
    lab: Arc<Lab>,
    /// Faults on the way to the hub, by name.
    pub n_faults: BTreeMap<String, u64>,
    /// Ops that were given up after headquarters had rejected them.
    pub discarded: Vec<OpId>,
    core: Option<Arc<Core>>,
    /// The ops that were said to be saved.
    pub saved: Vec<OpId>,
    /// Whether the hub went back in time since this terminal heard of it.
    pub hub_was_restored: bool,
    pub n_labels: u64,
    customers: Vec<CustomerId>,
}

impl TerminalSim {
    pub async fn enroll(folder: &Path, hub: &HubSim, guide: &str, name: &str) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let offset_ms = Arc::new(AtomicI64::new(0));
        let clock = Arc::new(clock(&offset_ms));
        let way = InProcess { door: Arc::clone(&hub.door), nested: Arc::default() };
        let base: reqwest::Url = BASE.parse().unwrap();
        let client = HubClient::new(base, None, Arc::new(way.clone()), Arc::clone(&clock), Arc::default());
        let code = hub.code(guide).await;
        let request = EnrollRequest { code, device_name: name.to_owned(), training: false };
        let (profile, token) = profile(client.enroll(&request).await.unwrap(), BASE, Trust::default(), false);
        let guide_folder = GuideFolder::of(folder, &profile).unwrap();
        guide_folder.write(&profile, &token).unwrap();
        let mut terminal = Self {
            folder: folder.to_owned(),
            guide_folder,
            profile,
            token,
            clock,
            offset_ms,
            way,
            lab: Arc::default(),
            n_faults: BTreeMap::new(),
            discarded: Vec::new(),
            core: None,
            saved: Vec::new(),
            hub_was_restored: false,
            n_labels: 0,
            customers: Vec::new(),
        };
        terminal.open();
        terminal.sync().await;
        terminal
    }

    fn open(&mut self) {
        let (core, damage) =
            open_core(&self.guide_folder, &self.profile, None, Arc::clone(&self.clock), Events::default()).unwrap();
        assert_eq!(damage, None, "nothing was damaged");
        self.core = Some(Arc::new(core));
    }

    pub fn core(&self) -> &Arc<Core> {
        self.core.as_ref().expect("it is open")
    }

    fn client(&self) -> HubClient {
        let way = FaultLab::new(Arc::new(self.way.clone()), Arc::clone(&self.lab));
        let base = BASE.parse().unwrap();
        HubClient::new(base, Some(self.token.clone()), Arc::new(way), Arc::clone(&self.clock), Arc::default())
    }

    /// What another terminal's request meets in the middle.
    pub fn cycle_to_nest(&self) -> (Arc<Core>, HubClient) {
        (Arc::clone(self.core()), self.client())
    }

    /// Has another terminal's cycle happen inside the request after so many.
    pub fn nest(&self, after: usize, (core, client): (Arc<Core>, HubClient)) {
        *self.way.nested.lock().unwrap() = Some((after, core, client));
    }

    /// A cycle; says whether it went well and left nothing to do.
    pub async fn sync(&mut self) -> bool {
        let ended = cycle(self.core(), &self.client(), &mut Counted::default()).await;
        self.way.nested.lock().unwrap().take();
        if ended.is_ok() {
            self.hub_was_restored = false;
        }
        self.customers = self.customer_ids();
        ended.is_ok() && self.n_unsent() == 0
    }

    /// Records something; what is answered is remembered.
    pub async fn record(&mut self, dice: &mut ChaCha8Rng) -> &'static str {
        if self.customers.is_empty() {
            return "nobody to record about";
        }
        let customer = self.customers[dice.random_range(0..self.customers.len())].clone();
        let on = self.core().clock.today();
        let tag = |n: u32| TagChange { on, group: "MAT".to_owned(), value: format!("料{}", n % 3) };
        let (name, body) = match dice.random_range(0..15) {
            0..6 => {
                let codes = [OutcomeCode::Interested, OutcomeCode::NoReply, OutcomeCode::Visited];
                let outcome = Outcome::new(on, codes[dice.random_range(0..codes.len())]);
                ("outcome", FactBody::Outcome(outcome))
            }
            6 => ("tag added", FactBody::TagAdded(tag(dice.random_range(0..9)))),
            7 => ("tag removed", FactBody::TagRemoved(tag(dice.random_range(0..9)))),
            8 => {
                let allowed = dice.random_range(0..2) == 0;
                ("consent", FactBody::Consent(Consent { on, channel: None, allowed, until_on: None }))
            }
            9 => ("do not contact", FactBody::Outcome(Outcome::new(on, OutcomeCode::DoNotContact))),
            10 | 11 => {
                if let Ok(saved) = self.core().undo(None).await {
                    self.saved.push(saved.op_id);
                }
                return "undo";
            }
            12 => {
                if let Ok(saved) = self.core().redo().await {
                    self.saved.push(saved.op_id);
                }
                return "redo";
            }
            13 => return self.record_two(&customer, on).await,
            _ => return self.enter(dice, on).await,
        };
        match self.core().record_all(vec![(customer, body)]).await {
            Ok(saved) => self.saved.push(saved.op_id),
            Err(error) => assert!(!error.to_string().contains("journal"), "what can be recorded is recorded: {error}"),
        }
        name
    }

    /// Records what belongs together, such as an outcome and a promise made in the contact.
    async fn record_two(&mut self, customer: &CustomerId, on: NaiveDate) -> &'static str {
        let outcome = FactBody::Outcome(Outcome::new(on, OutcomeCode::Interested));
        let promise = FactBody::Promise(Promise { on, text: "带样".to_owned(), item: None, due_on: on });
        if let Ok(saved) = self.core().record(customer, vec![outcome, promise], ClosesTask::No).await {
            self.saved.push(saved.op_id);
        }
        "outcome and promise"
    }

    /// Enters a lead, of whom the next records may tell before the hub has heard of them.
    async fn enter(&mut self, dice: &mut ChaCha8Rng, on: NaiveDate) -> &'static str {
        let lead = Lead {
            on,
            name: "线索".to_owned(),
            phone: (dice.random_range(0..2) == 0).then(|| format!("1380000000{}", dice.random_range(0..3))),
            tags: Vec::new(),
            looked_at: None,
            budget_fen: None,
            wedding_on: None,
        };
        if let Ok(added) = self.core().add_lead(lead).await {
            self.saved.push(added.saved.op_id);
            let list = self.core().customers(added.saved.customer.as_str(), 1);
            // nothing follows the clock here: on the day that is shown what comes later does not exist
            let is_shown = on <= self.core().day();
            assert_eq!(list.n_found, usize::from(is_shown), "a lead is there at once");
            self.customers.push(added.saved.customer);
        }
        "lead"
    }

    /// Decides about an op that headquarters rejected: it is sent again, or given up.
    pub async fn decide(&mut self, dice: &mut ChaCha8Rng) -> &'static str {
        let rows = self.core().outbox_rows().ops;
        let Some(row) = rows.into_iter().find(|row| row.state == "rejected") else {
            return "nothing to decide";
        };
        if dice.random_range(0..3) == 0 {
            // it may be about a customer whom this terminal holds no more
            let _ = self.core().resend(row.op_id, ResendRequest::default()).await;
            return "rejected op sent again";
        }
        self.core().discard(row.op_id).await.unwrap();
        self.discarded.push(row.op_id);
        "rejected op discarded"
    }

    /// Puts the terminal on another network.
    pub fn set_network(&mut self, plan: FaultPlan) {
        for (name, n) in self.lab.faults().n_made {
            *self.n_faults.entry(name).or_default() += n;
        }
        self.lab.set(plan);
    }

    pub fn jump(&mut self, seconds: i64) {
        self.offset_ms.store(seconds * 1000, Ordering::Relaxed);
    }

    /// A clean stop and a start.
    pub async fn restart(&mut self) {
        let core = self.core.take().expect("it is open");
        core.store.close().unwrap();
        self.reopen(core).await;
    }

    /// The process dies: what it had written is there, and nothing else.
    pub async fn crash(&mut self) {
        let image = self.folder.join("image");
        let core = self.core.take().expect("it is open");
        copy(self.guide_folder.path(), &image);
        self.wait_for_end(core).await;
        std::fs::remove_dir_all(self.guide_folder.path()).unwrap();
        std::fs::rename(&image, self.guide_folder.path()).unwrap();
        self.open();
    }

    /// The cache is gone, as after a quarantine.
    pub async fn lose_cache(&mut self) -> &'static str {
        let core = self.core.take().expect("it is open");
        self.wait_for_end(core).await;
        std::fs::remove_dir_all(self.guide_folder.cache()).unwrap();
        self.open();
        "cache lost"
    }

    async fn reopen(&mut self, core: Arc<Core>) {
        self.wait_for_end(core).await;
        self.open();
    }

    /// The journal's thread and sled's lock end with the last handle.
    async fn wait_for_end(&mut self, core: Arc<Core>) {
        let give_up_at = Instant::now() + Duration::from_secs(5);
        while Arc::strong_count(&core) > 1 && Instant::now() < give_up_at {
            tokio::task::yield_now().await;
        }
        drop(core);
        // what time knows of the hub it knows from this run of the machine: a restart forgets the anchor
        let clock = clock(&self.offset_ms);
        if let Some(ahead) = self.clock.to_remember() {
            clock.remember(ahead);
        }
        self.clock = Arc::new(clock);
    }

    pub fn n_unsent(&self) -> usize {
        self.core().outbox_rows().ops.iter().filter(|row| row.state == "unsent").count()
    }

    pub fn n_rejected(&self) -> usize {
        self.core().outbox_rows().ops.iter().filter(|row| row.state == "rejected").count()
    }

    /// Whom this terminal holds, in order.
    pub fn customer_ids(&self) -> Vec<CustomerId> {
        let mut ids = Vec::new();
        let visit = |id, _| {
            ids.push(id);
            std::ops::ControlFlow::Continue(())
        };
        self.core().store.each_customer(visit).unwrap();
        ids
    }

    pub fn guide(&self) -> &str {
        self.profile.guide.id.as_str()
    }

    pub fn cursor(&self) -> guided::store::Cursor {
        self.core().store.cursor(FeedName::Guide).unwrap()
    }
}

/// A machine whose wall clock is off by what the simulation says, and whose steady clock is real.
fn clock(offset_ms: &Arc<AtomicI64>) -> Clock {
    let (offset_ms, began) = (Arc::clone(offset_ms), Instant::now());
    Clock::of_machine(move || Reading {
        wall: Utc::now() + TimeDelta::milliseconds(offset_ms.load(Ordering::Relaxed)),
        steady: began.elapsed(),
    })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if let Err(error) = std::fs::copy(entry.path(), &target) {
            // sled renames its snapshots while it runs
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
        }
    }
}
