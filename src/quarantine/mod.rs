//! Where deleted and overwritten objects go, so that the judged object is the one that goes and can come back.
//! An entry is one object under `<seq of the decision, 20 digits>.<number>` in a private directory on the same
//! mount; `<entry>.from`, a symbolic link, keeps the path of an object that the decision does not name.
//! Never follows a link, never replaces an entry, never deletes one.

mod store;

pub use store::{Site, Store};

use rustix::{
    fs::{AtFlags, symlinkat, unlinkat},
    io::Errno,
};
use std::{ffi::OsStr, os::fd::BorrowedFd};

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
