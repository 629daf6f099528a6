//! Appending: lock, check the tail, one write, unlock, sync. The one place that writes entries.

use super::{
    Durability, Hash, Kind, LedgerError, Settings, canon, clock,
    clock::Micros,
    hash, line,
    lock::{self, Lock},
    marks::{Marks, Move},
    recover,
    redact::{Patterns, Redactor},
    rotate,
    seal::Sealer,
    segment::{self, Place},
    tail::{self, Cache, Tail},
};
use rustix::rand::{GetRandomFlags, getrandom};
use serde_json::{Map, Value};
use std::{
    fs::File,
    io::{ErrorKind, Write},
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
};

/// Name of the marker that a failed sync leaves.
pub(super) const POISONED: &str = "ledger.poisoned";
/// Members of a signed entry that are its statement.
const SIGNED: [&str; 2] = ["statement", "signature"];
/// A clock this far behind the last entry is recorded; less is smoothed over.
const CLOCK_SLACK: Micros = 1_000_000;

/// One entry about to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it records.
    pub kind: Kind,
    /// Its data, without `kind`.
    pub data: Map<String, Value>,
}

impl Draft {
    /// A draft of a few members.
    pub(super) fn of<const N: usize>(kind: Kind, members: [(&str, Value); N]) -> Self {
        let data = members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Self { kind, data }
    }
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub seq: u64,
    /// Its time, 27 characters.
    pub timestamp: String,
    /// Its hash.
    pub hash: Hash,
}

/// The writer of a ledger. Any number of processes may have one open.
#[derive(Debug)]
pub struct Ledger {
    dir: OwnedFd,
    shown: PathBuf,
    settings: Settings,
    lock: Lock,
    segment: Option<Segment>,
    patterns: Option<Patterns>,
}

/// The newest segment as this writer has it open.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) file: File,
    /// The tail that this writer left; while the cache still says the same, the tail was checked.
    pub(super) left: Option<Tail>,
}

impl Ledger {
    /// Opens an existing ledger for appending. Does not look at its entries yet.
    ///
    /// # Errors
    /// There is none, or its lock file cannot be opened.
    pub fn open(dir: OwnedFd, shown: &Path, settings: Settings) -> Result<Self, LedgerError> {
        let lock = Lock::open(Place {
            dir: dir.as_fd(),
            shown,
        })?;
        Ok(Self::with(dir, shown, settings, lock))
    }

    pub(super) fn with(dir: OwnedFd, shown: &Path, settings: Settings, lock: Lock) -> Self {
        Self {
            dir,
            shown: shown.to_path_buf(),
            settings,
            lock,
            segment: None,
            patterns: None,
        }
    }

    /// Appends entries as one write, all or none of them acknowledged.
    ///
    /// # Errors
    /// Nothing is acknowledged; kinds that only the ledger itself writes are refused.
    pub fn append(&mut self, drafts: &[Draft], durability: Durability) -> Result<Vec<Receipt>, LedgerError> {
        if let Some(own) = drafts.iter().find(|draft| draft.kind.is_own()) {
            return Err(LedgerError::Draft {
                why: format!("`{}` entries are written by the ledger itself", own.kind.word()),
            });
        }
        self.write(drafts.to_vec(), durability >= Durability::Strict, None)
    }

    /// The marks as the last writer left them. What is read beside other writers may be old by the time it is
    /// used; [`Ledger::decide`] looks again under the lock.
    ///
    /// # Errors
    /// The end of the ledger cannot be found.
    pub fn marks(&mut self) -> Result<Marks, LedgerError> {
        let place = Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        };
        let path = place.path(lock::NAME);
        let cache = tail::load(&Lock::peek(place)?).map_err(|e| LedgerError::io("read", &path, e))?;
        if let Cache::Known(tail) = cache {
            return Ok(tail.marks);
        }
        let guard = self.lock.take(place, self.settings.lock_timeout)?;
        let found = recover::find(place, &guard, self.segment.take())?;
        Ok(found.tail.marks)
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        }
    }

    /// Makes what is written so far durable.
    pub(super) fn settle(&mut self) -> Result<(), LedgerError> {
        let place = self.place();
        refuse_poisoned(place)?;
        let Some(&first) = segment::list(place)?.last() else {
            return Err(LedgerError::Missing {
                path: self.shown.clone(),
            });
        };
        let (file, _) = segment::open_append(place, first)?;
        let newest = Segment {
            first,
            file,
            left: None,
        };
        sync_segment(place, &newest)
    }

    pub(super) fn write_one(&mut self, draft: Draft, sync: bool) -> Result<Receipt, LedgerError> {
        self.write(vec![draft], sync, None)?
            .pop()
            .ok_or(LedgerError::Draft {
                why: "nothing was written".to_owned(),
            })
    }

    /// Writes entries; with `unless_stopped_since`, only while no newer entry than that one stops calls.
    pub(super) fn write(
        &mut self,
        drafts: Vec<Draft>,
        sync: bool,
        unless_stopped_since: Option<u64>,
    ) -> Result<Vec<Receipt>, LedgerError> {
        if self.patterns.is_none() {
            self.patterns = Some(Patterns::compile(&self.settings.redact)?);
        }
        let mut ready = Vec::with_capacity(drafts.len());
        for mut draft in drafts {
            let moves = Move::of(&draft);
            if let Some(patterns) = self.patterns.as_ref().filter(|_| !draft.kind.is_about_itself()) {
                // What a person signed stays as it was signed, or its signature would no longer hold.
                let names: &[&str] = if draft.kind.is_signed() { &SIGNED } else { &[] };
                let kept: Vec<_> = names
                    .iter()
                    .filter_map(|name| draft.data.remove_entry(*name))
                    .collect();
                Redactor::new(self.place(), patterns).object(&mut draft.data);
                draft.data.extend(kept);
            }
            ready.push((moves, prepare(draft)?));
        }
        let place = Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        };
        let guard = self.lock.take(place, self.settings.lock_timeout)?;
        refuse_poisoned(place)?;
        let mut found = recover::find(place, &guard, self.segment.take())?;
        if self.settings.require_seal && !found.tail.sealed {
            return Err(LedgerError::Unsealed {
                path: self.shown.clone(),
                why: "is not sealed, and policy demands it",
            });
        }
        if unless_stopped_since.is_some_and(|known| found.tail.marks.freeze > known) {
            return Err(LedgerError::Stopped {
                seq: found.tail.marks.freeze,
            });
        }
        let mut sealer = match found.tail.sealed {
            true => Some(Sealer::open(place, &mut found)?),
            false => None,
        };
        let (mut segment, mut tail, note) =
            rotate::when_due(place, &guard, &self.settings, found, sealer.as_mut())?;
        let mut receipts = Vec::with_capacity(ready.len());
        let mut lines = Lines::after(&tail);
        for own in note.into_iter().chain(lines.clock_entry()) {
            lines.push(&prepare(own)?, sealer.as_mut());
        }
        for (moves, data) in &ready {
            let receipt = lines.push(data, sealer.as_mut());
            lines.mark(receipt.seq, *moves);
            receipts.push(receipt);
        }
        tail = lines.write(place, &mut segment, tail)?;
        if let Some(sealer) = &sealer {
            sealer.store(place)?;
        }
        // A cache that cannot be written is a cache that the next writer rebuilds.
        drop(tail.store(&guard));
        segment.left = Some(tail);
        drop(guard);
        if sync {
            sync_segment(place, &segment)?;
            refuse_poisoned(place)?;
        }
        self.segment = Some(segment);
        Ok(receipts)
    }
}

/// Fails while the marker of a failed sync is there.
pub(super) fn refuse_poisoned(place: Place<'_>) -> Result<(), LedgerError> {
    if place.has(POISONED)? {
        return Err(LedgerError::Poisoned {
            path: place.path(POISONED),
        });
    }
    Ok(())
}

/// Makes a segment durable. A failure is final for everything that was written to it: the kernel may have
/// dropped the pages and would report success to the next attempt, so every writer is told by the marker.
pub(super) fn sync_segment(place: Place<'_>, segment: &Segment) -> Result<(), LedgerError> {
    let Err(e) = rustix::fs::fdatasync(&segment.file) else {
        return Ok(());
    };
    let path = place.path(&segment::name(segment.first));
    let text = format!(
        "{} sync of {} failed: {e}\n",
        clock::text(clock::now()),
        path.display()
    );
    let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::CREATE;
    if let Ok(mut marker) = place.open(POISONED, flags, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR) {
        drop(marker.write_all(text.as_bytes()));
        drop(marker.sync_all());
        drop(place.sync());
    }
    Err(LedgerError::io("sync", &path, e))
}

/// Turns a draft into the canonical bytes of its data.
pub(super) fn prepare(draft: Draft) -> Result<Vec<u8>, LedgerError> {
    let mut data = draft.data;
    if let Some(name) = data
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
    data.insert("kind".to_owned(), Value::from(draft.kind.word()));
    // With the salt, an entry's digest does not give away what a later redaction took out.
    let mut salt = [0_u8; 16];
    getrandom(&mut salt, GetRandomFlags::empty()).map_err(|e| LedgerError::Draft {
        why: format!("the kernel gave no random salt: {e}"),
    })?;
    data.insert("salt".to_owned(), Value::from(hash::text(&salt)));
    canon::canonical(&data)
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
    fn clock_entry(&mut self) -> Option<Draft> {
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
    fn mark(&mut self, seq: u64, moves: Move) {
        self.marks = self.marks.moved(seq, moves);
    }

    /// Writes the lines with one write and returns the new tail.
    pub(super) fn write(self, place: Place<'_>, to: &mut Segment, old: Tail) -> Result<Tail, LedgerError> {
        let path = place.path(&segment::name(to.first));
        let written = loop {
            match to.file.write(&self.bytes) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(|e| LedgerError::io("write", &path, e))?,
            }
        };
        if written < self.bytes.len() {
            // The rest is not tried: a line in two writes could end up on the disk in part without a trace.
            return Err(LedgerError::io(
                "write all of an entry to",
                &path,
                rustix::io::Errno::NOSPC,
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
