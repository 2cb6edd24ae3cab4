//! The engine: how long the queue of a whole terminal takes.

use std::hint::black_box;
use std::time::Instant;

use guide_common::demo;
use guide_common::sop::plan::Plan;
use guide_common::sop::rules::Rules;
use guide_common::sop::{engine, plan_file, queue};

use crate::bench::Times;

const N_RUNS: usize = 15;

/// Works out the dues, and then the whole queue, of 2,000 and 20,000 customers × 3 plans, on one core.
pub fn run() {
    println!("engine, one core, {N_RUNS} runs each");
    for n_customers in [2_000, 20_000] {
        let chain = demo::sized(1, n_customers, 3, 8);
        let plans: Vec<Plan> = chain.plans.iter().filter_map(|(_, text)| plan_file::parse(text).ok()).collect();
        let rules = Rules::new(plans);
        let files: Vec<_> = chain.files().into_iter().map(|(_, file)| file).collect();
        let today = demo::d0();
        let mut n_dues = 0;
        let dues = time(|| n_dues = files.iter().map(|file| black_box(engine::dues(file, &rules, today)).len()).sum());
        let mut tasks = Vec::new();
        let queue = time(|| {
            tasks = files.iter().filter_map(|file| queue::customer_day(file, &rules, today).task).collect();
            queue::order(&mut tasks);
        });
        println!("  dues, {n_customers} customers × {} plans: {dues} ({n_dues} dues)", rules.plans().len());
        println!("  ordered queue of the same: {queue} ({} tasks)", tasks.len());
    }
}

fn time(mut work: impl FnMut()) -> Times {
    let times = (0..N_RUNS).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    Times::new(times.collect())
}
