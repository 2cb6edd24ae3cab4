//! Facts that headquarters makes, put into the feeds in which their customers live: guide by guide, in batches, each
//! batch wholly or not at all. Putting the same facts again changes nothing.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use guide_common::fact::{Fact, FactBody, next_number};
use guide_common::id::{CustomerId, DeviceId, GuideId, OpId};
use guide_common::undone::Undos;

use crate::db::directory::{json, owners};
use crate::db::feed::{Change, Feed, Stored, Written, kind};
use crate::db::retry::retry;
use crate::db::{Db, commit, file};
use crate::error::HubError;
use crate::import::Mode;

/// Stands where a guide and a terminal would in facts of headquarters. No guide has this id.
pub const HEADQUARTERS: &str = "hq";
/// How many facts are written in one transaction: a guide's ops wait no longer than that takes.
const BATCH: usize = 500;
/// How often facts whose customer moves to another guide meanwhile are tried.
const ROUNDS: usize = 5;

/// What becomes of a fact that is there already with other content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The later state takes its place.
    Replace,
    /// It stays as it is.
    Leave,
}

/// A fact of headquarters, with its texts sanitised, or what its body lacks.
pub fn fact(id: OpId, customer: &CustomerId, at: DateTime<Utc>, body: FactBody) -> Result<Fact, String> {
    let (guide, device) = headquarters();
    let fact = Fact {
        id,
        customer: customer.clone(),
        guide,
        device,
        at,
        body,
        number: 0,
        undone: Undos::default(),
        group: None,
    };
    let fact = serde_json::to_value(&fact).and_then(serde_json::from_value::<Fact>);
    fact.map_err(|error| error.to_string())
}

/// The instant of a record of which only the day is known. It is the same wherever the file is imported.
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Whether headquarters made a fact.
pub fn is_headquarters(guide: &GuideId) -> bool {
    guide.as_str() == HEADQUARTERS
}

#[expect(clippy::expect_used, reason = "the word is made of letters")]
fn headquarters() -> (GuideId, DeviceId) {
    let named = "an id of letters";
    (GuideId::new(HEADQUARTERS).expect(named), DeviceId::new(HEADQUARTERS).expect(named))
}

/// Puts facts into the feeds of their customers; says of each what it did, and nothing of those whose customer is not
/// known. `progress` hears how many are done.
pub async fn put(
    db: &Db,
    facts: &[Fact],
    existing: Existing,
    mode: Mode,
    progress: &mut dyn FnMut(usize),
) -> Result<Vec<Option<Written>>, HubError> {
    let mut done: Vec<Option<Written>> = vec![None; facts.len()];
    let mut n_done = 0;
    let mut pending: Vec<usize> = (0..facts.len()).collect();
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let mut conn = db.conn().await?;
        let ids: Vec<&str> = pending.iter().map(|idx| facts[*idx].customer.as_str()).collect();
        let owners = owners(&mut conn, &ids).await?;
        drop(conn);
        let mut by_feed: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for idx in std::mem::take(&mut pending) {
            if let Some(feed) = owners.get(facts[idx].customer.as_str()) {
                by_feed.entry(feed).or_default().push(idx);
            }
        }
        for (feed, of_feed) in by_feed {
            for batch in of_feed.chunks(BATCH) {
                let of_batch: Vec<&Fact> = batch.iter().map(|idx| &facts[*idx]).collect();
                for (idx, did) in batch.iter().zip(retry(|| put_batch(db, feed, &of_batch, existing, mode)).await?) {
                    match did {
                        Some(did) => {
                            done[*idx] = Some(did);
                            n_done += 1;
                        }
                        None => pending.push(*idx),
                    }
                }
                progress(n_done);
            }
        }
    }
    if pending.is_empty() {
        return Ok(done);
    }
    Err(HubError::refused(format!(
        "{} records were not written because their customers were moved meanwhile: run the command again, what is \
         there already stays as it is",
        pending.len()
    )))
}

/// Says of each fact what it did; `None` where its customer lives in another feed by now.
async fn put_batch(
    db: &Db,
    feed_id: &str,
    batch: &[&Fact],
    existing: Existing,
    mode: Mode,
) -> Result<Vec<Option<Written>>, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, feed_id).await?;
    let customers: Vec<&str> = batch.iter().map(|fact| fact.customer.as_str()).collect();
    let owners = owners(&mut tx, &customers).await?;
    let ids: Vec<String> = batch.iter().map(|fact| fact.id.to_string()).collect();
    let stored = feed.load(&mut tx, kind::FACT, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let mut numbers = Numbers::of(&feed.load_of_customers(&mut tx, &customers).await?)?;
    let mut changes = Vec::with_capacity(batch.len());
    let mut places = Vec::with_capacity(batch.len());
    for (fact, id) in batch.iter().zip(&ids) {
        if owners.get(fact.customer.as_str()).is_none_or(|owner| owner != feed_id) {
            places.push(None);
            continue;
        }
        places.push(Some(changes.len()));
        let body = match stored.get(id).filter(|stored| !stored.deleted) {
            Some(stored) if existing == Existing::Leave => stored.body.clone(),
            Some(stored) if same_but_for_number(stored, fact)? => stored.body.clone(),
            _ => json(&Fact { number: numbers.next(&fact.customer), ..(*fact).clone() })?,
        };
        changes.push(Change::put(kind::FACT, id, fact.customer.as_str(), body));
    }
    let written = feed.apply(&mut tx, changes).await?;
    if mode == Mode::Write {
        commit(tx).await?;
    }
    Ok(places.into_iter().map(|place| place.and_then(|idx| written.get(idx).copied())).collect())
}

/// Whether a fact is there as it is: putting it again changes nothing, its number included.
fn same_but_for_number(stored: &Stored, fact: &Fact) -> Result<bool, HubError> {
    let there: Fact = file::parse(kind::FACT, &stored.id, &stored.body)?;
    Ok(Fact { number: there.number, ..fact.clone() } == there)
}

/// The numbers that customers' next facts get, under the lock of their feed.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<String, u64>);

impl Numbers {
    /// The numbers behind what a feed holds of customers.
    pub fn of(stored: &[Stored]) -> Result<Self, HubError> {
        let mut numbers = HashMap::new();
        for stored in stored.iter().filter(|stored| stored.kind == kind::FACT) {
            let fact: Fact = file::parse(kind::FACT, &stored.id, &stored.body)?;
            let next = numbers.entry(stored.customer_id.clone()).or_default();
            *next = next_number([&fact]).max(*next);
        }
        Ok(Self(numbers))
    }

    /// The number of a customer's next fact.
    pub fn next(&mut self, customer: &CustomerId) -> u64 {
        let next = self.0.entry(customer.to_string()).or_insert(1);
        let number = *next;
        *next += 1;
        number
    }
}
