//! Plans beside which another one does not run: what of them is under way on a day, what is still to come too, must be
//! asked of the day itself.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::customer::Birthday;
use crate::id::PlanId;
use crate::sop::engine::Due;
use crate::sop::history::History;
use crate::sop::plan::{FromDate, Plan, Step};
use crate::sop::plan_file::sources;
use crate::sop::rules::Rules;
use crate::sop::run::{Run, all_runs};
use crate::sop::trigger::{DateTrigger, Trigger};
use crate::time::Period;

/// For each plan those beside which it does not run.
#[derive(Debug)]
pub(super) struct AllRivals(BTreeMap<PlanId, Rivals>);

#[derive(Debug)]
struct Rivals {
    rules: Rules,
    /// Of campaigns, whose dates are the same for everyone: the days on which a run can be under way. No such list
    /// where that depends on the customer.
    days: Option<Vec<Period>>,
}

/// The rivals' runs as an earlier look saw them, while those of the day stand in their place.
pub(super) struct PutAside<'d> {
    n_others: usize,
    rivals: Vec<Run<'d>>,
}

impl AllRivals {
    pub fn of(rules: &Rules, period: Period) -> Self {
        let of_plan = |plan: &Plan| {
            let own: Vec<&str> = words(plan).collect();
            let is_rival = |other: &&Plan| other.id != plan.id && words(other).any(|word| own.contains(&word));
            let rivals: Vec<Plan> = rules.plans().iter().filter(is_rival).cloned().collect();
            let days = rivals.iter().map(|rival| campaign_days(rival, period)).collect::<Option<Vec<_>>>();
            let waits = rivals.iter().any(|rival| !sources(rival, rules.plans()).is_empty());
            (!rivals.is_empty()).then(|| Rivals {
                rules: if waits { rules.clone() } else { rules.with_plans(rivals) },
                days: days.map(|days| days.concat()),
            })
        };
        Self(rules.plans().iter().filter_map(|plan| Some((plan.id.clone(), of_plan(plan)?))).collect())
    }

    /// Puts the runs of the rivals of these dues in the place of those that an earlier look saw.
    pub fn put<'d>(
        &'d self,
        history: &History<'_>,
        runs: &mut Vec<Run<'d>>,
        dues: &[Due<'_>],
        first_day: NaiveDate,
    ) -> Option<PutAside<'d>> {
        let mut asked: Vec<(&PlanId, &'d Rules)> = Vec::new();
        for due in dues {
            let rivals = self.0.get(&due.plan.id).filter(|rivals| rivals.can_run(history));
            let is_further = asked.iter().all(|(plan, _)| **plan != due.plan.id);
            asked.extend(rivals.filter(|_| is_further).map(|rivals| (&due.plan.id, &rivals.rules)));
        }
        if asked.is_empty() {
            return None;
        }
        let is_rival = |run: &Run<'_>| {
            let of_others = asked.iter().filter(|(plan, _)| **plan != run.plan.id);
            of_others.flat_map(|(_, rules)| rules.plans()).any(|plan| plan.id == run.plan.id)
        };
        let (rivals, others): (Vec<_>, Vec<_>) = std::mem::take(runs).into_iter().partition(is_rival);
        *runs = others;
        let n_others = runs.len();
        for (plan, rules) in &asked {
            runs.extend(all_runs(history, rules, first_day).into_iter().filter(|run| run.plan.id != **plan));
        }
        Some(PutAside { n_others, rivals })
    }
}

impl<'d> PutAside<'d> {
    /// Takes the day's runs away again.
    pub fn restore(self, runs: &mut Vec<Run<'d>>) {
        runs.truncate(self.n_others);
        runs.extend(self.rivals);
    }
}

impl Rivals {
    /// Whether any run of them can be under way on `history.today`: what a customer put off is not bound to its days.
    fn can_run(&self, history: &History<'_>) -> bool {
        let Some(days) = &self.days else { return true };
        days.iter().any(|days| days.contains(history.today))
            || history.contacts.iter().any(|contact| contact.outcome.next_on.is_some())
    }
}

/// The words of a plan's versions: of the plans with one of them a customer runs one at a time.
fn words(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.versions().filter_map(|version| version.exclusive.as_deref())
}

/// The days of a period around the dates of a plan that only dates start.
fn campaign_days(plan: &Plan, period: Period) -> Option<Vec<Period>> {
    let mut days = Vec::new();
    for version in plan.versions() {
        if version.throttle.is_some() || version.repeat.is_some() {
            return None;
        }
        let (lead, length) = reach(version)?;
        for trigger in &version.triggers {
            let Trigger::Date(date) = trigger else { return None };
            let around = |on: NaiveDate| {
                Period::new(on.checked_sub_days(Days::new(lead))?, on.checked_add_days(Days::new(length))?)
            };
            days.extend(dates(date, period).filter_map(around));
        }
    }
    Some(days)
}

/// How many days before and after its anchor anything of a plan can be open.
fn reach(plan: &Plan) -> Option<(u64, u64)> {
    let far = |step: &Step| u64::from(step.until.max_days().max(0).unsigned_abs());
    let lead = plan.steps.iter().map(|step| step.offset.max_days().min(0).unsigned_abs()).max()?;
    let mut length = 0;
    for step in &plan.steps {
        match step.from {
            None => length = length.max(far(step)),
            Some(FromDate::Outcome) => {}
            Some(_) => return None,
        }
    }
    let of_branches: u64 = plan.steps.iter().filter(|step| step.from.is_some()).map(far).sum();
    Some((u64::from(lead), length + of_branches))
}

fn dates(date: &DateTrigger, period: Period) -> impl Iterator<Item = NaiveDate> + use<> {
    let DateTrigger { year, month, day, calendar } = *date;
    let yearly = Birthday { year: None, month, day, calendar, leap_month: false };
    // a step can lie years from its date
    let years = year.map_or(period.from.year() - 11..=period.to.year() + 11, |year| year..=year);
    years.filter_map(move |year| yearly.date_in(year))
}
