//! Feeds: one row an entity with its latest state, a counter row that orders the changes, and the digest of what lives.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use guide_common::customer::Customer;
use guide_common::fact::Fact;
use guide_common::keep::kept;
use guide_common::purchase::Purchase;
use guide_common::wire::hub::{DigestKey, FeedDigest, GuideProfile, item_hash};
use sqlx::AssertSqlSafe;

use super::page::epoch;
use super::{Conn, MAX_ROWS, Tx, count, epoch_seconds, int, loan, placeholders, signed, text};
use crate::error::{DatabaseContext, HubError};

/// The feed of what all guides share.
pub const SHARED: &str = "@shared";
/// The feed of customers whom no guide serves yet; no terminal reads it.
pub const POOL: &str = "@pool";

/// The kinds of entities, as they stand on the wire.
pub mod kind {
    /// A customer's document.
    pub const CUSTOMER: &str = "customer";
    /// A purchase or return.
    pub const PURCHASE: &str = "purchase";
    /// What an op recorded.
    pub const FACT: &str = "fact";
    /// The guide's profile.
    pub const GUIDE: &str = "guide";
    /// Who can stand in for a guide, in the feed of what all share.
    pub const COLLEAGUE: &str = "colleague";
    /// A plan.
    pub const PLAN: &str = "plan";
    /// A template.
    pub const TEMPLATE: &str = "template";
    /// The chain's settings; the kind is also the id of the one entity.
    pub const SETTINGS: &str = "settings";
    /// The shop's gold price; the kind is also the id of the one entity.
    pub const GOLD_PRICE: &str = "gold_price";
    /// The words that lint looks for; the kind is also the id of the one entity.
    pub const LINT: &str = "lint";
}

/// A feed whose row this transaction has locked.
#[derive(Debug)]
pub struct Feed {
    /// Whose.
    pub guide_id: String,
    /// Sequence numbers of another epoch mean nothing.
    pub epoch: String,
    /// The last change.
    pub head: u64,
    /// How many entities live.
    pub n_live: u64,
    /// The digest of those.
    pub digest: FeedDigest,
    /// Its key.
    pub key: DigestKey,
    /// Whether a change concerned a customer on loan.
    pub touched_loans: bool,
}

/// Entities of a kind that were looked for already, under the lock of their feed.
#[derive(Debug, Default)]
pub struct LookedFor {
    /// Their kind.
    pub(super) kind: &'static str,
    /// What was looked for.
    pub(super) ids: HashSet<String>,
    /// What was found, tombstones too.
    pub(super) found: HashMap<String, Stored>,
    /// Customers of whom it is known that they are on no loan.
    pub(super) without_loan: HashSet<String>,
}

impl LookedFor {
    /// The entity, or its tombstone, where there is one.
    pub fn get(&self, id: &str) -> Option<&Stored> {
        self.found.get(id)
    }
}

/// A change to make: `None` for the body deletes.
#[derive(Clone, Debug)]
pub struct Change {
    /// One of [`kind`].
    pub kind: &'static str,
    /// The entity.
    pub id: String,
    /// Whom it concerns, or an empty text.
    pub customer_id: String,
    /// Its state.
    pub body: Option<String>,
    /// The revision that it had in the feed from which it comes.
    pub rev_before: u64,
}

impl Change {
    /// An entity's state.
    pub fn put(kind: &'static str, id: &str, customer_id: &str, body: String) -> Self {
        Self { kind, id: id.to_owned(), customer_id: customer_id.to_owned(), body: Some(body), rev_before: 0 }
    }

    /// An entity's end.
    pub fn del(kind: &'static str, id: &str, customer_id: &str) -> Self {
        Self { kind, id: id.to_owned(), customer_id: customer_id.to_owned(), body: None, rev_before: 0 }
    }
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// There was no such entity.
    New,
    /// It was otherwise.
    Changed,
    /// It was so already: nothing was written.
    Unchanged,
}

/// An entity as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Whom it concerns.
    pub customer_id: String,
    /// How often it changed.
    pub rev: u64,
    /// Whether it is a tombstone.
    pub deleted: bool,
    /// Its state.
    pub body: String,
}

/// Makes a feed where there is none.
pub async fn create(conn: &mut Conn, guide_id: &str) -> Result<(), HubError> {
    let key = DigestKey(rand::random());
    sqlx::query(
        "INSERT INTO guide_feed (guide_id, epoch, head, floor, n_live, digest, digest_key) \
         VALUES ($1, $2, 0, 0, 0, $3, $4) ON CONFLICT (guide_id) DO NOTHING",
    )
    .bind(guide_id)
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(FeedDigest::default().to_string())
    .bind(String::from(key))
    .execute(conn)
    .await
    .doing("making a feed")?;
    Ok(())
}

/// The live entities of customers in a feed, of every kind; its row need not be locked.
pub async fn load_of_customers(conn: &mut Conn, guide_id: &str, customers: &[&str]) -> Result<Vec<Stored>, HubError> {
    let mut found = Vec::new();
    for customers in customers.chunks(MAX_ROWS) {
        // without the sum SQLite walks the guide's whole feed in the order of its index, instead of a customer's rows
        let sql = format!(
            "SELECT kind, id, customer_id, rev, deleted, body FROM entity \
             WHERE guide_id = $1 AND deleted = 0 AND customer_id IN {} ORDER BY seq + 0",
            placeholders(2, 1, customers.len())
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(guide_id);
        for customer in customers {
            query = query.bind(*customer);
        }
        for row in query.fetch_all(&mut *conn).await.doing("reading customers' entities")? {
            found.push(stored(&row)?);
        }
    }
    Ok(found)
}

impl Feed {
    /// Locks a feed's row until the transaction ends, or `None` where there is no such feed.
    pub async fn lock(tx: &mut Tx, guide_id: &str) -> Result<Option<Self>, HubError> {
        let row = sqlx::query(concat!(
            "UPDATE guide_feed SET head = head WHERE guide_id = $1 RETURNING head, n_live, digest, digest_key, ",
            epoch!(),
        ))
        .bind(guide_id)
        .fetch_optional(&mut **tx)
        .await
        .doing("locking a feed")?;
        let Some(row) = row else {
            return Ok(None);
        };
        tx.locked.push(guide_id.to_owned());
        let corrupt = || HubError::corrupt(format!("the feed of {guide_id}"));
        Ok(Some(Self {
            guide_id: guide_id.to_owned(),
            head: count(&row, 0)?,
            n_live: count(&row, 1)?,
            digest: text(&row, 2)?.parse().map_err(|_| corrupt())?,
            key: text(&row, 3)?.try_into().map_err(|_| corrupt())?,
            epoch: text(&row, 4)?,
            touched_loans: false,
        }))
    }

    /// Locks a feed that is made with the directory's row, and so must be there.
    pub async fn lock_known(tx: &mut Tx, guide_id: &str) -> Result<Self, HubError> {
        Self::lock(tx, guide_id).await?.ok_or_else(|| HubError::corrupt(format!("the guide {guide_id} (no feed)")))
    }

    /// The entities of a kind by their ids, tombstones among them.
    pub async fn load(&self, conn: &mut Conn, kind: &str, ids: &[&str]) -> Result<HashMap<String, Stored>, HubError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(MAX_ROWS) {
            let sql = format!(
                "SELECT kind, id, customer_id, rev, deleted, body FROM entity \
                 WHERE guide_id = $1 AND kind = $2 AND id IN {}",
                placeholders(3, 1, ids.len())
            );
            // safe: only numbered placeholders are put into the text
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(&self.guide_id).bind(kind);
            for id in ids {
                query = query.bind(*id);
            }
            for row in query.fetch_all(&mut *conn).await.doing("reading entities")? {
                let stored = stored(&row)?;
                found.insert(stored.id.clone(), stored);
            }
        }
        Ok(found)
    }

    /// The live entities of customers, of every kind.
    pub async fn load_of_customers(&self, conn: &mut Conn, customers: &[&str]) -> Result<Vec<Stored>, HubError> {
        load_of_customers(conn, &self.guide_id, customers).await
    }

    /// Makes changes, in order; of several to one entity only the last counts. Says of each what it did. What changes
    /// nothing gets no sequence number. A customer on loan who changes is noted, so that the other side hears of it.
    pub async fn apply(&mut self, conn: &mut Conn, changes: Vec<Change>) -> Result<Vec<Written>, HubError> {
        self.apply_known(conn, changes, LookedFor::default()).await
    }

    /// The same where some of the entities were looked for already.
    pub async fn apply_known(
        &mut self,
        conn: &mut Conn,
        changes: Vec<Change>,
        known: LookedFor,
    ) -> Result<Vec<Written>, HubError> {
        let mut last: HashMap<(&'static str, &str), usize> = HashMap::with_capacity(changes.len());
        let mut ids: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
        for (idx, change) in changes.iter().enumerate() {
            let is_known = change.kind == known.kind && known.ids.contains(&change.id);
            if last.insert((change.kind, &change.id), idx).is_none() && !is_known {
                ids.entry(change.kind).or_default().push(&change.id);
            }
        }
        let mut stored: HashMap<&'static str, HashMap<String, Stored>> = HashMap::new();
        for (kind, ids) in &ids {
            stored.insert(kind, self.load(conn, kind, ids).await?);
        }
        stored.entry(known.kind).or_default().extend(known.found);
        let mut written = Vec::with_capacity(changes.len());
        let mut rows = Vec::new();
        for (idx, change) in changes.iter().enumerate() {
            if last.get(&(change.kind, change.id.as_str())) != Some(&idx) {
                written.push(Written::Unchanged);
                continue;
            }
            let before = stored.get(change.kind).and_then(|of_kind| of_kind.get(&change.id));
            let (did, row) = self.step(change, before);
            written.push(did);
            rows.extend(row);
        }
        upsert(conn, &self.guide_id, &rows).await?;
        if !rows.is_empty() {
            self.save(conn).await?;
            let customers = rows.iter().map(|row| row.change.customer_id.as_str());
            let may_be_lent = customers.filter(|id| !id.is_empty() && !known.without_loan.contains(*id));
            self.touched_loans |= loan::touch(conn, &may_be_lent.collect()).await?;
        }
        Ok(written)
    }

    /// Works one change into head, count and digest.
    fn step<'c>(&mut self, change: &'c Change, before: Option<&Stored>) -> (Written, Option<NewRow<'c>>) {
        let live = before.filter(|stored| !stored.deleted);
        let body = match (live, &change.body) {
            (Some(live), Some(new)) => Some(with_later_parts(change.kind, &live.body, new)),
            (_, new) => new.as_deref().map(Cow::Borrowed),
        };
        let same = live.map(|stored| stored.body.as_str()) == body.as_deref();
        if same && live.is_none_or(|stored| stored.customer_id == change.customer_id) {
            return (Written::Unchanged, None);
        }
        let rev = before.map_or(0, |stored| stored.rev).max(change.rev_before) + 1;
        if let Some(stored) = live {
            let hash = item_hash(&self.key, change.kind, &change.id, stored.rev, &stored.body);
            self.digest = self.digest.without(hash);
            self.n_live = self.n_live.saturating_sub(1);
        }
        if let Some(body) = &body {
            self.digest = self.digest.with(item_hash(&self.key, change.kind, &change.id, rev, body));
            self.n_live += 1;
        }
        self.head += 1;
        let did = if live.is_some() { Written::Changed } else { Written::New };
        (did, Some(NewRow { change, body: body.map(Cow::into_owned), seq: self.head, rev }))
    }

    /// Lets the feed say what was counted under its lock.
    pub async fn set_content(&mut self, conn: &mut Conn, n_live: u64, digest: FeedDigest) -> Result<(), HubError> {
        (self.n_live, self.digest) = (n_live, digest);
        self.save(conn).await
    }

    async fn save(&self, conn: &mut Conn) -> Result<(), HubError> {
        sqlx::query("UPDATE guide_feed SET head = $1, n_live = $2, digest = $3 WHERE guide_id = $4")
            .bind(signed(self.head))
            .bind(signed(self.n_live))
            .bind(self.digest.to_string())
            .bind(&self.guide_id)
            .execute(conn)
            .await
            .doing("writing a feed's head")?;
        Ok(())
    }
}

/// What is written in the place of `before`: what a newer hub or terminal put there and this hub does not know stays.
/// What headquarters publishes as a whole is replaced as a whole.
fn with_later_parts<'b>(kind: &str, before: &'b str, new: &'b str) -> Cow<'b, str> {
    match kind {
        kind::CUSTOMER => kept::<Customer>(before, new),
        kind::PURCHASE => kept::<Purchase>(before, new),
        kind::FACT => kept::<Fact>(before, new),
        kind::GUIDE => kept::<GuideProfile>(before, new),
        _ => Cow::Borrowed(new),
    }
}

struct NewRow<'c> {
    change: &'c Change,
    body: Option<String>,
    seq: u64,
    rev: u64,
}

async fn upsert(conn: &mut Conn, guide_id: &str, rows: &[NewRow<'_>]) -> Result<(), HubError> {
    let at = epoch_seconds();
    for rows in rows.chunks(MAX_ROWS) {
        let sql = format!(
            "INSERT INTO entity (guide_id, kind, id, customer_id, seq, rev, deleted, body, deleted_at) VALUES {} \
             ON CONFLICT (guide_id, kind, id) DO UPDATE SET customer_id = excluded.customer_id, seq = excluded.seq, \
             rev = excluded.rev, deleted = excluded.deleted, body = excluded.body, deleted_at = excluded.deleted_at",
            placeholders(1, rows.len(), 9)
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for NewRow { change, body, seq, rev } in rows {
            query = query.bind(guide_id).bind(change.kind).bind(&change.id).bind(&change.customer_id);
            query = query.bind(signed(*seq)).bind(signed(*rev)).bind(i64::from(body.is_none()));
            query = query.bind(body.as_deref().unwrap_or_default());
            query = query.bind(if body.is_none() { at } else { 0 });
        }
        query.execute(&mut *conn).await.doing("writing entities")?;
    }
    Ok(())
}

/// An entity from the first six columns of a row.
pub(super) fn stored(row: &sqlx::any::AnyRow) -> Result<Stored, HubError> {
    Ok(Stored {
        kind: text(row, 0)?,
        id: text(row, 1)?,
        customer_id: text(row, 2)?,
        rev: count(row, 3)?,
        deleted: int(row, 4)? != 0,
        body: text(row, 5)?,
    })
}
