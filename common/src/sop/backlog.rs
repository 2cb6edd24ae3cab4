//! What becomes of the backlog after a leave (休假回来): every open due of the guide's customers gets one fate. It is a
//! preview, a pure function of facts and plans; `Amnesty::facts` is what to record once the guide has agreed.

mod pace;
mod policy;

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::amnesty::{Handed, WaiveReason, Waived};
use crate::apply::CustomerFile;
use crate::calendar::Leave;
use crate::customer::{Customer, Tier};
use crate::fact::FactBody;
use crate::id::{CustomerId, DueId, GuideId, OpId};
use crate::sop::history::History;
use crate::sop::queue::{CustomerDay, day_of, place};
use crate::sop::rules::Rules;
use crate::wire::local::{DueRow, HeldRow, TaskRow};

use pace::{Turn, turns};
use policy::Policy;

/// What an amnesty would do, or did, on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amnesty {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The leave after which it is.
    pub leave: Leave,
    /// Who takes over what the guide would not reach in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<GuideId>,
    /// How the deputy is called, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_name: Option<String>,
    /// The dues in numbers.
    pub count: AmnestyCount,
    /// Every open due and its fate: those of tasks in the queue's order, then those of customers of whom no task is
    /// left, by id.
    pub dues: Vec<DueFate>,
    /// What the gate holds. It is left alone.
    pub held: Vec<HeldRow>,
}

/// An amnesty in numbers: `n_dues` is the sum of kept, merged, expired and handed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmnestyCount {
    /// Open dues that the gate does not hold.
    pub n_dues: usize,
    /// Tasks that stay, one due each.
    pub n_kept: usize,
    /// Of the tasks that stay, those that the guide would not reach in time.
    pub n_at_risk: usize,
    /// Dues that go with a kept one.
    pub n_merged: usize,
    /// Dues that expire.
    pub n_expired: usize,
    /// Dues that go to the deputy.
    pub n_handed: usize,
    /// Dues that the gate holds; they are no part of `n_dues`.
    pub n_held: usize,
}

/// One due and what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DueFate {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The customer's tier.
    pub tier: Tier,
    /// The due.
    pub due: DueRow,
    /// Of a step about one piece: which, so that two of a customer are told apart. Not of a piece that is kept secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Fate {
    /// It stays, as the one contact with this customer.
    Kept {
        /// The working day on which its turn comes.
        turn_on: NaiveDate,
    },
    /// It stays, though its turn comes too late: there is no deputy.
    AtRisk {
        /// The last day on which anything of its task is open.
        until_on: NaiveDate,
    },
    /// It goes with the kept one of the same customer.
    Merged {
        /// The kept one.
        with: DueId,
    },
    /// It expires.
    Expired {
        /// Why.
        reason: WaiveReason,
    },
    /// It goes to the deputy.
    Handed {
        /// The last day on which it is the deputy's.
        until_on: NaiveDate,
    },
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// Works out what becomes of the backlog of a guide who is back from a leave. `files` are the guide's customers;
/// those on loan from other guides are left alone.
pub fn amnesty<'f>(
    files: impl IntoIterator<Item = &'f CustomerFile>,
    rules: &Rules,
    leave: &Leave,
    today: NaiveDate,
    deputy: Option<GuideId>,
) -> Amnesty {
    let policy = Policy::of(rules, leave, today);
    let own = files.into_iter().filter(|file| file.customer.lent.is_none());
    let mut backlogs: Vec<Backlog<'_>> = own.map(|file| Backlog::of(file, &policy)).collect();
    backlogs.sort_by(Backlog::order);
    let tasks: Vec<&TaskRow> = backlogs.iter().filter_map(|backlog| backlog.day.task.as_ref()).collect();
    let turns = turns(&tasks, rules, today);

    let mut dues = Vec::new();
    for (idx, backlog) in backlogs.iter().enumerate() {
        // tasks stand first, so a backlog's place is its task's
        dues.extend(backlog.fates(turns.get(idx).copied(), deputy.is_some()));
    }
    let held: Vec<HeldRow> = backlogs.into_iter().flat_map(|backlog| backlog.day.held).collect();
    let count = AmnestyCount::of(&dues, &held);
    Amnesty { on: today, leave: leave.clone(), deputy, deputy_name: None, count, dues, held }
}

impl Amnesty {
    /// The facts to record, `amnesty` on all of them: what expires by customer and reason, and what goes to the deputy
    /// by customer. A merged due needs none: an open task is one contact anyway.
    pub fn facts(&self, amnesty: OpId) -> Vec<(CustomerId, FactBody)> {
        let mut facts: Vec<(CustomerId, FactBody)> = Vec::new();
        for DueFate { customer, due, fate, .. } in &self.dues {
            let of_customer = facts.iter_mut().filter(|(of, _)| of == customer).map(|(_, body)| body);
            let mut of_customer = of_customer.filter_map(|body| match (body, *fate) {
                (FactBody::Waived(waived), Fate::Expired { reason }) if waived.reason == reason => {
                    Some(&mut waived.due_ids)
                }
                (FactBody::Handed(handed), Fate::Handed { .. }) => Some(&mut handed.due_ids),
                _ => None,
            });
            if let Some(due_ids) = of_customer.next() {
                due_ids.push(due.due_id);
                continue;
            }
            let (on, due_ids) = (self.on, vec![due.due_id]);
            let body = match (*fate, &self.deputy) {
                (Fate::Expired { reason }, _) => FactBody::Waived(Waived { on, due_ids, reason, amnesty }),
                (Fate::Handed { until_on }, Some(to)) => {
                    FactBody::Handed(Handed { on, due_ids, to: to.clone(), until_on, amnesty })
                }
                _ => continue,
            };
            facts.push((customer.clone(), body));
        }
        facts
    }

    /// How many dues expire for a reason.
    pub fn n_expired_by(&self, reason: WaiveReason) -> usize {
        self.dues.iter().filter(|due| due.fate == Fate::Expired { reason }).count()
    }
}

impl AmnestyCount {
    fn of(dues: &[DueFate], held: &[HeldRow]) -> Self {
        let n = |is_wanted: fn(Fate) -> bool| dues.iter().filter(|due| is_wanted(due.fate)).count();
        Self {
            n_dues: dues.len(),
            n_kept: n(|fate| matches!(fate, Fate::Kept { .. } | Fate::AtRisk { .. })),
            n_at_risk: n(|fate| matches!(fate, Fate::AtRisk { .. })),
            n_merged: n(|fate| matches!(fate, Fate::Merged { .. })),
            n_expired: n(|fate| matches!(fate, Fate::Expired { .. })),
            n_handed: n(|fate| matches!(fate, Fate::Handed { .. })),
            n_held: held.iter().map(|row| row.dues.len()).sum(),
        }
    }
}

/// One customer's part.
struct Backlog<'f> {
    customer: Cow<'f, Customer>,
    expired: Vec<(DueRow, WaiveReason)>,
    /// The day once these have expired.
    day: CustomerDay,
}

impl<'f> Backlog<'f> {
    /// Lets expire what the policy says, until nothing more does: an expired due can free another that the gate held,
    /// where plans exclude each other.
    fn of(file: &'f CustomerFile, policy: &Policy<'_>) -> Self {
        let mut expired: Vec<(DueRow, WaiveReason)> = Vec::new();
        loop {
            let waived: Vec<Waived> = expired.iter().map(|(due, reason)| policy.waived(due, *reason)).collect();
            let mut history = History::of(file, policy.today);
            history.waived.extend(&waived);
            let day = day_of(&history, policy.rules);
            let found = policy.expired(&history, &day);
            if found.is_empty() {
                return Self { customer: file.person(policy.today), expired, day };
            }
            expired.extend(found);
        }
    }

    /// Tasks in the queue's order, then the others by customer.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.day.task, &other.day.task) {
            (Some(task), Some(of_other)) => place(task, of_other),
            (of_self, of_other) => {
                let by_task = of_other.is_some().cmp(&of_self.is_some());
                by_task.then_with(|| self.customer.id.cmp(&other.customer.id))
            }
        }
    }

    fn fates(&self, turn: Option<Turn>, has_deputy: bool) -> Vec<DueFate> {
        let open = self.day.task.iter().flat_map(|task| &task.dues);
        let first = self.day.task.as_ref().and_then(|task| task.dues.first()).map(|due| due.due_id);
        let last_on = open.clone().map(|due| due.until_on).max();
        let fate = |due: &DueRow| match (turn?, first?) {
            (Turn::TooLate { .. }, _) if has_deputy => Some(Fate::Handed { until_on: last_on? }),
            (_, first) if due.due_id != first => Some(Fate::Merged { with: first }),
            (Turn::On(turn_on), _) => Some(Fate::Kept { turn_on }),
            (Turn::TooLate { until_on }, _) => Some(Fate::AtRisk { until_on }),
        };
        let open = open.filter_map(|due| Some((due, fate(due)?)));
        let expired = self.expired.iter().map(|(due, reason)| (due, Fate::Expired { reason: *reason }));
        open.chain(expired).map(|(due, fate)| self.fate(due, fate)).collect()
    }

    fn fate(&self, due: &DueRow, fate: Fate) -> DueFate {
        let customer = &self.customer;
        DueFate {
            customer: customer.id.clone(),
            name: customer.name.clone(),
            tier: customer.tier,
            due: due.clone(),
            piece: None,
            fate,
        }
    }
}
