//! The simulation of a chain with random faults. A seed that fails is run again with
//! `GUIDE_SIM_SEED=N cargo test -p guide-tests --test simulation`; `GUIDE_SIM_STEPS` sets how long it is, and
//! `GUIDE_LOG=info` shows what every program did.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use guide_tests::sim::World;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Steps of one chain; then another begins, with the next seed.
const STEPS_A_CHAIN: u64 = 1_000;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn nothing_is_lost_or_doubled_and_all_replicas_agree_whatever_happens() {
    let first = setting("GUIDE_SIM_SEED", 1);
    let n_steps = setting("GUIDE_SIM_STEPS", 50_000);
    if let Ok(filter) = std::env::var("GUIDE_LOG") {
        let filter: tracing_subscriber::filter::Targets = filter.parse().expect("a filter");
        let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
        tracing_subscriber::registry().with(filter).with(layer).init();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let memory = std::path::Path::new("/dev/shm");
    let (mut seed, mut left) = (first, n_steps);
    while left > 0 {
        let steps = left.min(STEPS_A_CHAIN);
        // a disk in memory, since what is tested here is not the disk
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory).unwrap(),
            false => tempfile::tempdir().unwrap(),
        };
        eprintln!("seed {seed}: {steps} steps");
        let outcome = runtime.block_on(async {
            let mut world = World::new(folder.path(), seed).await;
            world.run(steps).await;
            world.settle().await
        });
        eprintln!("{outcome:?}");
        (seed, left) = (seed + 1, left - steps);
    }
}
