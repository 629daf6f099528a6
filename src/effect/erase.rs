//! Deletes for good what was kept elsewhere, or what a person agreed to lose: a name, or the tree below it.
//! Only by names in held directories; a symbolic link is removed, never followed.

use super::run::Fault;
use crate::resolve::{Flow, Kind, ObjectId, Status, Visitor, status_of, walk};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, chmodat, openat, unlinkat},
    io::Errno,
    process::geteuid,
};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

/// Deletes `name` in `dir` for good.
pub(super) fn erase(dir: BorrowedFd<'_>, name: &OsStr, kind: Kind, judged: ObjectId) -> Result<(), Fault> {
    if kind == Kind::Dir {
        empty(dir, name, judged)?;
        return Ok(unlinkat(dir, name, AtFlags::REMOVEDIR)?);
    }
    Ok(unlinkat(dir, name, AtFlags::empty())?)
}

/// As [`erase`], for an object that a person wants gone.
///
/// # Errors
/// What the kernel says; `ESTALE` where it is another object.
pub(crate) fn erase_for_good(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    kind: Kind,
    judged: ObjectId,
) -> Result<(), Errno> {
    erase(dir, name, kind, judged).map_err(errno_of)
}

/// The kernel's word for why a step could not be done.
pub(super) fn errno_of(fault: Fault) -> Errno {
    match fault {
        Fault::Kernel(errno) => errno,
        Fault::Swapped | Fault::Stranded | Fault::Told => Errno::STALE,
    }
}

/// Deletes everything in the directory `name`.
fn empty(dir: BorrowedFd<'_>, name: &OsStr, judged: ObjectId) -> Result<(), Fault> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let root = openat(dir, name, flags, Mode::empty())?;
    let status = status_of(&root)?;
    if status.id != judged {
        return Err(Fault::Swapped);
    }
    open_up(root.as_fd(), &status)?;
    walk(root.as_fd(), &mut Eraser)
}

/// Lets its owner delete what is in a directory that was made read-only: a rename would have taken it away as it is.
fn open_up(dir: BorrowedFd<'_>, status: &Status) -> Result<(), Errno> {
    let may = 0o300;
    if status.mode & may == may || status.uid != geteuid().as_raw() {
        return Ok(());
    }
    chmodat(
        CWD,
        format!("/proc/self/fd/{}", dir.as_raw_fd()),
        Mode::from_raw_mode(status.mode | may),
        AtFlags::empty(),
    )
}

struct Eraser;

impl Visitor for Eraser {
    type Stop = Fault;

    fn enter(&mut self, dir: BorrowedFd<'_>, path: &[u8], status: &Status) -> Result<Flow, Fault> {
        if status.mount_root && !path.is_empty() {
            return Err(Fault::Kernel(Errno::XDEV));
        }
        open_up(dir, status)?;
        Ok(Flow::Descend)
    }

    fn entry(&mut self, dir: BorrowedFd<'_>, name: &OsStr, _: &[u8], _: &Status) -> Result<(), Fault> {
        Ok(unlinkat(dir, name, AtFlags::empty())?)
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Fault> {
        Ok(())
    }

    fn left(&mut self, above: BorrowedFd<'_>, name: &OsStr) -> Result<(), Fault> {
        Ok(unlinkat(above, name, AtFlags::REMOVEDIR)?)
    }

    fn trouble(&mut self, _: &[u8], errno: Errno) -> Result<(), Fault> {
        Err(Fault::Kernel(errno))
    }
}
