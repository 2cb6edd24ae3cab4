//! Sealing: XChaCha20-Poly1305 under a random nonce. What is sealed is bound to the place that it lies in, so that it
//! cannot be opened anywhere else.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize;

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// By how much what is sealed is longer than what it holds.
pub const OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;
const KEY_BYTES: usize = 32;

/// A secret key; it is never printed, and gone from memory when it is dropped.
#[derive(Clone)]
pub struct Key([u8; KEY_BYTES]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; KEY_BYTES];
        rand::fill(&mut bytes);
        Self(bytes)
    }

    /// One that was kept; none where it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// A name that follows from it and says nothing of it.
    pub fn name(&self) -> String {
        self.derive("name", None).0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key for a purpose that follows from this one, and from `more` where both are needed (HKDF-SHA256, RFC 5869).
    pub fn derive(&self, purpose: &str, more: Option<&Self>) -> Self {
        let hkdf = Hkdf::<Sha256>::new(more.map(|key| key.0.as_slice()), &self.0);
        let mut bytes = [0; KEY_BYTES];
        // fails only for more than 255 hashes' worth of bytes
        let _ = hkdf.expand(purpose.as_bytes(), &mut bytes);
        Self(bytes)
    }
}

/// Seals and opens under one key.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// For a key.
    pub fn new(key: &Key) -> Self {
        Self(XChaCha20Poly1305::new(key.bytes().into()))
    }

    /// Seals for a place: nonce, then what is sealed, then its tag.
    pub fn seal(&self, place: &[&[u8]], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        rand::fill(&mut nonce);
        let payload = Payload { msg: plain, aad: &joined(place) };
        // fails only for more than 256 GiB
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for a place; none where it was not sealed under this key, not for this place, or changed.
    pub fn open(&self, place: &[&[u8]], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &joined(place) }).ok()
    }
}

/// The parts of a place, each with its length before it, so that no two places are written alike.
fn joined(place: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(place.iter().map(|part| part.len() + 4).sum());
    for part in place {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_its_key_in_its_place_and_unchanged() {
        let sealer = Sealer::new(&Key::random());
        let sealed = sealer.seal(&[b"acks", b"1"], "王小明".as_bytes());
        assert_eq!(sealed.len(), "王小明".len() + OVERHEAD_BYTES);
        assert_eq!(sealer.open(&[b"acks", b"1"], &sealed).unwrap(), "王小明".as_bytes());
        assert!(sealer.open(&[b"acks1", b""], &sealed).is_none(), "parts are told apart");
        assert!(Sealer::new(&Key::random()).open(&[b"acks", b"1"], &sealed).is_none());
        for byte in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert!(sealer.open(&[b"acks", b"1"], &changed).is_none(), "byte {byte}");
            assert!(sealer.open(&[b"acks", b"1"], &sealed[..byte]).is_none(), "cut at {byte}");
        }
        assert_ne!(sealer.seal(&[b"acks", b"1"], b""), sealer.seal(&[b"acks", b"1"], b""), "no nonce comes twice");
    }

    #[test]
    fn keys_of_different_purposes_and_second_halves_differ_and_are_not_printed() {
        let (key, other) = (Key::random(), Key::random());
        let derived =
            [key.derive("a", None), key.derive("b", None), key.derive("a", Some(&other)), other.derive("a", None)];
        for (idx, one) in derived.iter().enumerate() {
            assert!(derived[idx + 1..].iter().all(|two| two.bytes() != one.bytes()));
        }
        assert_eq!(key.derive("a", Some(&other)).bytes(), derived[2].bytes());
        assert_eq!(format!("{key:?}"), "Key(…)");
    }
}
