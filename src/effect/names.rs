//! Renames that never lose what they meet. Where a file system lacks the kernel's own means, the nearest safe
//! way is taken; never a plain rename over something.

use crate::resolve::status_at;
use rustix::{
    fs::{RenameFlags, renameat, renameat_with},
    io::Errno,
};
use std::{ffi::OsStr, os::fd::BorrowedFd};

/// Renames to a name that is free.
///
/// # Errors
/// `EEXIST` where it is not; whatever renameat2(2) gives.
pub(crate) fn rename_free(
    from: BorrowedFd<'_>,
    old: &OsStr,
    to: BorrowedFd<'_>,
    new: &OsStr,
) -> Result<(), Errno> {
    match renameat_with(from, old, to, new, RenameFlags::NOREPLACE) {
        // File systems without the flag (NFS): look first. What appears in between belongs to the same user.
        Err(Errno::INVAL | Errno::NOSYS) => match status_at(to, new) {
            Err(Errno::NOENT) => renameat(from, old, to, new),
            Ok(_) => Err(Errno::EXIST),
            Err(errno) => Err(errno),
        },
        done => done,
    }
}

/// Lets two names change places; `spare` is a free name in the first directory.
///
/// # Errors
/// Whatever renameat2(2) gives; both names are then as they were.
pub(crate) fn exchange(
    first: BorrowedFd<'_>,
    one: &OsStr,
    second: BorrowedFd<'_>,
    other: &OsStr,
    spare: &OsStr,
) -> Result<(), Errno> {
    match renameat_with(first, one, second, other, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS) => {
            rename_free(second, other, first, spare)?;
            if let Err(errno) = rename_free(first, one, second, other) {
                rename_free(first, spare, second, other)?;
                return Err(errno);
            }
            rename_free(first, spare, first, one)
        }
        done => done,
    }
}
