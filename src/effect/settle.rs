//! Puts something finished under its final name, and what stood there where the plan says.
//! The name is never empty in between, and an object that was not judged is put back.

use super::{
    erase::erase,
    keep::{keep_copy, kept, take_away},
    names::{exchange, rename_free},
    plan::{Keep, Replaced},
    run::{Fault, Run},
};
use crate::{quarantine::note_origin, resolve::status_at};
use rustix::io::Errno;
use serde_json::{Value as Json, json};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

/// Gives what is `ready` in `from` the name `name` in `dir`. Returns what became of the object there before,
/// null where there was none.
pub(super) fn settle(
    run: &mut Run,
    from: BorrowedFd<'_>,
    ready: &OsStr,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    replaced: Option<&Replaced>,
) -> Result<Json, Fault> {
    let Some(replaced) = replaced else {
        rename_free(from, ready, dir, name)?;
        return Ok(Json::Null);
    };
    let older = match &replaced.backup {
        Some(backup) => match &backup.older {
            Some((older, keep)) => take_away(run, dir, &backup.name, *older, replaced.judged.kind, keep)?,
            None => Json::Null,
        },
        None => Json::Null,
    };
    // A copy is made while the object still has its name: a full disk then changes nothing.
    let copied = match (&replaced.keep, &replaced.backup) {
        (Keep::Copy(store), None) => keep_copy(run, dir, name, replaced.judged.id, store)?,
        _ => Json::Null,
    };
    let spare = run.temporary();
    exchange(from, ready, dir, name, &spare)?;
    if status_at(from, ready)?.id != replaced.judged.id {
        exchange(from, ready, dir, name, &spare).map_err(|_| Fault::Stranded)?;
        return Err(Fault::Swapped);
    }
    if let Some(backup) = &replaced.backup {
        rename_free(from, ready, dir, &backup.name)?;
        return Ok(json!({"backup": policy::text::escape(backup.name.as_encoded_bytes()), "older": older}));
    }
    match &replaced.keep {
        Keep::Rename(store) => {
            let held = run.fd(store.dir)?;
            let entry = run.free_entry(held.as_fd());
            if let Some(origin) = &replaced.origin {
                note_origin(held.as_fd(), &entry, OsStr::new(origin))?;
            }
            match rename_free(from, ready, held.as_fd(), OsStr::new(&entry)) {
                Ok(()) => Ok(kept(store, &entry)),
                Err(Errno::XDEV) => {
                    let place = keep_copy(run, from, ready, replaced.judged.id, store)?;
                    erase(from, ready, replaced.judged.kind, replaced.judged.id)?;
                    Ok(place)
                }
                Err(errno) => Err(errno.into()),
            }
        }
        Keep::Copy(_) | Keep::Nowhere => {
            erase(from, ready, replaced.judged.kind, replaced.judged.id)?;
            Ok(copied)
        }
    }
}
