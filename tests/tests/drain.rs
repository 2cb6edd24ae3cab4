//! A week without the network, and what comes after it: everything reaches headquarters once, however often the
//! connection breaks. Figures are printed; the goals are held by `cargo xtask bench hub`, at full scale.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use guide_tests::program::{Hub, Terminal, folder, runtime};
use guide_tests::proxy::Proxy;
use guide_tests::week;
use tempfile::TempDir;

/// How many outcomes a week has here; a fifth of a long one, for the sake of programs without optimisation.
const N_OPS: usize = if cfg!(debug_assertions) { 2_000 } else { 10_000 };
const N_CUTS: u32 = N_OPS as u32 / 500;
/// Far beyond the goals of 10 and 60 seconds: what hangs fails, what is slow is seen in the figures.
const LIMIT: Duration = Duration::from_secs(240);
const GUIDE: &str = "linzhixia";

/// A hub with the demo's chain, and a terminal that reaches it through a proxy.
async fn demo(home: &Path) -> (Hub, Proxy, Terminal) {
    let mut hub = Hub::new(&home.join("h"), "2026-08-12T10:00:00");
    hub.cli(&["import", "demo"]);
    hub.serve();
    let proxy = Proxy::before(&hub.url);
    let terminal = Terminal::start(&home.join("t"), &hub);
    terminal.enroll_at(&hub, &proxy.url, GUIDE).await;
    (hub, proxy, terminal)
}

/// A terminal that was cut off for a week, with what it saved.
struct Week {
    hub: Hub,
    proxy: Proxy,
    terminal: Terminal,
    saved: Vec<String>,
    // removed when everything above has ended
    _folder: TempDir,
}

impl Week {
    async fn offline() -> Self {
        let folder = folder();
        let (hub, proxy, terminal) = demo(folder.path()).await;
        proxy.lead_to(None);
        let saved = week::record(&terminal, N_OPS).await;
        assert_eq!(terminal.client().sync_status().await.unwrap().n_unsent, N_OPS);
        Self { hub, proxy, terminal, saved, _folder: folder }
    }

    /// The network is back; how long it takes until headquarters has everything.
    async fn drain(&self) -> Duration {
        self.proxy.lead_to(Some(&self.hub.url));
        let client = self.terminal.client();
        let asked = tokio::spawn(async move { client.sync_now().await });
        let took = week::drained(&self.terminal.client(), LIMIT).await;
        asked.await.unwrap().unwrap();
        took
    }

    /// Every id stands once in what the hub holds, and the terminal holds what the hub does.
    async fn check(&self) {
        let facts = self.hub.facts(GUIDE);
        let wanted: BTreeSet<&str> = self.saved.iter().map(String::as_str).collect();
        assert_eq!(wanted.len(), self.saved.len());
        let status = self.terminal.client().sync_now().await.unwrap();
        assert_eq!((status.n_unsent, status.n_rejected), (0, 0));
        let other: Vec<_> = wanted.iter().filter(|id| facts.matches(**id).count() != 1).collect();
        assert!(other.is_empty(), "each once at the hub, not so {}: {:?}", other.len(), other.first());
        let inspection = self.hub.cli(&["inspect", GUIDE, "--json"]);
        assert!(inspection.contains(&status.guide_feed.digest.to_string()), "the digests agree: {inspection}");
    }
}

#[test]
fn a_week_offline_reaches_the_hub_once_and_drains_by_itself() {
    runtime().block_on(async {
        let week = Week::offline().await;
        let took = week.drain().await;
        println!("{N_OPS} outcomes drained in {took:.2?}");
        week.check().await;
    });
}

#[test]
fn a_week_offline_reaches_the_hub_once_over_a_slow_line_that_is_cut_again_and_again() {
    runtime().block_on(async {
        let week = Week::offline().await;
        week.proxy.round_trip(Duration::from_millis(100));
        // about two batches of outcomes, packed: twenty cuts for 10,000
        week.proxy.cut(N_CUTS, 45_000);
        let took = week.drain().await;
        let n_cuts = N_CUTS - week.proxy.n_cuts_left();
        println!("{N_OPS} outcomes drained in {took:.2?} over round trips of 100 ms with {n_cuts} cuts");
        assert!(n_cuts >= N_CUTS / 2, "only {n_cuts} cuts came");
        week.proxy.cut(0, 0);
        week.proxy.round_trip(Duration::ZERO);
        week.check().await;
    });
}

#[test]
fn a_poll_with_nothing_new_costs_at_most_500_bytes_each_way_for_each_feed() {
    runtime().block_on(async {
        let folder = folder();
        let (_hub, proxy, terminal) = demo(folder.path()).await;
        let client = terminal.client();
        client.sync_now().await.unwrap();
        // the call that waits may fall into one cycle, and not into all
        let mut least = (u64::MAX, u64::MAX);
        for _ in 0..5 {
            let before = (proxy.n_up(), proxy.n_down());
            client.sync_now().await.unwrap();
            least = (least.0.min(proxy.n_up() - before.0), least.1.min(proxy.n_down() - before.1));
        }
        println!("a cycle over both feeds: {} bytes up, {} bytes down", least.0, least.1);
        assert!(least.0 > 0 && least.1 > 0, "the cycle went through the proxy");
        assert!(least.0 <= 2 * 500 && least.1 <= 2 * 500, "{least:?}");
    });
}
