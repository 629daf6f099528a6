//! Which policy documents were checked in full before, so that a call need not read every condition again. Only says
//! so: a document's content always comes from the document, and a false word here lets nothing pass, because a
//! condition that turns out unsound when it is tried denies.

use crate::state::files;
use rustix::fs::OFlags;
use std::{io::Write, os::fd::BorrowedFd};

/// One line a document: the SHA-256 of its bytes, and the version that checked it.
const FILE: &str = "state/checked";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// No file is read beyond this.
const MAX_BYTES: u64 = 64 << 10;
/// Documents that are remembered; the file begins anew beyond that.
const MOST: usize = 64;

/// The documents of this directory that were checked before.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    home: BorrowedFd<'a>,
    known: String,
}

impl<'a> Checked<'a> {
    /// Reads what is known; a file that cannot be read says nothing.
    pub(crate) fn read(home: BorrowedFd<'a>) -> Self {
        let known = files::read(home, FILE, MAX_BYTES).ok().flatten();
        Self {
            home,
            known: known
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default(),
        }
    }

    /// Whether the document of this SHA-256 was checked by this version.
    pub(crate) fn has(&self, sha256: &str) -> bool {
        self.known
            .lines()
            .any(|line| line.split_once(' ') == Some((sha256, VERSION)))
    }

    /// Remembers documents that were checked now. Failing to is no failure: they are checked again.
    pub(crate) fn remember<'b>(&self, documents: impl Iterator<Item = &'b str>) {
        let new: String = documents
            .filter(|sha256| !self.has(sha256))
            .map(|sha256| format!("{sha256} {VERSION}\n"))
            .collect();
        if self.known.is_empty() || self.known.lines().count() >= MOST {
            files::replace(self.home, FILE, new.as_bytes(), files::Sync::Lazy).ok();
            return;
        }
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE;
        if let Ok(Some(mut file)) = files::open(self.home, FILE, flags) {
            // One write: lines of calls at the same time stay whole.
            file.write_all(new.as_bytes()).ok();
        }
    }
}
