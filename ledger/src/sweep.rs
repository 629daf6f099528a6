//! Reading everything at once: the ledger in pieces of equal size, for as many threads as there are cores.
//! Hands out framed lines as they stand; the data is not parsed here, and nothing is proven.

use super::{
    LedgerError, MAX_LINE_BYTES, line,
    read::{Entry, Forward, Reader},
    segment::{self, Place},
};
use std::{cell::Cell, ops::ControlFlow, os::unix::fs::FileExt};

/// Bytes of a piece.
const PIECE: u64 = 1 << 20;

thread_local! {
    /// Room for the piece that a thread is at: taken once, not once a piece.
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A stretch of one segment. A line belongs to the piece in which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    first: u64,
    start: u64,
    end: u64,
}

/// A line, its data not parsed.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    /// Its number.
    pub seq: u64,
    /// Its time, 27 characters.
    pub timestamp: &'a str,
    /// The JSON of its data.
    pub data: &'a [u8],
}

impl Raw<'_> {
    /// The entry, parsed; its hashes are left empty. None where the data is not JSON.
    pub fn entry(&self) -> Option<Entry> {
        Some(Entry {
            seq: self.seq,
            timestamp: self.timestamp.to_owned(),
            data: serde_json::from_slice(self.data).ok()?,
            prev_hash: String::new(),
            hash: String::new(),
        })
    }
}

impl Reader {
    /// The ledger as it is now, in pieces, in order. Segments that end before `since` (27 characters) are left
    /// out: times never run backwards in a ledger.
    ///
    /// # Errors
    /// A segment cannot be examined.
    pub fn pieces(&self, since: Option<&str>) -> Result<Vec<Piece>, LedgerError> {
        let mut pieces = Vec::new();
        let begin = self.begin(since)?;
        for &first in self.firsts().iter().skip(begin) {
            let (_, shape) = segment::open_read(self.place(), first)?;
            let mut start = 0;
            while start < shape.size {
                let end = shape.size.min(start + PIECE);
                pieces.push(Piece { first, start, end });
                start = end;
            }
        }
        Ok(pieces)
    }

    /// Entries, ascending, without those of segments that end before `since`.
    ///
    /// # Errors
    /// A segment cannot be examined.
    pub fn from_time(&self, since: Option<&str>) -> Result<Forward<'_>, LedgerError> {
        let begin = self.begin(since)?;
        Ok(self.from(self.firsts().get(begin).copied().unwrap_or(1)))
    }

    /// Index of the first segment that may hold entries from `since` on.
    fn begin(&self, since: Option<&str>) -> Result<usize, LedgerError> {
        let mut begin = 0;
        if let Some(since) = since {
            for (index, &first) in self.firsts().iter().enumerate().skip(1) {
                match self.begins_at(first)? {
                    Some(timestamp) if timestamp.as_str() < since => begin = index,
                    Some(_) => break,
                    None => {}
                }
            }
        }
        Ok(begin)
    }

    /// When the first entry of a segment was written.
    fn begins_at(&self, first: u64) -> Result<Option<String>, LedgerError> {
        let place = self.place();
        let (file, _) = segment::open_read(place, first)?;
        let mut head = [0; 80];
        let got = file
            .read_at(&mut head, 0)
            .map_err(|e| LedgerError::io("read", &place.path(&segment::name(first)), e))?;
        let text = head.get(..got).map(String::from_utf8_lossy).unwrap_or_default();
        let time = text
            .split("\"timestamp\":\"")
            .nth(1)
            .and_then(|rest| rest.get(..27));
        Ok(time.map(str::to_owned))
    }

    /// Gives the lines that begin in a piece to `each`, in order, until it breaks. What is no entry is passed over.
    ///
    /// # Errors
    /// The segment cannot be read.
    pub fn sweep(
        &self,
        piece: Piece,
        each: impl FnMut(Raw<'_>) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let mut room = ROOM.take();
        let done = read(self.place(), piece, &mut room).map(|()| go_through(&room, piece, each));
        ROOM.set(room);
        done
    }
}

/// Gives each line that begins in the piece to `each`.
fn go_through(bytes: &[u8], piece: Piece, mut each: impl FnMut(Raw<'_>) -> ControlFlow<()>) {
    let mut rest = bytes;
    let mut offset = piece.start.saturating_sub(1);
    if piece.start > 0 {
        // The first byte is the one before the piece: what comes before a newline is the piece before's.
        let begin = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        rest = rest.get(begin..).unwrap_or_default();
        offset += begin as u64;
    }
    while offset < piece.end {
        let Some(end) = memchr::memchr(b'\n', rest) else {
            break;
        };
        let line = rest.get(..end).unwrap_or_default();
        if let Some((seq, timestamp, data)) = line::skim(line)
            && each(Raw { seq, timestamp, data }).is_break()
        {
            break;
        }
        rest = rest.get(end + 1..).unwrap_or_default();
        offset += end as u64 + 1;
    }
}

/// The bytes of a piece, with the one before it and the rest of the line that runs over its end.
fn read(place: Place<'_>, piece: Piece, bytes: &mut Vec<u8>) -> Result<(), LedgerError> {
    let path = place.path(&segment::name(piece.first));
    let fail = |e| LedgerError::io("read", &path, e);
    let (file, shape) = segment::open_read(place, piece.first)?;
    let from = piece.start.saturating_sub(1);
    bytes.resize(
        usize::try_from(piece.end.min(shape.size).saturating_sub(from)).unwrap_or(0),
        0,
    );
    file.read_exact_at(bytes, from).map_err(fail)?;
    let mut at = from + bytes.len() as u64;
    let limit = piece.end + MAX_LINE_BYTES as u64;
    while bytes.last() != Some(&b'\n') && at < shape.size.min(limit) {
        let mut more = vec![0; usize::try_from((shape.size - at).min(64 << 10)).unwrap_or(0)];
        file.read_exact_at(&mut more, at).map_err(fail)?;
        at += more.len() as u64;
        let end = memchr::memchr(b'\n', &more).map_or(more.len(), |end| end + 1);
        bytes.extend_from_slice(more.get(..end).unwrap_or_default());
    }
    Ok(())
}
