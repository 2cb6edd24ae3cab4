//! What the kernel says of a process: memory, wake-ups, processor time. Linux only.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// Resident memory in MiB.
pub fn rss_mib(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: f64 = line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("0").parse()?;
    Ok(kib / 1024.0)
}

/// What a process did while nobody asked for anything.
pub struct Idle {
    /// Voluntary context switches a second, over all threads.
    pub wake_ups: f64,
    /// Processor time as a share of one core, in per cent.
    pub cpu_percent: f64,
}

/// Watches a process for a while. Threads that come or go meanwhile are left out.
pub fn idle(pid: u32, seconds: u64) -> anyhow::Result<Idle> {
    let before = threads(pid)?;
    std::thread::sleep(Duration::from_secs(seconds));
    let after = threads(pid)?;
    let (mut switches, mut nanoseconds) = (0, 0);
    for (thread, counters) in after {
        if let Some(earlier) = before.get(&thread) {
            switches += counters.0 - earlier.0;
            nanoseconds += counters.1 - earlier.1;
        }
    }
    let n_seconds = seconds as f64;
    Ok(Idle { wake_ups: switches as f64 / n_seconds, cpu_percent: nanoseconds as f64 / 1e9 / n_seconds * 100.0 })
}

/// Of each thread the voluntary switches, and the nanoseconds on a processor.
fn threads(pid: u32) -> anyhow::Result<HashMap<OsString, (u64, u64)>> {
    let mut threads = HashMap::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let task = task?;
        let (Ok(status), Ok(schedstat)) = (
            std::fs::read_to_string(task.path().join("status")),
            std::fs::read_to_string(task.path().join("schedstat")),
        ) else {
            continue;
        };
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches:"));
        let switches = line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("0").parse()?;
        let nanoseconds = schedstat.split_whitespace().next().unwrap_or("0").parse()?;
        threads.insert(task.file_name(), (switches, nanoseconds));
    }
    Ok(threads)
}

/// A file's size in MB.
pub fn size_mb(path: &Path) -> anyhow::Result<f64> {
    Ok(std::fs::metadata(path)?.len() as f64 / 1e6)
}
