use std::fs;
use std::sync::atomic::Ordering;

use guide_common::fact::FactBody;
use guide_common::promise::Promise;

use super::*;
use crate::outbox::medium::Disk;
use crate::outbox::medium::faulty::{Fault, Faulty};

fn draft(text: &str) -> Draft {
    let on = "2026-08-12".parse().unwrap();
    Draft {
        op_id: OpId(uuid::Uuid::now_v7()),
        base_rev: None,
        at_wall: "2026-08-12T02:00:00Z".parse().unwrap(),
        at_mono: 5,
        group: None,
        customer: CustomerId::new("C1").unwrap(),
        body: OpBody::Fact(FactBody::Promise(Promise { on, text: text.to_owned(), item: None, due_on: on })),
    }
}

fn sealer() -> Sealer {
    Sealer::new(&crate::vault::Key::from_bytes(&[7; 32]).unwrap())
}

fn open_on(folder: &Path, medium: impl Medium + 'static) -> (Journal, Recovered) {
    Journal::open(folder, DeviceId::new("D1").unwrap(), sealer(), Box::new(medium)).unwrap()
}

fn open(folder: &Path) -> (Journal, Recovered) {
    open_on(folder, Disk)
}

fn seqs(recovered: &Recovered) -> Vec<u64> {
    recovered.ops.iter().map(|op| op.local_seq).collect()
}

#[test]
fn what_was_appended_is_there_after_a_restart_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, recovered) = open(folder.path());
    assert!(recovered.ops.is_empty());
    let saved = journal.append(vec![vec![draft("a")], vec![draft("b"), draft("c")]]).unwrap();
    assert_eq!(saved.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    let (mut journal, recovered) = open(folder.path());
    assert_eq!(seqs(&recovered), [1, 2, 3]);
    assert!(recovered.ops.iter().all(Op::hash_is_right));
    assert_eq!(journal.append(vec![vec![draft("d")]]).unwrap()[0][0].local_seq, 4);
}

#[test]
fn of_two_ops_with_one_number_the_later_stands() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [refused, answered] =
        folders.each_ref().map(|folder| open(folder.path()).0.append(vec![vec![draft("a")]]).unwrap()[0][0].op_id);
    fs::copy(segment_path(folders[1].path(), 1), segment_path(folders[0].path(), 2)).unwrap();
    let (_, recovered) = open(folders[0].path());
    let ids: Vec<OpId> = recovered.ops.iter().map(|op| op.op_id).collect();
    assert!(ids == [answered] && ids != [refused]);
}

#[test]
fn a_group_costs_one_sync() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    journal.append((0..32).map(|n| vec![draft(&format!("{n}"))]).collect()).unwrap();
    assert_eq!(journal.n_syncs, 1);
}

#[test]
fn a_torn_tail_is_cut_off_and_its_number_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    journal.append(vec![vec![draft("a")], vec![draft("b")]]).unwrap();
    let path = segment_path(folder.path(), 1);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let (mut journal, recovered) = open(folder.path());
    assert_eq!(seqs(&recovered), [1]);
    assert!(recovered.damaged.is_empty());
    assert_eq!(journal.append(vec![vec![draft("c")]]).unwrap()[0][0].local_seq, 2);
    assert_eq!(seqs(&open(folder.path()).1), [1, 2]);
}

#[test]
fn a_bad_record_in_the_middle_is_set_aside_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    for text in ["a", "b", "c"] {
        journal.append(vec![vec![draft(text)]]).unwrap();
    }
    // Windows renames nothing over a file that is open
    drop(journal);
    let path = segment_path(folder.path(), 1);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&path, &bytes).unwrap();
    let (_, recovered) = open(folder.path());
    assert_eq!(seqs(&recovered), [1, 3]);
    assert_eq!(recovered.n_missing, 1);
    assert_eq!(fs::read(&recovered.damaged[0]).unwrap(), bytes, "the copy holds every byte");
    let (_, again) = open(folder.path());
    assert_eq!(seqs(&again), [1, 3]);
    assert!(again.damaged.is_empty(), "a mended segment is not damaged");
    assert_eq!(again.n_missing, 1, "what is missing stays known");
}

#[test]
fn a_full_segment_is_followed_by_the_next_and_pruned_when_nothing_in_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let long = "x".repeat(20_000);
    while journal.current.number < 3 {
        journal.append(vec![vec![draft(&long)]]).unwrap();
    }
    let n_ops = journal.next_seq - 1;
    let first_of_second = open(folder.path()).0.closed[1].seqs[0];
    assert_eq!(journal.prune(|seq| seq == first_of_second).unwrap(), 1);
    let (mut journal, recovered) = open(folder.path());
    assert_eq!(seqs(&recovered), (first_of_second..=n_ops).collect::<Vec<_>>());
    assert_eq!(recovered.n_missing, 0, "a deleted segment is not missing");
    assert_eq!(journal.prune(|_| false).unwrap(), 1);
    assert_eq!(open(folder.path()).0.next_seq, n_ops + 1, "numbers are never used twice");
}

#[test]
fn a_full_disk_saves_nothing_and_goes_on_without_a_restart_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Faulty::default();
    let (mut journal, _) = open_on(folder.path(), disk.clone());
    journal.append(vec![vec![draft("a")]]).unwrap();
    disk.room.store(100, Ordering::SeqCst);
    for _ in 0..3 {
        assert!(matches!(journal.append(vec![vec![draft("b")]]), Err(JournalError::Full)));
    }
    assert_eq!(seqs(&open(folder.path()).1), [1], "nothing of a refused op is left");
    disk.room.store(u64::MAX, Ordering::SeqCst);
    assert_eq!(journal.append(vec![vec![draft("c")]]).unwrap()[0][0].local_seq, 2);
    assert_eq!(seqs(&open(folder.path()).1), [1, 2]);
}

#[test]
fn a_full_disk_at_the_start_does_not_keep_the_journal_closed_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Faulty::default();
    disk.room.store(3, Ordering::SeqCst);
    let (mut journal, _) = open_on(folder.path(), disk.clone());
    assert!(matches!(journal.append(vec![vec![draft("a")]]), Err(JournalError::Full)));
    disk.room.store(u64::MAX, Ordering::SeqCst);
    journal.append(vec![vec![draft("a")]]).unwrap();
    assert_eq!(seqs(&open(folder.path()).1), [1]);
}

#[test]
fn after_a_failed_sync_the_next_op_goes_into_a_new_segment() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Faulty::default();
    let (mut journal, _) = open_on(folder.path(), disk.clone());
    journal.append(vec![vec![draft("a")]]).unwrap();
    disk.sync_fails.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        assert!(matches!(journal.append(vec![vec![draft("b")]]), Err(JournalError::Io { .. })));
    }
    disk.sync_fails.store(false, Ordering::SeqCst);
    assert_eq!(journal.append(vec![vec![draft("c")]]).unwrap()[0][0].local_seq, 2);
    assert_eq!(journal.current.number, 2);
    let (_, recovered) = open(folder.path());
    assert_eq!(seqs(&recovered), [1, 2]);
    assert_eq!(recovered.n_missing, 0);
}

#[test]
fn a_segment_whose_header_was_never_written_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(segment_path(folder.path(), 1), b"guide").unwrap();
    let (mut journal, recovered) = open(folder.path());
    assert!(recovered.ops.is_empty());
    journal.append(vec![vec![draft("a")]]).unwrap();
    assert_eq!(seqs(&open(folder.path()).1), [1]);
}

#[tokio::test]
async fn waiting_requests_are_saved_together_and_each_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let writer = crate::outbox::writer::JournalWriter::start(journal).unwrap();
    let appends = (0..32).map(|n| writer.append(vec![draft(&format!("{n}"))]));
    let saved = futures_util::future::join_all(appends).await;
    let mut numbers: Vec<_> = saved.into_iter().map(|ops| ops.unwrap()[0].local_seq).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=32).collect::<Vec<_>>());
    assert!(writer.n_syncs() <= 8, "{} syncs", writer.n_syncs());
    assert_eq!(seqs(&open(folder.path()).1).len(), 32);
}

#[test]
fn a_journal_that_was_lost_is_noticed_and_its_numbers_are_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    assert_eq!(journal.go_on_from(1), 0);
    assert_eq!(journal.go_on_from(8), 7);
    assert_eq!(journal.append(vec![vec![draft("a")]]).unwrap()[0][0].local_seq, 8);
    let (mut journal, recovered) = open(folder.path());
    assert_eq!((recovered.n_missing, journal.go_on_from(9)), (7, 0), "what is missing stays known");
}

#[test]
fn a_newer_journal_is_refused_and_left_byte_for_byte_and_a_damaged_header_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = segment_path(folder.path(), 3);
    let mut newer = record::header(9).to_vec();
    newer[6] = b'3';
    let sum = crc32c::crc32c(&newer[..16]).to_le_bytes();
    newer[16..].copy_from_slice(&sum);
    newer.extend(b"whatever it holds");
    fs::write(&path, &newer).unwrap();
    let refused = crate::outbox::recover::refuse_newer_segments(folder.path());
    assert!(matches!(refused, Err(JournalError::Newer { version: 3, .. })));
    assert_eq!(fs::read(&path).unwrap(), newer);
    fs::remove_file(&path).unwrap();
    let (mut journal, _) = open(folder.path());
    journal.append(vec![vec![draft("a")]]).unwrap();
    let path = segment_path(folder.path(), 1);
    let clean = fs::read(&path).unwrap();
    for bit in 0..HEADER_BYTES * 8 {
        let mut bytes = clean.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        crate::outbox::recover::refuse_newer_segments(folder.path()).unwrap();
    }
}

/// A segment as the version before sealing wrote it.
fn open_segment(texts: &[&str]) -> Vec<u8> {
    let mut bytes = [b"guidej1\n".as_slice(), &1u64.to_le_bytes()].concat();
    for (seq, text) in (1..).zip(texts) {
        let op = numbered(draft(text), &DeviceId::new("D1").unwrap(), seq);
        record::encode(&serde_json::to_vec(&op).unwrap(), &mut bytes);
    }
    bytes
}

fn holds(folder: &Path, text: &str) -> bool {
    let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    fs::read_dir(folder).unwrap().any(|entry| holds(fs::read(entry.unwrap().path()).unwrap()))
}

#[test]
fn what_is_saved_cannot_be_read_from_the_file_nor_under_another_key() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    journal.append(vec![vec![draft("王小明喜欢珍珠")]]).unwrap();
    assert!(!holds(folder.path(), "王小明") && !holds(folder.path(), "promise"));
    let other = Sealer::new(&crate::vault::Key::from_bytes(&[8; 32]).unwrap());
    let (_, recovered) = Journal::open(folder.path(), DeviceId::new("D1").unwrap(), other, Box::new(Disk)).unwrap();
    assert!(recovered.ops.is_empty() && recovered.damaged.len() == 1, "{recovered:?}");
    assert_eq!(seqs(&open(folder.path()).1), [1], "it is kept for whoever has the key");
}

#[test]
fn a_journal_that_lay_open_is_sealed_with_all_that_it_held() {
    for damage in [None, Some(3), Some(20)] {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = open_segment(&["王小明", "李四"]);
        if let Some(byte) = damage {
            bytes[byte] ^= 1;
        }
        fs::write(segment_path(folder.path(), 1), bytes).unwrap();
        let (mut journal, recovered) = open(folder.path());
        let expected: &[u64] = if damage == Some(20) { &[2] } else { &[1, 2] };
        assert_eq!(seqs(&recovered), expected, "{damage:?}");
        assert!(!holds(folder.path(), "王小明") && !holds(folder.path(), "李四"), "{damage:?}");
        journal.append(vec![vec![draft("c")]]).unwrap();
        assert_eq!(seqs(&open(folder.path()).1), [expected, &[3]].concat(), "{damage:?}");
    }
}

/// Appends until the disk has been called often, then cuts the power: what was acknowledged must be there.
fn run_with_fault(call: u64, fault: Fault) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let disk = Faulty::failing_at(call, fault);
    let open = || Journal::open(folder.path(), DeviceId::new("D1").unwrap(), sealer(), Box::new(disk.clone()));
    let (mut journal, _) = open().or_else(|_| open()).unwrap();
    journal.max_segment_bytes = 1;
    let (mut saved, mut n_refused) = (Vec::new(), 0);
    for n in 0..32 {
        match journal.append(vec![vec![draft(&n.to_string())]]) {
            Ok(groups) => saved.extend(groups.into_iter().flatten().map(|op| (op.local_seq, op.op_id))),
            Err(error) => {
                assert!(error.to_string().ends_with("nothing was saved"), "{error}");
                n_refused += 1;
            }
        }
    }
    assert!(n_refused <= 1, "one fault refuses one group, not {n_refused}: call {call} {fault:?}");
    drop(journal);
    disk.cut_power(folder.path());
    let (_, recovered) = open_on(folder.path(), Faulty::default());
    let found: std::collections::HashMap<_, _> = recovered.ops.iter().map(|op| (op.local_seq, op.op_id)).collect();
    for (seq, id) in &saved {
        assert_eq!(found.get(seq), Some(id), "op {seq} was acknowledged: call {call} {fault:?}");
    }
    assert_eq!(recovered.n_missing, 0, "call {call} {fault:?}");
    disk.n_calls.load(Ordering::SeqCst)
}

#[test]
fn whichever_call_to_the_disk_fails_nothing_is_acknowledged_that_a_power_cut_takes() {
    assert!(run_with_fault(u64::MAX, Fault::Io) >= 200, "there are that many calls");
    for fault in [Fault::Io, Fault::Full, Fault::Short] {
        for call in 1..=200 {
            run_with_fault(call, fault);
        }
    }
}
