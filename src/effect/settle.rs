//! Puts something finished under its final name, and what stood there where the plan says.
//! The name is never empty in between, and an object that was not judged is put back.

use super::{
    erase::erase,
    keep::{keep_copy, kept, take_away},
    known::Known,
    names::{exchange, rename_free},
    plan::{Backup, Keep, Replaced},
    run::{Fault, Run, object},
};
use crate::{
    quarantine::{drop_note, note_origin},
    resolve::ObjectId,
};
use rustix::io::Errno;
use serde_json::{Value as Json, json};
use std::{
    ffi::{OsStr, OsString},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

/// Gives what is `ready` in `from` the name `name` in `dir`. Returns what became of the object there before,
/// null where there was none. Where that fails both names are as they were, but for [`Fault::Stranded`].
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
    // A copy is made while the object still has its name: a full disk then changes nothing.
    let copied = match (&replaced.keep, &replaced.backup) {
        (Keep::Copy(store), None) => keep_copy(run, dir, name, replaced.judged.id, store)?,
        _ => Json::Null,
    };
    let known = Known::at(dir, name, &replaced.judged)?;
    let noted = noted(run, replaced)?;
    let aside = Aside {
        dir: from,
        name: ready,
        spare: run.temporary(),
    };
    let done = aside.trade(dir, name, &known).and_then(|was| {
        let kept = match &replaced.backup {
            Some(backup) => back_up(run, &aside, dir, backup),
            None => keep(run, &aside, replaced, was, noted.as_ref(), copied),
        };
        kept.or_else(|fault| aside.trade_back(dir, name, fault))
    });
    if let (Err(fault), Some((held, entry))) = (&done, &noted)
        && *fault != Fault::Stranded
    {
        drop_note(held.as_fd(), entry);
    }
    done
}

/// The name beside which things change places: of what is ready first, of what it replaces then.
struct Aside<'a> {
    dir: BorrowedFd<'a>,
    name: &'a OsStr,
    spare: OsString,
}

impl Aside<'_> {
    /// Lets it change places with the `known` object at `name`, and returns what that is now.
    fn trade(&self, dir: BorrowedFd<'_>, name: &OsStr, known: &Known) -> Result<ObjectId, Fault> {
        exchange(self.dir, self.name, dir, name, &self.spare)?;
        match known.status(self.dir, self.name) {
            Ok(was) => Ok(was.id),
            Err(fault) => self.trade_back(dir, name, fault),
        }
    }

    /// Undoes that, and says why.
    fn trade_back<T>(&self, dir: BorrowedFd<'_>, name: &OsStr, fault: Fault) -> Result<T, Fault> {
        exchange(self.dir, self.name, dir, name, &self.spare).map_err(|_| Fault::Stranded)?;
        Err(fault)
    }
}

/// Gives the old object the backup's name; an older backup is kept as an overwritten file is.
fn back_up(run: &mut Run, aside: &Aside<'_>, dir: BorrowedFd<'_>, backup: &Backup) -> Result<Json, Fault> {
    let older = match &backup.older {
        Some((older, keep)) => {
            let known = Known::at(dir, &backup.name, older)?;
            aside.trade(dir, &backup.name, &known)?;
            take_away(run, aside.dir, aside.name, older, keep)
                .or_else(|fault| aside.trade_back(dir, &backup.name, fault))?
        }
        None => {
            rename_free(aside.dir, aside.name, dir, &backup.name)?;
            Json::Null
        }
    };
    Ok(json!({"backup": policy::text::escape(backup.name.as_encoded_bytes()), "older": older}))
}

/// Keeps the old object, or lets go of it where it was `copied` or a person agreed.
fn keep(
    run: &mut Run,
    aside: &Aside<'_>,
    replaced: &Replaced,
    was: ObjectId,
    noted: Option<&(Arc<OwnedFd>, String)>,
    copied: Json,
) -> Result<Json, Fault> {
    let Keep::Rename(store) = &replaced.keep else {
        erase(aside.dir, aside.name, replaced.judged.kind, was)?;
        return Ok(copied);
    };
    let (held, entry) = match noted {
        Some((held, entry)) => (Arc::clone(held), entry.clone()),
        None => {
            let held = run.fd(store.dir)?;
            let entry = run.free_entry(held.as_fd());
            (held, entry)
        }
    };
    match rename_free(aside.dir, aside.name, held.as_fd(), OsStr::new(&entry)) {
        Ok(()) => {
            let mut kept = kept(store, &entry);
            if let Some(fields) = kept.as_object_mut() {
                fields.insert("object".to_owned(), object(was));
            }
            Ok(kept)
        }
        Err(Errno::XDEV) => {
            let place = keep_copy(run, aside.dir, aside.name, was, store)?;
            erase(aside.dir, aside.name, replaced.judged.kind, was)?;
            Ok(place)
        }
        Err(errno) => Err(errno.into()),
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
