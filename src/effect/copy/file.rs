//! One regular file or symbolic link, to a name that is free. On failure nothing is left at that name.

use super::{
    Manner,
    attributes::{apply, apply_to_link, first_mode},
    data::copy_data,
    discard,
    extended::{Extended, Overwritten, strip_lists},
};
use crate::{
    effect::{plan::Preserve, run::Run},
    resolve::{Kind, Status, status_of},
};
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

/// Copies a regular file, opened for reading at its start, to the free name `new`. `before` is the file that the
/// copy is going to replace.
pub(super) fn copy_regular(
    source: BorrowedFd<'_>,
    status: &Status,
    dir: BorrowedFd<'_>,
    new: &OsStr,
    manner: Manner,
    run: &Run,
    before: Option<&Overwritten>,
) -> Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let dest = openat(dir, new, flags, first_mode(status, manner, before))?;
    let dest = dest.as_fd();
    let done = fill(source, status, dest, manner, run, before);
    if done.is_err() {
        discard(dir, new);
    }
    done
}

fn fill(
    source: BorrowedFd<'_>,
    status: &Status,
    dest: BorrowedFd<'_>,
    manner: Manner,
    run: &Run,
    before: Option<&Overwritten>,
) -> Result<(), Errno> {
    let plain = manner.preserve == Preserve::Content;
    if !plain || before.is_some() {
        strip_lists(dest)?;
    }
    copy_data(source, dest, status.size, status.blocks, &run.withdrawal)?;
    apply(status, dest, manner, run.umask, before, || match before {
        Some(before) if plain => before.give(dest),
        _ => Extended::to_keep(&source, manner).give(dest),
    })
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
