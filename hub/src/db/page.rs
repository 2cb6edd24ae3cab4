//! Pages of a feed, each read in one statement and so in one snapshot on both engines.

use std::collections::BTreeMap;

use guide_common::id::CustomerId;
use guide_common::wire::hub::{DigestKey, FeedDigest, Item, ItemOp, MAX_PAGE_BYTES};
use serde_json::value::RawValue;
use sqlx::Row;

use super::{Conn, count, int, signed, text};
use crate::error::{DatabaseContext, HubError};

/// A feed's state, and the changes after a cursor.
#[derive(Debug)]
pub struct Page {
    /// The feed's epoch.
    pub epoch: String,
    /// Its last change.
    pub head: u64,
    /// The oldest cursor that can be read from.
    pub floor: u64,
    /// How many entities live.
    pub n_live: u64,
    /// The digest of those.
    pub digest: FeedDigest,
    /// The changes, ordered by `seq`.
    pub items: Vec<Item>,
    /// Whether there are more.
    pub more: bool,
}

/// Reads the changes after `since`: at most `limit`, and no more than [`MAX_PAGE_BYTES`] of bodies unless the first
/// body alone is larger. `None` where there is no such feed.
pub async fn read(conn: &mut Conn, guide_id: &str, since: u64, limit: usize) -> Result<Option<Page>, HubError> {
    let rows = sqlx::query(
        "SELECT f.epoch, f.head, f.floor, f.n_live, f.digest, \
                e.kind, e.id, e.customer_id, e.seq, e.rev, e.deleted, e.body \
         FROM guide_feed f LEFT JOIN (\
             SELECT guide_id, kind, id, customer_id, seq, rev, deleted, body FROM entity \
             WHERE guide_id = $1 AND seq > $2 ORDER BY seq LIMIT $3\
         ) e ON e.guide_id = f.guide_id \
         WHERE f.guide_id = $1 ORDER BY e.seq",
    )
    .bind(guide_id)
    .bind(signed(since))
    .bind(signed(limit as u64 + 1))
    .fetch_all(conn)
    .await
    .doing("reading a page of a feed")?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let digest = text(first, 4)?.parse().map_err(|_| HubError::corrupt(format!("the feed of {guide_id}")))?;
    let mut page = Page {
        epoch: text(first, 0)?,
        head: count(first, 1)?,
        floor: count(first, 2)?,
        n_live: count(first, 3)?,
        digest,
        items: Vec::new(),
        more: false,
    };
    let mut n_bytes = 0;
    for row in &rows {
        if row.try_get::<Option<String>, _>(5).doing("reading a row")?.is_none() {
            break;
        }
        let item = item(row)?;
        n_bytes += item.body.as_ref().map_or(0, |body| body.get().len());
        if page.items.len() == limit || (n_bytes > MAX_PAGE_BYTES && !page.items.is_empty()) {
            page.more = true;
            break;
        }
        page.items.push(item);
    }
    Ok(Some(page))
}

/// The key of a feed's digest.
pub async fn digest_key(conn: &mut Conn, guide_id: &str) -> Result<DigestKey, HubError> {
    let row = sqlx::query("SELECT digest_key FROM guide_feed WHERE guide_id = $1")
        .bind(guide_id)
        .fetch_optional(conn)
        .await
        .doing("reading a feed's key")?;
    let corrupt = || HubError::corrupt(format!("the feed of {guide_id}"));
    let row = row.ok_or_else(corrupt)?;
    text(&row, 0)?.try_into().map_err(|_| corrupt())
}

fn item(row: &sqlx::any::AnyRow) -> Result<Item, HubError> {
    let id = text(row, 6)?;
    let corrupt = || HubError::corrupt(format!("the entity {id}"));
    let customer = text(row, 7)?;
    let customer = if customer.is_empty() { None } else { Some(CustomerId::new(&customer).map_err(|_| corrupt())?) };
    let deleted = int(row, 10)? != 0;
    let body = if deleted { None } else { Some(RawValue::from_string(text(row, 11)?).map_err(|_| corrupt())?) };
    Ok(Item {
        seq: count(row, 8)?,
        kind: text(row, 5)?,
        customer,
        rev: count(row, 9)?,
        op: if deleted { ItemOp::Del } else { ItemOp::Put },
        body,
        id,
    })
}

/// How many entities of each kind live in a feed.
pub async fn count_kinds(conn: &mut Conn, guide_id: &str) -> Result<BTreeMap<String, u64>, HubError> {
    let rows = sqlx::query(
        "SELECT kind, COUNT(*) FROM entity WHERE guide_id = $1 AND deleted = 0 GROUP BY kind ORDER BY kind",
    )
    .bind(guide_id)
    .fetch_all(conn)
    .await
    .doing("counting a feed's entities")?;
    rows.iter().map(|row| Ok((text(row, 0)?, count(row, 1)?))).collect()
}
