//! Real terminals at work: what each was told is saved, and that none of it is ever missing.

use std::time::{Duration, Instant};

use guide_common::id::{CustomerId, OpId};

use crate::chain::{Chain, Serving, acknowledged, log, until};
use crate::program::Terminal;

/// How long everything may take to be whole again; the goal of `docs/robustness.md` is ten minutes.
pub const LIMIT: Duration = Duration::from_secs(60);
/// More customers than any guide here has.
const ALL: usize = 1_000;

/// A guide's terminal.
pub struct Post {
    /// Whose.
    pub guide: &'static str,
    /// The programs and their folder.
    pub terminal: Terminal,
    /// What it was told is saved.
    pub saved: Vec<OpId>,
    /// The guide's customers.
    pub customers: Vec<CustomerId>,
}

/// The terminals of a chain.
pub struct Staff(pub Vec<Post>);

impl Staff {
    /// A terminal each for these guides.
    pub async fn enroll(chain: &Chain, hub: &Serving, guides: &[&'static str]) -> Self {
        let mut posts = Vec::new();
        for (n, guide) in guides.iter().enumerate() {
            let terminal = chain.terminal(&format!("t{n}"), guide, hub).await;
            let rows = terminal.client().customers("", ALL).await.unwrap().rows;
            let customers: Vec<_> = rows.into_iter().map(|row| row.id).collect();
            assert!(!customers.is_empty());
            posts.push(Post { guide, terminal, saved: Vec::new(), customers });
        }
        Self(posts)
    }

    /// Notes so many outcomes at each terminal that is switched on.
    pub async fn work(&mut self, n_each: usize) {
        for post in self.0.iter_mut().filter(|post| post.terminal.daemon.is_some()) {
            for n in 0..n_each {
                let customer = &post.customers[n % post.customers.len()];
                post.saved.push(log(&post.terminal, customer).await);
            }
        }
    }

    /// All that was saved at terminals that are switched on, as soon as headquarters has acknowledged it.
    pub async fn all_acknowledged(&self) -> Vec<OpId> {
        let mut all = Vec::new();
        for post in self.0.iter().filter(|post| post.terminal.daemon.is_some()) {
            until("headquarters to acknowledge what was saved", LIMIT, async || {
                let acknowledged = acknowledged(&post.terminal).await;
                post.saved.iter().all(|op| acknowledged.contains(op))
            })
            .await;
            all.extend_from_slice(&post.saved);
        }
        all
    }

    /// Works so much at every terminal, until headquarters has acknowledged it: all that was saved.
    pub async fn work_acknowledged(&mut self, n: usize) -> Vec<OpId> {
        self.work(n).await;
        self.all_acknowledged().await
    }

    /// Switches a terminal off at the wall.
    pub fn switch_off(&mut self, n: usize) {
        self.0[n].terminal.daemon = None;
    }

    /// Switches a terminal on again.
    pub fn switch_on(&mut self, n: usize) {
        self.0[n].terminal.start_daemon();
    }

    /// Without anybody doing anything every terminal comes to hold exactly what the hub holds, and every op that was
    /// ever said to be saved stands there once.
    pub async fn check_whole(&self, chain: &Chain, began: Instant) {
        for post in &self.0 {
            until("the terminal to hold what the hub holds", LIMIT, async || {
                let sync = post.terminal.client().status().await.unwrap().sync;
                sync.n_unsent == 0 && sync.last_error.is_none() && sync.guide_feed == chain.place(post.guide)
            })
            .await;
        }
        eprintln!("whole again after {:?}", began.elapsed());
        let mut guides: Vec<_> = self.0.iter().map(|post| post.guide).collect();
        guides.dedup();
        chain.check_once(&guides, &self.saved());
        for post in &self.0 {
            let verified = post.terminal.client().verify(false).await.unwrap();
            assert!(verified.same && verified.lost.is_empty(), "{verified:?}");
        }
    }

    /// Everything that was said to be saved.
    pub fn saved(&self) -> Vec<OpId> {
        self.0.iter().flat_map(|post| post.saved.iter().copied()).collect()
    }
}
