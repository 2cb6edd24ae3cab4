//! What enrolment left in the guide's folder: the token, and the profile with everything else, both sealed. The profile
//! is written last: where it is, the guide is enrolled.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use guide_common::id::{DeviceId, GuideId};
use guide_common::wire::hub::{DigestKeys, GuideProfile, Role};
use serde::{Deserialize, Serialize};

use crate::clock::skew::Remembered;
use crate::outbox::recover::replace;
use crate::sync::transport::Trust;
use crate::vault::{DeviceError, DeviceKey, Sealer, Vault, twice};

const ADVICE: &str = "enrol again after moving this folder away; its outbox holds what was not sent";

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

/// The folder of one guide. What it holds of the guide and the hub is sealed with the device's key.
#[derive(Clone, Debug)]
pub struct GuideFolder {
    path: PathBuf,
    /// The device's key.
    pub device: DeviceKey,
}

impl GuideFolder {
    /// The folder of a guide among the guides' folders.
    pub fn of(guides: &Path, profile: &Profile) -> Result<Self, DeviceError> {
        Ok(Self { path: guides.join(profile.guide.id.as_str()), device: DeviceKey::open(guides)? })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal's folder.
    pub fn outbox(&self) -> PathBuf {
        self.path.join("outbox")
    }

    /// The cache's folder.
    pub fn cache(&self) -> PathBuf {
        self.path.join("cache")
    }

    /// Where damaged caches go.
    pub fn quarantine(&self) -> PathBuf {
        self.path.join("quarantine")
    }

    /// The token's file.
    pub fn token_path(&self) -> PathBuf {
        self.path.join("token")
    }

    fn profile_path(&self) -> PathBuf {
        self.path.join("profile")
    }

    /// The place of a file: what is sealed for it opens nowhere else.
    fn place<'p>(&'p self, name: &'p [u8]) -> [&'p [u8]; 2] {
        [name, self.path.file_name().unwrap_or_default().as_encoded_bytes()]
    }

    /// The key of the cache, as it lies here.
    pub fn vault(&self, guide: &GuideId) -> Vault {
        Vault::of(&self.path, guide, &self.device)
    }

    /// Reads the token.
    pub fn token(&self) -> io::Result<Token> {
        let files = self.device.files();
        let read = |bytes: &[u8]| match files.open(&self.place(b"token"), bytes) {
            Some(token) => String::from_utf8(token).ok().map(Token),
            None => plain::token(bytes),
        };
        twice::read(&self.token_path(), ADVICE, read)
    }

    /// Writes a token in the place of the one before; it is on disk when this returns.
    pub fn write_token(&self, token: &Token) -> io::Result<()> {
        twice::write(&self.token_path(), &self.device.files().seal(&self.place(b"token"), token.0.as_bytes()))
    }

    fn write_profile(&self, profile: &Profile) -> io::Result<()> {
        let text = serde_json::to_vec(profile)?;
        twice::write(&self.profile_path(), &self.device.files().seal(&self.place(b"profile"), &text))
    }

    fn profile(&self) -> io::Result<Profile> {
        let files = self.device.files();
        let read = |bytes: &[u8]| serde_json::from_slice(&files.open(&self.place(b"profile"), bytes)?).ok();
        twice::read(&self.profile_path(), ADVICE, read)
    }

    /// How far the machine's clock was ahead of the hub's when it was last measured.
    pub fn skew(&self) -> Option<Remembered> {
        serde_json::from_slice(&fs::read(self.path.join("skew.json")).ok()?).ok()
    }

    /// Writes that down.
    pub fn write_skew(&self, skew: &Remembered) -> io::Result<()> {
        replace(&self.path.join("skew.json"), &serde_json::to_vec(skew)?)
    }

    /// Where the interface was left, sealed with the cache's key.
    pub fn session(&self, cache: &Sealer) -> Option<serde_json::Value> {
        let bytes = fs::read(self.path.join("session")).ok()?;
        serde_json::from_slice(&cache.open(&self.place(b"session"), &bytes)?).ok()
    }

    /// Keeps where the interface was left; nothing where `bytes` is empty. A kill leaves the old one or this one; a power
    /// cut may take both.
    pub fn keep_session(&self, cache: &Sealer, bytes: &[u8]) -> io::Result<()> {
        let path = self.path.join("session");
        if bytes.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let new = self.path.join("session.new");
        fs::write(&new, cache.seal(&self.place(b"session"), bytes))?;
        fs::rename(new, path)
    }

    /// Writes what enrolment brought; all of it is on disk when this returns.
    pub fn write(&self, profile: &Profile, token: &Token) -> io::Result<()> {
        fs::create_dir_all(self.outbox())?;
        // the umask of the daemon is 077: what it writes is its user's alone
        self.write_token(token)?;
        self.write_profile(profile)?;
        self.path.parent().map_or(Ok(()), crate::outbox::medium::sync_folder)
    }

    /// Removes what the key of the cache has sealed beside the cache.
    pub fn forget_what_the_cache_key_sealed(&self) -> io::Result<()> {
        for name in ["session", "lists"] {
            match fs::remove_file(self.path.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Seals what a version before wrote in the open, with the cache's key what belongs to the cache.
    pub fn seal_what_is_open(&self, cache: &Sealer) -> io::Result<()> {
        let path = self.path.join("session.json");
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            bytes => self.keep_session(cache, &bytes?)?,
        }
        fs::remove_file(path)
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

/// The enrolled guides, in the order of their ids.
pub fn all(guides: &Path) -> Result<Vec<(GuideFolder, Profile)>, DeviceError> {
    let entries = match fs::read_dir(guides) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    let mut all = Vec::new();
    for folder in folders {
        all.extend(read(&folder)?);
    }
    Ok(all)
}

/// Reads the profile in a guide's folder; none where nobody was enrolled.
pub fn read(folder: &Path) -> Result<Option<(GuideFolder, Profile)>, DeviceError> {
    let Some(guides) = folder.parent() else { return Ok(None) };
    let (sealed, open) = (folder.join("profile"), folder.join("profile.json"));
    if twice::is_there(&sealed)? {
        let guide = GuideFolder { path: folder.to_owned(), device: DeviceKey::open(guides)? };
        let profile = guide.profile()?;
        return Ok(Some((guide, profile)));
    }
    if !twice::is_there(&open)? {
        return Ok(None);
    }
    // a version before left it open
    let guide = GuideFolder { path: folder.to_owned(), device: DeviceKey::open(guides)? };
    let profile: Profile = twice::read(&open, ADVICE, plain::profile)?;
    let token = guide.token()?;
    guide.write(&profile, &token)?;
    twice::remove(&open)?;
    Ok(Some((guide, profile)))
}

/// The files as the version before sealing wrote them: each with its checksum.
mod plain {
    use super::{Profile, Token, twice};

    pub fn profile(bytes: &[u8]) -> Option<Profile> {
        let mut value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let sum = value.as_object_mut()?.remove("sum")?;
        (sum == crc32c::crc32c(&serde_json::to_vec(&value).ok()?)).then(|| serde_json::from_value(value).ok())?
    }

    pub fn token(bytes: &[u8]) -> Option<Token> {
        twice::unsummed(bytes).map(|token| Token(token.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use guide_common::wire::hub::DigestKey;

    use super::*;
    use crate::vault::Key;

    fn folder() -> (tempfile::TempDir, GuideFolder) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("G001");
        fs::create_dir(&path).unwrap();
        let guide = GuideFolder { path, device: DeviceKey::open(root.path()).unwrap() };
        guide.write_token(&Token("gdt_1".to_owned())).unwrap();
        (root, guide)
    }

    #[test]
    fn a_token_with_any_bit_flipped_is_read_from_its_copy_and_mended() {
        let (_root, guide) = folder();
        let path = guide.token_path();
        let clean = fs::read(&path).unwrap();
        assert!(!clean.windows(5).any(|bytes| bytes == b"gdt_1"), "it is sealed");
        for byte in 0..clean.len() {
            for bit in 0..8 {
                let mut bytes = clean.clone();
                bytes[byte] ^= 1 << bit;
                fs::write(&path, &bytes).unwrap();
                assert_eq!(guide.token().unwrap().0, "gdt_1", "byte {byte} bit {bit}");
            }
        }
        let copy = twice::copy_of(&path);
        fs::write(&path, &clean).unwrap();
        fs::write(&copy, "gdt").unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_1", "a damaged copy says nothing of a good file");
        fs::write(&copy, &clean).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_1");
        fs::write(&path, twice::summed("gdt_2")).unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_2", "one of an earlier version lies open");
        fs::write(&path, "gdt_2").unwrap();
        assert_eq!(guide.token().unwrap().0, "gdt_1", "what stands elsewhere is none");
    }

    #[test]
    fn where_file_and_copy_are_damaged_the_error_names_the_file_and_says_what_to_do() {
        let (_root, guide) = folder();
        for path in [guide.token_path(), twice::copy_of(&guide.token_path())] {
            fs::write(path, [0; 40]).unwrap();
        }
        let text = guide.token().unwrap_err().to_string();
        assert!(text.contains("token is damaged") && text.contains("enrol again"), "{text}");
    }

    #[test]
    fn what_a_version_before_left_open_is_sealed_and_says_the_same() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("G001");
        fs::create_dir(&path).unwrap();
        let mut profile = serde_json::json!({
            "schema": 1, "hub": "https://hub.example", "device": "D1", "role": "guide", "zone": "Asia/Shanghai",
            "training": false, "digest_keys": DigestKeys { guide: DigestKey([1; 16]), shared: DigestKey([2; 16]) },
            "guide": { "id": "G001", "name": "林知夏", "store": { "id": "s1", "name": "云杉路店" } },
        });
        let sum = crc32c::crc32c(&serde_json::to_vec(&profile).unwrap());
        profile["sum"] = sum.into();
        twice::write(&path.join("profile.json"), profile.to_string().as_bytes()).unwrap();
        twice::write(&path.join("token"), twice::summed("gdt_1").as_bytes()).unwrap();
        let (guide, read) = all(root.path()).unwrap().remove(0);
        assert_eq!((read.guide.name.as_str(), guide.token().unwrap().0.as_str()), ("林知夏", "gdt_1"));
        assert!(!twice::is_there(&path.join("profile.json")).unwrap());
        for entry in fs::read_dir(&path).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
            let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(!holds("林知夏") && !holds("gdt_1"));
        }
        let (_, again) = all(root.path()).unwrap().remove(0);
        assert_eq!(again.guide, read.guide);
    }

    #[test]
    fn what_the_interface_left_opens_with_the_key_of_its_cache_alone() {
        let (_root, guide) = folder();
        let (cache, other) = (Sealer::new(&Key::random()), Sealer::new(&Key::random()));
        guide.keep_session(&cache, r#"{"note":"王小明喜欢珍珠"}"#.as_bytes()).unwrap();
        assert_eq!(guide.session(&cache).unwrap()["note"], "王小明喜欢珍珠");
        assert!(guide.session(&other).is_none());
        guide.keep_session(&cache, b"").unwrap();
        assert!(guide.session(&cache).is_none());
        fs::write(guide.path().join("session.json"), r#"{"note":"old"}"#).unwrap();
        guide.seal_what_is_open(&cache).unwrap();
        assert_eq!(guide.session(&cache).unwrap()["note"], "old");
        assert!(!guide.path().join("session.json").exists());
    }
}
