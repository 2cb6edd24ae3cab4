//! Runs the body `condition` on texts without end; `CONTRIBUTING.md` says how.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|text: &str| bodies::condition(text));
