//! The bundle that support takes along: the state of a terminal without anybody's data. Names, numbers, texts, ids of
//! customers and of the guide, and the path of the home folder are left out; what the cycles did is in it step by step,
//! so that they can be gone through again elsewhere.

use std::path::Path;

use chrono::{DateTime, Utc};
use guide_common::wire::local::SyncStatus;
use guide_common::wire::support::{CycleRow, Doctor};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::diagnose::doctor::doctor;
use crate::store::StoreError;
use crate::sync::log::Trace;

/// The version of the bundle's shape.
const FORMAT: u32 = 1;
/// How many lines of the log are taken along.
const MAX_LOG_LINES: usize = 400;
/// The most bytes of a log that are read, from its end.
const MAX_LOG_BYTES: usize = 256 * 1024;

/// A bundle.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bundle {
    /// The version of this shape.
    pub format: u32,
    /// When it was made, real time.
    pub made_at: DateTime<Utc>,
    /// The daemon's version.
    pub version: String,
    /// The system, such as `linux x86_64`.
    pub system: String,
    /// The terminal, as the hub knows it; none before enrolment.
    pub device: Option<String>,
    /// What the doctor found.
    pub doctor: Doctor,
    /// The state of sync.
    pub sync: SyncStatus,
    /// The outbox, without what its entries say and whom they are about.
    pub outbox: Vec<OutboxEntry>,
    /// The last cycles, newest first.
    pub cycles: Vec<CycleRow>,
    /// The steps of the last ones, oldest first.
    pub traces: Vec<Trace>,
    /// The end of the daemon's log.
    pub log: Vec<String>,
}

/// An op in a bundle.
#[derive(Debug, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The op.
    pub op_id: String,
    /// Its number.
    pub local_seq: u64,
    /// Its kind.
    pub kind: String,
    /// What became of it.
    pub state: String,
    /// Of a rejected one: the code of the reason.
    pub code: Option<String>,
    /// The length of what it says, in bytes.
    pub n_bytes: usize,
    /// When it was made.
    pub at: DateTime<Utc>,
}

/// Makes a bundle.
pub async fn bundle(app: &App) -> Result<Bundle, StoreError> {
    let doctor = doctor(app).await;
    let mut bundle = Bundle {
        format: FORMAT,
        made_at: Utc::now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        device: None,
        doctor,
        sync: SyncStatus::default(),
        outbox: Vec::new(),
        cycles: Vec::new(),
        traces: Vec::new(),
        log: Vec::new(),
    };
    let mut hidden = vec![app.paths.data.clone(), app.paths.state.clone()];
    hidden.extend(std::env::var_os("HOME").map(Into::into));
    let mut redact = Redact { paths: hidden.iter().map(|path| path.display().to_string()).collect(), ids: Vec::new() };
    if let Some(terminal) = app.desk.front().and_then(|seat| seat.terminal()) {
        let core = &terminal.core;
        bundle.device = Some(core.device().to_string());
        bundle.sync = terminal.sync.status()?;
        bundle.outbox = outbox(core);
        bundle.cycles = terminal.sync.log.rows();
        bundle.traces = terminal.sync.log.traces();
    }
    // the log is everybody's
    for seat in app.desk.seats() {
        redact.ids.push(seat.guide.to_string());
        if let Some(terminal) = seat.terminal() {
            redact.ids.extend(terminal.core.state().rows.keys().map(ToString::to_string));
        }
    }
    bundle.log = tail(&app.paths.log()).iter().map(|line| redact.line(line)).collect();
    for check in &mut bundle.doctor.checks {
        check.found.zh = redact.line(&check.found.zh);
        check.found.en = redact.line(&check.found.en);
        if let Some(fix) = &mut check.fix {
            (fix.zh, fix.en) = (redact.line(&fix.zh), redact.line(&fix.en));
        }
    }
    for cycle in &mut bundle.cycles {
        cycle.cause = cycle.cause.take().map(|cause| redact.line(&cause));
    }
    Ok(bundle)
}

fn outbox(core: &crate::core::Core) -> Vec<OutboxEntry> {
    let state = core.state();
    let entry = |kept: &crate::outbox::kept::Kept| OutboxEntry {
        op_id: kept.op.op_id.to_string(),
        local_seq: kept.op.local_seq,
        kind: kept.op.kind.clone(),
        state: kept.state().to_owned(),
        code: kept.ack.as_ref().and_then(|ack| ack.answer.code.clone()),
        n_bytes: kept.op.body.get().len(),
        at: kept.op.at_wall,
    };
    state.outbox.all().map(entry).collect()
}

/// The end of the newest log.
fn tail(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "log"));
    files.sort();
    let text = files.last().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text[text.len().saturating_sub(MAX_LOG_BYTES)..]).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(MAX_LOG_LINES)..].iter().map(ToString::to_string).collect()
}

/// What must not be in a bundle.
struct Redact {
    paths: Vec<String>,
    ids: Vec<String>,
}

impl Redact {
    fn line(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for path in self.paths.iter().filter(|path| path.len() > 1) {
            line = line.replace(path, "~");
        }
        for id in &self.ids {
            if line.contains(id.as_str()) {
                line = line.replace(id, "…");
            }
        }
        line
    }
}
