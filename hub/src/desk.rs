//! The engine's rules at one guide's desk: what headquarters publishes, the guide's calendar, the starts of throttled
//! plans over all of the guide's customers.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::calendar::Calendar;
use guide_common::fact::Fact;
use guide_common::sop::rules::Rules;
use guide_common::sop::starts::Starts;
use guide_common::time::Zone;
use guide_common::wire::hub::GuideProfile;

use crate::db::feed::SHARED;
use crate::db::{Conn, Db, file, page};
use crate::error::HubError;

/// The rules that all guides share: the published plans and settings.
pub async fn chain_rules(conn: &mut Conn, zone: Zone) -> Result<Rules, HubError> {
    let mut rules = Rules::new(file::plans(conn).await?);
    rules.settings = file::settings(conn).await?.into();
    rules.zone = zone;
    Ok(rules)
}

/// The rules that all guides share, with the state of the shared feed of which they were read; clones share it.
#[derive(Clone, Debug, Default)]
pub struct KnownRules(Arc<Mutex<Option<(String, u64, Rules)>>>);

/// The same rules, not older than half a second, without reading every plan for every push that names a due.
pub async fn known_chain_rules(conn: &mut Conn, db: &Db, zone: Zone) -> Result<Rules, HubError> {
    let state = match db.heads().fresh(SHARED) {
        Some(state) => state,
        None => {
            let reading = db.heads().reading(SHARED);
            let state = page::state(conn, SHARED).await?.ok_or_else(|| HubError::corrupt("the shared feed"))?;
            db.heads().note(SHARED, reading, state.clone());
            state
        }
    };
    let remembered = || db.rules().0.lock().unwrap_or_else(PoisonError::into_inner);
    let known = remembered().clone();
    match known {
        Some((epoch, head, rules)) if (&epoch, head) == (&state.epoch, state.head) && rules.zone == zone => Ok(rules),
        _ => {
            // what changes after the state was read is read again with the next one
            let rules = chain_rules(conn, zone).await?;
            *remembered() = Some((state.epoch, state.head, rules.clone()));
            Ok(rules)
        }
    }
}

/// The rules of a guide as of the end of a day, without starts. `facts` are those about the guide.
pub fn guide_rules(chain: &Rules, guide: &GuideProfile, facts: &[Fact], today: NaiveDate) -> Rules {
    let mut rules = chain.clone();
    rules.store_tier = guide.store.tier;
    rules.calendar = Calendar::of(&guide.days_off, facts, today);
    rules
}

/// The same rules with the starts of throttled plans over a guide's own customers; a customer on loan starts nothing
/// at the deputy's desk.
pub fn with_starts<'f>(rules: &Rules, files: impl IntoIterator<Item = &'f CustomerFile>, today: NaiveDate) -> Rules {
    let own = files.into_iter().filter(|file| file.customer.lent.is_none());
    rules.with_starts(Starts::work_out(own, rules, today))
}
