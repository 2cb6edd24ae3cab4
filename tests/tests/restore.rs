//! A hub's SQLite database is put back from an older copy: while terminals were ahead of it, while they were behind, and
//! with everything that could tell. Nothing that was acknowledged is missing afterwards, and nobody had to do anything.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use guide_common::id::OpId;
use guide_tests::chain::{Chain, Database, Serving, until};
use guide_tests::staff::{LIMIT, Staff};

/// Two terminals of one guide and one of another.
const POSTS: [&str; 3] = ["g1", "g1", "g2"];
const GUIDES: [&str; 2] = ["g1", "g2"];
/// What a backup has of the hub's folder.
const DATABASE: &[&str] = &["hub.db"];
const WHOLE_FOLDER: &[&str] = &["hub.db", "hub.epoch"];

struct Shop {
    data: PathBuf,
    backup: PathBuf,
    chain: Chain,
    hub: Serving,
    staff: Staff,
}

impl Shop {
    async fn open(folder: &Path) -> Self {
        let data = folder.join("hub/data");
        let chain = Chain::new(&folder.join("hub"), Database::Folder(data.clone()), &GUIDES, 15);
        let hub = chain.serve("hub");
        let staff = Staff::enroll(&chain, &hub, &POSTS).await;
        Self { data, backup: folder.join("backup"), chain, hub, staff }
    }

    /// Copies the folder while nothing serves from it.
    fn back_up(&mut self) {
        self.hub.stop();
        std::fs::create_dir(&self.backup).unwrap();
        for name in WHOLE_FOLDER {
            std::fs::copy(self.data.join(name), self.backup.join(name)).unwrap();
        }
        self.chain.serve_again(&mut self.hub);
    }

    /// The hub dies, and what is put back is not what it had.
    fn restore(&mut self, names: &[&str]) {
        self.hub.kill();
        for ending in ["hub.db-wal", "hub.db-shm"] {
            let _ = std::fs::remove_file(self.data.join(ending));
        }
        for name in names {
            std::fs::copy(self.backup.join(name), self.data.join(name)).unwrap();
        }
        self.chain.serve_again(&mut self.hub);
    }

    fn n_held(&self, ops: &[OpId]) -> usize {
        let facts = self.chain.facts(&GUIDES);
        ops.iter().filter(|op| facts.contains_key(op)).count()
    }

    fn epoch(&self) -> Option<String> {
        self.chain.place(GUIDES[0]).epoch
    }
}

fn check(story: impl AsyncFnOnce(Shop)) {
    let folder = tempfile::Builder::new().prefix("gr").tempdir_in("/tmp").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { story(Shop::open(folder.path()).await).await });
}

#[test]
fn terminals_that_were_ahead_of_a_restored_database_bring_back_what_it_lost() {
    check(async |mut shop| {
        shop.staff.work_acknowledged(4).await;
        shop.back_up();
        let epoch = shop.epoch();
        shop.staff.work_acknowledged(12).await;
        shop.staff.switch_off(2);
        let began = Instant::now();
        shop.restore(DATABASE);
        assert_ne!(shop.epoch(), epoch, "the file beside the database stayed, and tells");
        shop.staff.switch_on(2);
        shop.staff.check_whole(&shop.chain, began).await;
    });
}

#[test]
fn terminals_that_were_behind_a_restored_database_get_it_and_bring_what_they_saved() {
    check(async |mut shop| {
        shop.staff.work_acknowledged(2).await;
        shop.staff.switch_off(1);
        // the other terminal and headquarters go on without it
        shop.staff.work(6).await;
        shop.chain.import("C0001,2026-08-29,77.00\n");
        shop.staff.all_acknowledged().await;
        shop.back_up();
        shop.staff.work_acknowledged(6).await;
        let began = Instant::now();
        shop.restore(DATABASE);
        shop.staff.switch_on(1);
        shop.staff.work(1).await;
        shop.staff.check_whole(&shop.chain, began).await;
    });
}

#[test]
fn a_restored_folder_in_which_nothing_tells_is_noticed_by_what_terminals_hold() {
    check(async |mut shop| {
        shop.staff.work_acknowledged(4).await;
        shop.back_up();
        let epoch = shop.epoch();
        let all = shop.staff.work_acknowledged(8).await;
        let of_second = shop.staff.0[1].saved.clone();
        shop.staff.switch_off(1);
        shop.staff.switch_off(2);
        let began = Instant::now();
        shop.restore(WHOLE_FOLDER);
        assert_eq!(shop.epoch(), epoch, "nothing at the hub tells");
        // the first terminal is ahead: it brings back what is its own
        let of_first = shop.staff.0[0].saved.clone();
        until("the first terminal to push again", LIMIT, async || shop.n_held(&of_first) == of_first.len()).await;
        assert!(shop.n_held(&all) < all.len(), "what others had pushed is still missing");
        // and goes on, so that the second finds a head beyond its own place, in a history that is another one
        for _ in 0..3 {
            shop.staff.work(8).await;
        }
        shop.staff.all_acknowledged().await;
        assert!(shop.n_held(&of_second) < of_second.len());
        shop.staff.switch_on(1);
        shop.staff.switch_on(2);
        shop.staff.check_whole(&shop.chain, began).await;
    });
}
