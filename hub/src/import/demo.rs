//! Filling an empty hub with the demo's chain: shops, guides, customers with their history, plans and templates.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveTime;
use guide_common::demo::{self, Chain};
use guide_common::fact::Fact;
use guide_common::id::GuideId;
use guide_common::op::Op;
use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::hub::{MAX_PUSH_OPS, Role};
use serde_json::value::{RawValue, to_raw_value};

use crate::clock::Moment;
use crate::db::device::Device;
use crate::db::directory::{self, json, put_owners};
use crate::db::feed::{Change, Feed, POOL, kind};
use crate::db::retry::retry;
use crate::db::{Db, commit, epoch};
use crate::error::HubError;
use crate::loan;
use crate::price;
use crate::publish::{Publishing, Running, Source, What, publish};
use crate::push::push;
use crate::record::Numbers;

/// How much a demo chain holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DemoSummary {
    /// Shops.
    pub n_stores: usize,
    /// Guides.
    pub n_guides: usize,
    /// Customers.
    pub n_customers: usize,
    /// Purchases and returns.
    pub n_purchases: usize,
    /// What headquarters recorded, and leaves.
    pub n_records: usize,
    /// What guides recorded before the demo begins.
    pub n_ops: usize,
    /// Plans.
    pub n_plans: usize,
    /// Templates.
    pub n_templates: usize,
}

/// Fills a hub that holds nothing with the chain of a seed.
pub async fn import(db: &Db, seed: u64, lang: Lang) -> Result<DemoSummary, HubError> {
    let chain = demo::chain(seed, lang);
    put_chain(db, &chain).await?;
    epoch::note_demo_seed(&mut *db.conn().await?, seed).await?;
    Ok(DemoSummary {
        n_stores: chain.stores.len(),
        n_guides: chain.guides.len(),
        n_customers: chain.customers.len(),
        n_purchases: chain.purchases.len(),
        n_records: chain.records.len(),
        n_ops: chain.ops.len(),
        n_plans: chain.plans.len(),
        n_templates: chain.templates.len(),
    })
}

/// Puts a chain into a hub that holds nothing.
pub async fn put_chain(db: &Db, chain: &Chain) -> Result<(), HubError> {
    let mut conn = db.conn().await?;
    let is_empty = directory::stores(&mut conn).await?.is_empty()
        && directory::guides(&mut conn).await?.is_empty()
        && directory::count_unassigned(&mut conn).await? == 0;
    drop(conn);
    if !is_empty {
        return Err(HubError::refused("this hub holds data already: the demo goes into an empty one, see --data DIR"));
    }
    for store in &chain.stores {
        directory::put_store(db, store).await?;
    }
    for guide in &chain.guides {
        directory::put_guide(db, &guide.id, &guide.name, &guide.store.id, &guide.days_off).await?;
    }
    put_customers(db, chain).await?;
    let publishing = Publishing { running: Running::Keep, today: demo::d0() };
    publish(db, What::Settings, &sources(&[chain.settings]), publishing).await?;
    publish(db, What::Templates, &sources(&chain.templates), publishing).await?;
    publish(db, What::Plans, &sources(&chain.plans), publishing).await?;
    price::set(db, chain.gold_price, demo::d0().and_time(NaiveTime::MIN)).await?;
    put_ops(db, &chain.ops).await?;
    loan::settle(db, Some(demo::d0())).await
}

async fn put_customers(db: &Db, chain: &Chain) -> Result<(), HubError> {
    let mut feeds: BTreeMap<&str, (Vec<&str>, Vec<Change>)> = BTreeMap::new();
    let mut feed_of: BTreeMap<&str, &str> = BTreeMap::new();
    for (customer, guide) in &chain.customers {
        let feed = guide.as_ref().map_or(POOL, GuideId::as_str);
        let id = customer.id.as_str();
        feed_of.insert(id, feed);
        let (ids, changes) = feeds.entry(feed).or_default();
        ids.push(id);
        changes.push(Change::put(kind::CUSTOMER, id, id, json(customer)?));
    }
    for purchase in &chain.purchases {
        let customer = purchase.customer.as_str();
        let Some((_, changes)) = feed_of.get(customer).and_then(|feed| feeds.get_mut(feed)) else { continue };
        changes.push(Change::put(kind::PURCHASE, purchase.id.as_str(), customer, json(purchase)?));
    }
    let mut numbers: BTreeMap<&str, Numbers> = BTreeMap::new();
    for fact in &chain.records {
        let customer = fact.customer.as_str();
        let about_guide = fact.customer.is_guide_itself().then_some(fact.guide.as_str());
        let feed = about_guide.or_else(|| feed_of.get(customer).copied());
        let Some(feed) = feed else { continue };
        let number = numbers.entry(feed).or_default().next(&fact.customer);
        let (_, changes) = feeds.entry(feed).or_default();
        let numbered = Fact { number, ..fact.clone() };
        changes.push(Change::put(kind::FACT, &fact.id.to_string(), customer, json(&numbered)?));
    }
    for (feed_id, (customers, changes)) in feeds {
        retry(|| put_feed(db, feed_id, &customers, changes.clone())).await?;
    }
    Ok(())
}

/// One of the demo's feeds, which are small enough for one transaction.
async fn put_feed(db: &Db, feed_id: &str, customers: &[&str], changes: Vec<Change>) -> Result<(), HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, feed_id).await?;
    put_owners(&mut tx, feed_id, customers).await?;
    feed.apply(&mut tx, changes).await?;
    commit(tx).await
}

/// Ops go the way that a terminal's ops go, so that nothing enters a feed that a push would refuse.
async fn put_ops(db: &Db, ops: &[(GuideId, Op)]) -> Result<(), HubError> {
    let mut by_guide: BTreeMap<&GuideId, Vec<&Op>> = BTreeMap::new();
    for (guide, op) in ops {
        by_guide.entry(guide).or_default().push(op);
    }
    for (guide, ops) in by_guide {
        for batch in ops.chunks(MAX_PUSH_OPS) {
            let Some(first) = batch.first() else { continue };
            let device = Device {
                id: first.device.clone(),
                guide: guide.clone(),
                role: Role::Guide,
                name: String::new(),
                training: true,
                created_at: 0,
                seen_at: 0,
                revoked_at: 0,
            };
            let raw: Result<Vec<Box<RawValue>>, _> = batch.iter().map(to_raw_value).collect();
            let raw =
                raw.map_err(|error| HubError::refused(format!("an op of the demo cannot be written: {error}")))?;
            let moment = Moment { shop_time: demo::d0().and_time(NaiveTime::MIN), zone: Zone::default() };
            let pushed = push(db, &device, &raw, moment).await?;
            let pushed = pushed.map_err(|problem| HubError::refused(problem.detail))?;
            if let Some(refused) = pushed.answers.iter().find(|answer| answer.get().contains("\"rejected\"")) {
                return Err(HubError::refused(format!("the demo holds an op that is refused: {}", refused.get())));
            }
        }
    }
    Ok(())
}

fn sources(files: &[(&'static str, &'static str)]) -> Vec<Source> {
    files.iter().map(|(name, text)| Source { file: PathBuf::from(name), text: (*text).to_owned() }).collect()
}
