//! Real programs, killed at random moments while a guide logs contacts without a pause: what was said to be saved is at
//! the hub once. `GUIDE_KILLS=n` kills oftener, `GUIDE_SEED=n` at other moments.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use guide_tests::dice::{Dice, number_from};
use guide_tests::load::{Account, GUIDE, Guide, drain, settle, small_shop};
use guide_tests::program::{Hub, Terminal, folder, n_panics, runtime, wait_for};

const SEED: u64 = 20_261_122;
/// How often the daemon is killed, and for how many of these the hub is, in the other test, once.
const N_KILLS: u64 = 300;
const N_KILLS_A_HUB_KILL: u64 = 6;

fn seed() -> u64 {
    number_from("GUIDE_SEED", SEED)
}

/// When the daemon is killed.
#[derive(Debug)]
enum Moment {
    /// So many milliseconds after its start, most likely while it opens.
    Opening(u64),
    /// With the first contact that it says is saved.
    FirstAnswer,
    /// So many milliseconds later.
    Later(u64),
}

impl Moment {
    fn of(dice: &mut Dice) -> Self {
        match dice.roll(6) {
            0 | 1 => Self::Opening(dice.roll(61)),
            2 => Self::Opening(dice.roll(400)),
            3 => Self::FirstAnswer,
            _ => Self::Later(dice.roll(200)),
        }
    }

    /// Waits for it; the time is what is tried here, not a time that something needs.
    fn wait(&self, guide: &Guide) {
        let n_before = guide.n_saved();
        let first = || wait_for("a contact to be saved", || (guide.n_saved() > n_before).then_some(()));
        match self {
            Self::Opening(ms) => std::thread::sleep(Duration::from_millis(*ms)),
            Self::FirstAnswer => first(),
            Self::Later(ms) => {
                first();
                std::thread::sleep(Duration::from_millis(*ms));
            }
        }
    }
}

/// What was said to be saved is at the hub once, terminal and hub agree, and no program panicked.
fn check_whole(hub: &Hub, terminal: &Terminal, account: &Account) {
    runtime().block_on(async {
        drain(terminal).await;
        let verified = terminal.client().verify(false).await.unwrap();
        assert!(verified.same && verified.lost.is_empty(), "{verified:?}");
    });
    settle(hub, account);
    assert_eq!(n_panics(), 0);
}

#[test]
fn what_was_said_to_be_saved_is_at_the_hub_once_after_300_kills_of_the_daemon() {
    let (n_kills, mut dice, begun) = (number_from("GUIDE_KILLS", N_KILLS), Dice::new(seed()), Instant::now());
    let folder = folder();
    let hub = small_shop(&folder.path().join("h"));
    let mut terminal = Terminal::start(&folder.path().join("t"), &hub);
    runtime().block_on(terminal.enroll(&hub, GUIDE));
    terminal.kill_daemon();
    let guide = Guide::begin(&terminal);
    let mut n_opening = 0;
    for _ in 0..n_kills {
        let moment = Moment::of(&mut dice);
        let n_before = guide.n_saved();
        terminal.spawn_daemon();
        moment.wait(&guide);
        terminal.kill_daemon();
        n_opening += u64::from(guide.n_saved() == n_before);
    }
    terminal.start_daemon();
    let account = guide.end();
    check_whole(&hub, &terminal, &account);
    assert!(!folder.path().join("t/data/guides").join(GUIDE).join("quarantine").exists(), "a kill damages no cache");
    let (n_saved, n_unanswered) = (account.saved.len(), account.n_unanswered);
    eprintln!(
        "seed {}: {n_kills} kills of the daemon, {n_opening} of them before an answer; {n_saved} saved, \
         {n_unanswered} without an answer; 0 lost, 0 twice; {:.0} s",
        seed(),
        begun.elapsed().as_secs_f64()
    );
}

#[test]
fn what_was_said_to_be_saved_is_at_the_hub_once_after_50_kills_of_the_hub_under_load() {
    let n_kills = number_from("GUIDE_KILLS", N_KILLS).div_ceil(N_KILLS_A_HUB_KILL);
    let (mut dice, begun) = (Dice::new(seed()), Instant::now());
    let folder = folder();
    let mut hub = small_shop(&folder.path().join("h"));
    let terminal = Terminal::start(&folder.path().join("t"), &hub);
    runtime().block_on(terminal.enroll(&hub, GUIDE));
    let guide = Guide::begin(&terminal);
    let is_over = AtomicBool::new(false);
    let mut n_at_work = 0;
    std::thread::scope(|scope| {
        // the next cycle begins when one has ended, whatever its end: back-off would leave the hub idle
        scope.spawn(|| {
            runtime().block_on(async {
                while !is_over.load(Ordering::SeqCst) {
                    let _ = terminal.client().sync_now().await;
                }
            });
        });
        for _ in 0..n_kills {
            std::thread::sleep(Duration::from_millis(dice.roll(250)));
            hub.kill();
            let unsent = runtime().block_on(terminal.client().sync_status()).unwrap().n_unsent;
            n_at_work += u64::from(unsent > 0);
            hub.serve();
        }
        is_over.store(true, Ordering::SeqCst);
    });
    let account = guide.end();
    check_whole(&hub, &terminal, &account);
    assert!(n_at_work * 2 > n_kills, "{n_at_work} of {n_kills} kills found ops under way");
    eprintln!(
        "seed {}: {n_kills} kills of the hub, {n_at_work} with ops under way; {} saved; 0 lost, 0 twice; {:.0} s",
        seed(),
        account.saved.len(),
        begun.elapsed().as_secs_f64()
    );
}
