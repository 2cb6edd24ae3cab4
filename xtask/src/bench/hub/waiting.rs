//! Terminals that wait for a change, as they do all day: what ten thousand of them cost, and how soon one hears of a
//! change of its guide's feed.

use std::time::{Duration, Instant};

use anyhow::Context;
use guide_tests::line::Line;

use crate::bench::Times;
use crate::bench::hub::crowd::{Crowd, Member};
use crate::bench::hub::server::Server;

/// How many terminals are woken, one after the other.
const N_WAKE_UPS: usize = 300;
/// For how long the hub is watched while nothing happens.
const QUIET: Duration = Duration::from_secs(5);
/// How many begin to wait at once.
const AT_ONCE: usize = 500;
/// How many wait, as far as they are told; the wait itself is shortened by up to a twentieth.
const WAIT_S: u32 = 25;

/// What waiting costs.
pub struct Waited {
    /// How many waited.
    pub n: usize,
    /// The hub's memory with all of them.
    pub rss_mib: f64,
    /// How much of a core hub and database used while nothing happened.
    pub core_share: f64,
    /// From a push of another terminal's being sent to the waiting one's having the answer.
    pub wake_ups: Times,
}

/// Lets so many terminals wait, all renewing their calls, and pushes for some of them through a connection of its own.
pub async fn wait(server: &Server, crowd: &Crowd, n: usize) -> anyhow::Result<Waited> {
    let mut lines: Vec<(Member, Line)> = Vec::with_capacity(n);
    for member in crowd.members.iter().rev().take(n) {
        lines.push((member.clone(), Line::connect(&server.address).await?));
    }
    let mut request = Vec::new();
    let began = Instant::now();
    for some in lines.chunks_mut(AT_ONCE) {
        for (member, line) in some {
            request.clear();
            member.poll(&crowd.epoch, Some((WAIT_S, Some(crowd.shared_head))), &mut request);
            line.send(&request).await?;
        }
        // who comes when thousands are looked at is told to come later, and no terminal of these listens
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    // all are looked at before the hub is watched: the last of them is answered only after a wait
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cpu_before = server.cpu_s()?;
    let watched = Instant::now();
    tokio::time::sleep(QUIET).await;
    let core_share = (server.cpu_s()? - cpu_before) / watched.elapsed().as_secs_f64();
    let rss_mib = server.rss_mib()?;
    let mut pusher = Line::connect(&server.address).await?;
    let mut wake_ups = Vec::new();
    for idx in 0..N_WAKE_UPS {
        anyhow::ensure!(began.elapsed() < Duration::from_secs(23), "the waits were about to end: the machine is slow");
        let (member, line) = lines.get_mut(idx).context("a terminal")?;
        request.clear();
        member.push(1, false, &mut request)?;
        let pushed = Instant::now();
        pusher.send(&request).await?;
        let (woken, answered) = tokio::try_join!(
            async {
                let status = line.answer().await?;
                anyhow::Ok((status, pushed.elapsed()))
            },
            async { Ok(pusher.answer().await?) }
        )?;
        anyhow::ensure!(woken.0 == 200 && answered == 200, "woken with {}, pushed with {answered}", woken.0);
        wake_ups.push(woken.1);
    }
    Ok(Waited { n, rss_mib, core_share, wake_ups: Times::new(wake_ups) })
}
