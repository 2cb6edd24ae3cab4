//! Training: how long a jump of the clock takes until everything has settled, in the demo and in a large shop, and how
//! long ninety days play.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{Months, NaiveDateTime};
use guide::client::Client;
use guide_common::demo;
use guide_common::paths::{Env, Paths};
use guide_tests::program::command;

use crate::bench::Times;
use crate::bench::shop::{Shop, block_on};

/// How many jumps are measured.
const N_JUMPS: usize = 9;
/// What does not come to its end ends the run.
const LIMIT: Duration = Duration::from_secs(120);

/// Measures jumps and playing.
pub fn run() -> anyhow::Result<()> {
    println!("training");
    let folder = tempfile::Builder::new().prefix("gb").tempdir_in("/tmp")?;
    let mut demo = Demo::open(folder.path())?;
    println!("  the demo, 600 customers: its programs, its moments, what customers do");
    let (mut jumps, mut resets) = (Vec::new(), Vec::new());
    for _ in 0..N_JUMPS {
        jumps.push(demo.timed("three-months-forward")?);
        resets.push(demo.timed("reset")?);
    }
    println!("    three months forward: {} (goal 1 s)", Times::new(jumps));
    println!("    all the way back: {}", Times::new(resets));
    println!("    ninety days played, three a second: {:.1?} (goal 30 s)", demo.played()?);
    drop(demo);
    for n_customers in [600, 20_000] {
        let jumps = jumps_of(n_customers)?;
        println!("  {n_customers} customers of one guide, three months forward until the queue is checked: {jumps}");
    }
    println!("    (goal 1 s at 600, 5 s at 20,000)");
    Ok(())
}

/// A shop's daemon is moved from quarter to quarter.
fn jumps_of(n_customers: usize) -> anyhow::Result<Times> {
    let shop = Shop::open_in_training(n_customers)?;
    let (daemon, _) = shop.start_daemon()?;
    shop.enroll(&daemon)?;
    let times = block_on(async {
        let client = Client::at(&shop.socket());
        let mut times = Vec::new();
        for _ in 0..N_JUMPS {
            let now = client.clock().await?.now;
            let to = now.checked_add_months(Months::new(3)).context("a date")?;
            let began = Instant::now();
            client.set_clock(to).await?;
            loop {
                let today = client.today_first(1).await?;
                if today.on == to.date() && today.checked {
                    break;
                }
                anyhow::ensure!(began.elapsed() < LIMIT, "the queue was not checked");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            times.push(began.elapsed());
        }
        anyhow::Ok(times)
    })?;
    Ok(Times::new(times))
}

/// A demo that is walked line by line.
struct Demo {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Demo {
    fn open(folder: &Path) -> anyhow::Result<Self> {
        let mut command = command("guide", folder);
        command.args(["--lang", "en", "demo", "--plain"]).env("TMPDIR", folder).env_remove("GUIDE_HOME");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let stdin = child.stdin.take().context("standard input")?;
        let stdout = BufReader::new(child.stdout.take().context("standard output")?);
        let mut demo = Self { child, stdin, stdout, folder: folder.to_owned() };
        demo.timed("sync")?;
        Ok(demo)
    }

    /// Types a word and waits until it is done: the answer to one that means nothing comes after it.
    fn timed(&mut self, word: &str) -> anyhow::Result<Duration> {
        let began = Instant::now();
        writeln!(self.stdin, "{word}\nno-such-word")?;
        let mut line = String::new();
        while !line.contains("no-such-word") {
            line.clear();
            anyhow::ensure!(self.stdout.read_line(&mut line)? > 0, "the demo has ended");
        }
        Ok(began.elapsed())
    }

    /// Lets the clock play from the demo's first day, and waits until ninety days have passed.
    fn played(&mut self) -> anyhow::Result<Duration> {
        let file = self.clock_file()?;
        let began = Instant::now();
        writeln!(self.stdin, "play")?;
        loop {
            let now: Option<NaiveDateTime> = std::fs::read_to_string(&file)?.trim().parse().ok();
            if now.is_some_and(|now| (now.date() - demo::d0()).num_days() >= 90) {
                return Ok(began.elapsed());
            }
            anyhow::ensure!(began.elapsed() < LIMIT, "the clock does not play");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn clock_file(&self) -> anyhow::Result<PathBuf> {
        for home in std::fs::read_dir(&self.folder)?.flatten() {
            let file = Paths::of(&Env { guide_home: Some(home.path()), ..Env::default() }).virtual_clock();
            if file.is_file() {
                return Ok(file);
            }
        }
        anyhow::bail!("the demo has no clock")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // the programs of the demo end with it
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
