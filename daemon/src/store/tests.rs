use std::path::Path;

use guide_common::id::CustomerId;
use guide_common::wire::hub::{DigestKey, FeedDigest, Item, ItemOp};
use serde_json::value::RawValue;

use super::*;

pub(super) fn keys() -> DigestKeys {
    DigestKeys { guide: DigestKey([1; 16]), shared: DigestKey([2; 16]) }
}

pub(super) fn open(folder: &Path) -> Store {
    Store::open(&folder.join("cache"), &folder.join("quarantine"), &keys(), Seals::known(), None).unwrap().store
}

pub(super) fn item(seq: u64, kind: &str, id: &str, customer: Option<&str>, body: &str) -> Item {
    Item {
        seq,
        kind: kind.to_owned(),
        id: id.to_owned(),
        customer: customer.map(|id| CustomerId::new(id).unwrap()),
        rev: seq,
        op: ItemOp::Put,
        body: Some(RawValue::from_string(body.to_owned()).unwrap()),
    }
}

fn tombstone(seq: u64, kind: &str, id: &str) -> Item {
    Item { op: ItemOp::Del, body: None, ..item(seq, kind, id, None, "1") }
}

pub(super) const HEAD: PageHead<'static> = PageHead { epoch: "e1" };

pub(super) fn ids(store: &Store) -> Vec<String> {
    let mut ids = Vec::new();
    store
        .each_customer(|id, items| {
            ids.push(format!("{id}:{}", items.len()));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    ids
}

pub(super) fn page() -> Vec<Item> {
    vec![
        item(1, "customer", "C1", Some("C1"), r#"{"id":"C1",  "name":"x"}"#),
        item(2, "customer", "C10", None, r#"{"id":"C10"}"#),
        item(3, "purchase", "p1", Some("C1"), "{}"),
        item(4, "horoscope", "h1", Some("C1"), "[1]"),
        item(5, "guide", "G1", None, "{}"),
    ]
}

#[test]
fn a_page_is_kept_byte_for_byte_and_customers_lie_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let changed = store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    assert_eq!(changed.len(), 2);
    assert_eq!(ids(&store), ["C1:3", "C10:1"]);
    let c1 = store.customer(&CustomerId::new("C1").unwrap()).unwrap();
    assert_eq!(c1[0].value.body, r#"{"id":"C1",  "name":"x"}"#);
    assert_eq!(store.without_customer(FeedName::Guide).unwrap().len(), 1);
    assert!(!folder.path().join("cache/db/blobs").read_dir().is_ok_and(|mut entries| entries.next().is_some()));
}

#[test]
fn applying_a_page_twice_is_applying_it_once_and_the_digest_is_that_of_what_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    let cursor = store.cursor(FeedName::Guide).unwrap();
    assert_eq!((cursor.seq, cursor.n_live, cursor.epoch.as_deref()), (5, 5, Some("e1")));
    assert!(store.apply(FeedName::Guide, HEAD, &page()).unwrap().is_empty());
    assert_eq!(store.cursor(FeedName::Guide).unwrap(), cursor);
    store
        .apply(
            FeedName::Guide,
            HEAD,
            &[
                item(6, "purchase", "p1", Some("C1"), "{\"n\":1}"),
                item(7, "purchase", "p1", Some("C1"), "{\"n\":2}"),
                tombstone(8, "horoscope", "h1"),
                tombstone(9, "customer", "C10"),
                tombstone(10, "purchase", "unknown"),
            ],
        )
        .unwrap();
    let cursor = store.cursor(FeedName::Guide).unwrap();
    assert_eq!((cursor.n_live, cursor.digest), store.recount(FeedName::Guide).unwrap());
    assert_eq!((cursor.seq, cursor.n_live), (10, 3));
    assert_eq!(ids(&store), ["C1:2"]);
}

#[test]
fn a_body_of_any_length_survives_and_leaves_no_parts_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let long = format!("\"{}\"", "长".repeat(50_000));
    store
        .apply(FeedName::Guide, HEAD, &[item(1, "x", "1", Some("C1"), &long), item(2, "x", "2", Some("C1"), "0")])
        .unwrap();
    let id = CustomerId::new("C1").unwrap();
    assert_eq!(store.customer(&id).unwrap()[0].value.body, long);
    assert_eq!(ids(&store), ["C1:2"]);
    store.apply(FeedName::Guide, HEAD, &[item(3, "x", "1", Some("C1"), "1")]).unwrap();
    assert_eq!(store.customer(&id).unwrap()[0].value.body, "1");
    let cursor = store.cursor(FeedName::Guide).unwrap();
    assert_eq!((cursor.n_live, cursor.digest), store.recount(FeedName::Guide).unwrap());
    assert!(
        store
            .handle
            .trees()
            .unwrap()
            .generation(FeedName::Guide)
            .tree
            .iter()
            .keys()
            .all(|key| key.unwrap().len() <= 256)
    );
}

#[test]
fn a_large_page_is_applied_in_batches_each_with_its_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let items: Vec<Item> =
        (1..=700).map(|n| item(n, "purchase", &format!("p{n}"), Some(&format!("C{}", n % 50)), "{}")).collect();
    store.apply(FeedName::Guide, HEAD, &items).unwrap();
    let cursor = store.cursor(FeedName::Guide).unwrap();
    assert_eq!((cursor.seq, cursor.n_live), (700, 700));
    assert_eq!((cursor.n_live, cursor.digest), store.recount(FeedName::Guide).unwrap());
}

#[test]
fn a_new_generation_is_seen_only_when_it_is_switched_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    let generation = store.begin_generation(FeedName::Guide).unwrap();
    let head = PageHead { epoch: "e2" };
    store.apply_to(&generation, FeedName::Guide, head, &[item(1, "customer", "C2", None, "{}")]).unwrap();
    assert_eq!(ids(&store), ["C1:3", "C10:1"]);
    store.switch(FeedName::Guide, generation).unwrap();
    assert_eq!(ids(&store), ["C2:1"]);
    drop(store);
    let store = open(folder.path());
    assert_eq!(ids(&store), ["C2:1"]);
    assert_eq!(store.cursor(FeedName::Guide).unwrap().epoch.as_deref(), Some("e2"));
}

#[test]
fn an_unfinished_generation_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let generation = store.begin_generation(FeedName::Guide).unwrap();
    store.apply_to(&generation, FeedName::Guide, HEAD, &page()).unwrap();
    drop(generation);
    let again = store.begin_generation(FeedName::Guide).unwrap();
    assert_eq!(again.cursor().unwrap(), Cursor::default());
}

#[test]
fn an_unfinished_snapshot_does_not_brick_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.flush().unwrap();
    drop(store);
    std::fs::write(folder.path().join("cache/db/snap.ffffffffffffffff.generating"), b"half").unwrap();
    assert_eq!(ids(&open(folder.path())), ["C1:3", "C10:1"]);
}

#[test]
fn a_damaged_cache_is_set_aside_and_an_empty_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.condemn();
    drop(store);
    let opened =
        Store::open(&folder.path().join("cache"), &folder.path().join("quarantine"), &keys(), Seals::known(), None)
            .unwrap();
    assert!(opened.quarantined.unwrap().join("db/db").exists());
    assert!(ids(&opened.store).is_empty());
    assert_eq!(opened.store.cursor(FeedName::Guide).unwrap(), Cursor::default());
}

#[test]
fn a_filled_cache_that_was_cut_short_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    assert!(store.note_pulled().unwrap() && !store.note_pulled().unwrap());
    drop(store);
    let file = std::fs::File::options().write(true).open(folder.path().join("cache/db/db")).unwrap();
    // sled opens what is left and says nothing
    file.set_len(600).unwrap();
    let opened =
        Store::open(&folder.path().join("cache"), &folder.path().join("quarantine"), &keys(), Seals::known(), None)
            .unwrap();
    assert!(opened.quarantined.is_some());
    assert!(!opened.store.was_pulled().unwrap());
}

#[test]
fn a_cache_of_a_newer_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    std::fs::write(folder.path().join("cache/FORMAT"), br#"{"schema":9,"min_reader":9}"#).unwrap();
    let opened =
        Store::open(&folder.path().join("cache"), &folder.path().join("quarantine"), &keys(), Seals::known(), None);
    assert!(matches!(opened, Err(StoreError::Newer { schema: 9, .. })));
    assert!(!folder.path().join("quarantine").exists());
}

#[test]
fn a_task_that_has_gone_stays_in_the_sheet_as_it_was_issued() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let day = "2026-08-12".parse().unwrap();
    let id = CustomerId::new("C1").unwrap();
    let task = guide_common::wire::local::TaskRow {
        id: guide_common::id::TaskId(1),
        customer: id.clone(),
        name: "x".to_owned(),
        tier: guide_common::customer::Tier::S,
        score: 0,
        terms: Vec::new(),
        channel: guide_common::outcome::Channel::Phone,
        rush: None,
        dues: Vec::new(),
    };
    let row = SheetRow { task: Some(task.clone()), open: true, ..SheetRow::default() };
    store.put_sheet(day, &[(id.clone(), row)]).unwrap();
    store.put_sheet(day, &[(id.clone(), SheetRow::default())]).unwrap();
    assert_eq!(store.sheet(day).unwrap(), [(id, SheetRow { task: Some(task), ..SheetRow::default() })]);
    assert!(store.sheet(day.succ_opt().unwrap()).unwrap().is_empty());
    store.prune_sheets("2026-10-01".parse().unwrap()).unwrap();
    assert!(store.sheet(day).unwrap().is_empty());
}

#[test]
fn the_digest_of_nothing_is_zero() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(open(folder.path()).recount(FeedName::Shared).unwrap(), (0, FeedDigest::default()));
}
