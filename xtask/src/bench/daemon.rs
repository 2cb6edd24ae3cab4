//! The daemon over its socket, beside the least that a daemon of this kind can be.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use guide::client::Client;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::OutcomeRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::bench::shop::{Shop, block_on};
use crate::bench::{Times, process, program};

const N_REQUESTS: usize = 2_000;
const N_WRITES: usize = 400;
const IDLE_SECONDS: u64 = 30;

/// Measures start, reads, writes, memory, idling and size.
pub fn run() -> anyhow::Result<()> {
    let floor = Floor::start()?;
    let read = block_on(floor.times("GET", "/read", N_REQUESTS))?;
    let write = block_on(floor.times("POST", "/write", N_WRITES))?;
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
        shop.enroll()?;
        let (tasks, outcomes) = block_on(work(&shop))?;
        println!("    a task with its customer and script: {tasks}; {:.2}× the floor's read", tasks.p50() / read.p50());
        println!("    an outcome, durable: {outcomes}; {:.2}× the floor's write", outcomes.p50() / write.p50());
        let rss = process::rss_mib(daemon.pid())?;
        println!(
            "    RSS after a first sync and {N_WRITES} outcomes: {rss:.1} MiB; {:.2}× the floor's {floor_rss:.1}",
            rss / floor_rss
        );
        drop(daemon);
        let mut starts = Vec::new();
        for _ in 0..9 {
            let (daemon, took) = shop.start_daemon()?;
            starts.push(took);
            block_on(async { shop.until_checked(&Client::at(&shop.socket())).await })?;
            drop(daemon);
        }
        println!("    start to answering /v1/status and /v1/today: {}", Times::new(starts));
        let (daemon, _) = shop.start_daemon()?;
        block_on(async { shop.until_checked(&Client::at(&shop.socket())).await })?;
        std::thread::sleep(Duration::from_secs(8));
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
    let size = process::size_mb(&program("guided")?)?;
    let floor_size = process::size_mb(&program("minimal_daemon")?)?;
    println!("  stripped binary: {size:.2} MB; {:.2}× the floor's {floor_size:.2}", size / floor_size);
    Ok(())
}

async fn work(shop: &Shop) -> anyhow::Result<(Times, Times)> {
    let client = Client::at(&shop.socket());
    let today = client.today().await?;
    let mut tasks = Vec::new();
    for n in 0..N_REQUESTS {
        let task = &today.tasks[n % today.tasks.len()];
        let started = Instant::now();
        client.task(&task.id.to_string(), Lang::Zh).await?;
        tasks.push(started.elapsed());
    }
    let customers = client.customers("", N_WRITES).await?.rows;
    let mut outcomes = Vec::new();
    for n in 0..N_WRITES {
        let request = OutcomeRequest::new("interested");
        let started = Instant::now();
        match today.tasks.get(n) {
            Some(task) => client.log_outcome(&task.id.to_string(), &request).await?,
            None => client.log_contact(&customers[n % customers.len()].id, &request).await?,
        };
        outcomes.push(started.elapsed());
    }
    client.sync_now().await?;
    Ok((Times::new(tasks), Times::new(outcomes)))
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
        let child = Command::new(program("minimal_daemon")?)
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
    async fn times(&self, method: &str, path: &str, n: usize) -> anyhow::Result<Times> {
        let mut stream = connect(&self.folder.path().join("s")).await?;
        let body = "x".repeat(if method == "POST" { 512 } else { 0 });
        let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let mut answer = vec![0; 4096];
        let mut times = Vec::new();
        for _ in 0..n {
            let started = Instant::now();
            stream.write_all(request.as_bytes()).await?;
            // an answer of this size comes in one piece
            let n_bytes = stream.read(&mut answer).await?;
            times.push(started.elapsed());
            anyhow::ensure!(answer[..n_bytes].starts_with(b"HTTP/1.1 200"), "the minimal daemon refused");
        }
        Ok(Times::new(times))
    }
}

async fn connect(socket: &Path) -> anyhow::Result<UnixStream> {
    UnixStream::connect(socket).await.context("connecting to the minimal daemon")
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
