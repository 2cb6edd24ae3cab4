//! `guide-hub inspect`: a guide's feed and terminals, without a customer's name or number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, OpId};
use guide_common::outcome::OutcomeCode;
use serde::Serialize;

use super::Output;
use super::args::InspectArgs;
use super::device::table;
use super::table::Table;
use crate::db::Db;
use crate::db::device::{self, Device};
use crate::db::feed::SHARED;
use crate::db::{directory, file, page};
use crate::error::HubError;

#[derive(Serialize)]
struct Inspection {
    guide: guide_common::wire::hub::GuideProfile,
    feed: FeedState,
    shared: FeedState,
    counts: BTreeMap<String, u64>,
    devices: Vec<Device>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<Vec<FactRow>>,
}

/// A fact without its texts.
#[derive(Serialize)]
struct FactRow {
    id: OpId,
    customer: CustomerId,
    kind: String,
    on: chrono::NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<OutcomeCode>,
    undone: bool,
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
        facts: if args.facts { Some(facts(&mut conn, id).await?) } else { None },
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
    if let Some(facts) = &inspection.facts {
        let mut table = Table::new(&["FACT", "CUSTOMER", "DAY", "KIND", "CODE", "STATE"]);
        for fact in facts {
            let code = fact.code.map(|code| code.names().2).unwrap_or_default();
            let state = if fact.undone { "undone" } else { "" };
            table.row(
                [&fact.id.to_string(), &fact.customer.to_string(), &fact.on.to_string(), &fact.kind, code, state]
                    .map(str::to_owned),
            );
        }
        let _ = writeln!(text, "\n{}", table.text());
    }
    Ok(Output::done(text))
}

/// The facts on a guide's customers and on the guide, the oldest first.
async fn facts(conn: &mut crate::db::Conn, guide_id: &str) -> Result<Vec<FactRow>, HubError> {
    let mut facts: Vec<Fact> = file::of_feed(conn, guide_id).await?.into_values().flat_map(|file| file.facts).collect();
    facts.extend(file::guide_facts(conn, guide_id).await?);
    facts.sort_by_key(Fact::order);
    let row = |fact: Fact| FactRow {
        on: fact.on(),
        kind: fact.body.kind().to_owned(),
        code: match &fact.body {
            FactBody::Outcome(outcome) => Some(outcome.code),
            _ => None,
        },
        undone: fact.undone.is_some(),
        id: fact.id,
        customer: fact.customer,
    };
    Ok(facts.into_iter().map(row).collect())
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
