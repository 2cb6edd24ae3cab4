//! Pulling a feed: pages into the cache, and, when the hub says that the cursor is worth nothing or when both sides
//! hold different things, everything again into a new generation.

use std::sync::Arc;

use axum::body::Bytes;
use guide_common::id::CustomerId;
use guide_common::wire::hub::{ChangesQuery, ChangesResponse, FeedName, Item, MAX_PAGE_ITEMS, ResetReason};

use crate::core::Core;
use crate::store::{Cursor, PageHead, StoreError};
use crate::sync::client::{Changes, HubClient, HubError};
use crate::sync::cycle::CycleError;
use crate::sync::push::resend_all;

/// What a pull changed.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Whose items changed.
    pub customers: Vec<CustomerId>,
    /// Whether something changed that every customer is worked out with, or everything did.
    pub everything: bool,
    /// Whether something changed that no customer is worked out with.
    pub texts: bool,
    /// Whether ops were made unsent again, since the hub may have lost what it had acknowledged.
    pub resend: bool,
}

/// Pulls a feed to its end. What was changed before an error is in `pulled` too.
pub async fn pull(core: &Arc<Core>, hub: &HubClient, feed: FeedName, pulled: &mut Pulled) -> Result<(), CycleError> {
    loop {
        let cursor = core.store.cursor(feed)?;
        let bytes = match hub.changes(&query(feed, &cursor)).await? {
            Changes::NotModified => return Ok(()),
            Changes::Reset(reset) => {
                tracing::warn!(feed = feed.name(), reason = ?reset.reason, "the hub cannot read from the cursor");
                if matches!(reset.reason, ResetReason::Epoch | ResetReason::Digest | ResetReason::Ahead) {
                    resend(core, feed, pulled).await?;
                }
                if cursor.epoch.as_ref() != Some(&reset.epoch) && is_same_in(hub, feed, &cursor, &reset.epoch).await? {
                    return Ok(core.store.adopt(feed, &reset.epoch)?);
                }
                return reset_feed(core, hub, feed, pulled).await;
            }
            Changes::Page(bytes) => bytes,
        };
        match apply(core, feed, cursor, bytes).await? {
            Page::Applied { customers, about, more } => {
                pulled.customers.extend(customers);
                pulled.everything |= about == About::Everyone;
                pulled.texts |= about == About::Texts;
                if !more {
                    return Ok(());
                }
            }
            Page::Adopts(epoch) => {
                resend(core, feed, pulled).await?;
                return Ok(core.store.adopt(feed, &epoch)?);
            }
            Page::Differs => {
                tracing::warn!(
                    feed = feed.name(),
                    "terminal and hub hold different things: everything is pulled again"
                );
                resend(core, feed, pulled).await?;
                return reset_feed(core, hub, feed, pulled).await;
            }
        }
    }
}

/// Has what the hub acknowledged sent again; the guide's ops do not depend on what all share.
async fn resend(core: &Arc<Core>, feed: FeedName, pulled: &mut Pulled) -> Result<(), CycleError> {
    if feed == FeedName::Guide {
        resend_all(core).await?;
        pulled.resend = true;
    }
    Ok(())
}

/// Asks whether a feed of another epoch is exactly what is held.
async fn is_same_in(hub: &HubClient, feed: FeedName, cursor: &Cursor, epoch: &str) -> Result<bool, CycleError> {
    let asked = Cursor { epoch: Some(epoch.to_owned()), ..cursor.clone() };
    Ok(matches!(hub.changes(&query(feed, &asked)).await?, Changes::NotModified))
}

enum Page {
    Applied {
        customers: Vec<CustomerId>,
        about: About,
        more: bool,
    },
    /// Another epoch, the same content.
    Adopts(String),
    Differs,
}

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
fn query(feed: FeedName, cursor: &Cursor) -> ChangesQuery {
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

async fn apply(core: &Arc<Core>, feed: FeedName, before: Cursor, bytes: Bytes) -> Result<Page, CycleError> {
    let core = Arc::clone(core);
    blocking(move || {
        let page = read_page(&bytes)?;
        if before.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch) {
            let is_same = page.items.is_empty() && (page.n_live, page.digest) == (before.n_live, before.digest);
            if !is_same {
                return Ok(Page::Differs);
            }
            return Ok(Page::Adopts(page.epoch));
        }
        let about = page.items.iter().map(About::of).max().unwrap_or(About::Customers);
        count_unknown(feed, &page);
        let customers = core.store.apply(feed, PageHead { epoch: &page.epoch }, &page.items)?;
        let after = core.store.cursor(feed)?;
        if page.more {
            check_progress(&before, &after)?;
        } else if after.seq >= page.head && (after.n_live, after.digest) != (page.n_live, page.digest) {
            return Ok(Page::Differs);
        }
        Ok(Page::Applied { customers, about, more: page.more })
    })
    .await
}

/// Pulls everything into a new generation and switches to it. The outbox is not touched.
async fn reset_feed(core: &Arc<Core>, hub: &HubClient, feed: FeedName, pulled: &mut Pulled) -> Result<(), CycleError> {
    let generation = core.store.begin_generation(feed)?;
    loop {
        let before = generation.cursor()?;
        let Changes::Page(bytes) = hub.changes(&query(feed, &before)).await? else {
            return Err(HubError::Protocol("a full pull was answered with a reset").into());
        };
        let (core, generation) = (Arc::clone(core), generation.clone());
        let more = blocking(move || {
            let page = read_page(&bytes)?;
            if before.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch) {
                return Err(HubError::Protocol("the epoch changed during a full pull").into());
            }
            count_unknown(feed, &page);
            core.store.apply_to(&generation, feed, PageHead { epoch: &page.epoch }, &page.items)?;
            let after = generation.cursor()?;
            if page.more {
                check_progress(&before, &after)?;
            } else if (after.n_live, after.digest) != (page.n_live, page.digest) {
                return Err(HubError::Protocol("the digest differs after a full pull").into());
            }
            Ok(page.more)
        })
        .await?;
        if !more {
            break;
        }
    }
    let core = Arc::clone(core);
    blocking(move || Ok(core.store.switch(feed, generation)?)).await?;
    pulled.everything = true;
    Ok(())
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
fn count_unknown(feed: FeedName, page: &ChangesResponse) {
    const KNOWN: [&str; 9] =
        ["customer", "purchase", "fact", "guide", "plan", "template", "settings", "gold_price", "lint"];
    let n_unknown = page.items.iter().filter(|item| !KNOWN.contains(&item.kind.as_str())).count();
    if n_unknown > 0 {
        tracing::info!(feed = feed.name(), n_unknown, "items of kinds that this version does not know were kept");
    }
}

/// Runs what blocks off the daemon's thread.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CycleError> + Send + 'static,
) -> Result<T, CycleError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(CycleError::Store(StoreError::Damaged("reading or writing it failed unexpectedly"))))
}
