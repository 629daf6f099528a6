//! Deletes: one rename into the quarantine, whatever the size of the tree.
//! Never unlinks what was not kept, unless a person agreed.

use super::{
    keep::take_away,
    plan::Remove,
    run::{Fault, Run, object, shown_below, shown_directory},
};
use crate::resolve::{Flow, Kind, Status, Visitor, status_at, walk};
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
    run.count_from(remove.number);
    let listing = if run.verbose {
        listed(run, remove)
    } else {
        Vec::new()
    };
    match delete(run, remove) {
        Ok(kept) => {
            run.went(remove.judged.kind, &remove.at.path);
            for line in listing {
                run.say(|| line);
            }
            run.record(json!({
                "op": "delete", "path": remove.at.path, "kind": remove.judged.kind, "object": object(remove.judged.id),
                "entries": remove.entries, "bytes": remove.bytes, "kept": kept,
            }));
        }
        // Only where it is the name that is not there: the quarantine can be missing too.
        Err(Fault::Kernel(Errno::NOENT)) if remove.force && is_gone(run, remove) => (),
        Err(fault) => {
            let text = format!("cannot remove {}: {}", remove.at.quoted(), run.because(fault));
            run.fail(&text, &remove.at.path);
        }
    }
}

fn delete(run: &mut Run, remove: &Remove) -> Result<serde_json::Value, Fault> {
    run.still_there(&remove.at)?;
    let dir = run.fd(remove.at.dir)?;
    if remove.only_empty && !is_empty(dir.as_fd(), &remove.at.name)? {
        return Err(Fault::Kernel(Errno::NOTEMPTY));
    }
    take_away(run, dir.as_fd(), &remove.at.name, &remove.judged, &remove.keep)
}

/// Whether nothing has the name any more, or it left with a directory that this call took away.
fn is_gone(run: &Run, remove: &Remove) -> bool {
    let now = || status_at(run.fd(remove.at.dir)?.as_fd(), remove.at.name.as_os_str());
    run.still_there(&remove.at).is_err() || now().is_err_and(|errno| errno == Errno::NOENT)
}

/// What is going to be told, in the order in which rm removes.
fn listed(run: &Run, remove: &Remove) -> Vec<String> {
    let mut listing = Listing {
        shown: &remove.at.shown,
        lines: Vec::new(),
    };
    if remove.judged.kind != Kind::Dir {
        return vec![format!("removed {}", remove.at.quoted())];
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = run
        .fd(remove.at.dir)
        .and_then(|dir| openat(&*dir, &remove.at.name, flags, Mode::empty()));
    if let Ok(root) = opened {
        // What cannot be listed goes untold with the whole.
        walk(root.as_fd(), &mut listing).unwrap_or(());
    }
    listing.lines
}

/// Lines that are kept of one listing.
const MAX_LISTED: usize = 100_000;

struct Listing<'l> {
    shown: &'l OsStr,
    lines: Vec<String>,
}

/// The listing is long enough.
struct Enough;

impl Listing<'_> {
    fn add(&mut self, what: &str, path: &[u8]) -> Result<(), Enough> {
        if self.lines.len() >= MAX_LISTED {
            return Err(Enough);
        }
        let name = match path {
            b"" => shown_directory(self.shown),
            below => shown_below(self.shown, below),
        };
        self.lines.push(format!("removed {what}{name}"));
        Ok(())
    }
}

impl Visitor for Listing<'_> {
    type Stop = Enough;

    fn enter(&mut self, _: BorrowedFd<'_>, _: &[u8], _: &Status) -> Result<Flow, Enough> {
        Ok(Flow::Descend)
    }

    fn entry(&mut self, _: BorrowedFd<'_>, _: &OsStr, path: &[u8], _: &Status) -> Result<(), Enough> {
        self.add("", path)
    }

    fn leave(&mut self, path: &[u8], _: &Status) -> Result<(), Enough> {
        self.add("directory ", path)
    }

    fn trouble(&mut self, _: &[u8], _: Errno) -> Result<(), Enough> {
        Ok(())
    }
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
