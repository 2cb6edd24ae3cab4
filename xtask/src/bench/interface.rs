//! The interface in a pseudo-terminal of 120×40, beside the least that a ratatui program with a list can be.

use std::io::Write;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use crate::bench::shop::{Shop, block_on};
use crate::bench::{SHOPS, Times, process};
use guide::client::Client;
use guide_tests::program::path_of;
use guide_tests::pty::Pty;

const N_STARTS: usize = 11;
const N_KEYS: usize = 60;
const N_OUTCOMES: usize = 30;
const IDLE_SECONDS: u64 = 20;
/// How long an outcome may take to be shown as saved.
const PATIENCE: Duration = Duration::from_secs(20);
/// A round trip over a Unix socket, as `bench guided` measures it.
const ROUND_TRIP_MS: f64 = 0.015;

/// Measures the first frame, keys, outcomes, memory, idling and size.
pub fn run() -> anyhow::Result<()> {
    println!("guide, in a pseudo-terminal of 120×40 (floor: a minimal ratatui list)");
    let floor_frame = first_frames(|| Pty::start(floor_command()?, &["READY", "客户 1 "]))?;
    let mut floor = Pty::start(floor_command()?, &["READY"])?;
    let floor_keys = keys(&mut floor, |n| if n % 2 == 0 { "j" } else { "k" })?;
    let floor_rss = process::rss_mib(floor.pid()?)?;
    drop(floor);
    println!("  floor, first frame: {floor_frame}");
    println!("  floor, key → settled: {floor_keys}");
    let sync = fdatasyncs()?;
    println!("  floor, append 512 B + fdatasync, after a pause: {sync}");
    let fzf = fzf_frames()?;
    match &fzf {
        Some(fzf) => println!("  fzf on 100,000 lines, first frame: {fzf}"),
        None => println!("  fzf is not installed: `apt-get install fzf` for the peer of a cold start"),
    }

    for n_customers in SHOPS {
        println!("  {n_customers} customers");
        let shop = Shop::open(n_customers)?;
        let (daemon, _) = shop.start_daemon()?;
        shop.enroll(&daemon)?;
        let phone = shop.first_phone()?;
        let texts = [phone.as_str(), "话术"];
        let warm = first_frames(|| Pty::start(guide_command(&shop)?, &texts))?;
        println!("    first full frame, daemon running: {warm}; {:.2}× the floor", warm.p50() / floor_frame.p50());
        let mut pty = Pty::start(guide_command(&shop)?, &texts)?;
        let rss = process::rss_mib(pty.pid()?)?;
        println!("    RSS: {rss:.1} MiB; {:.2}× the floor's {floor_rss:.1}", rss / floor_rss);
        pty.drain();
        let idle = process::idle(pty.pid()?, IDLE_SECONDS)?;
        println!("    idle: {:.2} wake-ups/s, {} bytes sent", idle.wake_ups, pty.drain());
        let walk = keys(&mut pty, |n| if n % 10 < 5 { "j" } else { "k" })?;
        println!("    key → settled, walking the queue: {walk}; p50 {:.2}× the floor", walk.p50() / floor_keys.p50());
        let outcomes = outcomes(&mut pty, &shop.first_names(N_OUTCOMES)?)?;
        let floor = floor_keys.p50() + ROUND_TRIP_MS + sync.p50();
        let ratio = outcomes.p50() / floor;
        println!(
            "    outcome: key → saved on the screen, durable: {outcomes}; {ratio:.2}× frame + round trip + fdatasync"
        );
        drop(pty);
        drop(daemon);
        if n_customers == 2_000 {
            let cold = cold_starts(&shop)?;
            let ratio = fzf.as_ref().map(|fzf| format!("; {:.2}× fzf", cold.p50() / fzf.p50())).unwrap_or_default();
            println!("    first full frame with the daemon to start: {cold}{ratio}");
        }
    }
    let size = process::size_mb(&path_of("guide"))?;
    let floor_size = process::size_mb(&path_of("minimal_list"))?;
    println!("  stripped binary: {size:.2} MB (floor {floor_size:.2})");
    Ok(())
}

fn first_frames(start: impl Fn() -> anyhow::Result<Pty>) -> anyhow::Result<Times> {
    let mut times = Vec::new();
    for _ in 0..N_STARTS {
        times.push(start()?.first_frame);
    }
    Ok(Times::new(times))
}

fn keys(pty: &mut Pty, key: impl Fn(usize) -> &'static str) -> anyhow::Result<Times> {
    let mut times = Vec::new();
    for n in 0..N_KEYS {
        times.push(pty.press(key(n), &[])?);
        std::thread::sleep(Duration::from_millis(5 + (n as u64 * 7) % 11));
    }
    Ok(Times::new(times))
}

/// Logs outcomes with one key each, from the top of the queue; the screen says whose is saved.
fn outcomes(pty: &mut Pty, names: &[String]) -> anyhow::Result<Times> {
    let mut times = Vec::new();
    for name in names {
        // 6 asks for nothing
        times.push(pty.press_until("6", &format!("已保存 {name}"), PATIENCE)?);
        // the header follows when headquarters has it
        pty.settle();
    }
    Ok(Times::new(times))
}

/// One write of 512 bytes and its fdatasync, in the folder for temporary files, at the pace at which outcomes are
/// logged: after a pause processor and disk take longer than in a row.
fn fdatasyncs() -> anyhow::Result<Times> {
    let mut file = tempfile::NamedTempFile::new_in("/tmp")?;
    let mut times = Vec::new();
    for _ in 0..60 {
        std::thread::sleep(Duration::from_millis(70));
        let started = Instant::now();
        file.write_all(&[b'x'; 512])?;
        file.as_file().sync_data()?;
        times.push(started.elapsed());
    }
    Ok(Times::new(times))
}

/// The peer of a cold start, where it is installed.
fn fzf_frames() -> anyhow::Result<Option<Times>> {
    if std::process::Command::new("fzf").arg("--version").output().is_err() {
        return Ok(None);
    }
    let mut lines = tempfile::NamedTempFile::new_in("/tmp")?;
    for n in 1..=100_000 {
        writeln!(lines, "{n:>6}  customer number {n}  call back about the ring")?;
    }
    let mut times = Vec::new();
    for _ in 0..N_STARTS {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &format!("exec fzf < {}", lines.path().display())]);
        command.env("TERM", "xterm-256color");
        times.push(Pty::start(command, &["100000/100000"])?.first_frame);
    }
    Ok(Some(Times::new(times)))
}

/// Starts with no daemon running; each daemon is asked for its process and ended after the frame.
fn cold_starts(shop: &Shop) -> anyhow::Result<Times> {
    let mut times = Vec::new();
    for _ in 0..N_STARTS {
        let pty = Pty::start(guide_command(shop)?, &["100****", "话术"])?;
        times.push(pty.first_frame);
        let health = block_on(async { Ok(Client::at(&shop.socket()).health().await?) })?;
        let status = std::process::Command::new("kill").arg(health.pid.to_string()).status()?;
        anyhow::ensure!(status.success(), "the daemon could not be stopped");
        drop(pty);
        while shop.socket().exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    Ok(Times::new(times))
}

fn floor_command() -> anyhow::Result<CommandBuilder> {
    let mut command = CommandBuilder::new(path_of("minimal_list"));
    command.env("TERM", "xterm-256color");
    Ok(command)
}

fn guide_command(shop: &Shop) -> anyhow::Result<CommandBuilder> {
    let mut command = CommandBuilder::new(path_of("guide"));
    for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "zh_CN.UTF-8")] {
        command.env(name, value);
    }
    command.env("GUIDE_HOME", shop.home());
    Ok(command)
}
