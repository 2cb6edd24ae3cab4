//! Comparing this terminal with the hub: counts and digests by kind, counted from what both really hold, the ids of what
//! differs, and every acknowledged op that is kept here looked for. Healing pulls again and pushes again.

use std::collections::BTreeMap;
use std::sync::Arc;

use guide_common::lead::LEAD_ADDED;
use guide_common::wire::hub::{FeedName, InventoryQuery, InventoryResponse, KindCount};
use guide_common::wire::support::{Difference, How, KindVerified, Verified};

use crate::core::Core;
use crate::store::StoreError;
use crate::sync::Sync;
use crate::sync::client::{HubClient, HubError};
use crate::sync::error::CycleError;

/// The most differences that are named.
const MAX_NAMED: usize = 1_000;
/// How often a comparison is begun again, because the feed moved on meanwhile.
const MAX_TRIES: usize = 5;

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The hub, the way to it, or the cache.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// The hub is of a version that cannot say what it holds.
    #[error("the hub is of an older version, which cannot say what it holds")]
    OldHub,
    /// Things change faster than they can be compared.
    #[error("the feed changes faster than it can be compared: try again in a quiet moment")]
    Restless,
}

impl From<StoreError> for VerifyError {
    fn from(error: StoreError) -> Self {
        Self::Cycle(error.into())
    }
}

impl From<HubError> for VerifyError {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Refused { status: 404, .. } => Self::OldHub,
            error => Self::Cycle(error.into()),
        }
    }
}

/// Compares both feeds, after a cycle has brought them together as far as it can; heals what differs where asked to.
pub async fn verify(core: &Arc<Core>, sync: &Sync, heal: bool) -> Result<Verified, VerifyError> {
    sync.now().await;
    let hub = sync.client(&sync.access())?;
    let found = compare(core, &hub).await?;
    if found.same || !heal {
        return Ok(found);
    }
    tracing::warn!(n_differences = found.n_differences, n_lost = found.lost.len(), "healing what differs from the hub");
    sync.heal().await;
    let healed = compare(core, &hub).await?;
    // what was found is what is told; whether it is gone is the news
    Ok(Verified { same: healed.same, healed: true, ..found })
}

async fn compare(core: &Arc<Core>, hub: &HubClient) -> Result<Verified, VerifyError> {
    let mut verified = Verified {
        same: true,
        healed: false,
        kinds: Vec::new(),
        differences: Vec::new(),
        n_differences: 0,
        n_ops: 0,
        lost: Vec::new(),
        n_unsent: 0,
    };
    for feed in [FeedName::Shared, FeedName::Guide] {
        compare_feed(core, hub, feed, &mut verified).await?;
    }
    let ops = {
        let state = core.state();
        verified.n_unsent = state.outbox.n_unsent() as u64;
        state.outbox.acknowledged()
    };
    verified.n_ops = ops.len() as u64;
    for op in ops {
        // a lead that was seen in the feed once, and is not there, has gone to another guide
        let has_gone = op.kind == LEAD_ADDED && core.load(&op.customer)?.is_none();
        if !has_gone && !core.store.holds_effect(&op)? {
            verified.lost.push(op.op_id);
        }
    }
    verified.same = verified.n_differences == 0 && verified.lost.is_empty();
    Ok(verified)
}

async fn compare_feed(
    core: &Arc<Core>,
    hub: &HubClient,
    feed: FeedName,
    verified: &mut Verified,
) -> Result<(), VerifyError> {
    for _ in 0..MAX_TRIES {
        let cursor = core.store.cursor(feed)?;
        let theirs = ask(hub, feed, None, None).await?;
        if cursor.epoch.as_ref() == Some(&theirs.epoch) && theirs.head != cursor.seq {
            // something changed meanwhile: the next cycle brings it, and what this terminal lacks shows as it is
            if theirs.head > cursor.seq && catch_up(core, hub, feed).await {
                continue;
            }
        }
        let worker = Arc::clone(core);
        let ours = blocking(move || worker.store.count_kinds(feed)).await?;
        let differing = count(feed, &ours, &theirs.kinds, verified);
        for kind in differing {
            name(core, hub, feed, &kind, verified).await?;
        }
        return Ok(());
    }
    Err(VerifyError::Restless)
}

/// Fetches what has changed; says whether that went well.
async fn catch_up(core: &Arc<Core>, hub: &HubClient, feed: FeedName) -> bool {
    let mut pulled = crate::sync::drive::Pulled::default();
    matches!(
        crate::sync::pull::changes(core, hub, feed, &mut pulled).await,
        Ok(crate::sync::machine::Event::Page { .. } | crate::sync::machine::Event::Same)
    )
}

/// Puts the counts of both sides together; returns the kinds that differ.
fn count(feed: FeedName, ours: &[KindCount], theirs: &[KindCount], verified: &mut Verified) -> Vec<String> {
    let mut kinds: BTreeMap<&str, (Option<&KindCount>, Option<&KindCount>)> = BTreeMap::new();
    for count in ours {
        kinds.entry(&count.kind).or_default().0 = Some(count);
    }
    for count in theirs {
        kinds.entry(&count.kind).or_default().1 = Some(count);
    }
    let mut differing = Vec::new();
    for (kind, (here, there)) in kinds {
        let same = here == there;
        if !same {
            differing.push(kind.to_owned());
        }
        let n = |count: Option<&KindCount>| count.map_or(0, |count| count.n);
        verified.kinds.push(KindVerified { feed, kind: kind.to_owned(), n_here: n(here), n_hub: n(there), same });
    }
    differing
}

/// Names the entities of a kind that differ.
async fn name(
    core: &Arc<Core>,
    hub: &HubClient,
    feed: FeedName,
    kind: &str,
    verified: &mut Verified,
) -> Result<(), VerifyError> {
    let (worker, of) = (Arc::clone(core), kind.to_owned());
    let mut ours = blocking(move || worker.store.hashes(feed, &of)).await?;
    let mut note = |id: &str, how| {
        verified.n_differences += 1;
        if verified.differences.len() < MAX_NAMED {
            verified.differences.push(Difference { feed, kind: kind.to_owned(), id: id.to_owned(), how });
        }
    };
    let mut after = None;
    loop {
        let page = ask(hub, feed, Some(kind), after).await?;
        for entry in &page.entries {
            match ours.remove(&entry.id) {
                None => note(&entry.id, How::MissingHere),
                Some(hash) if hash != entry.hash.0 => note(&entry.id, How::Differs),
                Some(_) => {}
            }
        }
        after = page.entries.last().map(|entry| entry.id.clone());
        if !page.more || after.is_none() {
            break;
        }
    }
    ours.keys().for_each(|id| note(id, How::MissingAtHub));
    Ok(())
}

async fn ask(
    hub: &HubClient,
    feed: FeedName,
    kind: Option<&str>,
    after: Option<String>,
) -> Result<InventoryResponse, HubError> {
    hub.inventory(&InventoryQuery { feed, kind: kind.map(str::to_owned), after }).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, VerifyError> {
    Ok(crate::sync::drive::blocking(move || Ok(work()?)).await?)
}
