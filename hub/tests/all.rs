//! The tests of the hub as its clients meet it, in one program.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod assigning;
mod data_folder;
mod directory;
mod dispatching;
mod epochs;
mod imports;
mod isolation;
mod leads;
mod limits;
mod loans;
mod migrating;
mod order;
mod own_facts;
mod plans;
mod program;
mod proposing;
mod protocol;
mod publishing;
mod purging;
mod records;
mod reports;
mod rivals;
mod roles;
mod snapshot;
mod support;
mod tls;
mod upkeep;
mod verifying;
mod versions;
mod waiting;

#[test]
fn every_file_is_part_of_it() {
    let named = include_str!("all.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let name = file.trim_end_matches(".rs");
        assert!(
            name == "all" || name == "sync_path" || named.contains(&format!("mod {name};")),
            "{file} is tried by nobody"
        );
    }
}
