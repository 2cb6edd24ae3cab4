//! End-to-end tests over the real programs, and what they share: starting programs in folders of their own, and an
//! independent calculation of what is due.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

pub mod chain;
pub mod device;
pub mod dice;
pub mod hostile;
pub mod install;
pub mod later;
pub mod ledger;
pub mod line;
pub mod load;
pub mod oracle;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod pty;
pub mod rig;
pub mod sim;
pub mod staff;
pub mod tmux;
pub mod user;
pub mod week;
