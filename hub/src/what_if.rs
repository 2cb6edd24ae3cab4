//! What-if (先算再发) over all guides: plans run over the customers of the past days with the terminals' own engine, and
//! what a further version of a plan means for customers in the middle of it.

use std::collections::BTreeMap;

use guide_common::id::{GuideId, StoreId};
use guide_common::sop::plan::Plan;
use guide_common::sop::plan_diff::{PlanDiff, diff};
use guide_common::sop::simulate::{Assumption, Simulation, simulate};
use guide_common::time::Period;
use guide_common::wire::hub::GuideProfile;
use serde::Serialize;

use crate::clock::Moment;
use crate::db::{Conn, Db, directory, file};
use crate::desk::{chain_rules, guide_rules};
use crate::error::HubError;

/// What to simulate.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// The plans in place of the published ones of the same ids, or beside them.
    pub plans: Vec<Plan>,
    /// Which days.
    pub period: Period,
    /// Only this guide.
    pub guide: Option<GuideId>,
    /// Only the guides of this store.
    pub store: Option<StoreId>,
    /// What is assumed to come of contacts.
    pub assume: Assumption,
}

/// What was found, with its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainSimulation {
    /// All guides together.
    #[serde(flatten)]
    pub total: Simulation,
    /// Each guide, with days and plans.
    pub by_guide: BTreeMap<GuideId, Simulation>,
    /// The guides' names.
    pub guide_names: BTreeMap<GuideId, String>,
}

/// Simulates guide by guide, so that one guide's customers are in memory at a time; `progress` hears how many guides of
/// how many are done.
pub async fn chain_simulation(
    db: &Db,
    what_if: &WhatIf,
    moment: Moment,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<ChainSimulation, HubError> {
    let mut conn = db.conn().await?;
    let chain = chain_rules(&mut conn, moment.zone).await?;
    let stays = |plan: &&Plan| !what_if.plans.iter().any(|other| other.id == plan.id);
    let mut plans: Vec<Plan> = chain.plans().iter().filter(stays).chain(&what_if.plans).cloned().collect();
    plans.sort_by(|a, b| a.id.cmp(&b.id));
    let chain = chain.with_plans(plans);
    let asked = guides(&mut conn, what_if.guide.as_ref(), what_if.store.as_ref()).await?;
    let mut total: Option<Simulation> = None;
    let mut by_guide = BTreeMap::new();
    let mut guide_names = BTreeMap::new();
    for (idx, guide) in asked.iter().enumerate() {
        let files = file::of_feed(&mut conn, guide.id.as_str()).await?;
        let facts = file::guide_facts(&mut conn, guide.id.as_str()).await?;
        let rules = guide_rules(&chain, guide, &facts, moment.today());
        let own = files.values().filter(|file| file.customer.lent.is_none());
        let simulation = simulate(own, &rules, what_if.period, &what_if.assume);
        match &mut total {
            Some(total) => total.add(&simulation),
            None => total = Some(simulation.clone()),
        }
        by_guide.insert(guide.id.clone(), simulation);
        guide_names.insert(guide.id.clone(), guide.name.clone());
        progress(idx + 1, asked.len());
    }
    let total = total.ok_or_else(|| HubError::corrupt("the guides"))?;
    Ok(ChainSimulation { total, by_guide, guide_names })
}

/// What a further version of a plan changes, with its parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainDiff {
    /// All guides together.
    #[serde(flatten)]
    pub total: PlanDiff,
    /// Each guide whose customers are in the middle of the plan.
    pub by_guide: BTreeMap<GuideId, PlanDiff>,
}

/// Compares two versions of a plan guide by guide, as if the second were published today in the first one's place.
pub async fn chain_diff(
    db: &Db,
    (old, new): (Option<&Plan>, Option<&Plan>),
    (guide, store): (Option<&GuideId>, Option<&StoreId>),
    moment: Moment,
) -> Result<ChainDiff, HubError> {
    let mut conn = db.conn().await?;
    let chain = chain_rules(&mut conn, moment.zone).await?;
    let today = moment.today();
    let mut total = diff([], &chain, old, new, today);
    let mut by_guide = BTreeMap::new();
    for guide in guides(&mut conn, guide, store).await? {
        let files = file::of_feed(&mut conn, guide.id.as_str()).await?;
        let facts = file::guide_facts(&mut conn, guide.id.as_str()).await?;
        let rules = guide_rules(&chain, &guide, &facts, today);
        let of_guide = diff(files.values(), &rules, old, new, today);
        total.add(&of_guide);
        if of_guide.migrate.n_runs > 0 || of_guide.keep.n_runs > 0 {
            by_guide.insert(guide.id, of_guide);
        }
    }
    Ok(ChainDiff { total, by_guide })
}

/// The guides that are asked about.
async fn guides(
    conn: &mut Conn,
    guide: Option<&GuideId>,
    store: Option<&StoreId>,
) -> Result<Vec<GuideProfile>, HubError> {
    let all = directory::guides(conn).await?.into_iter().map(|row| row.profile);
    let asked = all.filter(|profile| guide.is_none_or(|of| *of == profile.id));
    let asked: Vec<_> = asked.filter(|profile| store.is_none_or(|of| *of == profile.store.id)).collect();
    if asked.is_empty() {
        return Err(HubError::refused("there is no such guide: `guide-hub guide list` shows those that there are"));
    }
    Ok(asked)
}
