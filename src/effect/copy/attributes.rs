//! What a copy has beside its content: mode, times, owner.
//! Ownership is kept where the kernel permits; set-ID bits only in the quarantine.

use super::{Manner, extended::Overwritten};
use crate::{
    effect::plan::Preserve,
    resolve::{Kind, Stamp, Status, status_of},
};
use rustix::{
    fs::{AtFlags, Gid, Mode, Timespec, Timestamps, Uid, chownat, fchmod, fchown, futimens, utimensat},
    io::Errno,
};
use std::{ffi::OsStr, os::fd::BorrowedFd};

/// The group's bits of a mode.
const GROUP: u32 = 0o070;

/// The mode with which a copy is made: what its source permits, so that the kernel can take the mask from it or apply the
/// default access list of the directory (acl(5)); where a mode is given to it later, nobody else's until then.
pub(super) fn first_mode(status: &Status, manner: Manner, before: Option<&Overwritten>) -> Mode {
    let own = if status.kind == Kind::Dir { 0o700 } else { 0o600 };
    Mode::from_raw_mode(match (manner.preserve, before) {
        (Preserve::Content, None) if status.kind == Kind::Dir => status.mode & 0o777 | own,
        (Preserve::Content, None) => status.mode & 0o777,
        _ => own,
    })
}

/// Gives `dest` owner, mode and times of an object whose state is `status`; `before` is the file that it is going
/// to replace. `lists` gives it the access lists in between and says whether it has those that it should: if not, nobody
/// knows what the group may do, for whom the mode's bits were the most that anybody in a list has.
pub(super) fn apply(
    status: &Status,
    dest: BorrowedFd<'_>,
    manner: Manner,
    umask: u32,
    before: Option<&Overwritten>,
    lists: impl FnOnce() -> bool,
) -> Result<(), Errno> {
    let permitted = |mode: u32| Mode::from_raw_mode(if lists() { mode } else { mode & !GROUP });
    if manner.preserve == Preserve::Content {
        if let Some(before) = before {
            // An overwritten file keeps its owner and mode, as if it had been written to.
            fchown(
                dest,
                Some(Uid::from_raw(before.status.uid)),
                Some(Gid::from_raw(before.status.gid)),
            )
            .or_else(unpermitted)?;
            return fchmod(dest, permitted(before.status.mode & 0o777));
        }
        // The kernel took the mask, or what the directory's default list does not give; what it may take from the owner
        // comes last, since a directory has to be entered first.
        let now = status_of(dest)?.mode;
        let wanted = now & (!0o700 | status.mode & !umask);
        if wanted == now {
            return Ok(());
        }
        return fchmod(dest, Mode::from_raw_mode(wanted));
    }
    let owned = fchown(
        dest,
        Some(Uid::from_raw(status.uid)),
        Some(Gid::from_raw(status.gid)),
    );
    let bits = if manner.special_bits && owned.is_ok() {
        0o7777
    } else {
        0o1777
    };
    owned.or_else(unpermitted)?;
    fchmod(dest, permitted(status.mode & bits))?;
    futimens(dest, &times(status))
}

/// Gives a symbolic link its owner and times.
pub(super) fn apply_to_link(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    status: &Status,
    manner: Manner,
) -> Result<(), Errno> {
    if manner.preserve == Preserve::Content {
        return Ok(());
    }
    let (uid, gid) = (Uid::from_raw(status.uid), Gid::from_raw(status.gid));
    chownat(dir, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW).or_else(unpermitted)?;
    utimensat(dir, name, &times(status), AtFlags::SYMLINK_NOFOLLOW)
}

fn unpermitted(errno: Errno) -> Result<(), Errno> {
    if errno == Errno::PERM || errno == Errno::INVAL {
        Ok(())
    } else {
        Err(errno)
    }
}

fn times(status: &Status) -> Timestamps {
    let spec = |stamp: Stamp| Timespec {
        tv_sec: stamp.sec,
        tv_nsec: i64::from(stamp.nsec),
    };
    Timestamps {
        last_access: spec(status.accessed),
        last_modification: spec(status.modified),
    }
}
