//! What a push must know of its guide's rows before its ops are judged, read in one statement.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use guide_common::apply::CustomerFile;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::CustomerId;
use guide_common::wire::hub::GuideProfile;
use sqlx::AssertSqlSafe;

use super::feed::{Feed, LookedFor, Stored, kind, stored};
use super::op::Answered;
use super::{Conn, count, file, placeholders};
use crate::error::{DatabaseContext, HubError};

/// What is known of the ops of a push and of the customers whom they are about.
#[derive(Debug, Default)]
pub struct Known {
    /// The ops that were answered before, by id.
    pub answered: HashMap<String, Answered>,
    /// The facts that have the ids of ops, tombstones too.
    pub facts: LookedFor,
    /// The files of the customers, by id; those who are not in the feed are missing.
    pub files: BTreeMap<CustomerId, CustomerFile>,
    /// The guide, where the feed has it.
    pub guide: Option<GuideProfile>,
    /// The facts about the guide, such as leaves, in the order of their ids.
    pub guide_facts: Vec<Fact>,
}

/// Reads it under the lock of the feed; there are no more ops than a push may have.
pub async fn load(
    conn: &mut Conn,
    feed: &Feed,
    op_ids: &[String],
    customers: &BTreeSet<&str>,
) -> Result<Known, HubError> {
    let guide_itself = CustomerId::guide_itself();
    let mut customers = customers.clone();
    customers.insert(guide_itself.as_str());
    if op_ids.is_empty() {
        return Ok(Known::default());
    }
    let ops = placeholders(4, 1, op_ids.len());
    // the rows of answers come in the columns of entities, with no kind
    let sql = format!(
        "SELECT kind, id, customer_id, rev, deleted, body, seq FROM entity \
         WHERE guide_id = $1 AND kind = $2 AND id IN {ops} \
         UNION ALL SELECT kind, id, customer_id, rev, deleted, body, seq FROM entity \
         WHERE guide_id = $1 AND kind = $3 AND id = $1 \
         UNION ALL SELECT '', op_id, hash, 0, final, answer, 0 FROM applied_ops WHERE guide_id = $1 AND op_id IN {ops} \
         UNION ALL SELECT kind, id, customer_id, rev, deleted, body, seq FROM entity \
         WHERE guide_id = $1 AND deleted = 0 AND customer_id IN {}",
        placeholders(4 + op_ids.len(), 1, customers.len())
    );
    // safe: only numbered placeholders are put into the text
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(&feed.guide_id).bind(kind::FACT).bind(kind::GUIDE);
    for op_id in op_ids {
        query = query.bind(op_id);
    }
    for customer in &customers {
        query = query.bind(*customer);
    }
    let mut answered = HashMap::new();
    let mut facts = HashMap::new();
    let mut guide = None;
    let mut guide_facts = Vec::new();
    let mut rows: Vec<(u64, Stored)> = Vec::new();
    let ids: HashSet<String> = op_ids.iter().cloned().collect();
    for row in query.fetch_all(conn).await.doing("reading what a push is judged by")? {
        let stored = stored(&row)?;
        if stored.kind.is_empty() {
            let Stored { id, customer_id: hash, deleted: is_final, body: answer, .. } = stored;
            answered.insert(id, Answered { hash, answer, is_final });
            continue;
        }
        if stored.kind == kind::GUIDE {
            guide = match stored.deleted {
                true => None,
                false => Some(file::parse(kind::GUIDE, &stored.id, &stored.body)?),
            };
            continue;
        }
        // a fact of one of the customers comes twice
        let is_first = match stored.kind == kind::FACT && ids.contains(&stored.id) {
            true => facts.insert(stored.id.clone(), stored.clone()).is_none(),
            false => true,
        };
        if is_first && !stored.deleted && stored.kind == kind::FACT && stored.customer_id == guide_itself.as_str() {
            guide_facts.push(file::parse::<Fact>(kind::FACT, &stored.id, &stored.body)?);
        } else if is_first && !stored.deleted && customers.contains(stored.customer_id.as_str()) {
            rows.push((count(&row, 6)?, stored));
        }
    }
    rows.sort_by_key(|(seq, _)| *seq);
    guide_facts.sort_by_key(|fact| fact.id);
    let files = file::of_stored(rows.iter().map(|(_, stored)| stored))?;
    let mut without_loan: HashSet<String> = files.values().filter_map(without_loan).collect();
    without_loan.insert(guide_itself.to_string());
    let facts = LookedFor { kind: kind::FACT, ids, found: facts, without_loan };
    Ok(Known { answered, facts, files, guide, guide_facts })
}

/// The customer of a file, where neither a deputy has it nor anybody ever had.
fn without_loan(file: &CustomerFile) -> Option<String> {
    let was_handed = file.facts.iter().any(|fact| matches!(fact.body, FactBody::Handed(_)));
    (file.customer.lent.is_none() && !was_handed).then(|| file.customer.id.to_string())
}
