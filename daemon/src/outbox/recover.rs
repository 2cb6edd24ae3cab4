//! Reading the journal's segments at a start: a torn tail is cut off, a damaged segment is copied aside and mended.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use guide_common::op::Op;

use crate::outbox::journal::JournalError;
use crate::outbox::medium::{Medium, sync_folder};
use crate::outbox::record::{self, HEADER_BYTES, Header, Tail};
use crate::vault::Sealer;

/// A segment that no op is added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedSegment {
    /// Its number.
    pub number: u64,
    /// The numbers of its ops.
    pub seqs: Vec<u64>,
}

/// What a start found in the journal.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The ops, in the order of their numbers.
    pub ops: Vec<Op>,
    /// Segments in which something could not be read, copied aside.
    pub damaged: Vec<PathBuf>,
    /// Numbers that should be there and are not.
    pub n_missing: u64,
}

/// A segment as it was found.
pub struct Found {
    /// Its number and its ops' numbers.
    pub segment: ClosedSegment,
    /// The first number that its ops can have.
    pub first_seq: u64,
    /// Its length.
    pub n_bytes: u64,
}

/// The path of a segment.
pub fn segment_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("journal-{number}.log"))
}

/// The numbers of the segments in a folder, in order.
pub fn segment_numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("journal-")?.strip_suffix(".log"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Refuses a journal in which a newer version wrote, and changes nothing.
pub fn refuse_newer_segments(folder: &Path) -> Result<(), JournalError> {
    let fault = |source| JournalError::Io { doing: "reading", source };
    if !folder.exists() {
        return Ok(());
    }
    for number in segment_numbers(folder).map_err(fault)? {
        let mut head = Vec::new();
        let path = segment_path(folder, number);
        let file = File::open(&path).map_err(fault)?;
        file.take(HEADER_BYTES as u64).read_to_end(&mut head).map_err(fault)?;
        if let Some(version) = record::newer_version(&head) {
            return Err(JournalError::Newer { path, version });
        }
    }
    Ok(())
}

/// Reads one segment into `recovered`. Returns `None` for one whose header was never written: it holds nothing.
pub fn read_segment(
    folder: &Path,
    number: u64,
    medium: &dyn Medium,
    sealer: &Sealer,
    recovered: &mut Recovered,
) -> io::Result<Option<Found>> {
    let path = segment_path(folder, number);
    let bytes = fs::read(&path)?;
    let header = record::read_header(&bytes);
    let begin = record::begin(header);
    if bytes.len() < begin {
        medium.remove(&path)?;
        return Ok(None);
    }
    let scan = record::scan(&bytes, begin);
    // where the header is damaged, either may lie behind it
    let may_be_open = !matches!(header, Some(Header::Sealed(_)));
    let mut is_open = matches!(header, Some(Header::Open(_)));
    let mut seqs = Vec::new();
    let mut sealed = Vec::with_capacity(scan.bodies.len());
    let mut n_unread = 0;
    for body in &scan.bodies {
        let body = &bytes[body.clone()];
        let text = open(sealer, body);
        let lies_open = may_be_open && text.is_none();
        is_open |= lies_open;
        match serde_json::from_slice::<Op>(text.as_deref().unwrap_or(body)).ok() {
            Some(op) => {
                seqs.push(op.local_seq);
                recovered.ops.push(op);
            }
            // whole, but of another version: it stays in the file
            None => n_unread += 1,
        }
        sealed.push(if lies_open { seal(sealer, body) } else { body.to_vec() });
    }
    let is_damaged = !scan.damaged.is_empty() || scan.tail == Tail::Damaged || header.is_none() || n_unread > 0;
    let first_seq = match header {
        Some(Header::Sealed(seq) | Header::Open(seq)) => seq,
        None => seqs.first().copied().unwrap_or(1),
    };
    let mut n_bytes = scan.end as u64;
    if is_damaged {
        recovered.damaged.push(set_aside(&path, &bytes, is_open.then_some(sealer), medium)?);
    }
    if !scan.damaged.is_empty() || header.is_none() || is_open {
        let mut mended = record::header(first_seq).to_vec();
        for body in &sealed {
            record::encode(body, &mut mended);
        }
        n_bytes = mended.len() as u64;
        medium.replace(&path, &mended)?;
    } else if scan.tail != Tail::Clean {
        let mut file = medium.open(&path)?;
        file.truncate(n_bytes)?;
        file.sync()?;
    }
    Ok(Some(Found { segment: ClosedSegment { number, seqs }, first_seq, n_bytes }))
}

/// What a record's body is sealed for.
const PLACE: [&[u8]; 1] = [b"journal"];

/// The body of a record.
pub fn seal(sealer: &Sealer, op: &[u8]) -> Vec<u8> {
    sealer.seal(&PLACE, op)
}

fn open(sealer: &Sealer, body: &[u8]) -> Option<Vec<u8>> {
    sealer.open(&PLACE, body)
}

/// Copies a damaged segment aside, sealed as a whole where it lay open; the copy is named by the content's checksum, so
/// that it is made once.
fn set_aside(path: &Path, bytes: &[u8], sealer: Option<&Sealer>, medium: &dyn Medium) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".damaged-{:08x}", crc32c::crc32c(bytes)));
    let aside = path.with_file_name(name);
    if !aside.exists() {
        let sealed = sealer.map(|sealer| seal(sealer, bytes));
        medium.replace(&aside, sealed.as_deref().unwrap_or(bytes))?;
    }
    Ok(aside)
}

/// Writes a whole file so that it is on disk, or the old one is.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}
