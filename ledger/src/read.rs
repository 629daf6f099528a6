//! Reading entries, forwards from any number or backwards from the end, without taking the lock.
//! Trusts nothing but framing: who needs proof calls `verify`.

use super::{
    LedgerError, MAX_LINE_BYTES, hash, line,
    scan::{Lines, Piece},
    segment::{self, Place},
};
use serde_json::{Map, Value};
use std::{
    fs::File,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::fs::FileExt,
    },
    path::{Path, PathBuf},
};

/// One entry as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// Its time, 27 characters.
    pub timestamp: String,
    /// Its data, `kind` included.
    pub data: Map<String, Value>,
    /// The hash of the entry before.
    pub prev_hash: String,
    /// Its hash.
    pub hash: String,
}

impl Entry {
    /// `data.kind`, `` where there is none.
    pub fn kind(&self) -> &str {
        self.data.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its time, microseconds since 1970; 0 where it has none.
    pub fn micros(&self) -> i64 {
        self.timestamp
            .parse::<jiff::Timestamp>()
            .map_or(0, jiff::Timestamp::as_microsecond)
    }

    /// The entry as one JSON object, members in the order of the line.
    pub fn to_json(&self) -> Value {
        serde_json::json!({
            "seq": self.seq,
            "timestamp": self.timestamp,
            "data": self.data,
            "prev_hash": self.prev_hash,
            "hash": self.hash,
        })
    }

    /// Takes a line, without its newline, apart; none for what is no entry.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let framed = line::parse(bytes).ok()?;
        Some(Self {
            seq: framed.seq,
            timestamp: String::from_utf8(framed.timestamp.to_vec()).ok()?,
            data: serde_json::from_slice(framed.data).ok()?,
            prev_hash: hash::hex_text(&framed.prev),
            hash: hash::hex_text(&framed.hash),
        })
    }
}

/// How much a ledger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Files.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// A ledger opened for reading.
#[derive(Debug)]
pub struct Reader {
    dir: OwnedFd,
    shown: PathBuf,
    /// First entries of the segments, ascending.
    firsts: Vec<u64>,
}

impl Reader {
    /// Opens the ledger in a directory.
    ///
    /// # Errors
    /// There is none, or the directory cannot be read.
    pub fn open(dir: BorrowedFd<'_>, shown: &Path) -> Result<Self, LedgerError> {
        let dir = dir
            .try_clone_to_owned()
            .map_err(|e| LedgerError::io("open", shown, e))?;
        let mut reader = Self {
            dir,
            shown: shown.to_path_buf(),
            firsts: Vec::new(),
        };
        reader.refresh()?;
        if reader.firsts.is_empty() {
            return Err(LedgerError::Missing {
                path: shown.to_path_buf(),
            });
        }
        Ok(reader)
    }

    /// Looks for segments that came since.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn refresh(&mut self) -> Result<(), LedgerError> {
        self.firsts = segment::list(self.place())?;
        Ok(())
    }

    /// First numbers of the segments, ascending.
    pub(super) fn firsts(&self) -> &[u64] {
        &self.firsts
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        }
    }

    /// Entries from number `seq` on, ascending. Lines that are no entries are passed over.
    pub fn from(&self, seq: u64) -> Forward<'_> {
        let begun = self.firsts.partition_point(|&first| first <= seq);
        Forward {
            reader: self,
            next: begun.saturating_sub(1),
            least: seq,
            lines: None,
        }
    }

    /// Entries from the last one back.
    pub fn backwards(&self) -> Backward<'_> {
        Backward {
            reader: self,
            left: self.firsts.len(),
            open: None,
        }
    }

    /// How much there is.
    ///
    /// # Errors
    /// A segment cannot be examined.
    pub fn extent(&self) -> Result<Extent, LedgerError> {
        let sizes = self
            .firsts
            .iter()
            .map(|&first| segment::open_read(self.place(), first).map(|(_, shape)| shape.size));
        Ok(Extent {
            segments: self.firsts.len(),
            bytes: sizes.sum::<Result<u64, LedgerError>>()?,
        })
    }

    /// The entry of this number.
    ///
    /// # Errors
    /// A segment cannot be read.
    pub fn get(&self, seq: u64) -> Result<Option<Entry>, LedgerError> {
        self.from(seq)
            .next()
            .transpose()
            .map(|found| found.filter(|entry| entry.seq == seq))
    }

    fn segment(&self, index: usize) -> Option<u64> {
        self.firsts.get(index).copied()
    }
}

/// Entries in ascending order.
pub struct Forward<'a> {
    reader: &'a Reader,
    next: usize,
    least: u64,
    lines: Option<Lines>,
}

impl Iterator for Forward<'_> {
    type Item = Result<Entry, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(lines) = &mut self.lines else {
                let first = self.reader.segment(self.next)?;
                self.next += 1;
                let place = self.reader.place();
                let opened = segment::open_read(place, first)
                    .and_then(|(file, _)| Lines::from(file, &place.path(&segment::name(first)), 0, u64::MAX));
                match opened {
                    Ok(lines) => self.lines = Some(lines),
                    Err(e) => return Some(Err(e)),
                }
                continue;
            };
            match lines.next() {
                Err(e) => {
                    self.lines = None;
                    return Some(Err(e));
                }
                Ok(Piece::End) => self.lines = None,
                Ok(Piece::Rest(_)) => {}
                Ok(Piece::Line(bytes)) => {
                    // An entry far into a segment is not looked for by reading every one before it in full.
                    if number(bytes).is_some_and(|seq| seq < self.least) {
                        continue;
                    }
                    if let Some(entry) = Entry::parse(bytes).filter(|entry| entry.seq >= self.least) {
                        return Some(Ok(entry));
                    }
                }
            }
        }
    }
}

/// The number that a line begins with, where it begins as entries do.
fn number(line: &[u8]) -> Option<u64> {
    let rest = line.strip_prefix(br#"{"seq":"#)?;
    let end = rest.iter().position(|byte| *byte == b',')?;
    std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()
}

/// Entries in descending order.
pub struct Backward<'a> {
    reader: &'a Reader,
    left: usize,
    open: Option<Window>,
}

/// The part of a segment that was read and not yet given out; its end moves down.
struct Window {
    file: File,
    path: PathBuf,
    /// Offset of `bytes` in the segment.
    start: u64,
    bytes: Vec<u8>,
}

/// How much is read at a time.
const STEP: u64 = 64 << 10;

impl Window {
    /// The last line that was not given out yet, none at the segment's beginning.
    fn take_line(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        loop {
            let body = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
            let from = body.iter().rposition(|&b| b == b'\n').map(|at| at + 1);
            match (from, self.start) {
                (Some(from), _) => {
                    let line = body.get(from..).unwrap_or_default().to_vec();
                    self.bytes.truncate(from);
                    return Ok(Some(line));
                }
                (None, 0) => {
                    let line = body.to_vec();
                    let any = !self.bytes.is_empty();
                    self.bytes.clear();
                    return Ok(any.then_some(line));
                }
                (None, _) => self.extend()?,
            }
        }
    }

    fn extend(&mut self) -> Result<(), LedgerError> {
        if self.bytes.len() > 2 * MAX_LINE_BYTES {
            // Nothing that long is an entry; what lies before it may be.
            self.bytes.clear();
        }
        let more = self.start.min(STEP);
        let mut bytes = vec![0; usize::try_from(more).unwrap_or(0)];
        self.file
            .read_exact_at(&mut bytes, self.start - more)
            .map_err(|e| LedgerError::io("read", &self.path, e))?;
        bytes.append(&mut self.bytes);
        self.bytes = bytes;
        self.start -= more;
        Ok(())
    }
}

impl Backward<'_> {
    fn step(&mut self) -> Result<Option<Entry>, LedgerError> {
        loop {
            let Some(window) = &mut self.open else {
                let Some(first) = self.left.checked_sub(1).and_then(|at| self.reader.segment(at)) else {
                    return Ok(None);
                };
                self.left -= 1;
                let place = self.reader.place();
                let (file, shape) = segment::open_read(place, first)?;
                self.open = Some(Window {
                    file,
                    path: place.path(&segment::name(first)),
                    start: shape.size,
                    bytes: Vec::new(),
                });
                continue;
            };
            match window.take_line()? {
                None => self.open = None,
                Some(line) => {
                    if let Some(entry) = Entry::parse(&line) {
                        return Ok(Some(entry));
                    }
                }
            }
        }
    }
}

impl Iterator for Backward<'_> {
    type Item = Result<Entry, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
