//! Entries as they come: remembers where it stopped reading, so that looking again costs what is new.
//! Takes no lock and trusts nothing but framing; a line still being written is left for the next look.

use super::{
    LedgerError, MAX_LINE_BYTES, line,
    read::Entry,
    segment::{self, Place},
};
use std::{
    fs::File,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::fs::{FileExt, MetadataExt},
    },
    path::{Path, PathBuf},
};

/// How much is read at one look.
const STEP: usize = 4 << 20;

/// A place in the ledger that moves forward as entries come.
#[derive(Debug)]
pub struct Follow {
    dir: OwnedFd,
    shown: PathBuf,
    /// The segment it stands in, none before there is one.
    first: Option<u64>,
    /// (dev, ino) of that segment's file; a redaction replaces the file.
    file: (u64, u64),
    offset: u64,
    /// Number of the last entry given out or passed over.
    last: u64,
}

impl Follow {
    /// Stands behind entry `last`, 0 for the beginning of what there is.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn after(dir: BorrowedFd<'_>, shown: &Path, last: u64) -> Result<Self, LedgerError> {
        let dir = dir
            .try_clone_to_owned()
            .map_err(|e| LedgerError::io("open", shown, e))?;
        let mut follow = Self {
            dir,
            shown: shown.to_path_buf(),
            first: None,
            file: (0, 0),
            offset: 0,
            last,
        };
        let firsts = segment::list(follow.place())?;
        follow.first = firsts
            .iter()
            .rev()
            .find(|first| **first <= last)
            .or(firsts.first())
            .copied();
        Ok(follow)
    }

    /// The entries that came since the last look, at most about 4 MiB of them. Empty means that there is nothing
    /// more for now.
    ///
    /// # Errors
    /// A segment cannot be read.
    pub fn look(&mut self) -> Result<Vec<Entry>, LedgerError> {
        loop {
            let Some(first) = self.first else {
                self.first = segment::list(self.place())?.first().copied();
                if self.first.is_none() {
                    return Ok(Vec::new());
                }
                continue;
            };
            let found = match self.open(first) {
                Ok((file, size, id)) => self.read(&file, size, id)?,
                Err(e) if e.errno() == Some(rustix::io::Errno::NOENT) => Vec::new(),
                Err(e) => return Err(e),
            };
            if !found.is_empty() {
                return Ok(found);
            }
            let Some(next) = segment::list(self.place())?
                .into_iter()
                .find(|later| *later > first)
            else {
                return Ok(Vec::new());
            };
            (self.first, self.offset, self.file) = (Some(next), 0, (0, 0));
        }
    }

    fn read(&mut self, file: &File, size: u64, id: (u64, u64)) -> Result<Vec<Entry>, LedgerError> {
        if id != self.file || size < self.offset {
            (self.file, self.offset) = (id, 0);
        }
        let mut found = Vec::new();
        while found.is_empty() && self.offset < size {
            let length = usize::try_from(size - self.offset).unwrap_or(STEP).min(STEP);
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, self.offset)
                .map_err(|e| self.failed(e))?;
            let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else {
                if length <= MAX_LINE_BYTES {
                    break;
                }
                // Longer than any entry: damage, which is passed over.
                self.offset += length as u64;
                continue;
            };
            let whole = bytes.get(..end).unwrap_or_default();
            for line in whole.split(|byte| *byte == b'\n') {
                let new = line::parse(line).is_ok_and(|framed| framed.seq > self.last);
                if let Some(entry) = new.then(|| Entry::parse(line)).flatten() {
                    self.last = entry.seq;
                    found.push(entry);
                }
            }
            self.offset += end as u64 + 1;
        }
        Ok(found)
    }

    fn open(&self, first: u64) -> Result<(File, u64, (u64, u64)), LedgerError> {
        let (file, shape) = segment::open_read(self.place(), first)?;
        let meta = file.metadata().map_err(|e| self.failed(e))?;
        Ok((file, shape.size, (meta.dev(), meta.ino())))
    }

    fn place(&self) -> Place<'_> {
        Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        }
    }

    fn failed(&self, e: std::io::Error) -> LedgerError {
        let path = self.first.map_or_else(
            || self.shown.clone(),
            |first| self.shown.join(segment::name(first)),
        );
        LedgerError::io("read", &path, e)
    }
}
