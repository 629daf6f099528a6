//! Whether a place is as a call left it: by the time that the kernel stamps on every change, which nobody can set.

use super::{Place, kept::words};
use crate::resolve::{Flow, Kind, Stamp, Status, Visitor, status_at, walk};
use rustix::{
    fs::{Mode, OFlags, openat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

/// What can have changed an object without anybody having changed it since the call.
pub(super) struct Left<'a> {
    /// When the call's outcome was recorded.
    pub(super) until: i64,
    /// When calls were taken back after that, from and to; that moves objects and leaves their content.
    pub(super) undos: &'a [(i64, i64)],
}

impl Left<'_> {
    fn fits(&self, status: &Status) -> bool {
        let (changed, modified) = (micros(status.changed), micros(status.modified));
        let moved = || {
            self.undos
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&changed))
        };
        changed <= self.until || (moved() && (status.kind == Kind::Dir || modified <= self.until))
    }
}

/// That nobody changed what was made, or anything in it, after that was recorded.
pub(super) fn unchanged(place: &Place, left: &Left<'_>) -> Result<(), String> {
    let status = status_at(place.dir.as_fd(), place.name.as_os_str()).map_err(words)?;
    let whole = if status.kind == Kind::Dir {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let root = openat(&place.dir, &place.name, flags, Mode::empty()).map_err(words)?;
        let mut looking = Looking { left, fits: true };
        walk(root.as_fd(), &mut looking).map_err(words)?;
        looking.fits
    } else {
        left.fits(&status)
    };
    if whole {
        Ok(())
    } else {
        Err("it has changed since".to_owned())
    }
}

/// Whether anything in a tree has changed since then; what cannot be looked at has.
pub(super) fn changed_since(place: &Place, then: i64) -> bool {
    let left = Left {
        until: then,
        undos: &[],
    };
    unchanged(place, &left).is_err()
}

pub(super) fn micros(at: Stamp) -> i64 {
    at.sec
        .saturating_mul(1_000_000)
        .saturating_add(i64::from(at.nsec / 1000))
}

/// Whether everything in a tree is as the call left it.
struct Looking<'a> {
    left: &'a Left<'a>,
    fits: bool,
}

impl Visitor for Looking<'_> {
    type Stop = Errno;

    fn enter(&mut self, _: BorrowedFd<'_>, _: &[u8], status: &Status) -> Result<Flow, Errno> {
        self.fits &= self.left.fits(status);
        Ok(Flow::Descend)
    }

    fn entry(&mut self, _: BorrowedFd<'_>, _: &OsStr, _: &[u8], status: &Status) -> Result<(), Errno> {
        self.fits &= self.left.fits(status);
        Ok(())
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Errno> {
        Ok(())
    }

    fn trouble(&mut self, _: &[u8], errno: Errno) -> Result<(), Errno> {
        Err(errno)
    }
}
