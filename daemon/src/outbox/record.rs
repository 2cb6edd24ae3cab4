//! The bytes of a journal segment: a header, then records of length, CRC32C and sealed body. It reads damaged segments as
//! far as they can be read, and says what it left out.

use std::ops::Range;

/// What every segment begins with: eight bytes of name and version, the first number that its ops can have, and the
/// CRC32C of both, little-endian, so that a damaged header is not taken for a newer one.
pub const HEADER_BYTES: usize = 20;
/// A header of version 1: without a checksum, and the bodies behind it lie open.
const OPEN_HEADER_BYTES: usize = 16;
/// The longest body of a record.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

const NAME: &[u8; 6] = b"guidej";
const MAGIC: &[u8; 8] = b"guidej2\n";
const OPEN_MAGIC: &[u8; 8] = b"guidej1\n";
const FRAME_BYTES: usize = 8;

/// How a segment begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// As this version writes it; with the first number that its ops can have.
    Sealed(u64),
    /// As the version before sealing wrote it.
    Open(u64),
}

/// The header of a segment whose ops are numbered from `first_seq` on.
pub fn header(first_seq: u64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&first_seq.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[..16]).to_le_bytes();
    bytes[16..].copy_from_slice(&sum);
    bytes
}

/// Reads a header, or `None` where the bytes are none.
pub fn read_header(bytes: &[u8]) -> Option<Header> {
    if let Some(seq) = bytes.strip_prefix(OPEN_MAGIC) {
        return seq.first_chunk().copied().map(u64::from_le_bytes).map(Header::Open);
    }
    let seq = bytes.strip_prefix(MAGIC)?.first_chunk().copied().map(u64::from_le_bytes)?;
    (bytes.get(..HEADER_BYTES)? == header(seq)).then_some(Header::Sealed(seq))
}

/// Where the records behind a header begin; behind a damaged one, where they may begin.
pub fn begin(header: Option<Header>) -> usize {
    match header {
        Some(Header::Sealed(_)) => HEADER_BYTES,
        Some(Header::Open(_)) | None => OPEN_HEADER_BYTES,
    }
}

/// The version of a header that a newer program wrote.
pub fn newer_version(bytes: &[u8]) -> Option<u8> {
    let digit = *bytes.strip_prefix(NAME)?.first()?;
    let sum = bytes.get(16..HEADER_BYTES)?.first_chunk().copied().map(u32::from_le_bytes)?;
    let is_newer = (b'3'..=b'9').contains(&digit) && sum == crc32c::crc32c(&bytes[..16]);
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
pub fn scan(bytes: &[u8], begin: usize) -> Scan {
    let mut found = Scan { end: begin.min(bytes.len()), ..Scan::default() };
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
        scan(bytes, HEADER_BYTES).bodies.into_iter().map(|range| &bytes[range]).collect()
    }

    #[test]
    fn records_are_read_back_in_order() {
        let bytes = segment(&[b"one", b"two", b"three"]);
        assert_eq!(read_header(&bytes), Some(Header::Sealed(7)));
        assert_eq!(texts(&bytes), [&b"one"[..], b"two", b"three"]);
        assert_eq!(scan(&bytes, HEADER_BYTES).tail, Tail::Clean);
    }

    #[test]
    fn a_segment_cut_anywhere_gives_the_records_before_the_cut() {
        let bytes = segment(&[b"one", b"two"]);
        let first = segment(&[b"one"]).len();
        for cut in HEADER_BYTES..bytes.len() {
            let found = scan(&bytes[..cut], HEADER_BYTES);
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
                let found = scan(&bytes, HEADER_BYTES);
                assert_eq!(found.bodies.len(), 2, "byte {byte} bit {bit}");
                assert!(!found.damaged.is_empty() || found.tail != Tail::Clean, "byte {byte} bit {bit}");
            }
        }
    }

    #[test]
    fn zeros_behind_the_last_record_are_a_torn_tail() {
        let mut bytes = segment(&[b"one"]);
        bytes.extend([0; 100]);
        assert_eq!(scan(&bytes, HEADER_BYTES).tail, Tail::Torn);
        assert_eq!(texts(&bytes), [b"one"]);
    }
}
