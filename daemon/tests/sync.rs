//! Sync against a hub that goes away, forgets, refuses and differs: nothing that was saved is lost.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;

use crate::support::{Daemon, enrolled, eventually, hub::Hub, outcome};

#[tokio::test]
async fn what_is_saved_survives_a_kill_and_is_sent_when_the_hub_is_back() {
    let (home, mut hub, serving, daemon) = enrolled(6).await;
    serving.stop().await;
    let mut saved = Vec::new();
    let journal = || std::fs::metadata(home.path().join("data/guides/G1/outbox/journal-1.log")).unwrap().len();
    for n in 0..4 {
        let before = journal();
        let answer: SavedResponse = daemon.post(&format!("/v1/tasks/C000{n}/outcome"), &outcome("1")).await.unwrap();
        assert!(journal() > before + 200, "an op is in the journal before it is answered");
        saved.push(answer.op_id);
    }
    let sync: SyncStatus = daemon.get("/v1/sync").await.unwrap();
    assert_eq!((sync.state, sync.n_unsent), (SavedState::Saved, 4));
    assert_eq!(daemon.sync_now().await.last_error.unwrap().code, "unreachable");
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    assert_eq!(daemon.today().await.done.len(), 4, "what was saved is shown at once");
    let today = eventually("the check", async || Some(daemon.today().await).filter(|today| today.checked)).await;
    assert_eq!((today.tasks.len(), today.done.len()), (2, 4), "the day is shown as it was saved");
    let _serving = hub.serve().await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, sync.n_unsent, sync.last_error), (SavedState::Received, 0, None));
    let mut facts = hub.facts();
    facts.sort();
    assert_eq!(facts, saved);
    let seqs: Vec<_> = hub.inner.lock().unwrap().received.iter().map(|op| op.local_seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
}

#[tokio::test]
async fn an_op_is_sent_without_being_asked_for() {
    let (_home, hub, _serving, daemon) = enrolled(1).await;
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    eventually("the push", async || (hub.facts().len() == 1).then_some(())).await;
}

#[tokio::test]
async fn what_is_recorded_shows_as_soon_as_it_is_answered_also_while_changes_of_the_same_customer_come_in() {
    let (_home, hub, _serving, daemon) = enrolled(1).await;
    let ended = AtomicBool::new(false);
    let changing = async {
        for n in 0.. {
            hub.change_customer("C0000", |customer| customer.name = format!("顾客{n}"));
            assert_eq!(daemon.sync_now().await.last_error, None);
            if ended.load(Relaxed) {
                return n;
            }
        }
        unreachable!("numbers do not end")
    };
    let recording = async {
        for n in 0..100 {
            daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
            let again = daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap_err();
            assert_eq!((n, again.code.as_str()), (n, "task_closed"));
            daemon.post::<SavedResponse>("/v1/undo", &UndoRequest::default()).await.unwrap();
            assert_eq!((n, daemon.today().await.tasks.len()), (n, 1));
        }
        ended.store(true, Relaxed);
    };
    let (n_changes, ()) = tokio::join!(changing, recording);
    assert!(n_changes > 10, "{n_changes} changes came in meanwhile");
}

#[tokio::test]
async fn a_rejected_op_is_kept_with_its_reason_and_blocks_no_other() {
    let (home, hub, _serving, daemon) = enrolled(2).await;
    hub.inner.lock().unwrap().reject = Some("unknown_customer".to_owned());
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, sync.n_rejected, sync.n_unsent), (SavedState::Attention, 1, 0));
    hub.inner.lock().unwrap().reject = None;
    daemon.post::<SavedResponse>("/v1/tasks/C0001/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    assert_eq!(hub.facts().len(), 1);
    let rows = daemon.outbox().await;
    assert_eq!((rows[0].state.as_str(), rows[1].state.as_str()), ("rejected", "applied"));
    assert_eq!(rows[0].detail.as_deref(), Some("unknown_customer: because of the test"));
    assert_eq!(daemon.today().await.tasks.len(), 1, "what was rejected closed nothing");
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    let kept = daemon.outbox().await;
    assert_eq!(kept.len(), 2, "a rejected op is never dropped");
}

#[tokio::test]
async fn an_op_that_the_hub_refuses_without_an_answer_blocks_no_other() {
    let (_home, mut hub, serving, daemon) = enrolled(9).await;
    serving.stop().await;
    for n in 0..9 {
        daemon.post::<SavedResponse>(&format!("/v1/tasks/C000{n}/outcome"), &outcome("1")).await.unwrap();
    }
    hub.inner.lock().unwrap().poison = Some("C0004".parse().unwrap());
    hub.add_customer("C9999", "新客", "13900009999");
    let _serving = hub.serve().await;
    let sync = daemon.sync_now().await;
    assert_eq!((hub.facts().len(), sync.n_unsent), (8, 1));
    assert_eq!(sync.last_error.unwrap().code, "refused");
    assert_eq!(daemon.today().await.tasks.len(), 1, "what is new is heard of all the same");
    let seqs: Vec<_> = hub.inner.lock().unwrap().received.iter().map(|op| op.local_seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 6, 7, 8, 9], "in order");
    hub.inner.lock().unwrap().poison = None;
    let sync = daemon.sync_now().await;
    assert_eq!((hub.facts().len(), sync.n_unsent, sync.last_error), (9, 0, None));
}

#[tokio::test]
async fn the_queue_counts_as_checked_when_everything_was_heard() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    let _serving = hub.serve().await;
    let daemon = Daemon::start(home.path()).await;
    hub.inner.lock().unwrap().changes_fail = true;
    daemon.enroll(&hub).await;
    daemon.sync_now().await;
    assert!(!daemon.today().await.checked);
    hub.inner.lock().unwrap().changes_fail = false;
    daemon.sync_now().await;
    let today = eventually("the check", async || Some(daemon.today().await).filter(|today| today.checked)).await;
    assert_eq!(today.tasks.len(), 3);
}

#[tokio::test]
async fn acknowledged_ops_are_sent_again_also_when_the_reset_breaks_off() {
    let (home, hub, _serving, daemon) = enrolled(3).await;
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    hub.lose_everything_recorded();
    hub.inner.lock().unwrap().pages_fail = true;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.n_unsent, sync.state), (1, SavedState::Saved), "received is not claimed of what may be lost");
    daemon.kill();
    hub.inner.lock().unwrap().pages_fail = false;
    let daemon = Daemon::start(home.path()).await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, hub.facts().len()), (SavedState::Received, 1));
}

#[tokio::test]
async fn a_restored_hub_gets_everything_again_and_the_outbox_is_untouched() {
    let (home, hub, _serving, daemon) = enrolled(3).await;
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    assert_eq!(hub.facts(), [saved.op_id]);
    hub.lose_everything_recorded();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error, sync.state), (None, SavedState::Received));
    assert_eq!(sync.guide_feed.epoch.as_deref(), Some("e2"));
    assert_eq!(hub.facts(), [saved.op_id], "what was acknowledged is pushed again");
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
    assert_eq!(daemon.today().await.tasks.len(), 2);
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    assert_eq!(daemon.outbox().await.len(), 1);
    assert_eq!(daemon.sync_now().await.guide_feed.digest, hub.digest().1);
}

#[tokio::test]
async fn a_forged_item_is_noticed_and_healed_in_one_cycle() {
    let (_home, hub, _serving, daemon) = enrolled(3).await;
    hub.forge("改名");
    let sync = daemon.sync_now().await;
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
    let card: CustomerCard = daemon.get("/v1/customers/C0000").await.unwrap();
    assert_eq!(card.name, "改名");
}

#[tokio::test]
async fn many_pages_are_pulled_and_an_unchanged_feed_is_not_sent_again() {
    let (_home, hub, _serving, daemon) = enrolled(450).await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
    assert!(hub.inner.lock().unwrap().n_not_modified >= 2);
    assert_eq!(sync.shared_feed.n_live, 3, "a kind of a newer version is kept");
    assert_eq!(daemon.today().await.tasks.len(), 450);
    hub.add_customer("C9999", "新客", "13900009999");
    daemon.sync_now().await;
    assert_eq!(daemon.today().await.tasks.len(), 451);
}

#[tokio::test]
async fn a_snapshot_that_breaks_off_goes_on_where_it_was_and_misses_nothing_that_changed_meanwhile() {
    let (_home, hub, _serving, daemon) = enrolled(450).await;
    // first of all: a cycle begins by itself when the hub changes
    let before = {
        let mut inner = hub.inner.lock().unwrap();
        inner.break_snapshot_after = Some(4);
        inner.n_snapshot_pages
    };
    hub.begin_epoch("e2");
    hub.forge("改名");
    assert_eq!(daemon.sync_now().await.last_error.unwrap().code, "refused");
    assert_eq!(hub.inner.lock().unwrap().n_snapshot_pages - before, 4);
    assert_eq!(daemon.get::<CustomerCard>("/v1/customers/C0000").await.unwrap().name, "顾客0000", "until it is whole");
    hub.add_customer("C9999", "新客", "13900009999");
    hub.inner.lock().unwrap().break_snapshot_after = None;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
    assert_eq!(hub.inner.lock().unwrap().n_snapshot_pages - before, 10, "901 entities in pages of a hundred");
    assert_eq!(daemon.get::<CustomerCard>("/v1/customers/C0000").await.unwrap().name, "改名");
}

#[tokio::test]
async fn a_hub_of_an_older_version_is_pulled_from_by_its_changes() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(250);
    hub.inner.lock().unwrap().is_old = true;
    let _serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    hub.forge("改名");
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error, sync.guide_feed.digest), (None, hub.digest().1));
    assert!(!sync.is_waiting, "it does not wait either");
}

#[tokio::test]
async fn an_op_that_the_hub_acknowledged_and_lost_is_sent_again_without_a_sign_from_the_hub() {
    let (_home, hub, _serving, daemon) = enrolled(3).await;
    let lost: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    hub.inner.lock().unwrap().changes_fail = true;
    daemon.sync_now().await;
    assert_eq!(hub.facts(), [lost.op_id]);
    // a copy from before the push is put back, and another terminal writes: the same head, equal digests later on
    hub.lose_quietly();
    hub.add_customer("C9999", "新客", "13900009999");
    hub.inner.lock().unwrap().changes_fail = false;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error, sync.state), (None, SavedState::Received));
    assert_eq!(hub.facts(), [lost.op_id]);
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), hub.digest());
}

#[tokio::test]
async fn a_revoked_terminal_erases_what_it_fetched_and_keeps_what_it_recorded() {
    let (home, hub, _serving, daemon) = enrolled(2).await;
    hub.inner.lock().unwrap().revoked = true;
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, sync.n_unsent), (SavedState::Attention, 1));
    assert_eq!(sync.last_error.unwrap().code, "revoked");
    eventually("the erasure", async || daemon.today().await.tasks.is_empty().then_some(())).await;
    let found: CustomerList = daemon.get("/v1/customers?q=").await.unwrap();
    assert_eq!(found.n_all, 0, "nobody's data are kept");
    let guide = home.path().join("data/guides/G1");
    eventually("the cache", async || (!guide.join("cache/db").exists()).then_some(())).await;
    assert!(guide.join("outbox/journal-1.log").metadata().unwrap().len() > 200, "what was recorded is");
    daemon.enroll(&hub).await;
    hub.inner.lock().unwrap().revoked = false;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, sync.n_unsent, hub.facts().len()), (SavedState::Received, 0, 1), "enrolled again");
    let request = EnrollLocalRequest::new(&hub.url(), crate::support::hub::CODE);
    let refused = daemon.post::<Status>("/v1/enroll", &request).await.unwrap_err();
    assert_eq!(refused.code, "already_enrolled");
}

#[tokio::test]
async fn a_busy_hub_is_asked_again_with_the_same_op() {
    let (_home, hub, _serving, daemon) = enrolled(1).await;
    hub.inner.lock().unwrap().busy = 1;
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    eventually("the second push", async || (hub.facts() == [saved.op_id]).then_some(())).await;
    assert_eq!(hub.inner.lock().unwrap().received.len(), 1);
}

#[tokio::test]
async fn a_wrong_code_or_address_enrols_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(1);
    let serving = hub.serve().await;
    let daemon = Daemon::start(home.path()).await;
    let enroll = async |url: String, code: &str| {
        let request = EnrollLocalRequest::new(&url, code);
        daemon.post::<Status>("/v1/enroll", &request).await.map_err(|problem| problem.code)
    };
    assert_eq!(enroll(hub.url(), "1").await.unwrap_err(), "wrong_code");
    assert_eq!(enroll("http://hub.example".to_owned(), "1").await.unwrap_err(), "bad_request");
    serving.stop().await;
    assert_eq!(enroll(hub.url(), crate::support::hub::CODE).await.unwrap_err(), "hub_unreachable");
    assert!(!home.path().join("data/guides/G1").exists());
    let _serving = hub.serve().await;
    assert!(enroll(hub.url(), crate::support::hub::CODE).await.unwrap().guide.is_some());
    assert_eq!(enroll(hub.url(), crate::support::hub::CODE).await.unwrap_err(), "already_enrolled");
    daemon.kill();
    let text = crate::support::command(home.path(), &["run"]).output().unwrap();
    assert!(String::from_utf8_lossy(&text.stderr).contains("enrolled for training"), "{text:?}");
}

#[tokio::test]
async fn a_damaged_cache_is_fetched_again_and_unsent_ops_are_still_sent() {
    let (home, mut hub, serving, daemon) = enrolled(3).await;
    serving.stop().await;
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.kill();
    std::fs::write(home.path().join("data/guides/G1/cache/FORMAT"), "garbage").unwrap();
    let _serving = hub.serve().await;
    let daemon = Daemon::start(home.path()).await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.n_unsent, sync.state), (0, SavedState::Attention), "damage is shown");
    assert_eq!(hub.facts(), [saved.op_id]);
    assert_eq!(daemon.today().await.tasks.len(), 2);
    assert!(home.path().join("data/guides/G1/quarantine").exists());
}

#[tokio::test]
async fn a_new_epoch_with_the_same_content_is_adopted_without_a_full_pull() {
    let (_home, hub, _serving, daemon) = enrolled(20).await;
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    daemon.sync_now().await;
    let n_sent = hub.inner.lock().unwrap().n_sent;
    hub.begin_epoch("e3");
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error, sync.guide_feed.epoch.as_deref()), (None, Some("e3")));
    assert_eq!(hub.inner.lock().unwrap().n_sent, n_sent);
    let n_pushed = hub.inner.lock().unwrap().received.iter().filter(|op| op.op_id == saved.op_id).count();
    assert_eq!(n_pushed, 2, "kept ops are pushed again in a new epoch");
    assert_eq!(hub.facts(), [saved.op_id]);
}
