//! Where deleted and overwritten objects go, so that the judged object is the one that goes and can come back.
//! An entry is one object under `<seq of the decision, 20 digits>.<number>` in a private directory on the same
//! mount; `<entry>.from`, a symbolic link, keeps the path of an object that the decision does not name.
//! Never follows a link, never replaces an entry, never deletes one.

mod store;

pub use store::{Site, Store};

use crate::resolve::{ObjectId, status_at};
use rustix::{
    fs::{AtFlags, RenameFlags, renameat_with, symlinkat, unlinkat},
    io::Errno,
};
use std::{ffi::OsStr, os::fd::BorrowedFd};

/// Why an object did not go into the quarantine. In each case it is where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeError {
    /// The name led to another object than the one judged.
    Swapped,
    /// Another object took the name before this one could be put back; it stays in the quarantine.
    Stranded,
    /// The kernel refused.
    Kernel(Errno),
}

impl From<Errno> for TakeError {
    fn from(errno: Errno) -> Self {
        Self::Kernel(errno)
    }
}

/// Renames `name` in `dir` to `entry` in `store` and makes sure that it was the judged object; anything else is
/// put back.
///
/// # Errors
/// See [`TakeError`].
pub fn take(
    store: BorrowedFd<'_>,
    entry: &str,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: ObjectId,
) -> Result<(), TakeError> {
    renameat_with(dir, name, store, entry, RenameFlags::NOREPLACE)?;
    if status_at(store, entry).is_ok_and(|now| now.id == judged) {
        return Ok(());
    }
    put_back(store, entry, dir, name).map_err(|_| TakeError::Stranded)?;
    Err(TakeError::Swapped)
}

/// Renames an entry back to where it came from; never over anything.
///
/// # Errors
/// `EEXIST` where the name is taken.
pub fn put_back(store: BorrowedFd<'_>, entry: &str, dir: BorrowedFd<'_>, name: &OsStr) -> Result<(), Errno> {
    renameat_with(store, entry, dir, name, RenameFlags::NOREPLACE)
}

/// Writes down where an object that no decision names comes from, before it goes. The path is that of the decision
/// and one below it; one that is too long for a link goes unnoted.
///
/// # Errors
/// Whatever symlinkat(2) gives.
pub fn note_origin(store: BorrowedFd<'_>, entry: &str, path: &OsStr) -> Result<(), Errno> {
    match symlinkat(path, store, format!("{entry}.from")) {
        Err(Errno::NAMETOOLONG) => Ok(()),
        done => done,
    }
}

/// Takes a note away whose object did not go after all; one that stays leads nowhere and goes with the trash.
pub fn drop_note(store: BorrowedFd<'_>, entry: &str) {
    unlinkat(store, format!("{entry}.from"), AtFlags::empty()).unwrap_or(());
}

/// The name of an entry.
#[must_use]
pub fn entry_name(seq: u64, number: u32) -> String {
    format!("{seq:020}.{number}")
}
