//! The stories and laws of the domain, in one program.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod backlog;
mod backlog_laws;
mod branches;
mod cast;
mod chains;
mod engine;
mod explain;
mod explain_laws;
mod explain_tasks;
mod fields;
mod gate;
mod laws;
mod leave_cast;
mod lunar;
mod never_panics;
mod oracle;
mod order;
mod plan_diff;
mod plan_files;
mod preview;
mod queue;
mod rebase;
mod reminders;
mod report;
mod report_figures;
mod restarts;
mod saga;
mod secrecy;
mod shifts;
mod simulate;
mod story;
mod throttle;
mod triggers;
mod triggers_recorded;
mod undo;
mod versions;
mod what_if;

#[test]
fn every_file_is_part_of_it() {
    let named = include_str!("all.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let name = file.trim_end_matches(".rs");
        assert!(name == "all" || named.contains(&format!("mod {name};")), "{file} is tried by nobody");
    }
}
