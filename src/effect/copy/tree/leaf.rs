//! One file or link of a tree: finished under a temporary name, then put under its own, over what was there.

use super::Copier;
use crate::{
    effect::{
        copy::{
            discard,
            extended::Overwritten,
            file::{copy_link, copy_regular, open_regular},
        },
        plan::{Preserve, Replaced},
        run::{Fault, left, path_below, shown_below},
        settle::settle,
    },
    resolve::{Kind, Status, status_at},
};
use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, linkat, openat2},
    io::Errno,
};
use serde_json::{Value as Json, json};
use std::{
    ffi::{OsStr, OsString},
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

/// Files with several names that are remembered, so that the copy has them too.
const MAX_LINKED: usize = 1 << 16;

impl Copier<'_, '_> {
    pub(super) fn file(
        &mut self,
        dir: BorrowedFd<'_>,
        name: &OsStr,
        path: &[u8],
        status: &Status,
    ) -> Result<(), Fault> {
        let top = self.ladder.top()?;
        let before = match self.branch.merge {
            Some(_) => match status_at(top, name) {
                Ok(before) => Some(before),
                Err(Errno::NOENT) => None,
                Err(errno) => return Err(errno.into()),
            },
            None => None,
        };
        if let Some(before) = &before {
            if self.branch.no_clobber {
                return Ok(());
            }
            if before.kind == Kind::Dir {
                let to = shown_below(self.branch.to_shown, path);
                let text = format!("cannot overwrite directory {to} with non-directory");
                self.told_text(path, &text);
                return Ok(());
            }
            if before.id == status.id {
                return Err(Fault::Kernel(Errno::EXIST));
            }
        }
        let temporary: OsString = self.run.temporary();
        let replaced = before.map(|judged| Replaced {
            judged,
            origin: Some(path_below(self.branch.to_path, path)),
            keep: self.branch.keep.clone(),
            backup: None,
        });
        self.make(
            dir,
            name,
            status,
            top,
            &temporary,
            replaced.as_ref().map(|replaced| &replaced.judged),
        )?;
        match settle(self.run, top, &temporary, top, name, replaced.as_ref()) {
            Ok(was) => {
                // A further name, made later, changes it once more.
                let left = match status.is_hard_linked() && self.keeps_links() {
                    true => Json::Null,
                    false => left(top, name),
                };
                if !was.is_null() {
                    let place = path_below(self.branch.to_path, path);
                    self.run
                        .record(json!({"op": "overwrite", "path": place, "replaced": was, "left": left}));
                } else if replaced.is_none() {
                    self.added(path, left);
                }
            }
            Err(fault) => {
                if fault.leaves_made() {
                    discard(self.ladder.top()?, &temporary);
                }
                return Err(fault);
            }
        }
        if status.is_hard_linked() && self.keeps_links() && self.linked.len() < MAX_LINKED {
            self.linked.insert(status.id, path.to_vec());
        }
        let (from, to) = (self.branch.shown, self.branch.to_shown);
        self.run
            .say(|| format!("{} -> {}", shown_below(from, path), shown_below(to, path)));
        Ok(())
    }

    fn keeps_links(&self) -> bool {
        self.branch.manner.preserve == Preserve::Everything
    }

    fn make(
        &self,
        dir: BorrowedFd<'_>,
        name: &OsStr,
        status: &Status,
        top: BorrowedFd<'_>,
        temporary: &OsStr,
        before: Option<&Status>,
    ) -> Result<(), Fault> {
        if status.kind == Kind::Symlink {
            return Ok(copy_link(dir, name, status, top, temporary, self.branch.manner)?);
        }
        if status.is_hard_linked()
            && let Some(first) = self.linked.get(&status.id)
            && self.link_again(first, top, temporary).is_ok()
        {
            return Ok(());
        }
        let before = match before {
            Some(before) => Overwritten::hold(top, name, before)?,
            None => None,
        };
        let source = open_regular(dir, name, status)?;
        Ok(copy_regular(
            source.as_fd(),
            status,
            top,
            temporary,
            self.branch.manner,
            self.run,
            before.as_ref(),
        )?)
    }

    fn link_again(&self, first: &[u8], top: BorrowedFd<'_>, temporary: &OsStr) -> Result<(), Errno> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let fd = openat2(&self.root, first, flags, Mode::empty(), resolve)?;
        let object = format!("/proc/self/fd/{}", fd.as_raw_fd());
        linkat(CWD, object, top, temporary, AtFlags::SYMLINK_FOLLOW)
    }
}
