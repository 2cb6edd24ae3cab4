//! Power cuts: daemon, journal and cache on a disk of their own, of which only what the kernel had written is left.
//! What was said to be saved before the cut is at the hub once after it. `GUIDE_CUTS=n` cuts oftener.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use guide_tests::dice::{Dice, number_from};
use guide_tests::load::{Account, GUIDE, Guide, drain, settle, small_shop};
use guide_tests::program::{Hub, Terminal, n_panics, runtime, wait_for};
use guide_tests::rig::{Disk, Place, enter, freeze};

const SEED: u64 = 20_261_122;
const N_CUTS: u64 = 40;
/// After so many cuts a new shop begins, so that what has gathered does not slow the next ones.
const N_CUTS_A_SHOP: u64 = 20;
const DISK_MIB: u64 = 128;

/// A shop whose terminal lies on the disk.
struct Shop {
    hub: Hub,
    terminal: Terminal,
    disk: Disk,
    account: Account,
}

impl Shop {
    fn open(folder: &Path) -> Self {
        let disk = Disk::make(folder, DISK_MIB);
        let hub = small_shop(&folder.join("h"));
        let mut terminal = Terminal::start(&disk.mount.join("t"), &hub);
        runtime().block_on(terminal.enroll(&hub, GUIDE));
        terminal.kill_daemon();
        Self { hub, terminal, disk, account: Account::default() }
    }

    /// One life of the daemon, ended by a cut; and what is left of it, counted at the hub.
    fn cut(&mut self, n: u64, dice: &mut Dice) {
        // most cuts find everything on the terminal alone; the others find a cycle under way
        if !n.is_multiple_of(3) {
            self.hub.kill();
        }
        self.terminal.spawn_daemon();
        let guide = Guide::begin(&self.terminal);
        if n % 5 == 4 {
            // while it opens
            std::thread::sleep(Duration::from_millis(dice.roll(400)));
        } else {
            wait_for("a contact to be saved", || (guide.n_saved() > 0).then_some(()));
            std::thread::sleep(Duration::from_millis(dice.roll(1_200)));
        }
        freeze(self.terminal.pid());
        let photograph = self.disk.photograph();
        self.terminal.kill_daemon();
        let life = guide.end();
        self.disk.become_of(photograph);
        self.account.saved.extend(life.saved);
        self.account.refused.extend(life.refused);
        self.account.n_unanswered += life.n_unanswered;
        if !n.is_multiple_of(3) {
            self.hub.serve();
        }
        self.terminal.start_daemon();
        runtime().block_on(drain(&self.terminal));
        settle(&self.hub, &self.account);
        self.terminal.kill_daemon();
    }
}

#[test]
fn what_was_said_to_be_saved_is_at_the_hub_once_after_40_power_cuts() {
    let test = "what_was_said_to_be_saved_is_at_the_hub_once_after_40_power_cuts";
    let outside = tempfile::Builder::new().prefix("gp").tempdir_in("/tmp").unwrap();
    let folder = match enter(test, outside.path()) {
        Place::Inside(folder) => folder,
        Place::Done => return,
        Place::LeftOut(reason) => {
            let said =
                format!("ATTENTION: LEFT OUT: no disk of its own can be mounted here, no power was cut: {reason}\n");
            // past the test's captured output
            let _ = std::io::stderr().write_all(said.as_bytes());
            return;
        }
    };
    let (n_cuts, seed, begun) = (number_from("GUIDE_CUTS", N_CUTS), number_from("GUIDE_SEED", SEED), Instant::now());
    let mut dice = Dice::new(seed);
    let (mut n_done, mut n_saved, mut n_set_aside) = (0, 0, 0);
    while n_done < n_cuts {
        let folder = folder.join(format!("s{n_done}"));
        std::fs::create_dir(&folder).unwrap();
        let mut shop = Shop::open(&folder);
        for n in 0..N_CUTS_A_SHOP.min(n_cuts - n_done) {
            eprintln!("cut {}", n_done + n);
            shop.cut(n, &mut dice);
        }
        n_done += N_CUTS_A_SHOP;
        n_saved += shop.account.saved.len();
        let quarantine = shop.terminal.home.join("data/guides").join(GUIDE).join("quarantine");
        n_set_aside += std::fs::read_dir(quarantine).map_or(0, Iterator::count);
        drop(shop);
        std::fs::remove_dir_all(&folder).unwrap();
    }
    assert_eq!(n_panics(), 0);
    eprintln!(
        "seed {seed}: {n_cuts} cuts, {n_saved} saved, 0 lost, 0 twice; {n_set_aside} caches were damaged and fetched \
         again; {:.0} s",
        begun.elapsed().as_secs_f64()
    );
}
