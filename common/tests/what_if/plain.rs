//! What-if without any cleverness: every day, every customer, the queue as a terminal works it out.

use std::collections::{BTreeMap, BTreeSet};

use guide_common::apply::CustomerFile;
use guide_common::fact::{Fact, FactBody, next_number};
use guide_common::id::{DeviceId, GuideId, OpId};
use guide_common::outcome::Outcome;
use guide_common::sop::engine::dues;
use guide_common::sop::plan::{Plan, Purpose};
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::sop::simulate::{Assumption, PlanLoad, SimulatedDay, Simulation, Total};
use guide_common::sop::starts::Starts;
use guide_common::sop::trigger::Trigger;
use guide_common::time::Period;
use guide_common::undone::Undos;
use guide_common::wire::local::DueRow;

use super::generate::Case;

/// The files without the guide's contacts of the period.
pub fn without_contacts(files: &[CustomerFile], period: Period) -> Vec<CustomerFile> {
    let mut files = files.to_vec();
    for file in &mut files {
        file.facts.retain(|fact| match &fact.body {
            FactBody::Outcome(outcome) => outcome.due_ids.is_empty() || !period.contains(outcome.on),
            _ => true,
        });
    }
    files
}

/// The rules as they would be if the plans were published on the period's first day.
pub fn published(files: &[CustomerFile], rules: &Rules, period: Period) -> Rules {
    let mut plans: Vec<Plan> = rules.plans().to_vec();
    for plan in &mut plans {
        let is_dormant = plan.triggers.iter().any(|trigger| matches!(trigger, Trigger::Dormant(_)));
        if plan.starts_on.is_none() && (plan.throttle.is_some() || is_dormant) {
            plan.starts_on = Some(period.from);
        }
    }
    let rules = rules.with_plans(plans);
    let starts = Starts::work_out(files.iter(), &rules, period.to);
    rules.with_starts(starts)
}

pub fn simulate(case: &Case) -> Simulation {
    let period = case.period;
    let mut files = without_contacts(&case.files, period);
    let rules = published(&files, &case.rules, period);
    let mut found = Simulation {
        period,
        n_guides: 1,
        n_customers: files.len() as u64,
        tasks_per_day: rules.settings.tasks_per_day,
        peak_on: None,
        total: Total::default(),
        by_plan: rules.plans().iter().map(|plan| (plan.id.clone(), PlanLoad::default())).collect(),
        days: Vec::new(),
    };
    let (mut started, mut held) = (BTreeSet::new(), BTreeSet::new());
    for on in period.from.iter_days().take_while(|on| *on <= period.to) {
        let mut sum = SimulatedDay {
            on,
            contacts: 0,
            dues: 0,
            merged: 0,
            held: BTreeMap::new(),
            starts: BTreeMap::new(),
            full: BTreeMap::new(),
            over: 0,
        };
        for file in &mut files {
            let id = file.customer.id.clone();
            for due in dues(file, &rules, on).iter().filter(|due| period.from <= due.born_on) {
                if started.insert((id.clone(), due.plan.id.clone(), due.anchor_key.clone())) {
                    *sum.starts.entry(due.plan.id.clone()).or_default() += 1;
                    found.by_plan.get_mut(&due.plan.id).unwrap().starts += 1;
                    found.total.starts += 1;
                }
            }
            let queue = customer_day(file, &rules, on);
            for (due, reason) in queue.held.iter().flat_map(|row| row.dues.iter().map(|due| (due, row.hold.reason))) {
                let plan = found.by_plan.get_mut(&due.plan).unwrap();
                *sum.held.entry(reason).or_default() += 1;
                *found.total.held_days.entry(reason).or_default() += 1;
                if held.insert((due.due_id, reason)) {
                    *plan.held.entry(reason).or_default() += 1;
                    *found.total.held.entry(reason).or_default() += 1;
                }
                plan.expired += u64::from(due.until_on == on);
                found.total.expired += u64::from(due.until_on == on);
            }
            let Some(task) = queue.task else { continue };
            let cannot_wait = |due: &DueRow| rules.calendar.next_shift(on, due.until_on).is_none();
            if !rules.calendar.works_on(on) && !task.dues.iter().any(cannot_wait) {
                continue;
            }
            sum.contacts += 1;
            sum.dues += task.dues.len() as u64;
            let plans: BTreeSet<_> = task.dues.iter().map(|due| &due.plan).collect();
            plans.into_iter().for_each(|plan| found.by_plan.get_mut(plan).unwrap().contacts += 1);
            task.dues.iter().for_each(|due| found.by_plan.get_mut(&due.plan).unwrap().dues += 1);
            file.facts.push(contact(file, &rules, &case.assume, &task.dues, on));
        }
        sum.merged = sum.dues - sum.contacts;
        sum.over = u64::from(sum.contacts > u64::from(rules.settings.tasks_per_day));
        for plan in rules.plans().iter().filter(|plan| rules.starts.full_days(&plan.id).contains(&on)) {
            sum.full.insert(plan.id.clone(), 1);
            found.by_plan.get_mut(&plan.id).unwrap().full_days += 1;
            found.total.full_days += 1;
        }
        found.total.contacts += sum.contacts;
        found.total.dues += sum.dues;
        found.total.merged += sum.merged;
        found.total.days_over += sum.over;
        found.days.push(sum);
    }
    let most = found.days.iter().map(|day| day.contacts).max().filter(|most| *most > 0);
    found.peak_on = found.days.iter().find(|day| Some(day.contacts) == most).map(|day| day.on);
    found
}

fn contact(file: &CustomerFile, rules: &Rules, assume: &Assumption, dues: &[DueRow], on: chrono::NaiveDate) -> Fact {
    let rank = |due: &&DueRow| {
        let plan = rules.plans().iter().find(|plan| plan.id == due.plan).unwrap();
        (!plan.recovery, std::cmp::Reverse(plan.priority), due.until_on, due.opens_on, due.due_id)
    };
    let first = dues.iter().min_by_key(rank).unwrap();
    let code = assume.outcome(first.due_id, first.purpose, first.channel);
    let due_ids = dues.iter().map(|due| due.due_id).collect();
    let is_any = |purpose: &Purpose| dues.iter().any(|due| due.purpose == *purpose);
    let purpose = [Purpose::Promo, Purpose::Service].into_iter().find(is_any).or(Some(Purpose::Answer));
    Fact {
        id: OpId::of_record("simulated", &file.customer.id, &on.to_string()),
        customer: file.customer.id.clone(),
        guide: GuideId::new("g1").unwrap(),
        device: DeviceId::new("d1").unwrap(),
        at: on.and_hms_opt(4, 0, 0).unwrap().and_utc(),
        body: FactBody::Outcome(Outcome { channel: first.channel, due_ids, purpose, ..Outcome::new(on, code) }),
        number: next_number(&file.facts),
        undone: Undos::default(),
        group: None,
    }
}
