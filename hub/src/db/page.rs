//! Pages of a feed, each read in one statement and so in one snapshot on both engines.

use std::collections::BTreeMap;

use guide_common::id::CustomerId;
use guide_common::wire::hub::{DigestKey, FeedDigest, Item, ItemOp, MAX_PAGE_BYTES};
use serde_json::value::RawValue;
use sqlx::Row;

use super::{Conn, count, directory, int, signed, text};
use crate::error::{DatabaseContext, HubError};

/// The epoch that every feed tells on the wire, as SQL: the hub's.
macro_rules! epoch {
    () => {
        "(SELECT value FROM hub_state WHERE key = 'epoch')"
    };
}

pub(super) use epoch;

/// Where a feed is, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedState {
    /// The feed's epoch.
    pub epoch: String,
    /// Its last change.
    pub head: u64,
    /// How many entities live.
    pub n_live: u64,
    /// The digest of those.
    pub digest: FeedDigest,
}

/// A feed's state, and the changes after a cursor.
#[derive(Debug)]
pub struct Page {
    /// The feed when this page was read.
    pub state: FeedState,
    /// The oldest cursor that can be read from.
    pub floor: u64,
    /// The changes, ordered by `seq`.
    pub items: Vec<Item>,
    /// Whether there are more.
    pub more: bool,
}

/// Reads the changes after `since`: at most `limit`, and no more than [`MAX_PAGE_BYTES`] of bodies unless the first
/// body alone is larger. `None` where there is no such feed.
pub async fn read(conn: &mut Conn, guide_id: &str, since: u64, limit: usize) -> Result<Option<Page>, HubError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        epoch!(),
        ", f.head, f.n_live, f.digest, f.floor, e.kind, e.id, e.customer_id, e.seq, e.rev, e.deleted, e.body \
         FROM guide_feed f LEFT JOIN (\
             SELECT guide_id, kind, id, customer_id, seq, rev, deleted, body FROM entity \
             WHERE guide_id = $1 AND seq > $2 ORDER BY seq LIMIT $3\
         ) e ON e.guide_id = f.guide_id \
         WHERE f.guide_id = $1 ORDER BY e.seq",
    ))
    .bind(guide_id)
    .bind(signed(since))
    .bind(signed(limit as u64 + 1))
    .fetch_all(conn)
    .await
    .doing("reading a page of a feed")?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let mut page = Page { state: feed_state(first, 0)?, floor: count(first, 4)?, items: Vec::new(), more: false };
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

/// A feed's state alone. `None` where there is no such feed.
pub async fn state(conn: &mut Conn, guide_id: &str) -> Result<Option<FeedState>, HubError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        epoch!(),
        ", f.head, f.n_live, f.digest FROM guide_feed f WHERE f.guide_id = $1"
    ))
    .bind(guide_id)
    .fetch_optional(conn)
    .await
    .doing("reading where a feed is")?;
    row.map(|row| feed_state(&row, 0)).transpose()
}

/// The states of those feeds whose head or digest is another one than what is known; of a feed of which nothing is known
/// always. The ids travel as one text, so that ten thousand are one statement with one parameter.
pub async fn moved(
    conn: &mut Conn,
    known: &[(String, Option<(u64, FeedDigest)>)],
) -> Result<Vec<(String, FeedState)>, HubError> {
    let known: Vec<(&str, i64, String)> = known
        .iter()
        .map(|(id, known)| match known {
            Some((head, digest)) => (id.as_str(), signed(*head), digest.to_string()),
            None => (id.as_str(), -1, String::new()),
        })
        .collect();
    let known = directory::json(&known)?;
    let sql = if conn.backend_name() == "SQLite" {
        concat!(
            "SELECT ",
            epoch!(),
            ", f.head, f.n_live, f.digest, f.guide_id FROM json_each($1) k \
             JOIN guide_feed f ON f.guide_id = json_extract(k.value, '$[0]') \
             WHERE f.head <> json_extract(k.value, '$[1]') OR f.digest <> json_extract(k.value, '$[2]')"
        )
    } else {
        concat!(
            "SELECT ",
            epoch!(),
            ", f.head, f.n_live, f.digest, f.guide_id FROM json_array_elements(CAST($1 AS json)) k \
             JOIN guide_feed f ON f.guide_id = k.value ->> 0 \
             WHERE f.head <> CAST(k.value ->> 1 AS BIGINT) OR f.digest <> k.value ->> 2"
        )
    };
    let rows = sqlx::query(sql).bind(known).fetch_all(conn).await.doing("reading where feeds are")?;
    rows.iter().map(|row| Ok((text(row, 4)?, feed_state(row, 0)?))).collect()
}

/// Epoch, head, count and digest from a column on.
pub(super) fn feed_state(row: &sqlx::any::AnyRow, first: usize) -> Result<FeedState, HubError> {
    Ok(FeedState {
        epoch: text(row, first)?,
        head: count(row, first + 1)?,
        n_live: count(row, first + 2)?,
        digest: text(row, first + 3)?.parse().map_err(|_| HubError::corrupt("a feed's digest"))?,
    })
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

/// The item of a row whose columns from the sixth on are kind, id, customer, seq, rev, deleted and body.
pub(super) fn item(row: &sqlx::any::AnyRow) -> Result<Item, HubError> {
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
