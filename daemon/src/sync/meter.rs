//! What is counted of the calls to the hub, and what its answers ask for in passing. One id begins the ids of all
//! requests of a cycle, so that one search finds them in both logs.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts the calls of one way to the hub.
#[derive(Debug, Default)]
pub struct Meter {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    id: String,
    n_requests: u32,
    bytes: Bytes,
    rotate: bool,
    /// Whether the hub speaks this version of the protocol: it unpacks what is sent.
    of_today: bool,
}

/// Bytes of bodies, as they went over the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Sent.
    pub up: u64,
    /// Received.
    pub down: u64,
}

impl Meter {
    /// Begins to count anew, and gives what the ids of all requests begin with from here on.
    pub fn begin(&self) -> String {
        let id = uuid::Uuid::now_v7().simple().to_string();
        let mut state = self.state();
        (state.id, state.n_requests, state.bytes) = (id.clone(), 0, Bytes::default());
        id
    }

    /// Counts a request, and gives its id.
    pub fn request(&self, n_bytes: usize) -> String {
        let mut state = self.state();
        if state.id.is_empty() {
            state.id = uuid::Uuid::now_v7().simple().to_string();
        }
        state.n_requests += 1;
        state.bytes.up += n_bytes as u64;
        format!("{}-{}", state.id, state.n_requests)
    }

    /// Counts an answer.
    pub fn answer(&self, n_bytes: usize) {
        self.state().bytes.down += n_bytes as u64;
    }

    /// What was counted.
    pub fn bytes(&self) -> Bytes {
        self.state().bytes
    }

    /// Notes that the hub wants this terminal to take another token.
    pub fn ask_for_rotation(&self) {
        self.state().rotate = true;
    }

    /// Whether the hub wants that; asked for once.
    pub fn take_rotation(&self) -> bool {
        std::mem::take(&mut self.state().rotate)
    }

    /// Notes that the hub speaks this version of the protocol.
    pub fn hub_is_of_today(&self) {
        self.state().of_today = true;
    }

    /// Whether the hub unpacks what is sent.
    pub fn hub_unpacks(&self) -> bool {
        self.state().of_today
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
