//! The device's key: `device.key` in the guides' folder, for this user alone, with a copy.

use std::io;
use std::path::{Path, PathBuf};

use guide_common::id::GuideId;

use crate::vault::seal::{Key, Sealer};
use crate::vault::{keys, twice};

const HEAD: &str = "guide device key 1";
const ADVICE: &str = "put device.key back from a copy of this folder; without it nothing here can be read, and the way \
    on is to move the guides' folder away and to enrol again";

/// Why there is no device's key.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// It cannot be read or written.
    #[error("the device's key")]
    Io(#[from] io::Error),
    /// It is gone, and what it sealed is there.
    #[error("{} is missing: {ADVICE}", .0.display())]
    Missing(PathBuf),
}

/// The device's key.
#[derive(Clone, Debug)]
pub struct DeviceKey(Key);

impl DeviceKey {
    /// Where it lies among the guides' folders.
    pub fn path(guides: &Path) -> PathBuf {
        guides.join("device.key")
    }

    /// Reads it; where it never was, it is made. It is not made anew beside what another one has sealed.
    pub fn open(guides: &Path) -> Result<Self, DeviceError> {
        let path = Self::path(guides);
        if twice::is_there(&path)? {
            return Ok(Self(twice::read(&path, ADVICE, read)?));
        }
        let has_sealed = match std::fs::read_dir(guides) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            entries => entries?.flatten().any(|entry| keys::path(&entry.path()).exists()),
        };
        if has_sealed {
            return Err(DeviceError::Missing(path));
        }
        let key = Key::random();
        std::fs::create_dir_all(guides)?;
        twice::write(&path, written(&key).as_bytes())?;
        Ok(Self(key))
    }

    /// The key for a purpose of a guide.
    pub fn of(&self, purpose: &str, guide: &GuideId) -> Key {
        self.0.derive(&format!("guide/{purpose}/{guide}"), None)
    }

    /// What seals this guide's outbox, and the answers to what was sent of it.
    pub fn outbox(&self, guide: &GuideId) -> Sealer {
        Sealer::new(&self.of("outbox", guide))
    }

    /// What seals profiles and tokens, in whichever folder they lie.
    pub fn files(&self) -> Sealer {
        Sealer::new(&self.0.derive("guide/files", None))
    }
}

fn written(key: &Key) -> String {
    twice::summed(&format!("{HEAD}\n{}", keys::hex(key.bytes())))
}

fn read(bytes: &[u8]) -> Option<Key> {
    let (head, hex) = twice::unsummed(bytes)?.split_once('\n')?;
    (head == HEAD).then(|| Key::from_bytes(&keys::unhex(hex)?))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_survives_damage_and_is_not_made_anew_beside_what_it_sealed() {
        let root = tempfile::tempdir().unwrap();
        let guides = root.path().join("guides");
        let first = DeviceKey::open(&guides).unwrap();
        let path = DeviceKey::path(&guides);
        let clean = std::fs::read(&path).unwrap();
        for byte in 0..clean.len() {
            let mut bytes = clean.clone();
            bytes[byte] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            let again = DeviceKey::open(&guides).unwrap();
            assert_eq!(again.0.bytes(), first.0.bytes(), "byte {byte}");
        }
        twice::remove(&path).unwrap();
        assert_ne!(DeviceKey::open(&guides).unwrap().0.bytes(), first.0.bytes(), "nothing was sealed yet");
        std::fs::create_dir(guides.join("G001")).unwrap();
        std::fs::write(keys::path(&guides.join("G001")), "{}").unwrap();
        twice::remove(&path).unwrap();
        let error = DeviceKey::open(&guides).unwrap_err().to_string();
        assert!(error.contains("device.key is missing") && error.contains("enrol again"), "{error}");
        for name in ["device.key", "device.key.copy"] {
            std::fs::write(guides.join(name), "?").unwrap();
        }
        assert!(matches!(DeviceKey::open(&guides), Err(DeviceError::Io(_))));
    }
}
