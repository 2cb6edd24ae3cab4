//! The bytes of a journal segment: a header, then records of length, CRC32C and body. It reads damaged segments as far
//! as they can be read, and says what it left out.

use std::ops::Range;

/// What every segment begins with: eight bytes of name and version, then the first number that its ops can have.
pub const HEADER_BYTES: usize = 16;
/// The longest body of a record.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

const MAGIC: &[u8; 8] = b"guidej1\n";
const FRAME_BYTES: usize = 8;

/// The header of a segment whose ops are numbered from `first_seq` on.
pub fn header(first_seq: u64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..].copy_from_slice(&first_seq.to_le_bytes());
    bytes
}

/// The number in a header, or `None` where the bytes are none.
pub fn read_header(bytes: &[u8]) -> Option<u64> {
    let seq = bytes.strip_prefix(MAGIC)?.get(..8)?;
    seq.try_into().ok().map(u64::from_le_bytes)
}

/// The version of a header that a newer program wrote. From version 2 on a header is followed by the CRC32C of its 16
/// bytes, little-endian, so that a damaged header is not taken for a newer one.
pub fn newer_version(bytes: &[u8]) -> Option<u8> {
    let digit = *bytes.strip_prefix(b"guidej")?.first()?;
    let sum = bytes.get(HEADER_BYTES..HEADER_BYTES + 4)?.try_into().ok().map(u32::from_le_bytes)?;
    let is_newer = (b'2'..=b'9').contains(&digit) && sum == crc32c::crc32c(&bytes[..HEADER_BYTES]);
    is_newer.then(|| digit - b'0')
}

/// Appends a record to `out`.
pub fn encode(body: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(&checksum(length, body).to_le_bytes());
    out.extend_from_slice(body);
}

/// The checksum covers the length too, so that a damaged length is noticed.
fn checksum(length: [u8; 4], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&length), body)
}

/// What a segment's bytes hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The bodies of good records, in order.
    pub bodies: Vec<Range<usize>>,
    /// The end of the last good record: what lies behind it was never acknowledged or is lost.
    pub end: usize,
    /// Stretches between good records that are none.
    pub damaged: Vec<Range<usize>>,
    /// What lies behind `end`.
    pub tail: Tail,
}

/// What lies behind a segment's last good record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    #[default]
    Clean,
    /// The beginning of a record: a write that a crash cut short, acknowledged to nobody.
    Torn,
    /// A record of full length whose checksum is wrong: perhaps one that was acknowledged.
    Damaged,
}

/// Reads a segment from behind its header.
pub fn scan(bytes: &[u8]) -> Scan {
    let mut found = Scan { end: HEADER_BYTES.min(bytes.len()), ..Scan::default() };
    let mut at = found.end;
    while at < bytes.len() {
        if let Some(body) = record_at(bytes, at) {
            if at > found.end {
                found.damaged.push(found.end..at);
            }
            at = body.end;
            found.end = at;
            found.bodies.push(body);
        } else {
            at += 1;
        }
    }
    found.tail = tail(&bytes[found.end..]);
    found
}

fn record_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let frame = bytes.get(at..at + FRAME_BYTES)?;
    let length: [u8; 4] = frame[..4].try_into().ok()?;
    let n_bytes = u32::from_le_bytes(length) as usize;
    if n_bytes == 0 || n_bytes > MAX_BODY_BYTES {
        return None;
    }
    let body = at + FRAME_BYTES..at + FRAME_BYTES + n_bytes;
    let crc = u32::from_le_bytes(frame[4..].try_into().ok()?);
    (checksum(length, bytes.get(body.clone())?) == crc).then_some(body)
}

fn tail(rest: &[u8]) -> Tail {
    if rest.is_empty() {
        return Tail::Clean;
    }
    let Some(length) = rest.get(..4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes) else {
        return Tail::Torn;
    };
    // a file that grew before its content came is read as zeros
    if rest.iter().all(|byte| *byte == 0) || FRAME_BYTES + length as usize > rest.len() {
        Tail::Torn
    } else {
        Tail::Damaged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(bodies: &[&[u8]]) -> Vec<u8> {
        let mut bytes = header(7).to_vec();
        for body in bodies {
            encode(body, &mut bytes);
        }
        bytes
    }

    fn texts(bytes: &[u8]) -> Vec<&[u8]> {
        scan(bytes).bodies.into_iter().map(|range| &bytes[range]).collect()
    }

    #[test]
    fn records_are_read_back_in_order() {
        let bytes = segment(&[b"one", b"two", b"three"]);
        assert_eq!(read_header(&bytes), Some(7));
        assert_eq!(texts(&bytes), [&b"one"[..], b"two", b"three"]);
        assert_eq!(scan(&bytes).tail, Tail::Clean);
    }

    #[test]
    fn a_segment_cut_anywhere_gives_the_records_before_the_cut() {
        let bytes = segment(&[b"one", b"two"]);
        let first = segment(&[b"one"]).len();
        for cut in HEADER_BYTES..bytes.len() {
            let found = scan(&bytes[..cut]);
            assert_eq!(found.bodies.len(), usize::from(cut >= first), "cut at {cut}");
            let expected = if cut == HEADER_BYTES || cut == first { Tail::Clean } else { Tail::Torn };
            assert_eq!(found.tail, expected, "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_costs_one_record_and_is_reported() {
        let clean = segment(&[b"one", b"two", b"three"]);
        for byte in HEADER_BYTES..clean.len() {
            for bit in 0..8 {
                let mut bytes = clean.clone();
                bytes[byte] ^= 1 << bit;
                let found = scan(&bytes);
                assert_eq!(found.bodies.len(), 2, "byte {byte} bit {bit}");
                assert!(!found.damaged.is_empty() || found.tail != Tail::Clean, "byte {byte} bit {bit}");
            }
        }
    }

    #[test]
    fn zeros_behind_the_last_record_are_a_torn_tail() {
        let mut bytes = segment(&[b"one"]);
        bytes.extend([0; 100]);
        assert_eq!(scan(&bytes).tail, Tail::Torn);
        assert_eq!(texts(&bytes), [b"one"]);
    }
}
