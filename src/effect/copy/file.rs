//! One regular file or symbolic link, to a name that is free. On failure nothing is left at that name.

use super::{
    Manner,
    attributes::{apply, apply_to_link, copy_attributes, first_mode},
    data::copy_data,
    discard,
};
use crate::resolve::{Kind, Status, status_of};
use rustix::{
    fs::{Mode, OFlags, openat, readlinkat, symlinkat},
    io::Errno,
    path::Arg,
};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

/// Opens `name` for reading and makes sure that it is the regular file that was seen.
pub(super) fn open_regular(dir: BorrowedFd<'_>, name: &OsStr, seen: &Status) -> Result<OwnedFd, Errno> {
    // Non-blocking, so that a pipe that took the name cannot hold the effect up.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let fd = openat(dir, name, flags, Mode::empty())?;
    let now = status_of(&fd)?;
    if now.id != seen.id || now.kind != Kind::File {
        return Err(Errno::STALE);
    }
    Ok(fd)
}

/// Copies a regular file, opened for reading at its start, to the free name `new`. `before` is the object that the
/// copy is going to replace.
pub(super) fn copy_regular(
    source: BorrowedFd<'_>,
    status: &Status,
    dir: BorrowedFd<'_>,
    new: &OsStr,
    manner: Manner,
    umask: u32,
    before: Option<&Status>,
) -> Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let dest = openat(dir, new, flags, first_mode(status, manner, before))?;
    let done = copy_data(source, dest.as_fd(), status.size, status.blocks)
        .and_then(|()| apply(status, dest.as_fd(), manner, umask, before))
        .map(|()| copy_attributes(source, dest.as_fd(), manner));
    if done.is_err() {
        discard(dir, new);
    }
    done
}

/// Copies a symbolic link, `name` in `from` or, where that is empty, `from` itself, to the free name `new`.
pub(super) fn copy_link(
    from: BorrowedFd<'_>,
    name: impl Arg,
    status: &Status,
    dir: BorrowedFd<'_>,
    new: &OsStr,
    manner: Manner,
) -> Result<(), Errno> {
    let text = readlinkat(from, name, Vec::with_capacity(256))?;
    symlinkat(text, dir, new)?;
    let done = apply_to_link(dir, new, status, manner);
    if done.is_err() {
        discard(dir, new);
    }
    done
}
