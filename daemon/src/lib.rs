//! `guided`, the daemon: it keeps one guide's customers, works out today's queue, makes what the guide logs durable,
//! and syncs with the hub. The interface reaches it over a Unix socket, on Windows over a named pipe.

pub mod api;
pub mod app;
pub mod ballast;
pub mod clock;
pub mod config;
pub mod core;
pub mod diagnose;
pub mod events;
pub mod lists;
pub mod log;
pub mod outbox;
#[cfg_attr(unix, path = "platform/unix.rs")]
#[cfg_attr(windows, path = "platform/windows.rs")]
pub mod platform;
pub mod profile;
pub mod remind;
pub mod reveals;
pub mod seat;
pub mod serve;
pub mod settings;
pub mod socket;
pub mod store;
pub mod sync;
#[cfg_attr(windows, path = "systemd/none.rs")]
pub mod systemd;
pub mod upkeep;
pub mod vault;
