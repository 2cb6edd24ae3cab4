//! What the engine needs to know of this guide's desk: the plans and settings that all share, the shop's rank and zone,
//! the guide's calendar, and the starts of throttled plans, kept up from change to change.

use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::calendar::Calendar;
use guide_common::id::{CustomerId, GuideId};
use guide_common::time::Zone;
use guide_common::wire::hub::{FeedName, GuideProfile};

use crate::core::Core;
use crate::core::file::{self, Loaded, Shared};
use crate::store::{Store, StoreError};

/// Reads what all guides share, with the rules made those of this guide as of a day. `own` is the guide's own file.
pub fn read(
    store: &Store,
    profile: &GuideProfile,
    own: &CustomerFile,
    on: NaiveDate,
    zone: Zone,
) -> Result<Shared, StoreError> {
    let mut shared = file::shared(&store.without_customer(FeedName::Shared)?);
    let rules = &mut shared.rules;
    rules.zone = zone;
    rules.store_tier = profile.store.tier;
    rules.calendar = Calendar::of(&profile.days_off, &own.facts, on);
    Ok(shared)
}

/// Why somebody cannot stand in for the guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDeputy {
    /// It is the guide.
    Own,
    /// Headquarters has no such guide; with those of the guide's own shop.
    Unknown(Vec<GuideId>),
}

impl Core {
    /// Whether a guide can stand in for this one, as far as this terminal knows; where headquarters has told of no
    /// guides, the hub judges.
    pub fn can_stand_in(&self, deputy: &GuideId) -> Result<(), NoDeputy> {
        let state = self.state();
        let (profile, colleagues) = (&state.profile, &state.shared.colleagues);
        if *deputy == profile.id {
            return Err(NoDeputy::Own);
        }
        if colleagues.is_empty() || colleagues.iter().any(|colleague| colleague.id == *deputy) {
            return Ok(());
        }
        let of_shop = colleagues.iter().filter(|of| of.store == profile.store.id && of.id != profile.id);
        Err(NoDeputy::Unknown(of_shop.map(|colleague| colleague.id.clone()).collect()))
    }

    /// Reads again what scripts are made with, and who the colleagues are, where nothing else of what all share has changed.
    pub fn read_texts(&self) -> Result<(), StoreError> {
        let read = file::shared(&self.store.without_customer(FeedName::Shared)?);
        let mut state = self.state();
        let rules = state.shared.rules.clone();
        state.shared = Arc::new(Shared { rules, ..read });
        Ok(())
    }

    /// The facts about the guide itself: those of the feed with the pending ops applied.
    pub fn own_file(&self) -> Result<CustomerFile, StoreError> {
        let loaded = self.load(&CustomerId::guide_itself())?;
        Ok(loaded.map_or_else(|| CustomerFile::of_guide_itself(Vec::new()), |loaded| loaded.file.clone()))
    }

    /// Keeps the starts of throttled plans right after a change of one customer. Returns the customers whose starts
    /// have become others. Before a check has seen every customer nothing is known of starts.
    pub(super) fn keep_starts(&self, id: &CustomerId, loaded: Option<&Loaded>) -> Vec<CustomerId> {
        let mut state = self.state();
        let on = state.on;
        if !state.starts_known || !state.shared.rules.is_throttled() {
            return Vec::new();
        }
        // copied only while a check or a report works with the earlier ones
        let rules = &mut Arc::make_mut(&mut state.shared).rules;
        let mut starts = std::mem::take(&mut rules.starts);
        let kept = Arc::make_mut(&mut starts);
        let differs = match loaded {
            Some(loaded) => kept.put(&loaded.file, rules, on),
            None => kept.remove(id),
        };
        let changed = if differs { kept.admit(rules, on) } else { Vec::new() };
        rules.starts = starts;
        changed
    }
}
