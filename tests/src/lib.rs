//! End-to-end tests over the real programs, and what they share: starting programs in folders of their own, and an
//! independent calculation of what is due.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

pub mod chain;
pub mod device;
pub mod dice;
pub mod hostile;
#[cfg(unix)]
pub mod install;
pub mod later;
pub mod ledger;
pub mod line;
pub mod load;
pub mod oracle;
#[cfg(unix)]
pub mod postgres;
pub mod program;
pub mod proxy;
#[cfg(unix)]
pub mod pty;
pub mod rig;
pub mod seats;
pub mod sim;
pub mod staff;
#[cfg(unix)]
pub mod tmux;
#[cfg(unix)]
pub mod user;
pub mod week;
