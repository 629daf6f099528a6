//! Deletes: one rename into the quarantine, whatever the size of the tree.
//! Never unlinks what was not kept, unless a person agreed.

use super::{
    keep::take_away,
    plan::Remove,
    run::{Fault, Run, object},
};
use crate::resolve::Kind;
use rustix::{
    fs::{Mode, OFlags, RawDir, openat},
    io::Errno,
};
use serde_json::json;
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

pub(super) fn carry_out(run: &mut Run, remove: &Remove) {
    match delete(run, remove) {
        Ok(kept) => {
            let directory = remove.kind == Kind::Dir;
            run.say(|| {
                format!(
                    "removed {}{}",
                    if directory { "directory " } else { "" },
                    remove.at.quoted()
                )
            });
            run.record(json!({
                "op": "delete", "path": remove.at.path, "kind": remove.kind, "object": object(remove.judged),
                "entries": remove.entries, "bytes": remove.bytes, "kept": kept,
            }));
        }
        Err(fault) => {
            let text = format!("cannot remove {}: {}", remove.at.quoted(), fault.text());
            run.fail(&text, &remove.at.path);
        }
    }
}

fn delete(run: &mut Run, remove: &Remove) -> Result<serde_json::Value, Fault> {
    let dir = run.fd(remove.at.dir)?;
    if remove.only_empty && !is_empty(dir.as_fd(), &remove.at.name)? {
        return Err(Fault::Kernel(Errno::NOTEMPTY));
    }
    take_away(
        run,
        dir.as_fd(),
        &remove.at.name,
        remove.judged,
        remove.kind,
        &remove.keep,
    )
}

/// Whether the directory `name` has no entries.
pub(crate) fn is_empty(dir: BorrowedFd<'_>, name: &OsStr) -> Result<bool, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = openat(dir, name, flags, Mode::empty())?;
    let mut listing: Vec<u8> = Vec::with_capacity(1024);
    let mut entries = RawDir::new(&fd, listing.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        if !matches!(entry?.file_name().to_bytes(), b"." | b"..") {
            return Ok(false);
        }
    }
    Ok(true)
}
