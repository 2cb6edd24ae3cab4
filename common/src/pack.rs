//! Packing what goes over the network (gzip), with a limit on what comes out, so that a small answer cannot fill a
//! terminal's memory.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Shorter ones do not gain by it.
pub const MIN_BYTES: usize = 1024;
/// How many times longer the unpacked bytes may be than the packed ones, beyond [`FREE_BYTES`].
const MAX_RATIO: usize = 100;
/// What may come out however little goes in.
const FREE_BYTES: usize = 64 * 1024;

/// Why bytes are not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// They are no gzip, or cut short.
    #[error("the packed bytes are damaged")]
    Damaged,
    /// They hold more than is taken.
    #[error("the packed bytes hold more than is taken")]
    TooLong,
}

/// Packs bytes.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // writing into memory does not fail
    let _ = packed.write_all(bytes);
    packed.finish().unwrap_or_default()
}

/// Unpacks at most `max` bytes, and no more than a hundred times what came.
pub fn unpack(packed: &[u8], max: usize) -> Result<Vec<u8>, UnpackError> {
    let max = max.min(packed.len().saturating_mul(MAX_RATIO).max(FREE_BYTES));
    let mut bytes = Vec::new();
    let mut source = GzDecoder::new(packed).take(max as u64 + 1);
    source.read_to_end(&mut bytes).map_err(|_| UnpackError::Damaged)?;
    if bytes.len() > max { Err(UnpackError::TooLong) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_as_it_was() {
        let text = "顾客 customer ".repeat(500);
        let packed = pack(text.as_bytes());
        assert!(packed.len() * 10 < text.len());
        assert_eq!(unpack(&packed, 1 << 20).unwrap(), text.as_bytes());
        assert_eq!(unpack(&pack(b""), 0).unwrap(), b"");
    }

    #[test]
    fn a_bomb_and_damaged_bytes_are_refused() {
        let bomb = pack(&vec![0; 64 << 20]);
        assert_eq!(unpack(&bomb, 32 << 20), Err(UnpackError::TooLong));
        let packed = pack(&vec![7; 5_000]);
        assert_eq!(unpack(&packed, 4_999), Err(UnpackError::TooLong));
        assert_eq!(unpack(&packed[..packed.len() - 3], 1 << 20), Err(UnpackError::Damaged));
        assert_eq!(unpack(b"no gzip at all", 1 << 20), Err(UnpackError::Damaged));
    }
}
