//! The hub of the simulation: the real one, behind a door that can be shut.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use chrono::Utc;
use guide_common::consent::Consent;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, GuideId, OpId, StoreId};
use guide_common::time::Zone;
use guide_common::wire::hub::{Role, StoreProfile};
use guide_hub::app::App;
use guide_hub::clock::Clock;
use guide_hub::db::{Db, device, directory, epoch};
use guide_hub::import::{ImportOptions, Mode, purchases};
use guide_hub::limit::Limits;
use guide_hub::record::{self, Existing};
use guide_hub::router::router;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// The door: what terminals find behind the address of the hub.
pub type Door = Arc<Mutex<Option<Router>>>;

pub struct HubSim {
    folder: PathBuf,
    pub db: Option<Db>,
    pub door: Door,
    is_up: bool,
    guides: Vec<String>,
    customers: Vec<CustomerId>,
    n_changes: u64,
}

impl HubSim {
    pub async fn new(folder: &Path, guides: &[&str], n_customers: usize) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mut hub = Self {
            folder: folder.to_owned(),
            db: None,
            door: Door::default(),
            is_up: true,
            guides: guides.iter().map(ToString::to_string).collect(),
            customers: Vec::new(),
            n_changes: 0,
        };
        hub.open().await;
        let db = hub.db.clone().unwrap();
        let store: StoreId = "s1".parse().unwrap();
        let profile = StoreProfile { id: store.clone(), name: "云杉路店".to_owned(), phone: None, tier: None };
        directory::put_store(&db, &profile).await.unwrap();
        for (n, guide) in guides.iter().enumerate() {
            directory::put_guide(&db, &guide.parse().unwrap(), &format!("导购{n}"), &store, &[]).await.unwrap();
            let ids: Vec<String> = (0..n_customers).map(|idx| format!("C{n}{idx:03}")).collect();
            let rows: String = ids.iter().map(|id| format!("{id},2026-08-01,{}.00\n", 1_000 + n)).collect();
            hub.import(&db, &rows).await;
            hub.customers.extend(ids.iter().map(|id| CustomerId::new(id).unwrap()));
            let ids: Vec<_> = ids.iter().map(|id| CustomerId::new(id).unwrap()).collect();
            hub.assign(&db, &ids, guide).await;
        }
        hub
    }

    async fn open(&mut self) {
        let db = Db::open_dir(&self.folder).await.unwrap();
        epoch::begin_serving(&db).await.unwrap();
        let mut app = App::new(db.clone(), Clock::Real, Zone::default());
        app.limits = Arc::new(Limits::new(0));
        *self.door.lock().unwrap() = self.is_up.then(|| router(app));
        self.db = Some(db);
    }

    async fn close(&mut self) {
        self.door.lock().unwrap().take();
        self.db.take().unwrap().close().await;
    }

    pub async fn restart(&mut self) -> &'static str {
        self.close().await;
        self.open().await;
        "hub restart"
    }

    /// Shuts or opens the door.
    pub fn set_up(&mut self, is_up: bool) {
        self.is_up = is_up;
        let mut app = App::new(self.db.clone().unwrap(), Clock::Real, Zone::default());
        app.limits = Arc::new(Limits::new(0));
        *self.door.lock().unwrap() = self.is_up.then(|| router(app));
    }

    pub async fn purge(&mut self) -> &'static str {
        // a hundred days on: every tombstone of before goes
        let db = self.db.clone().unwrap();
        guide_hub::purge::purge(&db, Utc::now().timestamp() + 100 * 86_400).await.unwrap();
        "purge"
    }

    pub async fn copy_to(&mut self, backup: &Path) {
        self.close().await;
        std::fs::create_dir_all(backup).unwrap();
        let wal = self.folder.join("hub.db-wal");
        assert!(!wal.exists() || wal.metadata().unwrap().len() == 0, "a closed database is one file");
        std::fs::copy(self.folder.join("hub.db"), backup.join("hub.db")).unwrap();
        self.open().await;
    }

    /// Only the database is put back, or the whole folder as it was: also that has to be noticed.
    pub async fn restore(&mut self, backup: &Path) {
        self.close().await;
        for ending in ["hub.db-wal", "hub.db-shm"] {
            let _ = std::fs::remove_file(self.folder.join(ending));
        }
        std::fs::copy(backup.join("hub.db"), self.folder.join("hub.db")).unwrap();
        self.open().await;
    }

    /// What the feeds have of a fact, for the message of a failure.
    pub async fn trace_of(&self, fact: &str) -> String {
        let mut conn = self.db.as_ref().unwrap().conn().await.unwrap();
        let mut found = String::new();
        for guide in &self.guides {
            let items = guide_hub::db::page::read(&mut conn, guide, 0, 100_000).await.unwrap().unwrap().items;
            for item in items.iter().filter(|item| item.id == fact) {
                found.push_str(&format!("{guide}: {:?} seq {} rev {}; ", item.op, item.seq, item.rev));
            }
        }
        found
    }

    pub async fn code(&self, guide: &str) -> String {
        let guide: GuideId = guide.parse().unwrap();
        device::create_code(self.db.as_ref().unwrap(), &guide, Role::Guide).await.unwrap()
    }

    async fn import(&self, db: &Db, rows: &str) {
        let csv = format!("customer_id,purchased_on,amount\n{rows}");
        let options = ImportOptions { store: Some("s1".parse().unwrap()), ..ImportOptions::default() };
        purchases::import(db, csv.as_bytes(), &options, &mut |_, _| {}).await.unwrap();
    }

    async fn assign(&self, db: &Db, customers: &[CustomerId], guide: &str) {
        let moves = guide_hub::assign::plan_named(db, customers, &guide.parse().unwrap()).await.unwrap();
        guide_hub::assign::carry_out(db, &moves, Utc::now().date_naive(), |_| {}).await.unwrap();
    }

    /// Something that headquarters does.
    pub async fn change(&mut self, dice: &mut ChaCha8Rng) -> &'static str {
        let db = self.db.clone().unwrap();
        let customer = self.customers[dice.random_range(0..self.customers.len())].clone();
        self.n_changes += 1;
        match dice.random_range(0..10) {
            0..3 => {
                let guide = self.guides[dice.random_range(0..self.guides.len())].clone();
                self.assign(&db, &[customer], &guide).await;
                "customer handed over"
            }
            3..7 => {
                let day = 1 + self.n_changes % 28;
                self.import(&db, &format!("{customer},2026-07-{day:02},{}.50\n", self.n_changes)).await;
                "purchase imported"
            }
            7..9 => {
                let body = FactBody::Consent(Consent {
                    on: Utc::now().date_naive(),
                    channel: None,
                    allowed: dice.random_range(0..2) == 0,
                    until_on: None,
                });
                let id = OpId(uuid::Uuid::from_u64_pair(1, self.n_changes));
                let fact = record::fact(id, &customer, Utc::now(), body).unwrap();
                record::put(&db, &[fact], Existing::Replace, Mode::Write, &mut |_| {}).await.unwrap();
                "consent recorded at headquarters"
            }
            _ => {
                let n = self.n_changes % 5;
                let profile =
                    StoreProfile {
                        id: "s1".parse().unwrap(), name: format!("云杉路店{n}"), phone: None, tier: None
                    };
                directory::put_store(&db, &profile).await.unwrap();
                "shop renamed"
            }
        }
    }
}
