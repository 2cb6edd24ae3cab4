//! The daemon over its socket, beside the least that a daemon of this kind can be.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use guide::client::Client;
use guide_common::wire::record::OutcomeRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::bench::shop::{Shop, block_on};
use crate::bench::{Times, process};
use guide_tests::program::path_of;

const N_REQUESTS: usize = 2_000;
const N_WRITES: usize = 400;
/// So many tasks has a guide on the busiest day.
const PEAK_TASKS: usize = 60;
/// Between two outcomes; a person needs longer.
const PACE: Duration = Duration::from_millis(20);
const IDLE_SECONDS: u64 = 30;
const N_LINES: usize = 40;

/// Measures start, reads, writes, memory, idling and size.
pub fn run() -> anyhow::Result<()> {
    let floor = Floor::start()?;
    let read = block_on(floor.times("GET", "/read", N_REQUESTS, Duration::ZERO))?;
    let write = block_on(floor.times("POST", "/write", N_WRITES, PACE))?;
    let floor_idle = process::idle(floor.pid(), IDLE_SECONDS)?;
    let floor_rss = process::rss_mib(floor.pid())?;
    println!("guided (floor: tokio + axum + sled with 2,000 rows)");
    println!("  floor, one read: {read}");
    println!("  floor, one durable write: {write}");
    drop(floor);

    for n_customers in [2_000, 20_000] {
        println!("  {n_customers} customers");
        let shop = Shop::open(n_customers)?;
        let (daemon, _) = shop.start_daemon()?;
        shop.enroll(&daemon)?;
        let (tasks, outcomes) = block_on(work(&shop))?;
        println!("    a task with its customer and script: {tasks}; {:.2}× the floor's read", tasks.p50() / read.p50());
        println!("    an outcome, durable: {outcomes}; {:.2}× the floor's write", outcomes.p50() / write.p50());
        let rss = process::rss_mib(daemon.pid())?;
        println!(
            "    RSS after a first sync and {N_WRITES} outcomes: {rss:.1} MiB; {:.2}× the floor's {floor_rss:.1}",
            rss / floor_rss
        );
        let lines = (0..N_LINES).map(|_| status_line(&shop)).collect::<anyhow::Result<Vec<_>>>()?;
        println!("    guide status --format tmux, from its start to its end: {}", Times::new(lines));
        drop(daemon);
        let mut starts = [Vec::new(), Vec::new()];
        for n in 0..18 {
            let (mut daemon, took) = shop.start_daemon()?;
            block_on(shop.until_checked())?;
            // the first one follows upon a kill, like every one that follows upon an odd one
            starts[usize::from(n % 2 == 0)].push(took);
            if n % 2 == 0 { daemon.stop_daemon() } else { daemon.kill_daemon() }
        }
        let [stopped, killed] = starts.map(Times::new);
        println!("    start to answering /v1/status and /v1/today, after a stop: {stopped}");
        println!("    the same after a kill, with the check of the cache: {killed}");
        let (daemon, _) = shop.start_daemon()?;
        block_on(shop.until_checked())?;
        // threads that blocked while it started end ten seconds later
        std::thread::sleep(Duration::from_secs(14));
        let idle = process::idle(daemon.pid(), IDLE_SECONDS)?;
        println!(
            "    idle: {:.1} wake-ups/s (floor {:.1}), CPU {:.3} % (floor {:.3} %), RSS after a start {:.1} MiB",
            idle.wake_ups,
            floor_idle.wake_ups,
            idle.cpu_percent,
            floor_idle.cpu_percent,
            process::rss_mib(daemon.pid())?
        );
    }
    let size = process::size_mb(&path_of("guided"))?;
    let floor_size = process::size_mb(&path_of("minimal_daemon"))?;
    println!("  stripped binary: {size:.2} MB; {:.2}× the floor's {floor_size:.2}", size / floor_size);
    Ok(())
}

/// A line for a status bar, as tmux asks for it.
fn status_line(shop: &Shop) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let output = Command::new(path_of("guide"))
        .args(["status", "--format", "tmux"])
        .env("GUIDE_HOME", shop.home())
        .stdin(Stdio::null())
        .output()?;
    let took = started.elapsed();
    anyhow::ensure!(output.status.success() && !output.stdout.is_empty(), "no line came");
    Ok(took)
}

/// The tasks of a peak day are opened over and over, and then logged one after the other, at a person's pace.
async fn work(shop: &Shop) -> anyhow::Result<(Times, Times)> {
    let client = Client::at(&shop.socket());
    let today = client.today().await?;
    let tasks: Vec<String> = today.tasks.iter().take(PEAK_TASKS).map(|task| format!("/v1/tasks/{}", task.id)).collect();
    let mut line = Line::connect(&shop.socket()).await?;
    let mut reads = Vec::new();
    for n in 0..N_REQUESTS {
        reads.push(line.request("GET", &tasks[n % tasks.len()], "").await?);
    }
    let customers = client.customers("", N_WRITES).await?.rows;
    let outcome = serde_json::to_string(&OutcomeRequest::new("interested"))?;
    let mut writes = Vec::new();
    for n in 0..N_WRITES {
        let path = match tasks.get(n) {
            Some(task) => format!("{task}/outcome"),
            None => format!("/v1/customers/{}/contacts", customers[n % customers.len()].id),
        };
        writes.push(line.request("POST", &path, &outcome).await?);
        tokio::time::sleep(PACE).await;
    }
    client.sync_now().await?;
    Ok((Times::new(reads), Times::new(writes)))
}

/// A kept connection on which requests are timed; both daemons are measured through it.
struct Line {
    stream: UnixStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn connect(socket: &Path) -> anyhow::Result<Self> {
        Ok(Self { stream: UnixStream::connect(socket).await?, buffer: vec![0; 1 << 16] })
    }

    /// One round trip, to the last byte of the answer.
    async fn request(&mut self, method: &str, path: &str, body: &str) -> anyhow::Result<Duration> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: guided\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let started = Instant::now();
        self.stream.write_all(request.as_bytes()).await?;
        let mut n_bytes = 0;
        loop {
            let n = self.stream.read(&mut self.buffer[n_bytes..]).await?;
            anyhow::ensure!(n > 0, "the daemon closed the connection");
            n_bytes += n;
            if is_whole(&self.buffer[..n_bytes]) {
                break;
            }
        }
        let took = started.elapsed();
        let answer = String::from_utf8_lossy(&self.buffer[..n_bytes]);
        anyhow::ensure!(answer.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        Ok(took)
    }
}

/// Whether an answer with a `content-length` has arrived.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    answer.len() >= end + 4 + length.unwrap_or(0)
}

/// The minimal daemon, running.
struct Floor {
    child: std::process::Child,
    folder: tempfile::TempDir,
}

impl Floor {
    fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("gm").tempdir_in("/tmp")?;
        let socket = folder.path().join("s");
        let child = Command::new(path_of("minimal_daemon"))
            .arg(&socket)
            .arg(folder.path().join("db"))
            .stdin(Stdio::null())
            .spawn()?;
        let floor = Self { child, folder };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            anyhow::ensure!(Instant::now() < deadline, "the minimal daemon did not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(floor)
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Round trips on one kept connection.
    async fn times(&self, method: &str, path: &str, n: usize, pace: Duration) -> anyhow::Result<Times> {
        let mut line = Line::connect(&self.folder.path().join("s")).await?;
        let body = "x".repeat(if method == "POST" { 512 } else { 0 });
        let mut times = Vec::new();
        for _ in 0..n {
            times.push(line.request(method, path, &body).await?);
            if !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
        }
        Ok(Times::new(times))
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
