//! What must be true of the chain: of labels at any time, of everything at the end.

use std::collections::BTreeMap;

use guide_common::apply::CustomerFile;
use guide_common::id::{CustomerId, OpId};
use guide_common::wire::hub::FeedDigest;
use guide_common::wire::local::OutboxRow;
use guide_hub::db::{file, page};

use super::{GUIDES, World};

/// The customers' files of the guides' feeds, by guide.
type Files = BTreeMap<String, BTreeMap<CustomerId, CustomerFile>>;

impl World {
    async fn files(&self) -> Files {
        let mut files = Files::new();
        let mut conn = self.hub.db.as_ref().unwrap().conn().await.unwrap();
        for (guide, _) in GUIDES {
            files.insert(guide.to_owned(), file::of_feed(&mut conn, guide).await.unwrap());
        }
        files
    }

    /// What a terminal says that headquarters has received is there.
    pub(super) async fn check_labels(&mut self) {
        let files = self.files().await;
        let effects = effects(&files);
        for terminal in self.terminals.iter_mut().filter(|terminal| !terminal.hub_was_restored) {
            for row in terminal.core().outbox_rows().ops {
                // of two redos of one undo the earlier one stays
                if row.kind == "redo" || matches!(row.state.as_str(), "unsent" | "rejected" | "discarded") {
                    continue;
                }
                terminal.n_labels += 1;
                assert!(
                    effects.contains_key(&row.op_id),
                    "{} says that headquarters has {} ({}, {}), which it has not",
                    terminal.guide(),
                    row.op_id,
                    row.kind,
                    row.state
                );
            }
        }
    }

    /// Everything that was said to be saved is at the hub exactly once, or rejected and shown as that; all replicas are
    /// equal to the hub's feed.
    pub(super) async fn check_all(&mut self) {
        let files = self.files().await;
        let effects = effects(&files);
        for terminal in &self.terminals {
            let rows = terminal.core().outbox_rows().ops;
            let rows: BTreeMap<OpId, OutboxRow> = rows.into_iter().map(|row| (row.op_id, row)).collect();
            assert_eq!(terminal.n_unsent(), 0, "everything is sent");
            for op in &terminal.saved {
                let n = effects.get(op).copied().unwrap_or_default();
                let row = rows.get(op);
                let is_rejected = row.is_some_and(|row| row.state == "rejected") || terminal.discarded.contains(op);
                // of two redos of one undo the earlier one stays
                let may_be_none = is_rejected || row.is_some_and(|row| row.kind == "redo");
                // what was taken in, and rejected when it came again long after, is shown without need, and is not lost
                let may_be_one = !is_rejected || self.purges;
                let is_right = n == 1 && may_be_one || n == 0 && may_be_none;
                assert!(
                    is_right,
                    "{op} of {} is at the hub {n} times: {row:?}; {}",
                    terminal.guide(),
                    self.hub.trace_of(&op.to_string()).await
                );
                let has_reason = row.is_none_or(|row| row.state != "rejected" || row.code.is_some());
                assert!(has_reason, "{row:?} has no reason");
            }
        }
        self.check_replicas(&files).await;
    }

    async fn check_replicas(&self, files: &Files) {
        for terminal in &self.terminals {
            let mut conn = self.hub.db.as_ref().unwrap().conn().await.unwrap();
            let page = page::read(&mut conn, terminal.guide(), 0, 1).await.unwrap().unwrap();
            let cursor = terminal.cursor();
            let here = (cursor.seq, cursor.n_live, cursor.digest);
            assert_eq!(
                here,
                (page.state.head, page.state.n_live, page.state.digest),
                "the feed of {}",
                terminal.guide()
            );
            assert_ne!(page.state.digest, FeedDigest::default());
            let of_guide = &files[terminal.guide()];
            let ids = terminal.customer_ids();
            assert_eq!(ids.iter().collect::<Vec<_>>(), of_guide.keys().collect::<Vec<_>>());
            for (id, at_hub) in of_guide {
                let here = terminal.core().load(id).unwrap().unwrap();
                assert_eq!(
                    sorted(&here.file),
                    sorted(at_hub),
                    "the file of {id} at a terminal of {}",
                    terminal.guide()
                );
            }
        }
    }
}

/// How often each op has an effect at the hub: as a fact, or as what took one back or recorded it again.
fn effects(files: &Files) -> BTreeMap<OpId, usize> {
    let mut effects = BTreeMap::new();
    for fact in files.values().flat_map(BTreeMap::values).flat_map(|file| &file.facts) {
        *effects.entry(fact.id).or_default() += 1;
        for undone in fact.undone.all() {
            *effects.entry(undone.op_id).or_default() += 1;
            if let Some(redone) = undone.redone {
                *effects.entry(redone.op_id).or_default() += 1;
            }
        }
    }
    effects
}

fn sorted(file: &CustomerFile) -> CustomerFile {
    let mut file = file.clone();
    file.facts.sort_by_key(|fact| fact.id);
    file.purchases.sort_by(|a, b| a.id.cmp(&b.id));
    file
}
