//! The engine: how long the queue of a whole terminal takes, one outcome, a what-if, a script; and how that grows.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use guide_common::apply::CustomerFile;
use guide_common::demo;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{DeviceId, GuideId, OpId};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::report::report;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::rules::Rules;
use guide_common::sop::simulate::{Assumption, simulate};
use guide_common::sop::starts::Starts;
use guide_common::sop::{engine, plan_file, queue};
use guide_common::template::compiled::Library;
use guide_common::template::file;
use guide_common::template::source::{ScriptFacts, values};
use guide_common::time::Period;
use guide_common::undone::Undos;
use guide_common::wire::local::{DueRow, TaskRow};

use crate::bench::Times;

/// How often each figure is measured; seldom where one run takes seconds.
const N_RUNS: usize = 15;
const N_LONG_RUNS: usize = 3;
const N_OUTCOMES: usize = 200;

/// Works out whole queues, single customers, a what-if and scripts, on one core.
pub fn run() {
    println!("engine, one core");
    for n_customers in [2_000, 20_000, 200_000] {
        size(n_customers);
    }
    scripts();
}

fn size(n_customers: usize) {
    let chain = demo::sized(1, n_customers, 1, 1);
    let plans: Vec<Plan> = chain.plans.iter().filter_map(|(_, text)| plan_file::parse(text).ok()).collect();
    let files: Vec<CustomerFile> = chain.files().into_iter().map(|(_, file)| file).collect();
    let today = demo::d0();
    let is_outcome = |fact: &&Fact| matches!(fact.body, FactBody::Outcome(_));
    let n_outcomes: usize = files.iter().map(|file| file.facts.iter().filter(is_outcome).count()).sum();
    println!("  {n_customers} customers of one guide, {} plan files, {n_outcomes} outcomes", plans.len());

    let rules = Rules::new(plans);
    let n_runs = if n_customers > 20_000 { N_LONG_RUNS } else { N_RUNS };
    let mut starts = Starts::default();
    let of_starts = time(n_runs, || starts = Starts::work_out(files.iter(), &rules, today));
    let rules = rules.with_starts(starts);
    let mut n_dues = 0;
    let dues = time(n_runs, || n_dues = files.iter().map(|file| engine::dues(file, &rules, today).len()).sum());
    let mut tasks = Vec::new();
    let of_queue = time(n_runs, || {
        tasks = files.iter().filter_map(|file| queue::customer_day(file, &rules, today).task).collect();
        queue::order(&mut tasks);
    });
    println!("    starts of throttled plans: {of_starts}");
    println!("    dues: {dues} ({n_dues} dues)");
    println!("    everything, gate and order too: {of_queue} ({} tasks)", tasks.len());
    if let Some(guide) = chain.guides.first() {
        one_outcome(&files, &guide.id, &rules, &tasks);
    }
    reports(&files, &rules, n_runs);
    if n_customers <= 20_000 {
        what_if(&files, &rules);
    }
}

/// What one outcome costs: its customer again, and the starts of throttled plans for all customers. Every second one is of
/// a customer who waits for such a start, or has had it; the others have a task.
fn one_outcome(files: &[CustomerFile], guide: &GuideId, rules: &Rules, tasks: &[TaskRow]) {
    let (today, mut starts) = (demo::d0(), Starts::clone(&rules.starts));
    let plans: Vec<_> = rules.plans().iter().filter(|plan| plan.throttle.is_some()).map(|plan| &plan.id).collect();
    let is_in_line = |file: &&CustomerFile| plans.iter().any(|plan| starts.is_waiting(plan, &file.customer.id, today));
    let in_line: Vec<&CustomerFile> = files.iter().filter(is_in_line).take(N_OUTCOMES / 2).collect();
    let with_task = tasks.iter().take(N_OUTCOMES / 2);
    let with_task = with_task.filter_map(|task| files.iter().find(|file| file.customer.id == task.customer));
    let mut times = Vec::new();
    for file in with_task.chain(in_line) {
        let dues = tasks.iter().find(|task| task.customer == file.customer.id).map(|task| &task.dues[..]);
        let after = contacted(file, dues.unwrap_or_default(), guide, today);
        let started = Instant::now();
        if starts.put(&after, rules, today) {
            black_box(starts.admit(rules, today));
        }
        black_box(queue::customer_day(&after, rules, today));
        times.push(started.elapsed());
        starts.put(file, rules, today);
        starts.admit(rules, today);
    }
    println!("    after one outcome, with the starts of throttled plans: {}", Times::new(times));
}

/// The file with one more outcome: a visit, which closes the dues and ends a silence.
fn contacted(file: &CustomerFile, dues: &[DueRow], guide: &GuideId, today: NaiveDate) -> CustomerFile {
    let outcome =
        Outcome { due_ids: dues.iter().map(|due| due.due_id).collect(), ..Outcome::new(today, OutcomeCode::Visited) };
    let mut file = file.clone();
    let customer = file.customer.id.clone();
    file.facts.push(Fact {
        id: OpId::of_record("bench", &customer, "outcome"),
        customer,
        guide: guide.clone(),
        device: DeviceId::new("bench").unwrap_or_else(|_| unreachable!("it is a plain id")),
        at: today.and_time(NaiveTime::MIN).and_utc(),
        body: FactBody::Outcome(outcome),
        number: 0,
        undone: Undos::default(),
        group: None,
    });
    file
}

/// The report of a month and of a year, with funnels, templates, repeat purchases, promises and days.
fn reports(files: &[CustomerFile], rules: &Rules, n_runs: usize) {
    let today = demo::d0();
    for n_days in [31, 365] {
        let from = today.checked_sub_days(Days::new(n_days - 1)).unwrap_or(today);
        let Some(period) = Period::new(from, today) else { return };
        let mut n_due = 0;
        let times = time(n_runs, || n_due = report(files.iter(), rules, period, today, None).total.due);
        println!("    the report of {n_days} days: {times} ({n_due} due)");
    }
}

fn what_if(files: &[CustomerFile], rules: &Rules) {
    let today = demo::d0();
    let from = today.checked_sub_days(Days::new(89)).unwrap_or(today);
    let Some(period) = Period::new(from, today) else { return };
    let times = time(N_LONG_RUNS, || drop(black_box(simulate(files.iter(), rules, period, &Assumption::default()))));
    println!("    what-if of 90 days, all plans: {times}");
}

/// The scripts of all open tasks of 2,000 customers: their values read from the facts, and the text with them.
fn scripts() {
    let chain = demo::sized(1, 2_000, 1, 1);
    let plans = chain.plans.iter().filter_map(|(_, text)| plan_file::parse(text).ok()).collect();
    let (rules, today) = (Rules::new(plans), demo::d0());
    let templates = demo::template_files().iter().filter_map(|(_, text)| file::parse(text).ok()).collect();
    let library = Library::new(templates);
    let files: Vec<CustomerFile> = chain.files().into_iter().map(|(_, file)| file).collect();
    let Some(guide) = chain.guides.first() else { return };
    let now = today.and_time(NaiveTime::MIN) + TimeDelta::hours(10);
    let mut times = Vec::new();
    let mut n_whole = 0;
    for file in &files {
        let Some(task) = queue::customer_day(file, &rules, today).task else { continue };
        for due in &task.dues {
            let Some(template) = due.template.as_ref().and_then(|id| library.get(id)) else { continue };
            let plan = rules.plans().iter().find(|plan| plan.id == due.plan);
            let campaign = plan.and_then(|plan| plan.campaign.as_ref());
            let gold_price = Some(chain.gold_price);
            let started = Instant::now();
            let facts = ScriptFacts { due: Some(due), campaign, gold_price, ..ScriptFacts::new(file, guide, now) };
            let script = template.script(&values(&facts), now, Lang::Zh);
            times.push(started.elapsed());
            n_whole += usize::from(script.filled(&BTreeMap::new()).is_ok());
        }
    }
    let times = Times::new(times);
    println!(
        "  a script, from the facts: p50 {:.1} µs, p99 {:.1} µs ({n_whole} whole)",
        times.p50() * 1_000.0,
        times.p99() * 1_000.0
    );
}

fn time(n_runs: usize, mut work: impl FnMut()) -> Times {
    let times = (0..n_runs).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    Times::new(times.collect())
}
