//! One pass over the lines: framing, numbers, hashes and the chain across segments.

use super::{Finding, Report, State};
use crate::{
    Hash, LedgerError,
    genesis::Origin,
    hash, line,
    scan::{Lines, Piece},
    segment::{self, Place},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// How much of a segment there is to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it; another segment comes after it.
    Closed,
    /// Up to this offset; no segment comes after it.
    Last(u64),
}

/// The state of the pass.
#[derive(Clone, Default)]
pub(crate) struct Chain {
    pub(crate) report: Report,
    pub(super) seq: u64,
    pub(super) head: Hash,
    pub(super) begun: bool,
    /// What the first entry there is follows.
    pub(super) first_prev: Hash,
    /// Bytes at the end of the segment before that are no entry: the next segment must tell of them.
    pub(super) torn: Option<Torn>,
}

/// The bytes of a write that was cut off.
#[derive(Clone)]
pub(super) struct Torn {
    segment: String,
    offset: u64,
    bytes: u64,
    sha256: Hash,
    /// What is wrong with a line of the right form among them: only a person vouches for that.
    suspect: Option<String>,
}

/// Bytes from here on are no entries, as far as can be told yet.
struct Rest {
    start: u64,
    state: Sha256,
    suspect: Option<String>,
}

impl Rest {
    fn from(start: u64, suspect: Option<String>) -> Self {
        let state = Sha256::new();
        Self {
            start,
            state,
            suspect,
        }
    }

    fn take(&mut self, bytes: &[u8], newline: bool) {
        self.state.update(bytes);
        self.state.update(if newline { b"\n".as_slice() } else { b"" });
    }
}

impl Chain {
    /// Follows one segment; `each` sees every good entry.
    pub(crate) fn segment(
        &mut self,
        place: Place<'_>,
        first: u64,
        extent: Extent,
        each: &mut dyn FnMut(&line::Framed<'_>) -> Result<(), String>,
    ) -> Result<(), LedgerError> {
        let name = segment::name(first);
        let path = place.path(&name);
        let (file, _) = segment::open_read(place, first)?;
        let until = match extent {
            Extent::Closed => u64::MAX,
            Extent::Last(until) => until,
        };
        let mut lines = Lines::from(file, &path, 0, until)?;
        let mut rest: Option<Rest> = None;
        self.report.segments += 1;
        loop {
            let start = lines.offset;
            let (bytes, newline) = match lines.next()? {
                Piece::End => break,
                Piece::Line(bytes) => (bytes, true),
                Piece::Rest(bytes) => (bytes, false),
            };
            let framed = line::parse(bytes).ok().filter(|_| newline);
            if let Some(rest) = &mut rest {
                if framed.is_some_and(|framed| framed.seq > self.seq) {
                    let what = rest.suspect.as_deref();
                    let what = what.unwrap_or("is no entry, and entries follow it");
                    self.bad(State::Tampered, &name, self.seq + 1, rest.start, what);
                    self.report.bytes += rest.start;
                    return Ok(());
                }
                rest.take(bytes, newline);
                continue;
            }
            let wrong = match &framed {
                Some(framed) => self.entry(framed, first, start).err(),
                None => Some(""),
            };
            if wrong.is_some()
                && let Some(torn) = self.torn.take()
            {
                self.unaccounted(torn);
                return Ok(());
            }
            if let Some(what) = wrong {
                // What a crash leaves is no line, or one with bytes that no entry has.
                let suspect = framed
                    .filter(|_| !line::is_interrupted(bytes))
                    .map(|_| what.to_owned());
                let mut begun = Rest::from(start, suspect);
                begun.take(bytes, newline);
                rest = Some(begun);
                continue;
            }
            if let Some(framed) = framed
                && let Err(what) = each(&framed)
            {
                self.bad(State::Tampered, &name, framed.seq, start, &what);
                self.report.bytes += start;
                return Ok(());
            }
        }
        self.report.bytes += lines.offset;
        let Some(rest) = rest else { return Ok(()) };
        let torn = Torn {
            segment: name,
            offset: rest.start,
            bytes: lines.offset - rest.start,
            sha256: rest.state.finalize().into(),
            suspect: rest.suspect,
        };
        match extent {
            Extent::Closed => self.torn = Some(torn),
            Extent::Last(_) => self.left(torn),
        }
        Ok(())
    }

    /// Nothing follows these bytes: the next writer tells of them, or a person must.
    fn left(&mut self, torn: Torn) {
        let cut = format!("{} bytes of a write that was cut off", torn.bytes);
        let (state, what) = match torn.suspect {
            Some(what) => (State::Tampered, what),
            None => (State::Torn, cut),
        };
        self.bad(state, &torn.segment, self.seq + 1, torn.offset, &what);
    }

    /// What follows these bytes does not tell of them.
    fn unaccounted(&mut self, torn: Torn) {
        let what = torn.suspect.as_deref();
        let what = what.unwrap_or("is no entry, and the next one does not tell of that");
        self.bad(State::Tampered, &torn.segment, self.seq + 1, torn.offset, what);
    }

    fn entry(&mut self, framed: &line::Framed<'_>, first: u64, start: u64) -> Result<(), &'static str> {
        if start == 0 && framed.seq != first {
            return Err("is not the entry that the segment's name tells");
        }
        if self.begun {
            if framed.seq != self.seq + 1 {
                return Err("does not have the next number");
            }
            if framed.prev != self.head {
                return Err("does not follow the entry before it");
            }
        } else if framed.seq == 1 && framed.prev != hash::ZERO {
            return Err("follows an entry before the first");
        }
        if !framed.holds() {
            return Err("does not have the hash of what it says");
        }
        if let Some(torn) = &self.torn
            && !tells_of(framed.data, torn)
        {
            return Err("does not tell of the torn bytes before it");
        }
        if framed.seq == 1 && Origin::of(framed.data).is_none() {
            return Err("does not begin a ledger");
        }
        self.torn = None;
        if !self.begun {
            self.begun = true;
            self.first_prev = framed.prev;
            self.report.entries_from = framed.seq;
        }
        self.seq = framed.seq;
        self.head = framed.hash;
        Ok(())
    }

    fn bad(&mut self, state: State, name: &str, seq: u64, offset: u64, what: &str) {
        self.report.add(Finding {
            state,
            seq: Some(seq),
            segment: Some(name.to_owned()),
            offset: Some(offset),
            what: what.to_owned(),
        });
    }

    /// The report of the whole pass.
    pub(crate) fn finish(mut self) -> Report {
        if let Some(torn) = self.torn.take() {
            self.left(torn);
        }
        self.report.entries_to = self.seq;
        self.report.head = hash::hex_text(&self.head);
        self.report
    }
}

/// Whether an entry is the `open` entry for these torn bytes.
fn tells_of(data: &[u8], torn: &Torn) -> bool {
    let Ok(data) = serde_json::from_slice::<Map<String, Value>>(data) else {
        return false;
    };
    data.get("kind") == Some(&Value::from("open"))
        && data.get("segment") == Some(&Value::from(torn.segment.as_str()))
        && data.get("offset") == Some(&Value::from(torn.offset))
        && data.get("bytes") == Some(&Value::from(torn.bytes))
        && data.get("sha256") == Some(&Value::from(hash::hex_text(&torn.sha256)))
        && (torn.suspect.is_none() || data.contains_key("recovery"))
}
