//! Whether every feed says of itself what its rows say. A feed that does not, after a hand changed a table or a disk a
//! byte, makes its terminals pull everything again and again; counting it anew ends that.

use guide_common::wire::hub::FeedDigest;
use serde::Serialize;

use crate::db::feed::Feed;
use crate::db::inventory::{self, Counted};
use crate::db::purge::feeds_after;
use crate::db::retry::retry;
use crate::db::{Db, commit};
use crate::error::HubError;

/// How many entities live in a feed, and their digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// How many.
    pub n_live: u64,
    /// Their digest.
    pub digest: FeedDigest,
}

/// A feed that says something else than its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The guide, or `@shared` or `@pool`.
    pub feed: String,
    /// What it says of itself.
    pub says: Content,
    /// What was counted.
    pub holds: Content,
    /// Whether it says that now.
    pub healed: bool,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many feeds.
    pub n_feeds: u64,
    /// How many entities live in them.
    pub n_live: u64,
    /// Those that contradict themselves.
    pub contradictions: Vec<Contradiction>,
}

impl Verified {
    /// Whether a feed still contradicts itself.
    pub fn is_left(&self) -> bool {
        self.contradictions.iter().any(|found| !found.healed)
    }
}

/// Looks at one feed, or at all of them one by one, also while hubs serve; with `heals` a feed is counted under its lock
/// and says then what it holds. `progress` hears how many feeds are done.
pub async fn verify(
    db: &Db,
    feed: Option<&str>,
    heals: bool,
    mut progress: impl FnMut(u64),
) -> Result<Verified, HubError> {
    let mut verified = Verified::default();
    let mut feeds = match feed {
        Some(feed) => vec![feed.to_owned()],
        None => feeds_after(&mut *db.conn().await?, "").await?,
    };
    while let Some(last) = feeds.last().cloned() {
        for id in &feeds {
            look(db, id, heals, &mut verified).await?;
            progress(verified.n_feeds);
        }
        feeds = match feed {
            Some(_) => Vec::new(),
            None => feeds_after(&mut *db.conn().await?, &last).await?,
        };
    }
    Ok(verified)
}

async fn look(db: &Db, feed: &str, heals: bool, verified: &mut Verified) -> Result<(), HubError> {
    let counted = inventory::counts(&mut *db.conn().await?, feed).await?;
    let counted = counted.ok_or_else(|| HubError::refused(format!("there is no feed {feed}")))?;
    let (says, mut holds) = (said(&counted), content(&counted));
    verified.n_feeds += 1;
    verified.n_live += holds.n_live;
    if says == holds {
        return Ok(());
    }
    if heals {
        holds = retry(|| heal(db, feed)).await?;
    }
    verified.contradictions.push(Contradiction { feed: feed.to_owned(), says, holds, healed: heals });
    Ok(())
}

async fn heal(db: &Db, id: &str) -> Result<Content, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, id).await?;
    let counted = inventory::counts(&mut tx, id).await?;
    let holds = content(&counted.ok_or_else(|| HubError::refused(format!("there is no feed {id}")))?);
    feed.set_content(&mut tx, holds.n_live, holds.digest).await?;
    commit(tx).await?;
    tracing::warn!(feed = id, n_live = holds.n_live, "a feed that contradicted its rows was counted anew");
    Ok(holds)
}

fn said(counted: &Counted) -> Content {
    Content { n_live: counted.state.n_live, digest: counted.state.digest }
}

fn content(counted: &Counted) -> Content {
    let nothing = Content { n_live: 0, digest: FeedDigest::default() };
    counted
        .kinds
        .iter()
        .fold(nothing, |all, kind| Content { n_live: all.n_live + kind.n, digest: all.digest.with(kind.digest.0) })
}
