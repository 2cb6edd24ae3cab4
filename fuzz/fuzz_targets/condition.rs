//! `cargo +nightly fuzz run condition` in the folder above.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|text: &str| bodies::condition(text));
