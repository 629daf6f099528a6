//! Goes through a tree for a change of metadata: each object is opened without following, looked at, then changed
//! through that descriptor. A file with further names that nobody judged is left alone and told.

use super::{
    plan::{Scope, Slot, Spot},
    run::{Fault, Run, shown_below},
    words::reason,
};
use crate::resolve::{Flow, Kind, Status, Visitor, status_of, walk};
use rustix::{
    fs::{Mode, OFlags, openat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd},
};

/// What is done with each object: the descriptor, its path below the root, its state.
pub(super) type Change<'c> = dyn FnMut(&mut Run, BorrowedFd<'_>, &[u8], &Status) -> Result<(), Fault> + 'c;

/// Applies `change` to the object of a step, and where it is a directory and the scope says so to everything below it.
pub(super) fn change_all(
    run: &mut Run,
    object: (Slot, Kind),
    at: &Spot,
    scope: &Scope,
    what: &str,
    change: &mut Change<'_>,
) {
    let (slot, kind) = object;
    let done = run.fd(slot).map_err(Fault::from).and_then(|held| {
        if scope.recursive && kind == Kind::Dir {
            change_tree(run, held.as_fd(), at, scope, what, change);
            return Ok(());
        }
        // As it is now: the call may name an object twice.
        change(run, held.as_fd(), b"", &status_of(&held)?)
    });
    if let Err(fault) = done {
        let text = format!("{what} {}: {}", at.quoted(), fault.text());
        run.fail(&text, &at.path);
    }
}

fn change_tree(
    run: &mut Run,
    root: BorrowedFd<'_>,
    at: &Spot,
    scope: &Scope,
    what: &str,
    change: &mut Change<'_>,
) {
    let mut changer = Changer {
        run,
        at,
        scope,
        what,
        change,
        path: Vec::new(),
    };
    if let Err(fault) = walk(root, &mut changer) {
        let path = std::mem::take(&mut changer.path);
        changer.fail(&path, fault);
    }
}

struct Changer<'c, 'f> {
    run: &'c mut Run,
    at: &'c Spot,
    scope: &'c Scope,
    what: &'c str,
    change: &'c mut Change<'f>,
    path: Vec<u8>,
}

impl Changer<'_, '_> {
    fn fail(&mut self, path: &[u8], fault: Fault) {
        let why = self.run.because(fault);
        let text = format!("{} {}: {why}", self.what, shown_below(&self.at.shown, path));
        self.run.fail(&text, &super::run::path_below(&self.at.path, path));
    }

    fn apply(&mut self, fd: BorrowedFd<'_>, path: &[u8], status: &Status) {
        if let Err(fault) = (self.change)(self.run, fd, path, status) {
            self.fail(path, fault);
        }
    }
}

impl Visitor for Changer<'_, '_> {
    type Stop = Fault;

    fn enter(&mut self, dir: BorrowedFd<'_>, path: &[u8], status: &Status) -> Result<Flow, Fault> {
        self.run.withdrawal.check()?;
        if status.mount_root && !path.is_empty() && !self.scope.cross_mounts {
            self.fail(path, Fault::Kernel(Errno::XDEV));
            return Ok(Flow::Skip);
        }
        self.apply(dir, path, status);
        Ok(Flow::Descend)
    }

    fn entry(
        &mut self,
        dir: BorrowedFd<'_>,
        name: &OsStr,
        path: &[u8],
        status: &Status,
    ) -> Result<(), Fault> {
        self.run.withdrawal.check()?;
        // Modes and owners of links and special files inside a tree stay as they are.
        if status.kind != Kind::File {
            return Ok(());
        }
        let opened = openat(
            dir,
            name,
            OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .and_then(|fd| status_of(&fd).map(|now| (fd, now)));
        match opened {
            Ok((_, now)) if now.kind != Kind::File => self.fail(path, Fault::Swapped),
            Ok((_, now)) if now.is_hard_linked() && !self.scope.hard_links => {
                let text = format!(
                    "{} {}: it has further names",
                    self.what,
                    shown_below(&self.at.shown, path)
                );
                self.run.fail(&text, &super::run::path_below(&self.at.path, path));
            }
            Ok((fd, now)) => self.apply(fd.as_fd(), path, &now),
            Err(errno) => self.fail(path, errno.into()),
        }
        Ok(())
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Fault> {
        Ok(())
    }

    fn trouble(&mut self, path: &[u8], errno: Errno) -> Result<(), Fault> {
        let text = format!(
            "cannot access {}: {}",
            shown_below(&self.at.shown, path),
            reason(errno)
        );
        self.run.fail(&text, &super::run::path_below(&self.at.path, path));
        Ok(())
    }
}
