//! `guided`, the daemon: it keeps one guide's customers, works out today's queue, makes what the guide logs durable,
//! and syncs with the hub. The interface reaches it over a Unix socket.

pub mod outbox;
pub mod store;
