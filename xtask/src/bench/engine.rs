//! The engine: how long the queue of a whole terminal takes, one outcome, a what-if, a script; and how that grows.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use chrono::Days;
use guide_common::apply::CustomerFile;
use guide_common::demo;
use guide_common::fact::FactBody;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::rules::Rules;
use guide_common::sop::simulate::{Assumption, simulate};
use guide_common::sop::starts::Starts;
use guide_common::sop::{engine, plan_file, queue};
use guide_common::template::compiled::Library;
use guide_common::template::file;
use guide_common::template::values::Values;
use guide_common::time::Period;

use crate::bench::Times;

/// How often each figure is measured; seldom where one run takes seconds.
const N_RUNS: usize = 15;
const N_LONG_RUNS: usize = 3;

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
    let is_outcome = |fact: &&guide_common::fact::Fact| matches!(fact.body, FactBody::Outcome(_));
    let n_outcomes: usize = files.iter().map(|file| file.facts.iter().filter(is_outcome).count()).sum();
    println!("  {n_customers} customers of one guide, {} plan files, {n_outcomes} outcomes", plans.len());

    let rules = Rules::new(plans);
    let n_runs = if n_customers > 20_000 { N_LONG_RUNS } else { N_RUNS };
    let mut starts = Starts::default();
    let of_starts = time(n_runs, || starts = Starts::work_out(files.iter(), &rules, today));
    let rules = rules.with_starts(starts.clone());
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
    one_outcome(&files, &rules, starts);
    if n_customers <= 20_000 {
        what_if(&files, &rules);
    }
}

/// What one outcome costs at most: the customer again, and every start of throttled plans.
fn one_outcome(files: &[CustomerFile], rules: &Rules, mut starts: Starts) {
    let today = demo::d0();
    let mut files = files.iter().filter(|file| !file.facts.is_empty()).cycle();
    let times = time(200, || {
        if let Some(file) = files.next() {
            starts.put(file, rules, today);
            black_box(starts.admit(rules, today));
            black_box(queue::customer_day(file, rules, today));
        }
    });
    println!("    after one outcome, all starts worked out again: {times}");
}

fn what_if(files: &[CustomerFile], rules: &Rules) {
    let today = demo::d0();
    let from = today.checked_sub_days(Days::new(89)).unwrap_or(today);
    let Some(period) = Period::new(from, today) else { return };
    let times = time(N_LONG_RUNS, || drop(black_box(simulate(files.iter(), rules, period, &Assumption::default()))));
    println!("    what-if of 90 days, all plans: {times}");
}

/// Every template with nothing known of the customer, which takes all the fallbacks.
fn scripts() {
    let templates: Vec<_> = demo::template_files().iter().filter_map(|(_, text)| file::parse(text).ok()).collect();
    let ids: Vec<_> = templates.iter().map(|template| template.id.clone()).collect();
    let library = Library::new(templates);
    let (values, now) = (Values::default(), demo::d0().into());
    let mut ids = ids.iter().cycle();
    let times = time(10_000, || {
        if let Some(template) = ids.next().and_then(|id| library.get(id)) {
            let script = template.script(&values, now, Lang::Zh);
            let _ = black_box(script.filled(&BTreeMap::new()));
        }
    });
    println!("  a script rendered: p50 {:.1} µs, p99 {:.1} µs", times.p50() * 1_000.0, times.p99() * 1_000.0);
}

fn time(n_runs: usize, mut work: impl FnMut()) -> Times {
    let times = (0..n_runs).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    Times::new(times.collect())
}
