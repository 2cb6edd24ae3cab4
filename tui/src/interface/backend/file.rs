//! Writing a file that the user named: whole and on disk, readable by its user alone, never over another one unless the
//! user agreed.

use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::interface::effect::{Existing, FileRequest};
use crate::interface::event::{Failure, FailureKind};
use crate::platform::private;

/// Writes it and returns where it lies.
pub(super) fn write(request: &FileRequest, home: Option<&Path>) -> Result<String, Failure> {
    let path = absolute(&request.path, home);
    let shown = path.display().to_string();
    let written = match request.existing {
        Existing::Keep => create(&path, &request.bytes),
        Existing::Replace => replace(&path, &request.bytes),
    };
    written.map(|()| shown.clone()).map_err(|error| failure(&error, shown))
}

fn failure(error: &Error, path: String) -> Failure {
    let code = match error.kind() {
        ErrorKind::AlreadyExists => "file_exists",
        ErrorKind::NotFound => "no_folder",
        ErrorKind::PermissionDenied => "not_permitted",
        ErrorKind::IsADirectory => "is_folder",
        ErrorKind::StorageFull => "disk_full",
        _ => "file",
    };
    let detail = if code == "file" { format!("{path}: {error}") } else { path };
    Failure { kind: FailureKind::Refused, code: code.to_owned(), detail, hint: None }
}

fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        // half a file is worth less than none
        let _ = std::fs::remove_file(path);
    })
}

/// The old file stays until the new one is whole.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    create(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

fn absolute(typed: &str, home: Option<&Path>) -> PathBuf {
    let typed = typed.trim();
    let path = match (typed.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(typed),
    };
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn request(path: &str, bytes: &[u8], existing: Existing) -> FileRequest {
        FileRequest { path: path.to_owned(), bytes: bytes.to_vec(), existing }
    }

    #[test]
    fn a_file_is_its_users_alone_and_takes_the_place_of_another_only_when_agreed() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("report.csv");
        let write = |bytes: &[u8], existing| write(&request("~/report.csv", bytes, existing), Some(home.path()));
        assert_eq!(write(b"one", Existing::Keep).unwrap(), file.display().to_string());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(write(b"two", Existing::Keep).unwrap_err().code, "file_exists");
        assert_eq!(std::fs::read(&file).unwrap(), b"one");
        write(b"two", Existing::Replace).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_is_told_by_a_code() {
        let home = tempfile::tempdir().unwrap();
        let code = |path: &str| write(&request(path, b"", Existing::Keep), Some(home.path())).unwrap_err().code;
        assert_eq!(code("~/no/such/folder.csv"), "no_folder");
        assert_eq!(code(&home.path().display().to_string()), "is_folder");
    }
}
