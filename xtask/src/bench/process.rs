//! What the kernel says of a process: memory, wake-ups, processor time. Linux only.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// Resident memory in MiB.
pub fn rss_mib(pid: u32) -> anyhow::Result<f64> {
    memory_mib(pid, "VmRSS:")
}

/// The most memory that it ever had.
pub fn peak_rss_mib(pid: u32) -> anyhow::Result<f64> {
    memory_mib(pid, "VmHWM:")
}

fn memory_mib(pid: u32, name: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name));
    let kib: f64 = line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("0").parse()?;
    Ok(kib / 1024.0)
}

/// Seconds that a process was on a processor so far, to a hundredth.
pub fn cpu_s(pid: u32) -> anyhow::Result<f64> {
    Ok(stat(pid)?.cpu_s)
}

/// The same of a process, its living children, and those that it waited for.
pub fn cpu_of_family_s(pid: u32) -> anyhow::Result<f64> {
    let own = stat(pid)?;
    let mut sum = own.cpu_s + own.cpu_of_dead_children_s;
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        // processes come and go while they are listed
        if let Some(stat) = name.to_str().and_then(|name| stat(name.parse().ok()?).ok()).filter(|it| it.parent == pid) {
            sum += stat.cpu_s;
        }
    }
    Ok(sum)
}

struct Stat {
    parent: u32,
    cpu_s: f64,
    cpu_of_dead_children_s: f64,
}

/// Linux counts processor time in hundredths of a second here, whatever its own clock does.
fn stat(pid: u32) -> anyhow::Result<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // the name stands in brackets and may hold anything
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |n: usize| fields.get(n).and_then(|field| field.parse::<u32>().ok()).unwrap_or_default();
    let seconds = |user: usize| f64::from(field(user) + field(user + 1)) / 100.0;
    Ok(Stat { parent: field(1), cpu_s: seconds(11), cpu_of_dead_children_s: seconds(13) })
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
