//! Puts something finished under its final name, and what stood there where the plan says.
//! The name is never empty in between, and an object that was not judged is put back.

use super::{
    erase::erase,
    keep::{keep_copy, kept, take_away},
    known::Known,
    names::{exchange, rename_free},
    plan::{Keep, Replaced},
    run::{Fault, Run, object},
};
use crate::quarantine::{drop_note, note_origin};
use rustix::io::Errno;
use serde_json::{Value as Json, json};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
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
            Some((older, keep)) => take_away(run, dir, &backup.name, older, keep)?,
            None => Json::Null,
        },
        None => Json::Null,
    };
    // A copy is made while the object still has its name: a full disk then changes nothing.
    let copied = match (&replaced.keep, &replaced.backup) {
        (Keep::Copy(store), None) => keep_copy(run, dir, name, replaced.judged.id, store)?,
        _ => Json::Null,
    };
    let known = Known::at(dir, name, &replaced.judged)?;
    let noted = noted(run, replaced)?;
    let spare = run.temporary();
    let exchanged = exchange(from, ready, dir, name, &spare)
        .map_err(Fault::from)
        .and_then(|()| {
            known.status(from, ready).or_else(|fault| {
                exchange(from, ready, dir, name, &spare).map_err(|_| Fault::Stranded)?;
                Err(fault)
            })
        });
    let was = match exchanged {
        Ok(was) => was.id,
        Err(fault) => {
            if let Some((held, entry)) = &noted {
                drop_note(held.as_fd(), entry);
            }
            return Err(fault);
        }
    };
    if let Some(backup) = &replaced.backup {
        rename_free(from, ready, dir, &backup.name)?;
        return Ok(json!({"backup": policy::text::escape(backup.name.as_encoded_bytes()), "older": older}));
    }
    match &replaced.keep {
        Keep::Rename(store) => {
            let (held, entry) = match noted {
                Some(noted) => noted,
                None => {
                    let held = run.fd(store.dir)?;
                    let entry = run.free_entry(held.as_fd());
                    (held, entry)
                }
            };
            match rename_free(from, ready, held.as_fd(), OsStr::new(&entry)) {
                Ok(()) => {
                    let mut kept = kept(store, &entry);
                    if let Some(fields) = kept.as_object_mut() {
                        fields.insert("object".to_owned(), object(was));
                    }
                    Ok(kept)
                }
                Err(Errno::XDEV) => {
                    let place = keep_copy(run, from, ready, was, store)?;
                    erase(from, ready, replaced.judged.kind, was)?;
                    Ok(place)
                }
                Err(errno) => Err(errno.into()),
            }
        }
        Keep::Copy(_) | Keep::Nowhere => {
            erase(from, ready, replaced.judged.kind, was)?;
            Ok(copied)
        }
    }
}

/// For an object that the decision does not name: where it will be kept, with a note there of where it comes from.
/// Made before anything changes, so that a call that is killed can still be taken back.
fn noted(run: &mut Run, replaced: &Replaced) -> Result<Option<(Arc<OwnedFd>, String)>, Fault> {
    let (Keep::Rename(store), Some(origin), None) = (&replaced.keep, &replaced.origin, &replaced.backup)
    else {
        return Ok(None);
    };
    let held = run.fd(store.dir)?;
    let entry = run.free_entry(held.as_fd());
    note_origin(held.as_fd(), &entry, OsStr::new(origin))?;
    Ok(Some((held, entry)))
}
