//! What lives in a feed, counted and digested again from its rows, one row in memory at a time.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use guide_common::wire::hub::{DigestKey, Entry, FeedDigest, KindCount, MAX_INVENTORY_ENTRIES, item_hash};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::page::{FeedState, epoch, feed_state};
use super::{Conn, count, signed, text};
use crate::error::{DatabaseContext, HubError};

/// What a feed's row says, and what its rows say.
#[derive(Debug)]
pub struct Counted {
    /// What the feed's row says.
    pub state: FeedState,
    /// Counted from the entities, in the order of kinds.
    pub kinds: Vec<KindCount>,
}

/// Counts a feed's live entities by kind. `None` where there is no such feed.
pub async fn counts(conn: &mut Conn, guide_id: &str) -> Result<Option<Counted>, HubError> {
    let query = sqlx::query(concat!(
        "SELECT ",
        epoch!(),
        ", f.head, f.n_live, f.digest, f.digest_key, e.kind, e.id, e.rev, e.body \
         FROM guide_feed f LEFT JOIN entity e ON e.guide_id = f.guide_id AND e.deleted = 0 WHERE f.guide_id = $1",
    ));
    let mut rows = query.bind(guide_id).fetch(conn);
    let mut feed: Option<(FeedState, DigestKey)> = None;
    let mut kinds: BTreeMap<String, (u64, FeedDigest)> = BTreeMap::new();
    while let Some(row) = rows.try_next().await.doing("counting what lives in a feed")? {
        let (_, key) = match &feed {
            Some(feed) => feed,
            None => feed.insert((feed_state(&row, 0)?, key(&row, guide_id)?)),
        };
        if let Some((kind, entry)) = entry(&row, key)? {
            let (n, digest) = kinds.entry(kind).or_default();
            *n += 1;
            *digest = digest.with(entry.hash.0);
        }
    }
    let kinds = kinds.into_iter().map(|(kind, (n, digest))| KindCount { kind, n, digest }).collect();
    Ok(feed.map(|(state, _)| Counted { state, kinds }))
}

/// A page of a kind's live entities.
#[derive(Debug)]
pub struct Listed {
    /// What the feed's row says.
    pub state: FeedState,
    /// The entities, in the database's order of ids.
    pub entries: Vec<Entry>,
    /// Whether there are more.
    pub more: bool,
}

/// The live entities of a kind behind an id, at most [`MAX_INVENTORY_ENTRIES`]. `None` where there is no such feed.
pub async fn list(conn: &mut Conn, guide_id: &str, kind: &str, after: &str) -> Result<Option<Listed>, HubError> {
    let query = sqlx::query(concat!(
        "SELECT ",
        epoch!(),
        ", f.head, f.n_live, f.digest, f.digest_key, e.kind, e.id, e.rev, e.body FROM guide_feed f LEFT JOIN (\
             SELECT guide_id, kind, id, rev, body FROM entity \
             WHERE guide_id = $1 AND kind = $2 AND id > $3 AND deleted = 0 ORDER BY id LIMIT $4\
         ) e ON e.guide_id = f.guide_id WHERE f.guide_id = $1 ORDER BY e.id",
    ));
    let query = query.bind(guide_id).bind(kind).bind(after).bind(signed(MAX_INVENTORY_ENTRIES as u64 + 1));
    let mut rows = query.fetch(conn);
    let mut feed: Option<(Listed, DigestKey)> = None;
    while let Some(row) = rows.try_next().await.doing("listing what lives in a feed")? {
        let (listed, key) = match &mut feed {
            Some(feed) => feed,
            none => {
                let listed = Listed { state: feed_state(&row, 0)?, entries: Vec::new(), more: false };
                none.insert((listed, key(&row, guide_id)?))
            }
        };
        let Some((_, entry)) = entry(&row, key)? else { break };
        if listed.entries.len() == MAX_INVENTORY_ENTRIES {
            listed.more = true;
            break;
        }
        listed.entries.push(entry);
    }
    Ok(feed.map(|(listed, _)| listed))
}

fn key(row: &AnyRow, guide_id: &str) -> Result<DigestKey, HubError> {
    text(row, 4)?.try_into().map_err(|_| HubError::corrupt(format!("the feed of {guide_id}")))
}

/// Kind and entry of a row; `None` in the one row of a feed without entities.
fn entry(row: &AnyRow, key: &DigestKey) -> Result<Option<(String, Entry)>, HubError> {
    let Some(kind) = row.try_get::<Option<String>, _>(5).doing("reading a row")? else {
        return Ok(None);
    };
    let (id, rev) = (text(row, 6)?, count(row, 7)?);
    let hash = FeedDigest(item_hash(key, &kind, &id, rev, &text(row, 8)?));
    Ok(Some((kind, Entry { id, rev, hash })))
}
