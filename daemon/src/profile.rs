//! What enrolment left in the guide's folder: the token, and the profile with everything else. The profile is written
//! last: where it is, the terminal is enrolled.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use guide_common::id::DeviceId;
use guide_common::wire::hub::{DigestKeys, GuideProfile, Role};
use serde::{Deserialize, Serialize};

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
        fs::read_to_string(self.token_path()).map(|text| Token(text.trim().to_owned()))
    }

    /// Writes another token in place of the one before.
    pub fn write_token(&self, token: &Token) -> io::Result<()> {
        replace(&self.0.join("token"), token.0.as_bytes())
    }

    /// How far the machine's clock was ahead of the hub's when it was last measured.
    pub fn skew(&self) -> Option<TimeDelta> {
        let text = fs::read_to_string(self.0.join("skew_ms")).ok()?;
        TimeDelta::try_milliseconds(text.trim().parse().ok()?)
    }

    /// Writes that down.
    pub fn write_skew(&self, skew: TimeDelta) -> io::Result<()> {
        replace(&self.0.join("skew_ms"), skew.num_milliseconds().to_string().as_bytes())
    }

    /// Writes what enrolment brought; all of it is on disk when this returns.
    pub fn write(&self, profile: &Profile, token: &Token) -> io::Result<()> {
        fs::create_dir_all(self.outbox())?;
        // the umask of the daemon is 077: what it writes is its user's alone
        replace(&self.0.join("token"), token.0.as_bytes())?;
        replace(&self.0.join("profile.json"), &serde_json::to_vec_pretty(profile)?)?;
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
    match fs::read(folder.join("profile.json")) {
        Ok(bytes) => Ok(Some((GuideFolder(folder.to_owned()), serde_json::from_slice(&bytes)?))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
