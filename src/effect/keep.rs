//! Takes an object out of its place and keeps it as the plan says: renamed into the quarantine, copied there, or
//! not at all where a person agreed. Whatever goes is first compared with what was judged.

use super::{
    copy::{Manner, copy_object},
    erase::erase,
    known::Known,
    names::rename_free,
    plan::{Keep, Store},
    run::{Fault, Run, shown},
};
use crate::{
    facts::workspace::real_path,
    resolve::{Kind, ObjectId, Status},
};
use policy::text::escape;
use rustix::io::Errno;
use serde_json::{Value as Json, json};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

/// Takes `name` away from `dir`. Returns where it is kept, null where it is not.
pub(super) fn take_away(
    run: &mut Run,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: &Status,
    keep: &Keep,
) -> Result<Json, Fault> {
    let store = match keep {
        Keep::Rename(store) => store,
        Keep::Copy(store) => return take_by_copy(run, dir, name, judged, Some(store)),
        Keep::Nowhere => return take_by_copy(run, dir, name, judged, None),
    };
    let held = run.fd(store.dir)?;
    let mut entry = run.entry();
    let mut taken = take(held.as_fd(), &entry, dir, name, judged);
    // At the top of a mount several of Watchtower's directories may keep things side by side.
    while taken == Err(Fault::Kernel(Errno::EXIST)) && run.may_rename_entry() {
        entry = run.entry();
        taken = take(held.as_fd(), &entry, dir, name, judged);
    }
    match taken {
        Ok(()) => Ok(kept(store, &entry)),
        // Overlay file systems and quotas refuse some renames within one mount.
        Err(Fault::Kernel(Errno::XDEV)) => take_by_copy(run, dir, name, judged, Some(store)),
        Err(fault) => Err(fault),
    }
}

/// Renames the object into the quarantine; another one is put back.
fn take(
    store: BorrowedFd<'_>,
    entry: &str,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: &Status,
) -> Result<(), Fault> {
    let known = Known::at(dir, name, judged)?;
    let entry = OsStr::new(entry);
    rename_free(dir, name, store, entry)?;
    known
        .status(store, entry)
        .map(drop)
        .or_else(|fault| back(store, entry, dir, name, fault))
}

/// Gives an object its name back, where nothing has taken it, and says why.
fn back<T>(
    from: BorrowedFd<'_>,
    aside: &OsStr,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    fault: Fault,
) -> Result<T, Fault> {
    rename_free(from, aside, dir, name).map_err(|_| Fault::Stranded)?;
    Err(fault)
}

/// Renames the object aside, compares it, copies it where it is to be kept, and deletes it.
fn take_by_copy(
    run: &mut Run,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    judged: &Status,
    store: Option<&Store>,
) -> Result<Json, Fault> {
    let known = Known::at(dir, name, judged)?;
    let aside = run.temporary();
    match rename_free(dir, name, dir, &aside) {
        Ok(()) => (),
        // A directory of an overlay's lower layer has no new name anywhere: it is copied and emptied where it is.
        Err(Errno::XDEV) if judged.kind == Kind::Dir => {
            let kept = match store {
                Some(store) => keep_copy(run, dir, name, judged.id, store)?,
                None => Json::Null,
            };
            return let_go(run, dir, name, judged.id, kept);
        }
        Err(errno) => return Err(errno.into()),
    }
    let done = known.status(dir, &aside).and_then(|now| {
        let kept = match store {
            Some(store) => keep_copy(run, dir, &aside, now.id, store)?,
            None => Json::Null,
        };
        Ok((kept, now.id))
    });
    match done {
        Ok((kept, id)) if judged.kind == Kind::Dir => let_go(run, dir, &aside, id, kept),
        Ok((kept, id)) => erase(dir, &aside, judged.kind, id)
            .map(|()| kept)
            .or_else(|fault| back(dir, &aside, dir, name, fault)),
        Err(fault) => back(dir, &aside, dir, name, fault),
    }
}

/// Deletes a tree that is kept elsewhere, or that a person agreed to lose. Where some of it cannot be deleted the rest
/// is told of, and the tree counts as gone: what is kept of it is whole.
fn let_go(run: &mut Run, dir: BorrowedFd<'_>, name: &OsStr, id: ObjectId, kept: Json) -> Result<Json, Fault> {
    if let Err(fault) = erase(dir, name, Kind::Dir, id) {
        let rest = real_path(dir).unwrap_or_default().join(name);
        let text = format!(
            "cannot remove {}: {}",
            shown(rest.as_os_str()),
            run.because(fault)
        );
        run.fail(&text, &escape(rest.as_os_str().as_encoded_bytes()));
    }
    Ok(kept)
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
