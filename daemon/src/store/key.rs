//! Keys of a feed's items. What belongs to a customer lies together, so that a customer is read with one short scan.

use guide_common::id::{CustomerId, MAX_ID_BYTES};

use crate::store::StoreError;

/// The key of a generation's cursor.
pub const CURSOR: &[u8] = b"\x00cursor";
/// The first byte of every item that belongs to a customer.
pub const OF_CUSTOMER: u8 = 1;
/// The first byte of every other item.
pub const SHARED: u8 = 2;
/// What stands before the number of a part: no byte of UTF-8.
const PART: u8 = 0xff;
const MAX_KIND_BYTES: usize = 32;
const MAX_ITEM_ID_BYTES: usize = 128;

/// The prefix of a customer's items.
pub fn customer(customer: &CustomerId) -> Vec<u8> {
    let mut key = Vec::with_capacity(MAX_ID_BYTES);
    key.push(OF_CUSTOMER);
    key.extend_from_slice(customer.as_str().as_bytes());
    key.push(0);
    key
}

/// The key of an item.
pub fn item(of_customer: Option<&CustomerId>, kind: &str, id: &str) -> Result<Vec<u8>, StoreError> {
    let is_sound = |text: &str, max| !text.is_empty() && text.len() <= max && !text.contains('\0');
    if !is_sound(kind, MAX_KIND_BYTES) || !is_sound(id, MAX_ITEM_ID_BYTES) {
        return Err(StoreError::Item("a kind or an id that is empty, too long or not clean"));
    }
    let mut key = of_customer.map_or_else(|| vec![SHARED], customer);
    key.extend_from_slice(kind.as_bytes());
    key.push(0);
    key.extend_from_slice(id.as_bytes());
    Ok(key)
}

/// The end of the key of an item, whoever it belongs to.
pub fn ending(kind: &str, id: &str) -> Vec<u8> {
    format!("{kind}\0{id}").into_bytes()
}

/// The key of a further part of a long value.
pub fn part(item: &[u8], number: u16) -> Vec<u8> {
    let mut key = item.to_vec();
    key.push(PART);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// Whether a key is that of a further part.
pub fn is_part(key: &[u8]) -> bool {
    key.len() > 3 && key[key.len() - 3] == PART
}

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The customer's id, or none.
    pub customer: Option<&'a str>,
    /// The item's kind.
    pub kind: &'a str,
    /// The item's id.
    pub id: &'a str,
}

/// Reads the key of an item.
pub fn read(key: &[u8]) -> Option<Named<'_>> {
    let (first, rest) = key.split_first()?;
    let mut parts = std::str::from_utf8(rest).ok()?.split('\0');
    let customer = match *first {
        OF_CUSTOMER => Some(parts.next()?),
        SHARED => None,
        _ => return None,
    };
    Some(Named { customer, kind: parts.next()?, id: parts.next()? })
}
