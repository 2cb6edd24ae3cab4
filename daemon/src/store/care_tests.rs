//! A cache that is opened, checked, brought forward, rewritten and opened again.

use std::path::Path;

use super::tests::*;
use super::*;

fn cache(folder: &Path) -> std::path::PathBuf {
    folder.join("cache")
}

/// A filled cache, stopped cleanly.
fn closed(folder: &Path) {
    let store = open(folder);
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.note_pulled().unwrap();
    store.close().unwrap();
}

fn hashes(folder: &Path) -> Vec<(std::path::PathBuf, u32, std::time::SystemTime)> {
    let files = files::walk(folder).unwrap().into_iter();
    files
        .map(|(path, found)| (path.clone(), crc32c::crc32c(&std::fs::read(&path).unwrap()), found.modified().unwrap()))
        .collect()
}

fn checker(exit: i32) -> Option<Checker> {
    Some(Checker::shell(&format!("exit {exit}")))
}

fn open_with(folder: &Path, checker: Option<Checker>) -> Opened {
    Store::open(&cache(folder), &folder.join("quarantine"), &keys(), Seals::known(), checker).unwrap()
}

#[test]
fn a_start_after_a_clean_stop_is_not_scanned_and_one_after_a_kill_is() {
    let folder = tempfile::tempdir().unwrap();
    closed(folder.path());
    let opened = open_with(folder.path(), checker(3));
    assert!(opened.quarantined.is_none(), "nobody asked the checker");
    drop(opened);
    let opened = open_with(folder.path(), checker(3));
    assert!(opened.quarantined.is_some(), "the mark was taken away at the start before");
}

#[test]
fn a_file_that_changed_after_a_clean_stop_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    closed(folder.path());
    let file = std::fs::File::options().write(true).open(cache(folder.path()).join("db/db")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert!(open_with(folder.path(), checker(3)).quarantined.is_some());
}

#[test]
fn a_cache_that_another_version_of_the_program_closed_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    closed(folder.path());
    let mut format = format::Format::read(&cache(folder.path())).unwrap().unwrap();
    format.program = "0.0.9".to_owned();
    format.write(&cache(folder.path())).unwrap();
    assert!(open_with(folder.path(), checker(0)).quarantined.is_none());
    assert_eq!(format::Format::read(&cache(folder.path())).unwrap().unwrap().program, format::PROGRAM);
    closed(folder.path());
    format.write(&cache(folder.path())).unwrap();
    assert!(open_with(folder.path(), checker(3)).quarantined.is_some());
}

#[test]
fn a_scan_notices_an_item_that_was_not_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    let trees = store.handle.trees().unwrap();
    let (at, bytes) =
        value::encode(&Seals::known(), FeedName::Guide, &key::item(None, "x", "1").unwrap(), (1, 1), "{}")
            .unwrap()
            .remove(0);
    trees.generation(FeedName::Guide).tree.insert(at, bytes).unwrap();
    trees.write_out().unwrap();
    drop((trees, store));
    assert!(open_with(folder.path(), None).quarantined.is_some());
}

#[test]
fn a_newer_cache_is_refused_and_left_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    closed(folder.path());
    let format =
        format::Format { schema: 9, min_reader: 9, ..format::Format::read(&cache(folder.path())).unwrap().unwrap() };
    format.write(&cache(folder.path())).unwrap();
    let before = hashes(folder.path());
    for _ in 0..2 {
        assert!(matches!(refuse_newer(&cache(folder.path())), Err(StoreError::Newer { schema: 9, .. })));
        let opened =
            Store::open(&cache(folder.path()), &folder.path().join("quarantine"), &keys(), Seals::known(), None);
        assert!(matches!(opened, Err(StoreError::Newer { schema: 9, .. })));
    }
    assert_eq!(hashes(folder.path()), before);
}

#[test]
fn a_damaged_format_is_no_newer_version() {
    let folder = tempfile::tempdir().unwrap();
    closed(folder.path());
    let path = files::format(&cache(folder.path()));
    let clean = std::fs::read(&path).unwrap();
    for byte in 0..clean.len() {
        for bit in 0..8 {
            let mut bytes = clean.clone();
            bytes[byte] ^= 1 << bit;
            std::fs::write(&path, &bytes).unwrap();
            assert!(refuse_newer(&cache(folder.path())).is_ok(), "byte {byte} bit {bit}");
        }
    }
}

fn mark(_: &Seals, tree: &str, key: &[u8], value: &[u8]) -> Result<Option<value::Entry>, StoreError> {
    Ok((tree != "sheets").then(|| (key.to_vec(), [value, b"!"].concat())))
}

#[test]
fn an_older_cache_is_brought_forward_step_by_step_and_one_too_old_begins_anew() {
    const NEXT: format::Layout = format::Layout { schema: 4, steps: &[(2, mark), (3, mark)] };
    const FAR: format::Layout = format::Layout { schema: 6, steps: &[(5, mark)] };
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let trees = store.handle.trees().unwrap();
    trees.meta.insert("k", "v").unwrap();
    trees.sheets.insert("k", "v").unwrap();
    drop(trees);
    store.close().unwrap();
    drop(store);
    let (folder, keys, seals) = (folder.path(), keys(), Arc::new(Seals::known()));
    let (at, quarantine) = (cache(folder), folder.join("quarantine"));
    let open_as = |layout| {
        let place =
            open::Place { folder: &at, quarantine: &quarantine, keys: &keys, seals: &seals, checker: None, layout };
        place.open_scanned().unwrap()
    };
    let (trees, aside) = open_as(NEXT);
    assert!(aside.is_none());
    assert_eq!(trees.meta.get("k").unwrap().unwrap(), b"v!!");
    assert!(trees.sheets.get("k").unwrap().is_none());
    drop(trees);
    let format = format::Format::read(&at).unwrap().unwrap();
    assert_eq!((format.schema, format.db.as_str()), (4, "db-1"));
    assert!(!folder.join("cache/db").exists());
    let (trees, aside) = open_as(FAR);
    assert!(aside.is_some() && trees.meta.get("k").unwrap().is_none());
}

/// A cache as the version before sealing wrote it: every value open, under the same keys.
fn open_as_before(folder: &Path) {
    let store = open(folder);
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    let long = format!("{:?}", "王小明".repeat(9_000));
    store.apply(FeedName::Guide, HEAD, &[item(6, "fact", "f1", Some("C1"), &long)]).unwrap();
    store.note_pulled().unwrap();
    let trees = store.handle.trees().unwrap();
    let generation = trees.generation(FeedName::Guide);
    for entry in generation.tree.iter() {
        let (key, value) = entry.unwrap();
        let n_head = if key::is_part(&key) { 0 } else { 20 };
        if *key != *key::CURSOR {
            let place = seals::Place::of_feed(FeedName::Guide, &key, &value[..n_head]);
            let body = store.seals.open(place, &value[n_head..]).unwrap();
            generation.tree.insert(&key, [&value[..n_head], &body].concat()).unwrap();
        }
    }
    trees.write_out().unwrap();
    drop((generation, trees));
    store.flush().unwrap();
    let format = format::Format::read(&cache(folder)).unwrap().unwrap();
    format::Format { schema: 1, min_reader: 1, ..format }.write(&cache(folder)).unwrap();
}

fn holds(folder: &Path, text: &str) -> bool {
    let holds = |path: &Path| std::fs::read(path).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes());
    files::walk(folder).unwrap().iter().any(|(path, _)| holds(path))
}

#[test]
fn a_cache_that_lay_open_is_sealed_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    open_as_before(folder.path());
    assert!(holds(folder.path(), "王小明"));
    let store = open(folder.path());
    let cursor = store.cursor(FeedName::Guide).unwrap();
    assert_eq!((cursor.n_live, cursor.digest), store.recount(FeedName::Guide).unwrap());
    assert_eq!(ids(&store), ["C1:4", "C10:1"]);
    store.close().unwrap();
    drop(store);
    assert!(!holds(folder.path(), "王小明") && !holds(folder.path(), r#""name":"x""#));
}

#[test]
fn a_locked_cache_opens_counts_and_takes_answers_and_reads_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.put_n_customers(2).unwrap();
    store.close().unwrap();
    drop(store);
    let key = crate::vault::Key::from_bytes(&[7; 32]).unwrap();
    let seals = Seals::locked(crate::vault::Sealer::new(&key.derive("answers", None)));
    let opened = Store::open(&cache(folder.path()), &folder.path().join("quarantine"), &keys(), seals, None).unwrap();
    let store = opened.store;
    assert_eq!(store.n_customers().unwrap(), 2);
    assert!(store.acks().unwrap().is_empty());
    assert!(matches!(store.customer(&guide_common::id::CustomerId::new("C1").unwrap()), Err(StoreError::Locked)));
    assert!(matches!(
        store.apply(FeedName::Guide, HEAD, &[item(9, "guide", "G2", None, "{}")]),
        Err(StoreError::Locked)
    ));
    assert!(!store.is_unwell(), "to be locked is no fault");
    store.seals().unlock(&key);
    assert_eq!(ids(&store), ["C1:3", "C10:1"]);
}

const SMALL: rewrite::Bounds = rewrite::Bounds { min_bytes: 0, max_percent: 100 };

#[test]
fn a_long_log_is_rewritten_into_a_new_folder_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.note_pulled().unwrap();
    let body = format!("\"{}\"", "x".repeat(20_000));
    for n in 10..400 {
        store.apply(FeedName::Guide, HEAD, &[item(n, "purchase", "p1", Some("C1"), &body)]).unwrap();
    }
    let cursor = store.cursor(FeedName::Guide).unwrap();
    let done = store.tidy(SMALL).unwrap().unwrap();
    // both are whole segments of half a MiB, and how many were written by now is up to sled
    assert!(done.after < done.before / 4 * 3, "{done:?}");
    assert!(!cache(folder.path()).join("db").exists() && cache(folder.path()).join("db-1").exists());
    assert_eq!(store.cursor(FeedName::Guide).unwrap(), cursor);
    assert_eq!((cursor.n_live, cursor.digest), store.recount(FeedName::Guide).unwrap());
    store.apply(FeedName::Guide, HEAD, &[item(500, "purchase", "p2", Some("C1"), "{}")]).unwrap();
    store.close().unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(ids(&store), ["C1:4", "C10:1"]);
    assert!(store.was_pulled().unwrap());
}

#[test]
fn a_rewrite_cut_short_at_any_point_leaves_one_good_cache() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.flush().unwrap();
    drop(store);
    // before the switch: the new folder is half there
    std::fs::create_dir(cache(folder.path()).join("db-1")).unwrap();
    std::fs::write(cache(folder.path()).join("db-1/db"), b"half").unwrap();
    assert_eq!(ids(&open(folder.path())), ["C1:3", "C10:1"]);
    assert!(!cache(folder.path()).join("db-1").exists());
    // after it: the old folder is still there
    let store = open(folder.path());
    store.tidy(SMALL).unwrap().unwrap();
    drop(store);
    std::fs::create_dir(cache(folder.path()).join("db")).unwrap();
    std::fs::write(cache(folder.path()).join("db/db"), b"old").unwrap();
    assert_eq!(ids(&open(folder.path())), ["C1:3", "C10:1"]);
    assert!(!cache(folder.path()).join("db").exists());
}

#[test]
fn a_generation_that_is_being_filled_is_neither_rewritten_nor_lost() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    let generation = store.begin_generation(FeedName::Guide).unwrap();
    assert_eq!(store.tidy(SMALL).unwrap(), None);
    store.apply_to(&generation, FeedName::Guide, HEAD, &[item(1, "customer", "C2", None, "{}")]).unwrap();
    store.switch(FeedName::Guide, generation).unwrap();
    store.tidy(SMALL).unwrap().unwrap();
    assert_eq!(ids(&store), ["C2:1"]);
}

#[test]
fn damage_found_while_it_is_read_empties_the_cache_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    let trees = store.handle.trees().unwrap();
    trees.generation(FeedName::Guide).tree.insert(key::item(None, "x", "1").unwrap(), b"short").unwrap();
    drop(trees);
    assert!(!store.is_unwell());
    assert!(matches!(store.without_customer(FeedName::Guide), Err(StoreError::Damaged(_))));
    assert!(store.is_unwell() && store.is_damaged());
    let aside = store.reopen().unwrap().unwrap();
    assert!(aside.join("db/db").exists());
    assert!(!store.is_unwell());
    assert_eq!(store.cursor(FeedName::Guide).unwrap(), Cursor::default());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    assert_eq!(ids(&store), ["C1:3", "C10:1"]);
}

#[test]
fn a_generation_of_an_earlier_opening_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let generation = store.begin_generation(FeedName::Guide).unwrap();
    assert!(matches!(store.reopen(), Err(StoreError::Closed)), "it is in use");
    let mut stale = generation;
    stale._fill = None;
    store.condemn();
    store.reopen().unwrap();
    let gone = store.apply_to(&stale, FeedName::Guide, HEAD, &page());
    assert!(matches!(gone, Err(StoreError::Closed)), "its tree lies in the quarantine");
    assert!(matches!(store.switch(FeedName::Guide, stale), Err(StoreError::Closed)));
    assert!(ids(&store).is_empty());
}

#[test]
fn a_page_behind_the_end_of_its_file_is_damage_and_a_missing_right_is_none() {
    let fault = |kind: std::io::ErrorKind| sled_fault("reading")(sled::Error::Io(kind.into()));
    assert!(matches!(fault(std::io::ErrorKind::UnexpectedEof), StoreError::Damaged(_)));
    assert!(matches!(fault(std::io::ErrorKind::InvalidData), StoreError::Damaged(_)));
    assert!(matches!(fault(std::io::ErrorKind::NotFound), StoreError::Damaged(_)));
    assert!(matches!(fault(std::io::ErrorKind::PermissionDenied), StoreError::Sled { .. }));
    assert!(matches!(fault(std::io::ErrorKind::StorageFull), StoreError::Full { .. }));
}

#[test]
fn a_cache_whose_log_names_a_file_that_a_power_cut_took_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.apply(FeedName::Guide, HEAD, &page()).unwrap();
    store.note_pulled().unwrap();
    let trees = store.handle.trees().unwrap();
    // long enough for a file of its own
    trees.meta.insert("long", vec![7; 4 << 20]).unwrap();
    drop(trees);
    store.close().unwrap();
    drop(store);
    // from now on its snapshot names the file
    open(folder.path()).close().unwrap();
    let blobs = cache(folder.path()).join("db/blobs");
    let files: Vec<_> = std::fs::read_dir(&blobs).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        std::fs::remove_file(file).unwrap();
    }
    let opened = open_with(folder.path(), None);
    assert!(opened.quarantined.is_some());
    assert_eq!(ids(&opened.store), [""; 0]);
}
