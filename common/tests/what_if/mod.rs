//! Small random stories for what-if, and a plain walk through them to compare with.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod generate;
pub mod plain;
pub mod plans;

use chrono::NaiveDate;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
