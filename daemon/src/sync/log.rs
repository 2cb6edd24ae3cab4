//! The log of cycles, for support: the last ones in memory, with their steps, and those that did something or failed
//! also in a file, so that a restart does not hide what went before. It holds no personal data.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use guide_common::wire::support::CycleRow;
use serde::{Deserialize, Serialize};

use crate::sync::drive::Traced;

/// How many cycles are shown.
const MAX_ROWS: usize = 200;
/// How many cycles keep their steps.
const MAX_TRACES: usize = 40;
/// When the file is longer, its older half goes.
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// The steps of one cycle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trace {
    /// The cycle's id.
    pub id: String,
    /// Whether it was one that fetches everything again.
    #[serde(default)]
    pub heals: bool,
    /// Its steps, with what came of each.
    pub steps: Vec<Traced>,
    /// How many more there were.
    pub n_left_out: u64,
}

/// The log.
#[derive(Debug)]
pub struct CycleLog {
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rows: VecDeque<CycleRow>,
    traces: VecDeque<Trace>,
}

impl CycleLog {
    /// Goes on with what an earlier run has written; what cannot be read is left out.
    pub fn open(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let rows: VecDeque<CycleRow> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let rows = rows.into_iter().rev().take(MAX_ROWS).rev().collect();
        Self { file, state: Mutex::new(State { rows, traces: VecDeque::new() }) }
    }

    /// Notes a cycle.
    pub fn add(&self, row: CycleRow, trace: Trace) {
        if !is_idle(&row)
            && let Err(error) = self.write(&row)
        {
            tracing::debug!(%error, "writing the log of cycles");
        }
        let mut state = self.state();
        state.rows.push_back(row);
        state.traces.push_back(trace);
        let (n_rows, n_traces) = (state.rows.len(), state.traces.len());
        state.rows.drain(..n_rows.saturating_sub(MAX_ROWS));
        state.traces.drain(..n_traces.saturating_sub(MAX_TRACES));
    }

    /// The cycles, newest first.
    pub fn rows(&self) -> Vec<CycleRow> {
        self.state().rows.iter().rev().cloned().collect()
    }

    /// The steps of the last cycles, oldest first.
    pub fn traces(&self) -> Vec<Trace> {
        self.state().traces.iter().cloned().collect()
    }

    fn write(&self, row: &CycleRow) -> std::io::Result<()> {
        if fs::metadata(&self.file).is_ok_and(|file| file.len() > MAX_FILE_BYTES) {
            let text = fs::read_to_string(&self.file)?;
            let n_lines = text.lines().count();
            let kept: String = text.lines().skip(n_lines / 2).flat_map(|line| [line, "\n"]).collect();
            fs::write(&self.file, kept)?;
        }
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        OpenOptions::new().create(true).append(true).open(&self.file)?.write_all(&line)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a cycle has nothing to tell: an idle terminal writes nothing.
fn is_idle(row: &CycleRow) -> bool {
    row.end == "ok" && row.n_pushed == 0 && row.n_pulled == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: u64, end: &str) -> CycleRow {
        CycleRow {
            id: format!("c{n}"),
            at: "2026-08-12T02:00:00Z".parse().unwrap(),
            trigger: "timer".to_owned(),
            took_ms: 3,
            n_pushed: 0,
            n_rejected: 0,
            n_pulled: 0,
            n_bytes_up: 0,
            n_bytes_down: 0,
            end: end.to_owned(),
            cause: None,
        }
    }

    fn trace(n: u64) -> Trace {
        Trace { id: format!("c{n}"), heals: false, steps: Vec::new(), n_left_out: 0 }
    }

    #[test]
    fn what_failed_is_still_known_after_a_restart_and_idle_cycles_write_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sync.jsonl");
        let log = CycleLog::open(file.clone());
        log.add(row(1, "ok"), trace(1));
        assert!(!file.exists());
        log.add(row(2, "unreachable"), trace(2));
        assert_eq!(log.rows().iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["c2", "c1"]);
        std::fs::write(&file, [std::fs::read(&file).unwrap(), b"{half a li".to_vec()].concat()).unwrap();
        assert_eq!(CycleLog::open(file).rows(), [row(2, "unreachable")]);
    }

    #[test]
    fn neither_memory_nor_file_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sync.jsonl");
        let log = CycleLog::open(file.clone());
        for n in 0..3_000 {
            log.add(row(n, "refused"), trace(n));
        }
        assert_eq!((log.rows().len(), log.traces().len()), (MAX_ROWS, MAX_TRACES));
        assert!(std::fs::metadata(&file).unwrap().len() < MAX_FILE_BYTES + 1_000);
        assert_eq!(CycleLog::open(file).rows()[0].id, "c2999");
    }
}
