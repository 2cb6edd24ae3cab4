//! The report of headquarters: worked out from the hub's own facts with the engine that terminals use.

use std::collections::BTreeMap;

use guide_common::apply::CustomerFile;
use guide_common::id::{GuideId, PlanId, StoreId};
use guide_common::report::{self, Figures, Report};
use guide_common::sop::rules::Rules;
use guide_common::time::Period;
use serde::Serialize;

use crate::clock::Moment;
use crate::db::{Db, directory, file};
use crate::desk::{chain_rules, guide_rules, with_starts};
use crate::error::HubError;

/// What to report on.
#[derive(Clone, Debug)]
pub struct ReportRequest {
    /// The days.
    pub period: Period,
    /// Now: what is later does not exist.
    pub moment: Moment,
    /// Only this guide.
    pub guide: Option<GuideId>,
    /// Only the guides of this store.
    pub store: Option<StoreId>,
    /// Only this plan.
    pub plan: Option<PlanId>,
}

/// A report with its parts.
#[derive(Clone, Debug, Serialize)]
pub struct ChainReport {
    /// All together, and by plan.
    #[serde(flatten)]
    pub report: Report,
    /// Each guide's figures.
    pub by_guide: BTreeMap<GuideId, Figures>,
    /// Each store's figures.
    pub by_store: BTreeMap<StoreId, Figures>,
    /// The guides' names.
    pub guide_names: BTreeMap<GuideId, String>,
    /// Customers whom no guide serves; they are in no figure.
    pub n_unassigned: u64,
}

/// Reports guide by guide, so that one guide's customers are in memory at a time.
pub async fn chain_report(db: &Db, request: &ReportRequest) -> Result<ChainReport, HubError> {
    let mut conn = db.conn().await?;
    let chain = chain_rules(&mut conn, request.moment.zone).await?;
    let today = request.moment.today();
    let as_of = request.period.to.min(today);
    let only = request.plan.as_ref();
    if let Some(only) = only
        && !chain.plans().iter().any(|plan| plan.id == *only)
    {
        return Err(HubError::refused(format!("there is no published plan {only}")));
    }
    let guides = directory::guides(&mut conn).await?;
    if let Some(guide) = request.guide.as_ref()
        && !guides.iter().any(|row| row.profile.id == *guide)
    {
        return Err(directory::unknown_guide(guide.as_str()));
    }
    if let Some(store) = request.store.as_ref()
        && directory::store(&mut conn, store).await?.is_none()
    {
        return Err(directory::unknown_store(store.as_str()));
    }
    let n_unassigned = directory::count_unassigned(&mut conn).await?;
    let of = |files: &[CustomerFile], rules: &Rules| report::report(files.iter(), rules, request.period, today, only);
    let mut total = of(&[], &chain);
    let mut by_guide = BTreeMap::new();
    let mut by_store: BTreeMap<StoreId, Report> = BTreeMap::new();
    let mut guide_names = BTreeMap::new();
    for row in guides {
        let profile = row.profile;
        let asked = request.guide.as_ref().is_none_or(|guide| *guide == profile.id)
            && request.store.as_ref().is_none_or(|store| *store == profile.store.id);
        if !asked {
            continue;
        }
        let files: Vec<_> = file::of_feed(&mut conn, profile.id.as_str()).await?.into_values().collect();
        let facts = file::guide_facts(&mut conn, profile.id.as_str()).await?;
        let rules = with_starts(&guide_rules(&chain, &profile, &facts, as_of), &files, as_of);
        let one = of(&files, &rules);
        total.add(&one);
        by_store.entry(profile.store.id).or_insert_with(|| of(&[], &chain)).add(&one);
        by_guide.insert(profile.id.clone(), one.total);
        guide_names.insert(profile.id, profile.name);
    }
    let by_store = by_store.into_iter().map(|(store, report)| (store, report.total)).collect();
    Ok(ChainReport { report: total, by_guide, by_store, guide_names, n_unassigned })
}
