//! Takes an object out of its place and keeps it as the plan says: renamed into the quarantine, copied there, or
//! not at all where a person agreed. Whatever goes is first compared with what was judged.

use super::{
    copy::{Manner, copy_object},
    erase::erase,
    names::rename_free,
    plan::{Keep, Store},
    run::{Fault, Run},
};
use crate::{
    quarantine::{TakeError, take},
    resolve::{Kind, ObjectId, status_at},
};
use rustix::io::Errno;
use serde_json::{Value as Json, json};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

impl From<TakeError> for Fault {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Swapped => Self::Swapped,
            TakeError::Stranded => Self::Stranded,
            TakeError::Kernel(errno) => Self::Kernel(errno),
        }
    }
}

/// Takes `name` away from `dir`. Returns where it is kept, null where it is not.
pub(super) fn take_away(
    run: &mut Run,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: ObjectId,
    kind: Kind,
    keep: &Keep,
) -> Result<Json, Fault> {
    match keep {
        Keep::Rename(store) => {
            let held = run.fd(store.dir)?;
            let mut entry = run.entry();
            let mut taken = take(held.as_fd(), &entry, dir, name, judged);
            // At the top of a mount several of Watchtower's directories may keep things side by side.
            while taken == Err(TakeError::Kernel(Errno::EXIST)) && run.may_rename_entry() {
                entry = run.entry();
                taken = take(held.as_fd(), &entry, dir, name, judged);
            }
            match taken {
                Ok(()) => Ok(kept(store, &entry)),
                // Overlay file systems and quotas refuse some renames within one mount.
                Err(TakeError::Kernel(Errno::XDEV)) => {
                    take_by_copy(run, dir, name, judged, kind, Some(store))
                }
                Err(error) => Err(error.into()),
            }
        }
        Keep::Copy(store) => take_by_copy(run, dir, name, judged, kind, Some(store)),
        Keep::Nowhere => take_by_copy(run, dir, name, judged, kind, None),
    }
}

/// Renames the object aside, compares it, copies it where it is to be kept, and deletes it.
fn take_by_copy(
    run: &mut Run,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: ObjectId,
    kind: Kind,
    store: Option<&Store>,
) -> Result<Json, Fault> {
    let aside = run.temporary();
    match rename_free(dir, name, dir, &aside) {
        Ok(()) => (),
        // A directory of an overlay's lower layer has no new name anywhere: it is copied and emptied where it is.
        Err(Errno::XDEV) if kind == Kind::Dir => {
            let kept = match store {
                Some(store) => keep_copy(run, dir, name, judged, store)?,
                None => Json::Null,
            };
            return erase(dir, name, kind, judged).map(|()| kept);
        }
        Err(errno) => return Err(errno.into()),
    }
    let done = status_at(dir, aside.as_os_str())
        .map_err(Fault::from)
        .and_then(|now| {
            if now.id != judged {
                return Err(Fault::Swapped);
            }
            match store {
                Some(store) => keep_copy(run, dir, &aside, judged, store),
                None => Ok(Json::Null),
            }
        });
    match done {
        Ok(kept) => erase(dir, &aside, kind, judged).map(|()| kept),
        Err(fault) => {
            rename_free(dir, &aside, dir, name).map_err(|_| Fault::Stranded)?;
            Err(fault)
        }
    }
}

/// Copies `name` with everything about it into the quarantine.
pub(super) fn keep_copy(
    run: &mut Run,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: ObjectId,
    store: &Store,
) -> Result<Json, Fault> {
    let held = run.fd(store.dir)?;
    let entry = run.free_entry(held.as_fd());
    copy_object(
        run,
        dir,
        name,
        judged,
        held.as_fd(),
        OsStr::new(&entry),
        Manner::KEEP,
    )?;
    Ok(kept(store, &entry))
}

/// Where something is kept, for the record.
pub(super) fn kept(store: &Store, entry: &str) -> Json {
    json!({"store": store.path, "entry": entry})
}
