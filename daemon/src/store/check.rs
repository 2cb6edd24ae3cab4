//! The scan in a process of its own: what hangs, panics or takes the machine's memory there costs the daemon nothing.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use guide_common::wire::hub::DigestKeys;

use crate::platform;
use crate::store::format::{Format, LAYOUT, SCHEMA};
use crate::store::scan::{Depth, Scanned, scan};
use crate::store::{Seals, StoreError, files, io_fault};

/// The exit code of a check that found damage.
pub const DAMAGED: u8 = 3;
/// What a check of an empty cache may take.
const BASE_LIMIT: Duration = Duration::from_secs(2);
/// For so many bytes of the cache a check may take a second more.
const BYTES_A_SECOND: u64 = 20_000_000;
/// How often the child is looked at.
const PAUSE: Duration = Duration::from_millis(2);

/// The program that checks: `guided` itself.
#[derive(Clone, Debug)]
pub struct Checker {
    program: PathBuf,
    args: Vec<OsString>,
}

impl Checker {
    /// A program that is run as `PROGRAM check GUIDE-FOLDER`.
    pub fn new(program: &Path, guide_folder: &Path) -> Self {
        let args = vec!["check".into(), "--exit-with-parent".into(), guide_folder.into()];
        Self { program: program.to_owned(), args }
    }

    /// A shell script in the program's place.
    #[cfg(test)]
    pub fn shell(script: &str) -> Self {
        let (program, flag) = if cfg!(windows) { ("cmd.exe", "/C") } else { ("/bin/sh", "-c") };
        Self { program: program.into(), args: vec![flag.into(), script.into()] }
    }

    /// Checks a cache. Damage, a panic and a hang are damage; where the check itself could not be done, the cache is
    /// taken as it is.
    pub(super) fn check(&self, folder: &Path, db_folder: &Path) -> Result<(), StoreError> {
        let n_bytes = files::n_bytes(db_folder).map_err(io_fault("listing", db_folder))?;
        let limit = BASE_LIMIT + Duration::from_secs(n_bytes / BYTES_A_SECOND);
        let started = Instant::now();
        // a pipe that ends with this process, so that the child does not outlive it with sled's lock
        let child = platform::windowless(&mut Command::new(&self.program))
            .args(&self.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => {
                tracing::warn!(%error, "the cache cannot be checked: it is taken as it is");
                return Ok(());
            }
        };
        let ended = wait(&mut child, limit).map_err(io_fault("checking", folder))?;
        let took_ms = started.elapsed().as_millis();
        let Some(status) = ended else {
            tracing::error!(took_ms, n_bytes, "the check of the cache did not end");
            return Err(StoreError::Damaged("checking it did not end"));
        };
        let mut said = String::new();
        if let Some(mut stdout) = child.stdout.take() {
            // what it said is for the log alone
            let _ = stdout.read_to_string(&mut said);
        }
        tracing::info!(took_ms, n_bytes, %status, said = said.trim(), "the cache was checked");
        verdict(status)
    }
}

/// Waits for a child's end; one that takes longer than the limit is killed.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let give_up_at = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= give_up_at {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

fn verdict(status: ExitStatus) -> Result<(), StoreError> {
    const PANICKED: i32 = 101;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) if code == i32::from(DAMAGED) => Err(StoreError::Damaged("the check found damage")),
        Some(PANICKED) => Err(StoreError::Damaged("checking it panicked")),
        _ if platform::crashed(status) => Err(StoreError::Damaged("checking it crashed")),
        _ => {
            tracing::warn!(%status, "the cache could not be checked: it is taken as it is");
            Ok(())
        }
    }
}

/// Checks a cache in this process: the work of `guided check`. A cache that does not exist is sound; of a locked one the
/// entries are read, not what they say.
pub fn run(folder: &Path, keys: &DigestKeys, seals: Seals) -> Result<Scanned, StoreError> {
    let Some(format) = Format::read(folder)? else {
        return Ok(Scanned::default());
    };
    format.check_reader(folder, LAYOUT)?;
    let db_folder = format.db_folder(folder);
    if !files::data(&db_folder).exists() {
        return Ok(Scanned::default());
    }
    let is_known = format.schema == SCHEMA && seals.is_unlocked();
    let depth = if is_known { Depth::Content } else { Depth::Entries };
    let scanned = scan(&db_folder, keys, &Arc::new(seals), depth)?;
    if files::filled(folder).exists() && !scanned.was_pulled {
        return Err(StoreError::Damaged("it was filled and is empty"));
    }
    Ok(scanned)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, damage: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let db_folder = folder.path().join("db");
        std::fs::create_dir(&db_folder).unwrap();
        match (Checker::shell(script).check(folder.path(), &db_folder), damage) {
            (Ok(()), None) => {}
            (Err(StoreError::Damaged(found)), Some(damage)) => assert_eq!(found, damage, "{script}"),
            (found, _) => panic!("{script}: {found:?}"),
        }
    }

    #[test]
    fn damage_a_panic_and_a_crash_condemn_the_cache_and_a_check_that_could_not_be_done_does_not() {
        check("exit 0", None);
        check("exit 1", None);
        check("exit 3", Some("the check found damage"));
        check("exit 101", Some("checking it panicked"));
        check("kill -SEGV $$", Some("checking it crashed"));
        check("kill -KILL $$", None);
    }

    #[test]
    fn a_check_that_hangs_is_killed_at_its_limit_and_condemns_the_cache() {
        let started = Instant::now();
        check("exec sleep 60", Some("checking it did not end"));
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
