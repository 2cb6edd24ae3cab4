//! The journal: segments `journal-N.log` in the outbox's folder. An op is saved when `append` returns: one `fdatasync`
//! for a whole group. After an error nothing is accepted until the segment has been cut back to its last good end.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use guide_common::id::{CustomerId, DeviceId, OpId};
use guide_common::op::{Op, OpBody, Stamp};

use crate::outbox::medium::{Medium, Segment};
use crate::outbox::record::{self, HEADER_BYTES, MAX_BODY_BYTES};
use crate::outbox::recover::{self, ClosedSegment, Found, Recovered, read_segment, segment_numbers, segment_path};
use crate::vault::Sealer;

/// At this length the next op goes into a new segment.
pub const MAX_SEGMENT_BYTES: u64 = 1024 * 1024;

/// An op that has no number yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The op's id.
    pub op_id: OpId,
    /// The revision of the customer's document that the guide saw.
    pub base_rev: Option<u64>,
    /// The wall clock.
    pub at_wall: DateTime<Utc>,
    /// The monotonic clock, in ms.
    pub at_mono: u64,
    /// Whom it concerns.
    pub customer: CustomerId,
    /// What it says.
    pub body: OpBody,
    /// The first op of those that belong together, where there are several.
    pub group: Option<OpId>,
}

/// Why ops are not saved.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk has no room.
    #[error("the disk is full: nothing was saved")]
    Full,
    /// The disk failed.
    #[error("{doing} the outbox journal: nothing was saved")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// An op does not fit into a record.
    #[error("the entry is longer than {MAX_BODY_BYTES} bytes: nothing was saved")]
    TooLong,
    /// A segment was written by a newer version.
    #[error("{} was written by a newer version ({version}): install that version again; nothing was changed",
        path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        version: u8,
    },
    /// The journal's thread has ended.
    #[error("the outbox journal is closed: nothing was saved")]
    Closed,
}

fn fault(doing: &'static str) -> impl FnOnce(io::Error) -> JournalError {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalError::Full,
        _ => JournalError::Io { doing, source },
    }
}

/// The journal of one terminal.
pub struct Journal {
    folder: PathBuf,
    device: DeviceId,
    medium: Box<dyn Medium>,
    sealer: Sealer,
    current: Current,
    closed: Vec<ClosedSegment>,
    next_seq: u64,
    max_segment_bytes: u64,
    /// How often a group was synced.
    pub n_syncs: u64,
}

/// The segment that ops are added to.
struct Current {
    number: u64,
    seqs: Vec<u64>,
    /// The end of what is on disk.
    n_bytes: u64,
    file: State,
}

enum State {
    Open(Box<dyn Segment>),
    /// A write failed: what lies behind `n_bytes` has to be cut off.
    Broken,
    /// A sync failed: what the page cache says of this file is not to be trusted, a new one begins.
    Suspect,
}

impl Journal {
    /// Opens the journal in a folder and reads what it holds.
    pub fn open(
        folder: &Path,
        device: DeviceId,
        sealer: Sealer,
        medium: Box<dyn Medium>,
    ) -> Result<(Self, Recovered), JournalError> {
        let mut recovered = Recovered::default();
        let mut found = Vec::new();
        for number in segment_numbers(folder).map_err(fault("listing"))? {
            found.extend(
                read_segment(folder, number, medium.as_ref(), &sealer, &mut recovered).map_err(fault("reading"))?,
            );
        }
        recovered.ops.sort_by_key(|op| op.local_seq);
        // a number that was free again, though a crash brought back what had it: the later op is the one that was answered
        recovered.ops.dedup_by(|later, kept| {
            let same = later.local_seq == kept.local_seq;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        let begins_at = found.iter().map(|segment| segment.first_seq).max().unwrap_or(1);
        let next_seq = recovered.ops.last().map_or(1, |op| op.local_seq + 1).max(begins_at);
        recovered.n_missing = n_missing(&found, next_seq);
        let last = found.pop();
        let number = last.as_ref().map_or(1, |segment| segment.segment.number);
        let current = Current {
            number,
            seqs: last.as_ref().map(|segment| segment.segment.seqs.clone()).unwrap_or_default(),
            n_bytes: last.as_ref().map_or(0, |segment| segment.n_bytes),
            file: State::Broken,
        };
        let closed = found.into_iter().map(|segment| segment.segment).collect();
        let mut journal = Self {
            folder: folder.to_owned(),
            device,
            medium,
            sealer,
            current,
            closed,
            next_seq,
            max_segment_bytes: MAX_SEGMENT_BYTES,
            n_syncs: 0,
        };
        // a full disk must not keep the terminal from starting: the first op tries again
        match journal.reopen() {
            Ok(()) | Err(JournalError::Full) => Ok((journal, recovered)),
            Err(error) => Err(error),
        }
    }

    /// Goes on behind a number that is known to have been used. Returns how many ops before it are not there.
    pub fn go_on_from(&mut self, next_seq: u64) -> u64 {
        let n_missing = next_seq.saturating_sub(self.next_seq);
        self.next_seq += n_missing;
        n_missing
    }

    /// Saves a group of requests with one `fdatasync`. Either all of it is on disk, or nothing is saved and the
    /// numbers are free again.
    pub fn append(&mut self, group: Vec<Vec<Draft>>) -> Result<Vec<Vec<Arc<Op>>>, JournalError> {
        self.reopen()?;
        let mut next_seq = self.next_seq;
        let mut bytes = Vec::new();
        let mut saved = Vec::with_capacity(group.len());
        for drafts in group {
            let mut ops = Vec::with_capacity(drafts.len());
            for draft in drafts {
                let op = numbered(draft, &self.device, next_seq);
                let body = serde_json::to_vec(&op).map_err(|error| fault("writing")(error.into()))?;
                let sealed = recover::seal(&self.sealer, &body);
                if sealed.len() > MAX_BODY_BYTES {
                    return Err(JournalError::TooLong);
                }
                record::encode(&sealed, &mut bytes);
                ops.push(Arc::new(op));
                next_seq += 1;
            }
            saved.push(ops);
        }
        self.write(&bytes)?;
        self.current.seqs.extend(self.next_seq..next_seq);
        self.next_seq = next_seq;
        Ok(saved)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let State::Open(file) = &mut self.current.file else {
            return Err(JournalError::Closed);
        };
        if let Err(error) = file.append(bytes) {
            self.current.file = State::Broken;
            // room for others at once, and nothing that a crash could take for an op
            let _ = self.reopen();
            return Err(fault("writing")(error));
        }
        self.n_syncs += 1;
        if let Err(error) = file.sync() {
            self.current.file = State::Suspect;
            let _ = self.reopen();
            return Err(fault("syncing")(error));
        }
        self.current.n_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Makes the current segment one that can be written: cuts a broken one, begins a new one where it is full.
    fn reopen(&mut self) -> Result<(), JournalError> {
        if let State::Open(_) = self.current.file {
            return if self.current.n_bytes >= self.max_segment_bytes { self.rotate() } else { Ok(()) };
        }
        let is_suspect = matches!(self.current.file, State::Suspect);
        let path = segment_path(&self.folder, self.current.number);
        let mut file = self.medium.open(&path).map_err(fault("opening"))?;
        file.truncate(self.current.n_bytes).map_err(fault("cutting"))?;
        if self.current.n_bytes < HEADER_BYTES as u64 {
            self.begin(self.current.number, file)
        } else if is_suspect {
            file.sync().map_err(fault("syncing"))?;
            self.rotate()
        } else {
            file.sync().map_err(fault("syncing"))?;
            self.current.file = State::Open(file);
            Ok(())
        }
    }

    fn rotate(&mut self) -> Result<(), JournalError> {
        let number = self.current.number + 1;
        let mut file = self.medium.open(&segment_path(&self.folder, number)).map_err(fault("opening"))?;
        file.truncate(0).map_err(fault("cutting"))?;
        self.begin(number, file)
    }

    /// Writes a segment's header; file and folder are on disk before the first op is.
    fn begin(&mut self, number: u64, mut file: Box<dyn Segment>) -> Result<(), JournalError> {
        let written = file
            .append(&record::header(self.next_seq))
            .and_then(|()| file.sync())
            .and_then(|()| self.medium.sync_folder(&self.folder));
        if let Err(error) = written {
            let _ = file.truncate(0);
            return Err(fault("beginning a segment of")(error));
        }
        let n_bytes = HEADER_BYTES as u64;
        let current = Current { number, seqs: Vec::new(), n_bytes, file: State::Open(file) };
        let old = std::mem::replace(&mut self.current, current);
        if old.number != number {
            self.closed.push(ClosedSegment { number: old.number, seqs: old.seqs });
        }
        Ok(())
    }

    /// Deletes the closed segments none of whose ops has to be kept.
    pub fn prune(&mut self, keep: impl Fn(u64) -> bool) -> Result<usize, JournalError> {
        let (kept, gone): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.closed).into_iter().partition(|segment| segment.seqs.iter().any(|seq| keep(*seq)));
        self.closed = kept;
        for segment in &gone {
            self.medium.remove(&segment_path(&self.folder, segment.number)).map_err(fault("pruning"))?;
        }
        Ok(gone.len())
    }
}

fn numbered(draft: Draft, device: &DeviceId, local_seq: u64) -> Op {
    let stamp = Stamp {
        op_id: draft.op_id,
        device: device.clone(),
        local_seq,
        base_rev: draft.base_rev,
        at_wall: draft.at_wall,
        at_mono: draft.at_mono,
    };
    Op::new(stamp, draft.customer, &draft.body).of_group(draft.group)
}

/// How many numbers are missing between the first and the last op; a gap where whole segments were deleted is none.
fn n_missing(found: &[Found], next_seq: u64) -> u64 {
    let mut n_missing = 0;
    for (idx, this) in found.iter().enumerate() {
        let end = match found.get(idx + 1) {
            Some(next) if next.segment.number == this.segment.number + 1 => next.first_seq,
            Some(_) => this.segment.seqs.last().map_or(this.first_seq, |seq| seq + 1),
            None => next_seq,
        };
        n_missing += end.saturating_sub(this.first_seq).saturating_sub(this.segment.seqs.len() as u64);
    }
    n_missing
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
