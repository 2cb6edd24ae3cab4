//! What a push is judged by: the files that its ops are about, the guide's rules, and the guides whom it names.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::customer::Loan;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, GuideId};
use guide_common::op::OpBody;
use guide_common::outcome::Outcome;
use guide_common::sop::engine::gone;
use guide_common::sop::rules::Rules;

use super::lead::{Leads, leads};
use super::read::{ReadOp, deputy};
use crate::clock::Moment;
use crate::db::feed::Feed;
use crate::db::known::Known;
use crate::db::{Conn, Db, directory, file, loan};
use crate::desk::{guide_rules, known_chain_rules, with_starts};
use crate::error::HubError;
use crate::loan::is_taken_in_late;

/// What a push is judged by.
pub(super) struct Context {
    pub(super) files: BTreeMap<CustomerId, CustomerFile>,
    pub(super) rules: Rules,
    /// Of the guides whom the push names as deputies those that there are.
    pub(super) guides: BTreeSet<GuideId>,
    /// Customers who were on loan to this guide, with the last day: what was recorded by then is still taken in.
    pub(super) returned: BTreeMap<CustomerId, NaiveDate>,
    /// What leads are judged by.
    pub(super) leads: Leads,
}

/// Reads what a push is judged by beside its customers' files, under the lock of the guide's feed.
pub(super) async fn context(
    tx: &mut Conn,
    db: &Db,
    feed: &Feed,
    ops: &[ReadOp],
    known: &mut Known,
    moment: Moment,
) -> Result<Context, HubError> {
    let mut files = std::mem::take(&mut known.files);
    let guide_itself = CustomerId::guide_itself();
    if ops.iter().filter_map(ReadOp::customer).any(|customer| customer == guide_itself.as_str()) {
        files.insert(guide_itself, CustomerFile::of_guide_itself(known.guide_facts.clone()));
    }
    let returned = returned(tx, feed, ops, moment.today(), &mut files).await?;
    let rules = rules_for(tx, db, feed, ops, known, &files, moment).await?;
    let guides = deputies(tx, ops).await?;
    let store = known.guide.as_ref().map(|guide| guide.store.id.clone());
    let leads = leads(tx, db, feed, ops, &files, store).await?;
    Ok(Context { files, rules, guides, returned, leads })
}

/// Adds the files of customers who were on loan to this guide, as their owners' feeds hold them: a terminal without the
/// network hears of the end of a loan late.
async fn returned(
    tx: &mut Conn,
    feed: &Feed,
    ops: &[ReadOp],
    today: NaiveDate,
    files: &mut BTreeMap<CustomerId, CustomerFile>,
) -> Result<BTreeMap<CustomerId, NaiveDate>, HubError> {
    let is_missing = |id: &&str| !files.keys().any(|known| known.as_str() == *id);
    let missing: BTreeSet<&str> = ops.iter().filter_map(ReadOp::customer).filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut rows = loan::of_deputy(tx, &feed.guide_id).await?;
    rows.retain(|row| row.ended && missing.contains(row.customer.as_str()) && is_taken_in_late(row, today));
    let owners = directory::owners(tx, &rows.iter().map(|row| row.customer.as_str()).collect::<Vec<_>>()).await?;
    let mut returned = BTreeMap::new();
    for row in rows {
        let Some(owner) = owners.get(&row.customer) else { continue };
        let from = GuideId::new(owner).map_err(|_| HubError::corrupt(format!("the guide {owner}")))?;
        for (id, mut file) in file::of_customers(tx, owner, &[&row.customer]).await? {
            file.customer.lent = Some(Loan { from: from.clone(), until_on: row.until_on });
            returned.insert(id.clone(), row.until_on);
            files.insert(id, file);
        }
    }
    Ok(returned)
}

/// The guide's rules, where an outcome names a due that must be looked for. The starts of throttled plans, for which all
/// of the guide's customers are read, are worked out only where an outcome names a due that is not there without them.
async fn rules_for(
    tx: &mut Conn,
    db: &Db,
    feed: &Feed,
    ops: &[ReadOp],
    known: &Known,
    files: &BTreeMap<CustomerId, CustomerFile>,
    moment: Moment,
) -> Result<Rules, HubError> {
    let names_dues = |op: &ReadOp| outcome_of(op).is_some_and(|(_, outcome)| !outcome.due_ids.is_empty());
    if !ops.iter().any(names_dues) {
        return Ok(Rules::default());
    }
    let corrupt = || HubError::corrupt(format!("the guide {}", feed.guide_id));
    let guide = match &known.guide {
        Some(guide) => guide,
        None => &directory::guide(tx, &feed.guide_id).await?.ok_or_else(corrupt)?,
    };
    let today = moment.today();
    let rules = guide_rules(&known_chain_rules(tx, db, moment.zone).await?, guide, &known.guide_facts, today);
    let is_missing = |op: &ReadOp| {
        let Some((customer, outcome)) = outcome_of(op) else { return false };
        files.get(customer).is_some_and(|file| !gone(file, &rules, &outcome.due_ids, outcome.on).is_empty())
    };
    if !rules.is_throttled() || !ops.iter().any(is_missing) {
        return Ok(rules);
    }
    let all = file::of_feed(tx, &feed.guide_id).await?;
    Ok(with_starts(&rules, all.values(), today))
}

fn outcome_of(op: &ReadOp) -> Option<(&CustomerId, Outcome)> {
    let ReadOp::Whole(op) = op else { return None };
    match op.content() {
        Ok(OpBody::Fact(FactBody::Outcome(outcome))) => Some((&op.customer, outcome)),
        _ => None,
    }
}

/// The guides whom ops name as deputies, as far as they are known.
async fn deputies(tx: &mut Conn, ops: &[ReadOp]) -> Result<BTreeSet<GuideId>, HubError> {
    let named = ops.iter().filter_map(|op| match op {
        ReadOp::Whole(op) => deputy(&op.content().ok()?).cloned(),
        ReadOp::Malformed(_) => None,
    });
    let mut known = BTreeSet::new();
    for deputy in named.collect::<BTreeSet<GuideId>>() {
        if directory::guide(tx, deputy.as_str()).await?.is_some() {
            known.insert(deputy);
        }
    }
    Ok(known)
}
