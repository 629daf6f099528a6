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
        carry(&self.held, dest, &wanted)
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

/// Copies what of the extended attributes of `source` may be kept; a file system without them keeps none. Comes after the
/// owner, whose change drops capabilities. Returns whether all access lists came along.
pub(super) fn keep(source: &impl AsRawFd, dest: BorrowedFd<'_>, manner: Manner) -> bool {
    let wanted = |name: &str| {
        ACCESS_LISTS.contains(&name)
            || (manner.preserve == Preserve::Everything && name.starts_with("user."))
            || (manner.special_bits && name == CAPABILITY)
    };
    manner.preserve == Preserve::Content || carry(source, dest, &wanted)
}

/// Whether all access lists that are `wanted` could be carried over.
fn carry(source: &impl AsRawFd, dest: BorrowedFd<'_>, wanted: &dyn Fn(&str) -> bool) -> bool {
    let source = format!("/proc/self/fd/{}", source.as_raw_fd());
    let mut names: Vec<u8> = vec![0; MAX_BYTES];
    let len = match listxattr(source.as_str(), &mut *names) {
        Ok(0) | Err(Errno::OPNOTSUPP) => return true,
        Ok(len) => len,
        Err(_) => return false,
    };
    let mut value: Vec<u8> = vec![0; MAX_BYTES];
    let mut listed = true;
    for name in names.get(..len).unwrap_or_default().split(|b| *b == 0) {
        let Ok(name) = std::str::from_utf8(name) else {
            continue;
        };
        if !wanted(name) {
            continue;
        }
        // The destination's file system may know none of them.
        let done = getxattr(source.as_str(), name, &mut *value).and_then(|len| {
            let value = value.get(..len).unwrap_or_default();
            fsetxattr(dest, name, value, XattrFlags::empty())
        });
        listed &= done.is_ok() || !ACCESS_LISTS.contains(&name);
    }
    listed
}
