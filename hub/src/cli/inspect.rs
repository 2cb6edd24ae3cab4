//! `guide-hub inspect`: a guide's feed and terminals, without a customer's name or number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::Output;
use super::args::InspectArgs;
use super::device::table;
use crate::db::Db;
use crate::db::device::{self, Device};
use crate::db::feed::SHARED;
use crate::db::{directory, page};
use crate::error::HubError;

#[derive(Serialize)]
struct Inspection {
    guide: guide_common::wire::hub::GuideProfile,
    feed: FeedState,
    shared: FeedState,
    counts: BTreeMap<String, u64>,
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct FeedState {
    epoch: String,
    head: u64,
    floor: u64,
    n_live: u64,
    digest: String,
}

pub(super) async fn run(db: &Db, args: InspectArgs) -> Result<Output, HubError> {
    let mut conn = db.conn().await?;
    let id = args.guide.as_str();
    let Some(guide) = directory::guide(&mut conn, id).await? else {
        return Err(directory::unknown_guide(id));
    };
    let inspection = Inspection {
        guide,
        feed: state(&mut conn, id).await?,
        shared: state(&mut conn, SHARED).await?,
        counts: page::count_kinds(&mut conn, id).await?,
        devices: device::list(&mut conn, Some(&args.guide)).await?,
    };
    if args.json {
        return Output::json(inspection);
    }
    let mut text = format!("{} {}, {}\n", id, inspection.guide.name, inspection.guide.store.name);
    for (name, feed) in [("own feed", &inspection.feed), ("shared feed", &inspection.shared)] {
        let FeedState { epoch, head, n_live, digest, .. } = feed;
        let _ = writeln!(text, "{name}: head {head}, {n_live} live, digest {digest}, epoch {epoch}");
    }
    let counts: Vec<String> = inspection.counts.iter().map(|(kind, n)| format!("{n} of kind {kind}")).collect();
    let _ = writeln!(text, "{}\n\n{}", counts.join(", "), table(&inspection.devices));
    Ok(Output::done(text))
}

async fn state(conn: &mut crate::db::Conn, guide_id: &str) -> Result<FeedState, HubError> {
    let page = page::read(conn, guide_id, 0, 1).await?;
    let page = page.ok_or_else(|| HubError::corrupt(format!("the guide {guide_id} (no feed)")))?;
    Ok(FeedState {
        epoch: page.epoch,
        head: page.head,
        floor: page.floor,
        n_live: page.n_live,
        digest: page.digest.to_string(),
    })
}
