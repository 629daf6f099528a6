//! Appending: lock, check the tail, one write, unlock, sync. The one place that writes entries.

use super::{
    Durability, Hash, Kind, LedgerError, Settings,
    batch::{Batch, is_full, suspend},
    durable::{refuse_poisoned, sync_segment},
    group_commit,
    lines::prepare,
    lock::{self, Lock},
    marks::{Marks, Move},
    recover,
    redact::{Patterns, Secrets, Tagger},
    segment::{self, Place, Segment},
    tail::{self, Cache},
};
use serde_json::{Map, Value};
use std::{
    borrow::Cow,
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
};

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

    /// Appends entries as one write, all or none of them acknowledged; of no entries nothing is written.
    ///
    /// # Errors
    /// Nothing is acknowledged; kinds that only the ledger itself writes are refused.
    pub fn append(&mut self, drafts: &[Draft], durability: Durability) -> Result<Vec<Receipt>, LedgerError> {
        if let Some(own) = drafts.iter().find(|draft| draft.kind.is_own()) {
            return Err(LedgerError::Draft {
                why: format!("`{}` entries are written by the ledger itself", own.kind.word()),
            });
        }
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.write(Cow::Borrowed(drafts), durability >= Durability::Strict, None)
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
        let read = tail::load(self.lock.unlocked());
        let cache = read.map_err(|e| LedgerError::io("read", &place.path(lock::NAME), e))?;
        // A writer that was stopped, or is at it, has written more than the cache says.
        if let Cache::Known(tail) = cache
            && segment::size(place, tail.first) == Some(tail.end)
        {
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

    /// What the parts of this writer that take out of the record work with.
    pub(super) fn parts(&mut self) -> (Place<'_>, &mut Lock, &Settings) {
        let place = Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        };
        (place, &mut self.lock, &self.settings)
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
        let (file, shape) = segment::open_append(place, first)?;
        let newest = Segment {
            first,
            file,
            opened: shape,
            left: None,
        };
        sync_segment(place, &newest)
    }

    pub(super) fn write_one(&mut self, draft: Draft, sync: bool) -> Result<Receipt, LedgerError> {
        self.write(Cow::Owned(vec![draft]), sync, None)?
            .pop()
            .ok_or(LedgerError::Draft {
                why: "nothing was written".to_owned(),
            })
    }

    /// Writes entries; with `unless_stopped_since`, only while no newer entry than that one stops calls.
    pub(super) fn write(
        &mut self,
        drafts: Cow<'_, [Draft]>,
        sync: bool,
        unless_stopped_since: Option<u64>,
    ) -> Result<Vec<Receipt>, LedgerError> {
        let ready = self.ready(&drafts)?;
        let place = Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        };
        let guard = self.lock.take(place, self.settings.lock_timeout)?;
        let batch = Batch {
            entries: &ready,
            unless_stopped_since,
        };
        let written = batch.write(place, &guard, &self.settings, self.segment.take());
        let (segment, wrote, receipts) = match written {
            Err(e) if is_full(&e) => return Err(suspend(place, &guard, &self.settings, e)),
            other => other?,
        };
        drop(guard);
        if sync {
            group_commit::sync(place, self.lock.unlocked(), &segment, &wrote)?;
            refuse_poisoned(place)?;
        }
        self.segment = Some(segment);
        Ok(receipts)
    }

    /// The canonical data of drafts, their secrets taken out.
    fn ready(&mut self, drafts: &[Draft]) -> Result<Vec<(Move, Vec<u8>)>, LedgerError> {
        let patterns = match self.patterns.take() {
            Some(patterns) => patterns,
            None => Patterns::compile(&self.settings.redact).map_err(|bad| LedgerError::Draft {
                why: format!("the redaction pattern `{}` does not compile", bad.0),
            })?,
        };
        let patterns = self.patterns.insert(patterns);
        let tagger = Tagger::new(Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        });
        let secrets = Secrets {
            patterns,
            tag: &|secret| tagger.tag(secret),
        };
        drafts
            .iter()
            .map(|draft| {
                let secrets = Some(&secrets).filter(|_| !draft.kind.is_about_itself());
                Ok((Move::of(draft), prepare(draft, secrets)?))
            })
            .collect()
    }
}
