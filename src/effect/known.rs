//! An object that was judged, told from any other once its name has changed. On an overlay a file with several names in
//! a lower layer becomes an object of its own when it is first renamed (overlayfs, "Non-standard behavior"); held open
//! before that, it is still known.

use super::run::Fault;
use crate::resolve::{ObjectId, Status, status_at, status_of};
use rustix::fs::{Mode, OFlags, openat};
use std::{
    ffi::OsStr,
    os::fd::{BorrowedFd, OwnedFd},
};

/// See the module.
pub(super) struct Known {
    id: ObjectId,
    held: Option<OwnedFd>,
}

impl Known {
    /// The object that was judged at `name` in `dir`.
    ///
    /// # Errors
    /// [`Fault::Swapped`] where another object has the name.
    pub(super) fn at(dir: BorrowedFd<'_>, name: &OsStr, judged: &Status) -> Result<Self, Fault> {
        let mut known = Self {
            id: judged.id,
            held: None,
        };
        if judged.is_hard_linked() {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let held = openat(dir, name, flags, Mode::empty())?;
            if status_of(&held)?.id != judged.id {
                return Err(Fault::Swapped);
            }
            known.held = Some(held);
        }
        Ok(known)
    }

    /// Its state under another name.
    ///
    /// # Errors
    /// [`Fault::Swapped`] where another object has that name.
    pub(super) fn status(&self, dir: BorrowedFd<'_>, name: &OsStr) -> Result<Status, Fault> {
        let now = status_at(dir, name)?;
        let held = || self.held.as_ref().and_then(|held| status_of(held).ok());
        if now.id == self.id || held().is_some_and(|held| held.id == now.id) {
            Ok(now)
        } else {
            Err(Fault::Swapped)
        }
    }
}
