//! A chain in one process: a hub, three terminals of one guide and two of another, on networks that lose, double and
//! spoil, with restarts, crashes, clocks that jump and a hub that is restored from older copies. What happens follows
//! from a seed. In the end everything that was said to be saved is at the hub exactly once, and all replicas are equal.

mod check;
mod hub;
mod terminal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use guide_common::wire::support::FaultPlan;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use self::hub::HubSim;
use self::terminal::TerminalSim;

/// The guides, and how many terminals each has.
const GUIDES: [(&str, usize); 2] = [("g1", 3), ("g2", 2)];
/// How many customers each guide begins with.
const N_CUSTOMERS: usize = 12;
/// How many cycles each terminal may need at the end.
const MAX_ROUNDS: usize = 20;

/// The chain.
pub struct World {
    dice: ChaCha8Rng,
    hub: HubSim,
    terminals: Vec<TerminalSim>,
    /// Where copies of the hub lie.
    backup: PathBuf,
    has_backup: bool,
    /// Whether answers that are older than a month go: of a chain without that, none may be missing.
    purges: bool,
    /// What was done, by name.
    pub n_done: BTreeMap<&'static str, u64>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Ops that were said to be saved.
    pub n_saved: usize,
    /// Those that headquarters rejected, which stay visible.
    pub n_rejected: usize,
    /// What was done, by name.
    pub n_done: BTreeMap<&'static str, u64>,
    /// Faults on the ways to the hub, by name.
    pub n_faults: BTreeMap<String, u64>,
    /// How often the state of an op that a terminal shows as received was compared with the truth.
    pub n_labels: u64,
}

impl World {
    /// Builds the chain in a folder.
    pub async fn new(folder: &Path, seed: u64) -> Self {
        let hub = HubSim::new(&folder.join("hub"), &GUIDES.map(|(guide, _)| guide), N_CUSTOMERS).await;
        let mut terminals = Vec::new();
        for (guide, n) in GUIDES {
            for idx in 0..n {
                let name = format!("{guide}-{idx}");
                terminals.push(TerminalSim::enroll(&folder.join(&name), &hub, guide, &name).await);
            }
        }
        Self {
            dice: ChaCha8Rng::seed_from_u64(seed),
            hub,
            terminals,
            backup: folder.join("backup"),
            has_backup: false,
            purges: seed.is_multiple_of(2),
            n_done: BTreeMap::new(),
        }
    }

    /// Does so many steps.
    pub async fn run(&mut self, n_steps: u64) {
        for n in 0..n_steps {
            self.step().await;
            if n % 32 == 31 {
                self.check_labels().await;
            }
        }
    }

    async fn step(&mut self) {
        let which = self.dice.random_range(0..self.terminals.len());
        let name = match self.dice.random_range(0..1000) {
            0..480 => self.record(which).await,
            480..760 => self.sync(which).await,
            760..800 => self.change_network(which),
            800..835 => self.jump(which),
            835..850 => self.restart(which).await,
            850..862 => self.crash(which).await,
            862..925 => self.headquarters().await,
            925..932 => self.toggle_hub(),
            932..937 => self.terminals[which].decide(&mut self.dice).await,
            937..950 => self.hub.restart().await,
            950..960 if self.purges => self.hub.purge().await,
            960..964 => self.back_up().await,
            964..966 => self.restore().await,
            966..970 => self.terminals[which].lose_cache().await,
            _ => self.sync(which).await,
        };
        tracing::info!(which, step = name, "done");
        *self.n_done.entry(name).or_default() += 1;
    }

    async fn record(&mut self, which: usize) -> &'static str {
        self.terminals[which].record(&mut self.dice).await
    }

    /// A cycle, in the middle of which another terminal may have one.
    async fn sync(&mut self, which: usize) -> &'static str {
        let other = self.dice.random_range(0..self.terminals.len());
        let nested = self.dice.random_range(0..4) == 0 && other != which;
        let after = self.dice.random_range(0..4);
        if nested {
            let way = self.terminals[other].cycle_to_nest();
            self.terminals[which].nest(after, way);
        }
        self.terminals[which].sync().await;
        if nested { "sync with another inside" } else { "sync" }
    }

    fn change_network(&mut self, which: usize) -> &'static str {
        let plan = network(&mut self.dice);
        self.terminals[which].set_network(plan);
        "network"
    }

    fn jump(&mut self, which: usize) -> &'static str {
        let span = [60, 3_600, 86_400, 366 * 86_400][self.dice.random_range(0..4)];
        let seconds = self.dice.random_range(-span..=span);
        self.terminals[which].jump(seconds);
        "clock jump"
    }

    async fn restart(&mut self, which: usize) -> &'static str {
        self.terminals[which].restart().await;
        "restart"
    }

    async fn crash(&mut self, which: usize) -> &'static str {
        self.terminals[which].crash().await;
        "crash"
    }

    async fn headquarters(&mut self) -> &'static str {
        self.hub.change(&mut self.dice).await
    }

    /// Three times out of four it is up.
    fn toggle_hub(&mut self) -> &'static str {
        self.hub.set_up(self.dice.random_range(0..4) > 0);
        "hub up or down"
    }

    async fn back_up(&mut self) -> &'static str {
        self.hub.copy_to(&self.backup).await;
        self.has_backup = true;
        "backup"
    }

    /// Puts an older copy back: what came since is gone, for the hub.
    async fn restore(&mut self) -> &'static str {
        if !self.has_backup {
            return "nothing to restore";
        }
        self.hub.restore(&self.backup).await;
        for terminal in &mut self.terminals {
            terminal.hub_was_restored = true;
        }
        "restore"
    }

    /// Ends all faults, lets everything come together, and checks it.
    pub async fn settle(mut self) -> Outcome {
        self.hub.set_up(true);
        let mut n_faults = BTreeMap::new();
        for terminal in &mut self.terminals {
            terminal.set_network(FaultPlan::default());
            for (name, n) in &terminal.n_faults {
                *n_faults.entry(name.clone()).or_default() += n;
            }
        }
        for round in 0..MAX_ROUNDS {
            let mut quiet = true;
            for terminal in &mut self.terminals {
                quiet &= terminal.sync().await;
            }
            if quiet && round > 2 {
                break;
            }
        }
        self.check_all().await;
        Outcome {
            n_saved: self.terminals.iter().map(|terminal| terminal.saved.len()).sum(),
            n_rejected: self.terminals.iter().map(TerminalSim::n_rejected).sum(),
            n_labels: self.terminals.iter().map(|terminal| terminal.n_labels).sum(),
            n_done: self.n_done,
            n_faults,
        }
    }
}

/// A network: good, gone, or bad in ways of its own.
fn network(dice: &mut ChaCha8Rng) -> FaultPlan {
    let seed = dice.next_u64();
    match dice.random_range(0..10) {
        0..3 => FaultPlan { seed, ..FaultPlan::default() },
        3 => FaultPlan { seed, offline: true, ..FaultPlan::default() },
        _ => {
            let mut chance = |max: u16| if dice.random_range(0..2) == 0 { dice.random_range(0..max) } else { 0 };
            FaultPlan {
                seed,
                drop_request: chance(300),
                drop_reply: chance(400),
                double: chance(300),
                reorder: chance(200),
                truncate: chance(200),
                swap: chance(150),
                busy: chance(100),
                error: chance(150),
                garbage: chance(100),
                expire: chance(100),
                ..FaultPlan::default()
            }
        }
    }
}
