//! `guide-hub`: headquarters' side of `guide`. It is the authority on customers, plans and templates, hands out a feed
//! a guide, takes the ops of terminals in, and reports from its own facts.

pub mod app;
pub mod assign;
pub mod auth;
pub mod body;
pub mod cli;
pub mod clock;
pub mod cursors;
pub mod db;
pub mod desk;
pub mod dispatch;
pub mod error;
pub mod heads;
pub mod import;
pub mod limit;
pub mod loan;
#[cfg_attr(unix, path = "platform/unix.rs")]
#[cfg_attr(windows, path = "platform/windows.rs")]
pub mod platform;
pub mod price;
pub mod problem;
pub mod proposal;
pub mod publish;
pub mod purge;
pub mod push;
pub mod record;
pub mod report;
pub mod router;
pub mod routes;
pub mod rush;
pub mod secret;
pub mod server;
pub mod tls;
pub mod tokens;
pub mod upkeep;
pub mod verify;
pub mod what_if;
