//! A tree of files: each directory is made or entered by name in the one held before it, each file finished under a
//! temporary name. What fails is told and the rest goes on, as cp does.

mod leaf;

use super::{
    Manner,
    attributes::{apply, first_mode},
    extended::{Extended, strip_lists},
};
use crate::{
    effect::{
        plan::{Keep, Preserve},
        run::{Fault, Run, path_below, shown_below},
        words::reason,
    },
    resolve::{Flow, Ladder, ObjectId, Status, Visitor, status_of, walk},
};
use rustix::{
    fs::{Mode, OFlags, mkdirat, openat},
    io::Errno,
};
use serde_json::{Value as Json, json};
use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
};

/// How a tree is copied.
pub(super) struct Branch<'b> {
    pub(super) shown: &'b OsStr,
    pub(super) to_shown: &'b OsStr,
    pub(super) to_path: &'b str,
    pub(super) left_out: &'b [Vec<u8>],
    pub(super) keep: &'b Keep,
    pub(super) no_clobber: bool,
    pub(super) cross_mounts: bool,
    /// The existing directory that the tree is merged into.
    pub(super) merge: Option<ObjectId>,
    pub(super) manner: Manner,
}

/// A destination directory that the copy is in.
struct Entered {
    /// Whether this copy made it.
    fresh: bool,
    /// What it gets once everything is in it: until then it is its maker's alone.
    extended: Extended,
}

/// Copies the tree `source` to `name` in `dir`.
pub(super) fn copy_tree(
    run: &mut Run,
    source: BorrowedFd<'_>,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    branch: &Branch<'_>,
) -> Result<(), Fault> {
    let (root, fresh) = root_of(source, dir, name, branch)?;
    let root_id = status_of(&root)?.id;
    let mut copier = Copier {
        run,
        branch,
        left_out: branch.left_out.iter().map(Vec::as_slice).collect(),
        root: root
            .try_clone()
            .map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))?,
        root_id,
        pending: Some((root, fresh)),
        ladder: Ladder::default(),
        entered: Vec::new(),
        linked: HashMap::new(),
        failed: false,
    };
    match walk(source, &mut copier) {
        // What is there of it is told of like a tree of which something failed.
        Err(Fault::Kernel(Errno::CANCELED)) => copier.told(b"", Fault::Kernel(Errno::CANCELED)),
        other => other?,
    }
    if copier.failed { Err(Fault::Told) } else { Ok(()) }
}

fn root_of(
    source: BorrowedFd<'_>,
    dir: BorrowedFd<'_>,
    name: &OsStr,
    branch: &Branch<'_>,
) -> Result<(OwnedFd, bool), Fault> {
    if branch.merge.is_none() {
        mkdirat(dir, name, first_mode(&status_of(source)?, branch.manner, None))?;
    }
    let root = openat(dir, name, DIRECTORY, Mode::empty())?;
    match branch.merge {
        Some(judged) if status_of(&root)?.id != judged => Err(Fault::Swapped),
        merge => Ok((root, merge.is_none())),
    }
}

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

struct Copier<'r, 'b> {
    run: &'r mut Run,
    branch: &'b Branch<'b>,
    left_out: HashSet<&'b [u8]>,
    /// The destination's root, to find files again that get another name.
    root: OwnedFd,
    root_id: ObjectId,
    /// The destination's root before the walk begins.
    pending: Option<(OwnedFd, bool)>,
    /// Destination directories, in step with the walk.
    ladder: Ladder,
    entered: Vec<Entered>,
    /// Where files with several names were copied to.
    linked: HashMap<ObjectId, Vec<u8>>,
    failed: bool,
}

impl Copier<'_, '_> {
    fn told(&mut self, path: &[u8], fault: Fault) {
        let (from, to) = (
            shown_below(self.branch.shown, path),
            shown_below(self.branch.to_shown, path),
        );
        let why = self.run.because(fault);
        // One that is only staged has no name to be told.
        let to = match self.branch.to_shown.is_empty() {
            true => String::new(),
            false => format!(" to {to}"),
        };
        self.told_text(path, &format!("cannot copy {from}{to}: {why}"));
    }

    fn told_text(&mut self, path: &[u8], text: &str) {
        self.failed = true;
        self.run.fail(text, &path_below(self.branch.to_path, path));
    }

    fn directory(&mut self, path: &[u8], status: &Status) -> Result<Option<(OwnedFd, bool)>, Fault> {
        if let Some(root) = self.pending.take() {
            return Ok(Some(root));
        }
        if status.id == self.root_id {
            let text = format!(
                "cannot copy a directory, {}, into itself",
                shown_below(self.branch.shown, path)
            );
            self.told_text(path, &text);
            return Ok(None);
        }
        let name = last(path);
        let mode = first_mode(status, self.branch.manner, None);
        let made = match mkdirat(self.ladder.top()?, name, mode) {
            Ok(()) => true,
            Err(Errno::EXIST) if self.branch.merge.is_some() => false,
            Err(errno) => return Err(errno.into()),
        };
        if made {
            // What is in it is still to come.
            self.added(path, Json::Null);
        }
        match openat(self.ladder.top()?, name, DIRECTORY, Mode::empty()) {
            Ok(fd) => Ok(Some((fd, made))),
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let to = shown_below(self.branch.to_shown, path);
                let text = format!(
                    "cannot overwrite non-directory {to} with directory {}",
                    shown_below(self.branch.shown, path)
                );
                self.told_text(path, &text);
                Ok(None)
            }
            Err(errno) => Err(errno.into()),
        }
    }

    /// Records what is new in a directory that was there before, and how it is left; what is below something new goes
    /// with that.
    fn added(&mut self, path: &[u8], left: Json) {
        if self.branch.merge.is_some() && self.entered.last().is_some_and(|entered| !entered.fresh) {
            let place = path_below(self.branch.to_path, path);
            self.run
                .record(json!({"op": "copy", "path": place, "replaced": null, "left": left}));
        }
    }
}

fn last(path: &[u8]) -> &OsStr {
    OsStr::from_bytes(path.rsplit(|b| *b == b'/').next().unwrap_or_default())
}

impl Visitor for Copier<'_, '_> {
    type Stop = Fault;

    fn enter(&mut self, dir: BorrowedFd<'_>, path: &[u8], status: &Status) -> Result<Flow, Fault> {
        self.run.withdrawal.check()?;
        if self.left_out.contains(path) {
            return Ok(Flow::Skip);
        }
        if status.mount_root && !path.is_empty() && !self.branch.cross_mounts {
            let text = format!(
                "left out {}: it is on another mount",
                shown_below(self.branch.shown, path)
            );
            self.told_text(path, &text);
            return Ok(Flow::Skip);
        }
        match self.directory(path, status) {
            Ok(Some((fd, fresh))) => {
                let id = status_of(&fd)?.id;
                // A directory that was there before keeps what it has: it was not judged for more than new names in it.
                let mut extended = Extended::default();
                if fresh && self.branch.manner.preserve != Preserve::Content {
                    strip_lists(fd.as_fd())?;
                    extended = Extended::to_keep(&dir, self.branch.manner);
                }
                self.ladder.push(fd, id);
                self.entered.push(Entered { fresh, extended });
                Ok(Flow::Descend)
            }
            Ok(None) => Ok(Flow::Skip),
            Err(fault) => {
                self.told(path, fault);
                Ok(Flow::Skip)
            }
        }
    }

    fn entry(
        &mut self,
        dir: BorrowedFd<'_>,
        name: &OsStr,
        path: &[u8],
        status: &Status,
    ) -> Result<(), Fault> {
        self.run.withdrawal.check()?;
        if self.left_out.contains(path) {
            return Ok(());
        }
        if status.kind.is_special() {
            let text = format!(
                "left out {}: it is a {}",
                shown_below(self.branch.shown, path),
                status.kind.word()
            );
            self.told_text(path, &text);
            return Ok(());
        }
        match self.file(dir, name, path, status) {
            Err(Fault::Kernel(Errno::CANCELED)) => Err(Fault::Kernel(Errno::CANCELED)),
            Err(fault) => {
                self.told(path, fault);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn leave(&mut self, path: &[u8], status: &Status) -> Result<(), Fault> {
        let entered = self.entered.pop().ok_or(Errno::BADF)?;
        if entered.fresh {
            let (top, manner) = (self.ladder.top()?, self.branch.manner);
            if let Err(errno) = apply(status, top, manner, self.run.umask, None, || {
                entered.extended.give(top)
            }) {
                self.told(path, errno.into());
            }
        }
        Ok(self.ladder.pop()?)
    }

    fn trouble(&mut self, path: &[u8], errno: Errno) -> Result<(), Fault> {
        let text = format!(
            "cannot access {}: {}",
            shown_below(self.branch.shown, path),
            reason(errno)
        );
        self.told_text(path, &text);
        Ok(())
    }
}
