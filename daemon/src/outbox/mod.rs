//! The outbox: ops made on this terminal. `journal` is what makes “saved” true, `kept` is what became of each op.
//! Nothing here knows sled or the network.

pub mod journal;
pub mod kept;
pub mod medium;
pub mod record;
pub mod recover;
pub mod step;
pub mod writer;
