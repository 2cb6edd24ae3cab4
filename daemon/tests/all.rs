//! The tests of the daemon as its clients meet it, in one program.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod ask;
mod card;
mod day;
mod desk;
mod fields;
mod forecast;
mod foreign;
mod leads;
mod life;
mod open;
mod remind;
mod search;
mod secrecy;
mod session;
mod snooze;
mod space;
mod steps;
mod support;
mod support_tools;
mod sync;
mod versions;

#[test]
fn every_file_is_part_of_it() {
    let named = include_str!("all.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let name = file.trim_end_matches(".rs");
        assert!(name == "all" || named.contains(&format!("mod {name};")), "{file} is tried by nobody");
    }
}
