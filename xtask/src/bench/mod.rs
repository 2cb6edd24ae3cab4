//! Benchmarks: each prints its figures beside the goal's ratio to a floor measured in the same run.

mod daemon;
mod engine;
mod hub;
mod interface;
mod process;
mod screens;
mod search;
mod shop;
mod sync;
mod training;

use std::time::Duration;

use clap::ValueEnum;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The SOP engine, in this process.
    Engine,
    /// The interface, in a pseudo-terminal.
    Guide,
    /// The daemon, over its socket.
    Guided,
    /// The hub under load, on both engines.
    Hub,
    /// Every key in every screen, beside fzf, atuin and bottom.
    Screens,
    /// Finding customers: the index, and the daemon over its socket.
    Search,
    /// First pulls, and the end of a week without the network.
    Sync,
    /// Jumps of the training clock, and playing.
    Training,
}

/// The shops that are measured where every screen is: how many customers.
pub const SHOPS: [usize; 3] = [2_000, 20_000, 100_000];

/// Runs the benchmarks named, or all; every screen with shops of so many customers.
pub fn run(parts: &[Part], shops: &[usize]) -> anyhow::Result<()> {
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    if cfg!(debug_assertions) {
        println!("note: this is a debug build; run `cargo run --release -p xtask -- bench` for figures that count");
    }
    if wanted(Part::Guided) {
        daemon::run()?;
    }
    if wanted(Part::Guide) {
        interface::run()?;
    }
    if wanted(Part::Screens) {
        screens::run(shops)?;
    }
    if wanted(Part::Sync) {
        sync::run()?;
    }
    if wanted(Part::Training) {
        training::run()?;
    }
    if wanted(Part::Hub) {
        hub::run()?;
    }
    if wanted(Part::Search) {
        search::run()?;
    }
    // last: starting a program from a process that has held 200,000 customers takes ten times as long
    if wanted(Part::Engine) {
        engine::run();
    }
    Ok(())
}

/// Sorted times, and what is read off them.
struct Times(Vec<Duration>);

impl Times {
    fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time below which this share of all lies, in ms.
    fn ms(&self, share: f64) -> f64 {
        let idx = ((self.0.len().saturating_sub(1)) as f64 * share) as usize;
        self.0.get(idx).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }

    fn p50(&self) -> f64 {
        self.ms(0.5)
    }

    fn p99(&self) -> f64 {
        self.ms(0.99)
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p50 {:.3} ms, p99 {:.3} ms, n {}", self.p50(), self.p99(), self.0.len())
    }
}
