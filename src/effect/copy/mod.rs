//! Copies: data exactly, attributes as asked, never through a link, never special bits that were not asked for.
//! Everything is finished under a temporary name first; what stood at the destination is whole until then.

mod attributes;
mod data;
mod extended;
mod file;
mod tree;

use super::{
    plan::{Copy, Preserve},
    run::{Fault, Run, left, object, shown},
    settle::settle,
};
use crate::resolve::{Kind, ObjectId, Status, status_at};
use extended::Overwritten;
use file::{copy_link, copy_regular, open_regular};
use rustix::{
    fs::{AtFlags, Mode, OFlags, openat, unlinkat},
    io::Errno,
};
use serde_json::json;
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};
use tree::{Branch, copy_tree};

/// What a copy keeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Attributes.
    pub(super) preserve: Preserve,
    /// Whether set-user-ID, set-group-ID and capabilities stay: only in the quarantine, where nobody else comes.
    pub(super) special_bits: bool,
}

impl Manner {
    /// For the quarantine: everything.
    pub(super) const KEEP: Self = Self {
        preserve: Preserve::Everything,
        special_bits: true,
    };
}

pub(super) fn carry_out(run: &mut Run, copy: &Copy) {
    let manner = Manner {
        preserve: copy.preserve,
        special_bits: false,
    };
    if !copy.left_out.is_empty() {
        run.note(&format!(
            "left out {} protected objects of {}",
            copy.left_out.len(),
            shown(&copy.shown)
        ));
    }
    let done = match copy.judged.kind {
        Kind::Dir => directory(run, copy, manner),
        _ => single(run, copy, manner),
    };
    match done {
        Ok(replaced) => {
            if copy.judged.kind != Kind::Dir {
                run.say(|| format!("{} -> {}", shown(&copy.shown), copy.to.quoted()));
            }
            record(run, copy, &replaced, true);
        }
        // What is new in a directory that was there before is recorded one by one.
        Err(Fault::Told) if copy.replaced.is_none() => record(run, copy, &serde_json::Value::Null, false),
        Err(Fault::Told) => (),
        Err(fault) => {
            let what = match fault {
                Fault::Kernel(Errno::NOSPC | Errno::DQUOT | Errno::IO | Errno::FBIG) => "error writing",
                _ => cannot_make(copy.judged.kind),
            };
            let text = format!("{what} {}: {}", copy.to.quoted(), run.because(fault));
            run.fail(&text, &copy.to.path);
        }
    }
}

/// Records a copy; what was counted beforehand only where it is `whole`.
fn record(run: &mut Run, copy: &Copy, replaced: &serde_json::Value, whole: bool) {
    let merged = copy.judged.kind == Kind::Dir && copy.replaced.is_some();
    let op = if merged { "merge" } else { "copy" };
    let left = run
        .fd(copy.to.dir)
        .map_or(serde_json::Value::Null, |dir| left(dir.as_fd(), &copy.to.name));
    let mut effect = json!({
        "op": op, "source": copy.path, "path": copy.to.path, "kind": copy.judged.kind,
        "object": object(copy.judged.id), "left_out": copy.left_out.len(), "replaced": replaced, "left": left,
    });
    if let Some(fields) = effect.as_object_mut() {
        fields.extend(match whole {
            true => vec![
                ("entries".to_owned(), copy.entries.into()),
                ("bytes".to_owned(), copy.bytes.into()),
            ],
            false => vec![("whole".to_owned(), false.into())],
        });
    }
    run.record(effect);
}

/// What a failed copy could not make.
pub(crate) fn cannot_make(kind: Kind) -> &'static str {
    match kind {
        Kind::Dir => "cannot create directory",
        Kind::Symlink => "cannot create symbolic link",
        Kind::File | Kind::Fifo | Kind::Socket | Kind::Block | Kind::Char => "cannot create regular file",
    }
}

/// A regular file or a symbolic link.
fn single(run: &mut Run, copy: &Copy, manner: Manner) -> Result<serde_json::Value, Fault> {
    let (source, dir) = (run.fd(copy.source)?, run.fd(copy.to.dir)?);
    let temporary = run.temporary();
    let overwritten = copy
        .replaced
        .as_ref()
        .filter(|replaced| replaced.backup.is_none());
    let before = match overwritten {
        Some(replaced) => Overwritten::hold(dir.as_fd(), &copy.to.name, &replaced.judged)?,
        None => None,
    };
    if copy.judged.kind == Kind::Symlink {
        copy_link(source.as_fd(), c"", &copy.judged, dir.as_fd(), &temporary, manner)?;
    } else {
        copy_regular(
            source.as_fd(),
            &copy.judged,
            dir.as_fd(),
            &temporary,
            manner,
            run,
            before.as_ref(),
        )?;
    }
    let settled = settle(
        run,
        dir.as_fd(),
        &temporary,
        dir.as_fd(),
        &copy.to.name,
        copy.replaced.as_ref(),
    );
    if settled.as_ref().is_err_and(|fault| fault.leaves_made()) {
        discard(dir.as_fd(), &temporary);
    }
    settled
}

/// A tree, into a new directory or merged into one that exists.
fn directory(run: &mut Run, copy: &Copy, manner: Manner) -> Result<serde_json::Value, Fault> {
    let (source, dir) = (run.fd(copy.source)?, run.fd(copy.to.dir)?);
    let branch = Branch {
        shown: &copy.shown,
        to_shown: &copy.to.shown,
        to_path: &copy.to.path,
        left_out: &copy.left_out,
        keep: &copy.keep,
        no_clobber: copy.no_clobber,
        cross_mounts: copy.cross_mounts,
        merge: copy.replaced.as_ref().map(|replaced| replaced.judged.id),
        manner,
    };
    copy_tree(run, source.as_fd(), dir.as_fd(), &copy.to.name, &branch)?;
    Ok(serde_json::Value::Null)
}

/// Copies whatever `name` in `from` is, tree or not, to the free name `new` in `to`. Nothing is left there when it
/// fails.
pub(super) fn copy_object(
    run: &mut Run,
    from: BorrowedFd<'_>,
    name: &OsStr,
    judged: ObjectId,
    to: BorrowedFd<'_>,
    new: &OsStr,
    manner: Manner,
) -> Result<(), Fault> {
    let status = status_at(from, name)?;
    if status.id != judged {
        return Err(Fault::Swapped);
    }
    match status.kind {
        Kind::File => {
            let source = open_regular(from, name, &status)?;
            Ok(copy_regular(source.as_fd(), &status, to, new, manner, run, None)?)
        }
        Kind::Symlink => Ok(copy_link(from, name, &status, to, new, manner)?),
        Kind::Dir => copy_whole_tree(run, from, name, &status, to, new, manner),
        Kind::Fifo | Kind::Socket | Kind::Block | Kind::Char => Err(Fault::Kernel(Errno::OPNOTSUPP)),
    }
}

fn copy_whole_tree(
    run: &mut Run,
    from: BorrowedFd<'_>,
    name: &OsStr,
    status: &Status,
    to: BorrowedFd<'_>,
    new: &OsStr,
    manner: Manner,
) -> Result<(), Fault> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let source = openat(from, name, flags, Mode::empty())?;
    let branch = Branch {
        shown: name,
        to_shown: OsStr::new(""),
        to_path: &policy::text::escape(name.as_encoded_bytes()),
        left_out: &[],
        keep: &super::plan::Keep::Nowhere,
        no_clobber: false,
        cross_mounts: false,
        merge: None,
        manner,
    };
    let quiet = std::mem::replace(&mut run.verbose, false);
    let done = copy_tree(run, source.as_fd(), to, new, &branch);
    run.verbose = quiet;
    if done.is_err() {
        // A half copy keeps nothing; its own directory is what was just made.
        if let Ok(made) = status_at(to, new) {
            super::erase::erase(to, new, status.kind, made.id)?;
        }
    }
    done
}

/// Removes something unfinished that this effect made; where that fails it stays as a `.wt-*.tmp` file.
pub(super) fn discard(dir: BorrowedFd<'_>, temporary: &OsStr) {
    unlinkat(dir, temporary, AtFlags::empty()).unwrap_or(());
}
