//! `guide`: the terminal interface and the command line. It touches neither the store nor the network: only the
//! daemon's local API.

pub mod cli;
pub mod client;
pub mod config;
mod hidden_line;
pub mod interface;
pub mod lang;
pub mod lesson;
pub mod plain;
#[cfg_attr(unix, path = "platform/unix.rs")]
#[cfg_attr(windows, path = "platform/windows.rs")]
mod platform;
pub mod report;
pub mod slip;
pub mod training;
