//! Extended attributes of a copy (xattr(7)): access lists, what users noted, capabilities in the quarantine.
//! Read by way of `/proc`, so that a file that may not be opened gives them too.

use super::Manner;
use crate::{
    effect::plan::Preserve,
    resolve::{Kind, Status, status_of},
};
use rustix::{
    fs::{Mode, OFlags, XattrFlags, fremovexattr, fsetxattr, getxattr, listxattr, openat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::fd::{AsRawFd, BorrowedFd, OwnedFd},
};

/// Most bytes of one extended attribute, and of the names of all (xattr(7)).
const MAX_BYTES: usize = 64 << 10;
/// Who else may use an object, and what a directory gives to those made in it (acl(5)).
const ACCESS_LISTS: [&str; 2] = ["system.posix_acl_access", "system.posix_acl_default"];
const CAPABILITY: &str = "security.capability";

/// A regular file that a copy replaces. The copy has its owner, mode and extended attributes, as if it had been
/// written to.
pub(super) struct Overwritten {
    pub(super) status: Status,
    held: OwnedFd,
}

impl Overwritten {
    /// Holds `name` in `dir`; none where it was no regular file.
    ///
    /// # Errors
    /// `ESTALE` where it is not the object that was `seen`.
    pub(super) fn hold(dir: BorrowedFd<'_>, name: &OsStr, seen: &Status) -> Result<Option<Self>, Errno> {
        if seen.kind != Kind::File {
            return Ok(None);
        }
        let held = openat(
            dir,
            name,
            OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let status = status_of(&held)?;
        if status.id != seen.id {
            return Err(Errno::STALE);
        }
        Ok(Some(Self { status, held }))
    }

    /// Gives its extended attributes to `dest`; whether all access lists are among them.
    pub(super) fn give(&self, dest: BorrowedFd<'_>) -> bool {
        let wanted = |name: &str| ACCESS_LISTS.contains(&name) || name.starts_with("user.");
        Extended::read(&self.held, &wanted).give(dest)
    }
}

/// Takes off the access lists that something new has from its directory: a copy that keeps attributes has none but those
/// that it keeps.
///
/// # Errors
/// What the kernel says, but for a file system without them.
pub(super) fn strip_lists(made: BorrowedFd<'_>) -> Result<(), Errno> {
    for name in ACCESS_LISTS {
        match fremovexattr(made, name) {
            Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP) => (),
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Extended attributes that were read.
#[derive(Default)]
pub(super) struct Extended {
    all: Vec<(String, Vec<u8>)>,
    /// Whether something could not be read.
    lacks: bool,
}

impl Extended {
    /// What of the extended attributes of `source` may be kept; a file system without them has none.
    pub(super) fn to_keep(source: &impl AsRawFd, manner: Manner) -> Self {
        if manner.preserve == Preserve::Content {
            return Self::default();
        }
        Self::read(source, &|name| {
            ACCESS_LISTS.contains(&name)
                || (manner.preserve == Preserve::Everything && name.starts_with("user."))
                || (manner.special_bits && name == CAPABILITY)
        })
    }

    fn read(source: &impl AsRawFd, wanted: &dyn Fn(&str) -> bool) -> Self {
        let mut read = Self::default();
        let source = format!("/proc/self/fd/{}", source.as_raw_fd());
        let mut names: Vec<u8> = vec![0; MAX_BYTES];
        let len = match listxattr(source.as_str(), &mut *names) {
            Ok(0) | Err(Errno::OPNOTSUPP) => return read,
            Ok(len) => len,
            Err(_) => {
                read.lacks = true;
                return read;
            }
        };
        let mut value: Vec<u8> = vec![0; MAX_BYTES];
        for name in names.get(..len).unwrap_or_default().split(|b| *b == 0) {
            let Some(name) = std::str::from_utf8(name).ok().filter(|name| wanted(name)) else {
                continue;
            };
            match getxattr(source.as_str(), name, &mut *value) {
                Ok(len) => {
                    let value = value.get(..len).unwrap_or_default();
                    read.all.push((name.to_owned(), value.to_vec()));
                }
                Err(_) => read.lacks |= ACCESS_LISTS.contains(&name),
            }
        }
        read
    }

    /// Gives them to `dest`, as far as its file system has them. Comes after the owner: a change of that drops capabilities,
    /// and a list means the group that is there. Returns whether all access lists came along.
    pub(super) fn give(&self, dest: BorrowedFd<'_>) -> bool {
        let mut listed = !self.lacks;
        for (name, value) in &self.all {
            let done = fsetxattr(dest, name.as_str(), value, XattrFlags::empty());
            listed &= done.is_ok() || !ACCESS_LISTS.contains(&name.as_str());
        }
        listed
    }
}
