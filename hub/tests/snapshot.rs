//! Snapshots and inventories: all that lives, in bounded pages, and counted again from the rows.

use std::collections::BTreeMap;

use guide_common::wire::hub::{
    ChangesResponse, FeedDigest, InventoryResponse, Item, ItemOp, SnapshotResponse, item_hash,
};
use guide_hub::db::feed::{Change, Feed};
use hyper::StatusCode;
use serde::de::DeserializeOwned;

use crate::support::{TODAY, Terminal, TestDb, TestHub, assign, at_head};

async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let mut csv = "customer_id,purchased_on,amount\n".to_owned();
    (1..=30).for_each(|n| csv += &format!("C{n},2026-08-10,{n}00\n"));
    test.import(csv).await;
    let ids: Vec<String> = (1..=20).map(|n| format!("C{n}")).collect();
    assign(&test, &ids.iter().map(String::as_str).collect::<Vec<_>>(), "G1").await;
    assign(&test, &["C21", "C22"], "G2").await;
    TestHub::serve(test).await
}

async fn ask<T: DeserializeOwned>(terminal: &Terminal, path: &str) -> T {
    let answer = terminal.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn path(feed: &str, limit: usize, after: Option<&str>) -> String {
    let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
    format!("/v1/snapshot?feed={feed}&limit={limit}{after}")
}

/// Writes entities past every rule.
async fn write(hub: &TestHub, changes: Vec<Change>) {
    let mut tx = hub.test_db.db.begin().await.unwrap();
    let mut feed = Feed::lock_known(&mut tx, "G1").await.unwrap();
    feed.apply(&mut tx, changes).await.unwrap();
    guide_hub::db::commit(tx).await.unwrap();
}

/// What a terminal holds: an item is taken over when its revision is higher.
#[derive(Default)]
struct Held(BTreeMap<(String, String), (u64, u64)>);

impl Held {
    fn take(&mut self, terminal: &Terminal, items: &[Item]) {
        let key = &terminal.enrolled.digest_keys.guide;
        for item in items {
            let name = (item.kind.clone(), item.id.clone());
            if self.0.get(&name).is_some_and(|(rev, _)| *rev >= item.rev) {
                continue;
            }
            match item.op {
                ItemOp::Put => {
                    let hash = item_hash(key, &item.kind, &item.id, item.rev, item.body.as_ref().unwrap().get());
                    self.0.insert(name, (item.rev, hash));
                }
                ItemOp::Del => {
                    self.0.remove(&name);
                }
            }
        }
    }

    fn sum(&self) -> (u64, FeedDigest) {
        let digest = self.0.values().fold(FeedDigest::default(), |digest, (_, hash)| digest.with(*hash));
        (self.0.len() as u64, digest)
    }
}

#[tokio::test]
async fn a_snapshot_holds_everything_that_lives_once_and_customers_together() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    terminal.push(&[terminal.outcome("C3", TODAY, |_| {}), terminal.outcome("C11", TODAY, |_| {})]).await;
    assign(&hub.test_db, &["C20"], "G2").await;
    let (state, _) = at_head(&terminal, "guide").await;
    for limit in [1, 7, 1_000] {
        let (mut items, mut after) = (Vec::<Item>::new(), None);
        loop {
            let page: SnapshotResponse = ask(&terminal, &path("guide", limit, after.as_deref())).await;
            assert_eq!((&page.epoch, page.head, page.n_live), (&state.epoch, state.head, state.n_live));
            assert!(page.items.len() <= limit);
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut held = Held::default();
        held.take(&terminal, &items);
        assert_eq!(held.sum(), (state.n_live, state.digest), "pages of {limit}");
        assert_eq!(items.len() as u64, state.n_live, "nothing comes twice");
        assert!(items.iter().all(|item| item.op == ItemOp::Put && item.body.is_some()));
        let mut customers: Vec<_> = items.iter().map(|item| item.customer.clone()).collect();
        customers.dedup();
        let n_runs = customers.len();
        customers.sort();
        customers.dedup();
        assert_eq!(customers.len(), n_runs, "a customer's items come together");
    }
    let shared: SnapshotResponse = ask(&terminal, &path("shared", 1_000, None)).await;
    assert!(shared.items.iter().all(|item| item.kind == "colleague") && shared.items.len() == 2);
    terminal.get("/v1/snapshot?feed=guide&after=00").await.check_problem(400, "bad_request");
    terminal.get("/v1/snapshot?feed=G2").await.check_problem(400, "bad_request");
}

#[tokio::test]
async fn a_snapshot_and_the_changes_from_its_first_head_on_are_the_feed_whatever_changed_meanwhile() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let mut held = Held::default();
    let (mut after, mut first_head, mut n) = (None, None, 0);
    loop {
        let page: SnapshotResponse = ask(&terminal, &path("guide", 6, after.as_deref())).await;
        first_head.get_or_insert(page.head);
        held.take(&terminal, &page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
        n += 1;
        match n {
            1 => assign(&hub.test_db, &["C1", "C9"], "G2").await,
            2 => assign(&hub.test_db, &["C21", "C1"], "G1").await,
            _ => {
                terminal.push(&[terminal.outcome("C2", TODAY, |_| {})]).await;
            }
        }
    }
    let (mut since, mut last) = (first_head.unwrap(), None);
    while last.as_ref().is_none_or(|page: &ChangesResponse| page.more) {
        let (state, _) = at_head(&terminal, "guide").await;
        let path = format!("/v1/changes?feed=guide&epoch={}&since={since}&limit=5", state.epoch);
        let page: ChangesResponse = ask(&terminal, &path).await;
        held.take(&terminal, &page.items);
        since = page.items.last().map_or(since, |item| item.seq);
        last = Some(page);
    }
    let last = last.unwrap();
    assert_eq!(held.sum(), (last.n_live, last.digest));
}

#[tokio::test]
async fn a_page_of_a_snapshot_holds_a_mebibyte_or_one_larger_item() {
    let hub = hub().await;
    let body = |n: usize| serde_json::to_string(&"长".repeat(n)).unwrap();
    let mut changes: Vec<Change> =
        (0..4).map(|n| Change::put("fact", &format!("big{n}"), "C1", body(200_000))).collect();
    changes.push(Change::put("fact", "huge", "C2", body(500_000)));
    write(&hub, changes).await;
    let terminal = hub.terminal("G1").await;
    let (mut n_items, mut after, mut alone) = (0, None, false);
    loop {
        let page: SnapshotResponse = ask(&terminal, &path("guide", 1_000, after.as_deref())).await;
        let n_bytes: usize = page.items.iter().map(|item| item.body.as_ref().unwrap().get().len()).sum();
        assert!(n_bytes <= 1024 * 1024 || page.items.len() == 1, "{n_bytes} bytes");
        alone |= n_bytes > 1024 * 1024;
        n_items += page.items.len() as u64;
        after = page.next;
        if after.is_none() {
            assert_eq!(n_items, page.n_live);
            break;
        }
    }
    assert!(alone, "the larger one stood alone");
}

#[tokio::test]
async fn an_inventory_is_counted_from_the_rows_and_shows_what_the_feed_s_row_hides() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let op = terminal.outcome("C3", TODAY, |_| {});
    terminal.push(std::slice::from_ref(&op)).await;
    let sum = |inventory: &InventoryResponse| {
        let digest = inventory.kinds.iter().fold(FeedDigest::default(), |sum, kind| sum.with(kind.digest.0));
        (inventory.kinds.iter().map(|kind| kind.n).sum::<u64>(), digest)
    };
    let before: InventoryResponse = ask(&terminal, "/v1/inventory?feed=guide").await;
    assert_eq!(sum(&before), (before.n_live, before.digest));
    let counts: Vec<(&str, u64)> = before.kinds.iter().map(|kind| (kind.kind.as_str(), kind.n)).collect();
    assert_eq!(counts, [("customer", 20), ("fact", 1), ("guide", 1), ("purchase", 20)]);
    let listed: InventoryResponse = ask(&terminal, "/v1/inventory?feed=guide&kind=fact").await;
    assert!(listed.kinds.is_empty() && !listed.more && listed.entries[0].id == op.op_id.to_string());
    // a row that changed behind the hub's back
    let mut conn = hub.test_db.db.conn().await.unwrap();
    let forge = sqlx::query("UPDATE entity SET body = '{}' WHERE guide_id = 'G1' AND kind = 'fact'");
    assert_eq!(forge.execute(&mut *conn).await.unwrap().rows_affected(), 1);
    drop(conn);
    let after: InventoryResponse = ask(&terminal, "/v1/inventory?feed=guide").await;
    assert_eq!(after.digest, before.digest);
    assert_ne!(sum(&after).1, after.digest);
    let relisted: InventoryResponse = ask(&terminal, "/v1/inventory?feed=guide&kind=fact").await;
    assert_ne!(relisted.entries[0].hash, listed.entries[0].hash);
    let none: InventoryResponse = ask(&terminal, "/v1/inventory?feed=shared&kind=nothing").await;
    assert!(none.entries.is_empty() && none.n_live == 2);
}

#[tokio::test]
async fn a_kind_is_listed_in_pages_without_gap_or_repetition() {
    let hub = hub().await;
    let put = |n: u32| Change::put("fact", &format!("f{:04}", n * 7 % 4_500), "C1", format!("{{\"n\":{n}}}"));
    write(&hub, (0..4_500).map(put).collect()).await;
    let terminal = hub.terminal("G1").await;
    let (mut ids, mut digest, mut after) = (Vec::new(), FeedDigest::default(), String::new());
    loop {
        let page: InventoryResponse = ask(&terminal, &format!("/v1/inventory?feed=guide&kind=fact{after}")).await;
        assert!(page.entries.len() <= 2_000);
        digest = page.entries.iter().fold(digest, |digest, entry| digest.with(entry.hash.0));
        ids.extend(page.entries.into_iter().map(|entry| entry.id));
        if !page.more {
            break;
        }
        after = format!("&after={}", ids.last().unwrap());
    }
    let expected: Vec<String> = (0..4_500).map(|n| format!("f{n:04}")).collect();
    assert_eq!(ids, expected);
    let counted: InventoryResponse = ask(&terminal, "/v1/inventory?feed=guide").await;
    let facts = counted.kinds.iter().find(|kind| kind.kind == "fact").unwrap();
    assert_eq!((facts.n, facts.digest), (4_500, digest));
}
