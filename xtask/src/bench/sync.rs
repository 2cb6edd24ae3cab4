//! Sync at the scale of its goals: a first pull, and a week without the network that comes to an end, on a good line and
//! on a bad one.

use std::time::{Duration, Instant};

use guide_tests::proxy::Proxy;
use guide_tests::week;

use crate::bench::process;
use crate::bench::shop::{Shop, block_on};

const N_OPS: usize = 10_000;
const N_CUTS: u32 = 20;
/// What does not drain at all ends the run.
const LIMIT: Duration = Duration::from_secs(600);

/// Measures pulls and drains.
pub fn run() -> anyhow::Result<()> {
    println!("sync, guided and guide-hub on this machine's loopback");
    for n_customers in [2_000, 20_000] {
        first_pull(n_customers)?;
    }
    drain()
}

fn first_pull(n_customers: usize) -> anyhow::Result<()> {
    let shop = Shop::open(n_customers)?;
    let (daemon, _) = shop.start_daemon()?;
    let before = process::rss_mib(daemon.pid())?;
    let started = Instant::now();
    block_on(async {
        daemon.enroll(shop.hub(), shop.guide()).await;
        Ok(())
    })?;
    let pulled = started.elapsed();
    block_on(shop.until_checked())?;
    println!(
        "  first pull of {n_customers} customers, enrolment included: {pulled:.2?}, the queue checked after {:.2?}; \
         RSS {before:.1} MiB before, at most {:.1}, {:.1} after it (goal 3 s at 20,000)",
        started.elapsed(),
        process::peak_rss_mib(daemon.pid())?,
        process::rss_mib(daemon.pid())?
    );
    Ok(())
}

fn drain() -> anyhow::Result<()> {
    let shop = Shop::open(2_000)?;
    let (daemon, _) = shop.start_daemon()?;
    let proxy = Proxy::before(&shop.hub().url);
    block_on(async {
        daemon.enroll_at(shop.hub(), &proxy.url, shop.guide()).await;
        let client = daemon.client();
        let started = Instant::now();
        let mut n_bytes = 0;
        for is_bad in [false, true] {
            proxy.lead_to(None);
            week::record(&daemon, N_OPS).await;
            if !is_bad {
                println!("  {N_OPS} outcomes saved without the network in {:.1?}", started.elapsed());
            }
            let before = proxy.n_up();
            if is_bad {
                proxy.round_trip(Duration::from_millis(100));
                proxy.cut(N_CUTS, n_bytes / u64::from(N_CUTS + 1));
            }
            proxy.lead_to(Some(&shop.hub().url));
            let asking = daemon.client();
            let began = Instant::now();
            let asked = tokio::spawn(async move { asking.sync_now().await });
            let drained = week::drained(&client, LIMIT).await;
            asked.await??;
            let ended = began.elapsed();
            if is_bad {
                let n_cuts = N_CUTS - proxy.n_cuts_left();
                println!("  drained over round trips of 100 ms with {n_cuts} cuts: {drained:.2?} (goal 60 s)");
            } else {
                println!("  drained on a good line: {drained:.2?} (goal 10 s); the cycle ended after {ended:.2?}");
                n_bytes = proxy.n_up() - before;
            }
        }
        Ok(())
    })
}
