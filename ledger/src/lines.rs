//! Lines being put together after a known tail, and the one write that puts them into a segment.

use super::{
    Draft, Hash, Kind, LedgerError, Receipt, canon,
    clock::{self, Micros},
    hash, line,
    marks::{Marks, Move},
    redact::Secrets,
    seal::Sealer,
    segment::{self, Place, Segment},
    tail::Tail,
};
use rustix::{
    io::Errno,
    process::{Resource, getrlimit},
    rand::{GetRandomFlags, getrandom},
};
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// A clock this far behind the last entry is recorded; less is smoothed over.
const CLOCK_SLACK: Micros = 1_000_000;

/// Members of a signed entry that are its statement.
const SIGNED: [&str; 2] = ["statement", "signature"];

/// Turns a draft into the canonical bytes of its data, its secrets taken out.
pub(super) fn prepare(draft: &Draft, secrets: Option<&Secrets<'_>>) -> Result<Vec<u8>, LedgerError> {
    if let Some(name) = draft
        .data
        .keys()
        .find(|name| !name.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        return Err(LedgerError::Draft {
            why: format!(
                "the member `{}` does not begin with a small letter",
                name.escape_debug()
            ),
        });
    }
    // With the salt, an entry's digest does not give away what a later redaction took out.
    let mut salt = [0_u8; 16];
    getrandom(&mut salt, GetRandomFlags::empty()).map_err(|e| LedgerError::Draft {
        why: format!("the kernel gave no random salt: {e}"),
    })?;
    let own = [
        ("kind", Value::from(draft.kind.word())),
        ("salt", Value::from(hash::text(&salt))),
    ];
    // What a person signed stays as it was signed, or its signature would no longer hold.
    let kept: &[&str] = if draft.kind.is_signed() { &SIGNED } else { &[] };
    canon::canonical_without(&draft.data, &own, kept, secrets).map_err(|e| LedgerError::Draft { why: e.why })
}

/// Lines being put together after a known tail.
pub(super) struct Lines {
    bytes: Vec<u8>,
    seq: u64,
    at: Micros,
    hash: Hash,
    last_start: usize,
    marks: Marks,
}

impl Lines {
    pub(super) fn after(tail: &Tail) -> Self {
        Self {
            marks: tail.marks,
            ..Self::new(tail.seq, tail.at, tail.hash)
        }
    }

    pub(super) fn new(seq: u64, at: Micros, hash: Hash) -> Self {
        Self {
            bytes: Vec::with_capacity(4096),
            seq,
            at,
            hash,
            last_start: 0,
            marks: Marks::default(),
        }
    }

    /// The entry that tells of a clock set back; times after it begin anew.
    pub(super) fn clock_entry(&mut self) -> Option<Draft> {
        let now = clock::now();
        if self.at - now <= CLOCK_SLACK {
            return None;
        }
        let before = std::mem::replace(&mut self.at, now);
        let data = [
            ("reason", Value::from("clock")),
            ("before", Value::from(clock::text(before))),
            ("now", Value::from(clock::text(now))),
        ];
        Some(Draft::of(Kind::Open, data))
    }

    pub(super) fn push(&mut self, data: &[u8], sealer: Option<&mut Sealer>) -> Receipt {
        self.at = self.at.max(clock::now());
        self.seq += 1;
        self.last_start = self.bytes.len();
        let timestamp = clock::text(self.at);
        let sealed = sealer.map(|sealer| sealer.seal(self.seq, timestamp.as_bytes(), &self.hash, data));
        let data = sealed.as_deref().unwrap_or(data);
        self.hash = line::write(&mut self.bytes, self.seq, &timestamp, data, &self.hash);
        Receipt {
            seq: self.seq,
            timestamp,
            hash: self.hash,
        }
    }

    /// Notes what the entry just pushed is about.
    pub(super) fn mark(&mut self, seq: u64, moves: Move) {
        self.marks = self.marks.moved(seq, moves);
    }

    /// Writes the lines with one write and returns the new tail.
    pub(super) fn write(self, place: Place<'_>, to: &mut Segment, old: Tail) -> Result<Tail, LedgerError> {
        let failed = |e| LedgerError::io("write", &segment::path(place, to.first), e);
        let written = loop {
            match to.file.write(&self.bytes) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(failed)?,
            }
        };
        if written < self.bytes.len() {
            // The rest is not tried: a line in two writes could end up on the disk in part without a trace.
            let errno = if is_largest(old.end + written as u64) {
                Errno::FBIG
            } else {
                Errno::NOSPC
            };
            return Err(LedgerError::io(
                "write all of an entry to",
                &segment::path(place, to.first),
                errno,
            ));
        }
        Ok(Tail {
            seq: self.seq,
            at: self.at,
            hash: self.hash,
            start: old.end + self.last_start as u64,
            end: old.end + written as u64,
            booted: clock::since_boot(),
            marks: self.marks,
            ..old
        })
    }
}

/// Whether a file of that size may grow no further (`ulimit -f`).
fn is_largest(size: u64) -> bool {
    getrlimit(Resource::Fsize)
        .current
        .is_some_and(|largest| size >= largest)
}
