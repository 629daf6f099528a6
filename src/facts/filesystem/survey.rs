//! Looks through a tree before anything is done to it: how much it is, and what in it is a hazard.
//! Opens and counts; changes nothing, and enters another mount only where policy allows.

use crate::resolve::{Flow, Status, Visitor, walk};
use rustix::io::Errno;
use std::{
    ffi::OsStr,
    os::{fd::BorrowedFd, unix::ffi::OsStrExt},
};

/// What a tree holds, its root included.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Objects.
    pub(super) entries: u64,
    /// Bytes of regular files.
    pub(super) bytes: u64,
    /// Regular files with further names.
    pub(super) hard_links: u64,
    /// Fifos, sockets, devices.
    pub(super) special: u64,
    /// Directories and files that other mounts stand on; not looked into.
    pub(super) mounts: u64,
    /// Objects left out by the caller's check, with all below them.
    pub(super) left_out: Vec<Vec<u8>>,
    /// Directories that could not be read.
    pub(super) unreadable: u64,
    /// Whether it was more than the limit and the survey ended there.
    pub(super) exceeded: bool,
}

/// How far a survey goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// Most entries.
    pub(super) max_entries: u64,
    /// Whether other mounts are looked into.
    pub(super) cross_mounts: bool,
}

/// Surveys the tree below `root`. `check` sees every object but the root and says whether it is part of the call.
pub(super) fn survey(
    root: BorrowedFd<'_>,
    reach: Reach,
    check: &mut dyn FnMut(&[u8], &Status) -> Flow,
) -> Survey {
    let mut surveyor = Surveyor {
        found: Survey::default(),
        reach,
        check,
    };
    // The only way to stop is the limit, which the survey itself tells.
    walk(root, &mut surveyor).unwrap_or(());
    surveyor.found
}

struct Surveyor<'c> {
    found: Survey,
    reach: Reach,
    check: &'c mut dyn FnMut(&[u8], &Status) -> Flow,
}

/// The limit was reached.
struct Full;

impl Surveyor<'_> {
    fn count(&mut self, path: &[u8], status: &Status) -> Result<Flow, Full> {
        if !path.is_empty() && (self.check)(path, status) == Flow::Skip {
            self.found.left_out.push(path.to_vec());
            return Ok(Flow::Skip);
        }
        let found = &mut self.found;
        found.entries += 1;
        found.hard_links += u64::from(status.is_hard_linked());
        found.special += u64::from(status.kind.is_special());
        if status.kind == crate::resolve::Kind::File {
            found.bytes = found.bytes.saturating_add(status.size);
        }
        if found.entries > self.reach.max_entries {
            found.exceeded = true;
            return Err(Full);
        }
        if status.mount_root && !path.is_empty() {
            found.mounts += 1;
            if !self.reach.cross_mounts {
                return Ok(Flow::Skip);
            }
        }
        Ok(Flow::Descend)
    }
}

impl Visitor for Surveyor<'_> {
    type Stop = Full;

    fn enter(&mut self, _: BorrowedFd<'_>, path: &[u8], status: &Status) -> Result<Flow, Full> {
        self.count(path, status)
    }

    fn entry(&mut self, _: BorrowedFd<'_>, _: &OsStr, path: &[u8], status: &Status) -> Result<(), Full> {
        self.count(path, status).map(drop)
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Full> {
        Ok(())
    }

    fn trouble(&mut self, _: &[u8], _: Errno) -> Result<(), Full> {
        self.found.unreadable += 1;
        Ok(())
    }
}

/// The text of a path below a resolved one, as policy sees it.
pub(super) fn text_below(path: &str, below: &[u8]) -> String {
    let mut out = path.trim_end_matches('/').to_owned();
    out.push('/');
    out.push_str(&policy::text::escape(OsStr::from_bytes(below).as_bytes()));
    out
}
