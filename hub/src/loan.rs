//! Customers on loan to a deputy. While dues of a customer are handed to a deputy, the deputy's feed holds a copy of the
//! customer, and what the deputy records comes into the owner's feed. The two feeds are never written in one
//! transaction: each side is brought up to date from what the other holds, as often as it takes, so that a program that
//! ends in between loses nothing and doubles nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use guide_common::customer::{Customer, Loan};
use guide_common::fact::{Fact, FactBody};
use guide_common::id::GuideId;
use guide_common::keep::kept;

use crate::db::directory::{json, owners};
use crate::db::feed::{self, Change, Feed, Stored, kind};
use crate::db::loan::{LoanRow, carried, forget, forget_before, open};
use crate::db::retry::retry;
use crate::db::{Conn, Db, commit, file};
use crate::error::HubError;
use crate::record::Numbers;

/// How many customers are brought up to date in one transaction.
const BATCH: usize = 50;
/// How often loans that change meanwhile are looked at again; what is left is done after the next push.
const ROUNDS: usize = 5;
/// So long after a loan's end what the deputy recorded before is still taken in: a terminal may be without the network.
const LATE_DAYS: u64 = 60;

/// Brings every loan up to date of which something changed, and ends those whose last day is over. Without a date no
/// loan ends by its day and none begins again: commands of headquarters may run on another clock than the server.
pub async fn settle(db: &Db, today: Option<NaiveDate>) -> Result<(), HubError> {
    for _ in 0..ROUNDS {
        let mut conn = db.conn().await?;
        let rows = open(&mut conn, today).await?;
        let customers: Vec<&str> = rows.iter().map(|row| row.customer.as_str()).collect();
        let owners = owners(&mut conn, &customers).await?;
        drop(conn);
        if rows.is_empty() {
            break;
        }
        let mut pairs: BTreeMap<(&str, &str), Vec<&LoanRow>> = BTreeMap::new();
        for row in &rows {
            if let Some(owner) = owners.get(&row.customer) {
                pairs.entry((owner, &row.deputy)).or_default().push(row);
            }
        }
        for ((owner, deputy), rows) in pairs {
            for batch in rows.chunks(BATCH) {
                retry(|| take_in(db, owner, deputy, batch)).await?;
                retry(|| hand_out(db, owner, deputy, batch, today)).await?;
            }
        }
    }
    Ok(())
}

/// When this process brought loans up to date last. A push that concerns none does so again only after a second: what
/// another process left undone, and what ended with its day, waits no longer.
#[derive(Debug, Default)]
pub struct Settled(Mutex<Option<(Instant, NaiveDate)>>);

impl Settled {
    /// How long it lasts.
    const LASTS: Duration = Duration::from_secs(1);

    /// Whether they must be looked at.
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.lock().is_none_or(|(at, on)| on != today || at.elapsed() >= Self::LASTS)
    }

    /// Notes that they were brought up to date.
    pub fn note(&self, today: NaiveDate) {
        *self.lock() = Some((Instant::now(), today));
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, NaiveDate)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets loans that ended so long ago that nothing of their deputies is taken in any more.
pub async fn forget_old(db: &Db, today: NaiveDate) -> Result<(), HubError> {
    let long_ago = today.checked_sub_days(Days::new(LATE_DAYS)).unwrap_or(today);
    forget_before(&mut *db.conn().await?, long_ago).await
}

/// Whether what the deputy recorded during a loan that has ended is still taken in.
pub fn is_taken_in_late(row: &LoanRow, today: NaiveDate) -> bool {
    (today - row.until_on).num_days() <= LATE_DAYS as i64
}

/// Takes what the deputy recorded into the owner's feed.
pub async fn take_in(db: &Db, owner: &str, deputy: &str, rows: &[&LoanRow]) -> Result<(), HubError> {
    if owner == deputy {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, owner).await?;
    let customers = still_of(&mut tx, owner, rows).await?;
    let stored = feed.load_of_customers(&mut tx, &customers).await?;
    let mut numbers = Numbers::of(&stored)?;
    let own = facts(stored)?;
    let of_deputy = facts(feed::load_of_customers(&mut tx, deputy, &customers).await?)?;
    let mut of_deputy: Vec<(Stored, Fact)> = of_deputy.into_values().collect();
    // they keep the order in which the deputy's feed took them in
    of_deputy.sort_by_key(|(_, fact)| fact.number);
    let mut changes = Vec::new();
    for (stored, theirs) in of_deputy {
        let id = stored.id;
        match own.get(&id) {
            None => {
                let fact = Fact { number: numbers.next(&theirs.customer), ..theirs };
                let body = kept::<Fact>(&stored.body, &json(&fact)?).into_owned();
                changes.push(Change::put(kind::FACT, &id, &stored.customer_id, body));
            }
            Some((_, fact)) => {
                let mut fact = fact.clone();
                if fact.undone.merge(&theirs.undone) {
                    changes.push(Change::put(kind::FACT, &id, &stored.customer_id, json(&fact)?));
                }
            }
        }
    }
    feed.apply(&mut tx, changes).await?;
    commit(tx).await
}

/// Brings the deputy's copies up to date with the owner's feed, or removes them where the loan is over. What the owner's
/// feed does not hold yet stays until it does.
pub async fn hand_out(
    db: &Db,
    owner: &str,
    deputy: &str,
    rows: &[&LoanRow],
    today: Option<NaiveDate>,
) -> Result<(), HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, deputy).await?;
    let customers = still_of(&mut tx, owner, rows).await?;
    let rows = rows.iter().filter(|row| customers.contains(&row.customer.as_str()));
    if owner == deputy {
        // the customer was assigned to the deputy: the copies have become the file itself
        for row in rows {
            forget(&mut tx, row).await?;
        }
        return commit(tx).await;
    }
    let own = by_customer(feed::load_of_customers(&mut tx, owner, &customers).await?);
    let copies = by_customer(feed.load_of_customers(&mut tx, &customers).await?);
    let mut changes = Vec::new();
    for row in rows {
        let none = Vec::new();
        let own = own.get(&row.customer).unwrap_or(&none);
        let copies = copies.get(&row.customer).unwrap_or(&none);
        let until_on = match today {
            None if row.ended => None,
            _ => last_day(own, deputy, today)?,
        };
        match until_on {
            Some(until_on) => changes.extend(copied(own, copies, owner, until_on)?),
            None => changes.extend(removed(own, copies)?),
        }
        let row = LoanRow { until_on: until_on.unwrap_or(row.until_on), ended: until_on.is_none(), ..(*row).clone() };
        carried(&mut tx, &row).await?;
    }
    feed.apply(&mut tx, changes).await?;
    commit(tx).await
}

/// The customers of rows whom the owner still serves.
async fn still_of<'r>(tx: &mut Conn, owner: &str, rows: &[&'r LoanRow]) -> Result<Vec<&'r str>, HubError> {
    let customers: Vec<&str> = rows.iter().map(|row| row.customer.as_str()).collect();
    let owners = owners(tx, &customers).await?;
    Ok(customers.into_iter().filter(|customer| owners.get(*customer).is_some_and(|of| of == owner)).collect())
}

/// The last day on which dues of a customer are the deputy's; none where they are not today and will not be.
fn last_day(own: &[Stored], deputy: &str, today: Option<NaiveDate>) -> Result<Option<NaiveDate>, HubError> {
    let mut last = None;
    for stored in own.iter().filter(|stored| stored.kind == kind::FACT) {
        let fact: Fact = file::parse(kind::FACT, &stored.id, &stored.body)?;
        if let FactBody::Handed(handed) = &fact.body
            && !fact.is_undone()
            && handed.to.as_str() == deputy
            && today.is_none_or(|today| today <= handed.until_on)
        {
            last = last.max(Some(handed.until_on));
        }
    }
    Ok(last)
}

fn copied(own: &[Stored], copies: &[Stored], owner: &str, until_on: NaiveDate) -> Result<Vec<Change>, HubError> {
    let from = GuideId::new(owner).map_err(|_| HubError::corrupt(format!("the guide {owner}")))?;
    let pending = pending(own, copies)?;
    let mut changes = Vec::new();
    for stored in own {
        let put = |kind, body| Change::put(kind, &stored.id, &stored.customer_id, body);
        match stored.kind.as_str() {
            kind::CUSTOMER => {
                let customer: Customer = file::parse(kind::CUSTOMER, &stored.id, &stored.body)?;
                let lent = Some(Loan { from: from.clone(), until_on });
                let body = json(&Customer { lent, ..customer })?;
                changes.push(put(kind::CUSTOMER, kept::<Customer>(&stored.body, &body).into_owned()));
            }
            kind::PURCHASE => changes.push(put(kind::PURCHASE, stored.body.clone())),
            kind::FACT if !pending.contains(stored.id.as_str()) => changes.push(put(kind::FACT, stored.body.clone())),
            _ => {}
        }
    }
    // customers before what hangs on them, so that a terminal never meets a purchase of nobody
    changes.sort_by_key(|change| change.kind != kind::CUSTOMER);
    let is_gone = |copy: &&Stored| copy.kind == kind::PURCHASE && !own.iter().any(|of| is_same(of, copy));
    let gone = copies.iter().filter(is_gone);
    changes.extend(gone.map(|copy| Change::del(kind::PURCHASE, &copy.id, &copy.customer_id)));
    Ok(changes)
}

fn removed(own: &[Stored], copies: &[Stored]) -> Result<Vec<Change>, HubError> {
    let pending = pending(own, copies)?;
    let of_kind = |copy: &Stored| match copy.kind.as_str() {
        kind::CUSTOMER => Some(kind::CUSTOMER),
        kind::PURCHASE => Some(kind::PURCHASE),
        kind::FACT if !pending.contains(copy.id.as_str()) => Some(kind::FACT),
        _ => None,
    };
    let del = |copy: &Stored| Some(Change::del(of_kind(copy)?, &copy.id, &copy.customer_id));
    Ok(copies.iter().filter_map(del).collect())
}

/// The deputy's facts that the owner's feed does not hold as they are.
fn pending<'c>(own: &[Stored], copies: &'c [Stored]) -> Result<BTreeSet<&'c str>, HubError> {
    let mut pending = BTreeSet::new();
    for copy in copies.iter().filter(|copy| copy.kind == kind::FACT) {
        match own.iter().find(|of| is_same(of, copy)) {
            None => {
                pending.insert(copy.id.as_str());
            }
            Some(of) if of.body != copy.body => {
                let fact: Fact = file::parse(kind::FACT, &of.id, &of.body)?;
                let theirs: Fact = file::parse(kind::FACT, &copy.id, &copy.body)?;
                if fact.undone.clone().merge(&theirs.undone) {
                    pending.insert(copy.id.as_str());
                }
            }
            Some(_) => {}
        }
    }
    Ok(pending)
}

fn is_same(a: &Stored, b: &Stored) -> bool {
    a.kind == b.kind && a.id == b.id
}

fn by_customer(stored: Vec<Stored>) -> HashMap<String, Vec<Stored>> {
    let mut by_customer: HashMap<String, Vec<Stored>> = HashMap::new();
    for stored in stored {
        by_customer.entry(stored.customer_id.clone()).or_default().push(stored);
    }
    by_customer
}

fn facts(stored: Vec<Stored>) -> Result<BTreeMap<String, (Stored, Fact)>, HubError> {
    let facts = stored.into_iter().filter(|stored| stored.kind == kind::FACT);
    facts
        .map(|stored| Ok((stored.id.clone(), (stored.clone(), file::parse(kind::FACT, &stored.id, &stored.body)?))))
        .collect()
}
