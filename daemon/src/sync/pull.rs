//! Pulling a feed, step by step: pages of changes into the cache, and, where the cursor is worth nothing or both sides
//! hold different things, a snapshot into a new generation. What was fetched of a snapshot is kept when it breaks off.

use std::sync::Arc;

use axum::body::Bytes;
use guide_common::id::CustomerId;
use guide_common::wire::hub::{
    ChangesQuery, ChangesResponse, FeedName, Item, MAX_PAGE_ITEMS, MAX_SNAPSHOT_ITEMS, SnapshotQuery, SnapshotResponse,
};

use crate::core::Core;
use crate::store::{Cursor, PageHead};
use crate::sync::client::{Changes, HubClient, HubError};
use crate::sync::drive::{Pulled, blocking};
use crate::sync::error::CycleError;
use crate::sync::machine::Event;

/// Whom a change concerns; the greatest of a page counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// The customers who are named.
    Customers,
    /// Those too, and what scripts are made with, or who the colleagues are.
    Texts,
    /// Everyone: a plan, the settings, the guide's profile or leave.
    Everyone,
}

impl About {
    fn of(item: &Item) -> Self {
        match (&item.customer, item.kind.as_str()) {
            (Some(customer), _) if customer.is_guide_itself() => Self::Everyone,
            (Some(_), _) | (None, "customer") => Self::Customers,
            (None, "template" | "gold_price" | "lint" | "colleague") => Self::Texts,
            (None, _) => Self::Everyone,
        }
    }
}

/// Asks from a cursor; one without an epoch is that of a full pull, which names no count and no digest.
pub fn query(feed: FeedName, cursor: &Cursor) -> ChangesQuery {
    let holds = cursor.epoch.is_some();
    ChangesQuery {
        feed,
        epoch: cursor.epoch.clone(),
        since: cursor.seq,
        n_live: holds.then_some(cursor.n_live),
        digest: holds.then_some(cursor.digest),
        limit: Some(MAX_PAGE_ITEMS),
        wait: None,
        other: None,
        seen: None,
    }
}

/// Asks a feed for changes from its cursor on, and applies them.
pub async fn changes(
    core: &Arc<Core>,
    hub: &HubClient,
    feed: FeedName,
    pulled: &mut Pulled,
) -> Result<Event, CycleError> {
    let cursor = core.store.cursor(feed)?;
    let Some(epoch) = &cursor.epoch else {
        return Ok(Event::Empty);
    };
    let mut query = query(feed, &cursor);
    if feed == FeedName::Guide {
        query.seen = core.state().outbox.seen(epoch).filter(|seen| *seen > cursor.seq);
    }
    let bytes = match hub.changes(&query).await? {
        Changes::NotModified => return Ok(Event::Same),
        Changes::Reset(reset) => {
            tracing::warn!(feed = feed.name(), reason = ?reset.reason, "the hub cannot read from the cursor");
            let is_other = reset.epoch != *epoch;
            return Ok(Event::Reset { reason: reset.reason, epoch: reset.epoch, is_other });
        }
        Changes::Page(bytes) => bytes,
    };
    let applied = apply(core, feed, cursor, bytes).await?;
    pulled.customers.extend(applied.customers);
    pulled.everything |= applied.about == About::Everyone;
    pulled.texts |= applied.about == About::Texts;
    Ok(applied.event)
}

/// What applying a page did.
struct Applied {
    event: Event,
    customers: Vec<CustomerId>,
    about: About,
}

impl From<Event> for Applied {
    fn from(event: Event) -> Self {
        Self { event, customers: Vec::new(), about: About::Customers }
    }
}

async fn apply(core: &Arc<Core>, feed: FeedName, before: Cursor, bytes: Bytes) -> Result<Applied, CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let page = read_page(&bytes)?;
        if before.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch) {
            let is_same = page.items.is_empty() && (page.n_live, page.digest) == (before.n_live, before.digest);
            return Ok(if is_same { Event::SameElsewhere { epoch: page.epoch } } else { Event::Differs }.into());
        }
        let about = page.items.iter().map(About::of).max().unwrap_or(About::Customers);
        count_unknown(feed, &page.items);
        let customers = core.store.apply(feed, PageHead { epoch: &page.epoch }, &page.items)?;
        let after = core.store.cursor(feed)?;
        if page.more {
            check_progress(&before, &after)?;
        } else if after.seq >= page.head && (after.n_live, after.digest) != (page.n_live, page.digest) {
            tracing::warn!(feed = feed.name(), "terminal and hub hold different things: everything is pulled again");
            return Ok(Applied { event: Event::Differs, customers, about });
        }
        Ok(Applied { event: Event::Page { n: page.items.len() as u64, more: page.more }, customers, about })
    })
    .await
}

/// Asks whether a feed of another epoch is exactly what is held.
pub async fn compare(core: &Arc<Core>, hub: &HubClient, feed: FeedName, epoch: &str) -> Result<Event, CycleError> {
    let asked = Cursor { epoch: Some(epoch.to_owned()), ..core.store.cursor(feed)? };
    match hub.changes(&query(feed, &asked)).await? {
        Changes::NotModified => Ok(Event::Same),
        _ => Ok(Event::Differs),
    }
}

/// Fetches the next page of a snapshot into the generation that is being filled.
pub async fn snapshot(core: &Arc<Core>, hub: &HubClient, feed: FeedName) -> Result<Event, CycleError> {
    let generation = core.store.filling_generation(feed)?;
    let before = generation.cursor()?;
    if before.epoch.is_some() && before.after.is_none() {
        // it was fetched whole, and what follows broke off
        return Ok(Event::Page { n: 0, more: false });
    }
    let query = SnapshotQuery { feed, after: before.after.clone(), limit: Some(MAX_SNAPSHOT_ITEMS) };
    let Some(bytes) = hub.snapshot(&query).await? else {
        core.store.begin_generation(feed)?;
        return Ok(Event::NoSnapshots);
    };
    let core = Arc::clone(core);
    blocking(move || {
        let page: SnapshotResponse =
            serde_json::from_slice(&bytes).map_err(|_| HubError::Protocol("a page of a snapshot has not its form"))?;
        if before.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch) {
            core.store.begin_generation(feed)?;
            return Err(HubError::Protocol("the epoch changed during a snapshot").into());
        }
        if page.next.is_some() && page.next == before.after {
            return Err(HubError::Protocol("a snapshot does not go on").into());
        }
        count_unknown(feed, &page.items);
        let cursor = Cursor {
            epoch: Some(page.epoch.clone()),
            // what changes while the pages are read is asked for from where the first one stood
            seq: if before.epoch.is_some() { before.seq } else { page.head },
            after: page.next.clone(),
            ..before
        };
        core.store.fill(&generation, feed, cursor, &page.items)?;
        Ok(Event::Page { n: page.items.len() as u64, more: page.next.is_some() })
    })
    .await
}

/// Brings the generation that was filled up to date.
pub async fn catch_up(core: &Arc<Core>, hub: &HubClient, feed: FeedName) -> Result<Event, CycleError> {
    let generation = core.store.filling_generation(feed)?;
    let before = generation.cursor()?;
    let bytes = match hub.changes(&query(feed, &before)).await? {
        Changes::NotModified => return Ok(Event::Same),
        Changes::Page(bytes) => bytes,
        Changes::Reset(reset) => {
            tracing::warn!(feed = feed.name(), reason = ?reset.reason, "a snapshot cannot be brought up to date");
            core.store.begin_generation(feed)?;
            return Ok(Event::Differs);
        }
    };
    let core = Arc::clone(core);
    blocking(move || {
        let page = read_page(&bytes)?;
        if before.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch) {
            core.store.begin_generation(feed)?;
            return Err(HubError::Protocol("the epoch changed during a full pull").into());
        }
        count_unknown(feed, &page.items);
        core.store.apply_to(&generation, feed, PageHead { epoch: &page.epoch }, &page.items)?;
        let after = generation.cursor()?;
        if page.more {
            check_progress(&before, &after)?;
        } else if (after.n_live, after.digest) != (page.n_live, page.digest) {
            core.store.begin_generation(feed)?;
            return Err(HubError::Protocol("the digest differs after a full pull").into());
        }
        Ok(Event::Page { n: page.items.len() as u64, more: page.more })
    })
    .await
}

/// Makes the generation that was filled the one that is read.
pub async fn switch(core: &Arc<Core>, feed: FeedName, pulled: &mut Pulled) -> Result<Event, CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let generation = core.store.filling_generation(feed)?;
        Ok(core.store.switch(feed, generation)?)
    })
    .await?;
    pulled.everything = true;
    Ok(Event::Done)
}

fn read_page(bytes: &[u8]) -> Result<ChangesResponse, CycleError> {
    serde_json::from_slice(bytes).map_err(|_| HubError::Protocol("a page of changes has not its form").into())
}

fn check_progress(before: &Cursor, after: &Cursor) -> Result<(), CycleError> {
    if after.seq > before.seq {
        Ok(())
    } else {
        Err(HubError::Protocol("a page brings nothing and more is said to come").into())
    }
}

/// Kinds of newer versions are kept as they came, and told of.
fn count_unknown(feed: FeedName, items: &[Item]) {
    const KNOWN: [&str; 10] =
        ["customer", "purchase", "fact", "guide", "plan", "template", "settings", "gold_price", "lint", "colleague"];
    let n_unknown = items.iter().filter(|item| !KNOWN.contains(&item.kind.as_str())).count();
    if n_unknown > 0 {
        tracing::info!(feed = feed.name(), n_unknown, "items of kinds that this version does not know were kept");
    }
}
