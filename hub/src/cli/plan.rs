//! `guide-hub plan`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Days, NaiveDate};
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::simulate::{Assumption, Simulation};
use guide_common::time::Period;
use serde::Serialize;

use super::args::plan::{PlanCommand, SimulateArgs};
use super::bar::{bar, columns};
use super::plan_diff;
use super::table::Table;
use super::{Output, Progress};
use crate::clock::Moment;
use crate::db::{Db, file, publication};
use crate::error::HubError;
use crate::publish::{Source, checked_plans};
use crate::what_if::{ChainSimulation, WhatIf, chain_simulation};

/// How wide bars are, in characters.
const BAR_WIDTH: usize = 30;

pub(super) async fn run(db: &Db, command: PlanCommand, moment: Moment) -> Result<Output, HubError> {
    match command {
        PlanCommand::List { json } => list(db, json).await,
        PlanCommand::Show { id, version, json } => {
            let mut conn = db.conn().await?;
            let plans = file::plans(&mut conn).await?;
            let unknown = || HubError::refused(format!("there is no published plan {id}"));
            let plan = plans.into_iter().find(|plan| plan.id == id).ok_or_else(unknown)?;
            if json {
                return Output::json(plan);
            }
            let version = version.unwrap_or(plan.version);
            let source = publication::source(&mut conn, "plan", id.as_str(), version).await?;
            let missing = || HubError::refused(format!("version {version} of the plan {id} was never published"));
            Ok(Output::done(source.ok_or_else(missing)?))
        }
        PlanCommand::Simulate(args) => simulation(db, args, moment).await,
        PlanCommand::Diff(args) => plan_diff::run(db, args, moment).await,
    }
}

async fn list(db: &Db, json: bool) -> Result<Output, HubError> {
    #[derive(Serialize)]
    struct PlanRow {
        #[serde(flatten)]
        plan: Plan,
        published_at: i64,
    }
    #[derive(Serialize)]
    struct Answer {
        plans: Vec<PlanRow>,
    }
    let mut conn = db.conn().await?;
    let mut plans = Vec::new();
    for plan in file::plans(&mut conn).await? {
        let published_at = publication::published_at(&mut conn, "plan", plan.id.as_str(), plan.version).await?;
        plans.push(PlanRow { plan, published_at: published_at.unwrap_or_default() });
    }
    if json {
        return Output::json(Answer { plans });
    }
    let mut table = Table::new(&["ID", "VERSION", "NAME", "TRIGGERS", "STEPS", "STARTS ON", "PUBLISHED"]);
    for PlanRow { plan, published_at } in &plans {
        let triggers: Vec<&str> = plan.triggers.iter().map(|trigger| trigger.name()).collect();
        let at = DateTime::from_timestamp(*published_at, 0).map(|at| at.format("%Y-%m-%d %H:%MZ").to_string());
        table.row([
            plan.id.to_string(),
            plan.version.to_string(),
            plan.name.in_lang(Lang::En).to_owned(),
            triggers.join(", "),
            plan.steps.len().to_string(),
            plan.starts_on.map(|on| on.to_string()).unwrap_or_default(),
            at.unwrap_or_default(),
        ]);
    }
    Ok(Output::done(table.text()))
}

async fn simulation(db: &Db, args: SimulateArgs, moment: Moment) -> Result<Output, HubError> {
    let sources: Result<Vec<Source>, HubError> = args.files.iter().map(|file| Source::read(file)).collect();
    let plans = checked_plans(&mut *db.conn().await?, &sources?).await?;
    let today = moment.today();
    let from = today.checked_sub_days(Days::new(u64::from(args.days) - 1)).unwrap_or(today);
    let period = Period { from, to: today };
    let what_if = WhatIf { plans, period, guide: args.guide, store: args.store, assume: Assumption::default() };
    let mut progress = Progress::new();
    let found = chain_simulation(db, &what_if, moment, &mut |n_done, n_all| progress.at(n_done, n_all)).await?;
    drop(progress);
    if args.json {
        #[derive(Serialize)]
        struct Answer<'a> {
            plans: Vec<&'a str>,
            assume: Assumption,
            #[serde(flatten)]
            found: &'a ChainSimulation,
        }
        let plans = what_if.plans.iter().map(|plan| plan.id.as_str()).collect();
        return Output::json(Answer { plans, assume: what_if.assume, found: &found });
    }
    Ok(Output::done(told(&what_if, &found)))
}

fn told(what_if: &WhatIf, found: &ChainSimulation) -> String {
    let Simulation { period, n_guides, n_customers, total, tasks_per_day, .. } = &found.total;
    let mut text = format!("{} to {}, {n_guides} guides, {n_customers} customers\n", period.from, period.to);
    let _ = writeln!(
        text,
        "{} contacts close {} dues, {} of them merged; {} runs start",
        total.contacts, total.dues, total.merged, total.starts
    );
    if let Some(peak) = peak(&found.total) {
        let _ = writeln!(text, "peak {peak}");
    }
    if !total.held.is_empty() {
        let _ = writeln!(text, "held: {}; {} until it was too late", reasons(&total.held), total.expired);
    }
    if total.full_days > 0 {
        let _ = writeln!(text, "a throttle was reached {} times (days and guides)", total.full_days);
    }
    if total.days_over > 0 {
        let _ = writeln!(text, "more than {tasks_per_day} contacts {} times (days and guides)", total.days_over);
    }
    text.push('\n');
    text.push_str(&plan_table(what_if, &found.total));
    text.push('\n');
    text.push_str(&guide_table(found));
    text.push('\n');
    text.push_str(&day_table(&found.total));
    text
}

fn plan_table(what_if: &WhatIf, total: &Simulation) -> String {
    let mut table = Table::new(&["PLAN", "CONTACTS", "DUES", "STARTS", "HELD", "EXPIRED", "FULL DAYS", ""]);
    for (id, plan) in &total.by_plan {
        let is_given = what_if.plans.iter().any(|given| given.id == *id);
        if plan.dues == 0 && plan.held.is_empty() && plan.starts == 0 && !is_given {
            continue;
        }
        let held: u64 = plan.held.values().sum();
        let numbers = [plan.contacts, plan.dues, plan.starts, held, plan.expired, plan.full_days];
        let cells = std::iter::once(id.to_string()).chain(numbers.map(|n| n.to_string()));
        table.row(cells.chain(std::iter::once(if is_given { "from the file".to_owned() } else { String::new() })));
    }
    table.text()
}

fn guide_table(found: &ChainSimulation) -> String {
    let mut table = Table::new(&["GUIDE", "CONTACTS", "MERGED", "HELD", "FULL", "OVER", "PEAK", "DAY BY DAY"]);
    for (id, one) in &found.by_guide {
        let name = found.guide_names.get(id).map(String::as_str).unwrap_or_default();
        let held: u64 = one.total.held.values().sum();
        let days: Vec<u64> = one.days.iter().map(|day| day.contacts).collect();
        table.row([
            format!("{id} {name}"),
            one.total.contacts.to_string(),
            one.total.merged.to_string(),
            held.to_string(),
            one.total.full_days.to_string(),
            one.total.days_over.to_string(),
            peak(one).unwrap_or_default(),
            columns(&days, BAR_WIDTH),
        ]);
    }
    table.text()
}

fn day_table(total: &Simulation) -> String {
    let most = total.days.iter().map(|day| day.contacts).max().unwrap_or(0);
    let mut table = Table::new(&["DAY", "CONTACTS", "MERGED", "HELD", "STARTS", "FULL", "OVER", ""]);
    for day in &total.days {
        let (held, starts): (u64, u64) = (day.held.values().sum(), day.starts.values().sum());
        let full: u64 = day.full.values().sum();
        let numbers = [day.contacts, day.merged, held, starts, full, day.over].map(|n| n.to_string());
        let cells = std::iter::once(dated(day.on)).chain(numbers);
        table.row(cells.chain(std::iter::once(bar(day.contacts, most, BAR_WIDTH))));
    }
    table.text()
}

fn peak(simulation: &Simulation) -> Option<String> {
    let on = simulation.peak_on?;
    let n = simulation.days.iter().find(|day| day.on == on).map_or(0, |day| day.contacts);
    Some(format!("{}: {n}", dated(on)))
}

fn dated(day: NaiveDate) -> String {
    format!("{day} {}", day.weekday())
}

fn reasons(of: &BTreeMap<HoldReason, u64>) -> String {
    let name = |reason: &HoldReason| {
        let word = serde_json::to_value(reason).ok();
        word.and_then(|word| word.as_str().map(|word| word.replace('_', " "))).unwrap_or_default()
    };
    of.iter().map(|(reason, n)| format!("{} {n}", name(reason))).collect::<Vec<_>>().join(", ")
}
