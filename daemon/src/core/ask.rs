//! Why a task stands where it does, what every plan makes of one customer, and what should become of the backlog after
//! a leave.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::apply::CustomerFile;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::sop::backlog::{Amnesty, amnesty};
use guide_common::sop::explain::plan::PlanExplained;
use guide_common::sop::explain::task::TaskExplained;
use guide_common::sop::explain::{explain_customer, explain_task};
use guide_common::sop::history::History;
use guide_common::wire::ask::CustomerExplained;
use guide_common::wire::local::{DueRow, TaskRow};

use crate::core::Core;
use crate::core::card::Secrets;
use crate::core::file::Shared;
use crate::core::history::Wanted;
use crate::core::open::Hidden;
use crate::core::secrecy::{known, secret_points, without_amounts, without_points_explained};
use crate::store::StoreError;

/// So many days after a leave an amnesty is still offered.
const AMNESTY_DAYS: i64 = 31;

impl Core {
    fn shared_and_day(&self) -> (Arc<Shared>, NaiveDate) {
        let state = self.state();
        (Arc::clone(&state.shared), state.on)
    }

    /// What an amnesty would do today; nothing where no leave has just ended. `deputy` takes the place of the leave's
    /// own. Only customers with something due are read: of the others nothing can become anything.
    pub fn amnesty(&self, deputy: Option<GuideId>) -> Result<Option<Amnesty>, StoreError> {
        let (shared, on) = self.shared_and_day();
        let Some(leave) = shared.rules.calendar.leave_before(on, AMNESTY_DAYS) else {
            return Ok(None);
        };
        let with_dues: Vec<CustomerId> = {
            let state = self.state();
            let has_dues = state.days.iter().filter(|(_, day)| day.open || !day.held.is_empty());
            has_dues.map(|(id, _)| id.clone()).collect()
        };
        let mut files = Vec::with_capacity(with_dues.len());
        for id in &with_dues {
            files.extend(self.load(id)?.map(|loaded| loaded.file.clone()));
        }
        let mut amnesty = amnesty(&files, &shared.rules, leave, on, deputy.or_else(|| leave.deputy.clone()));
        let colleagues = &shared.colleagues;
        let deputy = amnesty.deputy.as_ref().and_then(|id| colleagues.iter().find(|colleague| colleague.id == *id));
        amnesty.deputy_name = deputy.map(|colleague| colleague.name.clone());
        for fate in &mut amnesty.dues {
            let file = files.iter().find(|file| file.customer.id == fate.customer);
            fate.piece = file.and_then(|file| piece(file, &fate.due, on));
        }
        Ok(Some(amnesty))
    }

    /// The facts of an amnesty, under one id by which it is taken back.
    pub fn amnesty_facts(&self, amnesty: &Amnesty) -> Vec<(CustomerId, FactBody)> {
        amnesty.facts(OpId(uuid::Uuid::now_v7()))
    }

    /// Why a customer's task stands where it does.
    pub fn explain_task(&self, id: &CustomerId) -> Result<Option<TaskExplained>, StoreError> {
        let Some(loaded) = self.load(id)? else { return Ok(None) };
        let (shared, on) = self.shared_and_day();
        let now = self.clock.now();
        // the day that is shown may be another one for a moment
        let now = if now.date() == on { now } else { on.and_time(now.time()) };
        let mut explained = explain_task(&loaded.file, &shared.rules, now);
        if let Some(explained) = &mut explained {
            explained.put_in_place(&self.open_tasks());
            without_points_explained(explained, secret_points(&loaded.file, on));
        }
        Ok(explained)
    }

    /// What every plan makes of a customer.
    pub fn explain_customer(&self, id: &CustomerId) -> Result<Option<CustomerExplained>, StoreError> {
        let Some(loaded) = self.load(id)? else { return Ok(None) };
        let (shared, on) = self.shared_and_day();
        let mut plans: Vec<PlanExplained> = explain_customer(&loaded.file, &shared.rules, on);
        if let Cow::Owned(_) = known(&loaded.file, on) {
            without_amounts(&mut plans);
        }
        plans.sort_by(|a, b| (a.standing, &a.plan).cmp(&(b.standing, &b.plan)));
        let (customer, name) = (loaded.file.customer.id.clone(), loaded.file.person(on).name.clone());
        let history = self.field_history(id, &Wanted::All, Secrets::Masked)?;
        let fields = history.map(|history| history.fields).unwrap_or_default();
        Ok(Some(CustomerExplained { customer, name, on, fields, task: self.explain_task(id)?, plans }))
    }

    fn open_tasks(&self) -> Vec<TaskRow> {
        let state = self.state();
        let open = state.days.values().filter(|day| day.open);
        open.filter_map(|day| day.task.clone()).collect()
    }
}

/// The piece that a due is about, unless it is kept secret.
fn piece(file: &CustomerFile, due: &DueRow, on: NaiveDate) -> Option<String> {
    // as `AnchorKey` is written: the purchase, the number of the piece, the day of its turn
    let (rest, _) = due.anchor_key.rsplit_once('/')?;
    let (purchase, idx) = rest.rsplit_once('/')?;
    let purchase = file.purchases.iter().find(|of| of.id.as_str() == purchase)?;
    let item = purchase.items.get(idx.parse::<usize>().ok()?)?;
    let history = History::of(file, on);
    let is_secret = Hidden::of(&history).purchase(purchase).is_some();
    item.name.clone().or_else(|| item.category.clone()).filter(|_| !is_secret)
}
