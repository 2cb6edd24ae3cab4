//! Small files that nothing else on this terminal or at the hub can replace: each is kept with a copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::outbox::recover::replace;

/// The copy of a file.
pub fn copy_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".copy");
    path.with_file_name(name)
}

/// Whether a file or its copy is there.
pub fn is_there(path: &Path) -> io::Result<bool> {
    let is_there = |path: &Path| {
        path.try_exists().or_else(|error| match error.kind() {
            io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(error),
        })
    };
    Ok(is_there(path)? || is_there(&copy_of(path))?)
}

/// Writes a file and its copy; both are on disk when this returns.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(&copy_of(path), bytes)?;
    replace(path, bytes)
}

/// Removes a file and its copy.
pub fn remove(path: &Path) -> io::Result<()> {
    for path in [path.to_owned(), copy_of(path)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Reads a file, or its copy where the file is missing or `read` makes nothing of it; then the file is mended. `advice`
/// says what to do where both are gone.
pub fn read<T>(path: &Path, advice: &str, read: impl Fn(&[u8]) -> Option<T>) -> io::Result<T> {
    let first = fs::read(path);
    if let Some(good) = first.as_ref().ok().and_then(|bytes| read(bytes)) {
        return Ok(good);
    }
    let copy = fs::read(copy_of(path)).unwrap_or_default();
    let Some(good) = read(&copy) else {
        first?;
        let text = format!("{} is damaged, and so is its copy: {advice}", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    };
    tracing::error!(path = %path.display(), "a file of the terminal is damaged or missing: its copy takes its place");
    if let Err(error) = replace(path, &copy) {
        tracing::warn!(%error, "mending a file of the terminal");
    }
    Ok(good)
}

/// A text with a line of its checksum behind it.
pub fn summed(text: &str) -> String {
    format!("{text}\n{:08x}\n", crc32c::crc32c(text.as_bytes()))
}

/// The text that was given a checksum; none where anything of it has changed.
pub fn unsummed(bytes: &[u8]) -> Option<&str> {
    let (text, sum) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.rsplit_once('\n')?;
    (format!("{:08x}", crc32c::crc32c(text.as_bytes())) == sum).then_some(text)
}
