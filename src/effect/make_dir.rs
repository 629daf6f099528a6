//! Makes directories, each in the one that is held before it.
//! Never follows what somebody else put in the way.

use super::{
    plan::MakeDir,
    run::{Fault, Run, shown},
};
use crate::resolve::{Kind, status_at};
use rustix::{
    fs::{Mode, OFlags, fchmod, mkdirat, openat},
    io::Errno,
};
use serde_json::json;
use std::{
    ffi::OsStr,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    sync::Arc,
};

/// Permission bits that are not a file type.
const ALL: u32 = 0o7777;
/// What a directory made on the way to another must allow its owner (mkdir(1)).
const PASSABLE: u32 = 0o300;

pub(super) fn carry_out(run: &mut Run, make: &MakeDir) {
    let mut dir: Arc<OwnedFd> = match run.fd(make.at.dir) {
        Ok(dir) => dir,
        Err(errno) => return told(run, &make.at.shown, &make.at.path, errno.into()),
    };
    for (number, (name, text)) in make.between.iter().enumerate() {
        let mode = make.parents.then_some((0o777 & !run.owner_mask()) | PASSABLE);
        match make_or_enter(dir.as_fd(), name, mode) {
            Ok((below, made)) => {
                dir = Arc::new(below);
                if made {
                    let above = Path::new(&make.at.path)
                        .ancestors()
                        .nth(make.between.len() - number);
                    done(run, text, above.and_then(Path::to_str).unwrap_or_default());
                }
            }
            Err(fault) => return told(run, text, &make.at.path, fault),
        }
    }
    let asked = make.mode.unwrap_or(0o777 & !run.owner_mask());
    match make_one(dir.as_fd(), &make.at.name, asked, make.mode.is_some()) {
        // Another operand of the same call has made it.
        Err(Fault::Kernel(Errno::EXIST))
            if make.parents
                && status_at(dir.as_fd(), make.at.name.as_os_str())
                    .is_ok_and(|there| there.kind == Kind::Dir) => {}
        Ok(()) => done(run, &make.at.shown, &make.at.path),
        Err(fault) => told(run, &make.at.shown, &make.at.path, fault),
    }
}

fn make_one(dir: BorrowedFd<'_>, name: &OsStr, mode: u32, exact: bool) -> Result<(), Fault> {
    mkdirat(dir, name, Mode::from_raw_mode(mode & 0o777))?;
    if exact {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(dir, name, flags, Mode::empty()) {
            Ok(made) => fchmod(&made, Mode::from_raw_mode(mode & ALL))?,
            // A mode without read for its owner: mkdir has set it already, apart from the mask.
            Err(Errno::ACCESS) => (),
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

/// Makes a directory on the way where a mode is given, and enters it. Says whether it was made.
fn make_or_enter(dir: BorrowedFd<'_>, name: &OsStr, mode: Option<u32>) -> Result<(OwnedFd, bool), Fault> {
    let made = match mode.map(|mode| mkdirat(dir, name, Mode::from_raw_mode(mode))) {
        Some(Ok(())) => true,
        Some(Err(Errno::EXIST)) | None => false,
        Some(Err(errno)) => return Err(errno.into()),
    };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(dir, name, flags, Mode::empty()) {
        // A link in the way is not followed: its name is taken.
        Err(Errno::NOTDIR | Errno::LOOP)
            if status_at(dir, name).is_ok_and(|there| there.kind != Kind::File) =>
        {
            Err(Errno::EXIST.into())
        }
        entered => Ok((entered?, made)),
    }
}

fn done(run: &mut Run, text: &OsStr, path: &str) {
    run.say(|| format!("mkdir: created directory {}", shown(text)));
    run.record(json!({"op": "create_dir", "path": path}));
}

fn told(run: &mut Run, text: &OsStr, path: &str, fault: Fault) {
    run.fail(
        &format!("cannot create directory {}: {}", shown(text), fault.text()),
        path,
    );
}
