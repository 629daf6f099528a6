//! Reading a segment up to its last good entry, and telling what comes after it: nothing, the torn end of a write, or
//! a line that only a person can answer for. Writes nothing.

use crate::{
    LedgerError, Marks,
    clock::{self, Micros},
    hash::{self, Hash},
    line,
    scan::{Lines, Piece},
    tail::Tail,
};
use sha2::{Digest, Sha256};
use std::{fs::File, path::Path};

/// Who answers for a last line that has the form of an entry and does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vouched {
    /// A person, who says so in the record.
    ByPerson,
    /// Nobody.
    No,
}

/// How far a segment could be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) seq: u64,
    pub(super) at: Micros,
    pub(super) opened: Micros,
    /// Of the last good entry; none is known before the first line.
    pub(super) hash: Hash,
    chained: bool,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) torn: u64,
    pub(super) torn_sha256: Hash,
    pub(super) marks: Marks,
}

impl Progress {
    pub(super) fn before(first: u64) -> Self {
        Self {
            seq: first - 1,
            at: 0,
            opened: 0,
            hash: hash::ZERO,
            chained: first == 1,
            start: 0,
            end: 0,
            torn: 0,
            torn_sha256: hash::ZERO,
            marks: Marks::default(),
        }
    }

    pub(super) fn after(tail: &Tail) -> Self {
        Self {
            seq: tail.seq,
            at: tail.at,
            opened: tail.opened,
            hash: tail.hash,
            chained: true,
            start: tail.start,
            end: tail.end,
            marks: tail.marks,
            ..Self::before(1)
        }
    }
}

/// Follows the chain to the last good line. What comes after it is torn only if no entry follows there.
pub(super) fn read_on(
    file: &File,
    path: &Path,
    mut seen: Progress,
    vouched: Vouched,
) -> Result<Progress, LedgerError> {
    let fail = |e| LedgerError::io("read", path, e);
    let mut lines = Lines::from(file.try_clone().map_err(fail)?, path, seen.end, u64::MAX)?;
    let mut torn: Option<Sha256> = None;
    let mut suspect = false;
    loop {
        let start = lines.offset;
        let (bytes, newline) = match lines.next()? {
            Piece::End => break,
            Piece::Line(bytes) => (bytes, true),
            Piece::Rest(bytes) => (bytes, false),
        };
        let framed = line::parse(bytes).ok().filter(|_| newline);
        if let Some(state) = &mut torn {
            if framed.is_some_and(|framed| framed.seq > seen.seq) {
                return Err(LedgerError::Broken {
                    path: path.to_path_buf(),
                    why: format!("is damaged at byte {} and goes on after it", seen.end),
                });
            }
            state.update(bytes);
            state.update(if newline { b"\n".as_slice() } else { b"" });
            continue;
        }
        let good = framed.filter(|framed| {
            framed.seq == seen.seq + 1 && (!seen.chained || framed.prev == seen.hash) && framed.holds()
        });
        if let Some(framed) = good {
            let at = std::str::from_utf8(framed.timestamp).ok().and_then(clock::parse);
            seen = Progress {
                seq: framed.seq,
                at: at.unwrap_or(seen.at),
                opened: if start == 0 { at.unwrap_or(0) } else { seen.opened },
                hash: framed.hash,
                chained: true,
                start,
                end: start + bytes.len() as u64 + 1,
                marks: seen.marks.read(framed.seq, framed.data),
                ..seen
            };
        } else {
            suspect = framed.is_some() && !line::is_interrupted(bytes);
            let mut state = Sha256::new();
            state.update(bytes);
            state.update(if newline { b"\n".as_slice() } else { b"" });
            torn = Some(state);
        }
    }
    if suspect && vouched == Vouched::No {
        return Err(LedgerError::Tampered {
            path: path.to_path_buf(),
            why: format!("has no entry {} at byte {} that holds", seen.seq + 1, seen.end),
        });
    }
    if let Some(state) = torn {
        seen.torn = lines.offset - seen.end;
        seen.torn_sha256 = state.finalize().into();
    }
    Ok(seen)
}
