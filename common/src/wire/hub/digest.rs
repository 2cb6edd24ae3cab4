//! The digest of a feed: by it a terminal and the hub know at every poll whether they hold the same.

use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;

/// The key of a feed's digest: 16 bytes as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DigestKey(pub [u8; 16]);

impl std::fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DigestKey(…)")
    }
}

impl From<DigestKey> for String {
    fn from(key: DigestKey) -> Self {
        format!("{:032x}", u128::from_be_bytes(key.0))
    }
}

impl TryFrom<String> for DigestKey {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() != 32 {
            return Err("a digest key has 32 hexadecimal digits");
        }
        let value = u128::from_str_radix(&text, 16).map_err(|_| "a digest key is hexadecimal")?;
        Ok(Self(value.to_be_bytes()))
    }
}

/// The digest of a feed's live items: the sum mod 2⁶⁴ of their hashes, so that it can be kept up to date item by item.
/// On the wire 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedDigest(pub u64);

impl FeedDigest {
    /// The digest with one item more.
    #[must_use]
    pub fn with(self, item: u64) -> Self {
        Self(self.0.wrapping_add(item))
    }

    /// The digest with one item less.
    #[must_use]
    pub fn without(self, item: u64) -> Self {
        Self(self.0.wrapping_sub(item))
    }
}

/// The hash of one live item: SipHash-2-4 of kind, id, rev (8 bytes, big-endian) and body, each text ended by 0xff.
pub fn item_hash(key: &DigestKey, kind: &str, id: &str, rev: u64, body: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_key(&key.0);
    hasher.write(kind.as_bytes());
    hasher.write(&[0xff]);
    hasher.write(id.as_bytes());
    hasher.write(&[0xff]);
    hasher.write(&rev.to_be_bytes());
    hasher.write(body.as_bytes());
    hasher.write(&[0xff]);
    hasher.finish()
}

impl std::fmt::Display for FeedDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::str::FromStr for FeedDigest {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 16 {
            return Err("a digest has 16 hexadecimal digits");
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| "a digest is hexadecimal")
    }
}

impl Serialize for FeedDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FeedDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_changes() {
        let key = DigestKey([7; 16]);
        let a = item_hash(&key, "fact", "1", 1, "{}");
        let b = item_hash(&key, "fact", "2", 1, "{}");
        let both = FeedDigest::default().with(a).with(b);
        assert_eq!(both.without(a), FeedDigest::default().with(b));
        assert_eq!(both.to_string().parse(), Ok(both));
        assert_ne!(a, item_hash(&key, "fact", "1", 2, "{}"));
    }

    #[test]
    fn the_item_hash_is_part_of_the_protocol() {
        let key = DigestKey::try_from("000102030405060708090a0b0c0d0e0f".to_owned()).unwrap();
        assert_eq!(format!("{:016x}", item_hash(&key, "customer", "C1", 3, r#"{"id":"C1"}"#)), "290650a22cc91f9f");
    }
}
