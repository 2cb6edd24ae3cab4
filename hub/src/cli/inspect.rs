//! `guide-hub inspect`: a guide's feed and terminals, without a customer's name or number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::outcome::OutcomeCode;
use guide_common::wire::hub::{FeedName, OpAnswer, OpResult};
use serde::Serialize;

use super::Output;
use super::args::InspectArgs;
use super::device::{table, time};
use super::table::Table;
use crate::db::cursor::{self, Cursor};
use crate::db::device::{self, Device};
use crate::db::feed::SHARED;
use crate::db::op::{self, Taken};
use crate::db::{Conn, Db, directory, file, page};
use crate::error::HubError;

/// How many of the last ops, and of the last rejected ones, are shown.
const N_OPS: usize = 20;

#[derive(Serialize)]
struct Inspection {
    guide: guide_common::wire::hub::GuideProfile,
    feed: FeedState,
    shared: FeedState,
    counts: BTreeMap<String, u64>,
    devices: Vec<Terminal>,
    last_ops: Vec<OpRow>,
    n_rejected: u64,
    rejected: Vec<OpRow>,
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

/// A terminal, and how far it has read.
#[derive(Serialize)]
struct Terminal {
    #[serde(flatten)]
    device: Device,
    cursors: BTreeMap<&'static str, Reached>,
}

/// How far a terminal has read a feed, as of its last poll, to a minute.
#[derive(Serialize)]
struct Reached {
    #[serde(flatten)]
    cursor: Cursor,
    /// How many changes it is behind; none where its cursor belongs to another epoch.
    behind: Option<u64>,
}

/// An op that was answered, without its content.
#[derive(Serialize)]
struct OpRow {
    op_id: String,
    device: String,
    answered_at: String,
    result: OpResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
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
    let feed = args.guide.as_ref().map(GuideId::as_str);
    let Some(id) = feed.filter(|_| !args.dump) else {
        return Ok(Output::done(file::dump(&mut conn, feed.unwrap_or_default()).await?));
    };
    let Some(guide) = directory::guide(&mut conn, id).await? else {
        return Err(directory::unknown_guide(id));
    };
    let (feed, shared) = (state(&mut conn, id).await?, state(&mut conn, SHARED).await?);
    let devices = terminals(&mut conn, &guide.id, &feed, &shared).await?;
    let inspection = Inspection {
        guide,
        counts: page::count_kinds(&mut conn, id).await?,
        devices,
        last_ops: op_rows(op::latest(&mut conn, id, None, N_OPS).await?)?,
        n_rejected: op::n_rejected(&mut conn, id).await?,
        rejected: op_rows(op::latest(&mut conn, id, Some(OpResult::Rejected), N_OPS).await?)?,
        feed,
        shared,
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
    let devices: Vec<Device> = inspection.devices.iter().map(|terminal| terminal.device.clone()).collect();
    let _ = writeln!(text, "{}\n\n{}", counts.join(", "), table(&devices));
    let _ = writeln!(text, "{}", cursor_table(&inspection.devices).text());
    let _ = writeln!(text, "last ops\n{}", op_table(&inspection.last_ops).text());
    if inspection.n_rejected > 0 {
        let _ = writeln!(
            text,
            "{} rejected, the last ones\n{}",
            inspection.n_rejected,
            op_table(&inspection.rejected).text()
        );
    }
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

async fn terminals(
    conn: &mut Conn,
    guide: &GuideId,
    feed: &FeedState,
    shared: &FeedState,
) -> Result<Vec<Terminal>, HubError> {
    let mut known = cursor::of_guide(conn, guide.as_str()).await?;
    let mut terminals = Vec::new();
    for device in device::list(conn, Some(guide)).await? {
        let mut cursors = BTreeMap::new();
        for (name, state) in [(FeedName::Guide.name(), feed), (FeedName::Shared.name(), shared)] {
            if let Some(cursor) = known.remove(&(device.id.to_string(), name.to_owned())) {
                let behind = (cursor.epoch == state.epoch).then(|| state.head.saturating_sub(cursor.seq));
                cursors.insert(name, Reached { cursor, behind });
            }
        }
        terminals.push(Terminal { device, cursors });
    }
    Ok(terminals)
}

fn cursor_table(terminals: &[Terminal]) -> Table {
    let mut table = Table::new(&["TERMINAL", "FEED", "HAS READ UP TO", "BEHIND", "ASKED"]);
    for terminal in terminals {
        for (feed, Reached { cursor, behind }) in &terminal.cursors {
            let behind = behind.map_or("another epoch".to_owned(), |n| n.to_string());
            let id = terminal.device.id.to_string();
            table.row([id, (*feed).to_owned(), cursor.seq.to_string(), behind, time(cursor.at)]);
        }
    }
    table
}

fn op_rows(ops: Vec<Taken>) -> Result<Vec<OpRow>, HubError> {
    let row = |op: Taken| {
        let answer: OpAnswer = serde_json::from_str(&op.answer).map_err(|_| HubError::corrupt("an answer to an op"))?;
        Ok(OpRow {
            op_id: op.op_id,
            device: op.device_id,
            answered_at: op.at,
            result: answer.result,
            code: answer.code,
        })
    };
    ops.into_iter().map(row).collect()
}

fn op_table(ops: &[OpRow]) -> Table {
    let mut table = Table::new(&["OP", "TERMINAL", "ANSWERED", "RESULT", "CODE"]);
    for op in ops {
        let result = serde_json::to_value(op.result).ok();
        let result = result.as_ref().and_then(|result| result.as_str()).unwrap_or_default();
        let code = op.code.as_deref().unwrap_or_default();
        table.row([&op.op_id, &op.device, &op.answered_at, result, code].map(str::to_owned));
    }
    table
}

/// The facts on a guide's customers and on the guide, the oldest first.
async fn facts(conn: &mut Conn, guide_id: &str) -> Result<Vec<FactRow>, HubError> {
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
        undone: fact.is_undone(),
        id: fact.id,
        customer: fact.customer,
    };
    Ok(facts.into_iter().map(row).collect())
}

async fn state(conn: &mut Conn, guide_id: &str) -> Result<FeedState, HubError> {
    let page = page::read(conn, guide_id, 0, 1).await?;
    let page = page.ok_or_else(|| HubError::corrupt(format!("the guide {guide_id} (no feed)")))?;
    Ok(FeedState {
        epoch: page.state.epoch,
        head: page.state.head,
        floor: page.floor,
        n_live: page.state.n_live,
        digest: page.state.digest.to_string(),
    })
}
