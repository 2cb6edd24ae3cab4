//! Terminals in this process, many of them: `guided`'s own journal, cache and cycle, over HTTP to any of several hubs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Uri};
use chrono::Utc;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, OpId};
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::wire::hub::{EnrollRequest, EnrollResponse, FeedName};
use guided::clock::Clock;
use guided::core::Core;
use guided::events::Events;
use guided::profile::{GuideFolder, Profile, Token};
use guided::seat::open::open_core;
use guided::store::Cursor;
use guided::sync::client::HubClient;
use guided::sync::drive::{Counted, cycle};
use guided::sync::enroll::profile;
use guided::sync::error::CycleError;
use guided::sync::pull;
use guided::sync::transport::{Answered, Broken, Http, Transport, Trust};

/// A way to several hubs: each request takes another one, by chance.
#[derive(Clone, Debug)]
struct AnyHub {
    http: Http,
    hubs: Arc<[Uri]>,
}

impl Transport for AnyHub {
    fn call(&self, mut request: Request<Bytes>, patience: Duration) -> Answered<'_> {
        let hub = &self.hubs[rand::random_range(0..self.hubs.len())];
        let mut parts = request.uri().clone().into_parts();
        parts.authority = hub.authority().cloned();
        Box::pin(async move {
            *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Broken::NoConnection)?;
            self.http.call(request, patience).await
        })
    }
}

/// A way to hubs, with a token or, to ask for one, without.
pub fn client(hubs: &[&str], token: Option<Token>) -> HubClient {
    let base = hubs[0].parse().unwrap();
    let http = Http::new(&base, &Trust::default()).unwrap();
    let way = AnyHub { http, hubs: hubs.iter().map(|hub| hub.parse().unwrap()).collect() };
    HubClient::new(base, token, Arc::new(way), Arc::new(Clock::real()), Arc::default())
}

/// Asks a hub for a token.
pub async fn enroll(hubs: &[&str], code: &str) -> EnrollResponse {
    let request = EnrollRequest { code: code.to_owned(), device_name: "test".to_owned(), training: false };
    client(hubs, None).enroll(&request).await.unwrap()
}

/// An outcome as a terminal without a journal sends it.
pub fn outcome_op(enrolled: &EnrollResponse, customer: &CustomerId, local_seq: u64) -> Op {
    let stamp = Stamp {
        op_id: OpId(uuid::Uuid::now_v7()),
        device: enrolled.device.clone(),
        local_seq,
        base_rev: None,
        at_wall: Utc::now(),
        at_mono: 0,
    };
    Op::new(stamp, customer.clone(), &OpBody::Fact(outcome()))
}

fn outcome() -> FactBody {
    FactBody::Outcome(Outcome::new(Clock::real().today(), OutcomeCode::Interested))
}

/// A terminal of a guide.
#[derive(Debug)]
pub struct Device {
    /// Its store, outbox and queue.
    pub core: Arc<Core>,
    /// Its way to the hubs.
    pub hub: HubClient,
    /// Who it is at the hub.
    pub profile: Profile,
    /// What it was told is saved.
    pub saved: Vec<OpId>,
}

impl Device {
    /// Enrols a terminal, and pulls what its guide has.
    pub async fn enroll(folder: &Path, hubs: &[&str], code: &str) -> Self {
        let (profile, token) = profile(enroll(hubs, code).await, hubs[0], Trust::default(), false);
        let guide_folder = GuideFolder::of(folder, &profile).unwrap();
        guide_folder.write(&profile, &token).unwrap();
        let clock = Arc::new(Clock::real());
        let (core, damage) = open_core(&guide_folder, &profile, None, clock, Events::default()).unwrap();
        assert_eq!(damage, None);
        let device = Self { core: Arc::new(core), hub: client(hubs, Some(token)), profile, saved: Vec::new() };
        device.cycle().await.unwrap();
        device
    }

    /// A cycle of sync.
    pub async fn cycle(&self) -> Result<(), CycleError> {
        cycle(&self.core, &self.hub, &mut Counted::default()).await
    }

    /// Notes an outcome of a customer; it is on the disk when this returns.
    pub async fn log(&mut self, customer: &CustomerId) {
        // one whom headquarters has moved away meanwhile is refused at once
        if let Ok(saved) = self.core.record_all(vec![(customer.clone(), outcome())]).await {
            self.saved.push(saved.op_id);
        }
    }

    /// Whom it holds, in order.
    pub fn customers(&self) -> Vec<CustomerId> {
        let mut ids = Vec::new();
        let visit = |id, _| {
            ids.push(id);
            std::ops::ControlFlow::Continue(())
        };
        self.core.store.each_customer(visit).unwrap();
        ids
    }

    /// Where it stands in its guide's feed.
    pub fn cursor(&self) -> Cursor {
        self.core.store.cursor(FeedName::Guide).unwrap()
    }

    /// Waits at a hub until its guide's feed moves on; says whether it has.
    pub async fn wait(&self) -> bool {
        let query = guide_common::wire::hub::ChangesQuery {
            wait: Some(20),
            limit: Some(1),
            ..pull::query(FeedName::Guide, &self.cursor())
        };
        self.hub.wait(&query).await.unwrap().changed
    }
}
