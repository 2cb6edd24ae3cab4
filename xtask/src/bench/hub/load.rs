//! A load of requests over kept connections to one server: whoever has its answer asks again at once.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use guide_tests::line::Line;

use crate::bench::Times;
use crate::bench::hub::server::Server;

/// What came of a load.
pub struct Loaded {
    /// Answers a second.
    pub rate: f64,
    /// Answers for each second that the servers, the database's included, were on their core: whatever else runs on
    /// the machine moves it less than the rate.
    pub per_core_s: f64,
    /// How much of a core they used.
    pub core_share: f64,
    /// From the request's first byte to the answer's last.
    pub times: Times,
}

impl std::fmt::Display for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rate, per_core_s, core_share, times } = self;
        let (p50, p99) = (times.p50(), times.p99());
        let percent = core_share * 100.0;
        write!(f, "{rate:.0}/s, {per_core_s:.0} a core-second ({percent:.0} % of one), p50 {p50:.2}, p99 {p99:.2} ms")
    }
}

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After so long.
    Time(Duration),
    /// After so many answers.
    Answers(usize),
}

/// Puts a load on a server: each request is written by `next` and must be answered with `status`.
pub async fn load(
    server: &Server,
    n_connections: usize,
    until: Until,
    status: u16,
    next: impl FnMut(&mut Vec<u8>) + 'static,
) -> anyhow::Result<Loaded> {
    let mut lines = Vec::new();
    for _ in 0..n_connections {
        lines.push(Line::connect(&server.address).await?);
    }
    let next = Rc::new(RefCell::new(next));
    let times = Rc::new(RefCell::new(Vec::new()));
    let cpu_before = server.cpu_s()?;
    let began = Instant::now();
    let local = tokio::task::LocalSet::new();
    let mut tasks = Vec::new();
    for mut line in lines {
        let (next, times) = (Rc::clone(&next), Rc::clone(&times));
        tasks.push(local.spawn_local(async move {
            let mut request = Vec::new();
            loop {
                let is_over = match until {
                    Until::Time(time) => began.elapsed() >= time,
                    Until::Answers(n) => times.borrow().len() >= n,
                };
                if is_over {
                    return anyhow::Ok(());
                }
                request.clear();
                (next.borrow_mut())(&mut request);
                let started = Instant::now();
                let answered = line.ask(&request).await?;
                let took = started.elapsed();
                let is_refused = answered == 200 && line.text().contains("\"rejected\"");
                anyhow::ensure!(answered == status && !is_refused, "status {answered}: {}", line.text());
                times.borrow_mut().push(took);
            }
        }));
    }
    local
        .run_until(async {
            for task in tasks {
                task.await??;
            }
            anyhow::Ok(())
        })
        .await?;
    let took = began.elapsed().as_secs_f64();
    let cpu = server.cpu_s()? - cpu_before;
    let times = Times::new(times.take());
    let n = times.0.len() as f64;
    Ok(Loaded { rate: n / took, per_core_s: n / cpu, core_share: cpu / took, times })
}
