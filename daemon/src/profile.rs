//! What enrolment left in the guide's folder: the token, and the profile with everything else. The profile is written
//! last: where it is, the terminal is enrolled.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use guide_common::id::DeviceId;
use guide_common::wire::hub::{DigestKeys, GuideProfile, Role};
use serde::{Deserialize, Serialize};

use crate::clock::skew::Remembered;
use crate::outbox::recover::replace;
use crate::sync::transport::Trust;

/// Who this terminal is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// The version of this file's shape.
    pub schema: u32,
    /// The hub's address.
    pub hub: String,
    /// The terminal.
    pub device: DeviceId,
    /// What it may do.
    pub role: Role,
    /// Whose customers it holds, as the hub said at enrolment.
    pub guide: GuideProfile,
    /// The shops' time zone.
    pub zone: String,
    /// Whether it was enrolled on the virtual clock.
    pub training: bool,
    /// The digest keys of both feeds.
    pub digest_keys: DigestKeys,
    /// How the way to the hub is secured.
    #[serde(default, flatten)]
    pub trust: Trust,
}

/// The folder of one guide.
#[derive(Clone, Debug)]
pub struct GuideFolder(PathBuf);

impl GuideFolder {
    /// The folder of a guide among the guides' folders.
    pub fn of(guides: &Path, profile: &Profile) -> Self {
        Self(guides.join(profile.guide.id.as_str()))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The journal's folder.
    pub fn outbox(&self) -> PathBuf {
        self.0.join("outbox")
    }

    /// The cache's folder.
    pub fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    /// Where damaged caches go.
    pub fn quarantine(&self) -> PathBuf {
        self.0.join("quarantine")
    }

    /// The token's file.
    pub fn token_path(&self) -> PathBuf {
        self.0.join("token")
    }

    /// Reads the token.
    pub fn token(&self) -> io::Result<Token> {
        let copy = fs::read(self.copy_of("token")).ok();
        let copy =
            copy.and_then(|bytes| unsealed_token(&bytes).filter(|token| sealed_token(token).as_bytes() == bytes));
        // a token has its length: a longer one has lost the line's end before its checksum
        let is_likely = |token: &Token| copy.as_ref().is_none_or(|copy| copy.0.len() == token.0.len());
        self.one_of_two("token", |bytes| unsealed_token(bytes).filter(is_likely))
    }

    /// Writes a token in the place of the one before; it is on disk when this returns.
    pub fn write_token(&self, token: &Token) -> io::Result<()> {
        self.write_twice("token", sealed_token(token).as_bytes())
    }

    /// Writes a file and its copy: nothing else on this terminal or at the hub holds what they say.
    fn write_twice(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        replace(&self.copy_of(name), bytes)?;
        replace(&self.0.join(name), bytes)
    }

    fn copy_of(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.copy"))
    }

    /// Reads a file, or the copy where the file is missing or damaged; then the file is mended.
    fn one_of_two<T>(&self, name: &str, read: impl Fn(&[u8]) -> Option<T>) -> io::Result<T> {
        let path = self.0.join(name);
        let first = fs::read(&path);
        if let Some(good) = first.as_ref().ok().and_then(|bytes| read(bytes)) {
            return Ok(good);
        }
        let copy = fs::read(self.copy_of(name)).unwrap_or_default();
        let Some(good) = read(&copy) else {
            let advice = "enrol again after moving this folder away; its outbox holds what was not sent";
            first?;
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} is damaged, and so is its copy: {advice}", path.display()),
            ));
        };
        tracing::error!(path = %path.display(), "a file of the terminal is damaged or missing: its copy takes its place");
        if let Err(error) = replace(&path, &copy) {
            tracing::warn!(%error, "mending a file of the terminal");
        }
        Ok(good)
    }

    /// How far the machine's clock was ahead of the hub's when it was last measured.
    pub fn skew(&self) -> Option<Remembered> {
        serde_json::from_slice(&fs::read(self.0.join("skew.json")).ok()?).ok()
    }

    /// Writes that down.
    pub fn write_skew(&self, skew: &Remembered) -> io::Result<()> {
        replace(&self.0.join("skew.json"), &serde_json::to_vec(skew)?)
    }

    /// Where the interface was left.
    pub fn session(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&fs::read(self.0.join("session.json")).ok()?).ok()
    }

    /// Keeps where the interface was left; nothing where `bytes` is empty. A kill leaves the old one or this one; a power
    /// cut may take both.
    pub fn keep_session(&self, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join("session.json");
        if bytes.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let new = self.0.join("session.json.new");
        fs::write(&new, bytes)?;
        fs::rename(new, path)
    }

    /// Writes what enrolment brought; all of it is on disk when this returns.
    pub fn write(&self, profile: &Profile, token: &Token) -> io::Result<()> {
        fs::create_dir_all(self.outbox())?;
        // the umask of the daemon is 077: what it writes is its user's alone
        self.write_token(token)?;
        self.write_twice("profile.json", &sealed_profile(profile)?)?;
        self.0.parent().map_or(Ok(()), crate::outbox::medium::sync_folder)
    }
}

/// A terminal's token; it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Finds the enrolled guide; this version serves one.
pub fn find(guides: &Path) -> io::Result<Option<(GuideFolder, Profile)>> {
    let entries = match fs::read_dir(guides) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    for folder in folders {
        if let Some(found) = read(&folder)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Reads the profile in a guide's folder; none where nobody was enrolled.
pub fn read(folder: &Path) -> io::Result<Option<(GuideFolder, Profile)>> {
    let guide = GuideFolder(folder.to_owned());
    let is_there = |path: PathBuf| {
        path.try_exists().or_else(|error| match error.kind() {
            io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(error),
        })
    };
    if !is_there(folder.join("profile.json"))? && !is_there(guide.copy_of("profile.json"))? {
        return Ok(None);
    }
    let profile = guide.one_of_two("profile.json", unsealed_profile)?;
    Ok(Some((guide, profile)))
}

/// A profile with the checksum of all that it says.
fn sealed_profile(profile: &Profile) -> io::Result<Vec<u8>> {
    let mut value = serde_json::to_value(profile)?;
    let sum = crc32c::crc32c(&serde_json::to_vec(&value)?);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("sum".to_owned(), sum.into());
    }
    Ok(serde_json::to_vec_pretty(&value)?)
}

/// Reads a profile; one without a checksum is taken as it is.
fn unsealed_profile(bytes: &[u8]) -> Option<Profile> {
    let mut value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    if let Some(sum) = value.as_object_mut()?.remove("sum")
        && sum != crc32c::crc32c(&serde_json::to_vec(&value).ok()?)
    {
        return None;
    }
    serde_json::from_value(value).ok()
}

fn sealed_token(token: &Token) -> String {
    format!("{}\n{:08x}\n", token.0, crc32c::crc32c(token.0.as_bytes()))
}

/// Reads a token; one without a checksum is taken as it is.
fn unsealed_token(bytes: &[u8]) -> Option<Token> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.lines();
    let token = Token(lines.next().filter(|token| !token.trim().is_empty())?.trim().to_owned());
    match lines.next() {
        Some(_) if text != sealed_token(&token) => None,
        None if !token.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) => None,
        _ => Some(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, GuideFolder) {
        let root = tempfile::tempdir().unwrap();
        let guide = GuideFolder(root.path().to_owned());
        guide.write_token(&Token("gdt_1".to_owned())).unwrap();
        (root, guide)
    }

    #[test]
    fn a_token_with_any_bit_flipped_is_read_from_its_copy_and_mended() {
        let (root, guide) = folder();
        let path = root.path().join("token");
        let clean = fs::read(&path).unwrap();
        for byte in 0..clean.len() {
            for bit in 0..8 {
                let mut bytes = clean.clone();
                bytes[byte] ^= 1 << bit;
                fs::write(&path, &bytes).unwrap();
                assert_eq!(guide.token().unwrap().0, "gdt_1", "byte {byte} bit {bit}");
            }
        }
        fs::write(&path, &clean).unwrap();
        fs::write(root.path().join("token.copy"), "gdt").unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_1", "a damaged copy says nothing of a good file");
        fs::write(root.path().join("token.copy"), &clean).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_1");
        assert_eq!(fs::read(&path).unwrap(), clean);
        fs::write(&path, "gdt_2").unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_2", "one of an earlier version has no checksum");
    }

    #[test]
    fn where_file_and_copy_are_damaged_the_error_names_the_file_and_says_what_to_do() {
        let (root, guide) = folder();
        for name in ["token", "token.copy"] {
            fs::write(root.path().join(name), [0; 40]).unwrap();
        }
        let text = guide.token().unwrap_err().to_string();
        assert!(text.contains("token is damaged") && text.contains("enrol again"), "{text}");
    }
}
