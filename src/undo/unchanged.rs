//! Whether a place is as a call left it: by the time that the kernel stamps on every change, which nobody can set.

use super::{
    Place,
    kept::{self, number, words},
};
use crate::resolve::{Flow, Kind, ObjectId, Stamp, Status, Visitor, status_at, walk};
use rustix::{
    fs::{Mode, OFlags, openat},
    io::Errno,
};
use serde_json::Value as Json;
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

/// What can have changed an object without anybody having changed it since the call.
#[derive(Clone, Copy)]
pub(super) struct Left<'a> {
    /// The last time that the call can have changed it.
    until: Stamp,
    /// Which object it was and its size, where that is on record: what happens within one tick of the kernel's clock can
    /// have one stamp.
    object: Option<ObjectId>,
    bytes: Option<u64>,
    /// When calls were taken back after that, from and to, in microseconds; that moves objects and leaves their content.
    undos: &'a [(i64, i64)],
}

impl<'a> Left<'a> {
    /// By a call whose outcome was recorded then, in microseconds.
    pub(super) fn by_call(until: i64, undos: &'a [(i64, i64)]) -> Self {
        let until = Stamp {
            sec: until.div_euclid(1_000_000),
            nsec: u32::try_from(until.rem_euclid(1_000_000)).unwrap_or_default() * 1000 + 999,
        };
        Self {
            until,
            object: None,
            bytes: None,
            undos,
        }
    }

    /// As this effect tells of it.
    pub(super) fn by(self, effect: &Json) -> Self {
        let Some(left) = effect.get("left") else {
            return self;
        };
        let stamp = |stamp: &Json| serde_json::from_value(stamp.clone()).ok();
        Self {
            until: left.get("changed").and_then(stamp).unwrap_or(self.until),
            object: left.get("object").and_then(kept::id),
            bytes: left.get("bytes").and_then(number),
            ..self
        }
    }

    fn fits(&self, status: &Status) -> bool {
        status.changed <= self.until
            || (self.was_moved(status) && (status.kind == Kind::Dir || status.modified <= self.until))
    }

    /// Whether it is the object itself that was left there, with as much in it.
    fn is_it(&self, status: &Status) -> bool {
        self.bytes.is_none_or(|bytes| bytes == status.size)
            && (self.object.is_none_or(|object| object == status.id) || self.was_moved(status))
    }

    /// Whether its last change was made by taking a call back.
    fn was_moved(&self, status: &Status) -> bool {
        let changed = micros(status.changed);
        self.undos
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&changed))
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
    if whole && left.is_it(&status) {
        Ok(())
    } else {
        Err("it has changed since".to_owned())
    }
}

/// Whether anything in a tree has changed since then; what cannot be looked at has.
pub(super) fn changed_since(place: &Place, then: i64) -> bool {
    unchanged(place, &Left::by_call(then, &[])).is_err()
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
