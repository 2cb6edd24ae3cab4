//! A week without the network: many outcomes saved on one terminal, and how long it takes until headquarters has them.

use std::time::{Duration, Instant};

use guide::client::Client;
use guide_common::id::CustomerId;
use guide_common::wire::record::OutcomeRequest;

use crate::program::Terminal;

/// How many requests are made at once, as the interface never does: the week is to be over soon.
const AT_ONCE: usize = 16;

/// Saves so many outcomes, in turn for all customers; returns the ids of their ops.
pub async fn record(terminal: &Terminal, n: usize) -> Vec<String> {
    let customers = terminal.client().customers("", 1_000).await.unwrap().rows;
    let customers: Vec<CustomerId> = customers.into_iter().map(|row| row.id).collect();
    let writers = (0..AT_ONCE).map(|writer| {
        let (client, customers) = (Client::at(&terminal.socket()), customers.clone());
        async move {
            let outcome = OutcomeRequest::new("interested");
            let mut saved = Vec::new();
            for idx in (writer..n).step_by(AT_ONCE) {
                let answer = client.log_contact(&customers[idx % customers.len()], &outcome).await.unwrap();
                saved.push(answer.op_id.to_string());
            }
            saved
        }
    });
    let tasks: Vec<_> = writers.map(tokio::spawn).collect();
    let mut ids = Vec::with_capacity(n);
    for task in tasks {
        ids.extend(task.await.unwrap());
    }
    ids
}

/// Waits until the hub has acknowledged everything, by the daemon's own tries alone; how long that took.
pub async fn drained(client: &Client, limit: Duration) -> Duration {
    let began = Instant::now();
    loop {
        let status = client.sync_status().await.unwrap();
        if status.n_unsent == 0 {
            return began.elapsed();
        }
        assert!(began.elapsed() < limit, "{} ops are unsent after {limit:?}: {:?}", status.n_unsent, status.last_error);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
