//! What a newer version wrote is refused with a sentence, and not one byte of it is changed.

use std::path::{Path, PathBuf};

use crate::support::{Daemon, VIRTUAL, command, hub::Hub};

/// Every file below a folder, with its content's checksum and its time.
fn hashes(folder: &Path) -> Vec<(PathBuf, u32, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(hashes(&path));
        } else {
            let sum = crc32c::crc32c(&std::fs::read(&path).unwrap());
            found.push((path.clone(), sum, path.metadata().unwrap().modified().unwrap()));
        }
    }
    found.sort();
    found
}

async fn stopped(home: &Path) -> PathBuf {
    let mut hub = Hub::new(3);
    let _serving = hub.serve().await;
    let mut daemon = Daemon::enrolled(home, &hub).await;
    daemon.post::<serde_json::Value>("/v1/tasks/C0000/outcome", &crate::support::outcome("1")).await.unwrap();
    daemon.signal(rustix::process::Signal::TERM);
    assert!(daemon.ended().await.success());
    home.join("data/guides/G1")
}

#[track_caller]
fn refused_untouched(home: &Path, what: &str) {
    let before = hashes(&home.join("data"));
    let output = command(home, &VIRTUAL).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(what) && said.contains("newer version") && said.contains("nothing was changed"), "{said}");
    assert_eq!(hashes(&home.join("data")), before);
}

#[tokio::test]
async fn a_newer_cache_is_refused_and_left_byte_for_byte() {
    let home = tempfile::tempdir().unwrap();
    let guide = stopped(home.path()).await;
    std::fs::write(guide.join("cache/FORMAT"), br#"{"schema":7,"min_reader":7}"#).unwrap();
    refused_untouched(home.path(), "cache");
}

#[tokio::test]
async fn a_newer_journal_is_refused_and_left_byte_for_byte() {
    let home = tempfile::tempdir().unwrap();
    let guide = stopped(home.path()).await;
    let mut newer = b"guidej3\n\x01\0\0\0\0\0\0\0".to_vec();
    newer.extend(crc32c::crc32c(&newer).to_le_bytes());
    newer.extend(b"what a newer version wrote");
    std::fs::write(guide.join("outbox/journal-2.log"), newer).unwrap();
    refused_untouched(home.path(), "journal-2.log");
}

#[tokio::test]
async fn a_check_says_that_a_cache_is_sound_or_damaged() {
    let home = tempfile::tempdir().unwrap();
    let guide = stopped(home.path()).await;
    let check = || {
        let output = command(home.path(), &["check"]).stdout(std::process::Stdio::piped()).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, said) = check();
    assert!(code == Some(0) && said.contains("sound"), "{said}");
    let db = guide.join("cache/db/db");
    let mut bytes = std::fs::read(&db).unwrap();
    bytes[300..].fill(0xff);
    std::fs::write(&db, bytes).unwrap();
    let (code, said) = check();
    assert!(code == Some(3) && said.contains("damaged"), "{code:?} {said}");
}
