//! Handing customers to guides: a tombstone in the old feed and the whole file in the new one, in one transaction, with
//! the fact that says who served the customer before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use guide_common::customer::Customer;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, GuideId, OpId, StoreId};
use guide_common::record::OwnerChanged;

use crate::db::directory::{self, customers_of, json, owners, put_owners, unknown_guide};
use crate::db::feed::{Change, Feed, POOL, Stored, kind};
use crate::db::retry::retry;
use crate::db::{Conn, Db, commit, file};
use crate::error::HubError;
use crate::loan;
use crate::record::{self, start_of};

/// How many customers move in one transaction at most: a guide's ops wait no longer than that takes.
const BATCH: usize = 100;
/// How many rows one transaction writes, unless the first customer alone has more.
const MAX_ROWS_MOVED: usize = 1_000;

/// Who moves where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Who.
    pub customer: String,
    /// To which feed.
    pub to: String,
}

/// How many customers went to a guide.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Assigned {
    /// To whom.
    pub guide: GuideId,
    /// How many came.
    pub n_moved: u64,
    /// How many of those named were there already.
    pub n_there: u64,
}

/// Plans to give named customers to one guide; refuses where one is not known, so that nothing is half done.
pub async fn plan_named(db: &Db, customers: &[CustomerId], to: &GuideId) -> Result<Vec<Move>, HubError> {
    let mut conn = db.conn().await?;
    check_guides(db, std::slice::from_ref(to)).await?;
    let ids: Vec<&str> = customers.iter().map(CustomerId::as_str).collect();
    let known = owners(&mut conn, &ids).await?;
    let unknown: Vec<&str> = ids.iter().copied().filter(|id| !known.contains_key(*id)).collect();
    if !unknown.is_empty() {
        return Err(HubError::refused(format!(
            "no such customers: {}; nothing was assigned. Import them first, or check the ids",
            unknown.join(", ")
        )));
    }
    Ok(ids.into_iter().map(|id| Move { customer: id.to_owned(), to: to.to_string() }).collect())
}

/// Plans to deal the customers whom nobody serves out to guides, evenly: by customer id, one after the other, so that
/// the same customers and guides give the same shares. Where a store is given, only its customers.
pub async fn plan_unassigned(db: &Db, store: Option<&StoreId>, to: &[GuideId]) -> Result<Vec<Move>, HubError> {
    if to.is_empty() {
        return Err(HubError::refused("name at least one guide: --to G1,G2"));
    }
    check_guides(db, to).await?;
    let mut conn = db.conn().await?;
    let mut customers = customers_of(&mut conn, POOL).await?;
    if let Some(store) = store {
        if directory::store(&mut conn, store).await?.is_none() {
            return Err(directory::unknown_store(store.as_str()));
        }
        let pool = file::customers_of_feed(&mut conn, POOL).await?;
        let of_store: BTreeSet<&str> = pool
            .iter()
            .filter(|customer| customer.store.as_ref() == Some(store))
            .map(|customer| customer.id.as_str())
            .collect();
        customers.retain(|id| of_store.contains(id.as_str()));
    }
    customers.sort();
    let deal = customers.into_iter().zip(to.iter().cycle());
    Ok(deal.map(|(customer, guide)| Move { customer, to: guide.to_string() }).collect())
}

/// Carries moves out, guide by guide, in batches; a batch is there wholly or not at all, and carrying the same moves
/// out again changes nothing. `progress` hears how many are done.
pub async fn carry_out(
    db: &Db,
    moves: &[Move],
    today: NaiveDate,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Assigned>, HubError> {
    // what deputies recorded comes along
    loan::settle(db, None).await?;
    let mut assigned: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut pending: Vec<&Move> = moves.iter().collect();
    let mut n_done = 0;
    // who is moved by somebody else between the look into the directory and the lock comes round again
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let mut conn = db.conn().await?;
        let ids: Vec<&str> = pending.iter().map(|one| one.customer.as_str()).collect();
        let owners = owners(&mut conn, &ids).await?;
        drop(conn);
        let mut pairs: BTreeMap<(String, &str), Vec<&Move>> = BTreeMap::new();
        for one in std::mem::take(&mut pending) {
            let Some(from) = owners.get(&one.customer) else { continue };
            if *from == one.to {
                assigned.entry(&one.to).or_default().1 += 1;
                n_done += 1;
            } else {
                pairs.entry((from.clone(), &one.to)).or_default().push(one);
            }
        }
        for ((from, to), moves) in &pairs {
            let mut rest = moves.as_slice();
            while !rest.is_empty() {
                let batch = &rest[..rest.len().min(BATCH)];
                let moved = retry(|| move_batch(db, from, to, batch, today)).await?;
                rest = &rest[moved.n_taken..];
                let n_moved = moved.n_taken - moved.left.len();
                assigned.entry(to).or_default().0 += n_moved as u64;
                n_done += n_moved;
                pending.extend(moved.left);
                progress(n_done);
            }
        }
    }
    if !pending.is_empty() {
        return Err(HubError::refused(format!(
            "{} customers were moved by somebody else meanwhile: run the command again",
            pending.len()
        )));
    }
    loan::settle(db, None).await?;
    let rows = assigned.into_iter().map(|(guide, (n_moved, n_there))| {
        let guide = GuideId::new(guide).map_err(|_| HubError::corrupt(format!("the guide {guide}")))?;
        Ok(Assigned { guide, n_moved, n_there })
    });
    rows.collect()
}

/// How often a batch that others change meanwhile is tried.
const ROUNDS: usize = 5;

struct Moved<'m> {
    /// How many of the batch were dealt with, from its first one on.
    n_taken: usize,
    /// Those of them who live in another feed by now.
    left: Vec<&'m Move>,
}

async fn move_batch<'m>(
    db: &Db,
    from: &str,
    to: &str,
    batch: &[&'m Move],
    today: NaiveDate,
) -> Result<Moved<'m>, HubError> {
    let mut tx = db.begin().await?;
    // always in the order of their ids, so that two moves never wait for each other
    let (mut old, mut new) = if from < to {
        let old = Feed::lock_known(&mut tx, from).await?;
        (old, Feed::lock_known(&mut tx, to).await?)
    } else {
        let new = Feed::lock_known(&mut tx, to).await?;
        (Feed::lock_known(&mut tx, from).await?, new)
    };
    let ids: Vec<&str> = batch.iter().map(|one| one.customer.as_str()).collect();
    let owners = owners(&mut tx, &ids).await?;
    let (here, left): (Vec<&Move>, Vec<&Move>) =
        batch.iter().copied().partition(|one| owners.get(&one.customer).is_some_and(|owner| owner == from));
    let ids: Vec<&str> = here.iter().map(|one| one.customer.as_str()).collect();
    let mut stored = old.load_of_customers(&mut tx, &ids).await?;
    let n_here = n_customers_of_rows(&ids, &stored);
    let n_taken = match ids.get(n_here) {
        Some(first_rest) => batch.iter().position(|one| one.customer == *first_rest).unwrap_or(batch.len()),
        None => batch.len(),
    };
    let ids = &ids[..n_here];
    stored.retain(|stored| ids.contains(&stored.customer_id.as_str()));
    let left = left.into_iter().filter(|one| batch[..n_taken].iter().any(|taken| std::ptr::eq(*taken, *one))).collect();
    let mut puts = handover_facts(&mut tx, from, to, &stored, ids, today).await?;
    let mut dels = Vec::new();
    for stored in stored {
        let Some(kind) = kind_of(&stored.kind) else { continue };
        dels.push(Change::del(kind, &stored.id, &stored.customer_id));
        let put = Change::put(kind, &stored.id, &stored.customer_id, stored.body);
        puts.push(Change { rev_before: stored.rev, ..put });
    }
    // customers before what hangs on them, so that a terminal never meets a purchase of nobody
    puts.sort_by_key(|put| put.kind != kind::CUSTOMER);
    old.apply(&mut tx, dels).await?;
    new.apply(&mut tx, puts).await?;
    put_owners(&mut tx, to, ids).await?;
    commit(tx).await?;
    Ok(Moved { n_taken, left })
}

/// How many of the first customers fit into one transaction; at least one.
fn n_customers_of_rows(ids: &[&str], stored: &[Stored]) -> usize {
    let mut n_rows = 0;
    for (idx, id) in ids.iter().enumerate() {
        // a tombstone and a row for each, and who served the customer before
        n_rows += 2 * stored.iter().filter(|stored| stored.customer_id == *id).count() + 1;
        if n_rows > MAX_ROWS_MOVED && idx > 0 {
            return idx;
        }
    }
    ids.len()
}

/// Who served each customer before. Customers whom nobody served change no owner, unless they came as leads.
async fn handover_facts(
    tx: &mut Conn,
    from: &str,
    to: &str,
    stored: &[Stored],
    customers: &[&str],
    today: NaiveDate,
) -> Result<Vec<Change>, HubError> {
    let Some(guide) = directory::guide(tx, to).await? else {
        return Err(unknown_guide(to));
    };
    let from_guide = (from != POOL).then(|| GuideId::new(from)).transpose();
    let from_guide = from_guide.map_err(|_| HubError::corrupt(format!("the guide {from}")))?;
    let mut numbers = record::Numbers::of(stored)?;
    let mut changes = Vec::new();
    for id in customers {
        if from_guide.is_none() && !is_lead(stored, id)? {
            continue;
        }
        let customer = CustomerId::new(id).map_err(|_| HubError::corrupt(format!("the customer {id}")))?;
        let changed =
            OwnerChanged { on: today, from: from_guide.clone(), to: guide.id.clone(), to_name: guide.name.clone() };
        let fact_id = OpId::of_record("owner_changed", &customer, &format!("{today}/{from}/{to}"));
        let fact = record::fact(fact_id, &customer, start_of(today), FactBody::OwnerChanged(changed));
        let fact = Fact { number: numbers.next(&customer), ..fact.map_err(HubError::Refused)? };
        changes.push(Change::put(kind::FACT, &fact_id.to_string(), id, json(&fact)?));
    }
    Ok(changes)
}

/// Whether a customer came as a lead and has not bought yet.
fn is_lead(stored: &[Stored], id: &str) -> Result<bool, HubError> {
    let mut of_customer = stored.iter().filter(|stored| stored.customer_id == id);
    let Some(document) = of_customer.clone().find(|stored| stored.kind == kind::CUSTOMER) else {
        return Ok(false);
    };
    let customer: Customer = file::parse(kind::CUSTOMER, id, &document.body)?;
    Ok(customer.lead_on.is_some() && of_customer.all(|stored| stored.kind != kind::PURCHASE))
}

fn kind_of(kind: &str) -> Option<&'static str> {
    [kind::CUSTOMER, kind::PURCHASE, kind::FACT].into_iter().find(|known| *known == kind)
}

async fn check_guides(db: &Db, guides: &[GuideId]) -> Result<(), HubError> {
    let mut conn = db.conn().await?;
    for guide in guides {
        if directory::guide(&mut conn, guide.as_str()).await?.is_none() {
            return Err(unknown_guide(guide.as_str()));
        }
    }
    Ok(())
}
