//! The key of a guide's cache, wrapped, in `key.json` of the guide's folder with a copy. A new PIN wraps the same key
//! anew; to forget the key is to lose the cache, which the hub can give again.

use std::io;
use std::path::{Path, PathBuf};

use guide_common::id::GuideId;
use serde::{Deserialize, Serialize};

use crate::vault::device::DeviceKey;
use crate::vault::pin::{Effort, Pin};
use crate::vault::seal::{Key, Sealer};
use crate::vault::twice;

/// The version of the file's shape.
const SCHEMA: u32 = 1;
const SALT_BYTES: usize = 16;
const ADVICE: &str =
    "enrol this guide again with a new code: the cache is fetched again, and what was not sent is kept";

/// Why the cache's key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file cannot be read or written.
    #[error("the key of the cache")]
    Io(#[from] io::Error),
    /// The PIN is not the one that the key was wrapped with.
    #[error("this is not the PIN")]
    WrongPin,
    /// The key is not wrapped by this device's key.
    #[error("{} was not made with this device's key: {ADVICE}", .0.display())]
    OtherDevice(PathBuf),
    /// The file was written by a newer version.
    #[error("{} was written by a newer version: install that version again; nothing was changed", .0.display())]
    Newer(PathBuf),
    /// There is not enough memory to stretch a PIN.
    #[error("there is not enough memory to check a PIN: close other programs and try again")]
    Memory,
}

/// Where it lies in a guide's folder.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("key.json")
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    schema: u32,
    /// The key, sealed, in hexadecimal digits.
    wrapped: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<Stretch>,
}

/// How the PIN's half of the wrapping key is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stretch {
    salt: String,
    #[serde(flatten)]
    effort: Effort,
}

/// The cache's key of one guide, as it lies on disk.
#[derive(Clone, Debug)]
pub struct Vault {
    path: PathBuf,
    guide: GuideId,
    device: DeviceKey,
}

impl Vault {
    /// Of a guide's folder.
    pub fn of(folder: &Path, guide: &GuideId, device: &DeviceKey) -> Self {
        Self { path: path(folder), guide: guide.clone(), device: device.clone() }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> io::Result<bool> {
        twice::is_there(&self.path)
    }

    /// Whether it takes a PIN to open it.
    pub fn has_pin(&self) -> Result<bool, VaultError> {
        Ok(self.is_there()? && self.read()?.pin.is_some())
    }

    /// The key, where no PIN is set; it is made where there never was one.
    pub fn open(&self) -> Result<Key, VaultError> {
        if !self.is_there()? {
            return self.renew();
        }
        self.unwrap(None)
    }

    /// The key, with a PIN.
    pub fn unlock(&self, pin: &Pin) -> Result<Key, VaultError> {
        self.unwrap(Some(pin))
    }

    /// Makes another key, without a PIN; what the one before has sealed cannot be read any more.
    pub fn renew(&self) -> Result<Key, VaultError> {
        let key = Key::random();
        self.wrap(&key, None)?;
        Ok(key)
    }

    /// Wraps a key anew: with a PIN, or without.
    pub fn wrap(&self, key: &Key, pin: Option<(&Pin, Effort)>) -> Result<(), VaultError> {
        let (stretch, half) = match pin {
            Some((pin, effort)) => {
                let mut salt = [0; SALT_BYTES];
                rand::fill(&mut salt);
                let half = effort.stretch(pin, &salt).ok_or(VaultError::Memory)?;
                (Some(Stretch { salt: hex(&salt), effort }), Some(half))
            }
            None => (None, None),
        };
        let wrapped = self.wrapper(half.as_ref()).seal(&self.place(), key.bytes());
        let kept = Kept { schema: SCHEMA, wrapped: hex(&wrapped), pin: stretch };
        let text = serde_json::to_string(&kept).map_err(io::Error::from)?;
        Ok(twice::write(&self.path, twice::summed(&text).as_bytes())?)
    }

    fn unwrap(&self, pin: Option<&Pin>) -> Result<Key, VaultError> {
        let kept = self.read()?;
        let half = match (&kept.pin, pin) {
            (None, _) => None,
            (Some(_), None) => return Err(VaultError::WrongPin),
            (Some(stretch), Some(pin)) => {
                let salt = unhex(&stretch.salt).unwrap_or_default();
                Some(stretch.effort.stretch(pin, &salt).ok_or(VaultError::Memory)?)
            }
        };
        let wrapped = unhex(&kept.wrapped).unwrap_or_default();
        let key = self.wrapper(half.as_ref()).open(&self.place(), &wrapped);
        key.and_then(|bytes| Key::from_bytes(&zeroize::Zeroizing::new(bytes))).ok_or_else(|| match half {
            Some(_) => VaultError::WrongPin,
            None => VaultError::OtherDevice(self.path.clone()),
        })
    }

    /// What wraps: the device's half, and the PIN's where there is one.
    fn wrapper(&self, pin: Option<&Key>) -> Sealer {
        let device = self.device.of("cache", &self.guide);
        Sealer::new(&device.derive("wrap", pin))
    }

    fn place(&self) -> [&[u8]; 2] {
        [b"cache key", self.guide.as_str().as_bytes()]
    }

    fn read(&self) -> Result<Kept, VaultError> {
        let read = |bytes: &[u8]| serde_json::from_str::<Kept>(twice::unsummed(bytes)?).ok();
        let kept = twice::read(&self.path, ADVICE, read)?;
        if kept.schema > SCHEMA {
            return Err(VaultError::Newer(self.path.clone()));
        }
        Ok(kept)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that hexadecimal digits say.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let is_hex = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    is_hex.then(|| digits.chunks(2).map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(root: &Path) -> Vault {
        let folder = root.join("G001");
        std::fs::create_dir_all(&folder).unwrap();
        Vault::of(&folder, &GuideId::new("G001").unwrap(), &DeviceKey::open(root).unwrap())
    }

    fn pin(text: &str) -> Pin {
        Pin::chosen(text).unwrap()
    }

    #[test]
    fn a_key_opens_without_a_pin_until_one_is_set_and_then_with_that_one_alone() {
        let root = tempfile::tempdir().unwrap();
        let vault = vault(root.path());
        let key = vault.open().unwrap();
        assert_eq!(vault.open().unwrap().bytes(), key.bytes());
        assert!(!vault.has_pin().unwrap());
        vault.wrap(&key, Some((&pin("190283"), Effort::LITTLE))).unwrap();
        assert!(vault.has_pin().unwrap());
        assert!(matches!(vault.open(), Err(VaultError::WrongPin)));
        assert!(matches!(vault.unlock(&pin("190284")), Err(VaultError::WrongPin)));
        assert_eq!(vault.unlock(&pin("190283")).unwrap().bytes(), key.bytes());
        vault.wrap(&key, Some((&pin("271828"), Effort::LITTLE))).unwrap();
        assert!(matches!(vault.unlock(&pin("190283")), Err(VaultError::WrongPin)));
        assert_eq!(vault.unlock(&pin("271828")).unwrap().bytes(), key.bytes(), "a new PIN wraps the same key");
        assert_ne!(vault.renew().unwrap().bytes(), key.bytes());
        vault.open().unwrap();
    }

    #[test]
    fn every_bit_of_the_file_counts_and_the_copy_takes_its_place() {
        let root = tempfile::tempdir().unwrap();
        let vault = vault(root.path());
        let key = vault.open().unwrap();
        let clean = std::fs::read(&vault.path).unwrap();
        for byte in 0..clean.len() {
            let mut bytes = clean.clone();
            bytes[byte] ^= 1;
            std::fs::write(&vault.path, &bytes).unwrap();
            assert_eq!(vault.open().unwrap().bytes(), key.bytes(), "byte {byte}");
        }
    }

    #[test]
    fn neither_another_device_nor_another_guide_opens_it() {
        let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        vault(root.path()).open().unwrap();
        let copied = vault(elsewhere.path());
        std::fs::copy(path(&root.path().join("G001")), &copied.path).unwrap();
        let error = copied.open().unwrap_err();
        assert!(matches!(error, VaultError::OtherDevice(_)) && error.to_string().contains("enrol"), "{error}");
        let other = Vault { guide: GuideId::new("G002").unwrap(), ..vault(root.path()) };
        assert!(matches!(other.open(), Err(VaultError::OtherDevice(_))));
    }

    #[test]
    fn nothing_of_key_or_pin_can_be_read_from_the_file() {
        let root = tempfile::tempdir().unwrap();
        let vault = vault(root.path());
        let key = vault.open().unwrap();
        vault.wrap(&key, Some((&pin("190283"), Effort::LITTLE))).unwrap();
        let text = std::fs::read_to_string(&vault.path).unwrap();
        assert!(!text.contains("190283") && !text.contains(&hex(key.bytes())));
    }
}
