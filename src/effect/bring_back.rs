//! Brings kept objects back to another file system, where no rename leads: a copy of everything about them under a
//! temporary name, which then gets the name. Nothing is deleted before what stands in for it is whole.

use super::{
    copy::{Manner, copy_object, discard},
    erase::{erase, errno_of},
    names::{exchange, rename_free},
    run::{Fault, Run},
};
use crate::resolve::{Kind, ObjectId, status_at};
use rustix::io::Errno;
use std::{
    ffi::{OsStr, OsString},
    os::fd::BorrowedFd,
};

/// A name in a held directory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    /// The directory.
    pub(crate) dir: BorrowedFd<'a>,
    /// The name.
    pub(crate) name: &'a OsStr,
}

/// Copies `from` to the free name `to`, then deletes it. `seq` names what is unfinished.
///
/// # Errors
/// What the kernel says; then `from` is as it was and nothing is at `to`.
pub(crate) fn copied(from: Named<'_>, to: Named<'_>, seq: u64) -> Result<(), Errno> {
    let judged = status_at(from.dir, from.name)?;
    let mut run = run(seq);
    let temporary = staged(&mut run, from, judged.id, to.dir)?;
    if let Err(errno) = rename_free(to.dir, &temporary, to.dir, to.name) {
        drop_temporary(to.dir, &temporary);
        return Err(errno);
    }
    erase(from.dir, from.name, judged.kind, judged.id).map_err(errno_of)
}

/// Copies `from` over `to`, whose object `expected` is copied to the free name `aside` beside `from`; then deletes
/// both originals.
///
/// # Errors
/// What the kernel says, `ESTALE` where another object is at `to`; then both are as they were.
pub(crate) fn exchanged(
    from: Named<'_>,
    to: Named<'_>,
    expected: ObjectId,
    aside: &OsStr,
    seq: u64,
) -> Result<(), Errno> {
    let judged = status_at(from.dir, from.name)?;
    let mut run = run(seq);
    let temporary = staged(&mut run, from, judged.id, to.dir)?;
    let spare = run.temporary();
    let swap = || exchange(to.dir, &temporary, to.dir, to.name, &spare);
    if let Err(errno) = swap() {
        drop_temporary(to.dir, &temporary);
        return Err(errno);
    }
    let kept = copy_object(
        &mut run,
        to.dir,
        &temporary,
        expected,
        from.dir,
        aside,
        Manner::KEEP,
    );
    if let Err(fault) = kept {
        swap()?;
        drop_temporary(to.dir, &temporary);
        return Err(errno_of(fault));
    }
    let newer = status_at(to.dir, temporary.as_os_str())?;
    erase(to.dir, &temporary, newer.kind, newer.id).map_err(errno_of)?;
    erase(from.dir, from.name, judged.kind, judged.id).map_err(errno_of)
}

fn run(seq: u64) -> Run {
    Run::new(String::new(), false, 0, Vec::new(), seq)
}

/// Copies an object under a temporary name; nothing stays where that fails.
fn staged(run: &mut Run, from: Named<'_>, judged: ObjectId, to: BorrowedFd<'_>) -> Result<OsString, Errno> {
    let temporary = run.temporary();
    match copy_object(run, from.dir, from.name, judged, to, &temporary, Manner::KEEP) {
        Ok(()) => Ok(temporary),
        Err(fault) => {
            drop_temporary(to, &temporary);
            Err(match fault {
                // Which of a tree's objects failed was told to nobody; the usual reason is a full disk.
                Fault::Told => Errno::NOSPC,
                fault => errno_of(fault),
            })
        }
    }
}

fn drop_temporary(dir: BorrowedFd<'_>, temporary: &OsStr) {
    match status_at(dir, temporary) {
        Ok(made) if made.kind == Kind::Dir => erase(dir, temporary, Kind::Dir, made.id).unwrap_or(()),
        Ok(_) => discard(dir, temporary),
        Err(_) => (),
    }
}
